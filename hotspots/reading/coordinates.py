"""Coordinates as written to points in metres: what is wrong with each pair is named, never guessed."""

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj import Transformer

from hotspots.checks import CRS, find_crs
from hotspots.common.words_for_nothing import blank_nothing, count_decimals
from hotspots.reading.study_area import read_area

_LON, _LAT = (-9.0, 2.1), (49.5, 61.1)
_EAST, _NORTH = (0.0, 700_000.0), (0.0, 1_300_000.0)
LOST_DIGITS = "coordinates that lost their digits"
_FEWEST_DECIMALS = {"metres": 0, "degrees": 4}  # a metre, and about ten


def judge_coordinates(
    x: pd.Series, y: pd.Series, *, kind: str, target: str = CRS, crs: str | None = None
) -> pd.DataFrame:
    """Numbers of the written coordinates, and the cause where a pair cannot be used ("" where it can)."""
    if all(pd.api.types.is_numeric_dtype(values) for values in (x, y)):
        blank, numbers = x.isna() | y.isna(), [x, y]
        lost = pd.Series(False, index=x.index)
    else:
        texts = [blank_nothing(s, number=True) for s in (x, y)]
        blank = texts[0].eq("") | texts[1].eq("")
        numbers = [pd.to_numeric(t, errors="coerce") for t in texts]
        lost = _lost_digits(texts[0], kind) | _lost_digits(texts[1], kind)
    a, b = (n.astype(float).replace([np.inf, -np.inf], np.nan) for n in numbers)
    crs = crs or ("EPSG:4326" if kind == "degrees" else target)
    tests = {
        "no coordinates": blank,
        "unreadable coordinates": a.isna() | b.isna(),
        "coordinates 0,0": ((a.abs() < 1e-6) & (b.abs() < 1e-6)) | _at_origin(a, b, crs, target),
        **_range_tests(a, b, kind, target, crs),
        LOST_DIGITS: lost,
    }
    cause = np.select([t.to_numpy() for t in tests.values()], list(tests), default="")
    return pd.DataFrame({"x": a, "y": b, "cause": pd.Series(cause, index=x.index, dtype="object")})


def _at_origin(a: pd.Series, b: pd.Series, crs: str, target: str) -> pd.Series | bool:
    """Which are the origin of the grid as another system writes it: a default 0,0 that was moved.

    Off Scilly for Great Britain. Within some 200 metres, as older shifts and fewer decimals have it.
    """
    if crs == target:
        return False  # 0,0 itself
    x, y = _origin(crs, target)
    near = 0.002 if find_crs(crs).is_geographic else 200
    return (a - x).abs().lt(near) & (b - y).abs().lt(near)


@lru_cache(maxsize=32)
def _origin(crs: str, target: str) -> tuple[float, float]:
    x, y = _move(pd.Series([0.0]), pd.Series([0.0]), target, crs)
    return float(x[0]), float(y[0])


def _lost_digits(texts: pd.Series, kind: str) -> pd.Series:
    """Which were written as 4.30E+05: hundreds of metres off, and the number shows nothing of it."""
    some = texts[texts.str.contains("[eE]", regex=True)]
    lost = [(count_decimals(t) or 0) < _FEWEST_DECIMALS[kind] for t in some]
    return pd.Series(lost, index=some.index, dtype=bool).reindex(texts.index, fill_value=False)


def _range_tests(a: pd.Series, b: pd.Series, kind: str, target: str, crs: str) -> dict[str, pd.Series]:
    """Limits belong to the system that the points will be in: what is written in another is moved first."""
    if target == CRS and kind == "degrees":
        return _degree_tests(a, b)
    if kind == "metres":
        swapped = {"degrees in metre columns": (a.abs() <= 180) & (b.abs() <= 180)}
    else:
        turned = _beyond(a, b, crs, target) & ~_beyond(b, a, crs, target)
        swapped = {"latitude and longitude swapped": turned}
    name = "outside Great Britain" if target == CRS else f"outside the area of {target}"
    return {**swapped, name: _beyond(a, b, crs, target)}


def _beyond(a: pd.Series, b: pd.Series, crs: str, target: str) -> pd.Series:
    if target == CRS:
        east, north = _move(a, b, crs, CRS)
        return ~(east.between(*_EAST) & north.between(*_NORTH))
    lon, lat = (a, b) if find_crs(crs).is_geographic else _move(a, b, crs, "EPSG:4326")
    west, south, east_most, north_most = _bounds(target)
    # a projection still serves a degree beyond the area it was made for
    return ~(lon.between(west - 1, east_most + 1) & lat.between(south - 1, north_most + 1))


def _move(a: pd.Series, b: pd.Series, crs: str, target: str) -> tuple[pd.Series, pd.Series]:
    """Coordinates in another system; what cannot be moved is infinite."""
    if crs == target or not len(a):
        return a, b
    # Arrays of one number are deprecated input to pyproj before 3.7.1, so a second is put beside it.
    pair = max(len(a), 2)
    moved = _transformer(crs, target).transform(np.resize(a, pair), np.resize(b, pair))
    x, y = (pd.Series(values[: len(a)], index=a.index) for values in moved)
    return x, y


def _degree_tests(lon: pd.Series, lat: pd.Series) -> dict[str, pd.Series]:
    inside = lon.between(*_LON) & lat.between(*_LAT)
    metres = (lon.abs() > 180) & lon.between(*_EAST) & (lat.abs() > 90) & lat.between(*_NORTH)
    return {
        "latitude and longitude swapped": ~inside & lon.between(*_LAT) & lat.between(*_LON),
        "National Grid metres in degree columns": metres,
        "outside Great Britain": ~inside,
    }


@lru_cache(maxsize=32)
def _bounds(crs: str) -> tuple[float, float, float, float]:
    area = find_crs(crs).area_of_use
    west, south, east, north = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
    return west, south, east, north


def make_points(x: Any, y: Any, *, crs: str, target: str = CRS) -> np.ndarray[Any, Any]:
    """Points in ``target`` (metres): each distinct coordinate is transformed once."""
    if not len(x):
        return np.array([], dtype=object)
    distinct, inverse = np.unique(np.asarray(x, float) + 1j * np.asarray(y, float), return_inverse=True)
    east, north = _move(pd.Series(distinct.real), pd.Series(distinct.imag), crs, target)
    points = np.asarray(shapely.points(east.to_numpy(), north.to_numpy()), dtype=object)
    return points[inverse.reshape(-1)]


@lru_cache(maxsize=32)
def _transformer(crs: str, target: str) -> Transformer:
    return Transformer.from_crs(find_crs(crs), find_crs(target), always_xy=True)


def describe_operation(*, crs: str = "EPSG:4326", target: str = CRS) -> str:
    """Name and accuracy in metres of the operation that takes degrees to metres on this computer.

    For the manifest: with Ordnance Survey's OSTN15 grid it is exact to 1 m or better; without it PROJ falls
    back to a Helmert shift (up to about 2 m off).
    """
    with warnings.catch_warnings():
        # PROJ warns that the best operation lacks its grid; the sentence below says which one is used.
        warnings.simplefilter("ignore")
        group = pyproj.transformer.TransformerGroup(find_crs(crs), find_crs(target), always_xy=True)
    best = group.transformers[0]
    accuracy = f"{best.accuracy:g} m" if best.accuracy and best.accuracy > 0 else "not stated"
    return f"{best.description} (PROJ {pyproj.proj_version_str}; accuracy {accuracy})"


def within_area(points: np.ndarray[Any, Any], study_area: Any, *, target: str = CRS) -> np.ndarray[Any, Any]:
    """Which points lie in the study area or on its edge; a bare geometry is in the points' system."""
    area = read_area(study_area, target=target)
    shapely.prepare(area)
    inside: np.ndarray[Any, Any] = shapely.intersects(area, points)
    return inside
