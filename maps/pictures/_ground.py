"""The ground on still pictures: the same streets and names as on the page, as many as the scale bears."""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from maps.common.palette import INK
from maps.pictures._labels import Labels
from maps.pictures._still_parts import draw_shapes
from maps.streets.schemas import LOCAL, MAIN, MIDDLE, PATH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]
_FILLS = {"green": "#dfe9d3", "water": "#c3d9e6", "building": "#e6e1d8"}
# Metres to a millimetre of paper up to which a kind, a rank of roads or its names are drawn.
_KINDS = {"green": 60, "water": 400, "building": 9, "rail": 60}
_ROADS = {MAIN: (400, 40, 2.6, "#cfd6de", "#7d8894"), MIDDLE: (60, 30, 2.1, "#e9edf1", "#98a2ac")}
_ROADS |= {LOCAL: (40, 17, 1.6, "#ffffff", "#a9b0b7"), PATH: (9, 0, 0.5, "#b4b8bc", "")}
_PLACES = 9
_LETTER = 0.56  # width of a letter, of its size
_POINT = 25.4 / 72  # millimetres


def draw_ground(ax: "Axes", ground: gpd.GeoDataFrame, box: Box, labels: Labels, *, width: float) -> bool:
    """Draw what of the ground lies in a box of metres, on a picture so many millimetres wide."""
    scale = (box[2] - box[0]) / width
    here = ground[ground.geometry.intersects(shapely.box(*box))]
    shown = _shown(here, scale)
    for kind in ("green", "water", "building", "rail"):
        rows = shown[shown["kind"] == kind].geometry
        fill, edge = _FILLS.get(kind, "none"), _FILLS.get(kind, "#8d8f94")
        dashes = (0, (4, 2)) if kind == "rail" else "solid"
        draw_shapes(ax, rows, face=fill, edge=edge, line=0.8, z=1.2, dashes=dashes)
    thin = min(1.0, 12 / scale)
    for part in (1.3, 1.4):  # every edge under every fill
        for rank in (PATH, LOCAL, MIDDLE, MAIN):
            _, _, line, fill, edge = _ROADS[rank]
            rows = shown[(shown["kind"] == "road") & (shown["rank"] == rank)].geometry
            if part == 1.4 or edge:
                wide = line * thin + (0.7 if part == 1.3 else 0)
                draw_shapes(ax, rows, face="none", edge=edge if part == 1.3 else fill, line=wide, z=part)
    named = _name_streets(shown, box, labels, scale) and scale <= _ROADS[LOCAL][1]
    if scale <= _PLACES:
        places = shown[shown["kind"] == "place"].sort_values("rank", kind="stable")
        look = {"size": 5.5, "style": "italic", "colour": "#4d2470", "z": 7.0}
        labels.add_names(places.geometry, places["name"], **look)  # type: ignore[arg-type]
    return named


def _shown(here: gpd.GeoDataFrame, scale: float) -> gpd.GeoDataFrame:
    roads = here["rank"].map({rank: look[0] for rank, look in _ROADS.items()}).where(here["kind"] == "road")
    limit = roads.fillna(here["kind"].map(_KINDS)).where(here["kind"] != "place", _PLACES)
    return here[limit.fillna(0) >= scale]


def _name_streets(shown: gpd.GeoDataFrame, box: Box, labels: Labels, scale: float) -> bool:
    """Set names along their streets, main roads first and long ones before short."""
    roads = shown[(shown["kind"] == "road") & shown["name"].ne("")]
    found = []
    for (rank, name), rows in roads.groupby(["rank", "name"]):
        if scale > _ROADS[int(rank)][1]:
            continue
        size = (6.4, 6.0, 5.6, 5.0)[int(rank)]
        length = len(str(name)) * _LETTER * size * _POINT * scale
        line = _longest(shapely.line_merge(shapely.multilinestrings(shapely.get_parts(rows.geometry))), box)
        if line is not None and (at := _straight(line, length)) is not None:
            found.append((int(rank), -line.length, str(name), size, *at))
    for rank, _, name, size, x, y, turn in sorted(found):
        look = {"size": size, "style": "normal", "colour": INK, "z": 7, "weight": "bold" if rank == MAIN else "normal"}
        labels.streets.append({"x": x, "y": y, "text": name, "turn": turn, "dot": False, **look})
    return bool(found)


def _longest(lines: Any, box: Box) -> Any:
    """Find the longest piece of a street that lies in the box."""
    inside = shapely.get_parts(shapely.clip_by_rect(lines, *box))
    lines = [part for part in inside if part.geom_type == "LineString"]
    return max(lines, key=lambda part: float(part.length), default=None)


def _straight(line: Any, length: float) -> tuple[float, float, float] | None:
    """Middle and turn, in degrees, of the straight stretch of that length nearest to the line's middle."""
    room = line.length - length
    if room < 0:
        return None
    starts = np.linspace(0, room, 9)
    for start in sorted(starts, key=lambda s: abs(s - room / 2)):
        a, m, b = (shapely.get_coordinates(line.interpolate(start + part * length))[0] for part in (0, 0.5, 1))
        if np.hypot(*(b - a)) > 0.96 * length and np.hypot(*((a + b) / 2 - m)) < 0.08 * length:
            turn = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
            return float((a[0] + b[0]) / 2), float((a[1] + b[1]) / 2), (turn + 90) % 180 - 90
    return None
