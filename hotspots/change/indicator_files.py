"""Data files that name the indicators of a board page, read and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from hotspots.checks import InputError, Problems, closest_name, read_text
from hotspots.common.packaged import list_packaged
from hotspots.files.own_toml import parse_toml

KINDS = ("count", "share", "survey")
DIRECTIONS = ("fewer", "more", "either")


@dataclass(frozen=True)
class Indicator:
    """One row of a board page."""

    key: str  # permanent key, and what the reader sees
    name: str
    kind: str = "count"  # "count", "share" (of the indicator ``of``) or "survey" (from the user's table)
    direction: str = "fewer"  # what is hoped for: "fewer", "more" or "either"
    # which incidents count and which do not, as in a problem profile; empty means all and none
    filter: dict[str, Any] | None = None
    without: dict[str, Any] | None = None
    profile: str = ""  # A packaged problem profile instead of a filter
    hot: bool = False  # whether only incidents in hotspots count
    of: str = ""  # key of the indicator a share is taken of
    note: str = ""  # what the reader must know


def list_indicators() -> list[str]:
    """List the pages that come with the package."""
    return list_packaged("indicators", ending=".toml")


def read_indicators(source: str | Path = "board") -> list[Indicator]:
    """Read a packaged page by its name, or a TOML file of your own."""
    known = list_indicators()
    if str(source) in known:
        text = (resources.files("hotspots") / "data" / "indicators" / f"{source}.toml").read_text("utf-8")
    elif Path(source).is_file():
        text = read_text(Path(source), what="The file of indicators")
    else:
        near = closest_name(str(source), known) or f"{', '.join(known)}, or the path of a file"
        raise InputError("There is no such page of indicators", given=str(source), advice=near)
    advice, what = "mend that line: text stands in quotes", "The file of indicators"
    rows = parse_toml(text, name=str(source), what=what, advice=advice).get("indicator", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(
            "Each indicator stands under a heading of its own",
            given=f"{source}: [indicator]",
            advice="[[indicator]], in two brackets",
        )
    return _check(rows, str(source))


def _check(rows: list[dict[str, Any]], source: str) -> list[Indicator]:
    allowed = [f.name for f in fields(Indicator)]
    problems = Problems(f"The indicators in {source} cannot be used")
    keys = [str(row.get("key", "")) for row in rows]
    surveys = {key for key, row in zip(keys, rows, strict=True) if row.get("kind") == "survey"}
    if not rows:
        problems.add("no indicator stands in it", advice="[[indicator]]")
    for key, row in zip(keys, rows, strict=True):
        where = f"indicator '{key}'"
        for name in row:
            if name not in allowed:
                problems.add(
                    f"{where} has an unknown key", given=name, advice=closest_name(name, allowed) or ""
                )
        for name, choices in (("kind", KINDS), ("direction", DIRECTIONS)):
            if row.get(name, choices[0]) not in choices:
                problems.add(
                    f"{where} has an unknown {name}", given=str(row[name]), advice=", ".join(choices)
                )
        if not key or not row.get("name"):
            problems.add(
                f"{where} lacks its key or name",
                given="an [[indicator]]",
                advice='key = "asb" and name = "Anti-social behaviour"',
            )
        if keys.count(key) > 1:
            problems.add(f"{where} comes more than once", advice="another key for one of them")
        if row.get("kind") == "share" and row.get("of") not in keys:
            problems.add(
                f"{where} is a share of an unknown indicator",
                given=str(row.get("of")),
                advice="of = the key of an indicator in the same file",
            )
        if row.get("kind") == "share" and row.get("of") in surveys:
            problems.add(
                f"{where} is a share of a survey, which counts no records",
                given=f"of = {row['of']!r}",
                advice="of = the key of a count",
            )
    problems.raise_any()
    return [Indicator(**row) for row in rows]
