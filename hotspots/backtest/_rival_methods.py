"""What a user would pick instead of our discs, at equal unit size: cells, last period, KDE peaks, Gi*."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely

from hotspots.cells.density import Surface
from hotspots.cells.gistar import sum_grid, z_scores
from hotspots.cells.grid import Grid, cells_of_box, cells_within, centre_points, key_cells, locate_points
from hotspots.common.places import Bools, Floats, Ints, exact_units
from hotspots.finding.by_discs import choose_discs
from hotspots.finding.disc_centres import RIM, members_of
from hotspots.statistics.many_tests import false_discovery, two_sided

UNITS = {
    "discs": "disc",
    "discs on incidents": "disc",
    "KDE peaks": "disc",
    "hexagons": "hexagon",
    "squares": "square",
    "last period": "hexagon",
    "Gi*": "hexagon",
}
_LATTICE = 50.0
_LEVEL = 0.05


class Pool(NamedTuple):
    """Places of one period: coordinates in metres, what each holds, and what the latest stretch held."""

    xy: Floats
    weight: Floats
    latest: Floats


@dataclass(frozen=True)
class Terms:
    """The same terms for every method: how many units, the radius whose area each has, the ground."""

    count: int
    radius: float
    area: Any

    @property
    def unit_area(self) -> float:
        """Square metres of one unit."""
        return math.pi * self.radius**2

    def grid(self, shape: str) -> Grid:
        """Cells of the same area as a disc."""
        factor = 1.0 if shape == "square" else 1.5 * math.sqrt(3)
        return Grid(shape, math.sqrt(self.unit_area / factor))


class Units(NamedTuple):
    """Chosen ground: centres of discs, or keys of the cells of a grid."""

    radius: float
    grid: Grid | None
    centres: Floats
    keys: Ints

    @property
    def number(self) -> int:
        """How many units were chosen; fewer than asked for where nothing was left to choose."""
        return len(self.keys) if self.grid else len(self.centres)

    def hold(self, xy: Floats) -> Bools:
        """Which points lie in the chosen ground."""
        from scipy.spatial import cKDTree

        if self.grid is not None:
            return np.isin(key_cells(*locate_points(self.grid, xy)), self.keys)
        if not len(self.centres) or not len(xy):
            return np.zeros(len(xy), dtype=bool)
        distance, _ = cKDTree(self.centres).query(xy)
        return np.asarray(distance <= self.radius * RIM)


def choose_units(method: str, pool: Pool, terms: Terms, *, later: Pool) -> Units:
    """Choose by one method; ``later`` only breaks ties between cells, against the method.

    Ties between discs go to the most westerly, then the most southerly, as in `find_hotspots`: a rule that
    knows nothing of what came later, but is not the hardest.
    """
    if method in ("discs", "discs on incidents", "KDE peaks"):
        return _on_discs(method, pool, terms)
    grid = terms.grid(UNITS[method])
    key = key_cells(*locate_points(grid, pool.xy))
    cells, inverse = np.unique(key, return_inverse=True)
    counts = pool.latest if method == "last period" else pool.weight
    score = exact_units(np.bincount(inverse, counts, minlength=len(cells)))
    hot = _significant(cells, score, grid, pool, terms) if method == "Gi*" else np.ones(len(cells), bool)
    later_key = key_cells(*locate_points(grid, later.xy))
    held = _totals_of(cells, later_key, later.weight)
    order = np.lexsort((held, -score, ~hot))
    order = order[score[order] > 0][: terms.count]
    return Units(terms.radius, grid, np.empty((0, 2)), cells[order])


def best_units(unit: str, later: Pool, terms: Terms) -> Units:
    """Best possible choice with this kind of unit: the same method run on the scored period itself."""
    method = {"disc": "discs", "hexagon": "hexagons", "square": "squares"}[unit]
    return choose_units(method, later, terms, later=later)


def pick_apart(centres: Floats, score: Floats, *, count: int, apart: float) -> Floats:
    """Pick the highest centres one after another, none nearer than ``apart`` metres to one picked before."""
    from scipy.spatial import cKDTree

    tree, open_ = cKDTree(centres) if len(centres) else None, score > 0
    picked: list[int] = []
    for number in np.lexsort((centres[:, 1], centres[:, 0], -score)):
        if len(picked) == count or tree is None:
            break
        if open_[number]:
            picked.append(int(number))
            open_[tree.query_ball_point(centres[number], apart * (1 - 1e-9))] = False
    return centres[picked]


def _on_discs(method: str, pool: Pool, terms: Terms) -> Units:
    weight = exact_units(pool.weight)
    if method == "discs":
        centres = choose_discs(pool.xy, weight, radius=terms.radius, count=terms.count).centres
    else:
        if method == "KDE peaks":
            nodes, score = _peaks(pool, terms)
        else:
            nodes, score = pool.xy, members_of(pool.xy, pool.xy, terms.radius) @ weight
        centres = pick_apart(nodes, score, count=terms.count, apart=2 * terms.radius)
    return Units(terms.radius, None, centres, np.empty(0, dtype=np.int64))


def _peaks(pool: Pool, terms: Terms) -> tuple[Floats, Floats]:
    """Density on a 50 m lattice, bandwidth the radius: finer than pictures need, the best for choosing."""
    if not len(pool.xy):
        return np.empty((0, 2)), np.empty(0)
    lattice = Grid("square", _LATTICE)
    column, row = cells_of_box(lattice, _box(pool.xy))
    surface = Surface(column, row, cell=_LATTICE, bandwidth=terms.radius)
    return centre_points(lattice, column, row), surface.smooth(surface.share_out(pool.xy, pool.weight))


def _significant(cells: Ints, score: Ints, grid: Grid, pool: Pool, terms: Terms) -> Bools:
    """Which cells Gi* calls high, among all cells of the study area, zeros included."""
    if not len(cells):
        return np.zeros(0, dtype=bool)
    bounds = _box(pool.xy)
    column, row = cells_of_box(grid, bounds) if terms.area is None else cells_within(grid, terms.area)
    key = key_cells(column, row)
    values = _totals_of(key, cells, score.astype(float))
    z = z_scores(values, sum_grid(values, column, row, shape=grid.shape))
    high = key[(z > 0) & (false_discovery(two_sided(z)) < _LEVEL)]
    return np.isin(cells, high)


def _totals_of(cells: Ints, key: Ints, weight: Floats) -> Floats:
    """Total weight of each cell; keys that are no cell's are left out."""
    if not len(cells):
        return np.zeros(0)
    order = np.argsort(cells)
    at = np.minimum(np.searchsorted(cells[order], key), len(cells) - 1)
    known = cells[order][at] == key
    return np.bincount(order[at[known]], weight[known], minlength=len(cells)).astype(float)


def _box(xy: Floats) -> tuple[float, float, float, float]:
    return tuple(shapely.total_bounds(shapely.multipoints(xy)).tolist())
