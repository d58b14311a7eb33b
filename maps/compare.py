"""Which two periods a run compares, and what changed between them at each hotspot."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import assign_hotspots, classify_trends, compare_periods
from hotspots.checks import InputError, announce

WORDS = {"up": "up", "down": "down", "level": "no clear change"}
LEAST_MONTHS = 10
COLUMNS = ["before", "after", "arrow", "no_arrow", "words"]


def choose_windows(months: list[pd.Period]) -> tuple[str, str] | None:
    """Choose the later and the earlier window: same calendar months, a whole year where there are two.

    Parameters
    ----------
    months : list of Period
        The months that the data hold.

    Returns
    -------
    (after, before) or None
        None when no month is there in two years running.

    Examples
    --------
    >>> choose_windows([pd.Period(m, "M") for m in ("2016-07", "2017-07", "2018-07")])
    ('2018-07', '2017-07')
    >>> choose_windows(list(pd.period_range("2016-01", "2017-12", freq="M")))
    ('2017-01..2017-12', '2016-01..2016-12')
    >>> choose_windows([pd.Period("2018-07", "M")]) is None
    True
    """
    if not months:
        return None
    held, last = set(months), max(months)
    if all(last - back in held for back in range(24)):
        return f"{last - 11}..{last}", f"{last - 23}..{last - 12}"
    return (str(last), str(last - 12)) if last - 12 in held else None


def add_changes(
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    *,
    given: dict[str, Any],
    agreed: bool = False,
    as_of: Any = None,
) -> gpd.GeoDataFrame:
    """Add what changed at each hotspot: ``before, after, arrow, no_arrow, words`` and ``trend``.

    Hotspots that were found were chosen on all of ``incidents``, so on both windows alike; ``agreed`` ones
    were not chosen on them. Where no two periods can be compared, nothing is added and it is said aloud.
    """
    months = sorted(incidents["when"].dt.to_period("M").unique())
    chosen = (given["after"], given.get("before")) if "after" in given else choose_windows(months)
    if chosen is None or spots.empty:
        announce("No change is shown: the data hold no month that is there a year before as well.")
        return spots
    after, before = chosen
    try:
        found = compare_periods(
            incidents,
            after=after,
            before=before,
            by=assign_hotspots(incidents, spots),
            as_of=as_of,
            selected_on=None if agreed else [str(month) for month in months],
        )
    except InputError as error:
        announce(f"No change is shown: {error}")
        return spots
    table = found.reindex(spots.index)[COLUMNS]
    words = table["words"].fillna(f"none recorded between {found.attrs['before']} and {found.attrs['after']}")
    return spots.assign(
        **{c: table[c] for c in COLUMNS[:2]},
        **{c: table[c].fillna("") for c in COLUMNS[2:4]},
        words=words,
        trend=table["arrow"].map(WORDS).fillna(""),
    )


def add_trends(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, *, ground: float | None
) -> gpd.GeoDataFrame:
    """Class each hotspot by its hot months (persistent, emerging ...), month by month against the whole.

    Only where ten months or more are there without a gap, and ``ground``, the study area in square metres,
    is known: beside the other hotspots alone every place would look ordinary.
    """
    months = incidents["when"].dt.to_period("M")
    held = months.nunique()
    if ground is None or spots.empty or held < LEAST_MONTHS or held <= (months.max() - months.min()).n:
        return spots
    labels = assign_hotspots(incidents, spots)
    found = classify_trends(incidents, by=labels, size=spots.area, size_of_all=ground)
    return spots.assign(trend=found["trend"].reindex(spots.index).fillna("").astype("str"))
