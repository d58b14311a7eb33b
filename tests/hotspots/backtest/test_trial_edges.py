"""One split of a backtest, draw by draw: intervals and the ceiling by loops over the same draws."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest

from hotspots.backtest._rival_methods import Pool, Terms, best_units, choose_units
from hotspots.backtest._trial import Records, Split, Trial
from hotspots.common.places import collapse_incidents

TERMS = Terms(2, 150.0, None)


def trial(xy, choose, score, *, latest=None, incidents=None, worth=None, inside=None, ground=50e6):
    """A trial over rows at xy; which are chosen on and scored, how many and of what worth."""
    xy = np.array(xy, dtype=float)
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=27700)
    frame["incidents"] = 1 if incidents is None else incidents
    places = collapse_incidents(frame)
    worth = places.rows.astype(float) if worth is None else np.array(worth, dtype=float)
    inside = np.ones(len(places.xy), dtype=bool) if inside is None else np.array(inside)
    choose, score = np.array(choose, dtype=bool), np.array(score, dtype=bool)
    split = Split("one", choose, choose if latest is None else np.array(latest, dtype=bool), score)
    return Trial(split, Records(places, worth, inside, ground), TERMS)


def city(n, seed=0, unit=1.0):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 12, (n, 2)) * 400.0
    count = rng.integers(1, 4, n)
    choose = rng.random(n) < 0.6
    return trial(xy, choose, ~choose, incidents=count, worth=unit * count * rng.choice([1.0, 10.0], n))


def test_sums_and_pools_by_hand():
    rows = [(0, 0), (0, 0), (900, 0), (1800, 0), (2700, 0)]
    one = trial(
        rows, [1, 1, 1, 0, 1], [0, 1, 0, 1, 0], latest=[0, 1, 0, 0, 1], worth=[1, 2, 4, 8, 16],
        inside=[True, True, True, False],
    )  # fmt: skip
    assert one.before.tolist() == [3, 4, 0, 16]
    assert one.after.tolist() == [2, 0, 8, 0]
    assert (one.pool.xy[:, 0].tolist(), one.pool.weight.tolist()) == ([0, 900], [3, 4])
    assert one.pool.latest.tolist() == [2, 0]
    assert (one.later.xy[:, 0].tolist(), one.later.weight.tolist()) == ([0, 1800], [2, 8])


@pytest.mark.parametrize(("n", "unit"), [(60, 1.0), (60, 2.0**-12), (13_000, 1.0)])
def test_intervals_by_the_same_draws(n, unit):
    one = city(n, unit=unit)
    assert (one.split.score.sum() > 5000) == (n > 5000)  # rows are drawn five thousand at a time
    places, score = one.records.places, one.split.score
    methods = ["discs", "squares", "hexagons"]
    holds = [choose_units(m, one.pool, TERMS, later=one.later).hold(places.xy) for m in methods]
    found = one.run(methods, np.random.default_rng(9), ceiling_draws=0)
    hits = [one.after[hold].sum() / one.after.sum() for hold in holds]
    assert [row["hit_rate"] for row in found] == pytest.approx(hits)

    rows, at = places.rows[score], places.inverse[score]
    each = one.records.worth[score] / rows
    rng = np.random.default_rng(9)
    times = np.hstack([rng.poisson(rows[k : k + 5000], (400, len(rows[k : k + 5000]))) for k in (0, 5000)])
    drawn = times * each
    rates = np.array([drawn[:, hold[at]].sum(axis=1) / drawn.sum(axis=1) for hold in holds]).T
    best = hits.index(max(hits))
    for k, row in enumerate(found):
        assert (row["hit_low"], row["hit_high"]) == pytest.approx(tuple(np.quantile(rates[:, k], [0.05, 0.95])))
        behind = rates[:, best] - rates[:, k]
        assert row["behind"] == pytest.approx(max(hits) - hits[k])
        assert (row["behind_low"], row["behind_high"]) == pytest.approx(tuple(np.quantile(behind, [0.05, 0.95])))
        assert math.isnan(row["ceiling"])


def test_the_ceiling_by_the_same_draws():
    one = city(300, seed=3)
    places, records = one.records.places, one.records
    pooled = np.zeros(len(places.xy))
    np.add.at(pooled, places.inverse, records.worth)
    known = choose_units("discs", Pool(places.xy, pooled, pooled), TERMS, later=one.later).hold(places.xy)
    rng = np.random.default_rng(2)
    share = places.rows[one.split.score].sum() / places.rows.sum()
    reached = []
    for _ in range(7):
        drawn = np.zeros(len(places.xy))
        np.add.at(drawn, places.inverse, rng.poisson(places.rows * share) * records.worth / places.rows)
        some = drawn > 0
        best = best_units("disc", Pool(places.xy[some], drawn[some], drawn[some]), TERMS).hold(places.xy)
        reached.append(drawn[known].sum() / drawn[best].sum())
    assert one._ceiling(np.random.default_rng(2), 7) == pytest.approx(np.mean(reached))
    assert 0 < np.mean(reached) < 1
    assert math.isnan(one._ceiling(np.random.default_rng(2), 0))
    light = city(300, seed=3, unit=2.0**-20)
    assert light._ceiling(np.random.default_rng(2), 7) == pytest.approx(np.mean(reached))
    empty = trial([(0, 0)], [0], [0])
    assert math.isnan(empty._ceiling(np.random.default_rng(2), 7))


def test_pai_divides_by_the_units_asked_for_so_that_fewer_gain_nothing():
    rows = [(0, 0), (5000, 0)]
    row = trial(rows, [1, 0], [1, 1]).run(["discs"], np.random.default_rng(0), ceiling_draws=0)[0]
    # two discs were asked for, one place held anything: half of what came, for the ground of two
    assert (row["units"], row["asked"]) == (1, 2)
    assert row["pai"] == pytest.approx(0.5 / (2 * math.pi * 150**2 / 50e6))
    none = trial(rows, [1, 0], [1, 1], inside=[False, True])
    row = none.run(["discs"], np.random.default_rng(0), ceiling_draws=0)[0]
    assert (row["units"], row["pai"]) == (0, 0)


def test_nothing_scored_and_nothing_chosen_on_have_no_rate():
    rows = [(0, 0), (900, 0), (1800, 0)]
    unscored = trial(rows, [1, 1, 1], [0, 0, 0]).run(["discs"], np.random.default_rng(0), ceiling_draws=3)[0]
    assert (unscored["captured"], unscored["total"], unscored["units"]) == (0, 0, 2)
    assert all(math.isnan(unscored[name]) for name in ("hit_rate", "pai", "pei", "recapture"))
    unknown = trial(rows, [0, 0, 0], [1, 1, 1]).run(["discs"], np.random.default_rng(0), ceiling_draws=3)[0]
    assert (unknown["captured"], unknown["total"], unknown["units"]) == (0, 3, 0)
    assert (unknown["hit_rate"], unknown["pai"], unknown["pei"]) == (0, 0, 0)
    assert math.isnan(unknown["recapture"])
    assert unknown["best_possible"] == pytest.approx(2 / 3)
