"""Which dates a list is made of, where the records reach further back."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, announce
from hotspots.common.places import incidents_per_row
from hotspots.common.windows import Window, make_window, read_window
from maps.config.settings import Config


def listed_window(config: Config, as_of: Any) -> Window | None:
    """Read the dates that [incidents] lists; None where all are."""
    given = config.incidents
    if given.window is not None:
        return read_window(given.window, as_of=as_of)
    if given.since is None and given.until is None:
        return None
    first = pd.Timestamp(given.since or "1900-01-01")
    last = pd.Timestamp(given.until or as_of)
    if last < first:
        raise InputError(
            "[incidents] until is before since", given=f"{first:%Y-%m-%d} to {last:%Y-%m-%d}", advice="exchange them"
        )
    return make_window(first, last + pd.Timedelta(days=1))


def keep_listed(incidents: gpd.GeoDataFrame, config: Config, as_of: Any) -> gpd.GeoDataFrame:
    """Keep the records that the list is made of: all, or those of its window, said aloud."""
    window = listed_window(config, as_of)
    if window is None:
        return incidents
    if "when" not in incidents.columns:
        raise InputError(
            "A table counted without its dates has no window to list",
            given=f"[incidents] {window}",
            advice='aggregate = "dates", or files of those months alone',
        )
    kept = incidents[incidents["when"].ge(window.start) & incidents["when"].lt(window.end)]
    if kept.empty:
        held = f"{incidents['when'].min():%Y-%m-%d} to {incidents['when'].max():%Y-%m-%d}"
        raise InputError("No record lies in the dates to be listed", given=str(window), advice=f"dates from {held}")
    some, total = (int(incidents_per_row(frame).sum()) for frame in (kept, incidents))
    said = window.name if config.incidents.since or config.incidents.window else f"until {config.incidents.until}"
    announce(f"The list is made of {some:,} of {total:,} records, {said}; changes and trends of all of them.")
    return kept
