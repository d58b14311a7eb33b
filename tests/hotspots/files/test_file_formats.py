"""Parquet, GeoPackage, workbooks and JSON become the text a CSV would hold; what cannot be read says why."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

import hotspots.files.unpacking
from boundaries.layers import read_layers
from hotspots import read_incidents
from hotspots.checks import InputError
from hotspots.files.file_formats import as_text, read_rows
from hotspots.files.input_files import find_files
from hotspots.finding.find import find_hotspots
from hotspots.reading.sources import combine_incidents, find_possible_duplicates

ROWS = pd.DataFrame({"ref": ["A1", None], "east": [430_000.0, 430_000.5], "when": pd.to_datetime(["2024-03-01", None])})


def rows_of(path: Path, **options: object) -> list[list[str]]:
    (file,) = find_files(path)
    return read_rows(file, **options).rows.to_numpy().tolist()  # type: ignore[arg-type]


def test_a_plain_parquet_file_is_read_as_text(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    ROWS.to_parquet(tmp_path / "rows.parquet")
    assert rows_of(tmp_path / "rows.parquet") == [["A1", "430000", "2024-03-01"], ["", "430000.5", ""]]


def test_the_first_of_several_layers_is_read_and_said_aloud(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "two.gpkg"
    points = gpd.GeoDataFrame({"ref": ["A1"]}, geometry=[Point(430_000, 433_000)], crs=27700)
    points.to_file(path, layer="crimes")
    points.assign(ref="B2").to_file(path, layer="calls")
    with caplog.at_level(logging.INFO, logger="safer_hotspots"):
        assert rows_of(path) == [["A1", "430000", "433000"]]
    assert "2 layers; the first, crimes, is read" in caplog.text
    assert rows_of(path, layer="calls") == [["B2", "430000", "433000"]]
    with pytest.raises(InputError, match=r"no layer 'cals'.*crimes, calls.*'calls'"):
        rows_of(path, layer="cals")


def test_a_layer_without_geometry_is_a_table(tmp_path: Path) -> None:
    import pyogrio

    path = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"ref": ["A1"], "n": [3]}), path, layer="rows")
    assert rows_of(path) == [["A1", "3"]]


def test_points_without_a_reference_system_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "points.parquet"
    gpd.GeoDataFrame({"ref": ["A1"]}, geometry=[Point(1, 2)]).to_parquet(path)
    with pytest.raises(InputError, match=r"without a coordinate reference system.*points\.parquet"):
        rows_of(path)


def test_lines_in_place_of_points_are_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpkg"
    line = gpd.GeoSeries.from_wkt(["LINESTRING (430000 433000, 430100 433000)"], crs=27700)
    gpd.GeoDataFrame({"ref": ["A1"]}, geometry=line).to_file(path)
    assert rows_of(path) == [["A1", "not a point", "not a point"]]


def test_the_first_of_several_sheets_is_read_and_another_on_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "March"
    book.active.append(["ref", "at"])
    book.active.append(["A1", dt.time(22, 30)])
    book.create_sheet("Notes")
    book.save(tmp_path / "book.xlsx")
    with caplog.at_level(logging.INFO, logger="safer_hotspots"):
        assert rows_of(tmp_path / "book.xlsx") == [["A1", "22:30:00"]]
    assert "2 sheets; the first, March, is read" in caplog.text
    assert rows_of(tmp_path / "book.xlsx", sheet="Notes") == []
    with pytest.raises(InputError, match=r"no such sheet.*Mrch.*March, Notes"):
        rows_of(tmp_path / "book.xlsx", sheet="Mrch")


def test_a_feature_collection_may_be_called_json(tmp_path: Path) -> None:
    path = tmp_path / "points.json"
    point = {"type": "Point", "coordinates": [-1.5, 53.8]}
    feature = {"type": "Feature", "properties": {"ref": "A1"}, "geometry": point}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert rows_of(path) == [["A1", "-1.5", "53.8"]]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b'{"ref": 1}', "not a list of records"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "old .xls"),
        ("a.csv", b"PAR1\x00\x00", "not text, whatever its name"),
        ("a.parquet", b"PAR1\x00\x00", "cannot be read as its name says"),
        ("a.xlsx", b"not a workbook", "workbook cannot be read"),
        ("a.csv.gz", b"not packed", "cannot be read"),
    ],
)
def test_what_a_file_is_not_is_said(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=said):
        rows_of(tmp_path / name)


def test_times_with_a_zone_dates_and_bytes_are_text() -> None:
    zoned = pd.Series(pd.to_datetime(["2024-07-01T12:00:00Z", None], utc=True))
    frame = pd.DataFrame({"when": zoned, "day": [dt.date(2024, 7, 1), None], "name": [b"Beck", None]})
    assert as_text(frame).to_numpy().tolist() == [["2024-07-01T12:00:00+00:00", "2024-07-01", "Beck"], ["", "", ""]]
    assert as_text(pd.DataFrame(index=range(3))).shape == (3, 0)


def test_files_that_are_not_there_or_locked_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "ref\nA1\n")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag that says a password is needed
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"no file matches the pattern.*has a password"):
        find_files([str(tmp_path / "*.csv"), path])
    with pytest.raises(InputError, match="no file was named"):
        find_files([])


def test_files_too_large_to_hold_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hotspots.files.unpacking, "MAX_BYTES", 60)
    text = "ref\n" + "A1\n" * 20  # 64 bytes
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="\n")
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.csv", text)
    with pytest.raises(InputError, match=r"larger than 2 GB.*a\.csv.*more than 2 GB.*b\.zip/b\.csv"):
        find_files(tmp_path)
    packed = tmp_path / "c.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert packed.stat().st_size < 60
    (found,) = find_files(packed)
    with pytest.raises(InputError, match=r"unpacks to more than 2 GB.*c\.csv\.gz"):
        found.read()
    # one that just fits is read whole
    (tmp_path / "d.csv").write_text("ref\n" + "A1\n" * 18 + "A\n", encoding="utf-8", newline="\n")
    assert len(find_files(tmp_path / "d.csv")[0].read()) == 60


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"count": -1}, "whole number"),
        ({"count": 2.5}, "whole number"),
        ({"until_share": 1.5}, "until_share"),
        ({"count": None}, "say when to stop"),
        ({"min_harm": 5}, "min_harm is for DBSCAN"),
        ({"method": "dbscan", "min_incidents": 2, "max_diameter": 100}, "two radii or more"),
    ],
)
def test_options_that_cannot_be_meant_are_named(options: dict[str, object], said: str) -> None:
    points = gpd.GeoDataFrame(geometry=[Point(430_000, 433_000)], crs=27700)
    with pytest.raises(InputError, match=said):
        find_hotspots(points, **options)  # type: ignore[arg-type]


def test_nothing_to_combine_or_no_distance_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to combine"):
        combine_incidents([])
    path = tmp_path / "a.csv"
    path.write_text("Month,Longitude,Latitude,Crime type\n2024-03,-1.5,53.8,Burglary\n", encoding="utf-8")
    incidents, _ = read_incidents(path)
    with pytest.raises(InputError, match="distance must be above 0"):
        find_possible_duplicates(incidents, distance=0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ward": {"nme": "x"}}, "has none of"),
        ({"ward": {"file": "w.gpkg", "name": "n", "vintge": 2024}}, r"unknown key 'vintge'.*'vintage'"),
        ({"centre": {"easting": 1, "radius": 2}}, "lacks 'northing'"),
        ({"a": {"nest": "x", "of": "b"}, "b": {"nest": "x", "of": "a"}}, "made of itself"),
        ({"a": {"nest": "x", "of": "wrd"}}, r"made of 'wrd', which is not at hand"),
    ],
)
def test_layers_that_cannot_be_built_say_why(settings: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_layers(settings)
