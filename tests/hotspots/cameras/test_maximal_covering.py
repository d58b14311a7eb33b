"""The most that so many sites can reach: proven, also where a solver or the time gives out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.optimize
from scipy.sparse import csr_array

from hotspots.cameras import _maximal_covering as covering
from hotspots.cameras._maximal_covering import cover_most, covered_weight


def best_of_all(weights, reach, count):
    every = itertools.combinations(range(reach.shape[1]), count)
    return max(covered_weight(weights, reach, np.array(sites)) for sites in every)


def tangled(seed):
    """Sites that reach overlapping thirds of the demand, so that no bound settles the choice."""
    rng = np.random.default_rng(seed)
    return rng.integers(1, 9, 24).astype(float), csr_array((rng.random((24, 14)) < 0.3).astype(float))


def test_demand_that_no_site_reaches_needs_no_site():
    assert cover_most(np.array([5.0]), csr_array(np.zeros((1, 2))), count=1).tolist() == []


def test_a_site_that_reaches_only_what_others_do_is_not_chosen():
    reach = csr_array([[1, 0, 0], [1, 0, 1], [0, 1, 1], [0, 1, 0]])
    assert cover_most(np.ones(4), reach, count=3).tolist() == [0, 1]


def test_two_sides_are_better_than_the_middle_and_a_side():
    # left holds 2 + 3, the middle 3 + 3, right 3 + 2: the middle first gives 8, both sides 10
    reach = csr_array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]])
    assert cover_most(np.array([2.0, 3, 3, 2]), reach, count=2).tolist() == [0, 2]


@pytest.mark.parametrize("seed", range(2))
def test_too_many_pairs_of_sites_to_compare_change_nothing(monkeypatch, seed):
    weights, reach = tangled(seed)
    monkeypatch.setattr(covering, "_MOST_PAIRS", 0)
    found = cover_most(weights, reach, count=3)
    assert covered_weight(weights, reach, found) == best_of_all(weights, reach, 3)


def test_the_best_is_proven_also_where_the_relaxation_fails(monkeypatch):
    def fail(*_, **__):
        asked.append(1)
        return scipy.optimize.OptimizeResult(x=None)

    asked: list[int] = []
    weights, reach = tangled(0)
    monkeypatch.setattr(scipy.optimize, "linprog", fail)
    found = cover_most(weights, reach, count=3)
    assert asked
    assert covered_weight(weights, reach, found) == best_of_all(weights, reach, 3)


def test_a_search_out_of_time_says_so_and_keeps_no_worse_than_one_by_one(caplog):
    weights, reach = tangled(0)
    found = cover_most(weights, reach, count=3, seconds=1e-9)
    assert "stopped after 1e-09 seconds; the sites are the best found so far" in caplog.text
    chosen: list[int] = []
    for _ in range(3):
        worth = [covered_weight(weights, reach, np.array([*chosen, site])) for site in range(14)]
        chosen.append(int(np.argmax(worth)))
    assert len(found) == 3
    assert covered_weight(weights, reach, found) >= covered_weight(weights, reach, np.array(chosen))
