"""The one layer of areas of a file, in its own letters, whole; and configurations that name files."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import Point, box

import maps.common.memory
from boundaries import read_areas
from hotspots.checks import InputError
from hotspots.common.calendar_files import read_calendar_file
from hotspots.files.own_toml import parse_toml
from hotspots.reading.own_shapes import read_shapes
from maps.cli import main
from maps.config.read import read_config
from maps.results.manifest import list_inputs

NAMES = ["Ynys Môn", "Town"]


def wards(names: list[str] = NAMES, **columns: list[object]) -> gpd.GeoDataFrame:
    squares = [box(430_000 + 200 * i, 433_000, 430_200 + 200 * i, 433_200) for i in range(len(names))]
    return gpd.GeoDataFrame({"name": names, **columns}, geometry=squares, crs=27700)


def add_table(path: Path) -> None:
    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["<qgis/>"]}), path, layer="layer_styles")


def add_points(path: Path) -> None:
    gpd.GeoDataFrame({"label": ["x"]}, geometry=[Point(430_000, 433_000)], crs=27700).to_file(path, layer="a")


def add_empty(path: Path) -> None:
    wards().iloc[:0].to_file(path, layer="drafts")


def add_view(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE VIEW shown AS SELECT fid, geom, name FROM wards")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES ('shown', 'features', 'shown', 27700)"
        )
        base.execute("INSERT INTO gpkg_geometry_columns VALUES ('shown', 'geom', 'POLYGON', 27700, 0, 0)")


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("add", [add_table, add_points, add_empty, add_view])
def test_the_one_layer_of_areas_is_read_whatever_lies_beside_it(tmp_path: Path, add, first: bool) -> None:
    path = tmp_path / "wards.gpkg"
    if first and add is not add_view:
        add(path)
    wards().to_file(path, layer="wards")
    if not first or add is add_view:
        add(path)
    assert read_areas(path, name="name")["name"].tolist() == NAMES


@pytest.mark.parametrize("coding", ["utf-8", "cp1252", "iso-8859-1"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", "1252", "ISO-8859-1", "nonsense"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_shapefile_is_read_in_the_letters_it_is_written_in(
    tmp_path: Path, coding: str, cpg: str | None, packed: bool
) -> None:
    path = tmp_path / "wards.shp"
    pyogrio.write_dataframe(wards(), path, encoding=coding)
    (tmp_path / "wards.cpg").unlink(missing_ok=True)
    if cpg is not None:
        (tmp_path / "wards.cpg").write_text(cpg)
    if packed:
        with zipfile.ZipFile(tmp_path / "wards.zip", "w") as archive:
            for part in tmp_path.glob("wards.[dcsp]*"):
                archive.write(part, part.name)
        path = tmp_path / "wards.zip"
    assert read_areas(path, name="name")["name"].tolist() == NAMES
    assert read_shapes(path, what="The study area")["name"].tolist() == NAMES


MARKS: dict[str, dict[str, object]] = {
    "at the top": {"exceededTransferLimit": True},
    "in the properties": {"properties": {"exceededTransferLimit": True}},
    "more matched": {"numberMatched": 33, "numberReturned": 2},
    "more in all": {"totalFeatures": 33},
    "a next page": {"links": [{"rel": "next", "href": "?startIndex=2"}]},
}


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_says_it_is_cut_is_refused(tmp_path: Path, mark: str, last: bool, packed: bool) -> None:
    whole = json.loads(wards().to_crs(4326).to_json())
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({**whole, **MARKS[mark]} if last else {**MARKS[mark], **whole}))
    if packed:
        with zipfile.ZipFile(tmp_path / "wards.zip", "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / "wards.zip"
    with pytest.raises(InputError, match="not whole: the service stopped at its limit"):
        read_areas(path, name="name")


def test_an_answer_that_says_it_is_whole_is_read(tmp_path: Path) -> None:
    whole = json.loads(wards().to_crs(4326).to_json())
    said = {"numberMatched": 2, "numberReturned": 2, "exceededTransferLimit": False}
    (tmp_path / "wards.geojson").write_text(json.dumps({**said, **whole}))
    assert len(read_areas(tmp_path / "wards.geojson", name="name")) == 2


@pytest.mark.parametrize("column", ["WD24CD", "wd_code", "GSS_CODE", "code", "ref", "Ward ID", "x"])
def test_areas_of_one_name_are_told_apart_by_their_codes(tmp_path: Path, column: str) -> None:
    codes = ["E05000001", "E05000002"] if column == "x" else ["A1", "A2"]
    wards(["Abbey", "Abbey"], OBJECTID=[1, 2], **{column: codes}).to_file(tmp_path / "wards.gpkg")
    with pytest.raises(InputError, match=rf'Abbey; try: code = "{column}"') as error:
        read_areas(tmp_path / "wards.gpkg", name="name")
    assert "merge" not in str(error.value)
    assert len(read_areas(tmp_path / "wards.gpkg", name="name", code=column)) == 2


def test_row_numbers_are_no_codes(tmp_path: Path) -> None:
    wards(["Abbey", "Abbey"], OBJECTID=[1, 2]).to_file(tmp_path / "wards.gpkg")
    with pytest.raises(InputError, match="a column of codes, one for each area") as error:
        read_areas(tmp_path / "wards.gpkg", name="name")
    assert "OBJECTID" not in str(error.value)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # what GDAL says of damage
@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "zip"])
def test_damaged_files_of_areas_are_read_or_refused_in_words(tmp_path: Path, ending: str) -> None:
    made = tmp_path / "made"
    made.mkdir()
    wards().to_file(made / f"wards.{'shp' if ending == 'zip' else ending}")
    if ending == "zip":
        shutil.make_archive(str(made / "wards"), "zip", made)
    whole, dice = (made / f"wards.{ending}").read_bytes(), random.Random(5)
    for number in range(30):
        hurt = bytearray(whole[: dice.randrange(1, len(whole))] if number % 3 == 0 else whole)
        for at in range(dice.choice([1, 5, 50])):  # the header as often as the rest
            hurt[dice.randrange(len(hurt) if at % 2 else min(len(hurt), 100))] = dice.randrange(256)
        (made / f"wards.{ending}").write_bytes(hurt)
        with suppress(InputError):  # anything else fails the test
            read_areas(made / f"wards.{ending}", name="name")


# -- configurations --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        r'files = "C:\Users\Ann\july.csv"',
        r'files = ["C:\data\july.csv"]',
        r'study_area = "D:\xmas\area.gpkg"',
        r'files = "C:\temp\new.csv"',
        r'files = "data\new.csv"',
        r'files = ["a.csv", "\\server\files\new.csv"]',
        r'layout = "our\table.toml"',
    ],
)
def test_a_windows_path_in_double_quotes_is_told_what_to_write(tmp_path: Path, line: str) -> None:
    config = tmp_path / "p.toml"
    config.write_text(f"seed = 1\n[incidents]\n{line}\n")
    with pytest.raises(InputError, match=r"single quotes, such as .*, or with / in place of"):
        read_config(config)


def test_texts_of_several_lines_are_no_paths(tmp_path: Path) -> None:
    text = 'title = "one\\ntwo"\nlayout = {delimiter = "\\t"}\n'
    assert parse_toml(text, name="a", what="The layout", advice="")["title"] == "one\ntwo"
    with pytest.raises(InputError, match="mend it"):
        parse_toml("a = b", name="a", what="The layout", advice="mend it")


def test_nesting_without_end_is_said_in_plain_words() -> None:
    with pytest.raises(InputError, match="The layout has lists or tables inside one another, too deep") as error:
        parse_toml(DEEP["brackets"], name="a", what="The layout", advice="")
    assert "recursion" not in str(error.value)


DEEP = {
    "brackets": "a = " + "[" * 5000 + "]" * 5000,
    "dots": "a" + ".a" * 3000 + " = 1",
    "a table": "[a" + ".a" * 100 + "]\nb = 1",
    "a number without end": "a = " + "9" * 5000,
    "size": "# " + "x" * 2_100_000,
}


@pytest.mark.parametrize("what", DEEP)
def test_deep_and_huge_toml_is_refused_in_words(tmp_path: Path, capsys, what: str) -> None:
    (tmp_path / "p.toml").write_text(DEEP[what])
    assert main(["run", str(tmp_path / "p.toml"), "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err) < 500


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize(("limit", "said"), [(700_000_000, "700 MB"), (2**40, ""), (-1, "")])
def test_too_little_memory_is_said_before_it_is_waited_for(monkeypatch, limit: int, said: str) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert said in maps.common.memory.explain_limit()
    assert bool(maps.common.memory.explain_limit()) == bool(said)


def test_a_calendar_whose_entries_never_end_is_told_so_at_once(tmp_path: Path) -> None:
    whole = "BEGIN:VEVENT\nSUMMARY:Fair\nDTSTART:20240301\nEND:VEVENT\n"
    path = tmp_path / "a.ics"
    path.write_text(whole + "BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20240301\n" * 20_000)
    with pytest.raises(InputError, match=r"20,000 of its entries never end.*may be cut off"):
        read_calendar_file(path)
    path.write_text(whole.replace("END", "BEGIN:VALARM\nDTSTART:20230101\nEND:VALARM\nDTEND:20240303\nEND"))
    assert read_calendar_file(path)["end"].dt.strftime("%Y-%m-%d").tolist() == ["2024-03-02"]


def test_four_thousand_unknown_keys_are_named_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("".join(f"zz{i} = {i}\n" for i in range(4000)))
    with pytest.raises(InputError, match=r"line 1: unknown key 'zz0'.*line 4000: unknown key 'zz3999'"):
        read_config(tmp_path / "p.toml")


def test_the_manifest_names_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.csv")).write_text("a")
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    assert [row["file"] for row in list_inputs([tmp_path], tmp_path)] == ["caf\ufffd.csv"]
