"""Pairs of neighbours a few million at a time, so that memory does not grow with how dense places are."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from hotspots.common.places import Floats, Ints

CHUNK = 4_000_000


def pairs_in_chunks(centres: Floats, tree: Any, lengths: Ints, radius: float) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs (centre, place) within ``radius``, a few million at a time: rows, row in the chunk, place."""
    from scipy.spatial import cKDTree

    for start, end in split_rows(lengths):
        hits = cKDTree(centres[start:end]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        yield np.arange(start, end), hits["i"].astype(np.int64), hits["j"].astype(np.int64)


def split_rows(sizes: Ints) -> list[tuple[int, int]]:
    """Split rows into runs of a few million pairs each."""
    if not len(sizes):
        return []
    starts = np.flatnonzero(np.diff(np.r_[-1, sizes.cumsum() // CHUNK]))
    starts[0] = 0
    return list(itertools.pairwise([*starts.tolist(), len(sizes)]))
