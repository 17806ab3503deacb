"""Reading from the pretend Intacct: the query grammar, its strictness, and the older ways."""

from __future__ import annotations

import pytest

from tests.sandbox.speaking import IntacctCaller, bill, line
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
BY_RECORD = "<orderby><order><field>RECORDNO</field><ascending/></order></orderby>"


def _is(name: str, value: str) -> str:
    return f"<equalto><field>{name}</field><value>{value}</value></equalto>"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (_is("ACCOUNTNO", "2110"), ["2110"]),
        ("<in><field>ACCOUNTNO</field><value>2110</value><value>1010</value></in>", ["1010", "2110"]),
        ("<like><field>TITLE</field><value>Retainage%</value></like>", ["1210", "2110"]),
        ("<like><field>ACCOUNTNO</field><value>10_0</value></like>", ["1010", "1020"]),
        ("<between><field>ACCOUNTNO</field><value>1010</value><value>1200</value></between>", ["1010", "1020", "1200"]),
        (f"<and>{_is('STATUS', 'inactive')}<isnotnull><field>TITLE</field></isnotnull></and>", ["5999"]),
        (f"<or>{_is('ACCOUNTNO', '2000')}<and>{_is('ACCOUNTNO', '1010')}{_is('STATUS', 'active')}</and></or>", ["1010", "2000"]),
        (_is("REQUIREDEPT", "true"), ["6100", "6200"]),
        ("<equalto><field>TITLE</field><value>retainage payable</value></equalto>", []),
    ],
)
def test_filters_find_what_they_say(intacct: IntacctCaller, condition: str, expected: list[str]) -> None:
    rows = intacct.query("GLACCOUNT", "ACCOUNTNO", condition, BY_RECORD).rows()
    assert [row["ACCOUNTNO"] for row in rows] == expected


def test_case_matters_unless_told_otherwise(intacct: IntacctCaller) -> None:
    options = "<options><caseinsensitive>true</caseinsensitive></options>"
    assert len(intacct.query("GLACCOUNT", "ACCOUNTNO", _is("TITLE", "retainage payable"), options).rows()) == 1


@pytest.mark.parametrize(
    ("query", "errorno", "words"),
    [
        ("<query><object>VENDOR9</object><select><field>RECORDNO</field></select></query>", "Query Failed", "Object definition VENDOR9 not found"),
        ("<query><object>VENDOR</object></query>", "Query Failed", "select"),
        ("<query><object>VENDOR</object><select><field>*</field></select></query>", "Query Failed", "no *"),
        ("<query><object>VENDOR</object><select><field>COLOUR</field></select></query>", "DL02000001", "COLOUR"),
        ("<query><object>VENDOR</object><select><field>NAME</field></select><pagesize>2001</pagesize></query>", "Query Failed", "pagesize"),
        ("<query><object>VENDOR</object><select><field>NAME</field></select><offset>-1</offset></query>", "Query Failed", "offset"),
        ("<query><object>VENDOR</object><select><field>NAME</field></select><colour/></query>", "Query Failed", "colour"),
        ("<query><object>VENDOR</object><select><sum>NAME</sum></select></query>", "Query Failed", "number"),
    ],
)
def test_a_malformed_query_fails(intacct: IntacctCaller, query: str, errorno: str, words: str) -> None:
    result = intacct.one(query)
    assert (result.status, result.errorno) == ("failure", errorno)
    assert words in result.text


@pytest.mark.parametrize(
    "condition",
    [
        f"<and>{_is('NAME', 'x')}</and>",
        "<equalto><value>x</value><field>NAME</field></equalto>",
        "<equalto><field>NAME</field><value>x</value><value>y</value></equalto>",
        "<between><field>NAME</field><value>x</value></between>",
        "<isnull><field>NAME</field><value>x</value></isnull>",
        "<same><field>NAME</field><value>x</value></same>",
        f"{_is('NAME', 'x')}{_is('NAME', 'y')}",
        "<greaterthan><field>WHENMODIFIED</field><value>2026-01-01T00:00:00Z</value></greaterthan>",
        _is("COLOUR", "red"),
    ],
)
def test_a_malformed_filter_is_a_data_layer_error(intacct: IntacctCaller, condition: str) -> None:
    assert intacct.query("VENDOR", "NAME", condition).errorno == "DL02000001"


def test_pages_are_counted_and_add_up(intacct: IntacctCaller) -> None:
    seen: list[str] = []
    for offset in range(0, 100, 25):
        data = intacct.query("VENDOR", "VENDORID", extra=f"{BY_RECORD}<pagesize>25</pagesize><offset>{offset}</offset>")
        seen += [row["VENDORID"] for row in data.rows()]
        node = data.node.find("data")
        assert node is not None
        assert int(node.get("totalcount", "")) == int(node.get("offset", "")) + int(node.get("count", "")) + int(node.get("numremaining", ""))
        if node.get("numremaining") == "0":
            break
    assert len(seen) == len(set(seen)) == 60


def test_without_an_order_the_rows_come_as_they_like(intacct: IntacctCaller) -> None:
    rows = [int(row["RECORDNO"]) for row in intacct.query("VENDOR", "RECORDNO").rows()]
    assert rows != sorted(rows)


def test_dotted_fields_counts_and_sums(intacct: IntacctCaller) -> None:
    for number in range(3):
        assert intacct.one(bill(f"SUM-{number}", VENDORID="V-10005", lines=[line(f"{number + 1}0.10")])).status == "success"
    row = intacct.query("APBILL", "RECORDID VENDOR.NAME", _is("RECORDID", "SUM-1")).rows()[0]
    name = intacct.query("VENDOR", "NAME", _is("VENDORID", "V-10005")).rows()[0]["NAME"]
    assert row["VENDOR.NAME"] == name
    inner = "<field>VENDORID</field><count>RECORDNO</count><sum>TOTALENTERED</sum>"
    result = intacct.one(f"<query><object>APBILL</object><select>{inner}</select><filter>{_is('VENDORID', 'V-10005')}</filter></query>")
    assert result.rows() == [{"VENDORID": "V-10005", "COUNT.RECORDNO": "3", "TOTALENTERED": "60.30"}]


def test_what_changed_is_found_by_time(sandbox: Sandbox) -> None:
    sandbox.post("clock", advance_s=86_400)
    intacct = IntacctCaller.signed_in(sandbox, "Cascadia")
    record = intacct.one(bill("NEW-1")).record
    stamp = intacct.query("APBILL", "WHENMODIFIED", _is("RECORDNO", record)).rows()[0]["WHENMODIFIED"]
    condition = f"<greaterthanorequalto><field>WHENMODIFIED</field><value>{stamp}</value></greaterthanorequalto>"
    assert [row["RECORDNO"] for row in intacct.query("APBILL", "RECORDNO", condition).rows()] == [record]


def test_many_numbers_are_looked_up_in_one_query(intacct: IntacctCaller) -> None:
    intacct.ask(*(bill(f"LOOK-{number}") for number in range(20)))
    values = "".join(f"<value>LOOK-{number}</value>" for number in range(40))
    condition = f"<and>{_is('VENDORID', 'V-10001')}<in><field>RECORDID</field>{values}</in></and>"
    assert len(intacct.query("APBILL", "RECORDNO RECORDID", condition).rows()) == 20


def test_read_takes_record_numbers_and_brings_the_lines(intacct: IntacctCaller) -> None:
    record = intacct.one(bill("READ-1", lines=[line("1.00"), line("2.00")])).record
    result = intacct.one(f"<read><object>APBILL</object><keys>{record},999999</keys><fields>*</fields></read>")
    data = result.node.find("data")
    assert data is not None and data.get("count") == "1"
    assert len(data.findall("APBILL/APBILLITEMS/apbillitem")) == 2
    named = intacct.one("<readByName><object>VENDOR</object><keys>V-10001</keys><fields>NAME,STATUS</fields></readByName>")
    assert named.rows()[0]["STATUS"] == "active"
    assert intacct.one("<read><object>APBILL</object><keys></keys><fields>*</fields></read>").status == "failure"


def test_read_by_query_uses_codes_and_its_result_belongs_to_the_session(intacct: IntacctCaller, sandbox: Sandbox) -> None:
    intacct.one(bill("CODE-1"))
    query = "<readByQuery><object>APBILL</object><query>STATE = 'D' AND RECORDID = 'CODE-1'</query><fields>RECORDID,STATE</fields></readByQuery>"
    assert intacct.one(query).rows() == [{"RECORDID": "CODE-1", "STATE": "D"}]
    first = intacct.one(
        "<readByQuery><object>VENDOR</object><query>STATUS = 'T'</query><fields>VENDORID</fields><pagesize>50</pagesize></readByQuery>"
    )
    data = first.node.find("data")
    assert data is not None and data.get("numremaining") == "8"
    more = f"<readMore><resultId>{data.get('resultId')}</resultId></readMore>"
    assert len(intacct.one(more).rows()) == 8
    assert IntacctCaller.signed_in(sandbox, "Cascadia").one(more).errorno == "DL02000001"
    assert intacct.one("<readByQuery><object>VENDOR</object><query>STATUS = </query><fields>*</fields></readByQuery>").errorno == "DL02000001"


def test_the_company_tells_about_itself(intacct: IntacctCaller) -> None:
    assert "AP" in [node.text for node in intacct.one("<get_applications/>").node.iter("application")]
    entities = intacct.one("<readEntityDetails/>").node.findall("data/entity")
    assert [entity.findtext("LOCATIONID") for entity in entities] == ["100", "200"]
    fields = [node.text for node in intacct.one("<lookup><object>APBILL</object></lookup>").node.iter("ID")]
    assert {"RECORDNO", "VENDORID", "STATE"} <= set(fields)
    rights = intacct.one("<getUserPermissions><userId>xml_gateway</userId></getUserPermissions>").node
    assert "Add" in rights.findtext("data/permission/rights", "")
    assert intacct.one('<get_companyprefs application="AP"/>').status == "success"
    assert intacct.one("<getDimensions/>").status == "success"
    assert intacct.one("<make_coffee/>").errorno == "XL03000003"


def test_vendors_are_created_once_with_a_contact_of_their_own(intacct: IntacctCaller) -> None:
    def vendor(number: str, name: str = "New Sub LLC", more: str = "") -> str:
        return f"<create><VENDOR><VENDORID>{number}</VENDORID><NAME>{name}</NAME>{more}</VENDOR></create>"

    contact = "<DISPLAYCONTACT><PRINTAS>New Sub</PRINTAS><MAILADDRESS><CITY>Tacoma</CITY></MAILADDRESS></DISPLAYCONTACT>"
    made = intacct.one(vendor("N-1", more=contact))
    assert made.status == "success"
    assert made.rows()[0]["VENDORID"] == "N-1"
    row = intacct.query("VENDOR", "NAME STATUS DISPLAYCONTACT.MAILADDRESS.CITY", _is("VENDORID", "N-1")).rows()[0]
    assert row == {"NAME": "New Sub LLC", "STATUS": "active", "DISPLAYCONTACT.MAILADDRESS.CITY": "Tacoma"}
    assert intacct.one(vendor("N-1")).errorno == "BL34000061"
    assert intacct.one(vendor("N" * 21)).errorno == "BL03000018"
    assert intacct.one(vendor("N-2", name="")).errorno == "BL03000018"
    assert intacct.one(vendor("N-2", more="<COLOUR>red</COLOUR>")).errorno == "DL02000001"
    assert intacct.one(vendor("N-2", more="<STATUS>sleepy</STATUS>")).errorno == "BL03000018"
    assert intacct.one(vendor("N-2", more="<TERMNAME>whenever</TERMNAME>")).status == "failure"
    changed = intacct.one("<update><VENDOR><VENDORID>N-1</VENDORID><NAME>Newer Sub LLC</NAME></VENDOR></update>")
    assert changed.status == "success"
    used = intacct.one(bill("USE-1", VENDORID="N-1"))
    assert used.status == "success"
    record = intacct.query("VENDOR", "RECORDNO", _is("VENDORID", "N-1")).rows()[0]["RECORDNO"]
    assert intacct.one(f"<delete><object>VENDOR</object><keys>{record}</keys></delete>").status == "failure"
