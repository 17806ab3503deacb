"""Can we work with this Procore company? Its name for a person to confirm, and what the account lacks, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.port.errors import Code, Refused
from connectors.port.source import Health
from onecore.lib.text import one_line

from .client import Client
from .company import Company
from .reading import ident, rows_of

_ADMIN_TOOLS = {"directory": "Directory", "admin": "Admin"}


def check(client: Client, company: Company) -> Health:
    """Raises ConnectorError where it cannot be worked with at all; everything else is a warning."""
    name = _name(client)
    warnings = [*_account_warnings(client), *_project_warnings(company)]
    currency = str(company.settings.get("currency_iso_code") or "").strip().upper()
    if not currency:
        warnings.append("Procore does not tell the company's currency; documents must carry their own.")
    zones = {str(company.projects[project].get("time_zone") or "") for project in company.active} - {""}
    return Health(
        organisation=name,
        organisation_id=client.company_id,
        currency=currency,
        time_zone=zones.pop() if len(zones) == 1 else "",
        warnings=tuple(warnings),
    )


def _name(client: Client) -> str:
    found = {ident(row.get("id")): row for row in client.pages("/rest/v1.0/companies", operation="list companies")}
    mine = found.get(client.company_id)
    if mine is None:
        seen = ", ".join(f"{one_line(str(row.get('name')))} ({key})" for key, row in list(found.items())[:5]) or "none"
        raise Refused(
            f"This sign-in does not reach the Procore company {client.company_id}; it reaches: {seen}. "
            "Check the Company ID, or install the app there.",
            code=Code.PERMISSION_MISSING,
        )
    return one_line(str(mine.get("name") or client.company_id))


def _account_warnings(client: Client) -> list[str]:
    warnings = []
    me = _or_none(client, f"/rest/v1.0/companies/{client.company_id}/me", "read own account")
    if me is not None and me.get("is_active") is False:
        warnings.append("The signed-in account is inactive in the company directory. Make it active.")
    seen = _or_none(client, "/rest/v1.0/settings/permissions", "read permissions", (("company_id", client.company_id),))
    if seen is None:
        warnings.append("The permissions of the signed-in account cannot be read, so nobody can tell whether it is a company administrator.")
        return warnings
    levels = {str(tool.get("name", "")).casefold(): _level(tool) for tool in rows_of(seen, "tools")}
    lacking = [label for name, label in _ADMIN_TOOLS.items() if levels.get(name) != "admin"]
    if lacking:
        warnings.append(
            f"The signed-in account is no administrator of the company tools {' and '.join(lacking)}: "
            "Procore may hide records from it without saying so. Give it the level Admin."
        )
    return warnings


def _project_warnings(company: Company) -> list[str]:
    if company.active:
        return []
    return ["The signed-in account sees no active project. Add it to the projects, or permit them for the app."]


def _level(tool: Mapping[str, Any]) -> str:
    level = tool.get("user_access_level")
    return str(level.get("name", "")).casefold() if isinstance(level, dict) else ""


def _or_none(client: Client, path: str, operation: str, asked: tuple[tuple[str, str], ...] = ()) -> dict[str, Any] | None:
    try:
        found = client.get(path, operation=operation, params=asked)
    except Refused:
        return None
    return found if isinstance(found, dict) else None
