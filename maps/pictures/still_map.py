"""Small still maps for documents and print, in the colours and words of the interactive map."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import InputError, require_metres
from hotspots.common.plan_words import start_sentence
from maps.common.escape import clean
from maps.common.layer_kinds import kind_of
from maps.common.palette import ACCENT, CHANGE, INK, LAND, LINE, SIGNS, Classes, choose_classes
from maps.common.small_shapes import simplify_together, with_shapes
from maps.disclosure.gate import Profile, profile_named, release
from maps.pictures._ground import draw_ground
from maps.pictures._labels import Labels
from maps.pictures._still_parts import blank_axes, draw_key, draw_scale, draw_shapes, empty_corner, save_png
from maps.pictures.street_names import locate_streets
from maps.wording import COUNTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MM = 1 / 25.4
_HEADINGS = {"harm": "Harm score", "rate": "Rate", "rate_shrunk": "Rate, steadied"}


def draw_static_map(
    spots: gpd.GeoDataFrame,
    *,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    focus: int | None = None,
    by: str = "harm",
    width: float = 170,
    height: float = 105,
    dpi: int = 150,
    profile: str | Profile | None = None,
    counted: str = COUNTED,
    ground: gpd.GeoDataFrame | None = None,
) -> bytes:
    """Draw hotspots and layers as one PNG, of the whole area or around one hotspot."""
    require_metres(spots, what="spots")
    if focus is not None and focus not in spots.index:
        raise InputError("There is no hotspot of that rank", given=f"focus={focus}", advice=f"1 to {len(spots)}")
    who = profile_named(profile)
    released = with_shapes(release(spots, kind="spots", profile=who))
    if focus is not None and focus not in released.index:
        raise InputError(
            "The hotspot of that rank has no shape to draw", given=f"focus={focus}", advice="another hotspot"
        )
    grounds = [frame for name, frame in (layers or {}).items() if kind_of(name, frame) == "ground"]
    layers = {name: frame for name, frame in (layers or {}).items() if kind_of(name, frame) != "ground"}
    box = _frame(released, layers, focus=focus, shape=width / height)
    found = _streets(released, layers, focus=focus, who=who)

    def fill(ax: "Axes", labels: Labels) -> None:
        _draw_layers(ax, layers, who=who, labels=labels)
        on = ground if ground is not None else grounds[0] if grounds else None
        named = on is not None and draw_ground(ax, on, box, labels, width=width)
        streets = [] if named else found
        _draw_spots(ax, released, by=by, focus=focus, labels=labels, streets=streets, counted=counted)

    return draw_figure(fill, box, width=width, height=height, dpi=dpi)


def draw_static_areas(areas: gpd.GeoDataFrame, *, by: str = "incidents", heading: str = "") -> bytes:
    """Draw areas shaded by a column, with names and key, as one PNG; they must be released already."""
    areas = with_shapes(areas)
    width, height = 170.0, 120.0
    box = _frame(areas, {}, focus=None, shape=width / height)
    colours, key, plain = colour_spots(areas, by=by)
    shapes = simplify_together(areas.geometry, tolerance=5)

    def fill(ax: "Axes", labels: Labels) -> None:
        draw_shapes(ax, shapes, face=colours, edge=INK, line=0.7, z=1)
        labels.avoid(draw_key(ax, key, heading or plain, empty_corner(ax, areas)))
        points = areas.geometry.representative_point()
        labels.add_names(points, areas["name"], size=6.5, style="normal", colour=INK, z=2)

    return draw_figure(fill, box, width=width, height=height, dpi=150)


def draw_figure(
    fill: "Callable[[Axes, Labels], None]",
    box: tuple[float, float, float, float],
    *,
    width: float,
    height: float,
    dpi: int,
) -> bytes:
    """Draw a figure without margins, with its labels, scale bar and arrow, as PNG."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(mpl.rcParamsDefault):
        figure = Figure(figsize=(width * _MM, height * _MM), dpi=dpi, facecolor="white")
        FigureCanvasAgg(figure)
        ax = blank_axes(figure, box)
        labels = Labels(ax)
        fill(ax, labels)
        labels.draw(box)
        draw_scale(ax, box)
        return save_png(figure)


def _streets(
    spots: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame], *, focus: int | None, who: Profile
) -> list[tuple[str, float, float]]:
    """Streets to name around the hotspot in focus."""
    if focus is None:
        return []
    given = [frame for name, frame in layers.items() if kind_of(name, frame) == "incidents"]
    found = locate_streets(spots.loc[[focus]], given[0] if given else None, profile=who)
    return list(found[["name", "easting", "northing"]].itertuples(index=False, name=None))


def _frame(
    spots: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame], *, focus: int | None, shape: float
) -> tuple[float, float, float, float]:
    """West, south, east and north in metres, of the picture's own proportions."""
    if focus is not None:
        west, south, east, north = spots.loc[[focus]].total_bounds
        margin = max(350.0, 0.45 * (east - west), 0.45 * (north - south))
    elif len(spots):
        west, south, east, north = spots.total_bounds
        margin = 0.06 * max(east - west, north - south, 1000.0)
    else:
        drawn = [with_shapes(f) for f in layers.values()]
        boxes = [f.total_bounds for f in drawn if len(f)] or [np.array([0.0, 0.0, 1000.0, 1000.0])]
        west, south = np.min([b[:2] for b in boxes], axis=0)
        east, north = np.max([b[2:] for b in boxes], axis=0)
        margin = 200.0
    x, y = (west + east) / 2, (south + north) / 2
    half_y = max((north - south) / 2 + margin, ((east - west) / 2 + margin) / shape)
    return float(x - half_y * shape), float(y - half_y), float(x + half_y * shape), float(y + half_y)


def _draw_layers(ax: "Axes", layers: Mapping[str, gpd.GeoDataFrame], *, who: Profile, labels: Labels) -> None:
    ground = True
    for name, frame in layers.items():
        kind = kind_of(name, frame)
        if kind in ("incidents", "cells"):
            continue
        data = with_shapes(release(frame, kind=kind, profile=who))
        if not len(data):
            continue
        if kind == "areas":
            shapes = simplify_together(data.geometry, tolerance=5)
            draw_shapes(ax, shapes, face=LAND if ground else "none", edge=LINE, line=0.7, z=1)
            if ground and "name" in data.columns:
                points = data.geometry.representative_point()
                labels.add_names(points, data["name"], size=6.5, style="italic", colour="#4d5966", z=2)
            ground = False
        elif set(data.geom_type) <= {"Point", "MultiPoint"}:
            at = data.geometry.get_coordinates()  # of several points in one row each
            ax.plot(at["x"], at["y"], "s", ms=4.5, mfc="white", mec=ACCENT, mew=1.2, zorder=6)
        elif kind == "streets":
            draw_shapes(ax, data.geometry, face="none", edge="#c9ced3", line=0.5, z=1.5)
        else:
            dashes = {"patrols": (0, (4, 3)), "comparison": (0, (1.5, 2.5))}.get(kind, "solid")
            draw_shapes(ax, data.geometry, face="none", edge=ACCENT, line=1.3, z=3.5, dashes=dashes)


def colour_spots(
    spots: gpd.GeoDataFrame, *, by: str, counted: str = COUNTED
) -> tuple[list[str], list[tuple[str, str]], str]:
    """Colour of each hotspot, the key as (colour, words) pairs, and the key's heading."""
    if by == "change" and "arrow" in spots.columns:
        words = [clean(w) for w in spots["arrow"].fillna("")]
        key = [(CHANGE[w], SIGNS[w]) for w in CHANGE if w in set(words)]
        return [CHANGE.get(w, CHANGE[""]) for w in words], key, "Change"
    column = by if by in spots.columns and pd.to_numeric(spots[by]).notna().any() else "incidents"
    classes: Classes = choose_classes(spots[column])
    colours = ["#ffffff" if c < 0 else classes.colours[c] for c in classes.of(spots[column])]
    heading = _HEADINGS.get(column, start_sentence(counted))
    return colours, list(zip(classes.colours, classes.words, strict=True)), heading


def _draw_spots(
    ax: "Axes",
    spots: gpd.GeoDataFrame,
    *,
    by: str,
    focus: int | None,
    labels: Labels,
    streets: Sequence[tuple[str, float, float]],
    counted: str,
) -> None:
    if not len(spots):
        return
    colours, key, heading = colour_spots(spots, by=by, counted=counted)
    if focus is None:
        draw_shapes(ax, spots.geometry, face=colours, edge=INK, line=0.8, z=4)
        labels.avoid(draw_key(ax, key, heading, empty_corner(ax, spots)))
    else:
        ranks = list(spots.index)
        others = spots.drop(index=focus)
        draw_shapes(ax, others.geometry, face="#dfe3e799", edge=LINE, line=0.8, z=3)
        draw_shapes(ax, spots.loc[[focus]].geometry, face=f"{colours[ranks.index(focus)]}66", edge=INK, line=2, z=4)
        labels.add_points(list(streets), size=7, z=7)
    first = [focus] if focus is not None else []
    for rank in first + [r for r in spots.index if r != focus]:
        centre = (
            shapely.centroid(spots.geometry[rank]) if focus is None else spots.geometry[rank].representative_point()
        )
        colour = INK if focus is not None else colours[list(spots.index).index(rank)]
        labels.add_badge(centre.x, centre.y, str(rank), colour=colour, small=focus is not None and rank != focus)
