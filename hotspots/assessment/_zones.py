"""The ground of an assessment: targets, comparison areas, their rings, and who was counted in each."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.assessment._rings import draw_ring, locate
from hotspots.checks import InputError, require_metres
from hotspots.common.places import Floats, collapse_incidents
from hotspots.common.when import rows_in
from hotspots.common.windows import Window

ROLES = ("target", "comparator", "ring", "comparator ring")


@dataclass(frozen=True)
class Zones:
    """Where and when each row was counted."""

    areas: gpd.GeoDataFrame  # ``role`` and ``geometry`` of all ground counted
    zone: npt.NDArray[np.int64]  # for each row its place in `ROLES`, or -1
    # for each row the area without a response it lies in (comparators, then placebos), or -1
    pool: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]  # for each row the target area it lies in, or -1
    time: npt.NDArray[np.int64]  # for each row 0 (baseline), 1 (response) or -1
    incidents: Floats  # for each row; ``harm`` is None where the records have none
    harm: Floats | None

    def number(self, role: str) -> int:
        """How many areas have this role."""
        return int((self.areas["role"] == role).sum())

    def counts(self, rows: npt.NDArray[np.bool_], values: Floats | None = None) -> Floats:
        """Totals of each zone before and after, shape (4, 2), over the rows of one measure."""
        return _totals(self.zone, self.time, self.incidents if values is None else values, rows, len(ROLES))

    def pool_counts(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """Totals of each area without a response, shape (areas, 2)."""
        size = self.number("comparator") + self.number("placebo")
        return _totals(self.pool, self.time, self.incidents, rows, size)

    def target_counts(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """Totals of each target area, shape (areas, 2)."""
        return _totals(self.target, self.time, self.incidents, rows, self.number("target"))


def lay_zones(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    comparator: gpd.GeoDataFrame,
    *,
    others: gpd.GeoDataFrame | None,
    ring: float | gpd.GeoDataFrame,
    baseline: Window,
    after: Window,
) -> Zones:
    """Lay out the ground of an assessment and place every row in it.

    A point on the edge of two zones counts in the first of target, comparator, ring, comparator ring.
    """
    roles = comparator["role"] if "role" in comparator.columns else pd.Series("comparator", comparator.index)
    with_role = comparator[roles.isin(["comparator", "placebo"]).to_numpy()]
    compared = with_role[(roles[with_role.index] == "comparator").to_numpy()]
    placebos = with_role[(roles[with_role.index] == "placebo").to_numpy()]
    if compared.empty:
        raise InputError(
            "There are no areas to compare with",
            given="no row with the role 'comparator'",
            advice="propose_comparators(...), or areas with the role 'comparator'",
        )
    cut = [others] if others is not None else []
    if isinstance(ring, gpd.GeoDataFrame):
        require_metres(ring, what="ring", like=incidents)
        near, width = ring, 200.0
    else:
        near, width = draw_ring(targets, width=ring, without=[compared, *cut]), float(ring)
    far = draw_ring(compared, width=width, without=[targets, near, *cut])
    parts = {"target": targets, "comparator": compared, "ring": near, "comparator ring": far, "placebo": placebos}
    roles_of = np.repeat(list(parts), [len(part) for part in parts.values()])
    shapes = np.concatenate([part.geometry.to_numpy() for part in parts.values()])
    areas = gpd.GeoDataFrame({"role": pd.Series(roles_of, dtype="str")}, geometry=list(shapes), crs=incidents.crs)
    return _place(incidents, areas, baseline, after)


def _place(incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, baseline: Window, after: Window) -> Zones:
    places = collapse_incidents(incidents)
    shapes = areas.geometry.to_numpy()
    zoned = areas["role"].isin(ROLES).to_numpy()
    codes = areas["role"].map({role: i for i, role in enumerate(ROLES)}).fillna(-1).to_numpy(dtype=np.int64)
    first = locate(places.xy, shapes[zoned])
    zone = np.where(first >= 0, np.append(codes[zoned], -1)[first], -1)
    pooled = areas["role"].isin(["comparator", "placebo"]).to_numpy()
    pool = np.where(zone == 0, -1, locate(places.xy, shapes[pooled]))
    target = locate(places.xy, shapes[(areas["role"] == "target").to_numpy()])
    time = np.where(rows_in(incidents, baseline), 0, np.where(rows_in(incidents, after), 1, -1))
    harm = incidents["harm"].to_numpy(dtype=float) if "harm" in incidents.columns else None
    at = places.inverse
    return Zones(areas, zone[at], pool[at], target[at], time, places.rows.astype(float), harm)


def _totals(where: Any, time: Any, values: Floats, rows: Any, size: int) -> Floats:
    use = rows & (where >= 0) & (time >= 0)
    flat = np.bincount(where[use] * 2 + time[use], weights=values[use], minlength=2 * size)
    return np.asarray(flat.reshape(size, 2), dtype=float)
