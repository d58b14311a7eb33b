"""Minutes from GPS points of visits whose length is known, and the columns of a log."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from visit_examples import PLAN, STOPS

from hotspots.patrols.visits import record_visits

CENTRE = 430_000.0  # of the first stop, 200 m wide


def drive(seconds: float, visits: int = 30, *, seed: int = 0, metres: float = 0.0) -> tuple[pd.DataFrame, float]:
    """Points every so many seconds of a vehicle that is inside or 2 km away; and the true minutes inside."""
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(6, 20, visits)
    time = np.arange(rng.uniform(0, seconds), visits * 2400, seconds)
    which, into = np.divmod(time, 2400)
    inside = (into >= 600) & (into < 600 + 60 * minutes[which.astype(int)])
    return points(time, np.where(inside, CENTRE, CENTRE + 2000) + rng.normal(0, 1, len(time)) * metres), float(
        minutes.sum()
    )


def points(seconds, easting, **more) -> pd.DataFrame:
    times = pd.Timestamp("2026-11-02") + pd.to_timedelta(np.asarray(seconds, dtype=float), unit="s")
    return pd.DataFrame({"time": times, "easting": easting, "northing": 433_000.0, "vehicle": "A", **more})


@pytest.mark.parametrize("seconds", [5, 60, 120, 300])
def test_minutes_are_without_bias_at_every_interval(seconds):
    log, truth = drive(seconds)
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert len(visits) == 30
    # the error of a sum: the interval times the root of a sixth of the visits
    assert abs(visits["minutes"].sum() - truth) <= 3 * seconds / 60 * (30 / 6) ** 0.5
    assert (visits["minutes_low"] <= visits["minutes"]).all()
    assert (visits["minutes"] <= visits["minutes_high"]).all()
    assert set(visits["measured"]) == {"points"}


def test_one_point_inside_counts_one_interval():
    log = points(np.arange(10) * 240, [CENTRE + 2000 * (i != 4) for i in range(10)])
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["minutes"].tolist() == [4]
    assert visits["arrived"].tolist() == [pd.Timestamp("2026-11-02 00:14")]
    assert (visits["minutes_low"].iloc[0], visits["minutes_high"].iloc[0]) == pytest.approx((0.89, 7.11), abs=0.01)


def test_a_position_that_trembles_on_the_rim_splits_no_visit():
    dice = np.random.default_rng(1)
    at = np.where((np.arange(1800) >= 600) & (np.arange(1800) < 1200), CENTRE + 95, CENTRE + 2000)
    log = points(np.arange(1800), at + dice.normal(0, 6, 1800))  # a fifth of the points fall beyond
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["minutes"].tolist() == pytest.approx([10], abs=0.3)
    assert visits["minutes_high"].iloc[0] >= 10


def test_a_tracker_silent_while_it_stands_gives_limits_alone(caplog):
    times, where, true = [], [], 0.0
    for k in range(12):
        start = k * 3600 + np.arange(0, 600, 15)
        stay = 300 + 60 * k
        times += [*start, k * 3600 + 600, k * 3600 + 600 + stay, *(k * 3600 + 610 + stay + np.arange(0, 300, 15))]
        where += [CENTRE + 2000] * len(start) + [CENTRE] * 2 + [CENTRE + 2000] * 20
        true += stay / 60
    visits, _ = record_visits(points(times, where), PLAN, stops=STOPS)
    assert set(visits["measured"]) == {"at least"}
    assert visits["minutes_low"].sum() <= true <= visits["minutes_high"].sum()
    assert len(visits) == 12
    assert "send only when a vehicle moves: the minutes of 12 visits are limits" in caplog.text


def test_a_least_stay_makes_a_visit_and_its_minutes_are_never_lost(caplog):
    log = points(np.arange(30) * 60, [CENTRE if i in (3, 10, 11, 12, 13) else CENTRE + 2000 for i in range(30)])
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["minutes"].tolist() == [4]
    assert visits.attrs["passing_minutes"] == {"SE01": 1}
    assert "(1 time): no visit is counted. Minutes of passing, apart from those of visits: 1." in caplog.text


def test_a_point_sent_twice_is_named():
    log, _ = drive(60, visits=2)
    visits, rejects = record_visits(pd.concat([log, log.iloc[[5]]]), PLAN, stops=STOPS)
    assert len(visits) == 2
    assert rejects[["line", "cause"]].to_numpy().tolist() == [
        [len(log) + 2, "a second point of one vehicle at one moment"]
    ]


def test_every_column_of_a_log_is_kept_or_named(caplog):
    log = pd.DataFrame({"ref": PLAN["ref"], "part": PLAN["part"], "arrived": PLAN["arrive"], "left": PLAN["leave"]})
    log = log.assign(Agency="council", role="warden", cost=12.5, Weather="dry", minutes=14)
    log = log.assign(**{"Officer name": "PC Doe", "Shoulder no": 1234})
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    kept = visits[["agency", "role", "cost", "Weather", "log_minutes"]].drop_duplicates()
    assert kept.to_numpy().tolist() == [["council", "warden", 12.5, "dry", 14]]
    assert visits["minutes"].tolist() == [15] * 4
    assert not visits.astype(str).eq("PC Doe").any(axis=None)
    assert "Left out of the visits: 'Officer name' and 'Shoulder no'." in caplog.text


def test_columns_of_points_are_kept_where_a_visit_has_one_answer(caplog):
    log, _ = drive(60, visits=3)
    log = log.assign(agency="police", speed=np.arange(len(log)))
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["agency"].tolist() == ["police"] * 3
    assert "speed" not in visits
    assert "Left out of the visits: 'speed', changing from point to point" in caplog.text
