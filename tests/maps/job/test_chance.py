"""Concentration beside chance in the results of a run, and the backtest of its own records."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import count_cells, find_hotspots, read_incidents
from hotspots.checks import ASB
from maps.cli import main
from maps.job._ground import Ground, choose_ground
from maps.job.chance import say_chance, say_cover, tabulate_chance
from maps.job.own_backtest import say_tested, try_choice

TOWN = Ground(shapely.box(0, 0, 5000, 5000), "the town")


def records(*stacks: tuple[float, float, int], months: tuple[str, ...] = ("2024-01-01",)) -> gpd.GeoDataFrame:
    xy = np.repeat([(x, y) for x, y, _ in stacks], [n for *_, n in stacks], axis=0).astype(float)
    frame = gpd.GeoDataFrame(
        {"harm": [1.0] * len(xy), "precision": "month"}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700
    )
    frame["when"] = pd.to_datetime(np.resize(list(months), len(frame)))
    return frame


def test_everything_in_one_place_is_not_chance_and_is_said_so() -> None:
    table = tabulate_chance({"ASB": records((2500, 2500, 40), (9000, 9000, 5))}, TOWN)
    row = table[(table["measure"] == "top 2% of places hold") & (table["of"] == "records")].iloc[0]
    assert row["incidents"] == 40  # five lie off the ground
    assert row["cells"] == len(count_cells(records((1, 1, 1)), size=200, shape="hexagon", study_area=TOWN.shape))
    assert row["observed"] == 1
    assert row["chance_low"] <= row["chance"] <= row["chance_high"] < 0.5
    by_harm = table[(table["measure"] == "top 2% of places hold") & (table["of"] == "harm")].iloc[0]
    assert by_harm["chance"] == row["chance"]  # each record is one day: harm is the count
    said = say_chance(table, "ASB", TOWN)
    assert said.startswith("The busiest 2% of places (")
    assert "in the town) hold 100% of the records; if the same number of records fell at random" in said


def test_few_records_get_no_percentage() -> None:
    table = tabulate_chance({"rare": records((2500, 2500, 19)), "none": records((9999, 1, 50))}, TOWN)
    assert table.empty
    assert say_chance(table, "rare", TOWN) == ""


def test_few_cells_get_a_share_that_means_several() -> None:
    small = Ground(shapely.box(0, 0, 2000, 2000), "the village")
    said = say_chance(tabulate_chance({"all": records((500, 500, 60), (1500, 700, 30))}, small), "all", small)
    assert said.startswith("The busiest 10% of places (")


def test_scattered_records_are_as_concentrated_as_chance() -> None:
    xy = np.random.default_rng(1).uniform(0, 5000, (474, 2))
    some = gpd.GeoDataFrame({"harm": np.ones(474)}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)
    table = tabulate_chance({"dust": some}, TOWN).set_index(["of", "measure"])
    for measure in ("top 2% of places hold", "Gini"):
        row = table.loc[("records", measure)]
        assert row["observed"] == pytest.approx(row["chance"], abs=0.03)


def test_leeds_asb_of_a_month_beside_chance(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk/leeds_2024_03.zip")
    asb = incidents[incidents["category"] == ASB].reset_index(drop=True)
    wards = gpd.read_file(shared_data / "areas/leeds_wards.geojson").to_crs(27700)
    coded = asb.assign(ward_code="x")
    ground = choose_ground(coded, {"ward": wards}, known={"ward": {"file": "wards"}})
    assert ground.name == "the 33 areas of ward"
    table = tabulate_chance({"ASB": coded}, ground).set_index(["of", "measure"])
    row = table.loc[("records", "top 2% of places hold")]
    assert row["observed"] > 0.5  # 56% on the 5,310 cells of the methods page; cells and month differ here
    assert row["chance"] == pytest.approx(474 / row["incidents"] * 0.27, abs=0.06)
    assert row["observed"] > 1.5 * row["chance_high"]


def test_the_ground_is_the_study_area_else_the_layer_that_holds_most_else_squares() -> None:
    some = records((500, 500, 3), (1500, 500, 1)).assign(ward_code=["a"] * 3 + [None], beat_code=[None] * 4)
    square = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(0, 0, 1000, 1000)], crs=27700)
    layers, known = {"ward": square, "beat": square}, {"ward": {"file": "w"}, "beat": {"file": "b"}}
    assert choose_ground(some, layers, study_area=square, known=known).name == "the study area"
    assert choose_ground(some, layers, known=known).name == "the 1 areas of ward"
    apart = choose_ground(some, layers, known={"ward": {"file": "w", "overlapping": True}, "beat": {"file": "b"}})
    assert apart.name == "the 2.0 km² where records lie"
    assert apart.shape.area == 2e6


def test_what_the_list_covers_is_of_the_ground() -> None:
    some = records((2500, 2500, 30), (500, 500, 10))
    spots = find_hotspots(some, radius=100, count=1, resamples=0)
    covered = 100 * np.pi * 100**2 / 25e6
    assert say_cover(spots, TOWN) == (
        f"The one hotspot covers {covered:.1f}% of the town and holds 75.0% of the records."
    )
    assert say_cover(spots.head(0), TOWN) == ""


def test_a_backtest_is_made_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    months = ("2024-01-01", "2024-02-01")
    some = records((2500, 2500, 40), (500, 500, 20), months=months)
    given = {"backtest": True, "count": 1, "radius": 100}
    tested = try_choice(some, given, TOWN)
    assert tested is not None
    assert tested.summary.loc["discs", "hit_rate"] == pytest.approx(2 / 3)
    assert say_tested(tested) == (
        "Tested once: discs chosen on one period held 66.7% of what came in the next, hexagons of the same "
        "size 66.7%; the most that discs could have held was 66.7%."
    )
    pairs = try_choice(some, given | {"backtest": [["2024-01", "2024-02"]]}, TOWN)
    assert pairs is not None
    pd.testing.assert_frame_equal(pairs.table, tested.table)
    assert try_choice(some, {"count": 1}, TOWN) is None
    with caplog.at_level(logging.INFO, logger="safer_hotspots"):
        assert try_choice(some[some["when"] == "2024-01-01"], given, TOWN) is None
    assert "only one month" in caplog.text


def test_a_backtest_that_no_grid_can_bear_is_named_and_the_run_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    months = ("2024-01-01", "2024-02-01")
    strays = records((2500, 2500, 40), (370_000, 740_000, 5), months=months)
    country = Ground(shapely.box(0, 0, 700_000, 1_300_000), "the country")
    with caplog.at_level(logging.INFO, logger="safer_hotspots"):
        assert try_choice(strays, {"backtest": True, "count": 1, "radius": 100}, country) is None
    assert "No backtest: The grid would have" in caplog.text


def test_cells_of_records_far_apart_fill_the_ground_where_they_lie(caplog: pytest.LogCaptureFixture) -> None:
    """Three strays make a rectangle of 370 by 740 km: over four million cells of 250 m."""
    town = [(2500 + 250 * n, 2500 + 250 * (n % 3), 10 + 40 * (n == 2)) for n in range(9)]
    spots = find_hotspots(records(*town), method="cells", resamples=0)
    assert "fill the rectangle around the incidents" in caplog.text
    far = find_hotspots(records(*town, (350_000, 700_000, 1), (372_000, 2000, 1)), method="cells", resamples=0)
    assert "the incidents lie far apart" in caplog.text
    assert 0 < len(far) <= len(spots) + 1
    assert far["incidents"].max() >= 50


def write_config(folder: Path, backtest: str) -> Path:
    """Two months of records in two places, in the columns of police.uk."""
    rows = [
        f"{month}-{i},{month},A,A,{-1.55 + 0.01 * (i % 4 == 0):.4f},53.8,On or near X,,,Burglary,,"
        for month in ("2024-01", "2024-02")
        for i in range(40)
    ]
    head = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    (folder / "some.csv").write_text("\n".join([head + "Last outcome category,Context", *rows]), encoding="utf-8")
    config = folder / "some.toml"
    lines = f'as_of = 2024-03-01\n[incidents]\nfiles = "some.csv"\n[hotspots]\ncount = 2\nbacktest = {backtest}\n'
    config.write_text(lines, encoding="utf-8")
    return config


def test_a_run_says_how_sure_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, "true")
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    for said in ("of places (", "2 hotspots cover", "Tested once: discs chosen on one period held 100.0%"):
        assert said in printed
        assert said in page
    assert "How sure are we?" in page
    assert "Chance alone would put" in page
    book = pd.read_excel(tmp_path / "out" / "tables.xlsx", sheet_name=None, header=2)
    assert {"Chance", "Backtest", "Backtest by split"} <= set(book)
    assert set(book["Chance"]["Problem"]) == {"Everything"}
    assert (tmp_path / "out" / "backtest.png").read_bytes().startswith(b"\x89PNG")
    spots = pd.read_csv(tmp_path / "out" / "hotspots.csv")
    assert {"expected", "expected_nearby", "found_again", "largest_offence_share"} <= set(spots.columns)


@pytest.mark.parametrize(
    ("backtest", "said"),
    [
        ('"yes"', "'backtest' must be true or false or a list"),
        ('[["2024-01"]]', "pairs of periods"),
        ('[["2024-01", "soon"]]', "soon"),
    ],
)
def test_a_backtest_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], backtest: str, said: str
) -> None:
    config = write_config(tmp_path, backtest)
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "line 6" in told


def test_places_are_judged_by_their_incidents_not_their_rows() -> None:
    place = records((2500, 2500, 1))
    place["incidents"] = 40
    place["harm"] = 40.0
    found = tabulate_chance({"ASB": place}, TOWN)
    pd.testing.assert_frame_equal(found, tabulate_chance({"ASB": records((2500, 2500, 40))}, TOWN))
    assert found["incidents"].unique().tolist() == [40]
    inside = gpd.GeoDataFrame({"code": ["A"], "name": ["A"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=27700)
    dots = records((1, 1, 1), (2000, 1, 1), (4000, 1, 1)).assign(incidents=[8, 1, 1], ward_code=["A", None, None])
    known = {"ward": {"file": "wards"}}
    assert choose_ground(dots, {"ward": inside}, known=known).name == "the 1 areas of ward"
    assert choose_ground(dots.drop(columns="incidents"), {"ward": inside}, known=known).name == (
        "the 3.0 km² where records lie"
    )
