"""Concentration and its chance level, by hand, by exact laws and on a real month."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import InputError, read_incidents
from hotspots.cells.count_and_score import count_cells
from hotspots.checks import ASB
from hotspots.statistics.concentration import draw_concentration, gini, lorenz_curve, measure_concentration


@pytest.mark.parametrize(
    ("values", "want"), [([0, 0, 0, 10], 0.75), ([4, 4, 4], 0.0), ([6, 7, 3, 2, 1, 0], 0.4474), ([7], 0.0)]
)
def test_gini_by_hand(values: list[float], want: float) -> None:
    assert gini(values) == pytest.approx(want, abs=5e-5)
    cells = pd.DataFrame({"incidents": values})
    assert measure_concentration(cells, draws=1).loc["Gini", "observed"] == pytest.approx(want, abs=5e-5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    x = np.asarray(values, float)
    want = np.abs(x[:, None] - x[None]).mean() / (2 * x.mean())
    assert gini(values) == pytest.approx(want, abs=1e-12)
    assert gini([3 * v for v in values]) == pytest.approx(want, abs=1e-12)
    assert gini(values[::-1]) == gini(values)


def test_gini_of_nothing_is_undefined() -> None:
    assert np.isnan(gini([]))
    assert np.isnan(gini([0, 0]))


def test_lorenz_by_hand() -> None:
    curve = lorenz_curve([1, 0, 3])
    assert curve["share_of_places"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert curve["share_held"].tolist() == [0, 0.75, 1, 1]


def test_shares_by_hand() -> None:
    cells = pd.DataFrame({"incidents": [0, 0, 0, 0, 0, 1, 1, 2, 2, 4]})
    seen = measure_concentration(cells, top=[0.1, 0.3], hold=[0.4, 0.5, 1.0], draws=3)["observed"]
    assert seen.iloc[:5].tolist() == pytest.approx([0.4, 0.8, 0.1, 0.2, 0.5])


def test_chance_agrees_with_the_exact_law_of_two_places() -> None:
    # 3 incidents on 2 places: the busier place holds 3 of them with chance 2/8, else 2
    cells = pd.DataFrame({"incidents": [3, 0]})
    found = measure_concentration(cells, top=[0.5], hold=[], draws=8000, seed=1).iloc[0]
    assert found["observed"] == 1
    assert found["chance"] == pytest.approx((2 + 6 * 2 / 3) / 8, abs=0.01)
    assert found["chance_high"] == 1


def spread_out(events: int, places: int) -> pd.DataFrame:
    counts = np.bincount(np.arange(events) % places, minlength=places)
    return pd.DataFrame({"incidents": counts})


def top_share_of_poisson(events: int, places: int, share: float) -> float:
    """Share held by the top places when each holds a Poisson number: the law itself, no draws."""
    from scipy.stats import poisson

    law, left, held = poisson(events / places), round(share * places), 0.0
    for count in range(60, 0, -1):
        here = min(left, places * law.pmf(count))
        left, held = left - here, held + here * count
    return held / events


def test_few_events_look_concentrated_by_chance() -> None:
    assert measure_concentration(spread_out(92, 5310), seed=2).loc["Gini", "chance"] == pytest.approx(0.98, abs=0.005)
    top = measure_concentration(spread_out(474, 5310), seed=2).loc["top 2% of places hold"]
    assert top["chance"] == pytest.approx(0.27, abs=0.005)
    assert top["chance"] == pytest.approx(top_share_of_poisson(474, 5310, 0.02), abs=0.005)
    assert top["chance_low"] < top["chance"] < top["chance_high"]


def test_a_leeds_month_of_asb_beside_chance(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk/leeds_2024_03.zip")
    asb = incidents[incidents["category"] == ASB]
    districts = gpd.read_file(shared_data / "areas/west_yorkshire_districts.geojson")
    leeds = districts[districts.eq("Leeds").any(axis=1)]
    cells = count_cells(asb, size=200, shape="hexagon", study_area=leeds)
    joined = gpd.sjoin(asb, cells[["geometry"]].reset_index(drop=True), predicate="within")[
        "index_right"
    ].value_counts()
    top = joined.sort_values(ascending=False).head(round(0.02 * len(cells))).sum() / len(asb)
    found = measure_concentration(cells).loc["top 2% of places hold"]
    assert found["observed"] == pytest.approx(top, abs=1e-12)
    assert found["observed"] > 0.5
    assert found["chance"] == pytest.approx(top_share_of_poisson(len(asb), len(cells), 0.02), abs=0.005)


def test_harm_keeps_each_incident_whole_under_chance() -> None:
    xy = np.random.default_rng(3).uniform(0, 1000, (50, 2))
    harm = np.r_[np.ones(49), 5475.0]
    incidents = gpd.GeoDataFrame({"harm": harm}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)
    cells = count_cells(incidents, size=100)
    found = measure_concentration(cells, by="harm", incidents=incidents, top=[0.01], hold=[])
    assert found.loc["top 1% of places hold", "chance"] > 0.99  # one homicide is concentrated by itself
    with pytest.raises(InputError, match="the incidents are needed"):
        measure_concentration(cells, by="harm")


def test_places_have_the_chance_level_of_their_incidents() -> None:
    cells = pd.DataFrame({"harm": [30.0, 0, 0, 0, 0], "incidents": [30, 0, 0, 0, 0]})
    rows = pd.DataFrame({"harm": np.ones(30)})
    places = pd.DataFrame({"harm": [10.0, 20.0], "incidents": [10, 20]})
    by_rows = measure_concentration(cells, by="harm", incidents=rows)
    pd.testing.assert_frame_equal(measure_concentration(cells, by="harm", incidents=places), by_rows)
    pd.testing.assert_frame_equal(measure_concentration(cells), by_rows)


def test_the_seed_repeats_and_matters_and_nothing_stays_nothing() -> None:
    cells = pd.DataFrame({"incidents": [5, 3, 1, 0, 0, 0, 0, 1]})
    first = measure_concentration(cells, seed=4)
    pd.testing.assert_frame_equal(first, measure_concentration(cells, seed=4))
    assert not first.equals(measure_concentration(cells, seed=5))
    for nothing in (cells * 0, cells.head(0)):
        assert measure_concentration(nothing).isna().all(axis=None)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"top": [0]}, "Shares must be"), ({"hold": [2]}, "Shares must be"), ({"draws": 0}, "at least one")],
)
def test_what_cannot_be_used_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        measure_concentration(pd.DataFrame({"incidents": [1, 2]}), **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="from 0 upwards"):
        gini([1, -1])


def test_the_figure_shows_the_recorded_and_the_random_curve() -> None:
    figure = draw_concentration(pd.DataFrame({"incidents": [9, 1, 0, 0, 0, 0]}))
    recorded, random, _ = figure.axes[0].get_lines()
    assert recorded.get_ydata()[1] == pytest.approx(90)
    assert random.get_ydata()[1] < 90
