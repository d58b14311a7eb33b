"""What a count, a rate or a share is of stands beside it, or it is not said."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.plans._analysis import nearby_counts, nearby_text
from maps.job.say_rates import say_rates
from maps.job.time_profiles import profile_all
from maps.results.write_job import say_left_out


def records(months: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"when": pd.to_datetime(months), "precision": "month", "source": "police.uk", "category": "Drugs"},
        geometry=gpd.points_from_xy([430_000.0] * len(months), [430_000.0] * len(months)),
        crs=27700,
    )


def test_places_are_counted_inside_a_ward_and_about_the_middle_of_a_hotspot() -> None:
    """19 pubs stand in a ward of 4 km², one of them within 400 m of where its records are."""
    everything = records(["2024-03-01"] * 3)
    facts = SimpleNamespace(inside=everything, everything=everything, weights=pd.Series([1, 1, 1]))
    pubs = gpd.GeoDataFrame(
        {"kind": ["pub"] * 19}, geometry=gpd.points_from_xy(430_100 + 80.0 * np.arange(19), [430_300] * 19), crs=27700
    )
    ward = shapely.box(429_900, 429_900, 431_900, 431_900)
    assert nearby_text(nearby_counts(facts, pubs, ground=ward)).startswith("In the area: 19 pubs. Do the busiest")
    disc = shapely.Point(430_000, 430_000).buffer(150)
    near = int((np.hypot(100 + 80.0 * np.arange(19), 300) <= 400).sum())
    said = nearby_text(nearby_counts(facts, pubs, ground=disc))
    assert said.startswith(f"Within 400 m: {near} pubs (average {near}).")
    far = pubs.set_geometry(pubs.translate(50_000))
    assert nearby_text(nearby_counts(facts, far, ground=ward)) == "None of the places given lie in the area."


@pytest.mark.parametrize(
    ("months", "left_out"),
    [
        (["2016-07-01", "2017-07-01", "2018-07-01"], {"calendar month", "season"}),
        (["2016-06-01", "2017-07-01"], {"season"}),
        (["2016-07-01", "2016-09-01"], set()),
    ],
)
def test_months_of_one_season_make_no_chart_of_seasons(months: list[str], left_out: set[str]) -> None:
    calendar = pd.DataFrame({"kind": [], "name": [], "start": [], "end": []})
    times = profile_all(records(months), given={"by": ["month", "calendar month", "season"]}, calendar=calendar)
    assert set(times.refused) == left_out
    assert set(times.profiles) == {"month", "calendar month", "season"} - left_out
    if left_out:
        assert times.refused["season"] == "Nothing to compare: the records are all of summer."


def test_a_rate_names_its_period_and_of_whom() -> None:
    rated = {"ward": pd.DataFrame({"rate": [85.0]})}
    job = SimpleNamespace(
        area_sums=rated, dated=records(["2016-07-01", "2017-07-01", "2018-07-01"]), config=SimpleNamespace(areas={})
    )
    assert say_rates(job) == (
        "Rates are per 1,000 residents for the whole of the period (July 2016, July 2017 and July 2018), "
        "not for a year."
    )
    job.area_sums = {"ward": pd.DataFrame({"incidents": [85]})}
    assert say_rates(job) == ""


@pytest.mark.parametrize(
    ("causes", "said"),
    [
        ([], ""),
        (["outside the study area"] * 3, "3 of 5 rows lie outside the study area and are left out."),
        (["no coordinates", "future date"], "2 of 4 rows could not be used (most often: future date)."),
        (
            ["outside the study area"] * 5 + ["no coordinates"],
            "5 of 8 rows lie outside the study area and are left out. "
            "1 of the other 3 rows could not be used (most often: no coordinates).",
        ),
    ],
)
def test_rows_of_other_districts_are_not_rows_that_could_not_be_used(causes: list[str], said: str) -> None:
    rejects = pd.DataFrame({"cause": sorted(causes)})
    job = SimpleNamespace(rejects=rejects, used=0, incidents=records(["2024-03-01"] * 2))
    assert say_left_out(job) == said
