"""Hotspots of any shape: DBSCAN clusters, split where they chain into something nobody can patrol."""

import numpy as np
import shapely

from hotspots.checks import announce
from hotspots.common.places import Bools, Ints, exact_units
from hotspots.dbscan.cluster import check_cluster_options, cluster_places
from hotspots.finding._disc_picking import Discs
from hotspots.finding._summarise import Shape
from hotspots.finding.by_discs import choose_discs
from hotspots.finding.ground import Change, Found, Ground
from hotspots.finding.methods import Clusters
from hotspots.finding.outlines import heaviest_first, round_buffer, shapes_of_labels

MIN_INCIDENTS = 36
NO_DISCS = Discs(np.empty((0, 2)), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def find_dense(ground: Ground, asked: Clusters) -> Found:
    """Find DBSCAN clusters: core places buffered by the search radius and dissolved."""
    minimum = asked.min_incidents
    if minimum is None:
        minimum = MIN_INCIDENTS
        announce(f"DBSCAN: min_incidents was not given; {minimum} within {asked.radius:g} m is used.")
    check_cluster_options(radius=asked.radius, min_incidents=minimum)
    label, core = label_dense(ground, asked, minimum=minimum, radius=asked.radius)
    whole = shapes_of_labels(ground.places, label, core, radius=asked.radius)
    split = split_wide(ground, label, core, asked, minimum, radius=asked.radius)
    order = heaviest_first(ground.places, label, core)
    shapes = [
        part
        for shape, number in zip(whole, order, strict=True)
        for part in _split_shapes(shape, split[number], asked.radius)
    ]
    everyone = max(int(ground.places.incidents.sum()), 1)

    def relabel(change: Change) -> Ints:
        radius = asked.radius * change.scale
        now = int(change.ground.places.incidents.sum())  # fewer periods, fewer incidents: the bar follows
        bar = max(1.0, minimum * now / everyone)
        found, core = label_dense(change.ground, asked, minimum=bar, radius=radius)
        if asked.max_diameter is None:
            return found
        split = split_wide(change.ground, found, core, asked, bar, radius=radius, shift=change.shift)
        return _split_labels(found, split)

    return Found(shapes, relabel, lattice=asked.max_diameter is not None)


def label_dense(ground: Ground, asked: Clusters, *, minimum: float, radius: float) -> tuple[Ints, Bools]:
    """Label places so that row order plays no part: a border place joins the heaviest cluster in reach."""
    places = ground.places
    also = None
    if asked.min_harm is not None and ground.harm is not None:
        also = (ground.harm, float(exact_units(asked.min_harm)))
    order = np.lexsort((places.xy[:, 1], places.xy[:, 0]))
    label, core = np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=bool)
    for _ in range(2):  # clusters are numbered by their first place: the second time, the heaviest is first
        label[order], core[order] = cluster_places(
            places.xy[order],
            places.incidents[order],
            radius=radius,
            minimum=minimum,
            also=None if also is None else (also[0][order], also[1]),
        )
        line = heaviest_first(places, label, core)
        standing = np.full(len(line) + 1, len(line), dtype=np.int64)
        standing[line] = np.arange(len(line))
        order = order[np.argsort(standing[label][order], kind="stable")]
    return label, core


def split_wide(
    ground: Ground, label: Ints, core: Bools, asked: Clusters, minimum: float, *, radius: float, shift: float = 0
) -> list[Discs]:
    """Find the discs inside each cluster wider than ``max_diameter``; none for the others.

    A cluster is as wide as the smallest circle round its core places and the search radius about them.
    Discs that do not reach the minimum by themselves are dropped.
    """
    found = []
    for number in range(int(label.max(initial=-1)) + 1):
        mine = label == number
        ring = float(shapely.minimum_bounding_radius(shapely.multipoints(ground.places.xy[mine & core])))
        wide = asked.max_diameter is not None and 2 * (ring + radius) > asked.max_diameter
        inside = np.flatnonzero(mine)
        discs = _discs_inside(ground, inside, minimum, radius, shift) if wide else NO_DISCS
        found.append(discs)
    return found


def _discs_inside(ground: Ground, inside: Ints, minimum: float, radius: float, shift: float) -> Discs:
    """Pick discs among some places; the owner is over all places."""
    discs = choose_discs(
        ground.places.xy[inside],
        ground.weight[inside],
        radius=radius,
        count=None,
        until_share=1.0,
        least=minimum if ground.by == "incidents" else 1.0,
        origin=(shift, shift),
    )
    held = discs.owner >= 0
    incidents = np.bincount(discs.owner[held], ground.places.incidents[inside][held], minlength=len(discs.centres))
    kept = np.flatnonzero(incidents >= minimum)
    number = np.full(len(discs.centres) + 1, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    owner = np.full(len(ground.places.xy), -1, dtype=np.int64)
    owner[inside] = number[discs.owner]
    return Discs(discs.centres[kept], owner, discs.gains[kept])


def _split_shapes(shape: Shape, discs: Discs, radius: float) -> list[Shape]:
    """Put the discs inside a cluster in its place."""
    if not len(discs.centres):
        return [shape]
    circles = round_buffer(discs.centres, radius)
    return [
        Shape.of(
            circles[number].intersection(shape.geometry),
            "single",
            [(float(x), float(y), float(radius))],
            np.where(discs.owner == number, 0, -1),
        )
        for number, (x, y) in enumerate(discs.centres)
    ]


def _split_labels(label: Ints, split: list[Discs]) -> Ints:
    """Give discs numbers of their own, in place of the clusters that were split."""
    label, count = label.copy(), len(split)
    for number, discs in enumerate(split):
        if len(discs.centres):
            mine = label == number
            label[mine] = np.where(discs.owner[mine] >= 0, discs.owner[mine] + count, -1)
            count += len(discs.centres)
    return np.unique(label, return_inverse=True)[1].reshape(-1) - int((label < 0).any())
