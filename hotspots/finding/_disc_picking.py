"""Greedy picking of discs: a queue of centres by what each would add, and who counts which place."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely

from hotspots.common.places import Floats, Ints
from hotspots.finding.disc_centres import RIM, lattice_of, members_of, places_near_much, refine_centres, score_lattice

_MARGIN = 0.85  # of the bar: what might clear it under other weights


@dataclass(frozen=True)
class Stop:
    """When to stop picking, and how far apart."""

    count: int | None  # the most discs; None means no limit
    wanted: float  # stop once this much weight is held; infinity means never
    apart: float  # least metres between centres
    quota: dict[int, int] | None = None  # the most discs of each area number; None means no limit by area
    least: float = 1.0  # weight that a disc must add to be picked


class Discs(NamedTuple):
    """Chosen discs, in the order they were picked."""

    centres: Floats  # easting and northing in metres
    # the disc that counts each place, or -1; each place is counted once, by the first disc over it
    owner: Ints
    gains: Ints  # the weight that each disc added


class Choice(NamedTuple):
    """What discs are chosen from: places that hold something, and the radius of the discs."""

    xy: Floats
    weight: Ints
    radius: float
    origin: tuple[float, float]
    area: Ints | None
    tree: Any

    @classmethod
    def of(cls, xy: Floats, weight: Ints, radius: float, origin: tuple[float, float], area: Ints | None) -> "Choice":
        """Index the places once."""
        from scipy.spatial import cKDTree

        return cls(xy, weight, radius, origin, area, cKDTree(xy))

    def members(self, centre: Floats) -> Ints:
        """Numbers of the places in a disc."""
        return np.asarray(self.tree.query_ball_point(centre, self.radius * RIM), dtype=np.int64)

    def pick_best(self, stop: Stop) -> Discs:
        """Pick from all centres that could be worth it; ask again with a lower bar if it was set too high."""
        least = self.bar(stop, max(self.radius, lattice_of(self.radius)))
        for attempt in itertools.count():
            kept = places_near_much(self.xy, self.weight, radius=self.radius, least=least, origin=self.origin)
            few = self.of(
                self.xy[kept],
                self.weight[kept],
                self.radius,
                self.origin,
                None if self.area is None else self.area[kept],
            )
            if len(kept):
                if not attempt:
                    least = max(least, few.bar(stop, lattice_of(self.radius)))
                discs = few.pick_refined(stop, least)
                if least <= stop.least or (_is_full(discs, stop) and discs.gains.min() >= least):
                    owner = np.full(len(self.xy), -1, dtype=np.int64)
                    owner[kept] = discs.owner
                    return discs._replace(owner=owner)
            least = max(stop.least, least / 2)
        raise AssertionError("unreachable: at the lowest bar every centre is tried")

    def candidates(self, stop: Stop) -> tuple[Floats, Any]:
        """List centres worth a thought under other weights too, and who is in each."""
        least = max(self.bar(stop, max(self.radius, lattice_of(self.radius))), self.bar(stop, lattice_of(self.radius)))
        centres = refine_centres(
            self.xy, self.weight, radius=self.radius, least=max(1.0, least * _MARGIN), origin=self.origin
        )
        inside = members_of(centres, self.xy, self.radius)
        # centres with the same members are one choice: random marks of 63 bits tell sets apart
        marks = np.random.default_rng(0).integers(1, 2**62, len(self.xy))
        _, first = np.unique(inside @ marks, return_index=True)
        first.sort()
        return centres[first], inside[first]

    def pick_refined(self, stop: Stop, least: float) -> Discs:
        """Pick from every centre that could hold ``least`` or more."""
        centres = refine_centres(self.xy, self.weight, radius=self.radius, least=least, origin=self.origin)
        inside = members_of(centres, self.xy, self.radius)
        return self.pick(centres, inside @ self.weight, rows_of(inside), stop, settle=True)

    def bar(self, stop: Stop, lattice: float) -> float:
        """Weight that a disc must hold to be worth a thought: most of what the last lattice disc adds."""
        nodes, total = score_lattice(self.xy, self.weight, radius=self.radius, lattice=lattice, origin=self.origin)
        discs = self.pick(nodes, total, lambda number: self.members(nodes[number]), stop)
        return max(stop.least, 0.8 * float(discs.gains.min())) if _is_full(discs, stop) else stop.least

    def pick(
        self, centres: Floats, score: Ints, members: Callable[[int], Ints], stop: Stop, *, settle: bool = False
    ) -> Discs:
        """Pick greedily from some centres with known scores; ``settle`` moves each disc over its places."""
        owner = np.full(len(self.xy), -1, dtype=np.int64)
        left, quota = self.weight.copy(), dict(stop.quota or {})
        picked: list[Floats] = []
        gains: list[int] = []
        queue = _Queue(centres, score, stop.apart)
        while (stop.count is None or len(picked) < stop.count) and sum(gains) < stop.wanted:
            number, claimed = queue.pop()
            if number < 0 or claimed < stop.least:
                break
            inside = members(number)
            gain = int(left[inside].sum())
            if gain < claimed:  # an earlier disc took some of it: back in the queue at its new worth
                queue.push(number, gain)
                continue
            if self.area is not None and not self._within_quota(inside, quota):
                continue
            centre = centres[number]
            if settle:
                centre, inside = self._settled(centre, inside, picked, stop.apart)
            owner[inside[owner[inside] < 0]] = len(picked)
            gains.append(int(left[inside].sum()))
            left[inside] = 0
            picked.append(centre)
            queue.block(centre)
        return Discs(np.array(picked).reshape(-1, 2), owner, np.array(gains, dtype=np.int64))

    def _within_quota(self, inside: Ints, quota: dict[int, int]) -> bool:
        assert self.area is not None
        most = int(np.argmax(np.bincount(self.area[inside] + 1, self.weight[inside]))) - 1
        if quota.get(most, 0) <= 0:
            return False
        quota[most] -= 1
        return True

    def _settled(self, centre: Floats, inside: Ints, picked: list[Floats], apart: float) -> tuple[Floats, Ints]:
        """Move a disc to the middle of its places, to the whole metre, where that loses none of them."""
        ring = shapely.minimum_bounding_circle(shapely.multipoints(self.xy[inside]))
        middle = shapely.get_coordinates(shapely.centroid(ring))[0]
        gaps = np.array(picked).reshape(-1, 2)
        for there in (np.floor(middle + 0.500001), middle):  # halves go up, whatever the last digit
            near = self.members(there)
            clear = not len(gaps) or ((gaps - there) ** 2).sum(axis=1).min() >= apart**2 * (1 - 1e-12)
            if clear and np.isin(inside, near).all():
                return there, near
        return centre, inside


class _Queue:
    """Centres by what they claim to add; ties west to east, then south to north."""

    def __init__(self, centres: Floats, score: Ints, apart: float) -> None:
        self.apart = apart
        self.from_west = np.lexsort((centres[:, 1], centres[:, 0]))
        self.centres = centres[self.from_west]
        self.claims = score[self.from_west].copy()
        self.place = np.empty(len(centres), dtype=np.int64)
        self.place[self.from_west] = np.arange(len(centres))

    def pop(self) -> tuple[int, int]:
        """Take the number of the best open centre and what it claims to add; -1 when there is none."""
        if not len(self.claims):
            return -1, 0
        best = int(np.argmax(self.claims))
        claim = int(self.claims[best])
        self.claims[best] = 0
        return (int(self.from_west[best]), claim) if claim > 0 else (-1, 0)

    def push(self, number: int, gain: int) -> None:
        """Put a centre back at its new worth."""
        self.claims[self.place[number]] = gain

    def block(self, centre: Floats) -> None:
        """Close every centre too near to one that was picked."""
        if self.apart > 0:
            reach = (centre[0] - self.apart, centre[0] + self.apart)
            start, end = np.searchsorted(self.centres[:, 0], reach)
            gap = self.centres[start:end] - centre
            near = (gap**2).sum(axis=1) < self.apart**2 * (1 - 1e-12)
            self.claims[start:end][near] = 0


def rows_of(inside: Any) -> Callable[[int], Ints]:
    """Look up the members of a centre in a sparse array."""
    indices, pointer = inside.indices, inside.indptr
    return lambda number: indices[pointer[number] : pointer[number + 1]].astype(np.int64)


def _is_full(discs: Discs, stop: Stop) -> bool:
    """Tell whether picking stopped because it had enough, not because nothing was left."""
    if not len(discs.gains):
        return False
    if discs.gains.sum() >= stop.wanted:
        return True
    if stop.quota is not None:
        return len(discs.gains) == sum(stop.quota.values())
    return stop.count is not None and len(discs.gains) == stop.count
