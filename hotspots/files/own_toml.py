"""TOML of the user's own: read, or refused in words that say what to change on which line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from hotspots.checks import InputError, Problems

MOST, DEEPEST = 2_000_000, 20
_QUOTES = "paths in single quotes, such as 'C:\\Data\\july.csv', or with / in place of \\"
_LINE = re.compile(r"at line (\d+)")
_BACKSLASH = re.compile(r"=[^#']*\"[^\"]*\\")
# keys whose value is a path, or may be one
_PATHS = re.compile(
    r"(^|\.)(files?|plans|layout|study_area|previous|agreed|streets|lookup|survey|indicators|scheme)$"
    r"|^crosswalks\."
)


def parse_toml(text: str, *, name: str, what: str, advice: str, paths: bool = True) -> dict[str, Any]:
    """Read TOML, or raise `InputError` that names the line; ``what`` begins the sentence, "The layout".

    ``paths``: whether values under keys such as ``file`` are paths, which no tab or line break is in.
    """
    if len(text) > MOST:
        raise InputError(f"{what} is larger than 2 MB", given=name, advice="is it the file that is meant?")
    try:
        raw = tomllib.loads(text)
    except RecursionError as error:
        raise InputError(
            f"{what} has lists or tables inside one another, too deep to be meant",
            given=name,
            advice="is it the file that is meant?",
        ) from error
    except ValueError as error:  # a ValueError of its own for a number without end
        found = _LINE.search(str(error))
        line = text.splitlines()[int(found[1]) - 1] if found else ""
        windows = _BACKSLASH.search(line)
        raise InputError(
            f"{what} is not valid TOML", given=f"{name}: {error}", advice=_QUOTES if windows else advice
        ) from error
    problems = Problems(f"{what} {name} has problems")
    for key, value, depth in _values(raw):
        if depth > DEEPEST:
            problems.add("tables inside tables, too deep to be meant", given=key[:60])
            break
        if paths and isinstance(value, str) and re.search(r"[\x00-\x1f]", value) and _is_path(key, value):
            problems.add(
                f"'{key}' is a path in which a backslash turned into something else", given=repr(value), advice=_QUOTES
            )
    problems.raise_any()
    return raw


def _is_path(key: str, value: str) -> bool:
    return bool(_PATHS.search(key) or re.match(r"[A-Za-z]:", value))


def _values(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Key and depth of every value, without recursion: what is too deep is told, not met."""
    ahead: list[tuple[str, Any, int]] = [("", raw, 0)]
    while ahead:
        key, value, depth = ahead.pop()
        yield key, value, depth
        if isinstance(value, dict):
            ahead += [(f"{key[-200:]}.{k}".lstrip("."), v, depth + 1) for k, v in value.items()]
        elif isinstance(value, list):
            ahead += [(key, v, depth + 1) for v in value]
