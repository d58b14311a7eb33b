"""Where in a TOML text each key stands, so that a message can name the line."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.-]+)\s*=")


def locate_keys(text: str) -> dict[Path, int]:
    r"""Line, from 1, of every table and key; a row of an array of tables has its number, from 1.

    Examples
    --------
    >>> locate_keys("version = 1\n[[people.actions]]\nlead = 'Council'\n")
    {('version',): 1, ('people', 'actions', 1): 2, ('people', 'actions', 1, 'lead'): 3}
    """
    lines: dict[Path, int] = {}
    rows: dict[Path, int] = {}
    table: Path = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        if header := _HEADER.match(line):
            table = _split(header[2])
            if header[1] == "[[":
                rows[table] = rows.get(table, 0) + 1
                table = (*table, rows[table])
            else:
                table = _under_row(table, rows)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_split(key[1])), number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                inside = quotes
    return lines


def _split(name: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _under_row(table: Path, rows: dict[Path, int]) -> Path:
    """Give a table inside a row of an array of tables to the latest row."""
    for depth in range(len(table) - 1, 0, -1):
        if table[:depth] in rows:
            return (*table[:depth], rows[table[:depth]], *table[depth:])
    return table


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Line of a key, or of the nearest table around it; 1 when nothing of it stands in the text."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return 1
