"""A sheet of a workbook as rows: what it says of its own extent is no more than a hint."""

import io
import warnings
import zipfile
from typing import Any
from xml.etree import ElementTree

from hotspots.checks import InputError, announce, require_installed
from hotspots.files.delimited import unique_names

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}


def read_sheet(
    data: bytes, name: str, *, sheet: str | None, header: int
) -> tuple[list[str], list[list[Any]], list[int]]:
    """Column names, rows and their lines of one sheet of a workbook; formulas without results are said."""
    openpyxl = require_installed("openpyxl", extra="excel")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    names = [s.title for s in book.worksheets]
    if sheet is not None and sheet not in names:
        raise InputError("The workbook has no such sheet", given=sheet, advice=", ".join(names))
    if not names:
        raise InputError("The workbook has no sheet of cells", given="0 sheets", advice="save the table in one")
    if sheet is None and len(names) > 1:
        announce(f"{name} has {len(names)} sheets; the first, {names[0]}, is read.")
    page = book[sheet or names[0]]
    page.reset_dimensions()
    _say_formulas(data, page, name)
    lines, kept = [], []
    for line, row in enumerate(page.iter_rows(values_only=True), start=1):
        if line >= header and any(v is not None for v in row):
            lines.append(line)
            kept.append(list(row))
    book.close()
    if not kept:
        return [], [], []
    # a stray cell far to the right makes no column of every one between
    used = sorted({i for row in kept for i, v in enumerate(row) if v is not None} | set(range(len(kept[0]))))
    cut = [[row[i] if i < len(row) else None for i in used] for row in kept]
    _say_errors(cut, name)
    return unique_names(cut[0]), cut[1:], lines[1:]


def _say_errors(rows: list[list[Any]], name: str) -> None:
    wrong = [v for row in rows for v in row if isinstance(v, str) and v[:1] == "#" and v in _ERRORS]
    if wrong:
        announce(f"{name}: {len(wrong):,} cells hold an error in place of a value, such as {wrong[0]}.")


def _say_formulas(data: bytes, page: Any, name: str) -> None:
    """Say which formulas have no stored result: programs write them so, and only Excel works them out."""
    blank, dull, every, first = 0, 0, 0, ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        path = str(getattr(page, "_worksheet_path", "")).lstrip("/")
        if not _holds(archive, path, b"<f"):
            return
        with archive.open(path) as handle:
            for _, cell in ElementTree.iterparse(handle):
                part = cell.tag.rpartition("}")[2]
                if part == "c" and cell.find("{*}f") is not None:
                    value, every = cell.findtext("{*}v", ""), every + 1
                    first = first or str(cell.get("r", ""))
                    dull += value in ("", "0")
                    blank += not value and cell.get("t") != "str"  # a text that is empty is a result
                if part == "row":
                    cell.clear()
    # some programs store 0, or an empty text, for every formula that they have not worked out
    if dull == every:
        blank = every
    if blank:
        announce(
            f"{name}: {blank:,} of {every:,} formulas have no stored result (the first formula is {first}). "
            "Open the workbook in Excel or LibreOffice, save it, and read it again."
        )


def _holds(archive: zipfile.ZipFile, path: str, mark: bytes) -> bool:
    before = b""
    with archive.open(path) as handle:
        while chunk := handle.read(1_000_000):
            if mark in before + chunk:
                return True
            before = chunk[-len(mark) :]
    return False
