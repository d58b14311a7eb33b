"""Backtests at their limits: defaults, splits that are none, what stays out, the latest stretch."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from city_examples import AREA, random_city, records

from hotspots import InputError
from hotspots.backtest.backtest import METHODS, backtest_hotspots, read_splits


def test_the_defaults_are_those_of_the_page() -> None:
    city = random_city(9)
    plain = backtest_hotspots(city, study_area=AREA, methods=["discs", "squares"])
    said = backtest_hotspots(
        city,
        study_area=AREA,
        methods=["discs", "squares"],
        radius=150,
        count=100,
        by="incidents",
        seed=0,
        ceiling_draws=5,
    )
    pd.testing.assert_frame_equal(plain, said)
    assert list(backtest_hotspots(city, study_area=AREA, count=2)["method"][: len(METHODS)]) == list(METHODS)


@pytest.mark.parametrize("radius", [10, 5000])
def test_the_smallest_and_the_largest_radius_are_allowed(radius: float) -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]))
    wide = shapely.box(-20_000, -20_000, 20_000, 20_000)
    found = backtest_hotspots(city, count=1, radius=radius, methods=["discs"], study_area=wide)
    assert found["hit_rate"].tolist() == [1]
    with pytest.raises(InputError, match="with a radius of 10 to 5,000 metres"):
        backtest_hotspots(city, count=1, radius=radius * (0.99 if radius == 10 else 1.01), study_area=wide)


def test_every_mistake_is_named_at_once_under_one_heading() -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]))
    with pytest.raises(InputError) as refused:
        backtest_hotspots(city, methods=["disks", "zzz"], by="harm")
    text = str(refused.value)
    assert text.startswith("The backtest cannot be run")
    for part in ("'disks'", "'discs'", "'zzz'", ", ".join(METHODS), "by must be incidents"):
        assert part in text


def test_harm_that_is_none_is_named() -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]), harm=[1.0, -1.0])
    with pytest.raises(InputError, match="harm"):
        backtest_hotspots(city, count=1, by="harm", study_area=AREA)


@pytest.mark.parametrize(
    "splits", [7, "2024-01", ["2024-01"], [("2024-01",)], [["2024-01", "2024-02", "2024-03"]], [{"2024-01", "2024-02"}]]
)
def test_a_split_is_a_pair(splits: object) -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]))
    with pytest.raises(InputError, match="A split is a pair"):
        backtest_hotspots(city, count=1, splits=splits, study_area=AREA)  # type: ignore[arg-type]


def test_the_period_without_records_is_named() -> None:
    city = records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)]))
    with pytest.raises(InputError, match="no records to choose on"):
        backtest_hotspots(city, count=1, splits=[("2023-01", "2024-02")], study_area=AREA)


def test_a_split_knows_its_rows_and_its_latest_stretch() -> None:
    """Chosen on four months and scored on one: the latest stretch is the last month, give or take days."""
    at = [(0.0, 0.0)]
    city = records(*((f"2023-{month:02d}", at) for month in (9, 10, 11, 12)), ("2024-01", at))
    (split,) = read_splits(city, [("2023-09..2023-12", "2024-01")])
    assert split.name == "September to December 2023 → January 2024"
    assert split.choose.tolist() == [True] * 4 + [False]
    assert split.score.tolist() == [False] * 4 + [True]
    assert split.latest.tolist() == [False, False, False, True, False]
    # two windows scored: as long together as the two latest months
    city = pd.concat([city, records(("2024-02", at))], ignore_index=True)
    (split,) = read_splits(city, [("2023-09..2023-12", ["2024-01", "2024-02"])])
    assert split.latest.tolist() == [False, False, True, True, False, False]


def test_the_stretch_may_be_three_days_longer_than_the_period_scored() -> None:
    """February scores after January: 29 days and three reach back to 31 December, no further."""
    days = ["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-31", "2024-02-10"]
    city = records(("2024-01", [(0.0, 0.0)] * 5)).assign(when=pd.to_datetime(days), precision="day")
    (split,) = read_splits(city, [("2023-12..2024-01", "2024-02")])
    assert split.latest.tolist() == [False, True, True, True, False]


def test_what_lies_outside_the_study_area_is_never_chosen_and_stays_in_the_total() -> None:
    """East of a narrow strip lie the busiest places: their northing would be inside, their easting is not."""
    strip = shapely.box(-200, -200, 200, 5000)
    month = [(0.0, 4000.0)] * 3 + [(3000.0, 4000.0)] * 9
    city = records(("2024-01", month), ("2024-02", month))
    found = backtest_hotspots(city, count=1, study_area=strip)
    assert (found["captured"] == 3).all()
    assert (found["total"] == 12).all()
    assert found["hit_rate"].to_numpy() == pytest.approx(0.25)


def test_pai_is_of_the_area_of_the_study_area_and_cells_are_of_all_of_it() -> None:
    month = [(0.0, 0.0)] * 5 + [(600.0, 0.0)] * 2
    city = records(("2024-01", month), ("2024-02", month))
    found = backtest_hotspots(city, count=1, study_area=AREA, methods=["discs", "Gi*"]).set_index("method")
    unit = math.pi * 150**2
    assert found.loc["discs", "pai"] == pytest.approx(5 / 7 / (unit / AREA.area))
    assert found.loc["Gi*", "units"] == 1


def test_nothing_at_all_gives_an_empty_table() -> None:
    none = random_city(1).iloc[:0]
    assert len(backtest_hotspots(none, count=1)) == 0
    assert np.isnan(backtest_hotspots(records(("2024-01", [(0, 0)]), ("2024-02", [(0, 0)])), count=1)["pai"]).all()


def test_harm_in_years_gives_the_same_shares_and_intervals_as_in_days() -> None:
    city = random_city(10)
    options = {"count": 3, "study_area": AREA, "by": "harm", "methods": ["discs", "squares"]}
    days = backtest_hotspots(city, **options)
    years = backtest_hotspots(city.assign(harm=city["harm"] / 365_000), **options)
    shares = ["hit_rate", "hit_low", "hit_high", "behind_low", "behind_high"]
    np.testing.assert_allclose(years[shares], days[shares], rtol=1e-9, atol=1e-12)


def test_the_empty_ground_of_the_study_area_counts_for_gi() -> None:
    """Beside much ground without a record more cells stand out than in the rectangle around the records."""
    city = random_city(8)
    options = {"count": 8, "methods": ["Gi*"], "ceiling_draws": 0}
    wide = backtest_hotspots(city, study_area=shapely.box(-30_000, -30_000, 30_000, 30_000), **options)
    close = backtest_hotspots(city, **options)
    assert (wide["units"] == close["units"]).all()
    assert (wide["captured"] > close["captured"]).all()


def test_a_hundred_units_unless_said() -> None:
    assert inspect.signature(backtest_hotspots).parameters["count"].default == 100
