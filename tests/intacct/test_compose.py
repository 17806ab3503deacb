"""The bytes of a request: canonical, complete, and nothing in a text can break out of its element."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.intacct.translate.fitting import fit
from connectors.kit.xml import Element, parse
from connectors.port.drafts import Draft, Operation, VendorDraft
from connectors.port.errors import Misfit
from connectors.port.ledger import KeyedDraft

from .pretend import bill, credit, line, opened, settings

ORDER = Path(__file__).parents[2].parent / "shared" / "specs" / "intacct" / "legacy_element_order.json"


def composed(draft: Draft, operation: Operation = Operation.CREATE, **more: object) -> Element:
    """The one function element of a request for this draft."""
    body = opened(currencies="CAD").compose([KeyedDraft("key-1", operation, draft, **more)], control="c").body  # type: ignore[arg-type]
    (found,) = parse(b"<content>" + body + b"</content>")
    return found


def texts(element: Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in element if not len(child)}


def test_a_bill_carries_header_dates_number_and_token() -> None:
    found = composed(bill())
    assert found.get("controlid") == "key-1"
    assert texts(found.find("create/APBILL")) == {
        "WHENCREATED": "10/05/2026",
        "WHENPOSTED": "10/31/2026",
        "VENDORID": "V-10023",
        "RECORDID": "INV-7",
        "DOCNUMBER": "SC-001",
        "DESCRIPTION": "Requisition 3 of SC-001 [OC7K2M9QX4TB]",
        "WHENDUE": "11/04/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "ACTION": "Submit",
    }


def test_a_line_carries_every_dimension_it_has_and_no_empty_ones() -> None:
    full = line(
        project="P-1", task="03-300", cost_type="M", department="OPS", class_="C", item="I", customer="CU", vendor="V-2", amount=Decimal("-3")
    )
    first, second = composed(bill(lines=(full, line(location="", memo="")), location="200")).findall(".//APBILLITEM")
    assert texts(first) == {
        "ACCOUNTNO": "5010",
        "TRX_AMOUNT": "-3.00",
        "ENTRYDESCRIPTION": "Concrete",
        "LOCATIONID": "100",
        "DEPARTMENTID": "OPS",
        "PROJECTID": "P-1",
        "TASKID": "03-300",
        "COSTTYPEID": "M",
        "CUSTOMERID": "CU",
        "VENDORID": "V-2",
        "ITEMID": "I",
        "CLASSID": "C",
    }
    assert texts(second) == {"ACCOUNTNO": "5010", "TRX_AMOUNT": "100.00", "LOCATIONID": "200"}


def test_currencies_are_named_only_where_the_company_books_several() -> None:
    body = opened().compose([KeyedDraft("k", Operation.CREATE, bill())], control="c").body
    assert b"CURRENCY" not in body
    foreign = composed(bill(currency="CAD")).find("create/APBILL")
    assert texts(foreign).items() >= {"CURRENCY": "CAD", "BASECURR": "USD", "EXCH_RATE_TYPE_ID": "Intacct Daily Rate"}.items()


def test_a_draft_bill_stays_a_draft_and_tax_is_forced_per_line() -> None:
    found = composed(bill(as_draft=True, lines=(line(tax_code="GST 10", tax_amount=Decimal("10")),)))
    assert found.findtext(".//ACTION") == "Draft"
    assert found.findtext(".//TAXENTRIES/TAXENTRY/DETAILID") == "GST 10"
    assert found.findtext(".//TAXENTRIES/TAXENTRY/TRX_TAX") == "10.00"


def test_an_amendment_names_the_record_and_repeats_the_whole_line_set() -> None:
    found = composed(bill(lines=(line(), line(account="5020"))), Operation.AMEND, ledger_ref="4711")
    assert found.findtext("update/APBILL/RECORDNO") == "4711"
    assert [item.text for item in found.findall(".//ACCOUNTNO")] == ["5010", "5020"]


def test_a_void_deletes_a_draft_and_reverses_a_posted_bill() -> None:
    deleted = composed(bill(as_draft=True), Operation.VOID, ledger_ref="4711")
    assert (deleted.findtext("delete/object"), deleted.findtext("delete/keys")) == ("APBILL", "4711")
    reversed_ = composed(bill(), Operation.VOID, ledger_ref="4711", void_date=date(2026, 12, 1)).find("reverse_bill")
    assert reversed_.get("key") == "4711"
    assert [child.tag for child in reversed_] == ["datereversed", "description"]
    assert [part.text for part in reversed_.find("datereversed")] == ["2026", "12", "01"]


def test_an_amendment_without_a_record_number_is_refused() -> None:
    with pytest.raises(Misfit):
        composed(bill(), Operation.AMEND)


def test_a_credit_reduces_what_is_owed_and_names_the_bill_it_corrects() -> None:
    found = composed(credit()).find("create_apadjustment")
    assert found.findtext("apadjustmentitems/lineitem/amount") == "-40.25"
    assert found.findtext("billno") == "INV-6"
    assert found.findtext("adjustmentno") == "CR-7"


def test_a_credit_is_voided_by_deleting_it() -> None:
    assert composed(credit(), Operation.VOID, ledger_ref="12").findtext("delete/object") == "APADJUSTMENT"


@pytest.mark.shared
@pytest.mark.skipif(not ORDER.exists(), reason="needs ../shared")
def test_a_credit_keeps_the_strict_order_of_the_legacy_grammar() -> None:
    wanted = json.loads(ORDER.read_text())["create_apadjustment"]["orders"]["doc_table"]
    full = line(project="P", task="T", cost_type="M", department="D", class_="C", item="I", customer="CU", vendor="V", tax_code="X")
    found = composed(credit(currency="CAD", lines=(full,))).find("create_apadjustment")
    given = [child.tag for child in found]
    assert given == sorted(given, key=wanted.index)
    lines = json.loads(ORDER.read_text())["create_bill/billitems/lineitem"]["orders"]["doc_table"]
    item = [child.tag for child in found.find("apadjustmentitems/lineitem")]
    assert item == sorted(item, key=lines.index)


def test_a_vendor_never_carries_bank_details() -> None:
    vendor = VendorDraft(
        "V-9", "Acme & Sons", "USD", "TOK12", email="a@b.c", street="1 Main", city="Bend", state="OR", postcode="97701", country="US"
    )
    found = composed(vendor).find("create/VENDOR")
    assert found.findtext("VENDORID") == "V-9"
    assert found.findtext("DISPLAYCONTACT/PRINTAS") == "Acme & Sons"
    assert found.findtext("DISPLAYCONTACT/MAILADDRESS/CITY") == "Bend"
    assert "[TOK12]" in found.findtext("COMMENTS")
    assert not [each.tag for each in found.iter() if "ACH" in each.tag or "BANK" in each.tag]


HOSTILE = [
    "</ENTRYDESCRIPTION></APBILLITEM></APBILLITEMS></APBILL></create></function>"
    "<function controlid='x'><delete><object>APBILL</object><keys>1</keys></delete>",
    "<![CDATA[ x ]]> & ]]> &amp; &#0; &lt;",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "\x00\x01\x08\x0b\x0c\x0e\x1f\ufffe\uffff\ud800 end",
    "\U0001f3d7\ufe0f\u202e override \u2028 tab\t line\r\nend",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_one_function(text: str) -> None:
    hostile = bill(number=text, description=text, reference=text, token="TOK", lines=(line(memo=text, project="P<1>&"),))
    for draft in (hostile, fit(hostile, settings=settings())):
        body = opened().compose([KeyedDraft("k", Operation.CREATE, draft)], control="c").body
        functions = parse(b"<content>" + body + b"</content>")
        assert [each.tag for each in functions] == ["function"]
        assert len(functions.findall(".//APBILLITEM")) == 1
        assert functions.findtext(".//PROJECTID") == "P<1>&"


def test_text_that_xml_can_carry_comes_back_equal() -> None:
    memo = "a & b < c > d ]]> \" ' é \U0001f3d7\ufe0f e\u0301"
    assert composed(bill(lines=(line(memo=memo),))).findtext(".//ENTRYDESCRIPTION") == memo


def test_the_same_drafts_give_the_same_bytes() -> None:
    drafts = [KeyedDraft(f"k{index}", Operation.CREATE, bill(number=f"INV-{index}")) for index in range(3)]
    first, second = opened().compose(drafts, control="c"), opened().compose(list(drafts), control="c")
    assert first == second
    assert first.keys == ("k0", "k1", "k2")


def test_no_credential_stands_in_what_is_stored() -> None:
    body = opened().compose([KeyedDraft("k", Operation.CREATE, bill())], control="c").body
    for secret in (b"s3nder", b"us3r-secret", b"session-1", b"onecore_dev"):
        assert secret not in body


def test_more_than_the_batch_size_is_a_programming_error() -> None:
    drafts = [KeyedDraft(f"k{index}", Operation.CREATE, replace(bill(), number=str(index))) for index in range(101)]
    with pytest.raises(ValueError, match="100"):
        opened().compose(drafts, control="c")
