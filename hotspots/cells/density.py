"""A smooth surface of incidents per square kilometre, for pictures."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.cells._points_in_cells import count_points, frame_cells, gather_points
from hotspots.cells.grid import make_grid
from hotspots.checks import InputError
from hotspots.common.places import Floats, Ints
from hotspots.reading.study_area import read_area

_FINE = 6  # fine cells to a bandwidth: a surface within half a per cent of its peak
_CHUNK = 16384  # points at a time, so that they stay in the processor's cache
_FAR = 4  # bandwidths after which a point no longer counts


def smooth_density(
    incidents: gpd.GeoDataFrame,
    *,
    cell: float = 250,
    bandwidth: float = 300,
    study_area: Any = None,
    by: str = "incidents",
) -> gpd.GeoDataFrame:
    """Smooth incidents into a surface: density at the centre of every cell of a fixed grid.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, or places with a column ``incidents``.
    cell : float
        Side of the square cells in metres.
    bandwidth : float
        Standard deviation of the Gaussian kernel in metres: 200 to 300 shows streets and squares; rules
        of thumb give kilometres, a blur.
    study_area : GeoDataFrame, GeoSeries, geometry or None
        Cells that overlap it are returned, incidents outside it are left out, and each cell is divided
        by the share of its kernel that lies inside, so that density does not fall off at the edge
        (but for pieces too small to be measured so).
        None means the rectangle around the incidents, and no correction.
    by : str
        ``"incidents"``, or ``"harm"`` for days of harm per square kilometre.

    Returns
    -------
    GeoDataFrame
        The cells of `count_cells`, with ``density`` per km².

    Raises
    ------
    InputError
        When the cell or bandwidth is not above 0, or the column ``by`` is missing.

    Notes
    -----
    Points are shared linearly among the four nearest nodes of a fine grid, and the Gaussian is applied
    along each axis in turn. Edge correction after Diggle (1985). For pictures only: find hotspots with
    `find_hotspots`.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([125] * 50, [125] * 50), crs=27700)
    >>> peak = 50 / (2 * np.pi * 0.3**2)  # of a Gaussian with a standard deviation of 0.3 km
    >>> bool(abs(smooth_density(points)["density"].iloc[0] / peak - 1) < 0.005)
    True
    """
    if not (math.isfinite(bandwidth) and bandwidth > 0):
        raise InputError("The bandwidth must be above 0 metres", given=f"bandwidth={bandwidth}", advice="300")
    if by not in ("incidents", "harm") or (by == "harm" and "harm" not in incidents.columns):
        raise InputError(
            "by must be incidents, or harm where there is such a column",
            given=f"by={by!r}, columns {', '.join(map(str, incidents.columns))}",
            advice="by='incidents', or incidents['harm'] = weigh_incidents(incidents)",
        )
    area = None if study_area is None else read_area(study_area, target=getattr(incidents, "crs", None))
    grid, points = make_grid("square", cell), gather_points(incidents, area=area)
    cells = count_points(points, grid=grid, area=area)
    cells["density"] = np.zeros(len(cells["row"]))
    if len(cells["row"]):
        surface = Surface(cells["column"], cells["row"], cell=cell, bandwidth=bandwidth)
        cells["density"] = surface.smooth(surface.share_out(points.xy, points.weights[by])) * 1e6
        if area is not None:
            ground = surface.smooth(surface.ground(area))
            # pieces too small for the fine grid have no ground to divide by: no correction there
            cells["density"] /= np.where(ground > 0, ground, 1.0)
    del points
    return frame_cells(cells, grid=grid, crs=incidents.crs)


class Surface:
    """A fine grid around some cells, and the Gaussian that carries it to their centres."""

    def __init__(self, column: Ints, row: Ints, *, cell: float, bandwidth: float) -> None:
        self.column, self.row = column, row
        self.low = np.array([self.column.min(), self.row.min()])
        self.parts = math.ceil(cell / bandwidth * _FINE)
        self.step = cell / self.parts
        self.margin = math.ceil(_FAR * bandwidth / self.step)
        count = np.array([self.column.max(), self.row.max()]) - self.low + 1
        self.origin = self.low * cell - self.margin * self.step
        self.nodes = count * self.parts + 2 * self.margin + 1
        self.across = self._kernel(int(count[0]), int(self.nodes[0]), bandwidth)
        self.up = self._kernel(int(count[1]), int(self.nodes[1]), bandwidth)

    def _kernel(self, count: int, nodes: int, bandwidth: float) -> Any:
        """Gaussian weights from the fine nodes (columns) to the centres of the cells (rows)."""
        from scipy.sparse import csr_array

        near = np.arange(2 * self.margin + self.parts + 1)
        from_centre = (near - self.margin - self.parts / 2) * self.step
        # sharing out among the nearest nodes adds step²/6 of variance on average: take it off again
        variance = bandwidth**2 - self.step**2 / 6
        weight = np.exp(-(from_centre**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
        indices = (np.arange(count)[:, None] * self.parts + near).ravel()
        starts = np.arange(count + 1) * len(near)
        return csr_array((np.tile(weight, count), indices, starts), shape=(count, nodes))

    def share_out(self, xy: Floats, weight: Floats) -> Floats:
        """Weights of points shared linearly among the four nearest nodes, shape (nodes up, nodes across)."""
        wide, tall = (int(n) for n in self.nodes)
        field = np.zeros(wide * tall)
        for start in range(0, len(xy), _CHUNK):
            part, worth = xy[start : start + _CHUNK], weight[start : start + _CHUNK]
            right, column = self._along(part[:, 0], 0)
            above, row = self._along(part[:, 1], 1)
            row *= wide
            row += column
            node = row.astype(np.int64)
            right *= worth
            both = right * above
            above *= worth
            right -= both
            above -= both
            np.add.at(field, node, worth - right - above - both)
            np.add.at(field[1:], node, right)
            np.add.at(field[wide:], node, above)
            np.add.at(field[wide + 1 :], node, both)
        return field.reshape(tall, wide)

    def _along(self, at: Floats, axis: int) -> tuple[Floats, Floats]:
        """Part of a step past the last fine node along one axis, and the number of that node."""
        past = at - self.origin[axis]
        past /= self.step
        node = np.floor(past)
        past -= node
        return past, node

    def ground(self, area: Any) -> Floats:
        """Square metres of the study area that each fine node stands for."""
        wide, tall = self.nodes - 1
        x = self.origin[0] + (np.arange(wide) + 0.5) * self.step
        y = self.origin[1] + (np.arange(tall) + 0.5) * self.step
        xy = np.column_stack([np.tile(x, tall), np.repeat(y, wide)])
        xy = xy[shapely.contains_xy(area, xy[:, 0], xy[:, 1])]
        return self.share_out(xy, np.full(len(xy), self.step**2))

    def smooth(self, field: Floats) -> Floats:
        """Apply the kernel along each axis in turn, and read off the cells."""
        surface = (self.across @ (self.up @ field).T).T
        return np.asarray(surface[self.row - self.low[1], self.column - self.low[0]], dtype=float)
