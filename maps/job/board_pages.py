"""The pages a board reads: which indicators, for which area, beside what, as the configuration says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.names import find_area
from hotspots import track_indicators
from hotspots.change._indicator_rows import Counted
from hotspots.change.compare_periods import compare_windows
from hotspots.change.indicator_files import read_indicators
from hotspots.checks import InputError, UnreadableError, announce, closest_name
from hotspots.common.membership import rows_in
from hotspots.common.plan_words import name_key
from hotspots.reading.covered import NotCoveredError, find_covered
from maps.disclosure.gate import Profile
from maps.disclosure.suppression import hide_small
from maps.job.compare import chosen_windows

DEFAULT = "board"
_TOLD = (
    *("before", "after", "base_before", "base_after", "percent", "points", "low", "high", "p", "q"),
    *("beside_before", "beside_after", "beside_percent", "points_beside", "ratio_beside"),
)


@dataclass(frozen=True)
class Board:
    """One page: its name, what it is headed, the area (or ""), and the table of `track_indicators`."""

    name: str
    title: str
    area: str
    table: pd.DataFrame
    # which records each indicator counts in the earlier period and in the later, where any number is hidden
    rows: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def make_boards(
    incidents: gpd.GeoDataFrame,
    hot: pd.Series,
    *,
    hot_before: pd.Series | None = None,
    given: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Any],
    selected_on: Any,
    calendar: pd.DataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    as_of: Any,
    spread: Mapping[str, float] | None = None,
    least: int = 0,
) -> list[Board]:
    """Make every page of a configuration; the plan on a page where it asks for none of its own."""
    pages = {DEFAULT: {}, **given} if DEFAULT not in given else dict(given)
    same: dict[str, Any] = {"selected_on": selected_on, "calendar": calendar, "as_of": as_of, "least": least}
    boards = []
    for name, page in pages.items():
        windows = chosen_windows(incidents, page if "after" in page else changes)
        if windows is None:
            announce(f"No page '{name}' for the board: no month is there a year before as well.")
            continue
        rows = _rows_of(incidents, str(page.get("area", "")), areas, name=name)
        if rows is not None and not rows.any():
            announce(f"No page '{name}' for the board: no record lies in {page['area']}.")
            continue
        try:
            # asked of all the records: those of one area alone show fewer gaps
            like = find_covered(incidents, compare_windows(*windows, as_of=as_of))
            here = like.rows if rows is None else like.rows & rows
            if not here.any():
                announce(f"No page '{name}' for the board: {' '.join(like.gaps)}")
                continue
            table = track_indicators(
                incidents[here],
                after=windows[0],
                before=windows[1],
                indicators=page.get("indicators", "board"),
                hot=hot[here],
                hot_before=None if hot_before is None else hot_before[here],
                survey=_read_survey(page.get("survey"), page.get("indicators", "board")),
                beside=None if rows is None else incidents[like.rows],
                dispersion=(spread or {}).get(str(page.get("area", "")).partition(":")[0], (spread or {}).get("", 1.0)),
                **same,
            )
        except (NotCoveredError, UnreadableError) as error:
            announce(f"No page '{name}' for the board: {error}")
            continue
        except InputError as error:
            if name in given:
                raise
            announce(f"No board page: {error.problem}.")
            continue
        table.attrs["warnings"] = [*like.gaps, *table.attrs["warnings"]]
        for gap in like.gaps:
            announce(gap)
        told = _count_rows(incidents, here, hot, page, windows, as_of) if least else {}
        boards.append(Board(name, _title_of(page, name), str(page.get("area", "")), table, told))
    return boards


def _count_rows(
    incidents: gpd.GeoDataFrame, here: Any, hot: pd.Series, page: Mapping[str, Any], windows: Any, as_of: Any
) -> dict[str, tuple[Any, Any]]:
    """Find which records each indicator of a page counts in either period; of a share, its part."""
    after, before = compare_windows(*windows, as_of=as_of)
    asked = read_indicators(page.get("indicators", "board"))
    counted = Counted(incidents, asked, hot, before, after)
    found = {}
    for one in asked:
        rows, base = counted.rows.get(one.key), counted.rows.get(one.of) if one.of else here
        if rows is not None and base is not None:
            found[one.key] = tuple(rows & base & here & inside for inside in counted.when)
    return found


def _title_of(page: Mapping[str, Any], name: str) -> str:
    plain = "Board page" if name == DEFAULT else name_key(name)
    return str(page.get("title", plain))


def _rows_of(incidents: gpd.GeoDataFrame, area: str, areas: Mapping[str, gpd.GeoDataFrame], *, name: str) -> Any:
    if not area:
        return None
    layer, _, wanted = area.partition(":")
    if layer not in areas or not wanted:
        raise InputError(
            f"[boards.{name}] names no area of a layer",
            given=area,
            advice=", ".join(f"{known}:NAME" for known in areas) or "add [areas.ward]",
        )
    found = find_area(areas[layer], wanted, layer=layer)
    return rows_in(incidents, layer, str(found["code"]))


def _read_survey(path: Any, indicators: Any) -> pd.DataFrame | None:
    if path is None:
        return None
    file = Path(path)
    try:
        table = pd.read_csv(file, dtype={"indicator": str, "period": str}, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        raise UnreadableError(
            "The table of surveys cannot be read", given=f"{file.name}: {error}", advice="save it as CSV in UTF-8"
        ) from error
    known = [i.key for i in read_indicators(indicators) if i.kind == "survey"]
    if "indicator" in table.columns:
        strange = sorted(set(table["indicator"].dropna()) - set(known))
        for key in strange:
            near = closest_name(key, known) or f"one of {', '.join(known)}"
            announce(f"{file.name} has figures for '{key}', which is not on the page (try: {near}).")
    for column in ("value", "base"):
        if column in table.columns and not pd.api.types.is_numeric_dtype(table[column]):
            bad = pd.to_numeric(table[column], errors="coerce").isna() & table[column].notna()
            line = int(np.argmax(bad.to_numpy())) + 2
            raise InputError(
                f"The table of surveys has a {column} that is not a number",
                given=f"{file.name}, line {line}: {table[column].iloc[line - 2]}",
                advice="a number such as 62.5, without signs",
            )
    return table


def hide_board(table: pd.DataFrame, who: Profile, hidden: Collection[str] = ()) -> pd.DataFrame:
    """Leave out of a page the rows whose counts, or those they are a share of, are too small to show.

    ``hidden`` are further rows. Traces stay out: a height beside the highest is nearly a number.
    """
    if not who.threshold:
        return table
    counted = (table["kind"] != "survey").to_numpy()
    gone = table.index.isin(list(hidden))
    for column in ("before", "after", "beside_before", "beside_after"):
        share = table["kind"].eq("share").to_numpy()
        # a share is told in per cent: what must not be small is the count behind it
        base = table.get(f"base_{column}", pd.Series(np.nan, index=table.index))
        counts = table[column].where(~share, table[column] * base / 100)
        gone |= hide_small(counts.where(counted), threshold=who.threshold).to_numpy()
    shown = table.assign(sparkline="")
    # what the list before held is a number of its own
    shown["note"] = [text.partition("On the list before this one")[0].strip() for text in table["note"]]
    shown.loc[gone, list(_TOLD)] = np.nan
    shown.loc[gone, ["arrow", "change"]] = ""
    shown.loc[gone, "words"] = f"counts under {who.threshold}, and some beside them, are not shown"
    return shown
