"""The verb of the room: find hotspots, by whichever method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np

from hotspots.checks import announce
from hotspots.finding._by_cells import find_significant
from hotspots.finding._by_dbscan import find_dense
from hotspots.finding._by_streets import find_streets
from hotspots.finding._summarise import summarise_spots
from hotspots.finding.assign import assign_hotspots
from hotspots.finding.by_discs import find_discs
from hotspots.finding.details import add_details
from hotspots.finding.expected import add_expected
from hotspots.finding.request import METHODS, Found, Ground, Request, read_ground
from hotspots.finding.stability import RESAMPLES, add_stability

MOST_ROWS = 1_000_000

__all__ = ["METHODS", "assign_hotspots", "find_hotspots"]


def find_hotspots(
    incidents: gpd.GeoDataFrame,
    *,
    method: str = "discs",
    radius: float = 150,
    count: int | Mapping[str, int] | None = 100,
    by: str = "incidents",
    seed: int = 0,
    area: str | None = None,
    max_overlap: float = 0,
    spacing: float = 0,
    until_share: float | None = None,
    merge: bool = True,
    min_incidents: int | None = None,
    min_harm: float | None = None,
    max_diameter: float | None = None,
    cell_size: float = 250,
    cell_shape: str = "square",
    study_area: Any = None,
    streets: gpd.GeoDataFrame | None = None,
    max_distance: float = 30,
    resamples: int | None = None,
) -> gpd.GeoDataFrame:
    """Find hotspots and rank them, worst first.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, or the same records collapsed to places with a column ``incidents``.
        Columns ``harm``, ``harm_low``, ``harm_high``, ``place``, ``category`` and ``when`` are used
        where they are there.
    method : str
        ``"discs"``: the best patrollable discs (the default). ``"dbscan"``: dense clusters of any shape.
        ``"cells"``: touching cells of a grid with a significant Gi*. ``"streets"``: hot streets of a
        network, for exact coordinates only.
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
    area : str or None
        The column of areas that a mapping ``count`` speaks of. A disc is in the area that holds most of
        its incidents (or harm).
    max_overlap : float
        For discs: the largest share of a disc's area that another may cover, 0 to 1.
    spacing : float
        For discs: least metres between centres.
    until_share : float or None
        For discs: stop once they hold this share of all incidents (or harm).
    merge : bool
        For discs: merge those that touch or overlap (rims at most 10 m, a street's width, apart) into
        one hotspot of kind ``"clustered"`` with its ``parts``.
    min_incidents : int or None
        For DBSCAN: incidents within the radius that make a core point; None means 36.
    min_harm : float or None
        For DBSCAN: harm within the radius that a core point needs as well; None means none.
    max_diameter : float or None
        For DBSCAN: metres; a wider cluster is split into the discs inside it. None means never.
    cell_size, cell_shape
        For cells: side in metres; ``"square"`` or ``"hexagon"``.
    study_area : GeoDataFrame, geometry or None
        The ground over which ``expected`` spreads the incidents; None means the ground
        where the records lie (see `hotspots.common.settled_ground`), and says so. For cells also the ground
        whose cells, empty ones too, are compared; None means the rectangle around the incidents.
    streets : GeoDataFrame or None
        For streets: lines in EPSG:27700, with a column ``name`` if there is one.
    max_distance : float
        For streets: metres from a street within which an incident belongs to it.
    resamples : int or None
        Draws behind ``stability`` and the interval of the rank; 0 leaves them out. None means 40, or 0
        above a million rows.

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
        When an option cannot be used, harm is asked for without a column ``harm``, or streets are asked
        for on snapped points.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 100, 900], [0, 0, 0]), crs=27700)
    >>> find_hotspots(points, radius=150, count=1)["incidents"].tolist()
    [2]
    """
    request = Request(
        method=method,
        radius=radius,
        count=count,
        by=by,
        area=area,
        max_overlap=max_overlap,
        spacing=spacing,
        until_share=until_share,
        merge=merge,
        min_incidents=min_incidents,
        min_harm=min_harm,
        max_diameter=max_diameter,
        cell_size=cell_size,
        cell_shape=cell_shape,
        study_area=study_area,
        streets=streets,
        max_distance=max_distance,
    )
    request.check()
    ground = read_ground(incidents, request)
    finders: dict[str, Callable[[Ground, Request], Found]] = {
        "discs": find_discs,
        "dbscan": find_dense,
        "cells": find_significant,
        "streets": find_streets,
    }
    found = finders[method](ground, request)
    spots, label = summarise_spots(incidents, ground.places, found.shapes)
    if method != "discs" and not isinstance(count, Mapping | None):
        spots, label = spots.head(int(count)), np.where(label < count, label, -1)
    spots = add_details(spots, incidents, label[ground.places.inverse])
    spots = add_expected(spots, ground.places, study_area=study_area)
    if resamples is None:
        resamples = RESAMPLES
        if len(incidents) > MOST_ROWS:
            announce(f"Stability is left out above {MOST_ROWS:,} rows; resamples={RESAMPLES} asks for it.")
            resamples = 0
    return add_stability(spots, label, incidents, ground, found, resamples=resamples, seed=seed)
