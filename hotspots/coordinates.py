"""Coordinates as written to points in metres: what is wrong with each pair is named, never guessed."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from hotspots.checks import CRS, InputError

_LON, _LAT = (-9.0, 2.1), (49.5, 61.1)
_EAST, _NORTH = (0.0, 700_000.0), (0.0, 1_300_000.0)


def judge_coordinates(x: pd.Series, y: pd.Series, *, kind: str) -> tuple[pd.DataFrame, pd.Series]:
    """Numbers of the written coordinates, and the cause where a pair cannot be used ("" where it can).

    Parameters
    ----------
    x, y : Series of str
        Longitude and latitude (``kind="degrees"``) or easting and northing (``kind="metres"``).
    kind : {"degrees", "metres"}

    Examples
    --------
    >>> x, y = pd.Series(["-1.5", "53.8"]), pd.Series(["53.8", "-1.5"])
    >>> judge_coordinates(x, y, kind="degrees")[1].tolist()
    ['', 'latitude and longitude swapped']
    """
    texts = [s.astype("object").where(s.notna(), "").astype(str).str.strip() for s in (x, y)]
    blank = texts[0].isin(_BLANKS) | texts[1].isin(_BLANKS)
    numbers = pd.DataFrame({n: pd.to_numeric(t, errors="coerce") for n, t in zip("xy", texts, strict=True)})
    numbers = numbers.astype(float).replace([np.inf, -np.inf], np.nan)
    a, b = numbers["x"], numbers["y"]
    tests = {
        "no coordinates": blank,
        "unreadable coordinates": a.isna() | b.isna(),
        "coordinates 0,0": (a.abs() < 1e-6) & (b.abs() < 1e-6),
        **(_degree_tests(a, b) if kind == "degrees" else _metre_tests(a, b)),
    }
    cause = np.select([t.to_numpy() for t in tests.values()], list(tests), default="")
    return numbers, pd.Series(cause, index=x.index, dtype="object")


_BLANKS = ["", "nan", "NaN", "None", "null", "NULL", "<NA>", "No Location", "N/A"]


def _within(values: pd.Series, bounds: tuple[float, float]) -> pd.Series:
    return values.between(*bounds)


def _degree_tests(lon: pd.Series, lat: pd.Series) -> dict[str, pd.Series]:
    inside = _within(lon, _LON) & _within(lat, _LAT)
    metres = (lon.abs() > 180) & _within(lon, _EAST) & (lat.abs() > 90) & _within(lat, _NORTH)
    return {
        "latitude and longitude swapped": ~inside & _within(lon, _LAT) & _within(lat, _LON),
        "National Grid metres in degree columns": metres,
        "outside Great Britain": ~inside,
    }


def _metre_tests(east: pd.Series, north: pd.Series) -> dict[str, pd.Series]:
    return {
        "degrees in metre columns": (east.abs() <= 180) & (north.abs() <= 180),
        "outside Great Britain": ~(_within(east, _EAST) & _within(north, _NORTH)),
    }


def make_points(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], *, crs: str) -> np.ndarray[Any, Any]:
    """Points in EPSG:27700: each distinct coordinate is transformed once."""
    if not len(x):
        return np.array([], dtype=object)
    distinct, inverse = np.unique(np.asarray(x, float) + 1j * np.asarray(y, float), return_inverse=True)
    east, north = distinct.real, distinct.imag
    if crs != CRS:
        east, north = Transformer.from_crs(crs, CRS, always_xy=True).transform(east, north)
    points = np.asarray(shapely.points(east, north), dtype=object)
    return points[inverse.reshape(-1)]


def within_area(points: np.ndarray[Any, Any], study_area: Any) -> np.ndarray[Any, Any]:
    """Which points lie in the study area or on its edge; a bare geometry is in EPSG:27700."""
    if isinstance(study_area, gpd.GeoDataFrame | gpd.GeoSeries):
        if study_area.crs is None:
            raise InputError(
                "The study area has no coordinate reference system", given="crs=None", advice=".set_crs(...)"
            )
        study_area = shapely.union_all(
            shapely.make_valid(study_area.geometry.dropna().to_crs(CRS).to_numpy())
        )
    if not isinstance(study_area, shapely.Geometry):
        raise InputError(
            "The study area must be a GeoDataFrame or a geometry", given=type(study_area).__name__
        )
    shapely.prepare(study_area)
    inside: np.ndarray[Any, Any] = shapely.intersects(study_area, points)
    return inside
