"""Cut the demo's data from the open data inside the PyPI wheel crime-sim-toolkit 1.5.0.

    python examples/leeds/cut_demo.py                      downloads the wheel with pip
    python examples/leeds/cut_demo.py --wheel FILE.whl     uses one already here
    python examples/leeds/cut_demo.py --wards FILE         also computes the LSOA-to-ward look-up again,
                                                           by area overlap with these official wards

Writes into maps/demo/: the Leeds rows of July 2016, 2017 and 2018 (police.uk) as a zip in the layout of a
data.police.uk download, and 33 best-fit wards (2011 LSOAs dissolved). Source: data.police.uk and the Office
for National Statistics, Open Government Licence v3.0. Needs shapely 2.1.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent.parent / "maps" / "demo"
LOOKUP = HERE / "lsoa_2011_best_fit_wards.csv"
MONTHS = ("2016-07", "2017-07", "2018-07")
COLUMNS = [
    "Crime ID",
    "Month",
    "Reported by",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
]


def fetch_wheel(folder: Path) -> Path:
    """Download the wheel with pip; nothing of it is installed or run."""
    command = ["pip", "download", "--no-deps", "--quiet", "--dest", str(folder), "crime-sim-toolkit==1.5.0"]
    subprocess.run([sys.executable, "-m", *command], check=True)
    return next(folder.glob("*.whl"))


def read_months(wheel: zipfile.ZipFile) -> dict[str, pd.DataFrame]:
    """Rows of each July whose LSOA is in Leeds, with the columns the demo needs."""
    base = "crime_sim_toolkit/tests/testing_data/test_policedata"
    months = {}
    for month in MONTHS:
        raw = wheel.read(f"{base}/{month}/{month}-west-yorkshire-street.csv")
        rows = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False)
        months[month] = rows.loc[rows["LSOA name"].str.startswith("Leeds "), COLUMNS]
    return months


def read_lsoas(wheel: zipfile.ZipFile) -> gpd.GeoDataFrame:
    """2011 LSOA polygons of Leeds, from the map inside the wheel."""
    page = wheel.read("crime_sim_toolkit/output/test.html").decode()
    start = page.find('{"crs"')
    if start < 0:
        raise SystemExit("the wheel holds no LSOA polygons where they used to be")
    features, _ = json.JSONDecoder().raw_decode(page, start)
    lsoas = gpd.GeoDataFrame.from_features(features["features"], crs="EPSG:4326").to_crs("EPSG:27700")
    lsoas = lsoas[lsoas["LSOA11NM"].str.startswith("Leeds ")].reset_index(drop=True)
    lsoas = lsoas.set_geometry(shapely.make_valid(lsoas.geometry.array))
    return lsoas[["LSOA11CD", "LSOA11NM", "geometry"]]


def compute_lookup(lsoas: gpd.GeoDataFrame, wards_file: Path) -> pd.DataFrame:
    """Ward with the largest share of each LSOA's area."""
    wards = gpd.read_file(wards_file).to_crs("EPSG:27700").rename(columns={"WARD_NAME": "ward"})
    wards = wards.set_geometry(shapely.make_valid(wards.geometry.array))
    pieces = gpd.overlay(lsoas, wards[["ward", "geometry"]], keep_geom_type=True)
    pieces["area"] = pieces.area
    best = pieces.sort_values(["LSOA11CD", "area"]).drop_duplicates("LSOA11CD", keep="last")
    return best[["LSOA11CD", "ward"]].sort_values("LSOA11CD").reset_index(drop=True)


def build_wards(lsoas: gpd.GeoDataFrame, lookup: pd.DataFrame) -> gpd.GeoDataFrame:
    """LSOAs dissolved into best-fit wards, simplified to 5 m without opening gaps."""
    simple = lsoas.set_geometry(shapely.coverage_simplify(lsoas.geometry.array, 5.0))
    merged = simple.merge(lookup, on="LSOA11CD", validate="1:1")
    wards = merged.dissolve("ward")[["geometry"]].reset_index()
    # slivers between the source's polygons would show as hairlines: closed by less than a pace
    closed = wards.buffer(0.5, join_style="mitre").buffer(-0.5, join_style="mitre")
    return wards.set_geometry(shapely.make_valid(closed.array)).set_crs("EPSG:27700")


def write_zip(months: dict[str, pd.DataFrame], path: Path) -> None:
    """One CSV a month, with fixed dates so that the same rows give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for month, rows in months.items():
            entry = zipfile.ZipInfo(f"{month}/{month}-leeds-street.csv", date_time=(2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, rows.to_csv(index=False, lineterminator="\n"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--wards", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel_file = options.wheel or fetch_wheel(Path(folder))
        with zipfile.ZipFile(wheel_file) as wheel:
            months, lsoas = read_months(wheel), read_lsoas(wheel)
    if options.wards:
        compute_lookup(lsoas, options.wards).to_csv(LOOKUP, index=False, lineterminator="\n")
    wards = build_wards(lsoas, pd.read_csv(LOOKUP, dtype=str))
    DEMO.mkdir(parents=True, exist_ok=True)
    write_zip(months, DEMO / "leeds_july_2016_2017_2018.zip")
    wards.to_crs("EPSG:4326").to_file(
        DEMO / "leeds_best_fit_wards.geojson", driver="GeoJSON", COORDINATE_PRECISION=6, RFC7946="YES"
    )
    print({month: len(rows) for month, rows in months.items()}, len(lsoas), "LSOAs", len(wards), "wards")


if __name__ == "__main__":
    main()
