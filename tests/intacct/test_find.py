"""Looking: one question a block, paged to the end, grouped by lookup, with line counts and totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import responses
from requests import PreparedRequest

from connectors.kit.xml import Element, parse
from connectors.port.errors import Refused, TryLater
from connectors.port.ledger import Lookup

from .pretend import COMPANY, error, failed, opened, response, rows

SCHEMA = Path(__file__).parents[2].parent / "shared" / "specs" / "intacct" / "query_function.xsd"


def held(number: int, **given: str) -> dict[str, str]:
    base = {
        "RECORDNO": str(number),
        "RECORDID": f"INV-{number}",
        "VENDORID": "V-1",
        "DESCRIPTION": f"Requisition [TOKEN{number}]",
        "STATE": "Posted",
        "CURRENCY": "USD",
        "TOTALENTERED": "10.00",
        "TRX_TOTALENTERED": "12.50",
        "TRX_TOTALPAID": "2.50",
        "WHENMODIFIED": "10/05/2026 08:09:10",
    }
    return base | given


def lookup(number: int, *, kind: str = "bill", vendor: str = "V-1") -> Lookup:
    return Lookup(f"k{number}", kind, vendor, f"INV-{number}", f"TOKEN{number}")


def counts(*pairs: tuple[int, int], object_: str = "APBILL") -> str:
    return rows(f"query {object_}ITEM 0", f"{object_}ITEM", *({f"{object_}.RECORDNO": str(no), "COUNT.RECORDNO": str(count)} for no, count in pairs))


def bills(*records: dict[str, str], remaining: int = 0) -> str:
    return rows("query APBILL 0", "APBILL", *records, remaining=remaining)


def asked() -> list[Element]:
    return [parse(bytes(call.request.body)).find(".//query") for call in responses.calls]


@responses.activate
def test_a_document_is_found_by_vendor_and_number_or_by_our_token() -> None:
    responses.post(
        COMPANY, body=response(bills(held(1, DESCRIPTION="typed over"), held(2, RECORDID="renamed"), held(3, VENDORID="V-2", DESCRIPTION="")))
    )
    responses.post(COMPANY, body=response(counts((1, 3), (2, 1))))
    found = opened().find([lookup(1), lookup(2), lookup(3)])
    assert {key: [each.ledger_ref for each in documents] for key, documents in found.items()} == {"k1": ["1"], "k2": ["2"], "k3": []}
    document = found["k1"][0]
    assert (document.total, document.currency, document.line_count, document.paid) == (Decimal("12.50"), "USD", 3, Decimal("2.50"))
    assert found["k2"][0].token == "TOKEN2"
    assert document.modified_at == datetime(2026, 10, 5, 8, 9, 10, tzinfo=UTC)


@responses.activate
def test_two_documents_for_one_lookup_are_both_told() -> None:
    responses.post(COMPANY, body=response(bills(held(1), held(9, RECORDID="INV-1", DESCRIPTION="a stranger's"))))
    responses.post(COMPANY, body=response(counts()))
    assert [each.ledger_ref for each in opened().find([lookup(1)])["k1"]] == ["1", "9"]


@responses.activate
def test_reversed_documents_are_left_out_of_a_look_but_not_of_a_reading() -> None:
    responses.post(COMPANY, body=response(bills(held(1, STATE="Reversed"))))
    responses.post(COMPANY, body=response(counts((1, 1))))
    assert opened().find([lookup(1)]) == {"k1": []}
    responses.post(COMPANY, body=response(bills(held(1, STATE="Reversed"))))
    responses.post(COMPANY, body=response(counts((1, 1))))
    (document,) = opened().read("bill", ["1"])
    assert document.void


@responses.activate
def test_a_lookup_with_nothing_to_go_by_asks_for_nothing() -> None:
    assert opened().find([Lookup("k", "bill", "V-1", "", "")]) == {"k": []}
    assert not responses.calls


@pytest.mark.parametrize(("state", "settled"), [("Draft", False), ("Submitted", False), ("Posted", True), ("Paid", True), ("Selected", True)])
@responses.activate
def test_what_is_not_yet_in_the_books_is_not_settled(state: str, settled: bool) -> None:
    responses.post(COMPANY, body=response(bills(held(1, STATE=state))))
    responses.post(COMPANY, body=response(counts((1, 1))))
    assert opened().read("bill", ["1"])[0].settled is settled


@responses.activate
def test_a_hundred_lookups_cost_one_question_and_nothing_found_costs_no_second() -> None:
    responses.post(COMPANY, body=response(bills()))
    opened().find([lookup(number) for number in range(100)])
    assert len(responses.calls) == 1
    opened().find([lookup(number) for number in range(250)])
    assert len(responses.calls) == 4


@responses.activate
def test_entity_private_documents_are_seen_from_the_top_level() -> None:
    responses.post(COMPANY, body=response(bills()))
    opened().find([lookup(1)])
    opened(entity_id="100").find([lookup(1)])
    assert [query.findtext("options/showprivate") for query in asked()] == ["true", None]


@responses.activate
def test_kinds_are_asked_apart() -> None:
    responses.post(COMPANY, body=response(bills()))
    responses.post(COMPANY, body=response(rows("query APADJUSTMENT 0", "APADJUSTMENT", held(5, TRX_TOTALENTERED="-40.25"))))
    responses.post(COMPANY, body=response(counts((5, 1), object_="APADJUSTMENT")))
    found = opened().find([lookup(1), lookup(5, kind="vendor_credit")])
    assert (found["k5"][0].kind, found["k5"][0].total) == ("vendor_credit", Decimal("-40.25"))
    assert [query.findtext("object") for query in asked()] == ["APBILL", "APADJUSTMENT", "APADJUSTMENTITEM"]


@responses.activate
def test_a_vendor_is_found_by_id_or_name_and_pointed_at_by_its_id() -> None:
    record = {"RECORDNO": "8", "VENDORID": "V-8", "NAME": "Acme", "STATUS": "active", "COMMENTS": "Created by OneCore [TOK-8]"}
    responses.post(COMPANY, body=response(rows("query VENDOR 0", "VENDOR", record)))
    found = opened().find([Lookup("a", "vendor", "V-8", "", "x"), Lookup("b", "vendor", "", "Acme", "x"), Lookup("c", "vendor", "", "", "TOK-8")])
    assert {key: [each.ledger_ref for each in vendors] for key, vendors in found.items()} == {"a": ["V-8"], "b": ["V-8"], "c": ["V-8"]}


@responses.activate
def test_a_listing_is_paged_to_the_end_by_record_number() -> None:
    pages = iter([bills(held(1), held(2), remaining=1), bills(held(3)), counts((1, 1), (2, 2), (3, 3))])

    def answer(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        return 200, {}, response(next(pages))

    responses.add_callback(responses.POST, COMPANY, callback=answer)
    documents = list(opened().booked("bill"))
    assert [(each.ledger_ref, each.line_count) for each in documents] == [("1", 1), ("2", 2), ("3", 3)]
    last = asked()[1]
    assert (last.findtext(".//greaterthan/field"), last.findtext(".//greaterthan/value")) == ("RECORDNO", "2")
    assert last.findtext("orderby/order/field") == "RECORDNO"


@pytest.mark.parametrize("page", [bills(held(1), remaining=5), bills(remaining=5)])
@responses.activate
def test_pages_that_repeat_or_stay_empty_end_instead_of_looping(page: str) -> None:
    responses.post(COMPANY, body=response(page))
    with pytest.raises(TryLater):
        opened().find([lookup(1)])
    assert len(responses.calls) <= 2


@responses.activate
def test_only_documents_with_a_token_are_ours_and_since_looks_back_a_little() -> None:
    responses.post(COMPANY, body=response(bills(held(1), held(2, DESCRIPTION="by hand"))))
    responses.post(COMPANY, body=response(counts((1, 1))))
    documents = list(opened().booked("bill", since=datetime(2026, 10, 5, 0, 10, tzinfo=UTC)))
    assert [each.ledger_ref for each in documents] == ["1"]
    query = asked()[0]
    assert query.findtext(".//greaterthanorequalto/value") == "10/04/2026 23:55:00"
    assert query.findtext(".//like/value") == "%[%]%"


@responses.activate
def test_a_thousand_documents_are_read_with_one_question() -> None:
    responses.post(COMPANY, body=response(bills()))
    opened().read("bill", [str(number) for number in range(1000)] + ["1", ""])
    assert len(responses.calls) == 1


@responses.activate
def test_a_refused_question_is_raised_and_a_half_answer_asked_again() -> None:
    responses.post(COMPANY, body=response(failed("query APBILL 0", error("PL04000005", "You do not have permission"), function="query")))
    with pytest.raises(Refused):
        opened().find([lookup(1)])
    responses.replace(responses.POST, COMPANY, body=response())
    with pytest.raises(TryLater):
        opened().find([lookup(1)])


@pytest.mark.parametrize(("body", "status"), [("<html/>", 200), ("<response>", 200), ("x", 500), ("", 503), ("\xff\xfe", 200)])
@responses.activate
def test_a_broken_answer_to_a_question_is_asked_again(body: str, status: int) -> None:
    responses.post(COMPANY, body=body, status=status)
    with pytest.raises(TryLater):
        opened().find([lookup(1)])


@responses.activate
def test_an_amount_that_is_none_stops_instead_of_counting_as_zero() -> None:
    responses.post(COMPANY, body=response(bills(held(1, TRX_TOTALENTERED="1,250.00"))))
    responses.post(COMPANY, body=response(counts((1, 1))))
    with pytest.raises(Refused, match="no amount"):
        opened().find([lookup(1)])


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.exists(), reason="needs ../shared")
@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger: ledger.find([lookup(1)]),
        lambda ledger: ledger.find([lookup(1), lookup(2)]),
        lambda ledger: ledger.find([Lookup("k", "vendor", "V", "N", "T")]),
        lambda ledger: ledger.read("bill", ["1"]),
        lambda ledger: list(ledger.booked("bill", since=datetime(2026, 1, 1, tzinfo=UTC))),
        lambda ledger: ledger.check(),
    ],
)
@responses.activate
def test_every_question_fits_the_schema_of_the_query_function(ask: Callable[[object], object]) -> None:
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    answer = response(bills(held(1)), counts((1, 1)), rows("query VENDOR 0", "VENDOR"))
    responses.post(COMPANY, body=answer)
    ask(opened())
    for call in responses.calls:
        for query in parse(bytes(call.request.body)).findall(".//query"):
            alone = etree.fromstring(etree.tostring(query))
            assert schema.validate(alone), schema.error_log
