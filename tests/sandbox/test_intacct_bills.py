"""AP bills in the pretend Intacct: what is accepted, what is refused and in which words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.speaking import IntacctCaller, bill, line
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
FIELDS = "RECORDNO RECORDID VENDORID VENDORNAME STATE TOTALENTERED TOTALDUE TRX_TOTALENTERED CURRENCY DESCRIPTION WHENPOSTED"


def _read(intacct: IntacctCaller, record: str) -> dict[str, str]:
    return intacct.query("APBILL", FIELDS, f"<equalto><field>RECORDNO</field><value>{record}</value></equalto>").rows()[0]


def test_a_draft_bill_is_stored_and_read_back(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    lines = [line("1200.50", "5030"), line("-20.25", "5260"), line("-118.03", "2110")]
    made = intacct.one(bill("B-1", DESCRIPTION="Level 2 <pour> & strip ]]> 🏗", lines=lines))
    assert made.status == "success"
    row = _read(intacct, made.record)
    assert row["STATE"] == "Draft"
    assert row["TOTALENTERED"] == row["TOTALDUE"] == row["TRX_TOTALENTERED"] == "1062.22"
    assert row["DESCRIPTION"] == "Level 2 <pour> & strip ]]> 🏗"
    assert row["WHENPOSTED"] == "10/31/2026"
    condition = f"<equalto><field>RECORDKEY</field><value>{made.record}</value></equalto>"
    order = "<orderby><order><field>LINE_NO</field><ascending/></order></orderby>"
    items = intacct.query("APBILLITEM", "LINE_NO ACCOUNTNO TRX_AMOUNT PROJECTID", condition, order).rows()
    assert [(item["ACCOUNTNO"], item["TRX_AMOUNT"]) for item in items] == [("5030", "1200.50"), ("5260", "-20.25"), ("2110", "-118.03")]
    held = sandbox.get("ledger/intacct/CASCADIA")
    mine = next(document for document in held["documents"] if document["RECORDNO"] == made.record)
    assert (mine["total"], mine["line_count"], mine["STATE"]) == ("1062.22", 3, "Draft")


def test_submit_posts_and_is_the_default(intacct: IntacctCaller) -> None:
    assert _read(intacct, intacct.one(bill("B-2", ACTION="Submit")).record)["STATE"] == "Posted"
    assert _read(intacct, intacct.one(bill("B-3", ACTION=None)).record)["STATE"] == "Posted"  # type: ignore[arg-type]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("unknown header field", {"COLOUR": "red"}, "DL02000001", "COLOUR"),
    ("unknown vendor", {"VENDORID": "V-99999"}, "BL01001973", "Invalid Vendor"),
    ("missing vendor", {"VENDORID": None}, "BL03000018", "VENDORID"),
    ("missing bill number", {"RECORDID": None}, "BL03002128", "Enter a Bill number"),
    ("missing due date of a submitted bill", {"WHENDUE": None, "ACTION": "Submit"}, "BL03000018", "WHENDUE"),
    ("ISO date", {"WHENCREATED": "2026-10-31"}, "BL03000018", "MM/DD/YYYY"),
    ("impossible date", {"WHENCREATED": "02/30/2026"}, "BL03000018", "MM/DD/YYYY"),
    ("closed period", {"WHENCREATED": "08/31/2026"}, "BL01001973", "Date must be on or after 09/01/2026"),
    ("closed GL date", {"WHENPOSTED": "08/31/2026"}, "BL01001973", "Date must be on or after 09/01/2026"),
    ("too long a number", {"RECORDID": "9" * 46}, "BL03000018", "too long"),
    ("too long a description", {"DESCRIPTION": "x" * 1001}, "BL03000018", "too long"),
    ("unknown action", {"ACTION": "Post"}, "BL03002129", "Invalid action"),
    ("unknown term", {"TERMNAME": "net 30"}, "BL01001973", "AP term"),
    ("foreign currency", {"CURRENCY": "AUD"}, "BL01001973", "Currency"),
    ("unknown attachment", {"SUPDOCID": "S-1"}, "BL01001973", "Attachment"),
    ("tax solution", {"TAXSOLUTIONID": "Australia - GST"}, "BL01001973", "Tax solutions"),
    ("bad flag", {"ONHOLD": "T"}, "BL03000018", "boolean"),
    ("no lines", {"lines": []}, "BL03000018", "At least one line"),
    ("negative total", {"lines": [line("-1.00")]}, "BL01001973", "negative"),
    ("unknown line field", {"lines": [line(MEMO="x")]}, "DL02000001", "MEMO"),
    ("unknown account", {"lines": [line(account="9999")]}, "BL01001973", "Invalid GL account"),
    ("inactive account", {"lines": [line(account="5999")]}, "BL01001973", "inactive"),
    ("header account", {"lines": [line(account="5000")]}, "BL01001973", "restricted"),
    ("bank account", {"lines": [line(account="1010")]}, "BL03002112", "tied to a bank account"),
    ("unknown project", {"lines": [line(PROJECTID="25-999")]}, "BL01001973", "Invalid Project"),
    ("account that needs a project", {"lines": [line(PROJECTID="")]}, "BL01001973", "missing the 'Project' dimension for the Account"),
    ("account that needs a department", {"lines": [line(account="6100")]}, "BL01001973", "'Department' dimension"),
    ("no location at top level", {"lines": [line(LOCATIONID="")]}, "BL01001973", "Location"),
    ("unknown task", {"lines": [line(TASKID="99-999")]}, "BL01001973", "Invalid Task"),
    ("cost type without task", {"lines": [line(COSTTYPEID="L")]}, "BL01001973", "Cost type"),
    ("thousands comma", {"lines": [line("1,000.00")]}, "BL03000018", "Invalid amount"),
    ("no amount", {"lines": [line("")]}, "BL03000018", "TRX_AMOUNT"),
    ("account label", {"lines": [{"ACCOUNTLABEL": "Sub", "TRX_AMOUNT": "1.00"}]}, "BL03000018", "labels"),
    ("too long a line text", {"lines": [line(ENTRYDESCRIPTION="x" * 1001)]}, "BL03000018", "too long"),
]


@pytest.mark.parametrize(("why", "changes", "errorno", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_wrong_bill_is_refused_with_number_and_words(
    intacct: IntacctCaller, sandbox: Sandbox, why: str, changes: dict[str, Any], errorno: str, words: str
) -> None:
    before = sandbox.get("ledger/intacct/CASCADIA?summary=1")["totals"]
    result = intacct.one(bill(f"W-{why}"[:45], **changes))
    assert result.status == "failure"
    assert result.errorno == errorno
    assert words in result.text.replace("&#039;", "'") + result.node.findtext(".//correction", "")
    assert sandbox.get("ledger/intacct/CASCADIA?summary=1")["totals"] == before


def test_errors_carry_a_support_id_and_a_generic_second_entry(intacct: IntacctCaller) -> None:
    result = intacct.one(bill("E-1", VENDORID="V-99999"))
    assert len(result.errors) == 2
    assert all("[Support ID:" in text for _, text in result.errors)
    assert "Could not create APBill record" in result.errors[1][1]
    assert "&#039;" in result.errors[1][1], "apostrophes arrive escaped twice"


def test_an_inactive_vendor_is_refused_until_activated(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    sandbox.post("intacct/CASCADIA/vendor", id="V-10002", status="inactive")
    refused = intacct.one(bill("I-1", VENDORID="V-10002"))
    assert "inactive" in refused.text
    assert "Activate the vendor" in refused.node.findtext(".//correction", "")
    sandbox.post("intacct/CASCADIA/vendor", id="V-10002", status="active")
    assert intacct.one(bill("I-1", VENDORID="V-10002")).status == "success"


def test_a_duplicate_number_is_refused_or_allowed_by_the_company(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    assert intacct.one(bill("D-1")).status == "success"
    refused = intacct.one(bill("D-1"))
    assert refused.errorno == "BL34000061"
    assert "already exists" in refused.text
    assert intacct.one(bill("D-1", VENDORID="V-10003")).status == "success"
    sandbox.post("intacct/CASCADIA/settings", duplicate_bills="allow")
    assert intacct.one(bill("D-1")).status == "success"
    sandbox.post("intacct/CASCADIA/settings", duplicate_bills="refuse")


def test_amounts_round_to_cents(intacct: IntacctCaller) -> None:
    made = intacct.one(bill("R-1", lines=[line("10.005"), line("0.014")]))
    assert _read(intacct, made.record)["TOTALENTERED"] == "10.02"


def test_one_bad_function_never_sinks_its_siblings(intacct: IntacctCaller) -> None:
    answer = intacct.ask(bill("S-1"), bill("S-2", VENDORID="V-99999"), bill("S-3"))
    assert [result.status for result in answer.results] == ["success", "failure", "success"]


def test_a_transaction_stores_all_or_nothing(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    before = sandbox.get("ledger/intacct/CASCADIA?summary=1")
    answer = intacct.ask(bill("T-1"), bill("T-2", VENDORID="V-99999"), bill("T-3"), transaction="true")
    assert [result.status for result in answer.results] == ["aborted", "failure", "aborted"]
    assert answer.results[0].errorno == "XL03000009"
    assert answer.results[1].errors[0][0] == "BL01001973"
    assert sandbox.get("ledger/intacct/CASCADIA?summary=1") == before
    assert {result.status for result in intacct.ask(bill("T-1"), bill("T-3"), transaction="true").results} == {"success"}


def test_several_objects_in_one_create_stand_or_fall_together(intacct: IntacctCaller) -> None:
    inner = [bill(f"M-{number}").removeprefix("<create>").removesuffix("</create>") for number in (1, 1)]
    assert intacct.one(f"<create>{inner[0]}{inner[1]}</create>").status == "failure"
    assert intacct.one(f"<create>{inner[0]}</create>").status == "success"


def test_a_completed_control_id_is_refused_only_when_ids_are_unique(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    first = intacct.ask(bill("U-1"), controlids=["unique-1"])
    assert first.results[0].status == "success"
    again = intacct.ask(bill("U-2"), controlids=["unique-1"])
    assert again.results[0].status == "failure"
    assert "(synthetic)" in again.results[0].text
    assert intacct.ask(bill("U-3", VENDORID="V-99999"), controlids=["unique-2"]).results[0].status == "failure"
    assert intacct.ask(bill("U-3"), controlids=["unique-2"]).results[0].status == "success", "a failed function did not complete"
    assert intacct.ask(bill("U-4"), controlids=["unique-1"], uniqueid="false").results[0].status == "success"
    other = IntacctCaller.signed_in(sandbox, "Borealis")
    assert "(synthetic)" not in other.ask(bill("U-5"), controlids=["unique-1"]).results[0].text


def test_an_update_replaces_lines_of_a_draft_and_keeps_the_count_of_a_posted_bill(intacct: IntacctCaller) -> None:
    draft = intacct.one(bill("P-1")).record
    changed = intacct.one(bill("P-1", verb="update", RECORDNO=draft, lines=[line("7.00"), line("8.00")]))
    assert changed.status == "success"
    assert _read(intacct, draft)["TOTALENTERED"] == "15.00"
    posted = intacct.one(bill("P-2", ACTION="Submit")).record
    extra = intacct.one(bill("P-2", verb="update", RECORDNO=posted, ACTION=None, lines=[line(), line()]))  # type: ignore[arg-type]
    assert extra.errorno == "BL03002101"
    same = intacct.one(bill("P-2", verb="update", RECORDNO=posted, ACTION=None, lines=[line("55.00")]))  # type: ignore[arg-type]
    assert same.status == "success"
    assert _read(intacct, posted)["TOTALENTERED"] == "55.00"


def test_a_paid_bill_cannot_be_changed_reversed_or_deleted(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    record = intacct.one(bill("Q-1", ACTION="Submit")).record
    paid = sandbox.post(f"intacct/CASCADIA/bills/{record}/pay", amount="40.00")
    assert (paid["STATE"], paid["TOTALDUE"]) == ("Partially Paid", "60.00")
    update = intacct.one(bill("Q-1", verb="update", RECORDNO=record, lines=[line("1.00")]))
    assert "we can" in update.text and "find this transaction" in update.text
    reverse = f'<reverse_bill key="{record}"><datereversed><year>2026</year><month>11</month><day>1</day></datereversed></reverse_bill>'
    assert intacct.one(reverse).errorno == "BL03002129"
    assert intacct.one(f"<delete><object>APBILL</object><keys>{record}</keys></delete>").errorno == "BL03002129"
    payments = intacct.query(
        "APPYMTDETAIL", "RECORDKEY TRX_PAYMENTAMOUNT", f"<equalto><field>RECORDKEY</field><value>{record}</value></equalto>"
    ).rows()
    assert payments == [{"RECORDKEY": record, "TRX_PAYMENTAMOUNT": "40.00"}]


def test_a_posted_bill_is_reversed_and_its_number_is_free_again(intacct: IntacctCaller) -> None:
    record = intacct.one(bill("V-1", ACTION="Submit")).record
    closed = f'<reverse_bill key="{record}"><datereversed><year>2026</year><month>08</month><day>01</day></datereversed></reverse_bill>'
    assert "Date must be on or after" in intacct.one(closed).text
    open_ = f'<reverse_bill key="{record}"><datereversed><year>2026</year><month>11</month><day>01</day></datereversed></reverse_bill>'
    assert intacct.one(open_).record == record
    assert _read(intacct, record)["STATE"] == "Reversed"
    assert intacct.one(bill("V-1")).status == "success"
    disordered = f'<reverse_bill key="{record}"><description>x</description><datereversed/></reverse_bill>'
    assert intacct.one(disordered).errorno == "XL03000003"


def test_a_draft_is_deleted_for_good(intacct: IntacctCaller) -> None:
    record = intacct.one(bill("X-1")).record
    assert intacct.one(f"<delete><object>APBILL</object><keys>{record}</keys></delete>").status == "success"
    assert intacct.query("APBILL", "RECORDNO", f"<equalto><field>RECORDNO</field><value>{record}</value></equalto>").rows() == []
    assert intacct.one(f"<delete><object>APBILL</object><keys>{record}</keys></delete>").status == "failure"


ADJUSTMENT = (
    "<create_apadjustment><vendorid>V-10001</vendorid><datecreated><year>2026</year><month>11</month><day>2</day></datecreated>"
    "{}<adjustmentno>{}</adjustmentno><action>Draft</action><description>Credit</description><apadjustmentitems><lineitem>"
    "<glaccountno>5030</glaccountno><amount>{}</amount><memo>m</memo><locationid>100</locationid><projectid>25-101</projectid>"
    "</lineitem></apadjustmentitems></create_apadjustment>"
)


def test_a_credit_counts_against_the_bills(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    before = Decimal(sandbox.get("ledger/intacct/CASCADIA?summary=1")["totals"]["USD"]["total"])
    made = intacct.one(ADJUSTMENT.format("", "CR-1", "-75.00"))
    assert made.status == "success"
    row = intacct.query(
        "APADJUSTMENT", "RECORDID TOTALENTERED STATE", f"<equalto><field>RECORDNO</field><value>{made.record}</value></equalto>"
    ).rows()
    assert row == [{"RECORDID": "CR-1", "TOTALENTERED": "-75.00", "STATE": "Draft"}]
    after = Decimal(sandbox.get("ledger/intacct/CASCADIA?summary=1")["totals"]["USD"]["total"])
    assert after == before - 75
    assert intacct.one(ADJUSTMENT.format("", "CR-1", "-75.00")).errorno == "BL34000061"
    assert intacct.one(ADJUSTMENT.format("", "CR-2", "0.00")).status == "failure"
    assert intacct.one(ADJUSTMENT.format("<description>early</description>", "CR-3", "1.00")).errorno == "XL03000003"


def test_an_entity_session_stamps_its_records_and_sees_no_other_entity(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    first, second = (IntacctCaller.signed_in(sandbox, "Cascadia", location=entity) for entity in ("100", "200"))
    made = first.one(bill("N-1", lines=[line(LOCATIONID="")]))
    assert made.status == "success"
    condition = f"<equalto><field>RECORDNO</field><value>{made.record}</value></equalto>"
    assert first.query("APBILL", "MEGAENTITYID", condition).rows() == [{"MEGAENTITYID": "100"}]
    assert second.query("APBILL", "RECORDNO", condition).rows() == []
    assert intacct.query("APBILL", "RECORDNO", condition).rows() == []
    private = "<options><showprivate>true</showprivate></options>"
    assert intacct.query("APBILL", "RECORDNO", condition, private).rows() == [{"RECORDNO": made.record}]
    assert second.one(bill("N-2", lines=[line(LOCATIONID="100")])).status == "failure"


def test_markup_in_a_text_stays_text(intacct: IntacctCaller) -> None:
    made = intacct.one(bill("Z-1", DESCRIPTION="</DESCRIPTION><VENDORID>V-10009</VENDORID>"))
    assert _read(intacct, made.record)["VENDORID"] == "V-10001"
