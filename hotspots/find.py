"""The verb of the room: find hotspots, by whichever method."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from hotspots.assign import assign_hotspots
from hotspots.checks import InputError, announce, closest_name
from hotspots.clusters import check_cluster_options, cluster_places
from hotspots.collapse import Ints, Places, collapse_incidents, exact_units
from hotspots.discs import check_disc_options, choose_discs, disc_shapes
from hotspots.outlines import heaviest_first, shapes_of_labels
from hotspots.spots import Shape, summarise_spots

METHODS = ("discs", "dbscan")
MIN_INCIDENTS = 36

__all__ = ["METHODS", "assign_hotspots", "find_hotspots"]


def find_hotspots(
    incidents: gpd.GeoDataFrame,
    *,
    method: str = "discs",
    radius: float = 150,
    count: int | None = 100,
    by: str = "incidents",
    seed: int = 0,
    min_incidents: int | None = None,
    max_overlap: float = 0,
    spacing: float = 0,
    until_share: float | None = None,
    merge: bool = True,
) -> gpd.GeoDataFrame:
    """Find hotspots and rank them, worst first.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700, or the same records collapsed to places with a column ``incidents``.
        Columns ``harm``, ``harm_low``, ``harm_high`` and ``place`` are used where they are there.
    method : str
        ``"discs"``: the best patrollable discs (the default); ``"dbscan"``: dense clusters of any shape.
    radius : float
        Metres: the radius of each disc, or the search radius of DBSCAN.
    count : int or None
        How many discs to pick (touching discs merge, so there may be fewer hotspots), or the most
        clusters to keep; None means no limit (discs then need ``until_share``).
    by : str
        Pick discs by ``"incidents"`` or by ``"harm"``.
    seed : int
        Seed of every random draw.
    min_incidents : int or None
        For DBSCAN: incidents within the radius that make a core point; None means 36.
    max_overlap : float
        For discs: the largest share of a disc's area that another may cover.
    spacing : float
        For discs: least metres between centres.
    until_share : float or None
        For discs: stop once they hold this share of all incidents (or harm).
    merge : bool
        For discs: merge those that touch or overlap (rims at most 10 m, a street's width, apart) into
        one hotspot of kind ``"clustered"`` with its ``parts``.

    Returns
    -------
    GeoDataFrame
        One row per hotspot, index ``rank``, 1 the worst: by harm where there is any, else by incidents.

    Raises
    ------
    InputError
        When an option cannot be used, or ``by="harm"`` without a column ``harm``.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 100, 900], [0, 0, 0]), crs=27700)
    >>> find_hotspots(points, radius=150, count=1)["incidents"].tolist()
    [2]
    """
    _check_choice("method", method, METHODS)
    _check_choice("by", by, ("incidents", "harm"))
    if by == "harm" and "harm" not in incidents.columns:
        raise InputError(
            "Hotspots by harm need the column harm",
            given=f"columns {', '.join(map(str, incidents.columns))}",
            advice="incidents['harm'] = weigh_incidents(incidents)",
        )
    places = collapse_incidents(incidents)
    if method == "dbscan":
        shapes = dbscan_shapes(places, radius=radius, min_incidents=min_incidents)
        spots = summarise_spots(incidents, places, shapes)
        return spots if count is None else spots.head(count)
    check_disc_options(
        radius=radius, count=count, max_overlap=max_overlap, spacing=spacing, until_share=until_share
    )
    weight = places.incidents if by == "incidents" else exact_units(places.total(incidents["harm"]))
    discs = choose_discs(
        places.xy,
        weight,
        radius=radius,
        count=count,
        max_overlap=max_overlap,
        spacing=spacing,
        until_share=until_share,
    )
    return summarise_spots(incidents, places, disc_shapes(discs, radius=radius, merge=merge))


def dbscan_shapes(places: Places, *, radius: float, min_incidents: int | None) -> list[Shape]:
    """Clusters as shapes: core places buffered by the search radius and dissolved."""
    if min_incidents is None:
        min_incidents = MIN_INCIDENTS
        announce(f"DBSCAN: min_incidents was not given; {MIN_INCIDENTS} within {radius:g} m is used.")
    check_cluster_options(radius=radius, min_incidents=min_incidents)
    # hotspots must not depend on the order of rows, as border points do: the heaviest cluster comes first
    order = np.lexsort((places.xy[:, 1], places.xy[:, 0]))
    for _ in range(2):
        label = np.empty(len(order), dtype=np.int64)
        core = np.empty(len(order), dtype=bool)
        label[order], core[order] = cluster_places(
            places.xy[order], places.incidents[order], radius=radius, minimum=min_incidents
        )
        order = order[np.argsort(_place_in_line(places, label, core)[order], kind="stable")]
    return shapes_of_labels(places, label, core, radius=radius)


def _place_in_line(places: Places, label: Ints, core: npt.NDArray[np.bool_]) -> Ints:
    """For each place the standing of its cluster, 0 the heaviest; the last for places in none."""
    line = heaviest_first(places, label, core)
    standing = np.full(len(line) + 1, len(line), dtype=np.int64)
    standing[line] = np.arange(len(line))
    return standing[label]


def _check_choice(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        nearest = closest_name(str(given), known)
        raise InputError(
            f"{name} must be one of {', '.join(known)}",
            given=f"{name}={given!r}",
            advice=f"{name}={nearest!r}" if nearest else "",
        )
