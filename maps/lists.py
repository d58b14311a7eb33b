"""One list of hotspots per problem, and what each list gives up on the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas
from hotspots import assign_hotspots, filter_profile, find_hotspots, load_profile
from hotspots.checks import announce
from hotspots.collapse import incidents_per_row


@dataclass(frozen=True)
class ProblemList:
    """Hotspots of one problem profile, found on its incidents alone."""

    name: str
    title: str
    proxy: str
    incidents: gpd.GeoDataFrame
    spots: gpd.GeoDataFrame


def find_lists(
    incidents: gpd.GeoDataFrame,
    profiles: Mapping[str, Mapping[str, Any]],
    *,
    areas: Mapping[str, gpd.GeoDataFrame],
    options: Mapping[str, Any],
) -> list[ProblemList]:
    """Find the hotspots of each configured problem profile, with the options of the main list.

    A profile that no incident belongs to gets an empty list, said aloud.
    """
    found = []
    for name, table in profiles.items():
        profile = load_profile(table, name=name)
        mine = filter_profile(incidents, profile)
        if mine.empty:
            announce(f"No incident belongs to the profile '{profile.title}'.")
        spots = find_hotspots(mine, **options)
        if areas and len(spots):
            spots, _ = attach_areas(spots, areas, incidents=mine)
        found.append(ProblemList(name, profile.title, profile.proxy, mine, spots))
    return found


def compare_lists(
    incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, lists: list[ProblemList]
) -> pd.DataFrame:
    """Share of each problem's incidents and harm that each list of hotspots holds.

    Parameters
    ----------
    incidents : GeoDataFrame
        All incidents.
    spots : GeoDataFrame
        The main list.
    lists : list of ProblemList
        One per profile.

    Returns
    -------
    DataFrame
        One row per list and problem: ``list, problem, hotspots, incidents, share_of_incidents,
        share_of_harm``. A list's row on its own problem shows what the others give up.
    """
    problems = {"Everything": incidents} | {one.title: one.incidents for one in lists}
    choices = {"Everything": spots} | {one.title: one.spots for one in lists}
    rows = [
        {"list": chosen, "problem": problem, "hotspots": len(places), **_held(records, places)}
        for chosen, places in choices.items()
        for problem, records in problems.items()
    ]
    columns = ["list", "problem", "hotspots", "incidents", "share_of_incidents", "share_of_harm"]
    return pd.DataFrame(rows, columns=columns)


def _held(records: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> dict[str, float]:
    if records.empty or places.empty:
        return {"incidents": 0, "share_of_incidents": 0.0, "share_of_harm": 0.0}
    inside = assign_hotspots(records, places).notna().to_numpy()
    counts, harm = incidents_per_row(records), records["harm"].to_numpy(dtype=float)
    return {
        "incidents": int(counts[inside].sum()),
        "share_of_incidents": float(counts[inside].sum() / counts.sum()),
        "share_of_harm": float(harm[inside].sum() / harm.sum()) if harm.sum() > 0 else float("nan"),
    }


def as_layers(lists: list[ProblemList]) -> dict[str, gpd.GeoDataFrame]:
    """Return the lists as layers of a map, outlines beside the main list."""
    layers = {}
    for one in lists:
        frame = one.spots.assign(role=one.title)
        frame.attrs["kind"] = "comparison"
        layers[f"{one.title} hotspots"] = frame
    return layers
