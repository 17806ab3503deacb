"""Can we work with this company? One request asks for a row of every list the work needs; what is missing becomes a warning."""

from __future__ import annotations

from connectors.port.errors import Code, Refused, SignInAgain
from connectors.port.source import Health

from .client import Gateway
from .config import Settings
from .elements import Node
from .envelope import Row, by_control_id, function
from .errors import function_failed
from .query import Query, compare
from .translate.lists import BANK_FIELDS

_NEEDED = {
    "APBILL": "bills cannot be looked up before they are posted, so none will be",
    "APBILLITEM": "bills cannot be compared line by line",
    "VENDOR": "vendors cannot be matched",
    "GLACCOUNT": "accounts cannot be chosen in the mapping",
    "DEPARTMENT": "departments cannot be chosen in the mapping",
    "LOCATION": "locations cannot be chosen in the mapping",
    "PROJECT": "projects cannot be matched",
    "APADJUSTMENT": "credits cannot be posted",
    "CHECKINGACCOUNT": "accounts tied to a bank account are not recognised before Sage Intacct refuses them",
    "TASK": "tasks cannot be chosen in the mapping",
    "COSTTYPE": "cost types cannot be chosen in the mapping",
}
_ENTITIES = "entities"


def check_company(gateway: Gateway, settings: Settings) -> Health:
    """The company behind the sign-in, and what the user may not do there. Raises ConnectorError if the sign-in fails."""
    entities = Query("LOCATIONENTITY", ("RECORDNO", "LOCATIONID", "NAME", "STATUS", "CURRENCY"), _entity_filter(settings))
    calls = [(_ENTITIES, entities.node())] + [
        (name, Query(name, BANK_FIELDS if name == "CHECKINGACCOUNT" else ("RECORDNO",), pagesize=1).node()) for name in _NEEDED
    ]
    content = b"".join(bytes(function(name, call)) for name, call in calls)
    answer = gateway.answer(content, control_id="onecore-check", operation="check", writes=False)
    results = {name: found[0] for name, found in by_control_id(answer.results).items()}
    warnings = []
    for name, effect in _NEEDED.items():
        result = results.get(name)
        if result is None or result.succeeded:
            continue
        problem = function_failed(result.errors, subject=name)
        if not isinstance(problem, Refused):
            raise problem
        warnings.append(f"{name}: {effect}. {_how_to_mend(problem)}")
    rows = results[_ENTITIES].rows if _ENTITIES in results and results[_ENTITIES].succeeded else ()
    return _health(settings, rows, company=answer.company or settings.company_id, warnings=warnings)


def _health(settings: Settings, rows: tuple[Row, ...], *, company: str, warnings: list[str]) -> Health:
    chosen = next((row for row in rows if row.get("LOCATIONID") == settings.entity_id), None) if settings.entity_id else None
    if settings.entity_id and rows and chosen is None:
        raise SignInAgain(f"Entity {settings.entity_id} is not an entity of {company}. Enter another one under Connects, Set credentials.")
    currencies = {row["CURRENCY"] for row in ([chosen] if chosen else rows) if row and row.get("CURRENCY")}
    currency = next(iter(currencies)) if len(currencies) == 1 else settings.base_currency
    if currencies and settings.base_currency not in currencies:
        told = ", ".join(sorted(currencies))
        warnings.append(f"The base currency entered is {settings.base_currency}, but Sage Intacct says {told}. Correct it under Connects.")
    name = f"{company} · {chosen.get('NAME') or settings.entity_id}" if chosen else company
    organisation_id = f"{company}|{settings.entity_id}" if settings.entity_id else company
    return Health(organisation=name, organisation_id=organisation_id, currency=currency, warnings=tuple(warnings))


def _entity_filter(settings: Settings) -> Node | None:
    return compare("equalto", "LOCATIONID", settings.entity_id) if settings.entity_id else None


def _how_to_mend(problem: Refused) -> str:
    if problem.code is Code.PERMISSION_MISSING:
        return "Give the Web Services user's role the right to list and view it."
    if problem.code is Code.SUBSCRIPTION_MISSING:
        return "The company has not subscribed to it; nothing to do unless it should."
    return problem.message
