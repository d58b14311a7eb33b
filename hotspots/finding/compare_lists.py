"""One list per problem, and what each list gives up on the others."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import count_weighed
from hotspots.common.places import incidents_per_row
from hotspots.finding.assign import assign_hotspots


def compare_lists(lists: Mapping[str, gpd.GeoDataFrame], profiles: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    """Say how much of each problem each list of hotspots captures, and what it gives up.

    Parameters
    ----------
    lists : mapping of str to GeoDataFrame
        Hotspots by the name of the problem they were chosen for.
    profiles : mapping of str to GeoDataFrame
        The incidents of each problem; ``harm`` is used where it is there.

    Returns
    -------
    DataFrame
        One row per list and problem: ``list``, ``profile``, ``hotspots`` (how many), ``incidents``
        captured, ``share_of_incidents``, ``share_of_harm`` (fractions of that problem), and
        ``gives_up_incidents``, ``gives_up_harm``: the share that the problem's own list captures, less
        this one's. NaN where the problem has no list of its own, or no incidents or harm.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from hotspots import find_hotspots
    >>> asb = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 900], [0, 0, 0]), crs=27700)
    >>> theft = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 900, 900], [0, 0, 0]), crs=27700)
    >>> lists = {name: find_hotspots(f, count=1, resamples=0) for name, f in (("ASB", asb), ("theft", theft))}
    >>> compare_lists(lists, {"ASB": asb, "theft": theft})["share_of_incidents"].round(2).tolist()
    [0.67, 0.33, 0.33, 0.67]
    """
    rows = []
    for name, spots in lists.items():
        for problem, incidents in profiles.items():
            inside = assign_hotspots(incidents, spots).notna().to_numpy()
            count = incidents_per_row(incidents)
            weighed = count_weighed(incidents).any()
            harm = incidents["harm"].to_numpy(dtype=float) if weighed else np.zeros(len(count))
            rows.append(
                {
                    "list": name,
                    "profile": problem,
                    "hotspots": len(spots),
                    "incidents": int(count[inside].sum()),
                    "share_of_incidents": _share(float(count[inside].sum()), float(count.sum())),
                    "share_of_harm": _share(float(harm[inside].sum()), float(harm.sum())),
                }
            )
    columns = ["list", "profile", "hotspots", "incidents", "share_of_incidents", "share_of_harm"]
    table = pd.DataFrame(rows, columns=columns)
    own = table[table["list"] == table["profile"]].set_index("profile")
    for what in ("incidents", "harm"):
        best = table["profile"].map(own[f"share_of_{what}"]).astype(float)
        table[f"gives_up_{what}"] = best - table[f"share_of_{what}"]
    return table


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
