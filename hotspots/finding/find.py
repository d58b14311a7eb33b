"""The verb of the room: find hotspots, by whichever method."""

from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np

from hotspots.checks import announce
from hotspots.common.wording import say_count
from hotspots.finding._by_cells import find_significant
from hotspots.finding._by_dbscan import find_dense
from hotspots.finding._by_streets import find_streets
from hotspots.finding._summarise import summarise_spots
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.by_discs import find_discs
from hotspots.finding.details import add_details
from hotspots.finding.expected import add_expected
from hotspots.finding.ground import Found, Ground, read_ground
from hotspots.finding.methods import METHODS, Discs, Method, read_method, require_one_of
from hotspots.finding.stability import RESAMPLES, add_stability

MOST_ROWS = 1_000_000
FINDERS: dict[str, Callable[[Ground, Any], Found]] = {
    "discs": find_discs,
    "dbscan": find_dense,
    "cells": find_significant,
    "streets": find_streets,
}

__all__ = ["METHODS", "assign_hotspots", "find_hotspots"]


def find_hotspots(
    incidents: gpd.GeoDataFrame,
    *,
    method: str | Method = "discs",
    radius: float = 150,
    count: int | Mapping[str, int] | None = 100,
    by: str = "incidents",
    seed: int = 0,
    study_area: Any = None,
    resamples: int | None = None,
    **options: Any,
) -> gpd.GeoDataFrame:
    """Find hotspots and rank them, worst first.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, or the same records collapsed to places with a column ``incidents``.
        Columns ``harm``, ``harm_low``, ``harm_high``, ``place``, ``category`` and ``when`` are used
        where they are there.
    method : str, Discs, Clusters, Cells or Streets
        ``"discs"``: the best patrollable discs (the default). ``"dbscan"``: dense clusters of any shape.
        ``"cells"``: touching cells of a grid with a significant Gi*. ``"streets"``: hot streets of a
        network, for exact coordinates only. Or one of the classes of `hotspots.finding.methods`, which
        holds its own options: ``Discs(radius=150, count=100)``.
    radius : float
        Metres: the radius of each disc, or the search radius of DBSCAN.
    count : int, mapping or None
        How many discs to pick (touching discs merge, so there may be fewer hotspots), or the most
        hotspots to keep by another method; None means no limit (discs then need ``until_share``). A
        mapping, for discs, says how many in each area: ``{"South": 5, "East": 5}``.
    by : str
        Pick by ``"incidents"`` or by ``"harm"``.
    seed : int
        Seed of every random draw.
    study_area : GeoDataFrame, geometry or None
        The ground over which ``expected`` spreads the incidents; None means the ground
        where the records lie (see `hotspots.common.settled_ground`), and says so. For cells also the ground
        whose cells, empty ones too, are compared; None means the rectangle around the incidents.
    resamples : int or None
        Draws behind ``stability`` and the interval of the rank; 0 leaves them out. None means 40, or 0
        above a million rows.
    **options
        What else the method takes, as its class says: for discs ``area``, ``max_overlap``, ``spacing``,
        ``until_share`` and ``merge``; for DBSCAN ``min_incidents``, ``min_harm`` and ``max_diameter``; for
        cells ``cell_size`` and ``cell_shape``; for streets ``streets`` and ``max_distance``.

    Returns
    -------
    GeoDataFrame
        One row per hotspot, index ``rank``, 1 the worst: by harm where there is any, else by incidents.
        After the geometry stand ``default_location``, ``largest_offence``, ``largest_offence_share``,
        ``one_offence``, ``snap_point``, ``harm_rank_low``, ``harm_rank_high``, ``note``, ``expected``,
        ``expected_nearby`` (see `hotspots.finding.expected`) and ``found_again``.

    Raises
    ------
    InputError
        When an option cannot be used or is another method's, harm is asked for without a column ``harm``,
        or streets are asked for on snapped points.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 100, 900], [0, 0, 0]), crs=27700)
    >>> find_hotspots(points, radius=150, count=1)["incidents"].tolist()
    [2]
    """
    usual = {"radius": (radius, 150), "count": (count, 100)}
    given = {name: value for name, (value, default) in usual.items() if value is None or value != default}
    asked = read_method(method, given | options)
    require_one_of("by", by, ("incidents", "harm"))
    ground = read_ground(incidents, asked, by=by, study_area=study_area)
    found = FINDERS[asked.name](ground, asked)
    if by == "harm" and isinstance(asked, Discs) and asked.shrink and asked.until_share is None:
        announce(
            "Places are chosen by harm as if each had seen "
            f"{say_count(asked.shrink, 'more record', 'more records')} of the whole area's own mix of kinds, "
            "so that one serious offence does not make a hotspot; counts and harm shown are those recorded."
        )
    spots, label = summarise_spots(incidents, ground.places, found.shapes)
    most = asked.count
    if asked.name != "discs" and not isinstance(most, Mapping | None):
        spots, label = spots.head(int(most)), np.where(label < most, label, -1)
    spots = add_details(spots, incidents, label[ground.places.inverse])
    spots = add_expected(spots, ground.places, study_area=study_area)
    if resamples is None:
        resamples = RESAMPLES
        if len(incidents) > MOST_ROWS:
            announce(f"Stability is left out above {MOST_ROWS:,} rows; resamples={RESAMPLES} asks for it.")
            resamples = 0
    return add_stability(spots, label, incidents, ground, found, resamples=resamples, seed=seed)
