"""Rounds of a vehicle that keep the gap rule, and the set of rounds that covers most."""

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hotspots.common.places import Floats, Ints

EXACT_STOPS = 14
_TIGHT = 1e-9


class Rounds(NamedTuple):
    """Sets of stops a vehicle can serve: ``members`` (padded with -1), ``minutes`` of the shortest round."""

    members: NDArray[np.int64]
    minutes: Floats


def fitting_rounds(travel: Floats, *, visit: float, limit: float) -> Rounds:
    """Every set of stops whose shortest closed round, visits included, lasts at most ``limit`` minutes.

    Shortest rounds by dynamic programming over sets (Held and Karp, 1962), level by level; a set is
    looked at only if all its subsets fit, which the triangle inequality allows.
    """
    n = len(travel)
    single = np.arange(n)[np.full(n, visit <= limit + _TIGHT)]
    levels = [(single[:, None], np.full(len(single), float(visit)))]
    masks, paths = 1 << single.astype(np.int64), np.zeros((len(single), 1))
    while len(levels[-1][0]) and len(levels) < n:
        members, masks, paths, minutes = _extend(levels[-1][0], masks, paths, travel, visit, limit)
        if not len(members):
            break
        levels.append((members, minutes))
    width = levels[-1][0].shape[1]
    padded = [np.pad(m, ((0, 0), (0, width - m.shape[1])), constant_values=-1) for m, _ in levels]
    return Rounds(np.concatenate(padded), np.concatenate([minutes for _, minutes in levels]))


def _extend(
    members: Ints, masks: Ints, paths: Floats, travel: Floats, visit: float, limit: float
) -> tuple[Ints, Ints, Floats, Floats]:
    """Make sets one larger; ``paths[i, j]`` leads from a set's first member to its j-th through all."""
    n, size = len(travel), members.shape[1] + 1
    row, added = np.nonzero(np.arange(n)[None, :] > members[:, -1:])
    order = np.argsort(masks)
    ranked = masks[order]
    bigger = np.column_stack([members[row], added])
    mask = masks[row] | (1 << added.astype(np.int64))
    known, subset = np.ones(len(bigger), dtype=bool), np.empty((len(bigger), size), dtype=np.int64)
    for at in range(size):
        less = mask & ~(1 << bigger[:, at].astype(np.int64))
        spot = np.minimum(np.searchsorted(ranked, less), len(ranked) - 1)
        known &= ranked[spot] == less
        subset[:, at] = order[spot]
    bigger, mask, subset = bigger[known], mask[known], subset[known]
    longer = np.full((len(bigger), size), np.inf)
    for at in range(1, size):
        before = np.delete(bigger, at, axis=1)
        step = paths[subset[:, at]] + travel[before, bigger[:, [at]]]
        if size > 2:
            step = step[:, 1:]
        longer[:, at] = step.min(axis=1)
    minutes = (longer[:, 1:] + travel[bigger[:, 1:], bigger[:, [0]]]).min(axis=1) + size * visit
    fits = minutes <= limit + _TIGHT
    return bigger[fits], mask[fits], longer[fits], minutes[fits]


def split_stops(
    travel: Floats, *, visit: float, limit: float, vehicles: int, shortest: bool = True
) -> list[Ints] | None:
    """Split stops into at most ``vehicles`` rounds, the longest as short as can be; None where none fits.

    Exact for two vehicles and up to 14 stops; beyond, the best of many tours cut into pieces. Without
    ``shortest`` the first split that fits.
    """
    n = len(travel)
    if n == 0:
        return []
    if _surely_too_long(travel, visit, limit, vehicles):
        return None
    if vehicles <= 2 and n <= EXACT_STOPS:
        return _split_exactly(travel, visit, limit, vehicles)
    best: list[Ints] | None = None
    for start in range(0, n, -(-n // EXACT_STOPS)):
        cut = _cut_tour(_tour(travel, start), travel, visit, vehicles, limit + _TIGHT, shortest)
        if cut is not None:
            best, limit = cut[0], cut[1] - 2 * _TIGHT  # another must be shorter
            if not shortest:
                break
    return None if best is None else sorted((np.sort(p) for p in best), key=lambda p: int(p[0]))


def _surely_too_long(travel: Floats, visit: float, limit: float, vehicles: int) -> bool:
    """Bound: each stop but one a vehicle is reached and left over its shortest link at best."""
    nearest = np.sort((travel + np.diag(np.full(len(travel), np.inf))).min(axis=1))
    driven = nearest[: max(len(travel) - vehicles, 0)].sum()
    return bool(len(travel) * visit + driven > vehicles * limit + _TIGHT)


def _split_exactly(travel: Floats, visit: float, limit: float, vehicles: int) -> list[Ints] | None:
    n = len(travel)
    rounds = fitting_rounds(travel, visit=visit, limit=limit)
    masks = np.where(rounds.members >= 0, 1 << np.maximum(rounds.members, 0), 0).sum(axis=1)
    minutes = dict(zip(masks.tolist(), rounds.minutes.tolist(), strict=True))
    whole = (1 << n) - 1
    splits = [(m, whole ^ m) for m in minutes if m & 1 and (m == whole or whole ^ m in minutes)]
    splits = [s for s in splits if vehicles == 2 or s[1] == 0]
    if vehicles == 2 and n > 1:
        splits = [s for s in splits if s[1]] or splits
    if not splits:
        return None
    one, other = min(splits, key=lambda s: (max(minutes[s[0]], minutes.get(s[1], 0.0)), s))
    return [np.flatnonzero([m >> i & 1 for i in range(n)]) for m in (one, other) if m]


def shortest_round(travel: Floats, visit: float) -> float:
    """Minutes of the shortest closed round through all stops: exact up to nine stops, else the best found."""
    n = len(travel)
    if n <= 9:
        return float(fitting_rounds(travel, visit=visit, limit=np.inf).minutes[-1])
    tour = best_tour(travel)
    return float(travel[tour, np.roll(tour, -1)].sum() + n * visit)


def best_tour(travel: Floats) -> Ints:
    """Shortest closed tour found from any start; it begins with stop 0."""
    tours = [_tour(travel, start) for start in range(len(travel))]
    best = min(tours, key=lambda t: float(travel[t, np.roll(t, -1)].sum()))
    return np.roll(best, -int(np.argmin(best)))


def _tour(travel: Floats, start: int) -> Ints:
    """Nearest neighbour from a start, then 2-opt: always the change that saves most."""
    order, left = [start], np.arange(len(travel)) != start
    while left.any():
        order.append(int(np.where(left, travel[order[-1]], np.inf).argmin()))
        left[order[-1]] = False
    tour = np.array(order)
    while True:
        after = np.roll(tour, -1)
        steps = travel[tour, after]
        gain = travel[np.ix_(tour, tour)] + travel[np.ix_(after, after)] - steps[:, None] - steps[None, :]
        i, j = divmod(int(np.triu(gain, 2).argmin()), len(tour))
        if j < i + 2 or gain[i, j] >= -_TIGHT:
            return tour
        tour[i + 1 : j + 1] = tour[i + 1 : j + 1][::-1]


def _cut_tour(
    tour: Ints, travel: Floats, visit: float, vehicles: int, limit: float, shortest: bool
) -> tuple[list[Ints], float] | None:
    """Cut a closed tour into at most so many closed pieces, the longest as short as can be, or None."""
    n = len(tour)
    ring, at, more = np.concatenate([tour, tour]), np.arange(n)[:, None], np.arange(n)[None, :]
    way = np.concatenate([[0.0], np.cumsum(travel[ring[:-1], ring[1:]])])
    # minutes of the piece from each stop of the tour through so many more; with one more never shorter
    piece = way[at + more] - way[at] + travel[ring[at + more], ring[at]] + (more + 1) * visit
    piece = np.maximum.accumulate(piece, axis=1)
    lengths = np.unique(piece[piece <= limit])
    best, low, high = None, 0 if shortest else len(lengths) - 1, len(lengths) - 1
    while low <= high:
        middle = (low + high) // 2 if best else high
        pieces = _cut_within(ring, (piece <= lengths[middle]).sum(axis=1), vehicles)
        if pieces is None and best is None:
            return None
        if pieces is None:
            low = middle + 1
        else:
            best, high = (pieces, float(lengths[middle])), middle - 1
    return best


def _cut_within(ring: Ints, reach: Ints, vehicles: int) -> list[Ints] | None:
    """Cut where each piece must end, from any first stop on; None where it takes more vehicles."""
    n = len(reach)
    at, ends = np.arange(n), [np.arange(n)]
    for _ in range(vehicles):
        at = np.minimum(at + reach[at % n], np.arange(n) + n)
        ends.append(at)
        turn = int((at - np.arange(n)).argmax())
        if at[turn] == turn + n:
            return [ring[a[turn] : b[turn]] for a, b in itertools.pairwise(ends)]
    return None
