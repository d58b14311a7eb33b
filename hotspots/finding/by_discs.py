"""The best patrollable discs: fixed radius, picked one after another by what each one adds."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from hotspots.common.places import Floats, Ints, Places
from hotspots.dbscan._link_places import link_pairs
from hotspots.finding import methods
from hotspots.finding._disc_picking import Choice, Discs, Stop, rows_of
from hotspots.finding._summarise import Shape
from hotspots.finding.disc_centres import least_distance
from hotspots.finding.ground import Change, Found, Ground
from hotspots.finding.harm_mix import shrink_mix
from hotspots.finding.outlines import round_buffer

STREET = 10.0  # metres: rims no further apart than a street is wide are said to touch


def find_discs(ground: Ground, asked: methods.Discs) -> Found:
    """Find discs, merged where they touch."""
    discs = _pick(ground, asked, radius=asked.radius)
    known: dict[str, Any] = {}

    def relabel(change: Change) -> Ints:
        if change.scale != 1 or change.shift != 0:
            radius = asked.radius * change.scale
            found = _pick(change.ground, asked, radius=radius, shift=change.shift)
            return _labels_of(found, radius, merge=asked.merge)
        if not known:  # only the weights differ from here on: look for centres once
            choice = _choice_of(ground, asked, radius=asked.radius, shift=0)
            known["centres"], known["inside"] = choice.candidates(_stop_of(ground, asked, asked.radius))
            known["choice"] = choice
        weight = _worth(change.ground, asked)
        found = (
            known["choice"]
            ._replace(weight=weight)
            .pick(
                known["centres"],
                known["inside"] @ weight,
                rows_of(known["inside"]),
                _stop_of(change.ground, asked, asked.radius),
            )
        )
        return _labels_of(found, asked.radius, merge=asked.merge)

    return Found(disc_shapes(discs, ground.places, radius=asked.radius, merge=asked.merge), relabel)


def choose_discs(
    xy: Floats,
    weight: Ints,
    *,
    radius: float = 150,
    count: int | None = 100,
    max_overlap: float = 0,
    until_share: float | None = None,
    least: float = 1.0,
    origin: tuple[float, float] = (0.0, 0.0),
) -> Discs:
    """Pick discs greedily: each time the one that adds most of the weight not yet counted."""
    if not (weight > 0).any() or count == 0:
        return Discs(np.empty((0, 2)), np.full(len(xy), -1, dtype=np.int64), np.empty(0, dtype=np.int64))
    wanted = math.inf if until_share is None else until_share * float(weight.sum())
    stop = Stop(count, wanted, least_distance(radius, max_overlap, 0), None, least)
    return Choice.of(xy, weight, radius, origin, None).pick_best(stop)


def _worth(ground: Ground, asked: methods.Discs) -> Ints:
    """Give what discs are chosen by: incidents, or harm with the mix of each place drawn to the city's."""
    if ground.by != "harm" or asked.until_share is not None:
        return ground.weight
    assert ground.weighed is not None
    return shrink_mix(ground.places.xy, ground.weighed, ground.weight, by=asked.shrink)


def _pick(ground: Ground, asked: methods.Discs, *, radius: float, shift: float = 0) -> Discs:
    stop = _stop_of(ground, asked, radius)
    if not (ground.weight > 0).any() or stop.count == 0:
        return choose_discs(ground.places.xy, ground.weight, count=0)
    return _choice_of(ground, asked, radius=radius, shift=shift).pick_best(stop)


def _choice_of(ground: Ground, asked: methods.Discs, *, radius: float, shift: float) -> Choice:
    by_area = ground.area if isinstance(asked.count, Mapping) else None
    return Choice.of(ground.places.xy, _worth(ground, asked), radius, (shift, shift), by_area)


def _stop_of(ground: Ground, asked: methods.Discs, radius: float) -> Stop:
    wanted = math.inf
    if asked.until_share is not None:
        wanted = asked.until_share * float(ground.weight.sum())
    apart = least_distance(radius, asked.max_overlap, asked.spacing)
    if not isinstance(asked.count, Mapping):
        return Stop(asked.count, wanted, apart)
    quota = {ground.area_names.index(name): int(count) for name, count in asked.count.items()}
    return Stop(sum(quota.values()), wanted, apart, quota)


def _labels_of(discs: Discs, radius: float, *, merge: bool) -> Ints:
    """Hotspot of each place, or -1."""
    group = touching_discs(discs.centres, radius) if merge else np.arange(len(discs.centres))
    labels: Ints = np.r_[group, -1][discs.owner].astype(np.int64)
    return labels


def disc_shapes(discs: Discs, places: Places, *, radius: float, merge: bool) -> list[Shape]:
    """Discs as shapes; those that touch are merged, or cut where they overlap if they may not be."""
    circles = round_buffer(discs.centres, radius, near=places.xy)
    group = touching_discs(discs.centres, radius) if merge else np.arange(len(circles))
    shapes: list[Shape] = []
    ground = None
    held = _places_of_discs(discs)
    for number in range(int(group.max(initial=-1)) + 1):
        mine = np.flatnonzero(group == number)
        outline = shapely.union_all(circles[mine])
        if not merge:  # the disc picked first keeps the ground it shares
            outline, ground = (
                (outline, outline) if ground is None else (outline.difference(ground), shapely.union(ground, outline))
            )
        inside = np.concatenate([held[disc] for disc in mine])
        part = np.repeat(np.arange(len(mine)), [len(held[disc]) for disc in mine])
        order = np.argsort(inside, kind="stable")
        centres = [(float(x), float(y), float(radius)) for x, y in discs.centres[mine]]
        kind = "single" if len(mine) == 1 else "clustered"
        shapes.append(Shape(outline, kind, centres, inside[order], part[order]))
    return shapes


def _places_of_discs(discs: Discs) -> list[Ints]:
    """Places that each disc counts."""
    order = np.argsort(discs.owner, kind="stable")
    ends = np.searchsorted(discs.owner[order], np.arange(len(discs.centres) + 1))
    return [order[start:end] for start, end in itertools.pairwise(ends.tolist())]


def touching_discs(centres: Floats, radius: float) -> Ints:
    """Give the discs whose rims are at most 10 m apart one number, group by group."""
    from scipy.spatial import cKDTree

    if not len(centres):
        return np.empty(0, dtype=np.int64)
    pairs = cKDTree(centres).query_pairs(2 * radius + STREET, output_type="ndarray")
    return link_pairs(pairs, len(centres))
