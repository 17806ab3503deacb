"""Is this file safe to open? Decided on its directory and first bytes, before anything is inflated."""

from __future__ import annotations

import io
import struct
import zipfile

MOST_FILE_BYTES = 30 * 1024 * 1024
MOST_ENTRIES = 500
MOST_DIRECTORY_BYTES = 256 * 1024
MOST_INFLATED_BYTES = 250 * 1024 * 1024
MOST_STRINGS_BYTES = 60 * 1024 * 1024
MOST_RATIO = 150
"""A sheet of numbers inflates 10 to 40 times; beyond this, and above a few megabytes, it is a bomb."""
MOST_ROWS = 200_000
MOST_COLUMNS = 64

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


class Unreadable(ValueError):
    """The file cannot be imported at all; the text says why and what to do."""


def check_size(size: int, *, filename: str) -> None:
    if size > MOST_FILE_BYTES:
        raise Unreadable(f"{filename} has {size // 1024 // 1024} MB; at most {MOST_FILE_BYTES // 1024 // 1024} MB are read. Split it by sheet.")
    if size == 0:
        raise Unreadable(f"{filename} is empty.")


def kind_of_file(content: bytes, *, filename: str) -> str:
    """ "xlsx" or "csv", if what is inside agrees with the name. Raises Unreadable."""
    ending = filename.rpartition(".")[2].lower()
    if content.startswith(_OLE):
        raise Unreadable(f"{filename} is encrypted or in the old .xls format. Remove its password, or save it as an Excel workbook (.xlsx).")
    if ending in {"xlsm", "xltm", "xlsb", "xls"}:
        raise Unreadable(f"{filename} may carry macros or is an old format. Save it as an Excel workbook without macros (.xlsx).")
    if ending not in {"xlsx", "csv"}:
        raise Unreadable(f"{filename} is neither .xlsx nor .csv. Save the sheet in one of these formats.")
    is_zip = content.startswith(_ZIP)
    if ending == "xlsx" and not is_zip:
        raise Unreadable(f"{filename} is called .xlsx but is no Excel workbook. If it is a text file, name it .csv; else save it again from Excel.")
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if ending == "csv" and (is_zip or (b"\x00" in content and not is_utf16)):
        raise Unreadable(f"{filename} is called .csv but is no text file. If it is an Excel workbook, name it .xlsx.")
    return ending


def check_archive(content: bytes, *, filename: str) -> None:
    """Refuse a zip that would grow beyond bounds, hides macros, or is no workbook. Raises Unreadable."""
    _check_directory(content, filename=filename)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, filename=filename)
            _check_no_document_type(archive, entries, filename=filename)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, RuntimeError, EOFError, OSError) as problem:
        raise Unreadable(f"{filename} is damaged: {problem}. Save it again from Excel.") from problem


def _check_directory(content: bytes, *, filename: str) -> None:
    """The end record says how long the directory is: a million entries are refused before they become objects."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or at + 22 > len(content):
        raise Unreadable(f"{filename} is damaged: the end of the workbook is missing. Save it again from Excel.")
    entries, length = struct.unpack_from("<HI", content, at + 10)
    if entries > MOST_ENTRIES or length > MOST_DIRECTORY_BYTES:
        raise Unreadable(f"{filename} holds too many parts to be a workbook of mappings. Save it again from Excel.")


def _check_entries(entries: list[zipfile.ZipInfo], *, filename: str) -> None:
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise Unreadable(f"{filename} is a zip file but no Excel workbook. Save it from Excel as .xlsx.")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable(f"{filename} carries macros. Save it as an Excel workbook without macros (.xlsx).")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(f"{filename} is encrypted. Remove its password and try again.")
    inflated, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    strings = sum(entry.file_size for entry in entries if entry.filename.lower().endswith("sharedstrings.xml"))
    bomb = inflated > 8 * 1024 * 1024 and inflated > MOST_RATIO * max(1, packed)
    if inflated > MOST_INFLATED_BYTES or strings > MOST_STRINGS_BYTES or bomb:
        raise Unreadable(f"{filename} would grow to {inflated // 1024 // 1024} MB when opened; that is not read. Copy the rows to a new workbook.")


def _check_no_document_type(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, filename: str) -> None:
    """Workbooks never declare entities; a part that does is an attack on whoever parses it."""
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!" in part.read(1024).replace(b"<!--", b"").replace(b"\x00", b""):
                    raise Unreadable(f"{filename} declares document types inside, which workbooks do not. Save it again from Excel.")
