"""The parts of a still picture: ground, shapes, key, scale bar, arrow, and its bytes."""

import io
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from maps.common.palette import INK, LINE, SEA
from maps.pictures._labels import halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NICE = (50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000)


def blank_axes(figure: Any, box: tuple[float, float, float, float]) -> "Axes":
    """Axes that fill the figure, on the ground's colour."""
    ax: Axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(box[0], box[2]), ylim=(box[1], box[3]), xticks=[], yticks=[], facecolor=SEA)
    for spine in ax.spines.values():
        spine.set(edgecolor=LINE, linewidth=0.8)
    return ax


def draw_shapes(
    ax: "Axes", shapes: gpd.GeoSeries, *, face: str | list[str], edge: str, line: float, z: float, dashes: Any = "solid"
) -> None:
    """Polygons with their holes, and lines, by plain matplotlib paths."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.path import Path

    faces = [face] * len(shapes) if isinstance(face, str) else face
    paths, colours, lines = [], [], []
    for shape, colour in zip(shapes, faces, strict=True):
        if shape is None or shape.is_empty:
            continue
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type == "Polygon":
                rings = [Path(np.asarray(r.coords)[:, :2], closed=True) for r in (part.exterior, *part.interiors)]
                paths.append(Path.make_compound_path(*rings))
                colours.append(colour)
            else:
                lines.append(np.asarray(part.coords)[:, :2])
    if paths:
        ax.add_collection(
            PathCollection(paths, facecolors=colours, edgecolors=edge, linewidths=line, linestyles=dashes, zorder=z)
        )
    if lines:
        ax.add_collection(LineCollection(lines, colors=edge, linewidths=line, linestyles=dashes, zorder=z))


def draw_key(ax: "Axes", key: list[tuple[str, str]], heading: str, corner: Any) -> Any:
    """Key of colours with its heading."""
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=colour, edgecolor=INK, linewidth=0.8, label=words) for colour, words in key]
    legend = ax.legend(handles=handles, title=heading, loc=corner, alignment="left", fontsize=7, title_fontsize=7.5)
    legend.get_title().set_fontweight("bold")
    legend.set_zorder(9)
    return legend


def empty_corner(ax: "Axes", spots: gpd.GeoDataFrame) -> str:
    """Corner for the key where it covers the fewest hotspots."""
    centres = spots.geometry.centroid
    x, y = ax.transLimits.transform(np.column_stack([centres.x, centres.y])).T
    right, left = ((x > 0.7) & (y < 0.35)).sum(), ((x < 0.3) & (y > 0.65)).sum()
    return "lower right" if right <= left else "upper left"


def draw_scale(ax: "Axes", box: tuple[float, float, float, float]) -> None:
    """Scale bar of a round length, and an arrow to the north."""
    wide = box[2] - box[0]
    length = max([n for n in _NICE if n <= wide / 5] or [_NICE[0]])
    x, y = box[0] + 0.025 * wide, box[1] + 0.045 * (box[3] - box[1])
    ax.plot([x, x + length], [y, y], color=INK, lw=2.5, solid_capstyle="butt", zorder=9)
    words = f"{length} m" if length < 1000 else f"{length // 1000} km"
    ax.text(
        x + length / 2, y, f"{words}\n", ha="center", va="center", size=7, color=INK, zorder=9, path_effects=halo(2.5)
    )
    ax.annotate(
        "N",
        xy=(0.968, 0.965),
        xytext=(0.968, 0.88),
        xycoords="axes fraction",
        ha="center",
        va="top",
        size=8,
        weight="bold",
        color=INK,
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.4},
        zorder=9,
    )


def save_png(figure: Any) -> bytes:
    """PNG of at most 64 colours, without a date or the name of a program in it."""
    from PIL import Image

    raw, small = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", metadata={"Software": None})
    picture = Image.open(raw).convert("RGB")
    red, green, blue = np.moveaxis(np.asarray(picture).astype(np.int64), 2, 0)
    colours, counts = np.unique(red << 16 | green << 8 | blue, return_counts=True)
    commonest = colours[np.argsort(-counts, kind="stable")[:64]]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.column_stack([commonest >> 16, commonest >> 8 & 255, commonest & 255]).ravel().tolist())
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()
