"""Sum incidents and harm up by area."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries.attach import WITHIN, attach_areas
from hotspots.checks import require_columns


def summarise_areas(
    incidents: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    layer: str,
    within: float = WITHIN,
) -> pd.DataFrame:
    """Sum incidents and harm up by area, worst first; areas without incidents are listed with 0.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700; attached here unless they have ``<layer>_code`` already.
    areas : GeoDataFrame
        As from `read_areas`.
    layer : str
        Name of the layer, e.g. "ward".
    within : float
        Metres, passed to `attach_areas` where it is needed.

    Returns
    -------
    DataFrame
        On the index of ``areas``, worst first: ``code, name, incidents, share_of_incidents,
        rank_by_incidents`` and, with a harm column, ``harm, share_of_harm, rank_by_harm``. Shares are
        fractions of everything given, so that what lies in no area is not hidden. The incidents of all
        areas are the reconciliation's accepted less outside. Equal values share the better rank.

    Raises
    ------
    InputError
        As `attach_areas`.

    Examples
    --------
    >>> import shapely
    >>> halves = gpd.GeoDataFrame({"code": ["E", "W"], "name": ["East", "West"]},
    ...     geometry=[shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)], crs="EPSG:27700")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3, 4, 12], [5, 5, 5]), crs="EPSG:27700")
    >>> summarise_areas(points, halves, layer="half")[["name", "incidents"]].values.tolist()
    [['West', 2], ['East', 1]]
    """
    require_columns(areas, ["code", "name"], what="areas")
    if f"{layer}_code" not in incidents.columns:
        incidents, _ = attach_areas(incidents, {layer: areas}, within=within)
    table = pd.DataFrame(areas[["code", "name"]])
    order: list[str] = []
    for measure in ("incidents", "harm"):
        if measure == "incidents" or measure in incidents.columns:
            table = table.assign(**_sum_measure(incidents, table["code"], layer, measure))
            order.insert(0, measure)
    return table.sort_values([*order, "code"], ascending=[*[False] * len(order), True])


def _sum_measure(
    incidents: gpd.GeoDataFrame, codes: pd.Series[str], layer: str, measure: str
) -> dict[str, Any]:
    given = measure in incidents.columns
    values = incidents[measure] if given else pd.Series(1, index=incidents.index)
    by_code = values.groupby(incidents[f"{layer}_code"].to_numpy()).sum()
    sums = codes.map(by_code).fillna(0)
    if measure == "incidents":
        sums = sums.round().astype("int64")
    total = values.sum()
    return {
        measure: sums,
        f"share_of_{measure}": sums / total if total > 0 else sums * float("nan"),
        f"rank_by_{measure}": sums.rank(method="min", ascending=False).astype("int64"),
    }
