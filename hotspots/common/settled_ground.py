"""The ground that records stand on, for when nobody says what the ground is: a few strays do not move it."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.common.places import Floats, Ints

SQUARE, FINER = 1000.0, 500.0  # metres
HARDLY = 0.05  # a square with less than a twentieth of what the square of the median record holds
SET = "Set study_area to measure it on the ground that you look after."
OUTLINED = 100  # distinct places: the outline of fewer says little of the ground


class Settled(NamedTuple):
    """The kilometre squares that hold records, without those that hold hardly any, cut to an outline.

    ``squares`` are boxes, ``outline`` a polygon or None, ``empty`` how many squares are left out, ``on``
    which of the places lie on the ground.
    """

    squares: Any
    outline: Any
    empty: int
    on: npt.NDArray[np.bool_]

    def pieces(self) -> Any:
        """Shapes that do not overlap and together are the ground."""
        if self.outline is None:
            return self.squares
        rim = ~shapely.covers(self.outline, self.squares)
        cut = shapely.intersection(self.squares[rim], self.outline)
        return np.concatenate([self.squares[~rim], cut[shapely.area(cut) > 0]])

    def shape(self) -> Any:
        """Unite the pieces into one shape."""
        whole = shapely.coverage_union_all(self.squares)
        return whole if self.outline is None else shapely.intersection(whole, self.outline)

    def say(self, why: str = "No study area was given") -> str:
        """One sentence on what the ground is, and why."""
        notes = ["cut to the outline of the records"] * (self.outline is not None)
        notes += [f"{self.empty:,} that hold{'s' * (self.empty == 1)} hardly any left out"] * (self.empty > 0)
        squares = f"{len(self.squares):,} kilometre square{'s' * (len(self.squares) != 1)}"
        return f"{why}: chance is measured on the {say_ground(self.area)} ({', '.join([squares, *notes])})."

    @property
    def area(self) -> float:
        """Square metres of the ground."""
        return float(shapely.area(self.pieces()).sum())


def say_ground(area: float) -> str:
    """Name a ground that nobody chose by its size, given in square metres."""
    return f"{area / 1e6:,.1f} km² where records lie"


def settle_ground(xy: Floats, counts: Ints) -> Settled:
    """Find the ground of some places that hold records.

    The kilometre squares of the National Grid that hold a record, but for those with less than a twentieth
    of what the square of the median record holds (half the records lie in squares as full or fuller). They
    are cut to the convex outline of the records that hold their own in squares of half a kilometre too.
    Where more than a twentieth of all records would be left out, the data are thin everywhere, and none are.
    """
    number, on = _hold_their_own(xy, counts, SQUARE)
    squares = _squares(number[on])
    there, held = xy[on], counts[on]
    outline = _outline(there[_hold_their_own(there, held, FINER)[1]])
    if outline is not None:
        on[on] = shapely.intersects_xy(outline, *there.T)
    return Settled(squares, outline, len(pd.unique(number)) - len(squares), on)


def squares_of(xy: Floats) -> Any:
    """Return the kilometre squares of the National Grid that hold any of some points."""
    return _squares(_number(xy, SQUARE))


def _number(xy: Floats, side: float) -> Ints:
    """Give one number to the square in which each point stands: numbers sort and count as pairs do not."""
    east, north = np.floor(xy.T / side).astype(np.int64)
    number: Ints = (east << 32) + north
    return number


def _squares(number: Ints) -> Any:
    number = np.sort(pd.unique(number))
    row = (number + (1 << 31)) % (1 << 32) - (1 << 31)
    corner = np.column_stack([(number - row) >> 32, row]) * SQUARE
    return shapely.box(*corner.T, *(corner + SQUARE).T)


def _hold_their_own(xy: Floats, counts: Ints, side: float) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Give each place the number of its square, and whether that holds more than hardly any records."""
    number = _number(xy, side)
    square, _ = pd.factorize(number)
    held = np.bincount(square, counts)
    rising = np.sort(held)
    half = np.searchsorted(np.cumsum(rising), counts.sum() / 2)
    thin = held < HARDLY * rising[half : half + 1].sum()
    if held[thin].sum() > HARDLY * counts.sum():
        thin[:] = False
    return number, np.asarray(~thin[square], dtype=bool)


def _outline(xy: Floats) -> Any:
    """Convex outline of enough places that do not stand in one line, else None."""
    from scipy.spatial import ConvexHull, QhullError

    if len(xy) < OUTLINED:
        return None
    try:
        corners = xy[ConvexHull(xy - xy.mean(axis=0)).vertices]
    except QhullError:
        return None
    outline = shapely.polygons(corners)
    shapely.prepare(outline)
    return outline
