"""Importing: what each row would do, by cell; whole sheets or nothing; twice changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from audit.models import Entry
from mappings.assign import assign
from mappings.importing.applying import StalePreview, import_sheets
from mappings.importing.exporting import export_csv, export_xlsx
from mappings.importing.preview import preview, stamp
from mappings.importing.reading import read_file
from mappings.models import CostCodeMapping, MappingChange, ProjectMapping, VendorMapping
from mappings.resolve import Resolver
from tests.mappings.books import Rows, book, cells
from tests.mappings.conftest import Listed, Place

HEAD = ["Cost code", "Project", "Cost type", "Ledger account", "Item", "Task", "Cost type id", "Department", "Class", "Location"]


def seen(acme: Place, rows: Rows, *, title: str = "Cost codes", head: Any = HEAD) -> Any:
    return preview(acme.integration, read_file(book({title: [head, *rows]}), filename="codes.xlsx"))[0]


def apply(acme: Place, content: bytes, filename: str = "codes.xlsx") -> Any:
    return import_sheets(acme.integration, read_file(content, filename=filename), filename=filename, by="onno")


FULL = {
    "Cost codes": [
        HEAD,
        ["03-300", None, None, "5010", None, "T-03", "SUB", "D1", "C1", "L10"],
        ["09-250", None, None, "5020"],
        ["03-300", "P-01", None, "5100"],
        ["03-300", "Mill Street School", "S", "5020"],
        ["77-001", "P-02", None, "5100"],
    ],
    "Cost types": [["Cost type", "Ledger cost type"], ["L", "LAB"], ["S", "SUB"]],
    "Vendors": [["Source vendor id", "name", "Ledger vendor id"], ["00012", "Apex Concrete", "V-APEX"], [None, "Brightline Drywall", "V-BRI"]],
    "Projects": [
        ["Project number", "name", "Ledger project id", "Location", "Department", "Class"],
        ["P-01", "Harbor Tower", "HT", "L10", "D1", "C1"],
    ],
}


def test_a_whole_workbook_is_imported_and_decides(acme: Place) -> None:
    results = apply(acme, book(FULL))
    assert [(one.preview.title, one.changed, one.applied) for one in results] == [
        ("Cost codes", 5, True),
        ("Cost types", 2, True),
        ("Vendors", 2, True),
        ("Projects", 1, True),
    ]
    resolver = Resolver.load(acme.integration)
    assert resolver.cost("901", "1", "11").account == "5100"
    assert resolver.cost("911", "2", "12").account == "5020"
    standard = resolver.cost("911", "1", "12")
    assert (standard.account, standard.task, standard.cost_type, standard.department) == ("5010", "T-03", "SUB", "D1")
    assert (resolver.vendor("71").remote_id, resolver.project("11").location) == ("V-BRI", "L10")
    assert Entry.objects.filter(event="mapping.imported").count() == 4


def test_importing_twice_changes_nothing(acme: Place) -> None:
    apply(acme, book(FULL))
    changes = MappingChange.everywhere.count()
    results = apply(acme, book(FULL))
    assert [one.changed for one in results] == [0, 0, 0, 0]
    assert all(one.preview.counts["unchanged"] == len(one.preview.verdicts) for one in results)
    assert MappingChange.everywhere.count() == changes


@pytest.mark.parametrize(("export", "name"), [(export_xlsx, "out.xlsx"), (export_csv, "out.csv")])
def test_an_export_is_an_import_that_changes_nothing_here_and_everything_elsewhere(acme: Place, borealis: Place, export: Any, name: str) -> None:
    apply(acme, book(FULL))
    content = export(acme.integration)
    again = apply(acme, content, name)
    assert [(one.applied, one.changed) for one in again] == [(True, 0)] * 4
    other = import_sheets(borealis.integration, read_file(content, filename=name), filename=name, by="onno")
    assert [one.changed for one in other] == [5, 2, 2, 1]
    assert VendorMapping.everywhere.get(integration=borealis.integration, source__remote_id="70").target.remote_id == "V-APEX"
    assert export(borealis.integration) == content or export is export_xlsx
    assert cells(export_xlsx(borealis.integration)) == cells(export_xlsx(acme.integration))


def test_the_export_lists_what_is_still_to_be_mapped(acme: Place) -> None:
    rows = cells(export_xlsx(acme.integration))
    assert [row[:2] for row in rows["Cost codes"][1:]] == [["03-300", "Cast-in-place concrete"], ["09-250", "Drywall"]]
    assert [row[0] for row in rows["Vendors"][1:]] == ["00012", "V2"]


def test_one_kind_can_be_exported_as_a_plain_csv(acme: Place) -> None:
    text = export_csv(acme.integration, kind="vendor").decode("utf-8-sig")
    assert text.splitlines()[0] == "Source vendor,Vendor name,Ledger vendor id,Ledger vendor name"
    assert "00012,Apex Concrete" in text


def test_each_row_is_new_changed_unchanged_or_invalid(acme: Place) -> None:
    assign((acme.integration, "cost_code", acme.ref("cost_code", "101")), account=acme.account("5010"), by="c", how="t")
    found = seen(
        acme, [["03-300", None, None, "5020"], ["09-250", None, None, "5020"], ["03-300", "P-01", None, None], ["99-999", None, None, "5020"]]
    )
    assert found.counts == {"new": 1, "changed": 1, "unchanged": 1, "invalid": 1}
    changed = found.verdicts[0]
    assert (changed.before, changed.after) == ({"account": "5010 Concrete"}, {"account": "5020 Drywall"})
    assert not CostCodeMapping.everywhere.filter(account__code="5020").exists()


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (["03-300", None, None, "5011"], "D2", "No account is called '5011'"),
        (["03-300", None, None, "1000"], "D2", "tied to the bank account"),
        (["03-300", None, None, "5999"], "D2", "inactive"),
        (["03-300", None, None, "4000"], "D2", "type income"),
        (["03-30O", None, None, "5010"], "A2", "Did you mean 03-300"),
        (["03", None, None, "5010"], "A2", "division header"),
        (["77-001", None, None, "5010"], "A2", "name the project (P-01 Harbor Tower, P-02 Mill Street School)"),
        (["03-300", "P-09", None, "5010"], "B2", "No project is called 'P-09'"),
        (["03-300", None, "X", "5010"], "C2", "No cost type is called 'X'"),
        ([None, "P-01", None, "5010"], "A2", "Cost code is blank"),
        (["03-300", None, None, "=1+1"], "D2", "holds a formula"),
        (["03-300", None, None, True], "D2", "TRUE or FALSE"),
        ([datetime(2026, 3, 30), None, None, "5010"], "A2", "holds a date"),
        (["03-300", None, None, 5.5], "D2", "No account is called '5.5'"),
        (["03-300", None, None, 10.0**17], "D2", "too long for Excel"),
    ],
)
def test_an_invalid_row_names_the_cell_and_the_reason(acme: Place, row: list[Any], cell: str, says: str) -> None:
    verdict = seen(acme, [row]).verdicts[0]
    assert (verdict.state, verdict.cell) == ("invalid", cell)
    assert says in verdict.reason


def test_a_sheet_with_an_invalid_row_is_left_out_whole_and_the_others_applied(acme: Place) -> None:
    results = apply(acme, book({**FULL, "Vendors": [["Source vendor", "Ledger vendor id"], ["00012", "V-APEX"], ["V2", "V-NOBODY"]]}))
    assert {one.preview.title: one.applied for one in results} == {"Cost codes": True, "Cost types": True, "Vendors": False, "Projects": True}
    assert not VendorMapping.everywhere.filter(target__isnull=False).exists()
    assert ProjectMapping.everywhere.filter(target__isnull=False).exists()


def test_blank_leaves_and_a_minus_clears(acme: Place) -> None:
    apply(acme, book(FULL))
    apply(acme, book({"Cost codes": [HEAD, ["03-300", None, None, None, None, None, None, None, None, "-"]]}))
    mapping = acme.row(acme.ref("cost_code", "101"))
    assert (mapping.account, mapping.location) == (acme.account("5010"), None)


def test_the_same_row_twice_is_told_and_a_contradiction_refused(acme: Place) -> None:
    found = seen(acme, [["03-300", None, None, "5010"], ["03-300", None, None, "5010"], ["03-300", None, None, "5020"]])
    assert [verdict.state for verdict in found.verdicts] == ["new", "unchanged", "invalid"]
    assert "row 2" in found.verdicts[1].reason
    assert "stands in row 2 already" in found.verdicts[2].reason


def test_leading_zeros_are_kept_and_a_lost_one_is_named(acme: Place) -> None:
    head = ["Source vendor id", "Ledger vendor id"]
    lost = seen(acme, [[12, "V-APEX"]], title="Vendors", head=head).verdicts[0]
    assert "Did you mean 00012? Excel drops leading zeros" in lost.reason
    from openpyxl import Workbook

    made = Workbook()
    page = made.active
    page.title = "Vendors"
    page.append(head)
    page.append([12, "V-APEX"])
    page["A2"].number_format = "00000"
    import io

    into = io.BytesIO()
    made.save(into)
    assert preview(acme.integration, read_file(into.getvalue(), filename="v.xlsx"))[0].verdicts[0].state == "new"


def test_a_name_that_is_there_twice_is_not_guessed(acme: Place) -> None:
    acme.source("vendor", [Listed("72", "", "Twin Supply"), Listed("73", "", "Twin Supply")], complete=False)
    found = seen(acme, [[None, "Twin Supply", "V-BRI"], ["73", None, "V-BRI"]], title="Vendors", head=["Source vendor", "name", "Ledger vendor id"])
    assert "2 vendor entries are called 'Twin Supply': write the id instead (72, 73)" in found.verdicts[0].reason
    assert found.verdicts[1].state == "new"


def test_columns_may_stand_in_any_order_under_other_known_names_below_a_title(acme: Place) -> None:
    rows = [["Our mappings"], [], ["GL Account", "ignored", "COST  CODE"], ["5010", "x", "03-300"]]
    found = preview(acme.integration, read_file(book({"cost CODES": rows}), filename="codes.xlsx"))[0]
    assert [(verdict.row, verdict.state) for verdict in found.verdicts] == [(4, "new")]


def test_a_missing_column_is_named_with_what_was_found(acme: Place) -> None:
    found = seen(acme, [["03-300", "5010"]], head=["Code of cost", "Konto"])
    assert not found.usable
    assert "no header row with Cost code and Ledger account; its first row reads: Code of cost, Konto" in found.raw.fault


def test_a_csv_tells_its_kind_by_its_headers_and_any_delimiter_serves(acme: Place) -> None:
    for text in ("Cost code;Ledger account\n03-300;5010\n", "Cost code\tLedger account\n03-300\t5010\n", "Cost code,GL account\n03-300,5010\n"):
        found = preview(acme.integration, read_file(text.encode(), filename="codes.csv"))[0]
        assert found.counts["new"] == 1


def test_a_stale_preview_is_refused(acme: Place) -> None:
    sheets = read_file(book(FULL), filename="codes.xlsx")
    looked_at = stamp(preview(acme.integration, sheets))
    assign((acme.integration, "cost_code", acme.ref("cost_code", "101")), account=acme.account("5100"), by="dora", how="grid")
    with pytest.raises(StalePreview):
        import_sheets(acme.integration, sheets, filename="codes.xlsx", by="onno", seen=looked_at)
    assert acme.row(acme.ref("cost_code", "101")).account == acme.account("5100")


def test_ids_of_another_tenant_mean_nothing(acme: Place, borealis: Place) -> None:
    borealis.ledger("account", [Listed("B-9", "B-9", "Theirs")], complete=False)
    assert "No account is called 'B-9'" in seen(acme, [["03-300", None, None, "B-9"]]).verdicts[0].reason


def test_an_export_never_carries_a_formula(acme: Place) -> None:
    acme.source("vendor", [Listed("=1+1", "=1+1", "@SUM(A1)"), Listed("-5", "-5", "+cmd|'/C calc'!A0")], complete=False)
    text = export_csv(acme.integration, kind="vendor").decode("utf-8-sig")
    assert "'=1+1,'@SUM(A1)" in text
    assert "'-5,'+cmd" in text
    for row in cells(export_xlsx(acme.integration))["Vendors"][1:]:
        assert not any(str(value or "").startswith(("=", "+", "-", "@")) for value in row)
    acme.ledger("vendor", [Listed("=V", "=V", "Eve")], complete=False)
    assign((acme.integration, "vendor", acme.ref("vendor", "=1+1")), target=acme.ref("vendor", "=V", ledger=True), by="c", how="t")
    again = apply(acme, export_xlsx(acme.integration), "x.xlsx")
    assert sum(one.preview.counts["invalid"] for one in again) == 0
    assert sum(one.changed for one in again) == 0
