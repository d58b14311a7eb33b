"""Areas to compare with: places without a response, of the same rank in the same earlier period."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.assessment._rings import locate
from hotspots.checks import InputError, require_metres
from hotspots.common.places import Floats, coordinates_of, incidents_per_row
from hotspots.common.when import rows_in
from hotspots.common.windows import Window, name_windows, read_windows

FEWEST = 5  # areas compared with, however few the targets: one alone is too noisy
TOUCHING = 1.0  # m²: two areas with a common edge do not overlap
_LARGE, _SHARE = 10, 0.05  # a ward beside a street: it stays unless much of it had the response
POOL = 60  # areas the spread of real counts is estimated from


def propose_comparators(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    *,
    selected_on: Any,
    others: gpd.GeoDataFrame | None = None,
    width: float = 200,
    count: int | None = None,
    pool: int = POOL,
    fill: bool = True,
    responses: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Propose areas without a response whose counts in the selection period were nearest the targets'.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places, in EPSG:27700, that hold the selection period.
    targets : GeoDataFrame
        The areas that get the response.
    selected_on : window or list of windows
        The period whose counts chose the targets (see `hotspots.common.windows.read_window`).
    others : GeoDataFrame, optional
        Other hotspots of the same selection that get no response. None, or fewer than ``pool``:
        squares as large as the median target are added, laid over the ground that has incidents.
    width : float
        Metres round the targets kept free, so that crime moved next door is not compared with.
    count : int, optional
        How many areas to compare with; None means as many as targets, and at least 5.
    pool : int
        How many areas in all, for the spread of real counts.
    fill : bool
        False adds no squares: only ``others`` are compared with, as a ward is with wards.
    responses : GeoDataFrame, optional
        Areas with a plan or a response of their own: nothing is proposed that shares ground with them.

    Returns
    -------
    GeoDataFrame
        ``role`` ("comparator" or "placebo"), ``selected`` (incidents in the selection period) and
        ``geometry``; comparators first.

    Raises
    ------
    InputError
        When the records hold nothing in the selection period, or no other ground has incidents.

    Notes
    -----
    Both sides were then chosen for the same high counts in the same months, so both fall back alike.
    """
    require_metres(targets, what="targets", like=incidents)
    if others is not None:
        require_metres(others, what="others", like=targets)
        others = others[~share_ground(others, responses)]
    xy, weights = coordinates_of(incidents), incidents_per_row(incidents)
    windows = read_windows(selected_on)
    chosen_on = np.logical_or.reduce([rows_in(incidents, window) for window in windows])
    if not weights[chosen_on].any():
        raise InputError(
            f"The records hold nothing in the selection period {name_windows(windows)}",
            given=f"{len(incidents):,} records, none in it",
            advice="records that reach back to it, or comparator= with areas of your own",
        )
    xy, weights = xy[chosen_on], weights[chosen_on]
    shapes = targets.geometry.to_numpy()
    wanted = _counts(xy, weights, shapes)
    candidates = _candidates(xy, weights, targets, others, width=width, pool=pool if fill else 0)
    candidates = candidates[~share_ground(candidates, responses)]
    if candidates.empty:
        raise InputError(
            "No ground outside the targets and their surrounding area has records to compare with",
            given=f"{len(targets)} targets, surrounding area of {width:g} m",
            advice="records of a wider area (the district, the force), or comparator= of your own",
        )
    picked, rest = pick_alike(wanted, candidates["selected"].to_numpy(), count=count, pool=pool)
    rows = candidates.iloc[picked + rest].reset_index(drop=True)
    rows.insert(0, "role", pd.Series(["comparator"] * len(picked), dtype="str").reindex(rows.index).fillna("placebo"))
    return rows


def share_ground(areas: gpd.GeoDataFrame, responses: gpd.GeoDataFrame | None) -> npt.NDArray[np.bool_]:
    """Tell which areas share ground, more than an edge, with a response.

    A ward is not left out for one street in it: an area over ten times as large as the response may share
    a twentieth of its ground.
    """
    found = np.zeros(len(areas), dtype=bool)
    if responses is None or responses.empty or areas.empty:
        return found
    require_metres(responses, what="responses", like=areas)
    shapes, treated = areas.geometry.to_numpy(), responses.geometry.to_numpy()
    one, other = shapely.STRtree(treated).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[one], treated[other]))
    size = shapely.area(shapes[one])
    much = (size < _LARGE * shapely.area(treated[other])) | (shared > _SHARE * size)
    found[one[(shared > TOUCHING) & much]] = True
    return found


def in_window(responses: gpd.GeoDataFrame | None, window: Window) -> gpd.GeoDataFrame | None:
    """Keep the responses that fall into a window; one without a start or an end was always there."""
    if responses is None:
        return None
    keep = np.ones(len(responses), dtype=bool)
    if "start" in responses.columns:
        keep &= ~(pd.to_datetime(responses["start"]) >= window.end).to_numpy()
    if "end" in responses.columns:
        keep &= ~(pd.to_datetime(responses["end"]) < window.start).to_numpy()
    return responses[keep]


def pick_alike(
    wanted: npt.ArrayLike, candidates: npt.ArrayLike, *, count: int | None = None, pool: int = POOL
) -> tuple[list[int], list[int]]:
    """Pick the candidates whose counts are nearest the targets', one target after the other.

    Examples
    --------
    >>> pick_alike([100], [120, 110, 90, 50, 10], count=2, pool=4)
    ([1, 2], [0, 3])
    """
    targets, free = np.asarray(wanted), np.asarray(candidates)
    picked: list[int] = []
    for target in np.resize(np.sort(targets)[::-1], count or max(len(targets), FEWEST)):
        picked += [i for i in _by_distance(float(target), free) if i not in set(picked)][:1]
    rest = [i for i in _by_distance(float(targets.mean()), free) if i not in set(picked)]
    return picked, rest[: max(0, pool - len(picked))]


def _candidates(
    xy: Floats, weights: Any, targets: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None, *, width: float, pool: int
) -> gpd.GeoDataFrame:
    keep_free = shapely.buffer(shapely.union_all(targets.geometry.to_numpy()), width)
    given = np.array([], dtype=object)
    if others is not None:
        require_metres(others, what="others", like=targets)
        given = others.geometry.to_numpy()
        given = given[~shapely.intersects(given, keep_free)]
    shapes = [_frame(given, _counts(xy, weights, given), targets.crs)]
    if len(given) < pool:
        side = float(np.sqrt(np.median(shapely.area(targets.geometry.to_numpy()))))
        squares, counts = _squares(xy, weights, side)
        taken = shapely.union_all([keep_free, *given])
        free = ~shapely.intersects(squares, taken)
        shapes.append(_frame(squares[free], counts[free], targets.crs))
    frame = pd.concat([s for s in shapes if len(s)] or [shapes[0]], ignore_index=True)
    bounds = shapely.bounds(frame.geometry.to_numpy())
    order = np.lexsort((bounds[:, 1], bounds[:, 0], -frame["selected"].to_numpy()))
    return gpd.GeoDataFrame(frame.iloc[order].reset_index(drop=True), crs=targets.crs)


def _squares(xy: Floats, weights: Any, side: float) -> tuple[Any, Any]:
    if not side > 0:
        raise InputError("The targets cover no ground", given="an area of 0 m²", advice="outlines as targets")
    cells, inverse = np.unique(np.floor(xy / side).astype(np.int64), axis=0, return_inverse=True)
    counts = np.bincount(inverse.ravel(), weights=weights, minlength=len(cells)).astype(np.int64)
    west, south = (cells * side).T
    return shapely.box(west, south, west + side, south + side), counts


def _frame(shapes: Any, counts: Any, crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"selected": np.asarray(counts, dtype=np.int64)}, geometry=list(shapes), crs=crs)


def _counts(xy: Floats, weights: Any, shapes: Any) -> npt.NDArray[np.int64]:
    where = locate(xy, shapes)
    inside = where >= 0
    return np.bincount(where[inside], weights=weights[inside], minlength=len(shapes)).astype(np.int64)


def _by_distance(count: float, candidates: Any) -> list[int]:
    order = np.argsort(np.abs(np.log((candidates + 0.5) / (count + 0.5))), kind="stable")
    return [int(i) for i in order]
