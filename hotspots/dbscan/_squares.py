"""Places sorted into small squares, to be added up over runs of squares in a row."""

from typing import Any

import numpy as np

from hotspots.common.places import Bools, Floats, Ints

CUTS = (10, 7, 5, 4)  # squares to a radius: the finest that fit into memory
_SHIFT = 0.1234567  # of a square: coordinates in whole metres then lie on no edge
_FULL = 8_000_000  # squares that may be listed whether something lies in them or not


class Squares:
    """Squares of a tenth of the radius or so, and the places sorted by square, row by row.

    Gaps wider than any disc are closed, so that a few far-off places do not stretch the grid.
    """

    def __init__(self, xy: Floats, radius: float) -> None:
        self.xy, self.radius = xy, radius
        for self.cuts in CUTS:
            at = xy.T / (radius / self.cuts) + _SHIFT
            whole = np.floor(at)
            column, row = (_squeeze(line, self.cuts + 3) for line in whole)
            self.width, self.height = (int(line.max()) + self.cuts + 3 for line in (column, row))
            self.full = self.width * self.height <= _FULL + 24 * len(xy)
            if self.full:
                break
        rounding = 1e-15 * float(np.abs(at).max())
        self.slack, self.edge = np.float32(1e-4 + rounding), 1e-7 + rounding  # of a square
        at -= whole
        key = row * self.width + column
        self.order = np.argsort(key)
        self.key, self.column, self.row = key[self.order], column[self.order], row[self.order]
        self.past = at.astype(np.float32).take(self.order, axis=1)
        self.sorted = xy.T.take(self.order, axis=1)
        if self.full:
            self.table: Any = np.zeros(self.width * self.height + 1, dtype=np.int32)
            first = np.flatnonzero(np.diff(self.key, prepend=-1))
            self.table[self.key[first] + 1] = np.diff(first, append=len(key))
            np.cumsum(self.table, out=self.table, dtype=np.int32)

    def before(self, key: Ints) -> Ints:
        """Count the sorted places in squares of a lower number."""
        return np.asarray(self.table.take(key) if self.full else np.searchsorted(self.key, key))

    def runs(self, places: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """List the runs of sorted places in the squares that the discs round some of them touch.

        Four arrays, a line for each row of squares: start and end of the run touched, and start and end
        of the run inside it that is wholly within the radius.
        """
        cuts, (across, up) = self.cuts, self.past.take(places, axis=1)
        line = np.arange(1 - cuts, cuts + 1, dtype=np.float32)[:, None]
        half = np.sqrt(np.float32(cuts**2) - (line - up) ** 2)  # of the disc's width along the edges of rows
        widest = np.full((1, len(places)), cuts, dtype=np.float32)
        touched = np.concatenate([half[:cuts], widest, half[cuts:]])
        middle = half[cuts - 1 : cuts + 1].min(axis=0)[None]
        inside = np.concatenate([half[: cuts - 1], middle, half[cuts + 1 :]])
        pad = cuts + 3  # added before casting, which rounds down only above 0
        key = self.key[places] + np.arange(-cuts, cuts + 1)[:, None] * self.width - pad
        before, after = across + (np.float32(pad) - self.slack), across + (np.float32(pad) + self.slack)
        starts = self.before(key + (before - touched).astype(np.int64))
        ends = self.before(key + (after + touched).astype(np.int64) + 1)
        key = key[1:-1]
        inner_starts, inner_ends = starts.copy(), starts.copy()
        inner_starts[1:-1] = self.before(key + (after - inside).astype(np.int64) + 1)
        inner_ends[1:-1] = self.before(key + (before + inside).astype(np.int64))
        return starts, ends, inner_starts, np.maximum(inner_ends, inner_starts)

    def on_edge(self, places: Ints) -> Bools:
        """Tell which sorted places lie so near to the edge of a row that rounding may misplace others."""
        up = self.past[1].take(places)
        return np.asarray((up < self.edge) | (up > 1 - self.edge))

    def within(self, places: Ints, column: Ints, near: Ints) -> Bools:
        """Tell whether sorted places are within the radius of the ones in some columns of ``places``."""
        gap = self.sorted.take(near, axis=1)
        gap -= self.sorted.take(places, axis=1).take(column, axis=1)
        gap *= gap
        return np.asarray(gap[0] + gap[1] <= self.radius**2)


def _squeeze(line: Floats, pad: int) -> Ints:
    """Give squares along one axis numbers, from the padding on and with no gap wider than it."""
    place = (line - line.min()).astype(np.int64)
    if place.max() > 2_000_000:
        held, place = np.unique(place, return_inverse=True)
        return np.minimum(np.diff(held, prepend=held[:1]), pad).cumsum()[place] + pad
    there = np.zeros(place.max() + 1, dtype=bool)
    there[place] = True
    held = np.flatnonzero(there)
    number: Ints = np.zeros(len(there), dtype=np.int64)
    number[held] = np.minimum(np.diff(held, prepend=held[:1]), pad).cumsum() + pad
    return np.asarray(number[place])


def list_runs(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """List the members of runs, which stand in any number of lines: the column, and each sorted place."""
    wide = starts.shape[-1]
    length = (ends - starts).ravel()
    runs = np.flatnonzero(length > 0)
    length = length[runs].astype(np.int64)
    offset = starts.ravel()[runs] - (length.cumsum() - length)
    return np.repeat(runs % max(wide, 1), length), np.arange(length.sum()) + np.repeat(offset, length)
