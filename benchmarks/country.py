"""A country's records made from three West Yorkshire months: what `benchmarks/scale.py` runs on.

The county's 22,515 snap points are laid 34 times over England, 765,510 distinct points, busy counties and
quiet ones. Rows are drawn with replacement, by a seed; one row in twenty takes the category of another, so
that places × categories grow as they do in the national files (about a quarter of the rows of a year, a
twentieth of those of a decade). Crime IDs are unique, ASB has none; rows without coordinates come with the
draw; one row in 20,000 is spoilt, and one in a million repeats the ID of the row before it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

ASB = "Anti-social behaviour"
OTHER = 0.05  # share of rows that take another's category
STEP = 60_000  # metres between one copy of the county and the next
# Rows of copies from the south: northing of the row's middle, easting of the first and of the last copy.
ROWS = (
    (90_000, 280_000, 460_000),
    (150_000, 340_000, 580_000),
    (210_000, 360_000, 600_000),
    (270_000, 350_000, 590_000),
    (330_000, 350_000, 590_000),
    (390_000, 350_000, 530_000),
    (450_000, 350_000, 530_000),
    (510_000, 410_000, 470_000),
)


def copies() -> np.ndarray[Any, Any]:
    """Metres by which each of the 34 copies of the county is moved."""
    centre = np.array([425_000, 430_000])
    spots = [(e, n) for n, first, last in ROWS for e in range(first, last + 1, STEP)]
    return np.array(spots[:34]) - centre


def read_county(archive: Path) -> pd.DataFrame:
    """The county's rows with easting and northing (NaN where there are no coordinates)."""
    with zipfile.ZipFile(archive) as months:
        table = pd.concat([pd.read_csv(months.open(n), dtype={"Crime ID": str}) for n in sorted(months.namelist())])
    points = gpd.GeoSeries(gpd.points_from_xy(table["Longitude"], table["Latitude"]), crs=4326).to_crs(27700)
    east = np.where(table["Longitude"].notna(), points.x.to_numpy(), np.nan)
    north = np.where(table["Latitude"].notna(), points.y.to_numpy(), np.nan)
    far = (east < 380_000) | (east > 480_000)  # a few rows of other counties
    return table.assign(e=east, n=north)[~far].reset_index(drop=True)


def lay_out(county: pd.DataFrame) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Longitude and latitude of each row in each copy, shape (copies, rows), as police.uk prints them."""
    from pyproj import Transformer

    there = Transformer.from_crs(27700, 4326, always_xy=True)
    lon, lat = [], []
    for east, north in copies():
        x, y = there.transform(county["e"].to_numpy() + east, county["n"].to_numpy() + north)
        lon.append(np.where(np.isfinite(x), np.round(x, 6), np.nan))
        lat.append(np.where(np.isfinite(y), np.round(y, 6), np.nan))
    return np.array(lon), np.array(lat)


def make_country(archive: Path, folder: Path, *, rows: int, months: int, seed: int = 0) -> Path:
    """Write ``rows`` rows as Parquet into folders ``Month=2024-01`` ... and return the folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    county = read_county(archive)
    lon, lat = lay_out(county)
    rng = np.random.default_rng(seed)
    busy = rng.dirichlet(np.full(len(lon), 4.0))
    kinds = pa.array(county["Crime type"].to_numpy())
    streets = pa.array(county["Location"].to_numpy())
    asb = county["Crime type"].eq(ASB).to_numpy()
    first = pd.Period("2024-12", freq="M") - months + 1
    for number in range(months):
        n = rows * (number + 1) // months - rows * number // months
        row = rng.integers(0, len(county), n)
        kind = np.where(rng.random(n) < OTHER, rng.integers(0, len(county), n), row)
        copy = rng.choice(len(lon), n, p=busy)
        x, y = _spoil(lon[copy, row], lat[copy, row], rng)
        table = pa.table(
            {
                "Crime ID": _ids(n, asb[kind], rng),
                "Reported by": pa.array(copy.astype("int8")).cast("string"),
                "Longitude": pa.array(x, from_pandas=True),
                "Latitude": pa.array(y, from_pandas=True),
                "Location": streets.take(pa.array(row)),
                "Crime type": kinds.take(pa.array(kind)),
            }
        )
        part = folder / f"Month={first + number}"
        part.mkdir(parents=True)
        pq.write_table(table, part / "part-0.parquet", compression="zstd")
    return folder


def _spoil(x: Any, y: Any, rng: Any) -> tuple[Any, Any]:
    bad = rng.random(len(x)) < 1 / 20_000
    return np.where(bad, y, x), np.where(bad, x, y)


def _ids(n: int, without: Any, rng: Any) -> Any:
    """IDs of 64 hexadecimal digits as police.uk gives them; none for ASB."""
    import pyarrow as pa

    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    octets = rng.integers(0, 256, (n, 32), dtype=np.uint8)
    text = np.empty((n, 64), dtype=np.uint8)
    text[:, ::2], text[:, 1::2] = digits[octets >> 4], digits[octets & 15]
    twice = np.flatnonzero(rng.random(n - 1) < 1e-6) + 1
    text[twice] = text[twice - 1]
    ends = np.arange(n + 1, dtype=np.int64) * 64
    whole = pa.LargeStringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(text))
    return pa.compute.if_else(pa.array(~without), whole, None).cast("string")


def make_wards(wards: Path, path: Path) -> Path:
    """Write the 33 Leeds wards, laid along with the county, as one GeoPackage of 1,122.

    National ward files are clean coverages, this one of Leeds is not: its slivers are settled first.
    """
    import shapely

    leeds = gpd.read_file(wards).to_crs(27700)
    whole = shapely.set_precision(shapely.make_valid(leeds.geometry.to_numpy()), 0.1)
    leeds = leeds.set_geometry(gpd.GeoSeries(shapely.coverage_clean(whole, gap_width=60), crs=27700))
    laid = [
        leeds.assign(
            name=[f"{name} ({number})" for name in leeds["WARD_NAME"]], geometry=leeds.geometry.translate(*move)
        )[["name", "geometry"]]
        for number, move in enumerate(copies(), 1)
    ]
    gpd.GeoDataFrame(pd.concat(laid, ignore_index=True), crs=27700).to_file(path, driver="GPKG", layer="wards")
    return path
