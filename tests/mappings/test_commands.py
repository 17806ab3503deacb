"""import_mappings and export_mappings: answers, exit codes, one sentence for what is wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import Entry
from mappings.models import CostCodeMapping, MappingChange
from tests.mappings.books import book, cells
from tests.mappings.conftest import Place
from tests.mappings.test_importing import FULL


def run(*args: Any) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    try:
        call_command(*args, "--json", stdout=out, stderr=io.StringIO())
    except CommandError as stop:
        return stop.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def full(tmp_path: Path) -> Path:
    path = tmp_path / "codes.xlsx"
    path.write_bytes(book(FULL))
    return path


def test_it_imports_a_workbook_and_says_what_each_sheet_did(acme: Place, full: Path) -> None:
    code, answer = run("import_mappings", str(full), "--integration", "acme-main")
    assert (code, answer["ok"]) == (0, True)
    assert [(sheet["sheet"], sheet["new"], sheet["written"]) for sheet in answer["sheets"]][:2] == [("Cost codes", 5, 5), ("Cost types", 2, 2)]
    code, again = run("import_mappings", str(full), "--integration", "acme/acme-main")
    assert sum(sheet["written"] for sheet in again["sheets"]) == 0


def test_a_dry_run_changes_nothing(acme: Place, full: Path) -> None:
    code, answer = run("import_mappings", str(full), "--integration", "acme-main", "--dry-run")
    assert (code, answer["dry_run"], answer["sheets"][0]["new"], answer["sheets"][0]["applied"]) == (0, True, 5, False)
    assert not CostCodeMapping.everywhere.exists()
    assert not MappingChange.everywhere.exists()


def test_only_the_kind_asked_for_is_read(acme: Place, full: Path) -> None:
    _, answer = run("import_mappings", str(full), "--integration", "acme-main", "--kind", "vendor")
    assert [sheet["kind"] for sheet in answer["sheets"]] == ["vendor"]


def test_invalid_rows_end_with_one_and_are_named(acme: Place, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("Cost code,Ledger account\n03-300,5010\n09-250,1000\n")
    code, answer = run("import_mappings", str(path), "--integration", "acme-main")
    assert (code, answer["ok"]) == (1, False)
    sheet = answer["sheets"][0]
    assert (sheet["invalid"], sheet["written"], sheet["rows"][1]["cell"]) == (1, 0, "B3")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_mappings", str(path), "--integration", "acme-main", stdout=out, stderr=err)
    assert "Cost codes B3: 1000 Checking cannot be used" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("codes.xlsx", b"nonsense", "no Excel workbook"), ("codes.txt", b"x", "neither .xlsx nor .csv"), ("missing.xlsx", None, "cannot be read")],
)
def test_an_unusable_file_ends_with_two_and_one_sentence(acme: Place, tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, answer = run("import_mappings", str(path), "--integration", "acme-main")
    assert (code, answer["ok"]) == (2, False)
    assert says in answer["error"]


def test_an_unknown_integration_ends_with_two_and_lists_the_known_ones(acme: Place, full: Path) -> None:
    code, answer = run("import_mappings", str(full), "--integration", "nobody")
    assert code == 2
    assert "acme/acme-main" in answer["error"]


def test_the_export_can_be_imported_again(acme: Place, full: Path, tmp_path: Path) -> None:
    run("import_mappings", str(full), "--integration", "acme-main")
    for name in ("out.xlsx", "out.csv"):
        out = tmp_path / name
        code, answer = run("export_mappings", "--integration", "acme-main", "--out", str(out))
        assert (code, answer["file"]) == (0, str(out))
        code, again = run("import_mappings", str(out), "--integration", "acme-main")
        assert (code, sum(sheet["written"] for sheet in again["sheets"])) == (0, 0)
    assert list(cells((tmp_path / "out.xlsx").read_bytes())) == ["Cost codes", "Cost types", "Vendors", "Projects"]
    assert Entry.objects.filter(event="export.made").count() == 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_export_to_nowhere_says_so(acme: Place, tmp_path: Path) -> None:
    code, answer = run("export_mappings", "--integration", "acme-main", "--out", str(tmp_path / "no" / "out.xlsx"))
    assert (code, "cannot be written" in answer["error"]) == (2, True)
    code, answer = run("export_mappings", "--integration", "acme-main", "--out", str(tmp_path / "out.pdf"))
    assert (code, "neither .xlsx nor .csv" in answer["error"]) == (2, True)
