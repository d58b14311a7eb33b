"""Delimited text to rows: every physical line of a file is accounted for, whatever its quotes do."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

_RESTARTS = 20
_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r"[\s\ufeff]*\"?sep=(\\t|[^\r\n])\"?[,;\t|]*\r?(?:\n|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One file as text: its columns, its rows with their lines, and the lines that do not fit."""

    rows: pd.DataFrame
    lines: np.ndarray[Any, Any]
    bad: list[tuple[int, str]] = field(default_factory=list)
    crs: str | None = None


def decode_text(data: bytes) -> str:
    """Text of a file: UTF-8 (with or without BOM), UTF-16, else Windows-1252.

    Examples
    --------
    >>> decode_text("Café".encode("cp1252")), decode_text("Café".encode("utf-16"))
    ('Café', 'Café')
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if len(data) > 3 and data[1::2][:50].count(0) > 20:
        return data.decode("utf-16-le", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def whole_text(text: str) -> str:
    r"""Text with the mark for an unreadable character in place of half of one, which no file can hold.

    Examples
    --------
    >>> whole_text("Boar \ud83d Lane")
    'Boar \ufffd Lane'
    """
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def guess_delimiter(text: str) -> str:
    r"""Most frequent of comma, semicolon, tab and bar in the first line; a comma where none occurs.

    Examples
    --------
    >>> guess_delimiter("a;b;c\n1,5;2;3")
    ';'
    """
    first = text.lstrip().split("\n", 1)[0][:100_000]
    return max(_DELIMITERS, key=first.count)


def read_table(text: str, *, delimiter: str | None = None, header: int = 1) -> Table:
    """Rows of a delimited text with their physical lines (the header is line 1).

    The fast parser is used only where counting proves that each line is one row of the right width;
    otherwise Python's ``csv`` module reads the text, line by line. ``delimiter=None``: guessed. Lines above
    line ``header`` are passed over; a first line such as ``sep=;``, as spreadsheets write it, is followed.
    """
    if said := _SEPARATOR.match(text):
        delimiter, header = "\t" if said[1] == "\\t" else said[1], max(header, 2)
    if header > 1:
        lines = list(io.StringIO(text, newline=""))
        below = read_table("".join(lines[header - 1 :]), delimiter=delimiter)
        bad = [(line + header - 1, value) for line, value in below.bad]
        return Table(below.rows, below.lines + header - 1, bad)
    delimiter = delimiter or guess_delimiter(text)
    body = text.rstrip("\r\n")
    width, count = body.split("\n", 1)[0].count(delimiter) + 1, body.count("\n") + 1
    plain = '"' not in body and "\0" not in body and body.count("\r") == body.count("\r\n")
    if width > 1 and plain and body.count(delimiter) == (width - 1) * count:
        table = _read_fast(body, delimiter, count)
        if table is not None:
            return table
    # a line of nothing but NUL, as a crash leaves at the end of a file, is no blank line: it is told
    return _read_exact(re.sub(r"(?m)^\0+(?=\r?$)", " ", body).replace("\0", ""), delimiter)


def _read_fast(body: str, delimiter: str, count: int) -> Table | None:
    try:
        data = io.BytesIO(body.encode("utf-8", "replace"))
        frame = pd.read_csv(
            data, sep=delimiter, header=None, dtype=str, na_filter=False,
            skip_blank_lines=False, quoting=csv.QUOTE_NONE, engine="c",
        )  # fmt: skip
    except pd.errors.ParserError:
        return None
    rows = frame.iloc[1:].reset_index(drop=True)
    rows.columns = pd.Index(unique_names([str(v) for v in frame.iloc[0]]))
    return Table(rows, np.arange(2, count + 1))


def unique_names(names: Sequence[Any]) -> list[str]:
    """Column names without blanks or repeats.

    Examples
    --------
    >>> unique_names(["", "a", "a"])
    ['column 1', 'a', 'a.2']
    """
    seen: dict[str, int] = {}
    unique = []
    for position, raw in enumerate(names, start=1):
        name = str("" if raw is None else raw).strip().lstrip("\ufeff") or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return unique


def _read_exact(body: str, delimiter: str) -> Table:
    lines = list(io.StringIO(body, newline=""))
    records, bad = _records(lines, delimiter)
    if not records:
        return Table(pd.DataFrame(), np.array([], dtype=int), bad)
    header = unique_names(records[0][1])
    good = [(line, fields) for line, fields in records[1:] if len(fields) == len(header)]
    bad += [
        (line, f"{len(fields)} fields where the header has {len(header)}")
        for line, fields in records[1:]
        if len(fields) != len(header)
    ]
    rows = pd.DataFrame([fields for _, fields in good], columns=pd.Index(header), dtype="str")
    return Table(rows, np.array([line for line, _ in good], dtype=int), sorted(bad))


def _records(lines: list[str], delimiter: str) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    records: list[tuple[int, list[str]]] = []
    bad: list[tuple[int, str]] = []
    start, quoting = 0, int(csv.QUOTE_MINIMAL)
    old = csv.field_size_limit(2**31 - 1)
    try:
        while (torn := _read_until_torn(lines, start, delimiter, quoting, records)) is not None:
            bad.append((torn + 1, "a quotation mark is never closed"))
            start = torn + 1
            if len(bad) > _RESTARTS:
                quoting = csv.QUOTE_NONE
    finally:
        csv.field_size_limit(old)
    return records, bad


def _read_until_torn(
    lines: list[str], start: int, delimiter: str, quoting: Any, records: list[tuple[int, list[str]]]
) -> int | None:
    """Append the records from ``start`` on; return the line of one whose open quote swallowed others."""
    width = len(records[0][1]) if records else 0
    reader = csv.reader(lines[start:], delimiter=delimiter, quoting=quoting)
    done = start
    for fields in reader:
        first, done = done, start + reader.line_num
        spans = done - first > 1
        if spans and width and (len(fields) != width or _swallowed(fields, width, delimiter)):
            return first
        if spans and done == len(lines) and _never_closed(lines[first:], delimiter):
            return first
        if fields:
            records.append((first + 1, fields))
            width = width or len(fields)
    return None


def _never_closed(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _swallowed(fields: list[str], width: int, delimiter: str) -> bool:
    """Whether a cell holds whole lines as wide as a row: two stray quotes swallowed the rows between."""
    return width > 3 and any(
        line.count(delimiter) >= width - 1 for field in fields if "\n" in field for line in field.splitlines()
    )
