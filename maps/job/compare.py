"""Which two periods a run compares, and what changed between them at each hotspot."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import assign_hotspots, compare_periods
from hotspots.change.chosen_by_counts import NOT_KNOWN
from hotspots.change.compare_periods import compare_windows
from hotspots.checks import InputError, announce
from hotspots.common.change_words import say_between
from hotspots.common.judgement_words import FALL, LEVEL, NOT_COMPARED, NOT_TOLD, RISE
from hotspots.common.plan_words import clean_text
from hotspots.common.sentence_rules import may_say
from hotspots.common.windows import read_windows
from hotspots.common.wording import SMALL_BASE
from hotspots.reading.covered import SAID, find_covered
from maps.config.kinds import NO_COUNTS

WORDS = {"up": "up", "down": "down", "level": LEVEL}
LEAST_MONTHS = 10
FEWEST = 10  # groups that show how much wider than Poisson their counts vary
COLUMNS = ["before", "after", "arrow", "no_arrow", "words"]
GROUP_COLUMNS = [
    *("before", "after", "per_day_before", "per_day_after", "percent", "low", "high", "q"),
    *("comparator_before", "comparator_after", "points_beside", "ratio_beside", "arrow", "words"),
]


def choose_windows(months: list[pd.Period]) -> tuple[str, str] | None:
    """Choose the later and the earlier window: same calendar months, a whole year where there are two."""
    if not months:
        return None
    held, last = set(months), max(months)
    if all(last - back in held for back in range(24)):
        return f"{last - 11}..{last}", f"{last - 23}..{last - 12}"
    return (str(last), str(last - 12)) if last - 12 in held else None


def months_of(incidents: pd.DataFrame) -> list[pd.Period]:
    """List the months that the records hold."""
    return sorted(incidents["when"].dropna().dt.to_period("M").unique())


def chosen_windows(incidents: pd.DataFrame, given: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """Later and earlier window: those asked for, else the choice of `choose_windows`; None for none."""
    if "after" in given:
        return given["after"], given.get("before")
    return choose_windows(months_of(incidents))


def read_chosen(incidents: pd.DataFrame, given: Mapping[str, Any], *, as_of: Any) -> Any:
    """Later and earlier window as windows; None where there are none, or what is asked for cannot be read."""
    chosen = chosen_windows(incidents, given)
    with suppress(InputError):  # said where the hotspots were compared
        return None if chosen is None else compare_windows(*chosen, as_of=as_of)


def choice_of(hotspots: Mapping[str, Any], incidents: pd.DataFrame, *, as_of: Any = None) -> Any:
    """Say which period's counts chose the places of the list, as `hotspots.compare_periods` takes it.

    Hotspots that were found were chosen on all of ``incidents``. Agreed ones were chosen on what
    ``agreed_on`` states: windows, or that counts had no part in it (None); without it, nobody knows.
    """
    if "agreed" not in hotspots:
        return [str(month) for month in months_of(incidents)]
    stated = hotspots.get("agreed_on", NOT_KNOWN)
    if stated in (NO_COUNTS, NOT_KNOWN):
        return None if stated == NO_COUNTS else NOT_KNOWN
    return read_windows(stated, as_of=as_of)


def add_changes(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    *,
    given: Mapping[str, Any],
    selected_on: Any,
    as_of: Any = None,
) -> gpd.GeoDataFrame:
    """Add what changed at each hotspot: ``before, after, arrow, no_arrow, words`` and ``trend``.

    ``selected_on`` is from `choice_of`. Where no two periods can be compared, nothing is added and it is
    said aloud.
    """
    chosen = chosen_windows(incidents, given)
    if chosen is None or spots.empty:
        may_say(SAID, False, why="no month is there a year before as well")
        announce("No two periods are compared: the data hold no month that is there a year before as well.")
        return spots
    after, before = chosen
    labels = assign_hotspots(incidents, spots)
    try:
        like = find_covered(incidents, compare_windows(after, before, as_of=as_of))
        found = compare_periods(incidents, after=after, before=before, by=labels, as_of=as_of, selected_on=selected_on)
    except InputError as error:
        announce(f"No two periods are compared: {error}")
        return spots
    table = found.reindex(spots.index)[COLUMNS]
    none = f"none recorded{say_between(found.attrs['before'], found.attrs['after'])}"
    # where nothing is left to compare, what is there is not nothing
    lost = table["words"].isna() & spots.index.isin(labels[~like.rows].dropna())
    table.loc[lost, "no_arrow"] = f"{NOT_COMPARED}: {' '.join(like.gaps)}"
    words = table["words"].fillna(table["no_arrow"].where(lost, none))
    compared = spots.assign(
        **{c: table[c] for c in COLUMNS[:2]},
        **{c: table[c].fillna("") for c in COLUMNS[2:4]},
        words=words,
        trend=table["arrow"].map(WORDS).fillna(""),
    )
    compared.attrs["dispersion"] = found.attrs["dispersion"]
    compared.attrs["periods"] = (str(found.attrs["before"]), str(found.attrs["after"]))
    compared.attrs["change"] = [found.attrs["whole"], *like.gaps, say_places(compared)]
    return compared


def say_places(spots: pd.DataFrame) -> str:
    """Say once what can be told of single hotspots: how many changed, or that none can be told."""
    arrows, total = spots["arrow"], len(spots)
    up, down, level = (int((arrows == sign).sum()) for sign in ("up", "down", "level"))
    if may_say("change of single places", up + down, why="none differs more than chance among so many would"):
        rises, falls = up or "none", down or "none"
        return f"Of {total:,} hotspots {rises} show{'s' * (up == 1)} {RISE} and {falls} {FALL}."
    if not level:
        reasons = [text for text in spots["no_arrow"].fillna("").unique() if text]
        return f"Of single hotspots {NOT_TOLD} ({'; '.join(reasons)})." if reasons else ""
    busiest = spots.loc[arrows == "level"].iloc[0]
    said = str(busiest["words"]).partition("; beside it")[0]
    name = clean_text(busiest.get("name"))
    return (
        f"Nothing can be told of single hotspots: none of the {level:,} compared changed by more than chance "
        f"would give one of so many. The first of them{f', {name},' * bool(name)} went {said}."
    )


def compare_groups(
    incidents: gpd.GeoDataFrame,
    by: Any,
    *,
    given: Mapping[str, Any],
    as_of: Any = None,
    beside: gpd.GeoDataFrame | None = None,
    spread: float = 1.0,
    own: bool = True,
) -> pd.DataFrame | None:
    """Compare the two periods of a run for each group (category, source, area), beside all the records."""
    chosen = chosen_windows(incidents, given)
    if chosen is None:
        return None
    try:
        few = (incidents[by] if isinstance(by, str) else by).nunique() < FEWEST
        found = compare_periods(
            incidents,
            after=chosen[0],
            before=chosen[1],
            by=by,
            as_of=as_of,
            comparator=beside,
            dispersion=spread if few or not own else None,
        )
    except InputError:
        return None  # said already where the hotspots were compared
    table = found[GROUP_COLUMNS].copy()
    percents = ["percent", "low", "high", "points_beside"]
    table[["low", "high"]] = 100 * (table[["low", "high"]] - 1)
    table[percents] = table[percents].mask(table["before"] < SMALL_BASE, axis=0)
    table.index.name = "name"
    table.attrs = found.attrs
    return table


def add_trends(spots: gpd.GeoDataFrame, found: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Put the trend class of each hotspot (persistent, emerging ...) on the list, where there is one."""
    if found is None:
        return spots
    return spots.assign(trend=found["trend"].reindex(spots.index).fillna("").astype("str"))
