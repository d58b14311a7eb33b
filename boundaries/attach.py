"""Attach incidents and hotspots to areas: exactly once, by a stated rule, with the sums to prove it."""

from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.attach_hotspots import attach_polygons
from boundaries.locate import HOW, collapse_points, locate_layers, measure_edges
from boundaries.outside import say_outside
from boundaries.overlapping_layers import list_areas
from boundaries.reconciliation import announce_sums, label_rows, tabulate_sums
from hotspots.checks import InputError, Problems, announce, closest_name, require_columns, require_metres

#: Metres: a point in no area goes to the nearest one this close. Wide enough for the slivers of the Leeds
#: ward file; at 20 m it would already draw in a dozen incidents a month from across the district's line.
WITHIN = 5.0

#: Metres: nearer to a line than this, the snapping of open data may have moved an incident across it.
UNCERTAIN = 50.0


def attach_areas(
    frame: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    incidents: gpd.GeoDataFrame | None = None,
    rejects: pd.DataFrame | None = None,
    within: float | Mapping[str, float] = WITHIN,
    uncertain: float | None = UNCERTAIN,
    overlapping: Collection[str] = (),
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Attach each incident, place or hotspot to one area of each layer, or to none.

    Points: inside one area (or on its edge) it is that one; inside several, the one whose edge is furthest
    away, then the first by code; inside none, the nearest within ``within`` metres, then the first by code.
    Hotspots (polygons): by the share of their incidents in each area; the largest share is the area, all
    are listed. A layer made by `nest_areas` from another layer given here follows that one, so that their
    sums agree. The work is done once per distinct coordinate, never per row.

    Parameters
    ----------
    frame : GeoDataFrame
        Incidents, places or spots in EPSG:27700.
    areas : mapping of str to GeoDataFrame
        Layer name to areas, as from `read_areas`, e.g. ``{"ward": wards, "lsoa": lsoas}``.
    incidents : GeoDataFrame, optional
        For hotspots: the incidents (or places) to share out; None shares by ground area and says so.
    rejects : DataFrame, optional
        As from `read_incidents`: rows that had no coordinates are shown beside the sums.
    within : float or mapping of str to float
        Metres, for all layers or for each by name (5 where not named); 0 attaches nothing to a nearest area.
    uncertain : float, optional
        Metres: points nearer to a line of the layer are flagged; None leaves the two columns out.
    overlapping : collection of str
        Layers whose areas overlap by nature (protection orders, cumulative-impact areas): every area is
        listed and the nearest rule does not apply.

    Returns
    -------
    GeoDataFrame
        A copy of ``frame`` with ``<layer>_code`` and ``<layer>_name`` (missing where in no area),
        ``<layer>_priority`` where the areas have a column ``priority``; for points ``<layer>_edge`` (metres
        to the nearest line) and ``<layer>_uncertain``; for hotspots ``<layer>_shares``, a list of (name,
        share) largest first, and with a harm column in ``incidents`` ``<layer>_harm_shares``. An overlapping
        layer gives the lists ``<layer>_codes`` and ``<layer>_names`` instead of the pair.
    DataFrame
        The reconciliation, one row per layer: ``accepted = inside + tie + nearest + outside``; incidents
        for points, hotspots for polygons. For an overlapping layer "tie" counts those in several areas.
        With ``rejects``, a further column ``no_coordinates``. ``attrs["outside"]`` has a sentence for each
        layer outside which nearly all records lie.

    Raises
    ------
    InputError
        Not in EPSG:27700, rows without geometry, points and polygons mixed, areas without code or name.

    Examples
    --------
    >>> halves = gpd.GeoDataFrame({"code": ["E", "W"], "name": ["East", "West"]},
    ...     geometry=[shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)], crs="EPSG:27700")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3, 10, 22, 99], [5] * 4), crs="EPSG:27700")
    >>> attached, sums = attach_areas(points, {"half": halves}, within=5)
    >>> attached["half_name"].fillna("-").tolist()
    ['West', 'East', 'East', '-']
    >>> sums.loc["half"].to_dict()
    {'accepted': 4, 'inside': 1, 'tie': 1, 'nearest': 1, 'outside': 1}
    """
    polygons = _check(frame, areas, within, overlapping)
    near = {k: within.get(k, WITHIN) if isinstance(within, Mapping) else within for k in areas}
    if polygons:
        return attach_polygons(frame, areas, incidents=incidents, within=near, overlapping=overlapping)
    points, position = collapse_points(frame.geometry)
    single = {layer: some for layer, some in areas.items() if layer not in overlapping}
    found = locate_layers(points, single, within=near)
    columns: dict[str, Any] = {}
    how = {}
    for layer, some in areas.items():
        if layer in overlapping:
            labels, how[layer] = list_areas(points, some, position, layer=layer, index=frame.index)
        else:
            labels = label_rows(some, found[layer].area[position], layer=layer, index=frame.index)
            how[layer] = found[layer].how
        columns |= labels
        if uncertain is not None:
            edge = measure_edges(points, some)
            columns |= {f"{layer}_edge": edge[position], f"{layer}_uncertain": (edge < uncertain)[position]}
    counts = frame["incidents"].to_numpy(dtype=float) if "incidents" in frame.columns else None
    sums = {k: np.bincount(v[position], weights=counts, minlength=len(HOW)) for k, v in how.items()}
    reconciliation = tabulate_sums(sums, rejects)
    announce_sums(reconciliation, unit="records", within=near)
    held = np.bincount(position, weights=counts, minlength=len(points))
    told = {k: say_outside(points, held, some, how[k], alone=k not in overlapping) for k, some in areas.items()}
    reconciliation.attrs["outside"] = [f"{k}: {sentence}" for k, sentence in told.items() if sentence]
    for sentence in reconciliation.attrs["outside"]:
        announce(sentence)
    return frame.assign(**columns), reconciliation


def _check(
    frame: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    within: float | Mapping[str, float],
    overlapping: Collection[str],
) -> bool:
    """Refuse what cannot be attached; True for polygons, False for points."""
    require_metres(frame, what="what is to be attached")
    for layer, some in areas.items():
        require_metres(some, what=f"the areas of layer '{layer}'", like=frame)
        require_columns(some, ["code", "name"], what=f"the areas of layer '{layer}'")
    problems = Problems("These rows cannot be attached to areas")
    named = {"overlapping": overlapping, "within": within if isinstance(within, Mapping) else ()}
    for what, layers in named.items():
        for layer in [layer for layer in layers if layer not in areas]:
            near = closest_name(layer, areas)
            problems.add(
                f"{what} names the layer '{layer}', not given",
                given=f"layers {', '.join(areas) or '(none)'}",
                advice=f"'{near}'" if near else "one of the layers",
            )
    shapes = frame.geometry.to_numpy()
    types = shapely.get_type_id(shapes)
    kinds = {kind for kind in range(8) if (types == kind).any()}
    missing = _count_missing(shapes, kinds)
    if missing:
        problems.add(
            "rows without coordinates",
            given=f"{missing:,} of {len(frame):,}",
            advice="leave them among the rejects, as read_incidents does",
        )
    if not kinds <= {0} and not kinds <= {3, 6}:
        problems.add(
            "geometry must be all points or all polygons",
            given=f"{len(kinds)} kinds of geometry",
            advice="attach records and hotspots in two calls",
        )
    problems.raise_any()
    for distance in within.values() if isinstance(within, Mapping) else [within]:
        if not distance >= 0:
            raise InputError(
                "The nearest distance must be 0 metres or more", given=f"within={distance}", advice="within=5"
            )
    # No rows at all: only their columns say whether they would have been hotspots.
    return 0 not in kinds if kinds else "parts" in frame.columns


def _count_missing(shapes: Any, kinds: set[int]) -> int:
    # A million points are counted in a tenth of the time that asking each whether it is empty takes.
    if kinds <= {0} and shapely.count_coordinates(shapes) == len(shapes):
        return 0
    return int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum())
