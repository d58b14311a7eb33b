"""One shift of one team: which of the stops due each vehicle visits, in which order, and when."""

import itertools
from typing import NamedTuple

import numpy as np

from hotspots.common.places import Floats, Ints
from hotspots.patrols._safe_orders import Event

_TRIES = 5
_WAIT = 60.0
_TIGHT = 1e-9


class Day(NamedTuple):
    """Minutes of a shift: travel, way out and back, a visit, patrol time, the break; when each stop is ready.

    ``apart`` is the least from leaving a stop to the next arrival there on the same day; ``share`` the most
    visits of one vehicle, so that the days and the vehicles bear alike.
    """

    between: Floats
    out: Floats
    legs: Floats
    visit: float
    begin: float
    end: float
    rest: float
    vehicles: int
    ready: Floats
    apart: Floats
    share: int


def fill_day(day: Day, most: Ints, value: Floats, rng: np.random.Generator) -> list[list[Event]]:
    """Fill the vehicles' rounds with the stops due: of a dozen random fillings the one worth most."""
    empty: list[list[int]] = [[] for _ in range(day.vehicles)]
    tried = (_fill(day, most, value, rng) for _ in range(_TRIES if most.any() else 0))
    best = max(tried, key=lambda routes: sum(float(value[s]) for r in routes for s in r), default=empty)
    return [_turned(day, route, rng) for route in best]


def _fill(day: Day, most: Ints, value: Floats, rng: np.random.Generator) -> list[list[int]]:
    """Insert, one after another, the visit worth most for the minutes it costs, at its cheapest place."""
    routes: list[list[int]] = [[] for _ in range(day.vehicles)]
    left, lure = most.copy(), value * np.exp(rng.normal(0, 0.15, len(value)))
    shut = np.zeros((day.vehicles, len(value)), dtype=bool)
    while left.any():
        waiting = np.flatnonzero((left > 0) & ~shut.all(axis=0))
        if not len(waiting):
            break
        prices = [_prices(day, route, waiting) for route in routes]
        cost = np.where(shut[:, waiting], np.inf, [p[0] for p in prices])
        # an empty vehicle goes out for what is due far from the others, not for the next street
        score = lure[waiting] / (day.visit + cost.min(axis=0))
        pick = int(score.argmax())
        stop, v = int(waiting[pick]), int(cost[:, pick].argmin())
        order = _place(day, routes[v], stop, int(prices[v][1][pick]), routes)
        if order is None:
            shut[v, stop] = True
            continue
        routes[v], left[stop] = order, left[stop] - 1
        shut[v] |= len(order) >= day.share
    return routes


def _prices(day: Day, route: list[int], waiting: Ints) -> tuple[Floats, Ints]:
    """Minutes of driving that each stop adds to a route, depot included, and where it adds least."""
    if not route:
        return day.out[waiting] + day.legs[waiting], np.zeros(len(waiting), dtype=np.int64)
    way = np.array(route)
    to_first = day.out[waiting] + day.between[way[0], waiting] - day.out[way[0]]
    from_last = day.legs[waiting] + day.between[way[-1], waiting] - day.legs[way[-1]]
    inner = day.between[np.ix_(waiting, way[:-1])] + day.between[np.ix_(waiting, way[1:])]
    inner = inner - day.between[way[:-1], way[1:]]
    costs = np.column_stack([to_first, inner, from_last])
    return costs.min(axis=1), costs.argmin(axis=1).astype(np.int64)


def _place(day: Day, route: list[int], stop: int, at: int, routes: list[list[int]]) -> list[int] | None:
    """Put a stop into a route where the shift and the least time between visits allow it, or None."""
    if any(stop in other for other in routes if other is not route):
        return None  # one crew comes back to a place in a shift: two might meet there
    if stop not in route:
        order = _shorten(day, [*route[:at], stop, *route[at:]])
        return order if keeps_day(day, order) else None
    ways = [[*route[:where], stop, *route[where:]] for where in range(len(route) + 1)]
    fits = [way for way in ways if keeps_day(day, way)]
    return min(fits, key=lambda way: clock(day, way)[-1].leave) if fits else None


def keeps_day(day: Day, order: list[int]) -> bool:
    """Say whether a route ends in time, and waits an hour at most for a stop that is not ready."""
    events = clock(day, order)
    late = any(e.stop >= 0 and day.ready[e.stop] > day.begin + _WAIT for e in events)
    return not events or (not late and events[-1].leave + day.legs[order[-1]] <= day.end + _TIGHT)


def clock(day: Day, order: list[int]) -> list[Event]:
    """Time a route, the break after the visit that ends nearest the middle of the patrol time."""
    now, here, events = day.begin, -1, list[Event]()
    middle = (day.begin + day.end) / 2
    rested, last = day.rest <= 0, dict[int, float]()
    for stop in order:
        if not rested and now >= middle - day.rest:
            events.append(Event(-1, 0.0, now, now + day.rest, 0))
            now, rested = now + day.rest, True
        drive = float(day.out[stop] if here < 0 else day.between[here, stop])
        # on foot nearby until the stop may be visited
        now = max(now + drive, float(day.ready[stop]), last.get(stop, -np.inf) + float(day.apart[stop]))
        now = float(np.ceil(now - _TIGHT))
        events.append(Event(stop, drive, now, now + day.visit, 0))
        now, here = now + day.visit, stop
        last[stop] = now
    if not rested and order:
        events.append(Event(-1, 0.0, now, now + day.rest, 0))
    return events


def _shorten(day: Day, order: list[int]) -> list[int]:
    """Turn pieces of an open route, depot at both ends, while that saves driving."""
    better = True
    while better and len(order) > 2:
        better = False
        for i, j in itertools.combinations(range(len(order)), 2):
            a = day.out[order[i]] if i == 0 else day.between[order[i - 1], order[i]]
            b = day.legs[order[j]] if j == len(order) - 1 else day.between[order[j], order[j + 1]]
            c = day.out[order[j]] if i == 0 else day.between[order[i - 1], order[j]]
            d = day.legs[order[i]] if j == len(order) - 1 else day.between[order[i], order[j + 1]]
            if a + b - c - d > _TIGHT:
                order, better = order[:i] + order[i : j + 1][::-1] + order[j + 1 :], True
                break
    return order


def _turned(day: Day, order: list[int], rng: np.random.Generator) -> list[Event]:
    """Time the route in an order that a coin and a few swaps decide, so that nobody foretells it."""
    ways = [order, order[::-1]]
    for _ in range(4 if len(order) > 2 else 0):
        i, j = np.sort(rng.choice(len(order), 2, replace=False))
        ways.append(order[:i] + order[i : j + 1][::-1] + order[j + 1 :])
    fits = [way for way in ways if keeps_day(day, way)]
    return clock(day, fits[int(rng.integers(len(fits)))] if fits else order)
