"""Build larger areas of smaller ones: committees and districts of wards, Local Area Plans of anything."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from boundaries.names import fold_name
from hotspots.checks import CRS, InputError, Problems, closest_name, require_columns, require_metres
from hotspots.common.words_for_nothing import is_nothing

Member = str | int


def nest_areas(
    members: gpd.GeoDataFrame,
    groups: str | Mapping[str, Sequence[Member]],
    *,
    of: str = "ward",
    radius: float = 50.0,
    overlapping: bool = False,
) -> gpd.GeoDataFrame:
    """Build areas of members: committees of wards, a Local Area Plan of wards, LSOAs, streets or hotspots.

    Parameters
    ----------
    members : GeoDataFrame
        Areas (wards, LSOAs ...: named by code or name), spots (named by rank, reference or name), or
        incidents or places (named by street, as in ``place``, with or without "On or near").
    groups : str or mapping of str to sequence
        A column of ``members`` that names the group of each (missing: in none), e.g. "committee"; or the
        groups and their members, e.g. ``{"Harehills": ["Gipton & Harehills"]}``.
    of : str
        Layer the members are in when attached. `attach_areas` then follows that layer where both are
        given, so that the sums over wards, committees and district agree exactly.
    radius : float
        Metres around each recorded point of a street that belong to it.
    overlapping : bool
        True lets a member be in several groups: attach the layer with ``overlapping=``.

    Returns
    -------
    GeoDataFrame
        Areas: ``code, name, members`` (list of codes), ``nested_from``, ``priority`` (True where any member
        is a priority) if the members have it, ``population`` (the sum) if they have it, ``geometry``.
        ``code`` is the column ``<group>_code`` of the members where there is one, else the name.

    Raises
    ------
    InputError
        No such column, a member that does not exist (the nearest is named) or that
        several areas are called, a member in two groups.

    Examples
    --------
    >>> wards = gpd.GeoDataFrame({"code": ["E1", "E2", "E3"], "name": ["A & B", "C", "D"],
    ...     "committee": ["North", "North", "South"]},
    ...     geometry=[shapely.box(x, 0, x + 1, 1) for x in range(3)], crs="EPSG:27700")
    >>> nest_areas(wards, "committee")[["name", "members"]].values.tolist()
    [['North', ['E1', 'E2']], ['South', ['E3']]]
    >>> nest_areas(wards, {"Plan": ["A and B", "D"]})["members"].tolist()
    [['E1', 'E3']]
    """
    require_metres(members, what="the members of the areas")
    parts = _as_areas(members, radius)
    rows = _group_by_column(parts, groups) if isinstance(groups, str) else _group_by_list(parts, groups, of)
    if not overlapping:
        _check_once(parts, rows)
    codes = _group_codes(parts, groups, rows)
    table = {
        "code": [codes.get(name, name) for name in rows],
        "name": list(rows),
        "members": [list(parts["code"].iloc[at]) for at in rows.values()],
        "nested_from": of,
    }
    if "priority" in parts.columns:
        table["priority"] = [bool(parts["priority"].iloc[at].isin([True]).any()) for at in rows.values()]
    if "population" in parts.columns:
        table["population"] = [parts["population"].iloc[at].sum(min_count=len(at)) for at in rows.values()]
    shapes = [shapely.union_all(parts.geometry.iloc[at].to_numpy()) for at in rows.values()]
    frame = pd.DataFrame(table).astype({"code": "str", "name": "str"})
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=members.crs)


def centre_area(
    *, easting: float, northing: float, radius: float = 1000.0, name: str = "City centre", crs: Any = CRS
) -> gpd.GeoDataFrame:
    """Draw a city centre as an area of its own: a circle that never gets a rate per resident.

    Raises
    ------
    InputError
        If the radius is not above 0.

    Parameters
    ----------
    easting, northing : float
        Its middle, in metres of the grid.
    radius : float
        Metres.
    name : str
        What to call it.
    crs : str
        The grid, any in metres.

    Returns
    -------
    GeoDataFrame
        Areas of one row: ``code, name, residential`` (False), ``geometry``. A centre with a drawn line is
        read with `read_areas` and marked with ``.assign(residential=False)``.

    Examples
    --------
    >>> centre = centre_area(easting=430000, northing=433500)
    >>> centre["name"].item(), round(centre.area.item() / 1e6, 2)
    ('City centre', 3.14)
    """
    if not radius > 0:
        raise InputError("The radius of a centre must be above 0 metres", given=f"radius={radius}", advice="radius=400")
    disc = shapely.buffer(shapely.Point(easting, northing), radius, quad_segs=32)
    return gpd.GeoDataFrame({"code": [name], "name": [name], "residential": [False]}, geometry=[disc], crs=crs)


def _as_areas(members: gpd.GeoDataFrame, radius: float) -> gpd.GeoDataFrame:
    """Members as areas with ``code`` and ``name``, whatever they came as."""
    coded = {"code", "name"} <= set(members.columns)
    if not coded and {"ref", "name"} <= set(members.columns):
        ranks = [str(rank) for rank in members.index]
        return members.assign(code=members["ref"], rank=ranks).reset_index(drop=True)
    if not coded and "place" in members.columns:
        return _streets(members, radius)
    require_columns(members, ["code", "name"], what="what areas are to be built of")
    return members.reset_index(drop=True)


def _streets(incidents: gpd.GeoDataFrame, radius: float) -> gpd.GeoDataFrame:
    names = incidents["place"].astype(str).map(_strip_near)
    names = names.mask(names.map(is_nothing).astype(bool), "")
    named = incidents.geometry[names != ""]
    rows = [
        (name, shapely.union_all(shapely.buffer(shapely.multipoints(some.to_numpy()), radius)))
        for name, some in named.groupby(names[names != ""])
    ]
    streets = [name for name, _ in rows]
    return gpd.GeoDataFrame({"code": streets, "name": streets}, geometry=[s for _, s in rows], crs=incidents.crs)


def _group_by_column(parts: gpd.GeoDataFrame, column: str) -> dict[str, list[int]]:
    if column not in parts.columns:
        near = closest_name(column, map(str, parts.columns))
        raise InputError(
            f"The members have no column '{column}' to group by",
            given=f"columns {', '.join(map(str, parts.columns))}",
            advice=f"'{near}'" if near else "join_lookup(areas, read_lookup(...)) adds it",
        )
    rows: dict[str, list[int]] = {}
    for at, group in enumerate(parts[column]):
        if not pd.isna(group):
            rows.setdefault(str(group), []).append(at)
    return dict(sorted(rows.items()))


def _group_by_list(parts: gpd.GeoDataFrame, groups: Mapping[str, Sequence[Member]], of: str) -> dict[str, list[int]]:
    known = _find_members(parts)
    problems = Problems(f"These areas cannot be built of {of}s")
    rows: dict[str, list[int]] = {}
    for group, wanted in groups.items():
        missing = [m for m in wanted if _fold(m) not in known]
        for member in missing:
            near = closest_name(str(member), map(str, [*parts["name"], *parts["code"]]))
            problems.add(f"'{group}' names the {of} '{member}', which is not there", advice=near or "")
        several = [m for m in wanted if len(known.get(_fold(m), ())) > 1]
        for member in several:
            codes = ", ".join(str(parts["code"].iloc[at]) for at in known[_fold(member)])
            problems.add(f"'{group}' names the {of} '{member}', as several are called", given=codes, advice="a code")
        if not wanted:
            problems.add(f"'{group}' has no members", given="an empty list", advice="the names or codes of its areas")
        rows[str(group)] = sorted({known[_fold(m)][0] for m in wanted if m not in missing})
    problems.raise_any()
    return rows


def _find_members(parts: gpd.GeoDataFrame) -> dict[str, list[int]]:
    """Rows by what they may be called; a code goes before a name, and a name before a rank."""
    known: dict[str, list[int]] = {}
    for column in ("rank", "name", "code"):
        found: dict[str, list[int]] = {}
        for at, value in enumerate(parts[column] if column in parts.columns else ()):
            found.setdefault(_fold(value), []).append(at)
        known |= found
    return known


def _fold(member: Any) -> str:
    text = str(member)
    return fold_name(_strip_near(text)) or text


def _strip_near(place: str) -> str:
    """Street without police.uk's "On or near"."""
    return re.sub(r"^On or near\s+", "", place).strip()


def _check_once(parts: gpd.GeoDataFrame, rows: Mapping[str, Iterable[int]]) -> None:
    seen: dict[int, str] = {}
    problems = Problems("A member may be in one area only")
    for group, at in rows.items():
        for one in at:
            if one in seen:
                problems.add(
                    "a member is in two",
                    given=f"{parts['name'].iloc[one]} in {seen[one]} and in {group}",
                    advice="take it out of one, or say that the areas overlap (overlapping = true; in Python "
                    "here and in attach_areas)",
                )
            seen[one] = group
    problems.raise_any()


def _group_codes(parts: gpd.GeoDataFrame, groups: Any, rows: Mapping[str, Sequence[int]]) -> dict[str, str]:
    column = f"{groups}_code"
    if not isinstance(groups, str) or column not in parts.columns:
        return {}
    codes = {name: parts[column].iloc[list(at)].dropna().unique() for name, at in rows.items()}
    return {name: str(found[0]) for name, found in codes.items() if len(found) == 1}
