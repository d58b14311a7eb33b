"""What a run knows: each stage adds to it, and nothing in it is changed in place."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from maps.config.settings import Config
from maps.job._ground import Ground
from maps.job.own_backtest import Tested
from maps.job.periods import Periods
from maps.job.problem_lists import ProblemList
from maps.job.read_records import Records

YET: Any = None  # filled by a later stage


@dataclass(frozen=True)
class Job:
    """What a run found, ready to be written once every stage is through."""

    config: Config
    as_of: dt.date
    spill: Path | None = None  # a folder for what a large table needs beyond memory
    # read
    study: gpd.GeoDataFrame | None = None
    read: Records = YET
    dated: pd.DataFrame = YET
    rejects: pd.DataFrame = YET
    incidents: gpd.GeoDataFrame = YET  # all that is used; once found, those of the listed dates
    history: gpd.GeoDataFrame = YET  # all of them, which tell of change
    used: int = 0  # how many rows were used
    # attached
    areas: dict[str, gpd.GeoDataFrame] = YET
    reconciliation: pd.DataFrame = YET
    area_sums: dict[str, pd.DataFrame] = YET
    premises: dict[str, pd.DataFrame] = YET
    nearby: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None  # what is drawn under the hotspots
    # found
    ground: Ground = YET
    spots: gpd.GeoDataFrame = YET
    since_last: pd.DataFrame | None = None
    unlisted: gpd.GeoDataFrame | None = None
    lists: list[ProblemList] = field(default_factory=list)
    chance: pd.DataFrame = field(default_factory=pd.DataFrame)
    tested: Tested | None = None
    # told
    timed: gpd.GeoDataFrame = YET  # incidents; of a large table its dates by hotspot and area
    changed: list[str] = YET  # what changed, said once: the whole, what is left out, single hotspots
    periods: Periods = YET
    # sent
    patrols: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    further_officers: pd.DataFrame = field(default_factory=pd.DataFrame)
    week: tuple[gpd.GeoDataFrame, pd.DataFrame] | None = None
    cameras: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
