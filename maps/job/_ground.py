"""The ground that a run looks at as a whole, and what to call it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd

from hotspots.checks import announce
from hotspots.common.places import collapse_incidents, incidents_per_row
from hotspots.common.sentence_rules import may_say
from hotspots.common.settled_ground import SET, say_ground, settle_ground
from hotspots.reading.study_area import read_area

MOSTLY = 0.5


class Ground(NamedTuple):
    """A polygon in National Grid metres, how a sentence names it ("the 33 wards"), the layer it is or "".

    ``all_on_it``: every record is known to lie on it, so that nobody need ask. ``held``: the share of the
    records that lie on it. ``said``: a sentence on a ground that nobody chose, else "".
    """

    shape: Any
    name: str
    layer: str = ""
    all_on_it: bool = False
    held: float = 1.0
    said: str = ""


def choose_ground(
    incidents: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    study_area: gpd.GeoDataFrame | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Ground:
    """Choose the ground over which records are said to be concentrated or not.

    It is the study area where there is one; else the layer of areas from a file that holds most records,
    if it holds over half of them; else the ground where the records lie
    (see `hotspots.common.settled_ground`), which is said aloud.
    """
    if study_area is not None:
        return Ground(read_area(study_area, target=incidents.crs), "the study area")
    number = incidents_per_row(incidents)
    held = {
        layer: float(number[incidents[f"{layer}_code"].notna().to_numpy()].sum() / max(number.sum(), 1))
        for layer, given in (known or {}).items()
        if layer in areas and "file" in given and not given.get("overlapping")
    }
    best = max(held, key=lambda layer: held[layer], default=None)
    if best is not None and held[best] > MOSTLY:
        name = f"the {len(areas[best]):,} areas of {best.replace('_', ' ')}"
        return Ground(read_area(areas[best], target=incidents.crs), name, best, held=held[best])
    places = collapse_incidents(incidents)
    some = places.incidents > 0
    counts = places.incidents[some]
    settled = settle_ground(places.xy[some], counts)
    why = "No study area was given" + " and no layer of areas holds over half of the records" * bool(held)
    said = settled.say(why) if len(counts) else ""
    if may_say("ground that nobody chose", said, why="a study area, or areas that hold most records"):
        announce(f"{said} {SET}")
    shape, name = settled.shape(), f"the {say_ground(settled.area)}"
    on = float(counts[settled.on].sum() / max(counts.sum(), 1))
    return Ground(shape, name, all_on_it=settled.outline is None and not settled.empty, held=on, said=said)
