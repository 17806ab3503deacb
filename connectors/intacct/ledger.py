"""Sage Intacct as the port's Ledger: the translator's questions and functions, sent by the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from connectors.kit.xml import parse
from connectors.port.connector import Opening
from connectors.port.drafts import Draft
from connectors.port.errors import Code, Refused
from connectors.port.ledger import Booked, Composition, KeyedDraft, Lookup, Outcome
from connectors.port.refs import Kind, Reference
from connectors.port.source import Health

from .checkup import check_company
from .client import Gateway
from .config import read_settings
from .connector import MAX_BATCH
from .envelope import Row
from .query import IN_VALUES, PAGE, Query, modified_since
from .translate import held
from .translate.fitting import fit
from .translate.lists import BANK_FIELDS, BANK_OBJECTS, LISTINGS, tied_to_bank
from .translate.outcomes import outcomes, planned
from .translate.writes import composed

_ABSENT = frozenset({Code.PERMISSION_MISSING, Code.SUBSCRIPTION_MISSING})


class IntacctLedger:
    """One opened company, or one entity of it."""

    def __init__(self, opening: Opening) -> None:
        self._settings = read_settings(opening.config)
        self._gateway = Gateway(opening, self._settings)

    def check(self) -> Health:
        """Signs in if need be, and asks for one row of every list the work needs."""
        return check_company(self._gateway, self._settings)

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]:
        """A list, as it stands or as it changed; an object the company has not subscribed to gives nothing."""
        banks = self._banks() if kind is Kind.ACCOUNT else {}
        for listing in LISTINGS.get(kind, ()):
            query = Query(listing.object, listing.fields, modified_since(since) if listing.dated else None)
            for row in self._rows(query, tolerated=_ABSENT if listing.optional else frozenset()):
                reference = listing.read(row)
                bank = banks.get(reference.remote_id)
                yield tied_to_bank(reference, bank) if bank else reference

    def fit(self, draft: Draft) -> Draft:
        """The draft as Sage Intacct can store it. Pure."""
        return fit(draft, settings=self._settings)

    def find(self, lookups: Sequence[Lookup]) -> dict[str, list[Booked]]:
        """One question a block of lookups and kind, and one more for line counts where something was found."""
        found: dict[str, list[Booked]] = {lookup.key: [] for lookup in lookups}
        for kind in dict.fromkeys(lookup.kind for lookup in lookups):
            alike = [lookup for lookup in lookups if lookup.kind == kind]
            for start in range(0, len(alike), held.BLOCK):
                block = alike[start : start + held.BLOCK]
                query = held.find_query(kind, block)
                rows = list(self._gateway.query(query)) if query is not None else []
                documents = self._booked(kind, rows)
                texts = (held.text_of(kind, row) for row in rows)
                found |= held.matching(block, zip(documents, texts, strict=True))
        return found

    def compose(self, drafts: Sequence[KeyedDraft], *, control: str) -> Composition:
        """The `function` elements, without envelope and credentials: a new session changes nothing of what is stored."""
        if len(drafts) > MAX_BATCH:
            raise ValueError(f"{len(drafts)} drafts in one request; Sage Intacct takes {MAX_BATCH}")
        body = b"".join(bytes(composed(item, settings=self._settings)) for item in drafts)
        return Composition(control=control, keys=tuple(item.key for item in drafts), body=body)

    def send(self, composition: Composition, *, guard: Callable[[], None]) -> list[Outcome]:
        """Send the stored bytes in a fresh envelope, and answer for every key."""
        plans = planned(parse(b"<content>" + composition.body + b"</content>"))
        operation = ", ".join(dict.fromkeys(plan.operation for plan in plans.values()))
        results = self._gateway.run(composition.body, control_id=composition.control, operation=operation, writes=True, guard=guard)
        return outcomes(composition.keys, plans, results)

    def read(self, kind: str, refs: Sequence[str]) -> list[Booked]:
        """The documents as they stand, reversed ones included; missing ones are left out."""
        wanted = list(dict.fromkeys(ref for ref in refs if ref))
        documents: list[Booked] = []
        for start in range(0, len(wanted), IN_VALUES):
            rows = list(self._gateway.query(held.read_query(kind, wanted[start : start + IN_VALUES])))
            documents += self._booked(kind, rows)
        return documents

    def booked(self, kind: str, *, since: datetime | None = None) -> Iterator[Booked]:
        """Everything that carries one of our tokens, reversed documents included."""
        rows = self._gateway.query(held.booked_query(kind, since))
        while page := list(islice(rows, PAGE)):
            yield from (document for document in self._booked(kind, page) if document.token)

    def _booked(self, kind: str, rows: Sequence[Row]) -> list[Booked]:
        counts: dict[str, int] = {}
        numbers = [row["RECORDNO"] for row in rows if row.get("RECORDNO")]
        for start in range(0, len(numbers), IN_VALUES):
            query = held.count_query(kind, numbers[start : start + IN_VALUES])
            if query is not None:
                counts |= held.line_counts(kind, self._gateway.query(query))
        return [held.booked(kind, row, counts=counts, currency=self._settings.base_currency) for row in rows]

    def _banks(self) -> dict[str, str]:
        """Account number to the bank account that uses it. Where Cash Management may not be read the accounts are listed all the
        same: `check` warns of it, and Sage Intacct refuses such an account on a bill."""
        found: dict[str, str] = {}
        for object_ in BANK_OBJECTS:
            for row in self._rows(Query(object_, BANK_FIELDS), tolerated=frozenset(Code)):
                if row.get("GLACCOUNTNO"):
                    found.setdefault(row["GLACCOUNTNO"], row.get("BANKACCOUNTID", ""))
        return found

    def _rows(self, query: Query, *, tolerated: frozenset[Code]) -> Iterator[Row]:
        """The rows, or none where the refusal is one that may be lived with."""
        try:
            yield from self._gateway.query(query)
        except Refused as problem:
            if problem.code not in tolerated:
                raise


def open_ledger(opening: Opening) -> IntacctLedger:
    """Open a connection. Nothing is called yet."""
    return IntacctLedger(opening)
