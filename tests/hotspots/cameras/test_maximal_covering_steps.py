"""Each step of the exact covering, held to its definition and to trying every set."""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest
from scipy.sparse import csr_array

from hotspots.cameras import _maximal_covering as covering
from hotspots.cameras._maximal_covering import cover_most, covered_weight, order_by_gain

SEEDS = range(12)


def tangled(seed, sites=11, rows=20):
    """Sites that reach overlapping thirds of the demand; every third case has demand that counts nothing."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(0 if seed % 3 == 0 else 1, 9, rows).astype(float)
    reach = csr_array((rng.random((rows, sites)) < 0.3).astype(float))
    bonus = np.where(rng.random(sites) < 0.3, rng.integers(1, 4, sites), 0).astype(float)
    return weights, reach, bonus if seed % 2 else np.zeros(sites)


def worth(weights, reach, bonus, chosen):
    """Value of a set, by nothing but its definition."""
    table = reach.toarray() > 0
    return sum(weights[i] for i in range(len(weights)) if table[i, chosen].any()) + sum(bonus[chosen])


def every_set(sites, most):
    return (list(s) for k in range(min(sites, most) + 1) for s in itertools.combinations(range(sites), k))


def best_of_all(weights, reach, bonus, count):
    return max(worth(weights, reach, bonus, s) for s in every_set(reach.shape[1], count))


@pytest.mark.parametrize("seed", range(30))
def test_the_choice_is_as_good_as_the_best_of_every_set(seed):
    weights, reach, bonus = tangled(seed)
    for count in (1, 2, 3, 4):
        found = cover_most(weights, reach, count=count, bonus=bonus)
        assert worth(weights, reach, bonus, found) == pytest.approx(best_of_all(weights, reach, bonus, count), abs=1e-9)
        assert len(found) <= count
        assert (np.diff(found) > 0).all()


def test_a_bonus_alone_is_taken_where_nothing_is_reached():
    reach = csr_array(np.zeros((2, 3)))
    assert cover_most(np.zeros(2), reach, count=2, bonus=np.array([0.0, 3, 1])).tolist() == [1, 2]
    assert cover_most(np.ones(2), reach, count=1, bonus=np.array([0.0, 1, 3])).tolist() == [2]
    assert cover_most(np.zeros(2), reach, count=2).tolist() == []
    assert cover_most(np.ones(2), reach, count=0, bonus=np.ones(3)).tolist() == []
    assert cover_most(np.ones(0), csr_array((0, 0)), count=2).tolist() == []


def test_equal_sites_give_the_first():
    assert cover_most(np.ones(2), csr_array([[1, 1, 1], [1, 1, 1]]), count=1).tolist() == [0]


def test_weights_of_a_set_are_counted_once():
    reach = csr_array([[1, 1, 0], [0, 1, 0], [0, 0, 0]])
    weights = np.array([2.0, 3, 5])
    sums = {s: covered_weight(weights, reach, np.array(s, dtype=int)) for s in [(), (0,), (0, 1), (2,)]}
    assert sums == {(): 0.0, (0,): 2.0, (0, 1): 5.0, (2,): 0.0}


def test_chosen_sites_come_by_what_each_adds_and_a_tie_keeps_its_order():
    reach = csr_array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    weights = np.array([4.0, 2, 3, 5])
    order, gains = order_by_gain(weights, reach, np.array([0, 1, 2, 3]))
    # 1 adds 6; then 3 adds 5; of 2 the 3 that 1 does not reach; of 0 nothing
    assert (order.tolist(), gains.tolist()) == ([1, 3, 2, 0], [6.0, 5.0, 3.0, 0.0])
    assert order_by_gain(np.ones(2), csr_array([[1, 0], [0, 1]]), np.array([1, 0]))[0].tolist() == [1, 0]
    assert order_by_gain(weights, reach, np.array([], dtype=int))[1].tolist() == []


@pytest.mark.parametrize("mix", [None, np.uint64(0)])
def test_demand_that_the_same_sites_reach_becomes_one_row(monkeypatch, mix):
    if mix is not None:  # all sums are then alike, as they could be by accident: the long way is taken
        monkeypatch.setattr(covering, "_MIX", mix)
    table = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 1, 0], [1, 1, 1]], dtype=float)
    table[3] *= 4  # how far, not only whether: of no account
    rows, demand = covering._merge_alike(csr_array(table), np.array([1.0, 9, 2, 4, 8, 0, 16]))
    assert rows.toarray().tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 1], [1, 1, 1]]
    assert demand.tolist() == [5, 2, 8, 16]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_numbered_as_python_would(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    rows = csr_array((rng.random((30, 4)) < 0.5).astype(float))
    rows = csr_array(rows[np.diff(rows.indptr) > 0])
    keys = [tuple(row) for row in rows.toarray()]
    known = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    for mix in (covering._MIX, np.uint64(0), np.uint64(1)):
        monkeypatch.setattr(covering, "_MIX", mix)
        group, first = covering._number_rows(rows)
        assert group.tolist() == [known[key] for key in keys]
        assert first.tolist() == [keys.index(key) for key in known]
        assert group.dtype == first.dtype == np.int64


def test_no_rows_have_no_numbers():
    group, first = covering._number_rows(csr_array((0, 3)))
    assert group.dtype == first.dtype == np.int64
    assert len(group) == len(first) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_only_sites_within_another_go(seed):
    _, reach, bonus = tangled(seed, sites=14, rows=5)
    held = [set(np.flatnonzero(column)) for column in reach.toarray().T]

    def within(i, j):
        """Whether j does all that i does, and is preferred."""
        return j != i and held[i] <= held[j] and (held[i] < held[j] or bonus[j] > 0 or j < i)

    useless = {i for i in range(14) if bonus[i] <= 0 and (not held[i] or any(within(i, j) for j in range(14)))}
    assert covering._undominated(reach, bonus).tolist() == sorted(set(range(14)) - useless)


def test_too_many_pairs_leave_out_only_what_reaches_nothing(monkeypatch):
    reach = csr_array([[1, 1, 0, 0], [1, 0, 0, 0]])
    assert covering._undominated(reach, np.array([0.0, 0, 0, 2])).tolist() == [0, 3]
    # 2² + 1² pairs
    monkeypatch.setattr(covering, "_MOST_PAIRS", 5)
    assert covering._undominated(reach, np.array([0.0, 0, 0, 2])).tolist() == [0, 3]
    monkeypatch.setattr(covering, "_MOST_PAIRS", 4)
    assert covering._undominated(reach, np.array([0.0, 0, 0, 2])).tolist() == [0, 1, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_by_one_takes_what_adds_most(seed):
    weights, reach, bonus = tangled(seed)
    chosen: list[int] = []
    for _ in range(5):
        adds = [
            -1.0 if s in chosen else worth(weights, reach, bonus, [*chosen, s]) - worth(weights, reach, bonus, chosen)
            for s in range(reach.shape[1])
        ]
        if max(adds) <= 0:
            break
        chosen.append(int(np.argmax(adds)))
    assert covering._pick_greedily(weights, reach, bonus, 5).tolist() == chosen


def test_one_by_one_stops_where_nothing_is_added():
    reach = csr_array([[1, 1, 0]])
    assert covering._pick_greedily(np.array([0.5]), reach, np.zeros(3), 3).tolist() == [0]
    assert covering._pick_greedily(np.array([0.5]), reach, np.zeros(3), 0).tolist() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_single_exchange_is_better_after_improving(seed):
    weights, reach, bonus = tangled(seed)
    start = np.array([0, 1, 2])
    found = covering._improve(weights, reach, bonus, start)
    reached = worth(weights, reach, bonus, found)
    assert reached >= worth(weights, reach, bonus, start)
    assert len(set(found.tolist())) == 3
    for at in range(3):
        for site in range(reach.shape[1]):
            if site not in found:
                exchanged = found.copy()
                exchanged[at] = site
                assert worth(weights, reach, bonus, exchanged) <= reached + 1e-8


def test_improving_leaves_a_good_choice_and_none_alone():
    weights, reach = np.array([5.0, 6, 5, 5]), csr_array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]])
    assert covering._improve(weights, reach, np.zeros(3), np.array([1, 0])).tolist() == [2, 0]
    assert covering._improve(weights, reach, np.zeros(3), np.array([], dtype=int)).tolist() == []
    assert covering._improve(np.ones(1), csr_array([[1, 1]]), np.zeros(2), np.array([1])).tolist() == [1]


def test_improving_never_takes_a_site_twice_however_little_it_reaches():
    """Of demand far below one, a site that is chosen already is still worth less than nothing more."""
    found = covering._improve(np.array([0.1, 0.2, 0.3]), csr_array(np.eye(3)), np.zeros(3), np.array([0, 1]))
    assert sorted(found.tolist()) == [1, 2]


def better_sets(weights, reach, bonus, count, value):
    every = (set(s) for s in every_set(reach.shape[1], count))
    return [s for s in every if worth(weights, reach, bonus, list(s)) > value + 1e-6]


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_better_set_holds_the_settled_and_lies_in_the_open(seed, count):
    weights, reach, bonus = tangled(seed, sites=9)
    best = covering._pick_greedily(weights, reach, bonus, count)
    better = better_sets(weights, reach, bonus, count, worth(weights, reach, bonus, best))
    rng = np.random.default_rng(seed)
    times = np.maximum(np.asarray(reach.sum(axis=1)).ravel(), 1)
    for price in (weights, weights / times, weights * rng.random(len(weights))):
        inside, still_open = covering._settle_sites(weights, reach, bonus, count, best, price)
        assert all(set(inside) <= s <= set(inside) | set(still_open) for s in better)
        assert not set(inside) & set(still_open)
        assert (np.diff(inside) > 0).all()
        assert (np.diff(still_open) > 0).all()


def test_a_tight_bound_settles_all():
    # two sites reach 10 each and the third 1: at the price of all demand there is no doubt
    weights, reach = np.array([10.0, 10, 1]), csr_array(np.eye(3))
    inside, still_open = covering._settle_sites(weights, reach, np.zeros(3), 2, np.array([0, 1]), weights)
    assert (inside.tolist(), still_open.tolist()) == ([0, 1], [])
    inside, still_open = covering._settle_sites(weights, reach, np.zeros(3), 3, np.array([0, 1, 2]), weights)
    assert (inside.tolist(), still_open.tolist()) == ([0, 1, 2], [])
    # with a bonus the third is worth 12: sure, while the other two are as good as each other
    bonus = np.array([0.0, 0, 11])
    inside, still_open = covering._settle_sites(weights, reach, bonus, 2, np.array([0, 2]), weights)
    assert (inside.tolist(), still_open.tolist()) == ([2], [0, 1])


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("count", [1, 3])
def test_what_is_left_out_is_in_no_better_set_and_demand_that_nobody_reaches_goes(seed, count):
    weights, reach, bonus = tangled(seed, sites=9)
    best = covering._pick_greedily(weights, reach, bonus, count)
    rows, demand, kept, moved = covering._leave_out(weights, reach, bonus, count, best)
    better = better_sets(weights, reach, bonus, count, worth(weights, reach, bonus, best))
    assert all(s <= set(kept.tolist()) for s in better)
    assert kept[moved].tolist() == best.tolist()
    met = reach.toarray()[:, kept].any(axis=1)
    assert (rows.toarray() == reach.toarray()[met][:, kept]).all()
    assert (demand == weights[met]).all()
    assert kept.dtype == np.int64


def test_a_site_too_small_for_any_better_set_goes():
    weights, reach = np.array([10.0, 10, 1]), csr_array(np.eye(3))
    rows, demand, kept, best = covering._leave_out(weights, reach, np.zeros(3), 2, np.array([1, 0]))
    assert (rows.toarray() == np.eye(2)).all()
    assert (demand.tolist(), kept.tolist(), best.tolist()) == ([10, 10], [0, 1], [1, 0])


def bound(weights, reach, bonus, count, price):
    """What no set can exceed, at a price for each demand point (Lagrange)."""
    score = np.sort(np.maximum(reach.T @ price + bonus, 0))[::-1]
    return np.maximum(weights - price, 0).sum() + score[:count].sum()


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("count", [1, 3])
def test_the_prices_settle_near_the_relaxation(seed, count):
    weights, reach, bonus = tangled(seed)
    start = covering._pick_greedily(weights, reach, bonus, count)
    prices, best = covering._settle_prices(weights, reach, bonus, count, start)
    value = worth(weights, reach, bonus, best)
    top = best_of_all(weights, reach, bonus, count)
    assert (prices >= 0).all()
    assert (prices <= weights).all()
    assert worth(weights, reach, bonus, start) <= value <= top
    _, exact = covering._relax(weights, reach, bonus, count)
    lowest = bound(weights, reach, bonus, count, exact)
    reached = bound(weights, reach, bonus, count, prices)
    # by the duality of linear programming no price gives less than the relaxation does
    assert top - 1e-6 <= lowest <= reached + 1e-6
    even = weights / np.maximum(np.asarray(reach.sum(axis=1)).ravel(), 1)
    assert reached <= bound(weights, reach, bonus, count, even)
    assert reached <= max(1.03 * lowest, value)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("room", [1, 3])
def test_the_relaxation_has_no_gap_between_its_shares_and_its_prices(seed, room):
    weights, reach, bonus = tangled(seed)
    shares, prices = covering._relax(weights, reach, bonus, room)
    assert shares.sum() <= room + 1e-6
    met = np.minimum(reach @ shares, 1)
    assert bound(weights, reach, bonus, room, prices) == pytest.approx(weights @ met + bonus @ shares, abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_finds_the_best_among_the_sites_it_may_use(seed):
    weights, reach, bonus = tangled(seed, sites=10)
    sites = np.array([1, 2, 4, 5, 7, 9])
    rival = np.array([1, 2])
    found = covering._solve(weights, reach, bonus, 3, rival, sites, 60.0)
    assert set(found.tolist()) <= set(sites.tolist())
    best = max(worth(weights, reach, bonus, sites[s]) for s in every_set(6, 3) if s)
    assert worth(weights, reach, bonus, found) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("count", [2, 3])
def test_the_proof_over_all_sites_is_the_best_of_every_set(seed, count):
    """Nothing settled, and one site settled that is in a best set."""
    weights, reach, bonus = tangled(seed, sites=9)
    sets = [s for s in every_set(9, count) if s]
    top = max(sets, key=lambda s: worth(weights, reach, bonus, s))
    start = covering._pick_greedily(weights, reach, bonus, count)
    for inside in (np.array([], dtype=int), np.array(top[:1])):
        still_open = np.setdiff1d(np.arange(9), inside)
        found = covering._finish(weights, reach, bonus, count, start, inside, still_open, 60.0)
        assert worth(weights, reach, bonus, found) == pytest.approx(worth(weights, reach, bonus, top))
        assert len(found) <= count


@pytest.mark.parametrize("unit", [1e-9, 1e9])
@pytest.mark.parametrize("seed", range(6))
def test_the_unit_of_the_demand_plays_no_part(seed, unit):
    weights, reach, bonus = tangled(seed)
    one = cover_most(weights, reach, count=3, bonus=bonus)
    other = cover_most(weights * unit, reach, count=3, bonus=bonus * unit)
    assert worth(weights, reach, bonus, other) == pytest.approx(worth(weights, reach, bonus, one), abs=1e-9)
    alone = cover_most(weights * 0, reach, count=2, bonus=np.arange(reach.shape[1]) * unit)
    assert alone.tolist() == [reach.shape[1] - 2, reach.shape[1] - 1]


def test_a_minute_is_spent_unless_said():
    assert inspect.signature(cover_most).parameters["seconds"].default == 60


def test_demand_in_thousand_millions_is_proven_as_well(caplog):
    """Where bounds settle little the solver must decide, and it works on a scale of its own."""
    rng = np.random.default_rng(8)
    weights = rng.integers(1, 9, 60).astype(float)
    reach = csr_array((rng.random((60, 30)) < 0.15).astype(float))
    one, other = (cover_most(weights * unit, reach, count=5, seconds=5) for unit in (1, 1e9))
    none = np.zeros(30)
    assert worth(weights, reach, none, one) == worth(weights, reach, none, other)
    assert "stopped" not in caplog.text
