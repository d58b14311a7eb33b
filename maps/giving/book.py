"""Numbers that hang together: what each counts, and what of it may be told so that nothing hidden comes back.

A *book* is the set of numbers given to one readership that count the same records: by area, by hotspot, by
period. Records that no number tells apart are one *piece* (areas cut by each other). A reader who subtracts
whatever he likes knows: the counts of these pieces are whole numbers, from 0 up, that add up to every number
told, and to 1 or more where one is hidden. Each way of filling the pieces that fits is a *world*. A hidden
number is safe where worlds are in hand that all fit, and in which it is as different as it should be.
"""

import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maps.giving.worlds import find_world

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
SECONDS = 30.0
PLENTY = 2**31


@dataclass
class Entry:
    """A number of a book: the pieces it counts, its value, and what was decided of it."""

    pieces: Bools
    value: int
    fixed: bool = False  # told already, or elsewhere: it cannot be hidden
    silent: bool = False  # stands nowhere, but must not come out either
    hidden: bool = False
    line: Hashable = None  # numbers of one line are all told, noughts among them, or none
    nearest: int = 0  # what is told is rounded to the nearest multiple of this
    most: int = PLENTY  # that it may be while it is hidden, as told elsewhere

    @property
    def told(self) -> tuple[int, int]:
        """Least and most that it may be for one who is told it."""
        if not self.nearest or not self.value:
            return self.value, self.value
        told = round_half_up(self.value, self.nearest)
        return told - self.nearest // 2, told + (self.nearest - 1) // 2

    @property
    def floor(self) -> int:
        """Least that a reader knows of it while it is hidden: noughts are told, but for those of a line."""
        return 1 if self.line is None else 0


@dataclass
class Book:
    """The numbers of one readership over the same records, by key."""

    number: Ints
    threshold: int
    seconds: float = SECONDS
    nearest: int = 0
    rows: dict[Hashable, Bools] = field(default_factory=dict)
    marks: dict[Hashable, dict[str, Any]] = field(default_factory=dict)
    lost: list[Hashable] = field(default_factory=list)
    orders: list[tuple[Hashable, Hashable]] = field(default_factory=list)  # the first is no less, as told
    worlds: list[Ints] = field(default_factory=list)  # counts of the pieces that all fit
    piece: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of each record, or -1

    def enter(self, key: Hashable, rows: Any, **marks: Any) -> None:
        """Enter a number: ``rows`` says which records it counts; marks are those of `Entry`."""
        self.rows[key], self.marks[key] = np.asarray(rows, dtype=bool), {"nearest": self.nearest, **marks}

    def settle(self) -> dict[Hashable, bool]:
        """Decide which numbers are hidden, by key; those that stand nowhere are left out."""
        if not self.rows:
            return {}
        counts, entries, piece = self._cut()
        orders = [entries[first].pieces.astype(float) - entries[then].pieces for first, then in self.orders]
        settling = _Settling(counts, entries, self.threshold, time.monotonic() + self.seconds, orders)
        self.lost = settling.run()
        self.worlds, self.piece = settling.worlds, piece
        return {key: e.hidden for key, e in entries.items() if not e.silent}

    def rooms(self, keys: Iterable[Hashable]) -> NDArray[np.int64]:
        """Give each record a number for its ground, as some keys cut it, and the least and most there."""
        table = np.column_stack([self.rows[key] for key in keys])
        ground = np.unique(np.packbits(table, axis=1), axis=0, return_inverse=True)[1].ravel()
        known = self.piece >= 0
        sums = np.zeros((len(self.worlds), ground.max(initial=-1) + 1), dtype=np.int64)
        of_piece = dict(zip(self.piece[known], ground[known], strict=True))
        for piece, at in of_piece.items():
            sums[:, at] += np.array([world[piece] for world in self.worlds])
        return np.column_stack([ground, sums.min(axis=0)[ground], sums.max(axis=0)[ground]])

    def _cut(self) -> tuple[Ints, dict[Hashable, Entry], Ints]:
        """Cut the records into pieces; the entries, with what is small hidden; each record's piece, or -1."""
        table = np.column_stack(list(self.rows.values()))
        patterns, which = np.unique(np.packbits(table, axis=1), axis=0, return_inverse=True)
        counts = np.bincount(which.ravel(), weights=self.number, minlength=len(patterns)).astype(np.int64)
        pieces = np.unpackbits(patterns, axis=1, count=table.shape[1]).astype(bool)
        kept = (counts > 0) & pieces.any(axis=1)
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        counts, pieces = counts[kept], pieces[kept]
        entries = {
            key: Entry(pieces[:, at], int(counts[pieces[:, at]].sum()), **marks)
            for at, (key, marks) in enumerate(self.marks.items())
        }
        for entry in entries.values():
            entry.hidden = entry.hidden or (0 < entry.value < self.threshold and not entry.fixed)
        return counts, entries, number[which.ravel()]


class _Settling:
    """Hide, beside what is small, as little as it takes that every hidden number has its worlds."""

    def __init__(
        self, counts: Ints, entries: dict[Hashable, Entry], threshold: int, until: float, orders: Any = ()
    ) -> None:
        self.counts, self.entries, self.threshold, self.until = counts, entries, threshold, until
        self.orders = orders
        self.worlds: list[Ints] = [counts]

    def run(self) -> list[Hashable]:
        """Prove each hidden number, the smallest first, and those hidden beside it; return the unproved."""
        done: set[Hashable] = set()
        lost = []
        self._spread()
        while waiting := [k for k, e in self.entries.items() if e.hidden and k not in done]:
            key = min(waiting, key=lambda k: self.entries[k].value)
            done.add(key)
            entry = self.entries[key]
            if not self._prove(entry):
                shown, held = [e for e in self.entries.values() if not e.hidden], len(self.worlds)
                self._hide_around(entry)
                if not self._prove(entry):
                    lost.append(key)
                    if isinstance(key, tuple) and key[0] == "earlier":  # it is out: hiding more gains nothing
                        del self.worlds[held:]
                        for other in shown:
                            other.hidden = False
        return lost

    def _prove(self, entry: Entry) -> bool:
        """Whether worlds are in hand, or found, in which a hidden number is as different as it should be.

        A small one may be anything that the rule allows, 1 to one below the threshold; of another, two values
        must fit that lie as far apart as the threshold.
        """
        if entry.value < self.threshold:  # that a nought is one tells of nobody
            return entry.value == 0 or (
                self._reach(entry, (0 if entry.silent else entry.floor, 1))
                and self._reach(entry, (self.threshold - 1, PLENTY))
            )
        values = [int(world[entry.pieces].sum()) for world in self.worlds]
        if max(values) - min(values) >= self.threshold:
            return True
        return self._reach(entry, (entry.floor, entry.value - self.threshold), (entry.value + self.threshold, PLENTY))

    def _reach(self, entry: Entry, *aims: tuple[int, int]) -> bool:
        """Whether a world is in hand, or found, in which a number lies in one of the aims.

        Of those found, the one that hides least is taken, and what differs in it from what is told is hidden.
        """
        held = [int(world[entry.pieces].sum()) for world in self.worlds]
        if any(low <= value <= high for low, high in aims for value in held):
            return True
        told, found = list(self.entries.values()), []
        for low, high in aims:
            left = self.until - time.monotonic()
            if low <= high and left > 0:
                world = find_world(self.counts, told, entry.pieces, low, high, left, self.orders)
                found += [] if world is None else [world]
        if not found:
            return False
        worlds = [(world, [e for e in told if not e.silent and _differs(world, e)]) for world in found]
        world, changed = min(worlds, key=lambda one: sum(e.value for e in one[1] if not e.hidden))
        self.worlds.append(world)
        for other in changed:
            other.hidden = True
        self._spread()
        return True

    def _hide_around(self, entry: Entry) -> None:
        for other in self.entries.values():
            shares = bool((other.pieces & entry.pieces).any())
            other.hidden = other.hidden or (shares and other.value > 0 and not other.fixed)
        self._spread()

    def _spread(self) -> None:
        """Hide what stands in one line with something hidden."""
        gone = {e.line for e in self.entries.values() if e.hidden and e.line is not None}
        for entry in self.entries.values():
            entry.hidden = entry.hidden or (entry.line in gone and not entry.fixed)


def _differs(world: Ints, entry: Entry) -> bool:
    low, high = entry.told
    return not low <= int(world[entry.pieces].sum()) <= high


def round_half_up(value: int, nearest: int) -> int:
    """Round to the nearest multiple, a half upwards.

    Examples
    --------
    >>> [round_half_up(n, 10) for n in (44, 45)]
    [40, 50]
    """
    return nearest * ((2 * value + nearest) // (2 * nearest))
