"""Numbers and names on a still map, each shown only where it covers no other."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from maps.common.escape import clean
from maps.common.palette import INK, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]


MOST_NAMES = 200  # tried on a picture: of a country's thousand wards no more could be read


class Labels:
    """Collects labels of a map; numbers are placed first, then streets, then areas."""

    def __init__(self, ax: "Axes") -> None:
        self.ax = ax
        self.badges: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        self.streets: list[dict[str, Any]] = []  # along their lines, before all other names
        self.kept_free: list[Any] = []

    def avoid(self, artist: Any) -> None:
        """Keep labels off something already drawn."""
        self.kept_free.append(artist)

    def add_badge(self, x: float, y: float, text: str, *, colour: str = INK, small: bool = False) -> None:
        """Add a number on a disc of its class's colour."""
        self.badges.append({"x": x, "y": y, "text": text, "colour": colour, "size": 5 if small else 6})

    def add_names(
        self, points: gpd.GeoSeries, names: Iterable[object], *, size: float, style: str, colour: str, z: float
    ) -> None:
        """Add a name at each point (EPSG:27700)."""
        for point, name in zip(points, names, strict=True):
            look = {"size": size, "style": style, "colour": colour, "z": z}
            self.names.append({"x": point.x, "y": point.y, "text": clean(name), "dot": False, **look})

    def add_points(self, places: Sequence[tuple[str, float, float]], *, size: float, z: float) -> None:
        """Add street names, each beside a small dot."""
        look = {"size": size, "style": "normal", "colour": INK, "z": z}
        new = [{"x": x, "y": y, "text": clean(name), "dot": True, **look} for name, x, y in places]
        self.names = new + self.names

    def draw(self, box: Box) -> None:
        """Draw what fits inside the box, in metres, without overlap."""
        taken: list[Any] = [artist.get_window_extent() for artist in self.kept_free]
        for badge in self.badges:
            self._draw_badge(badge, box, taken)
        shown = [n for n in (*self.streets, *self.names) if box[0] < n["x"] < box[2] and box[1] < n["y"] < box[3]]
        for name in shown[:MOST_NAMES]:
            self._draw_name(name, taken)

    def _draw_badge(self, badge: dict[str, Any], box: Box, taken: list[Any]) -> None:
        if not (box[0] < badge["x"] < box[2] and box[1] < badge["y"] < box[3]):
            return
        disc = {"boxstyle": "round4,pad=0.28", "fc": badge["colour"], "ec": INK, "lw": 0.8}
        text = self.ax.text(
            badge["x"],
            badge["y"],
            badge["text"],
            size=badge["size"],
            weight="bold",
            color=ink_on(badge["colour"]),
            ha="center",
            va="center",
            bbox=disc,
            zorder=8,
        )
        self._keep(text, taken, pad=3.5)

    def _draw_name(self, name: dict[str, Any], taken: list[Any]) -> None:
        places = [(4, 4, "left"), (-4, 4, "right"), (4, -6, "left"), (-4, -6, "right"), (0, 12, "center")]
        for x, y, side in places if name["dot"] else [(0, 0, "center")]:
            text = self.ax.annotate(
                name["text"],
                (name["x"], name["y"]),
                xytext=(x, y),
                textcoords="offset points",
                size=name["size"],
                style=name["style"],
                color=name["colour"],
                ha=side,
                va="center",
                weight=name.get("weight", "normal"),
                rotation=name.get("turn", 0),
                rotation_mode="anchor",
                zorder=name["z"],
                path_effects=halo(2.2),
                annotation_clip=True,
            )
            if self._keep(text, taken, pad=1):
                break
        else:
            return
        if name["dot"]:
            self.ax.plot(name["x"], name["y"], "o", ms=3, mfc="white", mec=INK, mew=0.9, zorder=6)

    def _keep(self, text: Any, taken: list[Any], *, pad: float) -> bool:
        """Keep a text unless it covers an earlier one or leaves the picture."""
        extent = text.get_window_extent().padded(pad)
        inside = self.ax.bbox
        out = extent.x0 < inside.x0 or extent.x1 > inside.x1 or extent.y0 < inside.y0 or extent.y1 > inside.y1
        if out or any(extent.overlaps(other) for other in taken):
            text.remove()
            return False
        taken.append(extent)
        return True


def halo(width: float) -> list[Any]:
    """White edge around a text, so that it reads on any ground."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white")]
