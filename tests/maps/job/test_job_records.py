"""What partners' records hold beside hotspots: premises, priorities, repeat places, in one workbook."""

from __future__ import annotations

import zipfile
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots import read_incidents
from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One real month, and three premises: two where incidents are, one far from any."""
    tmp_path = tmp_path_factory.mktemp("records")
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        text = archive.read("2018-07/2018-07-leeds-street.csv").decode()
    (tmp_path / "july.csv").write_text("".join(text.splitlines(keepends=True)[:1501]), encoding="utf-8")
    incidents, _ = read_incidents(tmp_path / "july.csv")
    busy = incidents.geometry.value_counts().index[:2]
    points = gpd.GeoSeries([*busy, gpd.points_from_xy([100_000], [100_000])[0]], crs="EPSG:27700")
    gpd.GeoDataFrame({"name": ["The First", "The Second", "Nowhere"]}, geometry=points).to_file(tmp_path / "pubs.gpkg")
    return tmp_path


def run(folder: Path, name: str, more: str, *, output: str = "") -> Path:
    text = (
        "as_of = 2018-08-31\n[incidents]\nfiles = 'july.csv'\n[hotspots]\ncount = 5\nresamples = 0\n"
        f"[output]\ndrafts = 0\n{output}{more}"
    )
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(folder / f"{name}.toml"), "--out", str(folder / name)]) == 0
    return folder / name


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    """One run with premises, for all that only look at it."""
    return run(folder, "out", '[premises.pubs]\nfile = "pubs.gpkg"\ndistance = 1\n')


def test_premises_are_ranked_by_what_is_nearest_to_them(folder, out):
    sheet = pd.read_excel(out / "tables.xlsx", sheet_name="Premises pubs", header=None)
    cells = sheet.to_numpy().ravel().tolist()
    incidents, _ = read_incidents(folder / "july.csv")
    busiest = int(incidents.geometry.value_counts().iloc[0])
    assert busiest in cells
    assert {"The First", "The Second", "Nowhere"} <= set(cells)


def test_the_workbook_says_what_was_read_and_how_it_was_weighed(out):
    sheets = pd.read_excel(out / "tables.xlsx", sheet_name=None, header=None)
    assert {"Records by kind", "Coverage", "Priorities", "Weights used", "Repeat streets", "By month"} <= set(sheets)


def test_points_stay_in_the_room_under_the_partner_profile(folder):
    shared = run(folder, "partner", "", output='profile = "partner"\n')
    assert "Repeat points" not in pd.read_excel(shared / "tables.xlsx", sheet_name=None)


def test_offences_that_policing_detects_can_be_left_out(folder, out):
    with_them = pd.read_csv(out / "hotspots.csv")
    without = pd.read_csv(run(folder, "without", "[harm]\nproactive = false\n") / "hotspots.csv")
    # the five hotspots hold no drugs or weapons, but the whole that they are a share of shrinks
    assert without["harm"].sum() == pytest.approx(with_them["harm"].sum())
    assert without["share_of_harm"].sum() > with_them["share_of_harm"].sum()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[premises.pubs]\nfile = "pubs.gpkg"\n', "needs 'distance'"),
        ('[premises.pubs]\nfile = "none.gpkg"\ndistance = 5\n', "no such file"),
        ('[harm]\nscheme = "cchi-1999"\n', "cchi-1999"),
        ('[harm]\nproactive = "no"\n', "must be true or false"),
    ],
)
def test_each_mistake_is_one_sentence(folder, capsys, more, said):
    text = f"as_of = 2018-08-31\n[incidents]\nfiles = 'july.csv'\n{more}"
    (folder / "team.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "none")]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
