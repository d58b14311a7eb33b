"""Layers whose areas overlap by nature: every area is listed, none is chosen."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.locate import INSIDE, OUTSIDE, TIE, pair_points


def list_areas(
    points: Any, areas: gpd.GeoDataFrame, position: Any, *, layer: str, index: "pd.Index[Any]"
) -> tuple[dict[str, Any], NDArray[np.int8]]:
    """List codes and names for each row, in order of code, and say how many hold each distinct point."""
    holder, point = pair_points(points, areas.geometry.to_numpy())
    return collect_lists(areas, holder, point, len(points), position, layer=layer, index=index)


def collect_lists(
    areas: gpd.GeoDataFrame, holder: Any, held: Any, count: int, position: Any, *, layer: str, index: "pd.Index[Any]"
) -> tuple[dict[str, Any], NDArray[np.int8]]:
    """List the areas paired with each of ``count`` things, spread over the rows at ``position``."""
    codes = areas["code"].to_numpy(dtype=object)
    order = np.lexsort((codes[holder].astype(str), held))
    starts = np.searchsorted(held[order], np.arange(1, count))
    columns: dict[str, Any] = {}
    for column in ("code", "name"):
        values = areas[column].to_numpy(dtype=object)[holder[order]]
        lists = np.empty(count, dtype=object)
        lists[:] = [list(some) for some in np.split(values, starts)] if count else []
        columns[f"{layer}_{column}s"] = pd.Series(lists[position], index=index, dtype=object)
    times = np.bincount(held, minlength=count)
    how = np.select([times == 0, times == 1], [OUTSIDE, INSIDE], default=TIE)
    return columns, how.astype(np.int8)
