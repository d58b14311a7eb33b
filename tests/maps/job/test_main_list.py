"""Found or agreed, and followed from run to run, through the whole job."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.checks import CRS
from maps.cli import main
from maps.config.settings import Config, Hotspots
from maps.job.compare import add_changes, choice_of
from maps.job.main_list import make_list

DEMO = Path(str(files("maps"))) / "demo"
ZIP = DEMO / "leeds_july_2016_2017_2018.zip"
TOP = f"as_of = 2018-08-31\n[incidents]\nfiles = '{ZIP}'\n[output]\ndrafts = 0\n"


def run(folder: Path, hotspots: str, *, name: str) -> Path:
    (folder / f"{name}.toml").write_text(f"{TOP}[hotspots]\n{hotspots}\n", encoding="utf-8")
    assert main(["run", str(folder / f"{name}.toml"), "--out", str(folder / name)]) == 0
    return folder / name


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    return run(tmp_path_factory.mktemp("runs"), "count = 12\nresamples = 0", name="first")


def test_places_keep_their_references_and_a_sheet_says_what_became_of_each(first):
    out = run(first.parent, "count = 8\nresamples = 0\nradius = 160\nprevious = 'first'", name="second")
    before, after = (pd.read_csv(folder / "hotspots.csv") for folder in (first, out))
    since = pd.read_excel(out / "tables.xlsx", sheet_name="Since the last run", header=None).to_numpy().ravel()
    assert set(after["ref"]) & set(before["ref"])
    assert "kept" in since
    assert "gone" in since


@pytest.mark.parametrize("stated", ["'2016-07'", "'no counts'"])
def test_a_run_says_what_agreed_places_were_chosen_on(first, stated):
    gpd.read_file(first / "hotspots.gpkg", layer="hotspots")[["ref", "name", "geometry"]].iloc[:2].to_file(
        first.parent / "stated.gpkg"
    )
    out = run(first.parent, f"resamples = 0\nagreed = 'stated.gpkg'\nagreed_on = {stated}", name="stated")
    assert len(pd.read_csv(out / "hotspots.csv")) == 2


def test_agreed_places_are_scored_and_others_shown_as_not_on_the_list(first):
    spots = gpd.read_file(first / "hotspots.gpkg", layer="hotspots")[["ref", "name", "geometry"]]
    agreed = spots.iloc[[2, 4]].assign(name=["Our first", "Our second"])
    agreed.to_file(first.parent / "agreed.gpkg")
    out = run(first.parent, "count = 12\nresamples = 0\nagreed = 'agreed.gpkg'", name="third")
    table = pd.read_csv(out / "hotspots.csv")
    assert sorted(table["name"]) == ["Our first", "Our second"]
    before = pd.read_csv(first / "hotspots.csv").set_index("ref")["incidents"]
    assert table.set_index("ref")["incidents"].to_dict() == before[agreed["ref"]].to_dict()
    others = gpd.read_file(out / "hotspots.gpkg", layer="hotspots_not_on_the_agreed_list")
    assert len(others) == len(spots) - 2
    assert "not on the agreed list" in (out / "map.html").read_text(encoding="utf-8").lower()
    # nobody said what they were chosen on: perhaps on one of the two Julys compared
    assert set(table["no_arrow"]) == {"not compared: it is not known which period's counts chose these places"}
    assert table["arrow"].isna().all()
    assert table["trend"].isna().all()


@pytest.mark.parametrize(
    ("agreed_on", "shown"),
    [('"2016-07"', True), ('"no counts"', True), ('"2018-07"', False), ('["2017-07", "2018-07"]', True)],
)
def test_agreed_places_show_a_change_where_their_choice_allows_it(agreed_on, shown, caplog):
    chosen = {"agreed": "agreed.gpkg", "agreed_on": tomllib.loads(f"on = {agreed_on}")["on"]}
    months = pd.to_datetime(["2016-07-01", "2017-07-01", "2018-07-01"])
    points = gpd.GeoDataFrame(
        {"when": months, "precision": "month", "source": "x"}, geometry=gpd.points_from_xy([0] * 3, [0] * 3), crs=27700
    )
    spots = gpd.GeoDataFrame({"ref": ["A"]}, geometry=points.buffer(150)[:1], crs=27700)
    spots.index = pd.RangeIndex(1, 2, name="rank")
    found = add_changes(spots, points, given={}, selected_on=choice_of(chosen, points))
    assert (found["arrow"].iloc[0] != "") is shown


@pytest.mark.parametrize(
    ("hotspots", "said"),
    [
        ("agreed = 'agreed.gpkg'\nagreed_on = 'last spring'", "not the name of a window"),
        ("previous = 'nowhere'", "no such file or folder"),
        ("previous = 'first.toml'", "previous run cannot be read"),
        ("method = 'streets'", "streets"),
    ],
)
def test_what_cannot_be_followed_is_one_sentence(first, capsys, hotspots, said):
    path = first.parent / "wrong.toml"
    path.write_text(f"{TOP}[hotspots]\n{hotspots}\n", encoding="utf-8")
    assert main(["run", str(path), "--out", str(first.parent / "wrong")]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (first.parent / "wrong").exists()


def test_an_option_of_another_method_is_left_aside_aloud(caplog):
    config = Config(path=Path("team.toml"), hotspots=Hotspots(method="cells", spacing=50, resamples=0))
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([430_000, 431_000], [433_000] * 2), crs=CRS)
    assert make_list(frame, config).spots.empty
    assert "[hotspots] spacing is left aside: the method cells has no such option." in caplog.text
