"""Where a run sends people and cameras, by the configuration or by a default said aloud."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import choose_patrols, place_cameras
from hotspots.checks import InputError, announce

CAMERAS: dict[str, Any] = {"count": 10, "radius": 100.0}
PATROLS: dict[str, Any] = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00"}


def site_cameras(incidents: gpd.GeoDataFrame, given: dict[str, Any]) -> gpd.GeoDataFrame:
    """Choose sites for the configured number of cameras, best first, with the radius they were placed for."""
    options = {**CAMERAS, **given}
    if not given:
        announce(
            f"No [cameras] in the configuration: {CAMERAS['count']} cameras of {CAMERAS['radius']:.0f} m."
        )
    options.setdefault("by", "harm" if incidents["harm"].sum() > 0 else "incidents")
    return place_cameras(incidents, **options).assign(radius=options["radius"])


def pick_patrols(spots: gpd.GeoDataFrame, given: dict[str, Any]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Choose the stops that patrols can keep; say who is left out, and what more officers would add."""
    options = {**PATROLS, **given}
    if not given:
        said = f"{PATROLS['officers']} officers in {PATROLS['vehicles']} vehicles, {PATROLS['shift']}"
        announce(f"No [patrols] in the configuration: {said}.")
    options.setdefault("by", "harm" if spots["harm"].sum() > 0 else "incidents")
    try:
        return choose_patrols(spots, **options)
    except InputError as error:
        if given:
            raise
        # an assumption of ours must not stop the run
        announce(f"No patrols are chosen: {error}")
        return gpd.GeoDataFrame(geometry=[], crs=spots.crs), pd.DataFrame()
