"""What the same ranks did at earlier times, worked out again by hand from the table of counts."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.assessment.assess import Judging, assess_response

PLACES, TOP, MONTHS = 30, 4, 72
SPLIT = {"selected_on": "2017-01..2017-03", "start": "2018-04-01", "end": "2018-06-30"}  # months 48, 51, 63


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def drawn(fall: float = 1.0) -> np.ndarray:
    """Counts of places by month: levels that wander, so that the highest come down by themselves."""
    rng = np.random.default_rng(11)
    level = np.zeros((PLACES, MONTHS))
    level[:, 0] = rng.normal(0, 0.6, PLACES)
    for month in range(1, MONTHS):
        level[:, month] = 0.97 * level[:, month - 1] + rng.normal(0, 0.15, PLACES)
    counts = rng.poisson(60 * np.exp(level))
    if fall < 1:
        top = ranked(counts, 48)[:TOP]
        counts[top, 63:66] = rng.binomial(counts[top, 63:66], fall)
    return counts


def ranked(counts: np.ndarray, at: int) -> np.ndarray:
    return np.argsort(-counts[:, at : at + 3].sum(axis=1), kind="stable")


def as_records(counts: np.ndarray) -> gpd.GeoDataFrame:
    place, month = np.divmod(np.arange(counts.size), MONTHS)
    when = pd.period_range("2013-01", periods=MONTHS, freq="M").to_timestamp()[month]
    frame = pd.DataFrame({"when": when, "precision": "month", "category": "x", "source": "s"})
    frame["incidents"] = counts.ravel()
    points = gpd.points_from_xy(1000.0 * place + 50, np.full(counts.size, 50.0))
    return gpd.GeoDataFrame(frame, geometry=points, crs=27700)


def wards() -> gpd.GeoDataFrame:
    boxes = [shapely.box(1000 * n, 0, 1000 * n + 100, 100) for n in range(PLACES)]
    return gpd.GeoDataFrame({"name": [f"Ward {n}" for n in range(PLACES)]}, geometry=boxes, crs=27700)


def assess(counts: np.ndarray, **judging):
    order = ranked(counts, 48)
    shapes = wards().iloc[order]
    return assess_response(
        as_records(counts),
        shapes.iloc[:TOP],
        comparator=shapes.iloc[TOP : 2 * TOP],
        others=shapes.iloc[2 * TOP :],
        judging=Judging(**judging),
        **SPLIT,
    )


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    return drawn()


def test_the_drift_is_the_mean_over_earlier_times_that_share_no_month(counts):
    found = assess(counts).findings["all records"]
    # three months at a time back from baseline 51 and response 63: no month may be counted twice
    backs, taken = [], set(range(51, 54)) | set(range(63, 66))
    for back in range(3, 49, 3):
        months = {m - back for m in [*range(51, 54), *range(63, 66)]}
        if not months & taken:
            taken |= months
            backs.append(back)
    assert backs[:4] == [3, 6, 9, 24]
    logs = []
    for back in backs:
        order = ranked(counts, 48 - back)
        one, two = (
            [counts[order[part], at - back : at - back + 3].sum() for at in (51, 63)]
            for part in (slice(0, TOP), slice(TOP, 2 * TOP))
        )
        logs.append(np.log(one[1] * two[0] / (one[0] * two[1])))
    assert found.earlier.logs == pytest.approx(logs)
    assert found.likeness < 0.7
    assert found.drift.log == pytest.approx(np.mean(logs))
    assert found.judged.expected == pytest.approx(
        found.treated[0] * found.control[1] / found.control[0] * np.exp(np.mean(logs))
    )


def test_a_response_in_an_earlier_time_keeps_its_ground_out_of_that_time(counts):
    plain = assess(counts).findings["all records"].earlier
    top = int(ranked(counts, 48 - 24)[0])
    there = wards().iloc[[top]].assign(start="2015-04-01", end="2015-06-30")
    found = assess(counts, responses=there).findings["all records"].earlier
    order = [n for n in ranked(counts, 24) if n != top]
    one, two = (
        [counts[order[part], at - 24 : at - 21].sum() for at in (51, 63)]
        for part in (slice(0, TOP), slice(TOP, 2 * TOP))
    )
    assert len(found.logs) == len(plain.logs)
    assert found.logs[3] == pytest.approx(np.log(one[1] * two[0] / (one[0] * two[1])))
    assert found.logs[3] != plain.logs[3]


def test_with_a_drift_estimate_a_real_fall_of_the_top_places_is_found_and_told():
    result = assess(drawn(fall=0.4))
    assert result.findings["all records"].judged.direction == "fall"
    told = " ".join(result.lines())
    assert "Drift estimate: places of the same ranks went " in told
    assert "earlier times in the records without a known response" in told
    assert "no fall is called" not in told


def test_the_rate_of_earlier_falls_stands_with_its_interval_and_the_least_p(counts):
    result = assess(counts)
    earlier = result.findings["all records"].earlier
    told = " ".join(result.lines())
    assert f"Tried on places of the same ranks at {len(earlier.logs)} earlier times" in told
    assert f"it cannot be below {1 / (len(earlier.logs) + 1):.2f}" in told
    assert result.table["earlier_times"].tolist() == [len(earlier.logs)]


def test_a_gap_in_the_months_takes_the_times_that_need_it(counts):
    records = as_records(counts)
    short = records[records["when"] != "2016-12-01"]  # month 47: the selection of 3 months before
    order = ranked(counts, 48)
    shapes = wards().iloc[order]
    found = assess_response(
        short.reset_index(drop=True),
        shapes.iloc[:TOP],
        comparator=shapes.iloc[TOP : 2 * TOP],
        others=shapes.iloc[2 * TOP :],
        **SPLIT,
    ).findings["all records"]
    assert len(found.earlier.logs) < len(assess(counts).findings["all records"].earlier.logs)


def test_hotspots_are_ranked_among_squares_where_they_are_not_all_the_ground(counts):
    order = ranked(counts, 48)
    shapes = wards().iloc[order]
    found = assess_response(as_records(counts), shapes.iloc[:TOP], **SPLIT).findings["all records"]
    # squares of the wards' size hold one place each, so the top four are the same four at each time
    assert found.earlier.logs.size >= 4
