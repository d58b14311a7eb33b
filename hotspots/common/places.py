"""Records on the same spot become one place: distinct coordinates, in order of first appearance."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.checks import CRS, InputError, require_metres, require_on_grid

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64).view(np.int64)  # odd, well spread
_CHUNK = 4096  # rows at a time, so that they stay in the processor's cache
_SAMPLE = 2000  # rows that tell whether any two may share a place


class Places(NamedTuple):
    """The distinct coordinates of some incidents."""

    xy: Floats  # easting and northing in metres, in order of first appearance
    inverse: Ints  # for each row of the input, the number of its place
    rows: Ints  # how many incidents each row stands for (1 unless the input has the column ``incidents``)
    incidents: Ints  # how many incidents each place holds
    crs: Any = CRS  # the grid of the metres

    def total(self, values: npt.ArrayLike) -> Floats:
        """Add up one number per row over each place."""
        weights = np.asarray(values, dtype=float)
        return np.bincount(self.inverse, weights=weights, minlength=len(self.xy)).astype(float)


def incidents_per_row(incidents: pd.DataFrame) -> Ints:
    """How many incidents each row stands for: the column ``incidents``, or 1 where there is none."""
    if "incidents" not in incidents.columns:
        return np.ones(len(incidents), dtype=np.int64)
    counts = pd.to_numeric(incidents["incidents"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)))
    if wrong.any():
        raise InputError(
            "The column incidents must hold whole numbers from 0 upwards",
            given=f"{incidents['incidents'].iloc[int(np.argmax(wrong))]} in row {int(np.argmax(wrong))}",
            advice="1 for a row that is one record",
        )
    return counts.astype(np.int64)


def coordinates_of(incidents: Any, *, what: str = "incidents") -> Floats:
    """Easting and northing of each row, shape (rows, 2), in metres."""
    require_metres(incidents, what=what, place=False)
    points = incidents.geometry.to_numpy()
    xy = _read_points(points)
    if not np.isfinite(xy.T).all():
        points = np.where(shapely.is_empty(points), None, points)
        kinds = shapely.get_type_id(points)
        if ((kinds != 0) & (kinds != -1)).any():
            raise InputError(
                f"{what} must be points",
                given=str(incidents.geometry.geom_type.value_counts().to_dict()),
                advice="frame.set_geometry(frame.representative_point())",
            )
        missing = ~np.isfinite(xy).all(axis=1)
        raise InputError(
            f"{int(missing.sum()):,} of {len(xy):,} {what} have no coordinates",
            given=f"row {int(np.argmax(missing))}",
            advice="keep them in the rejects, as read_incidents does",
        )
    if len(xy):
        require_on_grid((*xy.min(axis=0), *xy.max(axis=0)), what=what, crs=incidents.crs)
    return xy


def _read_points(points: Any) -> Floats:
    """Easting and northing, NaN for all but points; each column in one piece, as they are used."""
    both = np.empty((2, len(points)))
    for start in range(0, len(points), _CHUNK):
        some, part = slice(start, start + _CHUNK), points[start : start + _CHUNK]
        box = shapely.bounds(part)  # twice as quick as get_x and get_y, and empty points are no error
        both[0, some], both[1, some] = box[:, 0], box[:, 1]
        kinds = shapely.get_type_id(part)
        if kinds.any():
            both[:, some][:, kinds != 0] = np.nan
    return both.T


def collapse_incidents(incidents: gpd.GeoDataFrame) -> Places:
    """Collapse incidents to their distinct coordinates, in order of first appearance."""
    xy = coordinates_of(incidents)
    rows = incidents_per_row(incidents)
    inverse, first_row = _number_distinct(xy)
    if len(first_row) == len(xy):
        return Places(xy, inverse, rows, rows.copy(), incidents.crs)
    totals = np.bincount(inverse, weights=rows, minlength=len(first_row)).astype(np.int64)
    return Places(xy[first_row], inverse, rows, totals, incidents.crs)


def _number_distinct(xy: Floats) -> tuple[Ints, Ints]:
    """Give distinct rows numbers in order of first appearance: the number of each row, and each first row."""
    bits = (xy + 0.0).view(np.int64)  # adding 0 makes -0.0 and 0.0 one
    mixed = bits[:, 0] * _MIX[0] + bits[:, 1] * _MIX[1]
    if _all_differ(mixed[:_SAMPLE]) and _all_differ(mixed):  # sorting is quicker than numbering
        return np.arange(len(xy)), np.arange(len(xy))
    inverse, first_row = _factorize(mixed)
    if (bits[first_row][inverse] != bits).any():  # two places with one hash: number them the long way
        across, _ = pd.factorize(bits[:, 0])
        up, ups = pd.factorize(bits[:, 1])
        inverse, first_row = _factorize(across.astype(np.int64) * max(len(ups), 1) + up)
    return inverse, first_row


def _all_differ(keys: Ints) -> bool:
    ordered = np.sort(keys)
    return bool((ordered[1:] != ordered[:-1]).all())


def _factorize(keys: Ints) -> tuple[Ints, Ints]:
    inverse, distinct = pd.factorize(keys)
    first_row = np.empty(len(distinct), dtype=np.int64)
    first_row[inverse[::-1]] = np.arange(len(keys))[::-1]
    return inverse.astype(np.int64, copy=False), first_row


def number_rows(frame: pd.DataFrame, columns: Iterable[str]) -> tuple[Ints, Ints]:
    """Give the distinct rows of some columns numbers: that of each row, and where each first stands.

    What is the same for all rows that share a few texts is worked out once each. Columns that are not there
    do not matter; missing values are a value of their own.

    Examples
    --------
    >>> number, first = number_rows(pd.DataFrame({"a": ["x", "y", "x"]}), ["a", "b"])
    >>> number.tolist(), first.tolist()
    ([0, 1, 0], [0, 1])
    """
    mixed = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        if name in frame.columns:
            codes, distinct = pd.factorize(frame[name], use_na_sentinel=False)
            # numbered again at each step: three columns of a million texts each would not fit a number
            mixed = pd.factorize(mixed * len(distinct) + codes)[0].astype(np.int64)
    return _factorize(mixed)


def pick_busiest(group: Ints, name: Ints, weight: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Find the name that weighs most in each group, of equal ones the lowest number: the groups, their names.

    Examples
    --------
    >>> group, name = pick_busiest(np.array([0, 0, 0, 1]), np.array([2, 1, 1, 0]), [3, 1, 1, 5])
    >>> group.tolist(), name.tolist()
    ([0, 1], [2, 0])
    """
    names = int(name.max(initial=0)) + 1
    pair, pairs = pd.factorize(group.astype(np.int64) * names + name)
    of_group, of_name = np.divmod(pairs, names)
    total = exact_units(np.bincount(pair, np.asarray(weight, dtype=float), len(pairs)))
    order = np.lexsort([of_name, -total, of_group])
    top = order[np.unique(of_group[order], return_index=True)[1]]
    return of_group[top], of_name[top]


def exact_units(values: npt.ArrayLike) -> Ints:
    """Harm as whole millionths of a day, so that sums and ties do not depend on the order of adding."""
    return np.rint(np.asarray(values, dtype=float) * 1e6).astype(np.int64)
