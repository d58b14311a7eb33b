"""Files to text: every file that a source names, and every physical line of each accounted for."""

from __future__ import annotations

import csv
import fnmatch
import glob
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError, Problems, announce

MAX_BYTES = 4 * 1024**3
_RESTARTS = 20


@dataclass(frozen=True)
class SourceFile:
    """One file to read: its name relative to the source, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Table:
    """One file as text: its columns, its rows with their physical lines, and the lines that do not fit."""

    rows: pd.DataFrame
    lines: np.ndarray[Any, Any]
    bad: list[tuple[int, str]]


def find_files(
    source: Any, *, skip: Sequence[str] = (), suffixes: Sequence[str] = (".csv",)
) -> list[SourceFile]:
    """Every file that ``source`` (a file, several, a glob, a folder or a zip) names, in a stable order.

    Raises
    ------
    InputError
        For all missing and empty files of the call at once.
    """
    problems, found = Problems("The incident files cannot be read"), []
    for item, name in _named_paths(source, problems):
        if not item.is_file():
            problems.add("no such file", given=str(item))
        elif item.stat().st_size == 0:
            problems.add("the file is empty (0 bytes)", given=name)
        elif item.suffix.lower() == ".zip":
            found.extend(_inside_zip(item, name, skip, suffixes, problems))
        else:
            found.append(SourceFile(name, item.read_bytes))
    kept = [f for f in found if not _matches(f.name, skip)]
    if not kept and not problems.found:
        problems.add("nothing to read", given=str(source), advice=f"files ending in {', '.join(suffixes)}")
    problems.raise_any()
    if len(kept) < len(found):
        announce(f"{len(found) - len(kept)} file(s) left out as not holding incidents ({', '.join(skip)}).")
    return kept


def _named_paths(source: Any, problems: Problems) -> list[tuple[Path, str]]:
    items = [source] if isinstance(source, str | Path) else list(source)
    if not items:
        problems.add("no file was named", given="an empty list")
    named: list[tuple[Path, str]] = []
    for item in items:
        path = Path(item)
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.suffix.lower() in {".csv", ".zip"} and p.is_file()
            )
            named += [(p, p.relative_to(path).as_posix()) for p in inside if not _hidden(p.relative_to(path))]
        elif not path.exists() and glob.has_magic(str(item)):
            hits = sorted(Path(p) for p in glob.glob(str(item), recursive=True))  # noqa: PTH207
            root = _fixed_part(str(item))
            named += [(p, p.relative_to(root).as_posix()) for p in hits if p.is_file()]
            if not hits:
                problems.add("no file matches the pattern", given=str(item))
        else:
            named.append((path, path.name))
    return _distinct_names(named)


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX", "~$")) for part in path.parts)


def _fixed_part(pattern: str) -> Path:
    parts = Path(pattern).parts
    fixed = [p for i, p in enumerate(parts) if not any(glob.has_magic(q) for q in parts[: i + 1])]
    return Path(*fixed) if fixed else Path()


def _distinct_names(named: Iterable[tuple[Path, str]]) -> list[tuple[Path, str]]:
    named = list(dict.fromkeys((p, n) for p, n in named))
    names = [n for _, n in named]
    return [(p, n if names.count(n) == 1 else "/".join(p.parts[-2:])) for p, n in named]


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns)


def _inside_zip(
    path: Path, name: str, skip: Sequence[str], suffixes: Sequence[str], problems: Problems
) -> list[SourceFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda m: m.filename)
    except (zipfile.BadZipFile, OSError):
        problems.add("not a zip file that can be opened", given=name)
        return []
    wanted = [
        m for m in members if Path(m.filename).suffix.lower() in suffixes and not _hidden(Path(m.filename))
    ]
    if not wanted:
        problems.add(f"the zip holds no file ending in {', '.join(suffixes)}", given=name)
    for member in wanted:
        if member.file_size == 0 and not _matches(member.filename, skip):
            problems.add("the file is empty (0 bytes)", given=f"{name}/{member.filename}")
    if sum(m.file_size for m in wanted) > MAX_BYTES:
        problems.add("the zip unpacks to more than 4 GB", given=name)
        return []
    return [SourceFile(f"{name}/{m.filename}", _member_reader(path, name, m.filename)) for m in wanted]


def _member_reader(path: Path, name: str, member: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as handle:
                return handle.read()
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
            raise InputError(
                "A file inside the zip cannot be read", given=f"{name}/{member}: {error}"
            ) from error

    return read


def decode_text(data: bytes) -> str:
    """Text of a file: UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_table(text: str, *, delimiter: str = ",") -> Table:
    """Rows of a delimited text with their physical lines (the header is line 1).

    The fast parser is used only where counting proves that each line is one row of the right width;
    otherwise Python's ``csv`` module reads the text, line by line.
    """
    body = text.rstrip("\r\n")
    width, count = body.split("\n", 1)[0].count(delimiter) + 1, body.count("\n") + 1
    plain = '"' not in body and "\0" not in body and body.count("\r") == body.count("\r\n")
    if width > 1 and plain and body.count(delimiter) == (width - 1) * count:
        table = _read_fast(body, delimiter, count)
        if table is not None:
            return table
    return _read_exact(body.replace("\0", ""), delimiter)


def _read_fast(body: str, delimiter: str, count: int) -> Table | None:
    try:
        frame = pd.read_csv(
            io.BytesIO(body.encode("utf-8")), sep=delimiter, header=None, dtype=str, na_filter=False,
            skip_blank_lines=False, quoting=csv.QUOTE_NONE, engine="c",
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    if len(frame) != count:
        return None
    rows = frame.iloc[1:].reset_index(drop=True)
    rows.columns = pd.Index(_unique_names([str(v) for v in frame.iloc[0]]))
    return Table(rows, np.arange(2, count + 1), [])


def _unique_names(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for position, raw in enumerate(names, start=1):
        name = raw.strip().lstrip("\ufeff") or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return unique


def _read_exact(body: str, delimiter: str) -> Table:
    lines = list(io.StringIO(body, newline=""))
    records, bad = _records(lines, delimiter)
    if not records:
        return Table(pd.DataFrame(), np.array([], dtype=int), bad)
    header = _unique_names(records[0][1])
    good = [(line, fields) for line, fields in records[1:] if len(fields) == len(header)]
    bad += [
        (line, f"{len(fields)} fields where the header has {len(header)}")
        for line, fields in records[1:]
        if len(fields) != len(header)
    ]
    rows = pd.DataFrame([fields for _, fields in good], columns=pd.Index(header), dtype=str)
    return Table(rows, np.array([line for line, _ in good], dtype=int), sorted(bad))


def _records(lines: list[str], delimiter: str) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    records: list[tuple[int, list[str]]] = []
    bad: list[tuple[int, str]] = []
    start, quoting = 0, int(csv.QUOTE_MINIMAL)
    old = csv.field_size_limit(2**31 - 1)
    try:
        for attempt in range(_RESTARTS + 2):
            stop = _read_until_torn(lines, start, delimiter, quoting, records)
            if stop is None:
                break
            bad.append((stop + 1, "a quotation mark is never closed"))
            start = stop + 1
            if attempt == _RESTARTS:
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
