"""Shapes of the user's own, from any file of them, in metres."""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from hotspots.checks import CRS, InputError, UnreadableError, announce
from hotspots.common.wording import say_count
from hotspots.files.geofiles import read_layer


def read_shapes(path: str | Path, *, what: str, crs: Any = CRS) -> gpd.GeoDataFrame:
    """Read a file of points, lines or areas into the metres of a grid, or say what is wrong with it."""
    path = Path(path)
    read = _read(path, what)
    if not isinstance(read, gpd.GeoDataFrame) or read.geometry.isna().all():
        raise UnreadableError(
            f"{what} cannot be used: the file holds no shapes", given=path.name, advice="export it again"
        )
    if read.crs is None:
        raise InputError(
            f"{what} cannot be used: the file says no coordinate reference system",
            given=path.name,
            advice="save it with its own: EPSG:27700 for British metres, EPSG:4326 for degrees",
        )
    there = read[read.geometry.notna() & ~read.geometry.is_empty]
    if len(there) < len(read):
        rows = say_count(len(read), "row")
        announce(f"{path.name}: {len(read) - len(there):,} of {rows} left out, without a shape.")
    moved = there.to_crs(crs)
    if not np.isfinite(moved.total_bounds).all():
        raise InputError(
            f"{what} cannot be used: coordinates that are nowhere on the map",
            given=path.name,
            advice="is its coordinate reference system the right one?",
        )
    return moved


def _read(path: Path, what: str) -> Any:
    if not path.is_file() or path.stat().st_size == 0:
        kind = "a folder" if path.is_dir() else "0 bytes" if path.exists() else "not there"
        raise UnreadableError(f"{what} cannot be read", given=f"{path.name}: {kind}", advice="name a whole file")
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            read = read_layer(path, name=path.name)
    except InputError as error:
        raise InputError(f"{what} cannot be read: {error.problem}", given=error.given, advice=error.advice) from error
    except Exception as error:  # the libraries below raise whatever their C code meets
        reason = str(error).strip().partition("\n")[0][:160] or type(error).__name__
        raise UnreadableError(
            f"{what} cannot be read", given=f"{path.name}: {reason}", advice="a GeoPackage, GeoJSON or shapefile"
        ) from error
    for text in dict.fromkeys(str(one.message).partition("\n")[0] for one in said):
        announce(f"{path.name}: {text}")
    return read
