"""Unpredictable orders that never break the gap rule: one vehicle's stops, one shift."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hotspots.common.places import Floats, Ints
from hotspots.patrols._duty import Duty

ALL_ORDERS = 7
_SAMPLED = 400
# With one stop only, so long nearby before going back.
_ALONE = 30.0
_TIGHT = 1e-9


class Event(NamedTuple):
    """One visit (``stop`` 0 or more) or break (-1): minutes from the start, stops it was drawn from."""

    stop: int
    travel: float
    arrive: float
    leave: float
    choices: int


class Orders(NamedTuple):
    """Closed orders that keep the gap rule for ever, every rotation of each among them."""

    stops: Ints
    after: Floats
    travel: Floats
    duty: Duty


def safe_orders(travel: Floats, duty: Duty, rng: np.random.Generator) -> Orders | None:
    """List the orders whose round, with a break in it, keeps the gap; None where there is none.

    All orders of up to seven stops; of more, the shortest and several hundred near it.
    """
    n = len(travel)
    if n <= ALL_ORDERS:
        stops = np.array(list(itertools.permutations(range(n))), dtype=np.int64)
    else:
        stops = _near_orders(travel, rng)
    steps = travel[stops[:, :-1], stops[:, 1:]] + duty.visit
    after = np.concatenate([np.zeros((len(stops), 1)), np.cumsum(steps, axis=1)], axis=1)
    minutes = after[:, -1] + duty.visit + travel[stops[:, -1], stops[:, 0]]
    keeps = minutes <= duty.round - duty.rest + _TIGHT
    return Orders(stops[keeps], after[keeps], travel, duty) if keeps.any() else None


def _near_orders(travel: Floats, rng: np.random.Generator) -> Ints:
    """Take the best tour found and random changes of it, each in every rotation and both directions."""
    from hotspots.patrols._rounds import best_tour

    n, base = len(travel), best_tour(travel)
    cycles = {tuple(base.tolist())}
    for _ in range(_SAMPLED):
        order = base.copy()
        for _ in range(int(rng.integers(1, 3))):
            i, j = np.sort(rng.integers(0, n, 2))
            order[i : j + 1] = order[i : j + 1][::-1]
        cycles.add(tuple(np.roll(order, -int(np.argmin(order))).tolist()))
    both = np.array([c for cycle in sorted(cycles) for c in (cycle, cycle[::-1])], dtype=np.int64)
    return np.unique(np.concatenate([np.roll(both, turn, axis=1) for turn in range(n)]), axis=0)


def draw_day(
    orders: Orders,
    legs: Floats,
    minutes: float,
    rests: list[float],
    weigh: Callable[[float], Floats],
    rng: np.random.Generator,
) -> list[Event]:
    """Draw one shift: at each step any stop after which some safe order is still open, at random."""
    n, duty = len(legs), orders.duty
    due = np.full(n, np.inf)
    events: list[Event] = []
    waiting, held, now, here = list(rests), np.empty(0, dtype=np.int64), 0.0, -1
    while True:
        on_the_way = legs if here < 0 else orders.travel[here]
        if waiting and now >= waiting[0] and here >= 0:
            if _open_orders(orders, now + on_the_way, due, here, duty.rest).any():
                events.append(Event(-1, 0.0, now, now + duty.rest, 0))
                now, waiting, held = now + duty.rest, waiting[1:], held[:0]
                continue
            if len(held) == 0:
                # Kept to for one round, any safe order leads to a moment at which the break fits.
                safe = _open_orders(orders, now + on_the_way, due, here)
                held = orders.stops[rng.choice(np.flatnonzero(safe))]
        alone = min(_ALONE, duty.gap) if n == 1 and here == 0 else 0.0
        first = now + on_the_way + alone
        stops = held[:1] if len(held) else np.unique(orders.stops[_open_orders(orders, first, due, here), 0])
        end = minutes - duty.rest * len(waiting)
        stops = stops[first[stops] + duty.visit + legs[stops] <= end + _TIGHT]
        if len(stops) == 0:
            ends = now + duty.rest * np.arange(len(waiting) + 1)
            return events + [Event(-1, 0.0, a, b, 0) for a, b in itertools.pairwise(ends.tolist())]
        weights = weigh(now)[stops]
        stop = int(rng.choice(stops, p=weights / weights.sum()))
        held, arrive = np.roll(held, -1), float(first[stop])
        if here < 0:
            # The rule runs from the vehicle's first arrival: every stop is reached within the gap of it.
            due[:] = arrive + duty.gap
        here, now = stop, arrive + duty.visit
        events.append(Event(stop, float(on_the_way[stop]), arrive, now, len(stops)))
        due[here] = now + duty.gap


def _open_orders(orders: Orders, first: Floats, due: Floats, here: int, rest: float = 0.0) -> NDArray[np.bool_]:
    """Flag the orders that, begun now (after a rest), go elsewhere and reach every stop before it is due."""
    arrive = first[orders.stops[:, :1]] + rest + orders.after
    elsewhere = (orders.stops[:, 0] != here) | (len(first) == 1)
    return np.asarray((arrive <= due[orders.stops] + _TIGHT).all(axis=1) & elsewhere)
