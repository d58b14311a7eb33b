"""The search beside the exact answer, where that is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hotspots.patrols._exact_choice import Bound
from hotspots.patrols._large_search import Ground, better_rounds, every_round, pick_rounds


def ground(count: int, vehicles: int, seed: int, rules=()) -> Ground:
    """Stops over eight kilometres, at 25 km/h and a third longer than straight."""
    dice = np.random.default_rng(seed)
    at = dice.uniform(0, 8000, (count, 2))
    travel = np.ceil(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * 1.3 / (25_000 / 60))
    worth = np.sort(dice.lognormal(4, 1, count))[::-1].copy()
    return Ground(travel, worth, list(rules), visit=15, limit=105, vehicles=vehicles)


@pytest.mark.parametrize(("vehicles", "seed"), [(1, 0), (2, 1), (3, 2)])
def test_within_one_per_cent_of_the_exact_answer(vehicles, seed):
    known = ground(18, vehicles, seed)
    exact = pick_rounds(known, every_round(known, np.arange(18)))
    found = better_rounds(known, [[0]], seed=seed)
    assert known.value(found) >= 0.99 * known.value(exact)
    assert len(found) <= vehicles
    assert all(known.minutes(tour) <= known.limit for tour in found)
    served = [stop for tour in found for stop in tour]
    assert len(served) == len(set(served))


def test_few_stops_are_exact_by_trying_everything():
    known = ground(7, 2, 5)
    best = 0.0
    for owner in itertools.product(range(3), repeat=7):
        tours = [[s for s in range(7) if owner[s] == v] for v in (1, 2)]
        lengths = [min((known.minutes(list(p)) for p in itertools.permutations(t)), default=0) for t in tours]
        if max(lengths) <= known.limit:
            best = max(best, known.value(tours))
    assert known.value(better_rounds(known, [[6]])) == pytest.approx(best)


def test_rules_are_kept():
    apart = Bound("", np.isin(np.arange(20), (0, 1)).astype(float), -np.inf, 1)
    must = Bound("must", np.eye(20)[19], 1, np.inf)
    known = ground(20, 2, 3, rules=(apart, must))
    found = known.flags(better_rounds(known, [[19]]))
    assert found[19]
    assert found[:2].sum() == 1
