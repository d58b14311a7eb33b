"""Which core places hang together, and which cluster a border place joins: memory linear in the places."""

import itertools
from typing import Any

import numpy as np

from hotspots.common.places import Bools, Floats, Ints
from hotspots.dbscan import _chunks as chunks
from hotspots.dbscan._chunks import split_rows
from hotspots.dbscan._core_places import find_core
from hotspots.dbscan._squares import Squares

_NONE = np.iinfo(np.int64).max
_PLACES = 20_000  # at a time


def label_places(squares: Squares, core: Bools) -> Ints:
    """Label clusters in order of their first core place; others join the lowest in reach, or none (-1)."""
    label = np.full(len(core), -1, dtype=np.int64)
    if not core.any():
        return label
    cells = Cells(squares.xy[core], squares.radius)
    number = cells.link()
    label[core] = cells.spread(number)
    border = np.flatnonzero(find_core(squares, core.astype(np.int64), minimum=1, asked=~core))
    label[border] = cells.lowest_in_reach(squares.xy[border], number)
    return label


def link_pairs(pairs: Ints, size: int) -> Ints:
    """Component of each of ``size`` things, of which some pairs are linked."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


class Cells:
    """Cells of side radius / √2, and the core places in each, which are all linked with each other."""

    def __init__(self, xy: Floats, radius: float) -> None:
        self.radius, self.side = radius, radius / np.sqrt(2) * (1 - 1e-12)
        cell = np.floor(xy.T / self.side)
        self.low = cell.min(axis=1)[:, None] - 2
        self.height = int(cell[1].max() - self.low[1, 0]) + 3
        key = self._key(cell)
        self.order = np.argsort(key)
        ordered = key[self.order]
        self.starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        self.sizes = np.diff(self.starts, append=len(key))
        self.keys = ordered[self.starts]
        self.points = np.ascontiguousarray(xy).take(self.order, axis=0)
        self.outermost = np.stack([self._last(axis, sign) for sign in (-1, 1) for axis in (0, 1)])
        corners = self.points[self.outermost, [[0], [1], [0], [1]]]
        self.south_west, self.north_east = corners[:2].T, corners[2:].T

    def _key(self, cell: Floats) -> Ints:
        column, row = (cell - self.low).astype(np.int64)
        return np.asarray(column * self.height + row)

    def _last(self, axis: int, sign: int) -> Ints:
        """Row of the place furthest along in each cell."""
        along = sign * self.points[:, axis]
        top = np.maximum.reduceat(along, self.starts)
        rows = np.flatnonzero(along == np.repeat(top, self.sizes))
        return rows[np.searchsorted(rows, self.starts)]

    def _find(self, wanted: Ints) -> tuple[Ints, Bools]:
        there = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return there, self.keys[there] == wanted

    def _near(self, gap: Floats) -> Any:
        return gap[..., 0] ** 2 + gap[..., 1] ** 2 <= self.radius**2

    def spread(self, number: Ints) -> Ints:
        """Give each place the number of its cell."""
        found = np.empty(len(self.order), dtype=np.int64)
        found[self.order] = np.repeat(number, self.sizes)
        return found

    def link(self) -> Ints:
        """Give each cell the number of its cluster; the cluster of the first place is 0, and so on.

        Cells are linked first by one place of each; then, only those still apart, by the outermost places
        of both; then, those still apart, by every pair of places.
        """
        pairs, linked = self._neighbours(), np.empty((0, 2), dtype=np.int64)
        component = np.arange(len(self.keys))
        for close in (self._firsts_close, self._outermost_close, self._any_close):
            apart = pairs[component[pairs[:, 0]] != component[pairs[:, 1]]]
            linked = np.concatenate([linked, apart[close(apart)]])
            component = link_pairs(linked, len(self.keys))
        first = np.full(component.max() + 1, _NONE)
        np.minimum.at(first, component, np.minimum.reduceat(self.order, self.starts))
        return np.argsort(np.argsort(first))[component]

    def _neighbours(self) -> Ints:
        """List pairs of cells that may hold places within the radius of each other, each pair once."""
        found = []
        for across, up in [(a, u) for a in range(3) for u in range(-2, 3) if (a, u) > (0, 0)]:
            there, hit = self._find(self.keys + across * self.height + up)
            found.append(np.column_stack([np.flatnonzero(hit), there[hit]]))
        pairs = np.concatenate(found)
        corners = (box[pairs[:, side]] for side in (0, 1) for box in (self.south_west, self.north_east))
        return pairs[self._boxes_near(*corners)]

    def _firsts_close(self, pairs: Ints) -> Bools:
        first = self.points[self.starts]
        return np.asarray(self._near(first[pairs[:, 0]] - first[pairs[:, 1]]))

    def _outermost_close(self, pairs: Ints) -> Bools:
        close = np.zeros(len(pairs), dtype=bool)
        for one, two in itertools.product(self.points[self.outermost], repeat=2):
            close |= self._near(one[pairs[:, 0]] - two[pairs[:, 1]])
        return close

    def _any_close(self, pairs: Ints) -> Bools:
        close = np.zeros(len(pairs), dtype=bool)
        size = self.sizes[pairs].prod(axis=1)
        for number in np.flatnonzero(size > chunks.CHUNK):  # too many to list
            close[number] = self._nearest_close(*pairs[number])
        small = np.flatnonzero(size <= chunks.CHUNK)
        for start, end in split_rows(size[small]):
            rows = small[start:end]
            one, two = pairs[rows].T
            of, nth = _list_members(size[rows])
            left = self.starts[one][of] + nth // self.sizes[two][of]
            right = self.starts[two][of] + nth % self.sizes[two][of]
            close[rows] = np.bincount(of, self._near(self.points[left] - self.points[right]), len(rows)) > 0
        return close

    def _nearest_close(self, one: int, two: int) -> bool:
        from scipy.spatial import cKDTree

        here, there = (self.points[self.starts[at] : self.starts[at] + self.sizes[at]] for at in (one, two))
        return bool(self._near(there - here[cKDTree(here).query(there)[1]]).any())

    def _boxes_near(self, low: Floats, high: Floats, other_low: Floats, other_high: Floats) -> Bools:
        """Whether two rectangles come within the radius of each other."""
        gap = np.maximum(np.maximum(low - other_high, other_low - high), 0)
        return np.asarray(self._near(gap))

    def lowest_in_reach(self, xy: Floats, number: Ints) -> Ints:
        """Lowest number of a cell with a place within the radius, of places that are in reach of some."""
        asked, of_place = np.unique(self._key(np.floor(xy.T / self.side)), return_inverse=True)
        about = [across * self.height + up for across in range(-2, 3) for up in range(-2, 3)]
        lowest, highest = np.full(len(asked), _NONE), np.full(len(asked), -1)
        for offset in about:
            there, hit = self._find(asked + offset)
            lowest[hit] = np.minimum(lowest[hit], number[there[hit]])
            highest[hit] = np.maximum(highest[hit], number[there[hit]])
        found = lowest[of_place]
        # only where more than one cluster is about must their places be looked at
        unsure = np.flatnonzero((lowest < highest)[of_place])
        for start in range(0, len(unsure), _PLACES):
            some = unsure[start : start + _PLACES]
            there, hit = self._find(asked[of_place[some], None] + about)
            row, nth = np.nonzero(hit)
            found[some] = self._lowest_listed(xy[some], row, there[row, nth], number)
        return found

    def _lowest_listed(self, xy: Floats, row: Ints, cell: Ints, number: Ints) -> Ints:
        """Lowest number among pairs of a place and a cell that has a place within the radius of it."""
        near = self._boxes_near(xy[row], xy[row], self.south_west[cell], self.north_east[cell])
        row, cell = row[near], cell[near]
        lowest, highest = np.full(len(xy), _NONE), np.full(len(xy), -1)
        np.minimum.at(lowest, row, number[cell])
        np.maximum.at(highest, row, number[cell])
        unsure = lowest < highest
        row, cell = row[unsure[row]], cell[unsure[row]]
        lowest[unsure] = _NONE
        for first, last in split_rows(self.sizes[cell]):
            some, at = cell[first:last], row[first:last]
            of, nth = _list_members(self.sizes[some])
            reached = self._near(self.points[self.starts[some][of] + nth] - xy[at][of])
            which = np.bincount(of, reached, last - first) > 0
            np.minimum.at(lowest, at[which], number[some[which]])
        return lowest


def _list_members(sizes: Ints) -> tuple[Ints, Ints]:
    """List the members of groups of some sizes, one after another: the group, and the number in it."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    return of, np.arange(len(of)) - (sizes.cumsum() - sizes)[of]
