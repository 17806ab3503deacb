"""Files that are broken, dressed up or dangerous: one clear sentence, and little memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from mappings.importing.bounds import Unreadable
from mappings.importing.reading import Bad, read_file
from tests.mappings.books import book, part, with_parts

GOOD = {"Cost codes": [["Cost code", "Ledger account"], ["03-300", "5010"]]}
SHEET = "xl/worksheets/sheet1.xml"


def refused(content: bytes, filename: str = "codes.xlsx") -> str:
    with pytest.raises(Unreadable) as problem:
        read_file(content, filename=filename)
    return str(problem.value)


def zip_of(parts: dict[str, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (b"", "codes.xlsx", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "codes.xlsx", "encrypted or in the old .xls format"),
        (b"Cost code,Ledger account\n", "codes.xlsx", "is called .xlsx but is no Excel workbook"),
        (b"PK\x03\x04 whatever", "codes.csv", "is called .csv but is no text file"),
        (b"a\x00b", "codes.csv", "is called .csv but is no text file"),
        (b"x", "codes.xlsm", "may carry macros"),
        (b"x", "codes.pdf", "neither .xlsx nor .csv"),
        (b"PK\x03\x04 cut off", "codes.xlsx", "is damaged"),
        (b"Cost code,Ledger account\nM\xfcller,1\n", "codes.csv", "not in UTF-8"),
        (b"colour,size\nred,1\n", "codes.csv", "does not say by its headers"),
        (b'Cost code,Ledger account\n"' + b"x" * 200_000 + b'",1\n', "codes.csv", "cannot be read as csv"),
    ],
)
def test_it_says_in_one_sentence_what_is_wrong(content: bytes, filename: str, says: str) -> None:
    assert says in refused(content, filename)


def test_a_bomb_is_refused_before_it_inflates() -> None:
    content = with_parts(book(GOOD), {SHEET: b"<worksheet>" + b" " * 100_000_000 + b"</worksheet>"})
    assert len(content) < 300_000
    tracemalloc.start()
    try:
        assert "would grow to 95 MB" in refused(content)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    content = bytearray(with_parts(book(GOOD), {SHEET: b"<worksheet>" + b" " * 3_000_000 + b"</worksheet>"}))
    size = struct.pack("<I", 3_000_023)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 900)
    assert "codes.xlsx" in refused(bytes(content))


def test_a_million_entries_are_refused_by_the_directory_alone() -> None:
    content = with_parts(book(GOOD), {f"xl/junk/{n}.xml": b"" for n in range(800)})
    assert "too many parts" in refused(content)


def test_macros_entities_and_other_archives_are_refused() -> None:
    assert "carries macros" in refused(with_parts(book(GOOD), {"xl/vbaProject.bin": b"x"}))
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + part(book(GOOD), SHEET)
    assert "declares document types" in refused(with_parts(book(GOOD), {SHEET: entity}))
    assert "no Excel workbook" in refused(zip_of({"word/document.xml": b"<a/>"}))
    assert "damaged" in refused(zip_of({"xl/workbook.xml": b"<a/>", "[Content_Types].xml": b"<a"}))


def test_a_claimed_size_of_millions_of_cells_costs_nothing() -> None:
    sheet = part(book(GOOD), SHEET).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in sheet
    rows = read_file(with_parts(book(GOOD), {SHEET: sheet}), filename="codes.xlsx")[0].rows
    assert [row.cells for row in rows] == [{"Cost code": "03-300", "Ledger account": "5010"}]


def test_a_cell_far_down_is_refused_and_one_far_right_ignored() -> None:
    far = part(book(GOOD), SHEET).replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576" t="n"><v>1</v></c></row></sheetData>')
    assert "reaches below row 200,000" in refused(with_parts(book(GOOD), {SHEET: far}))
    right = part(book(GOOD), SHEET).replace(b"</sheetData>", b'<row r="3"><c r="XFD3" t="n"><v>1</v></c></row></sheetData>')
    assert len(read_file(with_parts(book(GOOD), {SHEET: right}), filename="codes.xlsx")[0].rows) == 1


def test_a_formula_is_never_worked_out() -> None:
    rows = read_file(book({"Cost codes": [["Cost code", "Ledger account"], ["03-300", '=HYPERLINK("http://evil.example","x")']]}), filename="c.xlsx")[
        0
    ].rows
    assert isinstance(rows[0].cells["Ledger account"], Bad)


def test_merged_headers_and_blank_rows_do_not_disturb() -> None:
    from openpyxl import Workbook

    made = Workbook()
    page = made.active
    page.title = "Cost codes"
    page.append(["All our codes", None])
    page.merge_cells("A1:B1")
    page.append([None, None])
    page.append(["Cost code", "Ledger account"])
    page.append([None, None])
    page.append(["03-300", "5010"])
    into = io.BytesIO()
    made.save(into)
    rows = read_file(into.getvalue(), filename="codes.xlsx")[0].rows
    assert [(row.number, row.cells["Cost code"]) for row in rows] == [(5, "03-300")]


def test_two_columns_of_the_same_meaning_are_a_fault() -> None:
    sheet = read_file(book({"Cost codes": [["Cost code", "Ledger account", "GL account"], ["03-300", "5010", "5020"]]}), filename="c.xlsx")[0]
    assert "two columns for Ledger account" in sheet.fault


def test_a_workbook_without_known_sheets_says_which_are_known() -> None:
    assert "Name the sheets Cost codes, Cost types, Vendors, Projects" in refused(book({"Tabelle1": [["a"], ["b"]]}))
