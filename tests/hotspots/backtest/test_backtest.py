"""Backtests: tables from the literature, cases by hand, and the figures known for real months."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from city_examples import AREA, random_city, records
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import InputError, read_incidents
from hotspots.backtest._rival_methods import Pool, Terms, choose_units, pick_apart
from hotspots.backtest.backtest import METHODS, backtest_hotspots, compare_methods, summarise_backtest
from hotspots.backtest.scores import draw_backtest, score_forecast

# ---- any ranking of equal units


def test_a_forecast_from_the_literature() -> None:
    table = score_forecast([8, 5, 4, 2, 1, 0], [6, 7, 3, 2, 1, 0])
    assert table["pai"].to_numpy() == pytest.approx([1.8947, 2.0526, 1.6842, 1.4211, 1.2, 1], abs=5e-5)
    assert table["pei"].to_numpy() == pytest.approx([0.8571, 1, 1, 1, 1, 1], abs=5e-5)
    assert table["hit_rate"].to_numpy() == pytest.approx([0.3158, 0.6842, 0.8421, 0.9474, 1, 1], abs=5e-5)


def test_ties_are_broken_against_the_forecast() -> None:
    two = score_forecast([8, 4, 4, 2, 1, 0], [6, 7, 3, 2, 1, 0]).loc[2]
    assert two[["hit_rate", "pai", "pei"]].tolist() == pytest.approx([0.4737, 1.4211, 0.6923], abs=5e-5)


def test_what_falls_off_the_grid_stays_in_the_denominator() -> None:
    table = score_forecast([2, 1], [3, 1], total=8)
    assert table["hit_rate"].tolist() == [0.375, 0.5]
    assert table["pei"].tolist() == [1, 1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_no_forecast_beats_the_best_possible_and_all_units_hold_all(pairs: list[tuple[int, int]]) -> None:
    predicted, observed = np.array(pairs).T
    table = score_forecast(predicted, observed)
    assert (table["pei"].dropna() <= 1).all()
    if observed.sum():
        assert table[["hit_rate", "pai"]].iloc[-1].tolist() == pytest.approx([1, 1])
        assert score_forecast(observed, observed)["pei"].dropna().eq(1).all()
    worst = score_forecast(np.zeros(len(pairs)), observed)["captured"]
    assert worst.tolist() == np.cumsum(np.sort(observed)).tolist()


def test_a_forecast_that_cannot_be_scored_is_refused() -> None:
    with pytest.raises(InputError, match="one prediction for each"):
        score_forecast([1, 2], [1])
    with pytest.raises(InputError, match="less than the units hold"):
        score_forecast([1], [5], total=2)
    assert score_forecast([1, 0], [0, 0])[["hit_rate", "pei"]].isna().all(axis=None)


# ---- by hand


def test_a_table_by_hand() -> None:
    # chosen on January: 3 at the origin, 2 at 2 km; February: 4 and 1 there, 3 at 4 km, 2 outside the area
    january = [(0, 0)] * 3 + [(2000, 0)] * 2 + [(6000, 0)]
    february = [(0, 0)] * 4 + [(2000, 0)] + [(4000, 0)] * 3 + [(99_000, 0)] * 2
    found = backtest_hotspots(
        records(("2024-01", january), ("2024-02", february)), count=2, study_area=AREA, methods=["discs"]
    ).iloc[0]
    assert found["split"] == "January 2024 → February 2024"
    assert (found["captured"], found["total"]) == (5, 10)
    assert found["hit_rate"] == 0.5
    assert found["pai"] == pytest.approx(0.5 / (2 * math.pi * 150**2 / 50e6))
    assert found["best_possible"] == 0.7  # the origin and 4 km
    assert found["pei"] == pytest.approx(5 / 7)
    assert found["recapture"] == pytest.approx(0.5 / (5 / 6))
    assert (found["behind"], found["units"], found["unit"]) == (0, 2, "disc")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_obvious_place_and_all_units_have_one_area(method: str) -> None:
    burst = [(500.0, 500.0)] * 60 + [(float(x), float(x)) for x in range(0, 3000, 300)]
    found = backtest_hotspots(
        records(("2024-01", burst), ("2024-02", burst)), count=1, methods=[method], study_area=AREA
    ).iloc[0]
    assert 60 <= found["captured"] <= 62
    assert found["pei"] == pytest.approx(1, abs=0.02)
    assert found["units"] == 1
    terms = Terms(1, 150.0, None)
    assert terms.grid("square").area == pytest.approx(terms.unit_area)
    assert terms.grid("hexagon").area == pytest.approx(terms.unit_area)


def test_tied_cells_are_chosen_against_the_method() -> None:
    xy = np.array([[0.0, 0.0], [3000.0, 0.0]])
    for later in ([5.0, 1.0], [1.0, 5.0]):
        units = choose_units(
            "squares",
            Pool(xy, np.array([2.0, 2.0]), np.array([2.0, 2.0])),
            Terms(1, 150.0, None),
            later=Pool(xy, np.array(later), np.array(later)),
        )
        assert units.hold(xy).tolist() == [later[0] == 1.0, later[1] == 1.0]


def test_last_period_looks_at_the_latest_month_only() -> None:
    old, new = [(0.0, 0.0)] * 9, [(3000.0, 0.0)] * 2
    city = records(("2024-01", old), ("2024-02", new), ("2024-03", old + new))
    split = [(["2024-01", "2024-02"], "2024-03")]
    found = backtest_hotspots(
        city, count=1, splits=split, study_area=AREA, methods=["last period", "hexagons"]
    ).set_index("method")
    assert found["captured"].to_dict() == {"last period": 2, "hexagons": 9}


def test_by_harm_the_homicide_counts() -> None:
    # drawn to the mix by ten records: 9 × (9 + 920) ÷ 19 = 440, and 3 × (1095 + 920) ÷ 13 = 465
    stacks = [(0, 0)] * 9 + [(3000, 0)] * 3
    city = records(("2024-01", stacks), ("2024-02", stacks), harm=([1.0] * 9 + [365.0] * 3) * 2)
    found = backtest_hotspots(city, count=1, by="harm", study_area=AREA, methods=["discs"]).iloc[0]
    assert found["captured"] == 1095
    assert found["hit_rate"] == pytest.approx(1095 / 1104)
    assert backtest_hotspots(city, count=1, study_area=AREA, methods=["discs"])["captured"].iloc[0] == 9


def test_discs_picked_apart_do_not_overlap() -> None:
    xy = np.random.default_rng(2).uniform(0, 2000, (300, 2))
    picked = pick_apart(xy, np.arange(300.0), count=40, apart=300)
    gaps = np.hypot(*(picked[:, None] - picked[None]).T)
    assert gaps[~np.eye(len(picked), dtype=bool)].min() >= 300
    assert pick_apart(xy[:0], np.zeros(0), count=3, apart=1).shape == (0, 2)


# ---- what must always hold


COMPARED = ["split", "method", "units", "captured", "total", "hit_rate", "pai", "pei", "recapture"]


def test_places_shuffled_rows_and_doubled_weights_give_the_same_table() -> None:
    city = random_city(1)
    want = backtest_hotspots(city, count=5, study_area=AREA, by="harm")[COMPARED]
    mixed = city.sample(frac=1, random_state=2).reset_index(drop=True)
    pd.testing.assert_frame_equal(backtest_hotspots(mixed, count=5, study_area=AREA, by="harm")[COMPARED], want)
    frame = pd.DataFrame({"x": city.geometry.x, "y": city.geometry.y, "when": city["when"], "harm": city["harm"]})
    sums = frame.assign(incidents=1).groupby(["x", "y", "when"], as_index=False)[["harm", "incidents"]].sum()
    places = gpd.GeoDataFrame(
        sums.assign(precision="month"), geometry=gpd.points_from_xy(sums["x"], sums["y"]), crs=27700
    )
    pd.testing.assert_frame_equal(backtest_hotspots(places, count=5, study_area=AREA, by="harm")[COMPARED], want)
    doubled = backtest_hotspots(city.assign(harm=2 * city["harm"]), count=5, study_area=AREA, by="harm")
    np.testing.assert_allclose(doubled["hit_rate"], want["hit_rate"])


def test_rates_are_shares_and_intervals_hold_them() -> None:
    found = backtest_hotspots(random_city(3), count=5, study_area=AREA)
    assert len(found) == 2 * len(METHODS)
    assert found[["hit_rate", "best_possible", "ceiling"]].min().min() >= 0
    assert found[["hit_rate", "best_possible", "ceiling"]].max().max() <= 1
    assert ((found["hit_low"] <= found["hit_rate"]) & (found["hit_rate"] <= found["hit_high"])).all()
    assert (found.groupby("split")["behind"].min() == 0).all()
    assert (found["behind_low"] <= found["behind"] + 1e-12).all()


def test_the_interval_is_as_wide_as_the_normal_law_says() -> None:
    month = [(0.0, 0.0)] * 120 + [(5000.0, 0.0)] * 280
    city = records(("2024-01", month[:1]), ("2024-02", month))
    found = backtest_hotspots(city, count=1, study_area=AREA, methods=["discs"]).iloc[0]
    assert found["hit_rate"] == 0.3
    half = 1.645 * math.sqrt(0.3 * 0.7 / 400)
    assert (found["hit_high"] - found["hit_low"]) / 2 == pytest.approx(half, rel=0.2)


def test_known_rates_reach_everything_where_there_is_no_choice() -> None:
    month = [(0.0, 0.0)] * 40 + [(5000.0, 0.0)] * 3
    city = records(("2024-01", month), ("2024-02", month))
    assert backtest_hotspots(city, count=1, study_area=AREA, methods=["discs"])["ceiling"].iloc[0] == 1
    none = backtest_hotspots(city, count=1, study_area=AREA, methods=["discs"], ceiling_draws=0)
    assert none["ceiling"].isna().all()


def test_the_seed_repeats_and_the_input_stays() -> None:
    city = random_city(4)
    before = city.copy()
    first = backtest_hotspots(city, count=3, study_area=AREA, seed=7)
    pd.testing.assert_frame_equal(first, backtest_hotspots(city, count=3, study_area=AREA, seed=7))
    pd.testing.assert_frame_equal(city, before)


def test_without_a_study_area_the_ground_of_the_records_is_used_and_said(caplog: pytest.LogCaptureFixture) -> None:
    city = records(("2024-01", [(0, 0), (1000, 2000)]), ("2024-02", [(0, 0)]))
    with caplog.at_level(logging.WARNING):
        found = backtest_hotspots(city, count=1, methods=["squares"]).iloc[0]
    assert "PAI is of the" in caplog.text
    assert found["pai"] == pytest.approx(found["hit_rate"] / (math.pi * 150**2 / 2e6))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["disks"]}, "try: 'discs'"),
        ({"by": "harm"}, "by must be incidents"),
        ({"count": 0}, "at least one unit"),
        ({"radius": -1}, "radius must be above 0"),
        ({"splits": [("2024-01", "2024-01")]}, "may not be scored on the records it was chosen on"),
        ({"splits": [("2024-01", "2025-01")]}, "no records to score on"),
        ({"study_area": 7}, "study area must be"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict[str, object], message: str) -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]))
    with pytest.raises(InputError, match=message):
        backtest_hotspots(city, **{"count": 1, **options})  # type: ignore[arg-type]


def test_ground_known_from_one_place_has_no_pai() -> None:
    city = records(("2024-01", [(0, 0), (0, 0)]), ("2024-02", [(0, 0)]))
    assert backtest_hotspots(city, count=1)["pai"].isna().all()


def test_a_study_area_without_records_captures_nothing() -> None:
    found = backtest_hotspots(random_city(7), count=3, study_area=shapely.box(50_000, 0, 60_000, 9_000))
    assert (found["hit_rate"] == 0).all()
    assert found[["pei", "recapture", "ceiling"]].isna().all(axis=None)
    assert (found["units"] == 0).all()


def test_places_by_the_name_of_their_window_are_split_too() -> None:
    city = random_city(8)
    named = city.drop(columns=["when", "precision"]).assign(window=city["when"].dt.strftime("%Y-%m"))
    options = {"count": 3, "study_area": AREA, "methods": ["discs", "last period"]}
    pd.testing.assert_frame_equal(backtest_hotspots(named, **options), backtest_hotspots(city, **options))


def test_one_month_cannot_be_split_and_gives_an_empty_table() -> None:
    table = backtest_hotspots(records(("2024-01", [(0, 0)])), study_area=AREA)
    assert len(table) == 0
    assert table["hit_rate"].dtype == float
    assert list(summarise_backtest(table).columns[:2]) == ["splits", "hit_rate"]


# ---- summary and figure


def test_a_shared_first_place_is_nobodys_win() -> None:
    table = backtest_hotspots(random_city(5), count=4, study_area=AREA)
    summary = summarise_backtest(table)
    wide = table.pivot_table(index="split", columns="method", values="hit_rate")
    alone = wide.eq(wide.max(axis=1), axis=0)
    alone = alone[alone.sum(axis=1) == 1].sum()
    assert summary["wins"].to_dict() == alone.reindex(summary.index).to_dict()
    assert summary["hit_rate"].is_monotonic_decreasing
    assert (summary["splits"] == 2).all()


def test_a_summary_by_hand() -> None:
    """Three methods, two splits: a shared first place, a win, and one that cannot be told from the best."""
    same = {name: [1.0, 2.0, 3.0] * 2 for name in ("pai", "pei", "recapture", "best_possible", "ceiling")}
    table = pd.DataFrame(
        {
            "split": ["one"] * 3 + ["two"] * 3,
            "method": ["z", "y", "x"] * 2,
            "hit_rate": [0.4, 0.4, 0.1, 0.2, 0.3, 0.1],
            "behind_low": [0.0, 0.0, 0.2, 0.05, 0.0, -0.01],
            **same,
        }
    )
    found = summarise_backtest(table)
    assert found.index.tolist() == ["y", "z", "x"]
    assert found["splits"].tolist() == [2, 2, 2]
    assert found["hit_rate"].tolist() == pytest.approx([0.35, 0.3, 0.1])
    assert found["wins"].tolist() == [1, 0, 0]
    assert found["near_best"].tolist() == [2, 1, 1]
    assert found["pai"].tolist() == [2, 1, 3]
    assert found[["splits", "wins", "near_best"]].dtypes.eq("int64").all()
    assert list(found.columns) == [
        *("splits", "hit_rate", "pai", "pei", "recapture", "best_possible", "ceiling", "wins", "near_best")
    ]


def test_methods_as_good_as_each_other_keep_their_order() -> None:
    names = [f"m{(7 * number) % 200}" for number in range(200)]
    means = dict.fromkeys(("pai", "pei", "recapture", "best_possible", "ceiling"), 0.5)
    rates = [0.5 if number % 3 else 0.4 for number in range(200)]
    table = pd.DataFrame({"split": "one", "method": names, "behind_low": 0.0, "hit_rate": rates, **means})
    better, worse = ([n for n, r in zip(names, rates, strict=True) if r == rate] for rate in (0.5, 0.4))
    assert summarise_backtest(table).index.tolist() == better + worse


def test_the_figure_has_a_line_for_every_method_and_a_dot_for_every_split() -> None:
    table = backtest_hotspots(random_city(6), count=4, study_area=AREA)
    axes = draw_backtest(table).axes[0]
    assert sorted(label.get_text() for label in axes.get_yticklabels()) == sorted(METHODS)
    assert sum(len(line.get_xdata()) for line in axes.get_lines()) == len(METHODS) * (2 + 1 + 1)


# ---- real months


def test_leeds_julys_as_known(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk/west_yorkshire_2016_2018_july.zip")
    districts = gpd.read_file(shared_data / "areas/west_yorkshire_districts.geojson").to_crs(27700)
    leeds = districts[districts.eq("Leeds").any(axis=1)].union_all()
    splits = [(["2016-07", "2017-07"], "2018-07")]
    mine = incidents[incidents.within(leeds)].reset_index(drop=True)
    found = backtest_hotspots(mine, splits=splits, study_area=leeds, ceiling_draws=0).set_index("method")
    for method, known in {"discs on incidents": 0.256, "hexagons": 0.259, "squares": 0.255}.items():
        assert found.loc[method, "hit_rate"] == pytest.approx(known, abs=0.004)
    assert found.loc["KDE peaks", "hit_rate"] >= 0.233
    assert found.loc["discs", "hit_rate"] >= 0.268
    assert found.loc["discs", "hit_rate"] == found["hit_rate"].max()


def test_city_of_london_as_known(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk/city_of_london_2014_2017.zip")
    splits = [("2014-09..2016-08", "2016-09..2017-08")]
    found = backtest_hotspots(incidents, splits=splits, count=10, ceiling_draws=0).set_index("method")
    for method, known in {"discs on incidents": 0.465, "hexagons": 0.45, "squares": 0.395}.items():
        assert found.loc[method, "hit_rate"] == pytest.approx(known, abs=0.006)
    assert found.loc["discs", "hit_rate"] >= 0.467
    assert found.loc["discs", "pei"] > 0.8


def test_places_of_a_year_are_not_split_by_its_first_month() -> None:
    named = random_city(8).drop(columns=["when", "precision"]).assign(window="2023")
    with pytest.raises(InputError, match=r"spans? more than one month"):
        backtest_hotspots(named, count=1, study_area=AREA)


def test_one_call_compares_methods_in_plain_columns_at_the_ground_asked_for() -> None:
    city = records(("2024-01", [(0, 0)] * 6 + [(3000, 0)] * 4), ("2024-02", [(0, 0)] * 5 + [(3000, 0)] * 15))
    found = compare_methods(city, count=1, methods=["discs", "squares"], study_area=AREA)
    assert found.loc["discs"].tolist() == [25.0, 33.3, 1, 0, 1]
    assert list(found.columns)[:2] == ["held next, %", "of the best choice, %"]
    many = backtest_hotspots(city, count=5, methods=["discs"], study_area=AREA, ceiling_draws=0).iloc[0]
    assert (many["units"], many["asked"]) == (2, 5)
    assert many["pai"] == pytest.approx(1 / (5 * math.pi * 150**2 / AREA.area))
