"""The ground that a run looks at as a whole, and what to call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import shapely

from hotspots.collapse import incidents_per_row
from hotspots.expected import squares_of
from hotspots.study_area import read_area

MOSTLY = 0.5


class Ground(NamedTuple):
    """A polygon in National Grid metres, how a sentence names it ("the 33 wards"), the layer it is or "".

    ``all_on_it``: every record is known to lie on it, so that nobody need ask.
    """

    shape: Any
    name: str
    layer: str = ""
    all_on_it: bool = False


def choose_ground(
    incidents: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    study_area: gpd.GeoDataFrame | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Ground:
    """Choose the ground over which records are said to be concentrated or not.

    It is the study area where there is one; else the layer of areas from a file that holds most records,
    if it holds over half of them; else the kilometre squares of the National Grid that hold a record.

    Parameters
    ----------
    incidents : GeoDataFrame
        With ``<layer>_code`` for every layer.
    areas : dict of str to GeoDataFrame
        Layers of areas.
    study_area : GeoDataFrame or None
        The configured one.
    known : dict of str to dict
        What the configuration says of each layer; only those with a file that do not overlap by nature
        cover ground together.

    Examples
    --------
    >>> dots = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 300], [0, 0]), crs=27700)
    >>> ground = choose_ground(dots, {})
    >>> ground.name, round(ground.shape.area / 1e6, 2)
    ('the kilometre squares that hold a record', 1.0)
    """
    if study_area is not None:
        return Ground(read_area(study_area), "the study area")
    number = incidents_per_row(incidents)
    held = {
        layer: float(number[incidents[f"{layer}_code"].notna().to_numpy()].sum() / max(number.sum(), 1))
        for layer, given in (known or {}).items()
        if layer in areas and "file" in given and not given.get("overlapping")
    }
    best = max(held, key=lambda layer: held[layer], default=None)
    if best is not None and held[best] > MOSTLY:
        name = f"the {len(areas[best]):,} areas of {best.replace('_', ' ')}"
        return Ground(read_area(areas[best]), name, best)
    squares = squares_of(shapely.get_coordinates(incidents.geometry.to_numpy()))
    name = "the kilometre squares that hold a record"
    return Ground(shapely.coverage_union_all(squares), name, all_on_it=True)
