"""Reading files of areas: what is accepted, repaired, said aloud and refused."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Polygon, box

from boundaries import read_areas
from boundaries.lookups import read_lookup
from boundaries.overlaps import measure_overlaps
from hotspots.checks import InputError

SQUARE = box(430000, 433000, 430100, 433100)
NEXT = box(430100, 433000, 430200, 433100)
BOW_TIE = Polygon([(430000, 433000), (430100, 433100), (430100, 433000), (430000, 433100)])


def frame(shapes, crs="EPSG:27700", **columns):
    columns = columns or {"CD": [f"E{i}" for i in range(len(shapes))], "NM": [f"N{i}" for i in range(len(shapes))]}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


@pytest.fixture
def save(tmp_path):
    def write(data, name="areas.gpkg", **options):
        file = tmp_path / name
        data.to_file(file, **options)
        return file

    return write


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.zip", "a.parquet"])
def test_every_format_gives_the_same_areas(tmp_path, name):
    data, file = frame([SQUARE, NEXT], CD=["A", "B"], NM=["One", "Two"], extra=[1, 2]), tmp_path / name
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed", exc_type=ImportError)
        data.to_parquet(file)
    elif name.endswith("zip"):
        data.to_file(tmp_path / "inner.shp")
        with zipfile.ZipFile(file, "w") as archive:
            for part in tmp_path.glob("inner.*"):
                archive.write(part, part.name)
    elif name.endswith("geojson"):
        data.to_crs(4326).to_file(file)
    else:
        data.to_file(file)
    areas = read_areas(file, name="NM", code="CD", vintage=2024)
    assert list(areas.columns) == ["code", "name", "vintage", "extra", "geometry"]
    assert areas.crs == "EPSG:27700"
    assert areas[["code", "name", "vintage", "extra"]].values.tolist() == [["A", "One", 2024, 1], ["B", "Two", 2024, 2]]
    assert list(areas.index) == [0, 1]
    assert areas.area.round(0).tolist() == [10000, 10000]


def test_code_is_the_name_where_there_is_none_and_aliases_replace_names(save):
    file = save(frame([SQUARE], NM=["Riverside & Hunslet"]))
    areas = read_areas(file, name="NM", aliases={"Riverside & Hunslet": "Hunslet & Riverside"})
    assert areas[["code", "name"]].values.tolist() == [["Hunslet & Riverside"] * 2]


def test_invalid_geometry_is_repaired_and_said_aloud(save, caplog):
    file = save(frame([BOW_TIE], NM=["Bow"]))
    with caplog.at_level(logging.WARNING):
        areas = read_areas(file, name="NM")
    assert areas.is_valid.all()
    assert areas.area.item() == pytest.approx(5000)
    assert "Invalid geometry was repaired in 1 of 1 area: Bow (Self-intersection" in caplog.text


def test_a_height_is_dropped(save):
    file = save(frame([shapely.force_3d(SQUARE, 7.0)], NM=["A"]))
    assert not read_areas(file, name="NM").has_z.any()


def test_a_file_of_several_layers_asks_which(tmp_path):
    file = tmp_path / "two.gpkg"
    frame([SQUARE], NM=["A"]).to_file(file, layer="wards")
    frame([NEXT], NM=["B"]).to_file(file, layer="laps")
    with pytest.raises(InputError, match=r"more than one layer.*wards, laps.*layer='wards'"):
        read_areas(file, name="NM")
    assert read_areas(file, name="NM", layer="laps")["name"].tolist() == ["B"]
    with pytest.raises(InputError, match=r"no layer 'lap'.*Try: 'laps'"):
        read_areas(file, name="NM", layer="lap")


def test_missing_columns_name_those_found_and_the_nearest(save):
    file = save(frame([SQUARE], WARD_NAME=["A"]))
    with pytest.raises(InputError, match=r"no column 'WARD_NAM' \(given: columns WARD_NAME; try: 'WARD_NAME'\)"):
        read_areas(file, name="WARD_NAM")


def test_all_problems_come_at_once(save):
    shapes = [box(-1.5, 53.8, -1.4, 53.9), None, box(-1.4, 53.8, -1.3, 53.9)]
    file = save(frame(shapes, CD=["A", "A", "B"], NM=["x", "y", None]))
    with pytest.raises(InputError) as caught:
        read_areas(file, name="NM", code="CD")
    for part in (
        "areas.gpkg cannot be used",
        "areas with no geometry (given: row 2 of 3",
        "degrees labelled as metres",
        "areas without a value in 'NM' (given: row 3 of 3; ",
        "the same 'CD' more than once (given: A;",
    ):
        assert part in str(caught.value)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_coordinate_reference_system(save):
    file = save(frame([SQUARE], crs=None, NM=["A"]), "areas.shp")
    with pytest.raises(InputError, match=r"no coordinate reference system \(given: a shapefile without its .prj"):
        read_areas(file, name="NM")


def test_metres_labelled_as_degrees(tmp_path):
    file = tmp_path / "a.geojson"
    plain = frame([SQUARE], NM=["A"]).to_json(drop_id=True)
    file.write_text(plain.replace("urn:ogc:def:crs:EPSG::27700", "urn:ogc:def:crs:OGC:1.3:CRS84"))
    with pytest.raises(InputError, match="metres labelled as degrees"):
        read_areas(file, name="NM")


def test_latitude_and_longitude_swapped(save):
    file = save(frame([box(53.8, -1.6, 53.9, -1.5)], crs="EPSG:4326", NM=["A"]), "a.geojson")
    with pytest.raises(InputError, match=r"areas outside Great Britain.*swapped"):
        read_areas(file, name="NM")


def test_lines_are_not_areas(save):
    file = save(frame([LineString([(430000, 433000), (430100, 433100)])], NM=["A"]))
    with pytest.raises(InputError, match="areas must be polygons"):
        read_areas(file, name="NM")


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "wards.geojson").write_text("")
    with pytest.raises(InputError, match=r"empty.*0 bytes"):
        read_areas(tmp_path / "wards.geojson", name="NM")
    with pytest.raises(InputError, match=r"No such file.*Try: 'wards.geojson'"):
        read_areas(tmp_path / "ward.geojson", name="NM")
    with pytest.raises(InputError, match="folder"):
        read_areas(tmp_path, name="NM")
    (tmp_path / "wards.txt").write_text("not areas")
    with pytest.raises(InputError, match="cannot be read as areas"):
        read_areas(tmp_path / "wards.txt", name="NM")
    (tmp_path / "table.csv").write_text("NM,people\nA,5\n")
    with pytest.raises(InputError, match="a table without areas"):
        read_areas(tmp_path / "table.csv", name="NM")
    (tmp_path / "no.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError, match="no areas"):
        read_areas(tmp_path / "no.geojson", name="NM")


def test_overlaps_and_gaps_are_measured(save, caplog):
    # A 300 m square ring of four boxes round a 100 m hole, the last one 10 m into the first.
    x, y = 430000, 433000
    ring = [
        box(x, y, x + 300, y + 100),
        box(x, y + 200, x + 300, y + 300),
        box(x, y + 100, x + 100, y + 200),
        box(x + 200, y + 90, x + 300, y + 200),
    ]
    file = save(frame(ring, CD=["A", "B", "C", "D"], NM=["A", "B", "C", "D"]))
    with caplog.at_level(logging.WARNING):
        areas = read_areas(file, name="NM", code="CD")
    found = measure_overlaps(areas)
    assert found[["kind", "codes", "square_metres"]].values.tolist() == [
        ["gap", "A; B; C; D", 10000.0],
        ["overlap", "A; D", 1000.0],
    ]
    assert "overlap each other in 1 place, 1,000 square metres in all" in caplog.text
    assert "gaps between them in 1 place, 10,000 square metres in all" in caplog.text


def test_areas_that_fit_give_an_empty_report():
    found = measure_overlaps(frame([SQUARE, NEXT], code=["A", "B"], name=["A", "B"]))
    assert found.empty
    assert list(found.columns) == ["kind", "codes", "square_metres", "geometry"]
    assert found.crs == "EPSG:27700"
    assert found["square_metres"].dtype == float
    assert measure_overlaps(frame([], code=[], name=[])).empty


def test_a_very_large_file_says_that_it_was_not_measured(save, caplog, monkeypatch):
    monkeypatch.setattr("boundaries.overlaps._MANY", 9)
    with caplog.at_level(logging.WARNING):
        read_areas(save(frame([SQUARE, NEXT])), name="NM")
    assert "Overlaps not measured of so many corners: 10 of 2 areas" in caplog.text


REAL = {
    "leeds_wards.geojson": ("WARD_NAME", None, 33),
    "leeds_wards_2004_2018.geojson": ("WD13NM", "WD13CD", 33),
    "leeds_lsoa_2021.gpkg": ("LSOA21NM", "LSOA21CD", 488),
    "leeds_lsoa_2011.geojson": ("LSOA11NM", "LSOA11CD", 482),
    "west_yorkshire_districts.geojson": ("LAD22NM", "LAD22CD", 5),
}


@pytest.mark.parametrize("file", REAL)
def test_real_files_are_read(shared_data: Path, file: str):
    name, code, rows = REAL[file]
    areas = read_areas(shared_data / "areas" / file, name=name, code=code)
    assert len(areas) == rows
    assert areas.is_valid.all()
    assert areas["code"].is_unique
    assert areas.geom_type.isin(["Polygon", "MultiPolygon"]).all()


def test_the_leeds_wards_overlap_by_a_quarter_of_a_square_kilometre(shared_data: Path):
    wards = read_areas(shared_data / "areas" / "leeds_wards.geojson", name="WARD_NAME")
    found = measure_overlaps(wards)
    sums = found.groupby("kind")["square_metres"].agg(["sum", "size"])
    # data/README.md: 0.26 square kilometres of overlaps, hundreds of sliver gaps.
    assert round(sums.loc["overlap", "sum"] / 1e6, 2) == 0.26
    assert sums.loc["gap", "size"] > 200
    assert isinstance(found, pd.DataFrame)


def test_the_files_own_code_and_name_are_kept_when_others_are_named(save):
    file = save(frame([SQUARE], CD=["E1"], NM=["One"], code=["old-1"], name=["Uno"]))
    areas = read_areas(file, name="NM", code="CD")
    assert areas[["code", "name", "raw_code", "raw_name"]].to_numpy().tolist() == [["E1", "One", "old-1", "Uno"]]


def test_an_outline_without_ground_is_refused_not_repaired(save):
    flat = Polygon([(430000, 433000), (430100, 433000), (430050, 433000)])  # all on one line
    with pytest.raises(InputError, match=r"holds no ground \(given: N1"):
        read_areas(save(frame([SQUARE, flat])), name="NM", code="CD")


@pytest.mark.parametrize("said", [["yes", "no", ""], ["True", "FALSE", "0"], [1, 0, None], ["1", "0", "No"]])
def test_priority_is_read_however_it_is_written(save, tmp_path, said):
    shapes = [SQUARE, NEXT, box(430200, 433000, 430300, 433100)]
    areas = read_areas(save(frame(shapes, NM=["a", "b", "c"], priority=said)), name="NM")
    assert areas["priority"].tolist() == [True, False, False]
    table = pd.DataFrame({"code": ["a", "b", "c"], "name": ["a", "b", "c"], "priority": said})
    table.to_csv(tmp_path / "facts.csv", index=False)
    assert read_lookup(tmp_path / "facts.csv")["priority"].tolist() == [True, False, False]


def test_a_priority_that_says_neither_is_refused(save):
    with pytest.raises(InputError, match=r"'priority' says neither yes nor no. Given: areas.gpkg: 'high'"):
        read_areas(save(frame([SQUARE], NM=["a"], priority=["high"])), name="NM")
