"""Shapes around labelled places: buffered and dissolved, whoever made the labels."""

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.checks import InputError, on_index
from hotspots.common.places import Floats, Ints, Places, collapse_incidents
from hotspots.finding._summarise import Shape, summarise_spots
from hotspots.finding.details import add_details
from hotspots.finding.expected import add_expected

QUAD_SEGS = 64
Labels = Sequence[Any] | npt.NDArray[Any] | pd.Series


def outline_hotspots(
    incidents: gpd.GeoDataFrame,
    labels: Labels,
    *,
    radius: float = 50,
    core: Labels | None = None,
    study_area: Any = None,
) -> gpd.GeoDataFrame:
    """Hotspots from anyone's labels: each label's points are buffered, dissolved and counted.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, with ``harm`` where there is one.
    labels : Series or sequence
        One label per incident: a Series on the same index, or an array, as a clusterer returns it, in the
        order of the incidents. Negative or missing means in no hotspot.
    radius : float
        Metres of ground around each point.
    core : Series or sequence of bool, or None
        The points to buffer, given like the labels; None means every labelled point. For DBSCAN give its core
        points and its search radius.
    study_area : GeoDataFrame, geometry or None
        The ground over which ``expected`` spreads the incidents; None means the ground
        where the records lie (see `hotspots.common.settled_ground`), and says so.

    Returns
    -------
    GeoDataFrame
        One row per label, worst first, with the columns of `find_hotspots`. The incidents counted are
        those labelled. Where two outlines overlap the ground goes to the one with more incidents.

    Raises
    ------
    InputError
        When the labels or core points are not on the index of the incidents or not as many, or the radius is
        not above 0.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 40, 900], [0, 0, 0]), crs=27700)
    >>> outline_hotspots(points, [7, 7, -1])["incidents"].tolist()
    [2]
    """
    if not radius > 0:
        raise InputError("The radius must be above 0 metres", given=f"radius={radius}", advice="50")
    places = collapse_incidents(incidents)
    codes = _label_codes(labels, incidents.index)
    places, label = split_by_label(places, codes)
    at_core = np.ones(len(places.xy), dtype=bool)
    if core is not None:
        advice = "those of the incidents that were clustered"
        given = on_index(core, incidents.index, what="The core points", advice=advice)
        marked = given.astype("boolean").fillna(False).to_numpy(dtype=bool)
        at_core = np.bincount(places.inverse, weights=marked, minlength=len(at_core)) > 0
    shapes = shapes_of_labels(places, label, at_core, radius=radius)
    spots, number = summarise_spots(incidents, places, shapes)
    spots = add_details(spots, incidents, number[places.inverse])
    return add_expected(spots, places, study_area=study_area)


def shapes_of_labels(places: Places, label: Ints, core: npt.NDArray[np.bool_], *, radius: float) -> list[Shape]:
    """One shape per label (0, 1, 2 ...): core places buffered and dissolved, overlaps cut off the lighter."""
    shapes: list[Shape] = []
    outlines: list[Any] = []
    for number in heaviest_first(places, label, core):
        mine = label == number
        centre = _middle(places, mine & core if (mine & core).any() else mine)
        outline = shapely.union_all(round_buffer(places.xy[mine & core], radius, near=places.xy))
        if outlines:
            for earlier in shapely.STRtree(outlines).query(outline, predicate="intersects"):
                outline = outline.difference(outlines[int(earlier)])
        outlines.append(outline)
        shapes.append(Shape.of(outline, "single", [(*centre, math.nan)], np.where(mine, 0, -1)))
    return shapes


def round_buffer(xy: Floats, radius: float, *, near: Floats | None = None) -> npt.NDArray[np.object_]:
    """Circles as polygons drawn just around the true circle, so that a point on the rim is inside.

    At 64 corners a quarter the polygon of a disc of 150 m reaches 11 mm beyond it. Where one of the places
    ``near`` lies in between, its circle is drawn with more corners, until none does.

    Examples
    --------
    >>> circle = round_buffer(np.array([[0.0, 0.0]]), 150)[0]
    >>> circle.covers(shapely.Point(150, 0)), circle.covers(shapely.Point(150.02, 0))
    (True, False)
    """
    from scipy.spatial import cKDTree

    circles = np.asarray(shapely.buffer(shapely.points(xy), _around(radius, QUAD_SEGS), quad_segs=QUAD_SEGS))
    if near is None or not len(near):
        return circles
    tree = cKDTree(near)
    for corners in (QUAD_SEGS, 8 * QUAD_SEGS):
        drawn = tree.query_ball_point(xy, _around(radius, corners), return_length=True)
        wrong = np.flatnonzero(drawn > tree.query_ball_point(xy, radius * (1 + 1e-9), return_length=True))
        if len(wrong):
            finer = 8 * corners
            points = shapely.points(xy[wrong])
            circles[wrong] = shapely.buffer(points, _around(radius, finer), quad_segs=finer)
    return circles


def _around(radius: float, corners: int) -> float:
    """Radius of the polygon's corners, for its sides to clear the circle."""
    return radius / math.cos(math.pi / (4 * corners)) * (1 + 3e-9)


def split_by_label(places: Places, codes: Ints) -> tuple[Places, Ints]:
    """Places split where rows on one spot carry different labels, and the label of each."""
    wide = int(codes.max(initial=-1)) + 2
    inverse, keys = pd.factorize(places.inverse * wide + codes + 1)
    incidents = np.bincount(inverse, weights=places.rows, minlength=len(keys)).astype(np.int64)
    split = Places(places.xy[keys // wide], inverse.astype(np.int64), places.rows, incidents, places.crs)
    return split, (keys % wide - 1).astype(np.int64)


def _label_codes(given: Labels, index: pd.Index) -> Ints:
    advice = "those of the incidents that were clustered"
    labels = on_index(given, index, what="The labels", advice=advice)
    missing = labels.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(labels.dtype):
        missing = missing | (labels.fillna(-1).to_numpy() < 0)
    codes, _ = pd.factorize(labels.where(~pd.Series(missing, index=index)), sort=False)
    return codes.astype(np.int64)


def heaviest_first(places: Places, label: Ints, core: npt.NDArray[np.bool_]) -> list[int]:
    """Labels by the incidents on their core places, ties west to east, so that row order plays no part."""
    count = int(label.max(initial=-1)) + 1
    weight = np.bincount(label[core & (label >= 0)], places.incidents[core & (label >= 0)], count)
    first = [tuple(places.xy[label == n][np.lexsort(places.xy[label == n].T[::-1])[0]]) for n in range(count)]
    return sorted(range(count), key=lambda n: (-weight[n], first[n]))


def _middle(places: Places, mine: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Pick the busiest of some places; ties west to east, then south to north."""
    xy, weight = places.xy[mine], places.incidents[mine]
    best = xy[np.lexsort((xy[:, 1], xy[:, 0], -weight))[0]]
    return float(best[0]), float(best[1])
