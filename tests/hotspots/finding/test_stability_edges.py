"""Stability run by run: each run scripted, so that ranks, intervals and shares can be told by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.checks import InputError
from hotspots.common.places import collapse_incidents
from hotspots.finding.ground import Found, Ground
from hotspots.finding.stability import add_stability, draw_changes, follow


def points(counts, **columns):
    """One place for each count, 1 km apart."""
    rows = gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy(1000.0 * np.arange(len(counts)), np.zeros(len(counts))), crs=27700
    )
    return rows.assign(incidents=counts)


def ground_of(incidents, harm=None):
    return Ground(collapse_incidents(incidents), harm, None, [])


def follow_slowly(label, again, base, incidents, harm, count):
    """Rank and survival of each hotspot, one hotspot and one other after another."""
    others = sorted(set(again) - {-1})
    size = {o: incidents[again == o].sum() for o in others}
    worth = {o: (incidents if harm is None else harm)[again == o].sum() for o in others}
    line = sorted(others, key=lambda o: (-worth[o], -size[o], o))
    ranks, stays = [], []
    for mine in range(count):
        shared = {o: base[(label == mine) & (again == o)].sum() for o in others}
        held = [o for o in others if ((label == mine) & (again == o)).any()]
        if not held:
            ranks.append(max(others, default=-1) + 2)
            stays.append(0)
            continue
        best = max(held, key=lambda o: (shared[o], -line.index(o)))
        ranks.append(line.index(best) + 1)
        stays.append(int(2 * shared[best] >= base[label == mine].sum()))
    return ranks, stays


@pytest.mark.parametrize("with_harm", [False, True])
def test_a_run_is_followed_hotspot_by_hotspot(with_harm):
    rng = np.random.default_rng(8)
    for _ in range(60):
        count, others = rng.integers(1, 5), int(rng.integers(1, 5))
        label = rng.integers(-1, count, 14)
        again = np.r_[np.arange(others), rng.integers(-1, others, 14 - others)]
        base, now = rng.integers(1, 5, (2, 14))
        harm = rng.integers(1, 4, 14) if with_harm else None
        ground = ground_of(points(now), harm)
        rank, stays = follow(label, again, base, ground, int(count))
        expected = follow_slowly(label, again, base, now, harm, count)
        assert (rank.tolist(), stays.tolist()) == expected


def test_where_nothing_is_found_again_the_rank_is_one_below_the_last():
    ground = ground_of(points([5, 3, 2]))
    rank, stays = follow(np.array([0, 1, -1]), np.array([-1, -1, 0]), np.array([5, 3, 2]), ground, 2)
    assert (rank.tolist(), stays.tolist()) == ([2, 2], [0, 0])
    nothing = np.zeros(0, dtype=np.int64)
    rank, stays = follow(nothing, nothing, nothing, ground_of(points([])), 2)
    assert (rank.tolist(), stays.tolist()) == ([1, 1], [0, 0])
    rank, stays = follow(np.array([0, 1, -1]), np.full(3, -1), np.array([5, 3, 2]), ground, 2)
    assert (rank.tolist(), stays.tolist()) == ([1, 1], [0, 0])


def spots(count):
    return gpd.GeoDataFrame(
        {"ref": list("ABC")[:count]},
        index=pd.RangeIndex(1, count + 1, name="rank"),
        geometry=gpd.points_from_xy(range(count), range(count)),
        crs=27700,
    )


def scripted(*runs):
    """A search that finds, run after run, what the script says."""
    left = iter(runs)
    return Found([], lambda change: np.array(next(left)))


def test_ranks_and_shares_over_the_runs_by_hand():
    # two hotspots: place 0 (600 records), places 1 and 2 (100 each), which no draw puts in another order
    frame, label = points([600, 100, 100, 10]), np.array([0, 1, 1, -1])
    # in 38 runs as found; in one the second lost half; in one nothing was found
    runs = [[0, 1, 1, -1]] * 38 + [[0, 1, -1, -1]] + [[-1, -1, -1, -1]]
    found = add_stability(spots(2), label, frame, ground_of(frame), scripted(*runs), resamples=36)
    assert found["stability"].tolist() == [39 / 40, 39 / 40]
    assert found["found_again"].tolist() == pytest.approx([39 / 40, (38 + 0.5) / 40])
    # of 40 ranks in order, the 2nd and the 39th; the rank itself is always within
    assert found["rank_low"].tolist() == [1, 2]
    assert found["rank_high"].tolist() == [1, 2]


def test_the_interval_of_ranks_leaves_out_one_run_in_twenty_on_each_side():
    frame, label = points([600, 200, 50]), np.array([0, 1, 2])
    same, turned = [0, 1, 2], [-1, 0, -1]  # then the second is first, and the others stand last, second
    found = add_stability(spots(3), label, frame, ground_of(frame), scripted(*[same] * 39, turned), resamples=36)
    assert found[["rank_low", "rank_high"]].values.tolist() == [[1, 1], [2, 2], [3, 3]]
    found = add_stability(spots(3), label, frame, ground_of(frame), scripted(*[same] * 37, *[turned] * 3), resamples=36)
    assert found[["rank_low", "rank_high"]].values.tolist() == [[1, 2], [1, 2], [2, 3]]
    assert found["rank_low"].dtype == found["rank_high"].dtype == "Int64"
    # a rank that two runs of forty gave is within, and is not evened out with the next
    third = [-1, -1, 0]  # the third is first, the others one below the last
    runs = [*[same] * 38, *[third] * 2]
    found = add_stability(spots(3), label, frame, ground_of(frame), scripted(*runs), resamples=36)
    assert found[["rank_low", "rank_high"]].values.tolist() == [[1, 2], [2, 2], [1, 3]]


def test_the_rank_itself_is_within_however_rarely_it_is_found():
    frame, label = points([600, 200]), np.array([0, 1])
    found = add_stability(spots(2), label, frame, ground_of(frame), scripted(*[[-1, 0]] * 5), resamples=1)
    assert found[["rank_low", "rank_high"]].values.tolist() == [[1, 2], [1, 2]]
    assert found["stability"].tolist() == [0, 1]
    assert found["found_again"].tolist() == [0, 1]


def test_a_hotspot_of_one_record_and_one_of_none():
    # the third holds no place: nothing of it is ever found again
    frame, label = points([600, 1]), np.array([0, 1])
    found = add_stability(spots(3), label, frame, ground_of(frame), scripted(*[[0, 1]] * 5), resamples=1)
    assert found["found_again"].tolist() == [1, 1, 0]
    assert found["stability"].tolist() == [1, 1, 0]


def test_the_draws_are_those_of_seed_0_unless_given():
    frame, label = points([30, 28]), np.array([0, 1])
    drawn = []

    def record(change):
        drawn.append(change.ground.places.incidents.tolist())
        return np.array([0, 1])

    add_stability(spots(2), label, frame, ground_of(frame), Found([], record), resamples=3)
    expected = np.random.default_rng(0)
    assert drawn[:3] == [expected.poisson([30, 28]).tolist() for _ in range(3)]


def test_nothing_is_run_without_draws_and_what_is_no_number_is_named():
    frame = points([6])
    none = scripted()
    assert add_stability(spots(1), np.array([0]), frame, ground_of(frame), none, resamples=0).equals(spots(1))
    for options in ({"resamples": -1}, {"resamples": 1.5}, {"seed": -1}, {"seed": None}):
        words = f"^Stability cannot be measured.*{next(iter(options))} must be a whole number from 0 upwards"
        with pytest.raises(InputError, match=f"(?s){words}"):
            add_stability(spots(1), np.array([0]), frame, ground_of(frame), none, **options)


def runs_of(frame, ground, **options):
    return list(draw_changes(frame, ground, **({"resamples": 0, "seed": 0} | options)))


def test_the_runs_are_two_radii_two_lattices_and_each_of_the_latest_twelve_months():
    when = [*pd.date_range("2023-01-01", periods=14, freq="MS"), pd.NaT]
    frame = points(np.arange(1, 16), when=when)
    harm = 1_000_000 * np.arange(1, 16) * 3
    ground = ground_of(frame.assign(harm=3.0 * np.arange(1, 16)), harm)
    runs = runs_of(frame.assign(harm=3.0 * np.arange(1, 16)), ground)
    assert [(run.scale, run.shift) for run in runs[:4]] == [(0.75, 0), (1.25, 0), (1, 17), (1, 34)]
    assert all(run.ground is ground for run in runs[:4])
    assert len(runs) == 4 + 12
    for left_out, run in enumerate(runs[4:], start=2):
        rest = np.arange(1, 16)
        rest[left_out] = 0
        assert run.ground.places.incidents.tolist() == rest.tolist()
        assert run.ground.harm.tolist() == (3_000_000 * rest).tolist()
        assert run.ground.harm.dtype == run.ground.places.incidents.dtype == "int64"
        for same in ("xy", "inverse", "rows"):
            assert getattr(run.ground.places, same) is getattr(ground.places, same)
        assert (run.scale, run.shift) == (1, 0)


def test_one_month_or_none_is_never_left_out():
    one = points([3, 4], when=pd.to_datetime(["2023-01-01", "2023-01-20"]))
    assert len(runs_of(one, ground_of(one))) == 4
    bare = points([3, 4])
    assert len(runs_of(bare, ground_of(bare))) == 4
    names = points([3, 4], when=["2023-01", "2023-02"])
    assert len(runs_of(names, ground_of(names))) == 4
    # the same month of two years is two months
    years = points([3, 4, 2], when=pd.to_datetime(["2023-01-01", "2024-01-01", None]))
    runs = runs_of(years, ground_of(years))[4:]
    assert [run.ground.places.incidents.tolist() for run in runs] == [[0, 4, 2], [3, 0, 2]]


def test_draws_are_poisson_counts_round_each_stack():
    frame = points([400, 25], harm=[400.0, 50.0])  # of one day each, and of two
    ground = ground_of(frame, np.array([400_000_000, 50_000_000]))
    runs = runs_of(frame, ground, resamples=300, seed=1)[:300]
    counts = np.array([run.ground.places.incidents for run in runs])
    assert counts.mean(axis=0) == pytest.approx([400, 25], rel=0.05)
    assert counts.var(axis=0) == pytest.approx([400, 25], rel=0.25)
    harm = np.array([run.ground.harm for run in runs])
    assert (harm == counts * [1_000_000, 2_000_000]).all()
    assert ground.places.incidents.tolist() == [400, 25]
