"""The exact choice of stops, the rounds through them and their split over vehicles, against every order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.patrols._exact_choice import Bound, choose_stops
from hotspots.patrols._rounds import fitting_rounds, split_stops


@st.composite
def choice_cases(draw):
    n = draw(st.integers(1, 7))
    worth = np.array(draw(st.lists(st.integers(0, 20), min_size=n, max_size=n)), float)
    rules = []
    for _ in range(draw(st.integers(0, 3))):
        pick = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), float)
        low, high = draw(st.sampled_from([(0, 1), (1, np.inf), (2, np.inf), (0, 2)]))
        rules.append(Bound("asked" if low else "", pick, low, high))
    return worth, rules, draw(st.integers(1, 4))


@given(choice_cases())
@settings(max_examples=80, deadline=None)
def test_the_choice_is_as_good_as_trying_every_one(case):
    worth, rules, most = case
    n = len(worth)
    sets = [np.isin(np.arange(n), s) for k in range(most + 1) for s in itertools.combinations(range(n), k)]
    good = [s for s in sets if all(r.low <= r.weights[s].sum() <= r.high for r in rules)]
    if not good:
        with pytest.raises(InputError, match="asked"):
            choose_stops(worth, rules, most=most)
        return
    found = choose_stops(worth, rules, most=most)
    assert any((found == s).all() for s in good)
    assert worth[found].sum() == pytest.approx(max(worth[s].sum() for s in good))


@given(st.lists(st.integers(0, 20), min_size=1, max_size=9), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_without_rules_the_stops_worth_most_are_chosen_of_equals_the_first(worth, most):
    values = np.array(worth, float)
    best = sorted(range(len(worth)), key=lambda i: (-worth[i], i))[:most]
    found = choose_stops(values, [], most=most)
    assert np.flatnonzero(found).tolist() == sorted(i for i in best if worth[i] > 0)
    idle = Bound("", np.ones(len(values)), -np.inf, np.inf)
    assert values[found].sum() == pytest.approx(values[choose_stops(values, [idle], most=most)].sum())


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=6, unique=True))
@settings(max_examples=40, deadline=None)
def test_rounds_and_splits_are_as_good_as_trying_every_order(places):
    at = np.array(places, float)
    times = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))

    def shortest(stops: tuple[int, ...]) -> float:
        first, rest = stops[0], stops[1:]
        ways = [(first, *order, first) for order in itertools.permutations(rest)]
        return min(sum(times[a, b] for a, b in itertools.pairwise(w)) for w in ways) + 5 * len(stops)

    sets = [s for k in range(1, len(at) + 1) for s in itertools.combinations(range(len(at)), k)]
    limit = float(np.median([shortest(s) for s in sets]))
    rounds = fitting_rounds(times, visit=5, limit=limit)
    found = {tuple(m[m >= 0].tolist()): t for m, t in zip(rounds.members, rounds.minutes, strict=True)}
    assert found == pytest.approx({s: shortest(s) for s in sets if shortest(s) <= limit + 1e-9})
    whole = set(range(len(at)))
    best = min(max(shortest(s), shortest(tuple(sorted(whole - set(s))))) for s in sets if len(s) < len(at))
    split = split_stops(times, visit=5, limit=1e9, vehicles=2)
    assert max(shortest(tuple(s.tolist())) for s in split) == pytest.approx(best)


@pytest.mark.parametrize("vehicles", [3, 4])
def test_a_split_over_many_vehicles_keeps_the_limit(vehicles):
    at = np.random.default_rng(5).random((15, 2)) * 20
    times = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    split = split_stops(times, visit=10, limit=110, vehicles=vehicles)
    assert sorted(np.concatenate(split).tolist()) == list(range(15))
    for stops in split:
        assert fitting_rounds(times[np.ix_(stops, stops)], visit=10, limit=110).members.shape[1] == len(stops)
    assert split_stops(times, visit=10, limit=40, vehicles=vehicles) is None


def test_more_vehicles_than_a_split_needs_stay_out():
    far = np.array([[0.0, 30], [30, 0]])
    assert [r.tolist() for r in split_stops(far, visit=10, limit=60, vehicles=3)] == [[0], [1]]
