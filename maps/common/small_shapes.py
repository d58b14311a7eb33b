"""Shapes made small for the page: simplified in metres, then whole numbers of 0.00001 degrees."""

from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.checks import InputError

SCALE = 100_000  # five decimals of a degree: 1.1 m


def encode_shapes(shapes: gpd.GeoSeries, *, tolerance: float = 5.0, coverage: bool = False) -> list[Any]:
    """Each shape as lists of whole numbers that the page turns back into rings."""
    simple = _simplify(shapes, tolerance=tolerance, coverage=coverage)
    return [_encode(shape) for shape in simple.to_crs("EPSG:4326")]


def with_shapes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of a frame that have a shape to draw."""
    return frame[frame.geometry.notna() & ~frame.geometry.is_empty]


def require_shapes(frame: gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse rows that have no shape, and so no place on a map and in its table's order."""
    without = frame[frame.geometry.isna() | frame.geometry.is_empty]
    if len(without):
        first = without["name"].iloc[0] if "name" in without.columns else without.index[0]
        raise InputError(
            f"{what} have rows without a shape",
            given=f"{len(without)} of {len(frame)}, the first {first}",
            advice="frame[frame.geometry.notna()], or give them their shapes",
        )


def encode_points(points: gpd.GeoSeries) -> list[list[float]]:
    """Latitude and longitude of each point (EPSG:27700 in), five decimals."""
    degrees = points.to_crs("EPSG:4326")
    return [[round(float(y), 5), round(float(x), 5)] for x, y in zip(degrees.x, degrees.y, strict=True)]


def _simplify(shapes: gpd.GeoSeries, *, tolerance: float, coverage: bool) -> gpd.GeoSeries:
    if not tolerance or not len(shapes):
        return shapes
    return simplify_together(shapes, tolerance=tolerance) if coverage else shapes.simplify(tolerance)


def simplify_together(shapes: gpd.GeoSeries, *, tolerance: float) -> gpd.GeoSeries:
    """Simplify neighbouring areas as one coverage, so that each border is one line.

    Slivers and overlaps up to 60 m wide are given to a neighbour first, for drawing only. Where the
    installed Shapely is too old to know coverages, each outline is simplified by itself.
    """
    polygons = set(shapes.geom_type) <= {"Polygon", "MultiPolygon"}
    if not polygons or not hasattr(shapely, "coverage_simplify"):
        return shapes.simplify(tolerance)
    # one layer is drawn on several pages and pictures, perhaps in another order: worked out once
    outlines = shapely.to_wkb(shapes.to_numpy())
    order = sorted(range(len(outlines)), key=lambda at: outlines[at])
    simple = np.empty(len(outlines), dtype=object)
    simple[order] = _simplify_coverage(tuple(outlines[at] for at in order), tolerance)
    return gpd.GeoSeries(simple, index=shapes.index, crs=shapes.crs)


@lru_cache(maxsize=4)
def _simplify_coverage(outlines: tuple[bytes, ...], tolerance: float) -> Any:
    parts = shapely.make_valid(shapely.from_wkb(np.array(outlines, dtype=object)))
    clean = getattr(shapely, "coverage_clean", None)
    if clean is not None and len(parts) > 1 and not shapely.coverage_is_valid(parts):
        parts = clean(parts, gap_width=60)
    return shapely.coverage_simplify(parts, tolerance)


def _encode(shape: Any) -> list[Any]:
    if shape is None or shape.is_empty:
        return []
    parts = shape.geoms if hasattr(shape, "geoms") else [shape]
    return [_encode_part(part) for part in parts if not part.is_empty]


def _encode_part(part: Any) -> list[list[int]]:
    if part.geom_type == "Polygon":
        return [_encode_line(ring.coords) for ring in (part.exterior, *part.interiors)]
    return [_encode_line(part.coords)]


def _encode_line(coords: Any) -> list[int]:
    whole = np.round(np.asarray(coords)[:, :2] * SCALE).astype(int)
    steps = np.diff(whole, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    return [*whole[0].tolist(), *steps.ravel().tolist()]
