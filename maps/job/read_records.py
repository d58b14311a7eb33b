"""The records of a run: read row by row, or, where they are many, counted where they lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import assign_hotspots, read_incidents, read_sources
from hotspots.checks import InputError, announce
from hotspots.common.places import incidents_per_row
from hotspots.large.aggregate import Collapsed, collapse_table
from hotspots.large.duckdb_files import count_parquet
from hotspots.large.times import count_over_time
from hotspots.reading.layouts import Layout, load_layout
from hotspots.reading.rejects import refuse_systematic, sum_causes
from maps.config.settings import Config

LEFT_OUT = (
    "At this size months are kept for hotspots, areas and kinds of problem, not for every place: the map has "
    "no months to choose from, and there are no trends of cells, near repeats, backtest or months of streets."
)


@dataclass(frozen=True)
class Records:
    """What a run read."""

    # incidents, or places with a column ``incidents``, which of a large table have no dates
    incidents: gpd.GeoDataFrame
    rejects: pd.DataFrame  # rows that are not used; with ``rows`` where a line stands for several
    # ``when, precision, category, source`` of all that is used: ``incidents`` itself, or sums
    dated: pd.DataFrame
    large: Collapsed | None = None  # the large table that was counted without dates


def read_records(
    config: Config, *, as_of: Any, study: gpd.GeoDataFrame | None = None, spill: Path | None = None
) -> Records:
    """Read every file of records of a configuration, refusing files that are wrong as a whole.

    A folder, several files or a pattern of Parquet is counted where it lies, as is whatever the
    configuration says ``aggregate`` of; up to a million rows every date is kept, as if read row by row.
    """
    limits: dict[str, Any] = {"study_area": study, "as_of": as_of}
    crs = config.grid.get("crs")
    layout = load_layout(config.incidents.layout, folder=config.path.parent, crs=crs)
    if config.sources:
        incidents, rejects = read_sources(config.sources, folder=config.path.parent, crs=crs, **limits)
        found = Records(incidents, rejects, incidents)
    elif how := _how(config, layout):
        found = _count(config, layout, how, limits, spill)
    else:
        incidents, rejects = read_incidents(
            config.files, layout=layout, same_month=config.incidents.same_month, **limits
        )
        found = Records(incidents, rejects, incidents)
    refuse_systematic(found.incidents, found.rejects, late_too=config.incidents.window is None)
    if found.incidents.empty:
        causes = sum_causes(found.rejects)
        raise InputError(
            "No row of the source files can be used",
            given="; ".join(f"{n:,} row{'s' * (n != 1)}: {cause}" for cause, n in causes.items())
            or "files without rows",
            advice="hotspots check FILE to see them",
        )
    return found


def _how(config: Config, layout: Layout) -> str:
    """How the files are to be counted: "dates", "periods", "auto", or "" for row by row."""
    given = config.incidents.aggregate
    if given is not None:
        return "" if given is False else "auto" if given is True else str(given)
    parquet = [p for p in config.files if p.is_dir() or p.suffix.lower() in (".parquet", ".pq")]
    if layout.kind == "geometry" or len(parquet) < len(config.files):
        return ""
    several = len(parquet) > 1 or parquet[0].is_dir()
    if parquet[0].is_dir() and not count_parquet(parquet, skip=layout.skip)[0]:
        return ""  # a folder of other files
    return "auto" if several or count_parquet(parquet)[1] > 1_000_000 else ""


def _no_windows(dates: pd.DataFrame) -> None:
    """Keep no window apart: dates are counted by hotspot and area once these are known."""


def _count(config: Config, layout: Layout, how: str, limits: Mapping[str, Any], spill: Path | None) -> Records:
    windows = {"dates": "dates", "periods": None, "auto": _no_windows}[how]
    unique = config.incidents.unique_ids
    found = collapse_table(config.files, layout=layout, windows=windows, unique_ids=unique, spill=spill, **limits)
    rows = int(found.places["incidents"].sum() + found.rejects["rows"].sum())
    announce(
        f"{rows:,} rows were counted where they lie, as {len(found.places):,} places "
        + ("with their dates." if found.apart else "and kinds of problem.")
    )
    if found.apart:
        return Records(found.places, found.rejects, found.places)
    announce(LEFT_OUT)
    return Records(found.places, found.rejects, found.dated, found)


def time_records(
    records: Records, incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, areas: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """Give what tells of time: the incidents, or of a large table its dates by hotspot and area."""
    if records.large is None:
        return incidents
    starts = tuple(f"{layer}_" for layer in areas)
    own = [str(c) for c in incidents.columns if str(c).startswith(starts)]
    told = [c for c in own if not c.endswith(("_edge", "_uncertain"))]
    labels = pd.DataFrame(incidents[told]).assign(rank=assign_hotspots(incidents, spots))
    return count_over_time(records.large, incidents, by=labels)


def number_of(incidents: pd.DataFrame) -> int:
    """Rows of the source that these rows stand for."""
    return int(incidents_per_row(incidents).sum())
