"""Measure where areas overlap each other or leave gaps, in square metres."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import announce, require_columns, require_metres
from hotspots.common.wording import say_count

# Below this an overlap is a rounding of coordinates, not a disagreement about the ground.
_NOISE = 1e-3

# Corners beyond which measuring on every reading would take longer than half a minute.
_MANY = 1_000_000


def measure_overlaps(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find every overlap between two areas and every gap enclosed by areas, largest first.

    Parameters
    ----------
    areas : GeoDataFrame
        As from `read_areas`; valid polygons in metres.

    Returns
    -------
    GeoDataFrame
        ``kind`` ("overlap" or "gap"), ``codes`` (the areas concerned, "; " between), ``square_metres``,
        ``geometry``. Empty where the areas fit exactly.

    Examples
    --------
    >>> a, b = shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)
    >>> areas = gpd.GeoDataFrame({"code": ["A", "B"], "name": ["A", "B"]}, geometry=[a, b], crs="EPSG:27700")
    >>> measure_overlaps(areas)[["kind", "codes", "square_metres"]].values.tolist()
    [['overlap', 'A; B', 10.0]]
    """
    require_metres(areas, what="areas")
    require_columns(areas, ["code"], what="areas")
    shapes = areas.geometry.to_numpy()
    codes = areas["code"].to_numpy(dtype=object)
    found = [*_overlaps(shapes, codes), *_gaps(shapes, codes)]
    table = pd.DataFrame(found, columns=["kind", "codes", "square_metres", "geometry"])
    table = table.astype({"kind": str, "codes": str, "square_metres": float})
    table = table.sort_values(["square_metres", "codes"], ascending=[False, True], ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=areas.crs)


def report_overlaps(areas: gpd.GeoDataFrame) -> None:
    """Say aloud how much ground is claimed twice or by nobody; silent where the areas fit.

    A file too large to measure in passing is not measured, and this is said too.
    """
    corners = int(shapely.get_num_coordinates(areas.geometry.to_numpy()).sum())
    if corners > _MANY:
        announce(
            f"Overlaps not measured of so many corners: {corners:,} of {say_count(len(areas), 'area')}; "
            "measure_overlaps does it."
        )
        return
    found = measure_overlaps(areas)
    for kind, verb in (("overlap", "overlap each other"), ("gap", "leave gaps between them")):
        some = found[found["kind"] == kind]
        if len(some):
            sizes = some["square_metres"]
            announce(
                f"The {say_count(len(areas), 'area')} {verb} in {say_count(len(some), 'place')}, "
                f"{sizes.sum():,.0f} square metres in all; the largest {sizes.iloc[0]:,.0f} "
                f"({some['codes'].iloc[0]}). attach_areas settles them by its stated rule."
            )


def _overlaps(shapes: Any, codes: Any) -> list[tuple[str, str, float, Any]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(shapes[first], shapes[second])
    size = shapely.area(common)
    return [
        ("overlap", "; ".join(sorted((codes[first[i]], codes[second[i]]))), float(size[i]), common[i])
        for i in np.flatnonzero(size > _NOISE)
    ]


def _gaps(shapes: Any, codes: Any) -> list[tuple[str, str, float, Any]]:
    if not len(shapes):
        return []
    rings = [p.interiors for p in shapely.get_parts(shapely.union_all(shapes)) if p.geom_type == "Polygon"]
    holes = [shapely.Polygon(ring) for interiors in rings for ring in interiors]
    holes = [hole for hole in holes if hole.area > _NOISE]
    if not holes:
        return []
    hole, area = shapely.STRtree(shapes).query(holes, predicate="intersects")
    around = {i: "; ".join(sorted(codes[area[hole == i]])) for i in range(len(holes))}
    return [("gap", around[i], float(h.area), h) for i, h in enumerate(holes)]
