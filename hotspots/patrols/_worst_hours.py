"""When each stop is worst: weights by hour, on weekdays and at weekends, for the draw of a timetable."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import announce, require_columns, require_metres
from hotspots.common.places import Floats
from hotspots.patrols._stops import which_stop

# A stop quiet at some hour is still drawn a quarter as often as an average one.
_FLOOR = 0.25


class Rhythm(NamedTuple):
    """Weights of the stops: stops × (weekday, weekend) × 24 hours, 1 on average."""

    weights: Floats

    def at(self, when: pd.Timestamp) -> Floats:
        """Weights of all stops at a time."""
        return self.weights[:, int(when.day_of_week >= 5), when.hour]


def even_rhythm(stops: int) -> Rhythm:
    """Weight every stop alike at all hours."""
    return Rhythm(np.ones((stops, 2, 24)))


def measure_rhythm(stops: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Rhythm:
    """Weigh stops by the harm (else the incidents) recorded there at each hour, smoothed over three hours."""
    require_metres(incidents, what="incidents", like=stops)
    require_columns(incidents, ["when", "precision"], what="incidents")
    timed = incidents[incidents["precision"].eq("minute")]
    if timed.empty:
        announce("No record has a time of day: the order of visits is not weighted by hour or weekday.")
        return even_rhythm(len(stops))
    centres = stops[["easting", "northing"]].to_numpy(dtype=float)
    stop = which_stop(timed, stops.geometry.to_numpy(), centres)
    measure = next((c for c in ("harm", "incidents") if c in timed.columns), None)
    weight = timed[measure].fillna(0).to_numpy(dtype=float) if measure else np.ones(len(timed))
    when, inside = timed["when"], stop >= 0
    cell = (stop, when.dt.day_of_week.ge(5).to_numpy(dtype=int), when.dt.hour.to_numpy())
    found = np.zeros((len(stops), 2, 24))
    np.add.at(found, tuple(c[inside] for c in cell), weight[inside])
    found = found / np.array([5, 2])[None, :, None]
    found = (found + np.roll(found, 1, axis=2) + np.roll(found, -1, axis=2)) / 3
    mean = found.mean(axis=0, keepdims=True)
    relative = np.divide(found, mean, out=np.ones_like(found), where=mean > 0)
    return Rhythm(_FLOOR + (1 - _FLOOR) * relative)


def lean(rhythm: Rhythm, stops: pd.DataFrame, delivered: pd.DataFrame | None) -> Rhythm:
    """Lean towards the stops that had fewer visits so far than the others."""
    if delivered is None or len(delivered) == 0:
        return rhythm
    require_columns(delivered, ["rank", "part"], what="delivered")
    had = delivered.groupby(["rank", "part"]).size()
    key = pd.MultiIndex.from_frame(stops[["rank", "part"]])
    counts = had.reindex(key, fill_value=0).to_numpy(dtype=float)
    return Rhythm(rhythm.weights * ((counts.mean() + 1) / (counts + 1))[:, None, None])
