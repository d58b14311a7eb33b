"""Where in a TOML text each key stands, so that a message can name the line."""

import functools
import re

Path = tuple[str | int, ...]

_PART = r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+"
_NAME = rf"\s*(?:{_PART})(?:\s*\.\s*(?:{_PART}))*\s*"
_HEADER = re.compile(rf"\s*(\[\[?)({_NAME})\]\]?\s*(#.*)?$")
_KEY = re.compile(rf"({_NAME})=")
_MULTI_LINE = ('"""', "'''")
_NO_CODE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*")  # strings and comments, whose brackets are letters


@functools.lru_cache(maxsize=4)
def locate_keys(text: str) -> dict[Path, int]:
    r"""Line, from 1, of every table and key; a row of an array of tables has its number, from 1."""
    lines: dict[Path, int] = {}
    rows: dict[Path, int] = {}
    table: Path = ()
    inside, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        code = _NO_CODE.sub("", line)
        if depth:  # in a list of several lines, which holds no keys of its own
            depth += _opened(code)
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
            depth = max(_opened(code), 0)
        inside = next((quotes for quotes in _MULTI_LINE if line.count(quotes) % 2), "")
    return lines


def _opened(code: str) -> int:
    return sum(code.count(sign) for sign in "[{") - sum(code.count(sign) for sign in "]}")


def _split(name: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))


def _under_row(table: Path, rows: dict[Path, int]) -> Path:
    """Give a table inside a row of an array of tables to the latest row."""
    for depth in range(len(table) - 1, 0, -1):
        if table[:depth] in rows:
            return (*table[:depth], rows[table[:depth]], *table[depth:])
    return table


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Line of a key, of the first below it, or of the nearest table around it; 1 where there is none."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
        below = [line for key, line in lines.items() if key[:depth] == path[:depth]]
        if below:
            return below[0]
    return 1
