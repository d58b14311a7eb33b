"""Where cameras may stand: points given, junctions of streets, a lattice; and what each reaches."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, require_metres
from hotspots.common.place_names import strip_near
from hotspots.common.places import Floats
from hotspots.severity.demand import Demand

GRID_STEP = 50.0


def read_points(frame: gpd.GeoDataFrame | None, *, what: str, like: Any = None) -> pd.DataFrame:
    """Coordinates, label and name of each row of a frame of points."""
    columns = ["label", "name", "easting", "northing"]
    if frame is None:
        return pd.DataFrame({c: pd.Series(dtype=object if c in columns[:2] else float) for c in columns})
    require_metres(frame, what=what, like=like)
    if not (frame.geom_type == "Point").all():
        raise InputError(
            f"{what} must be points",
            given=", ".join(sorted(set(frame.geom_type.fillna("no geometry")))),
            advice="frame.set_geometry(frame.representative_point())",
        )
    column = next((c for c in ("name", "place", "ref") if c in frame.columns), None)
    names = [""] * len(frame) if column is None else [strip_near(str(n)) for n in frame[column].fillna("")]
    return pd.DataFrame(
        {"label": frame.index.astype(object), "name": names, "easting": frame.geometry.x, "northing": frame.geometry.y}
    ).reset_index(drop=True)


def candidate_points(candidates: Any, demand: Demand, like: Any = None) -> pd.DataFrame:
    """Read the sites given, or make them: junctions of streets, a lattice, or the places themselves."""
    if isinstance(candidates, str):
        if candidates != "grid":
            raise InputError(
                "Candidates are points, street lines or the word 'grid'", given=repr(candidates), advice="'grid'"
            )
        points = _lattice(demand.xy)
    elif candidates is None:
        points = demand.xy
    else:
        require_metres(candidates, what="candidates", like=like)
        if len(candidates) == 0:
            raise InputError(
                "There is no candidate site", given="an empty frame", advice="candidates=None for the places themselves"
            )
        if not candidates.geom_type.isin(["LineString", "MultiLineString"]).all():
            return read_points(candidates, what="candidates").sort_values(["easting", "northing"], kind="stable")
        points = street_junctions(candidates)
    frame = pd.DataFrame({"label": None, "name": "", "easting": points[:, 0], "northing": points[:, 1]})
    return frame.astype({"label": object})


def street_junctions(lines: gpd.GeoDataFrame) -> Floats:
    """Coordinates (n × 2, metres) where three or more arms of street lines meet.

    Examples
    --------
    >>> from shapely import LineString
    >>> cross = gpd.GeoDataFrame(
    ...     geometry=[LineString([(0, 0), (5, 0), (9, 0)]), LineString([(5, 0), (5, 5)])], crs="EPSG:27700"
    ... )
    >>> street_junctions(cross).tolist()
    [[5.0, 0.0]]
    """
    single = lines.geometry.explode(index_parts=False).reset_index(drop=True)
    vertices = single.get_coordinates()
    line = vertices.index.to_numpy()
    ends = np.ones(len(line), dtype=bool)
    ends[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    at = np.round(vertices["x"].to_numpy(), 1) + 1j * np.round(vertices["y"].to_numpy(), 1)
    distinct, where = np.unique(at, return_inverse=True)
    arms = np.bincount(where, np.where(ends, 1, 2), minlength=len(distinct))
    meet = distinct[arms >= 3]
    return np.column_stack([meet.real, meet.imag])


def _lattice(at: Floats) -> Floats:
    """Points of the National Grid's 50 m lattice around each demand point."""
    corner = np.floor(at / GRID_STEP)
    shifts = np.array([(i, j) for i in (-1, 0, 1, 2) for j in (-1, 0, 1, 2)])
    return np.unique((corner[:, None, :] + shifts[None, :, :]).reshape(-1, 2), axis=0) * GRID_STEP


def reach_of(at: Floats, sites: pd.DataFrame, radius: float) -> Any:
    """Sparse demand × sites: True within the radius."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    shape = (len(at), len(sites))
    if 0 in shape:
        return csr_array(shape)
    spots = sites[["easting", "northing"]].to_numpy(dtype=float)
    near = cKDTree(at).sparse_distance_matrix(cKDTree(spots), radius * (1 + 1e-12), output_type="ndarray")
    return csr_array((np.ones(len(near)), (near["i"], near["j"])), shape=shape)
