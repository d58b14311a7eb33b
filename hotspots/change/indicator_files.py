"""Data files that name the indicators of a board page, read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from hotspots.checks import InputError, Problems, closest_name, read_text
from hotspots.common.packaged import list_packaged
from hotspots.files.own_toml import parse_toml
from hotspots.files.typed_tables import Table, needed, read_table


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


class _Row(Table):
    key: str = needed('key = "asb"')
    name: str = needed('name = "Anti-social behaviour"')
    kind: Literal["count", "share", "survey"] = "count"
    direction: Literal["fewer", "more", "either"] = "fewer"
    filter: dict[str, Any] | None = None
    without: dict[str, Any] | None = None
    profile: str = ""
    hot: bool = False
    of: str = ""
    note: str = ""


class _Page(Table):
    others = True
    indicator: list[_Row] = needed("[[indicator]], in two brackets")

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say which keys come twice, and which shares are of nothing that is counted."""
        kinds = {row.key: row.kind for row in self.indicator or []}
        keys = [row.key for row in self.indicator or []]
        for row in self.indicator or []:
            where, of = f"indicator '{row.key}'", f"of = {row.of!r}"
            if keys.count(row.key) > 1:
                yield InputError(f"{where} comes more than once", advice="another key for one of them")
            if row.kind == "share" and row.of not in kinds:
                advice = "of = the key of an indicator in the same file"
                yield InputError(f"{where} is a share of an unknown indicator", given=of, advice=advice)
            elif row.kind == "share" and kinds[row.of] == "survey":
                said = f"{where} is a share of a survey, which counts no records"
                yield InputError(said, given=of, advice="of = the key of a count")


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
    raw = parse_toml(text, name=str(source), what=what, advice=advice)
    problems = Problems(f"The indicators in {source} cannot be used")
    page = read_table(_Page, raw, problems, text=text)
    problems.raise_any()
    return [Indicator(**row) for row in page.indicator]
