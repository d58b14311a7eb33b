"""Any number of vehicles and hotspots, with every option: a plan that keeps its rules, or a word."""

from __future__ import annotations

import itertools
import time
from unittest import mock

import geopandas as gpd
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from map_examples import make_spots

from hotspots import choose_patrols, timetable_patrols
from hotspots.checks import InputError
from hotspots.patrols._rounds import split_stops


def make_town(count: int, width: float = 6000) -> gpd.GeoDataFrame:
    """So many hotspots scattered over a town, the worst first."""
    dice = np.random.default_rng(count)
    at = gpd.GeoSeries.from_xy(*dice.uniform(430_000, 430_000 + width, (2, count)), crs=27700)
    spots = make_spots(max(count, 1), harm=np.sort(dice.lognormal(4, 1, max(count, 1)))[::-1]).iloc[:count]
    return spots.assign(parts=[[] for _ in range(count)]).set_geometry(at.buffer(150).set_axis(spots.index))


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "visit_minutes": st.sampled_from([5, 15, 60]),
        "max_gap_minutes": st.sampled_from([30, 120, 400]),
        "break_minutes": st.sampled_from([0, 30]),
        "slack_minutes": st.sampled_from([0, 10, 45]),
        "travel_minutes": st.sampled_from([None, 0, 10, 90]),
        "speed": st.sampled_from([5, 25]),
        "depot": st.sampled_from([None, (430_000.0, 430_000.0), (470_000.0, 430_000.0)]),
        "crew": st.sampled_from([None, 1, 2, 5]),
    },
)
CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "spacing": st.sampled_from([0, 500, 5000]),
        "must_include": st.sampled_from([(), (1,), ("Street 2",)]),
        "priority": st.just(("Hunslet & Riverside",)),
        "max_share_outside_priority": st.sampled_from([0.0, 0.5]),
        "minimum_per_area": st.just({"Hunslet & Riverside": 2}),
        "already": st.just({1: 0.5}),
        "by": st.sampled_from(["harm", "incidents"]),
        "weekdays": st.just(["Friday", "Saturday"]),
    },
)


@given(
    st.integers(1, 20),
    st.integers(1, 45),
    st.sampled_from([0, 1, 2, 7, 16]),
    st.sampled_from([0.0, 3000.0, 20_000.0]),
    st.sampled_from(["14:00-22:00", "20:00-04:00", "08:00-09:00"]),
    OPTIONS,
    CHOICE,
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_number_of_vehicles_gets_a_plan_or_a_word(vehicles, officers, count, width, shift, both, choose):
    spots, team = make_town(count, width), {"officers": officers, "vehicles": vehicles, "shift": shift}
    try:
        choice, further = choose_patrols(spots, **team, **both, **choose)
    except InputError:
        return
    assert len(choice) == count
    assert choice["why"].ne("").all()
    assert (further["crews"] <= further["vehicles"]).all()
    said: list[str] = []
    try:
        with mock.patch("hotspots.patrols.timetable.announce", said.append):
            week, rounds = timetable_patrols(choice, **team, **both, start="2026-11-27", days=1)
    except InputError:
        return
    assert len(rounds) <= min(vehicles, officers)
    assert week["vehicle"].le(vehicles).all()
    visits = week[week["activity"] == "visit"]
    assert rounds["longest_gap"].dropna().le(both.get("max_gap_minutes", 120)).all()
    assert set(visits["rank"]) <= set(choice.loc[choice["chosen"], "rank"])
    if len(visits) and both.get("travel_minutes") is None:  # the choice took the real travel into account
        left = choice[choice["chosen"] & ~choice["rank"].isin(visits["rank"])]
        assert all(any(name in text for text in said) for name in left["name"])  # none in silence


def shortest(times: np.ndarray, stops: tuple[int, ...], visit: float) -> float:
    """Minutes of the shortest closed round, by trying every order."""
    orders = ((stops[0], *rest, stops[0]) for rest in itertools.permutations(stops[1:]))
    return min(sum(times[a, b] for a, b in itertools.pairwise(way)) for way in orders) + visit * len(stops)


def splits(stops: list[int], vehicles: int):
    """Every way to share stops over at most so many vehicles."""
    for owner in itertools.product(range(vehicles), repeat=len(stops)):
        yield [p for v in range(vehicles) if (p := tuple(s for s, o in zip(stops, owner, strict=True) if o == v))]


@given(st.integers(0, 999), st.integers(3, 6), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_a_split_is_within_a_quarter_of_the_best_of_all(seed, vehicles, count):
    at = np.random.default_rng(seed).random((count, 2)) * 30
    times = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    best = min(max(shortest(times, p, 15) for p in way) for way in splits(list(range(count)), min(vehicles, 3)))
    found = split_stops(times, visit=15, limit=1.25 * best, vehicles=vehicles)
    assert sorted(np.concatenate(found).tolist()) == list(range(count))
    assert len(found) <= vehicles
    assert max(shortest(times, tuple(p.tolist()), 15) for p in found) <= 1.25 * best + 1e-6
    any_split = split_stops(times, visit=15, limit=1.25 * best, vehicles=vehicles, shortest=False)
    assert sorted(np.concatenate(any_split).tolist()) == list(range(count))


def test_as_many_vehicles_as_stops_drive_nowhere_else():
    far = np.full((4, 4), 60.0) - 60 * np.eye(4)
    assert [p.tolist() for p in split_stops(far, visit=15, limit=20, vehicles=20)] == [[0], [1], [2], [3]]
    assert split_stops(far, visit=15, limit=20, vehicles=3) is None


def test_twenty_vehicles_take_seconds():
    begun = time.process_time()
    choice, _ = choose_patrols(make_town(85), officers=40, vehicles=20, shift="14:00-22:00")
    assert choice["chosen"].sum() > 60
    timetable_patrols(choice, officers=40, vehicles=20, shift="14:00-22:00", start="2026-11-27", days=1)
    assert time.process_time() - begun < 60


def test_more_vehicles_never_cover_less():
    spots, held = make_town(24), 0.0
    for vehicles in (2, 3, 6, 20):
        choice, _ = choose_patrols(spots, officers=2 * vehicles, vehicles=vehicles, shift="14:00-22:00")
        assert choice.loc[choice["chosen"], "harm"].sum() >= held
        held = choice.loc[choice["chosen"], "harm"].sum()
