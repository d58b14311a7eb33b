"""The stops of one shift on the streets, numbered as on the patrol's card."""

from typing import TYPE_CHECKING

import geopandas as gpd

from maps.common.palette import ACCENT, LAND
from maps.pictures._ground import draw_ground
from maps.pictures._labels import Labels
from maps.pictures.still_map import draw_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (170.0, 95.0)  # millimetres
_MARGIN = 300.0  # metres


def draw_stops(stops: gpd.GeoDataFrame, ground: gpd.GeoDataFrame) -> bytes:
    """Draw the stops of a shift, each with the number of its first visit, as one PNG."""
    west, south, east, north = stops.total_bounds
    width, height = SIZE
    half = max((north - south) / 2 + _MARGIN, ((east - west) / 2 + _MARGIN) * height / width)
    x, y, wide = (west + east) / 2, (south + north) / 2, half * width / height
    box = (float(x - wide), float(y - half), float(x + wide), float(y + half))

    def fill(ax: "Axes", labels: Labels) -> None:
        ax.set_facecolor(LAND)
        draw_ground(ax, ground, box, labels, width=width)
        for point, order in zip(stops.geometry, stops["order"], strict=True):
            labels.add_badge(point.x, point.y, str(order), colour=ACCENT)

    return draw_figure(fill, box, width=width, height=height, dpi=150)
