"""A finished run read back from its files alone; and the checks that do so, held to finding what is wrong."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sqlite3
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from whole_run_checks import check_file, check_results, tell

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
TEXT = """
as_of = 2018-08-31
seed = 1
plans = "plans"
[incidents]
files = "in"
[areas.ward]
file = "wards.geojson"
name = "ward"
[hotspots]
radius = 150
count = 6
resamples = 0
[profiles.asb]
title = "ASB"
categories = ["Anti-social behaviour"]
[patrols]
officers = 6
vehicles = 3
start = 2018-09-03
days = 1
[output]
drafts = 1
"""


def world(folder: Path, rows: int = 160) -> Path:
    """Two Julys of a few real records; no drugs offence in the first, and one row that cannot be used."""
    (folder / "in").mkdir(parents=True)
    (folder / "plans").mkdir()
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        for year in (2017, 2018):
            text = archive.read(f"{year}-07/{year}-07-leeds-street.csv").decode()
            lines = text.splitlines(keepends=True)[: rows + 1]
            if year == 2017:
                lines = [line for line in lines if ",Drugs," not in line] + ["broken,2017-07\n"]
            (folder / "in" / f"{year}-07-leeds-street.csv").write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(DEMO / "leeds_best_fit_wards.geojson", folder / "wards.geojson")
    (folder / "team.toml").write_text(TEXT, encoding="utf-8")
    return folder / "team.toml"


def finish(folder: Path, profile: str) -> tuple[Path, str]:
    """Results of a small whole run under a profile, and all it said."""
    config = world(folder)
    config.write_text(f'{TEXT}profile = "{profile}"\n', encoding="utf-8")
    out, said = config.parent / "out", io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        assert main(["run", str(config), "--out", str(out)]) == 0
    return out, said.getvalue()


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, str]:
    """Results that the checks below damage, in copies."""
    return finish(tmp_path_factory.mktemp("world"), "open")


def test_a_finished_run_holds_together(finished):
    assert not (found := check_results(*finished)), tell(found)


@pytest.mark.parametrize("profile", ["partner", "public"])
def test_a_finished_run_that_hides_small_counts_holds_together(tmp_path, profile):
    assert not (found := check_results(*finish(tmp_path / "world", profile))), tell(found)


@pytest.fixture
def copy(finished, tmp_path) -> Path:
    """The same results in a folder that may be damaged."""
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def list_anew(folder: Path) -> None:
    """Let the manifest list the files as they are now, so that only what they say can be wrong."""
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["outputs"]:
        manifest["outputs"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace the first of a text in a file, which must hold it."""
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("utf-8"))


def change_layer(folder: Path, command: str) -> None:
    """Change the GeoPackage; what keeps its index of shapes needs functions that only GDAL has."""
    with contextlib.closing(sqlite3.connect(folder / "hotspots.gpkg")) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute(command)


def test_a_row_that_is_lost_from_the_rejects_is_found(copy):
    path = copy / "rejects.csv"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    list_anew(copy)
    assert "rejects.csv has {}" in tell(check_results(copy))


def test_a_console_that_counts_otherwise_is_found(copy):
    assert "the console says" in tell(check_results(copy, "1,000 rows read = 999 used + 1 not used"))
    assert "the console says" in tell(check_results(copy, "90 hotspots hold 3.0% of the records"))


def test_a_file_that_is_not_as_listed_is_found(copy):
    (copy / "more.txt").write_text("of somebody else", encoding="utf-8")
    assert "more.txt is not listed" in tell(check_results(copy))


def test_a_hotspot_of_another_name_in_one_file_is_found(copy):
    change_layer(copy, "UPDATE hotspots SET name = 'Elsewhere' WHERE fid = 1")
    list_anew(copy)
    assert "hotspots.gpkg names hotspots otherwise" in tell(check_results(copy))


def test_an_area_of_another_count_in_one_file_is_found(copy):
    change_layer(copy, "UPDATE ward SET incidents = 99999 WHERE fid = 1")
    list_anew(copy)
    assert "hotspots.gpkg sums ward otherwise" in tell(check_results(copy))


def test_a_map_with_one_row_less_is_found(copy):
    replace_in(copy / "map.html", 'class="sh-row"', 'class="other"')
    list_anew(copy)
    assert "map.html lists 4 hotspots" in tell(check_results(copy))


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "None", "NaT", "<NA>", "NaN"])
@pytest.mark.parametrize("file", ["cameras.csv", "times.html", "manifest.json", "map.html"])
def test_a_number_that_is_none_is_found_in_any_file(copy, file, word):
    path = copy / file
    if file == "cameras.csv":
        heads = path.read_text(encoding="utf-8-sig").splitlines()[0].count(",")
        path.write_text(f"{path.read_text(encoding='utf-8')}{word}{',' * heads}\n", encoding="utf-8")
    elif file == "manifest.json":
        replace_in(path, '"tool": "safer-hotspots"', f'"tool": "{word}"')
    else:
        shown = word.replace("<", "&lt;").replace(">", "&gt;")
        replace_in(path, "</h1>", f" {shown}, to</h1>")
    assert list(check_file(path))


def test_json_that_is_not_strict_and_words_that_are_words(tmp_path):
    (tmp_path / "a.json").write_text('{"x": NaN}', encoding="utf-8")
    with pytest.raises(ValueError, match="no JSON"):
        list(check_file(tmp_path / "a.json"))
    page = tmp_path / "a.html"
    page.write_text("<p>None of Nan's Kitchen, Info desk, in finance, none</p>", encoding="utf-8")
    assert not list(check_file(page))
