"""What the ledger holds: the questions to ask for documents, and rows read as Booked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from connectors.intacct.elements import Node
from connectors.intacct.envelope import Row
from connectors.intacct.query import Query, all_of, any_of, compare, modified_since, one_of
from connectors.port.errors import Refused
from connectors.port.ledger import Booked, Lookup
from onecore.lib.money import ZERO, NotMoney, parse_amount

BLOCK = 100
"""Lookups in one question: each adds a LIKE, and a request stays well under a hundred kilobytes."""

OBJECTS = {"bill": "APBILL", "vendor_credit": "APADJUSTMENT", "vendor": "VENDOR"}
_LINES = {"bill": ("APBILLITEM", "APBILL.RECORDNO"), "vendor_credit": ("APADJUSTMENTITEM", "APADJUSTMENT.RECORDNO")}
_AMOUNTS = ("TOTALENTERED", "TRX_TOTALENTERED", "TOTALPAID", "TRX_TOTALPAID")
_DOCUMENT = ("RECORDNO", "RECORDID", "VENDORID", "DESCRIPTION", "STATE", "CURRENCY", *_AMOUNTS, "WHENMODIFIED")
_VENDOR = ("RECORDNO", "VENDORID", "NAME", "STATUS", "COMMENTS", "WHENMODIFIED")
_VOID = frozenset({"reversed", "reversal", "voided"})
_NOT_YET_IN_BOOKS = frozenset({"draft", "submitted", "partially approved", "declined"})
_TOKEN = re.compile(r"\[([^\[\]\s]{4,64})\]")


def find_query(kind: str, lookups: Sequence[Lookup]) -> Query | None:
    """All candidates of a block: anything with one of the numbers, or one of our tokens; None where there is neither to go by."""
    if kind == "vendor":
        ids = one_of("VENDORID", [lookup.vendor for lookup in lookups])
        names = one_of("NAME", [lookup.number for lookup in lookups])
        return _if_any("VENDOR", _VENDOR, any_of(ids, names, *_likes("COMMENTS", lookups)))
    numbers = one_of("RECORDID", [lookup.number for lookup in lookups])
    return _if_any(OBJECTS[kind], _DOCUMENT, any_of(numbers, *_likes("DESCRIPTION", lookups)))


def read_query(kind: str, refs: Sequence[str]) -> Query:
    """The documents with these record numbers (vendors: ids), whatever their state."""
    if kind == "vendor":
        return Query("VENDOR", _VENDOR, one_of("VENDORID", refs))
    return Query(OBJECTS[kind], _DOCUMENT, one_of("RECORDNO", refs), private=True)


def booked_query(kind: str, since: datetime | None) -> Query:
    """Everything that may carry one of our tokens."""
    field, fields = ("COMMENTS", _VENDOR) if kind == "vendor" else ("DESCRIPTION", _DOCUMENT)
    candidates = all_of(compare("like", field, "%[%]%"), modified_since(since))
    return Query(OBJECTS[kind], fields, candidates, private=kind != "vendor")


def count_query(kind: str, record_nos: Sequence[str]) -> Query | None:
    """Lines per document, in one question; None for kinds without lines."""
    if kind not in _LINES or not record_nos:
        return None
    lines, parent = _LINES[kind]
    return Query(lines, (parent,), one_of(parent, record_nos), count="RECORDNO", private=True)


def line_counts(kind: str, rows: Iterable[Row]) -> dict[str, int]:
    """Record number to number of lines, from the rows of a count query."""
    parent = _LINES[kind][1]
    counts: dict[str, int] = {}
    for row in rows:
        found = row.get("COUNT.RECORDNO") or row.get("COUNT")
        if row.get(parent) and found and found.isdigit():
            counts[row[parent]] = int(found)
    return counts


def booked(kind: str, row: Row, *, counts: Mapping[str, int], currency: str) -> Booked:
    """A row as the port's Booked. `currency` is the company's own, for rows that name none."""
    if kind == "vendor":
        return _vendor(row, currency)
    state = row.get("STATE", "")
    number = row.get("RECORDNO", "")
    return Booked(
        ledger_ref=number,
        kind=kind,
        number=row.get("RECORDID", ""),
        vendor=row.get("VENDORID", ""),
        currency=row.get("CURRENCY") or currency,
        total=_amount(row, "TRX_TOTALENTERED", "TOTALENTERED"),
        line_count=counts.get(number, 0),
        token=token_in(row.get("DESCRIPTION", "")),
        state=state,
        settled=state.lower() not in _NOT_YET_IN_BOOKS,
        void=state.lower() in _VOID,
        paid=_amount(row, "TRX_TOTALPAID", "TOTALPAID"),
        modified_at=_moment(row.get("WHENMODIFIED", "")),
    )


def matching(lookups: Sequence[Lookup], held: Iterable[tuple[Booked, str]]) -> dict[str, list[Booked]]:
    """Candidates by lookup key: same vendor and number, or our token anywhere in its text. Reversed documents are none."""
    by_number: dict[tuple[str, str], list[Lookup]] = {}
    by_token: dict[str, list[Lookup]] = {}
    for lookup in lookups:
        by_number.setdefault((lookup.vendor, lookup.number), []).append(lookup)
        if lookup.token:
            by_token.setdefault(lookup.token, []).append(lookup)
    found: dict[str, list[Booked]] = {lookup.key: [] for lookup in lookups}
    for document, text in held:
        if document.void:
            continue
        interested = list(by_number.get((document.vendor, document.number), ()))
        if document.kind == "vendor":
            interested += [lookup for lookup in lookups if document.vendor == lookup.vendor or (lookup.number and document.number == lookup.number)]
        for token in _TOKEN.findall(text):
            interested += by_token.get(token, ())
        for key in dict.fromkeys(lookup.key for lookup in interested):
            found[key].append(document)
    return found


def text_of(kind: str, row: Row) -> str:
    """The field our token stands in."""
    return row.get("COMMENTS" if kind == "vendor" else "DESCRIPTION", "")


def token_in(text: str) -> str:
    """The last bracketed word of a text, which is where our token stands; "" without one."""
    found = _TOKEN.findall(text)
    return str(found[-1]) if found else ""


def _if_any(object_: str, fields: tuple[str, ...], candidates: Node | None) -> Query | None:
    return Query(object_, fields, candidates, private=object_ != "VENDOR") if candidates is not None else None


def _likes(field: str, lookups: Sequence[Lookup]) -> list[Node]:
    return [compare("like", field, f"%[{token}]%") for token in dict.fromkeys(lookup.token for lookup in lookups if lookup.token)]


def _vendor(row: Row, currency: str) -> Booked:
    """A vendor is pointed at by its id, so the id is its reference."""
    return Booked(
        ledger_ref=row.get("VENDORID", ""),
        kind="vendor",
        number=row.get("NAME", ""),
        vendor=row.get("VENDORID", ""),
        currency=currency,
        total=ZERO,
        line_count=0,
        token=token_in(row.get("COMMENTS", "")),
        state=row.get("STATUS", ""),
        modified_at=_moment(row.get("WHENMODIFIED", "")),
    )


def _amount(row: Row, *names: str) -> Decimal:
    """The first amount present: in the document's own currency, else in the company's."""
    for name in names:
        if row.get(name):
            try:
                return parse_amount(row[name])
            except NotMoney:
                raise Refused(f"Sage Intacct gives {name} of record {row.get('RECORDNO', '?')} as {row[name][:40]!r}, which is no amount.") from None
    return ZERO


def _moment(text: str) -> datetime | None:
    """WHENMODIFIED as aware UTC: MM/DD/YYYY HH:MM:SS, or ISO; None where it is neither."""
    for form in ("%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
