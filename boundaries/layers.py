"""Build every layer that a configuration describes, each from a file, a look-up, other layers or a point."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from boundaries.areas import read_areas
from boundaries.lookups import join_lookup, read_lookup
from boundaries.nest import centre_area, nest_areas
from hotspots.checks import CRS, InputError, Problems, UnreadableError, closest_name

# What may stand in each kind of layer; "overlapping" and "within" are for attach_areas.
_ALWAYS = {"overlapping", "within"}
_KINDS = {
    "file": {"file", "name", "code", "vintage", "layer", "aliases", "lookup"},
    "nest": {"nest", "of"},
    "groups": {"groups", "of", "radius"},
    "easting": {"easting", "northing", "radius", "name"},
}


def read_layers(
    settings: Mapping[str, Mapping[str, Any]],
    *,
    incidents: gpd.GeoDataFrame | None = None,
    spots: gpd.GeoDataFrame | None = None,
    left: dict[str, InputError] | None = None,
    crs: Any = CRS,
) -> dict[str, gpd.GeoDataFrame]:
    """Build the layers of a configuration's ``[areas.<layer>]`` tables, ready for `attach_areas`.

    Parameters
    ----------
    settings : mapping of str to mapping
        Layer name to one of four kinds:

        - ``file``, ``name`` and the other arguments of `read_areas`; ``lookup`` adds a look-up;
        - ``nest``: the column of another layer, named by ``of`` ("ward" unless given), to group by;
        - ``groups``: names of areas and lists of their members, ``of`` another layer, "street" (needs
          ``incidents``, with ``radius`` in metres) or "hotspot" (needs ``spots``);
        - ``easting, northing``, with ``radius`` and ``name``: a city centre.

        ``overlapping`` (true or false) and ``within`` are left to `attach_areas`.
    incidents : GeoDataFrame, optional
        Incidents or places, for areas made of streets.
    spots : GeoDataFrame, optional
        Hotspots, for areas made of hotspots.
    left : dict, optional
        Takes each layer whose file cannot be read, or which is made of such a one, with the error; None
        raises it.
    crs : str
        The grid of the answer, that of the records: any in metres.

    Returns
    -------
    dict of str to GeoDataFrame
        In the order of ``settings``.

    Raises
    ------
    InputError
        Unknown keys, layers that are not there or go round in a circle, and whatever `read_areas`,
        `join_lookup` and `nest_areas` refuse.

    Examples
    --------
    >>> layers = read_layers({"centre": {"easting": 430000, "northing": 433500, "radius": 800}})
    >>> layers["centre"]["name"].tolist()
    ['City centre']
    """
    _check_settings(settings)
    built: dict[str, gpd.GeoDataFrame] = {}
    given = {"street": incidents, "hotspot": spots}

    def build(layer: str) -> gpd.GeoDataFrame:
        if layer not in built:
            if layer in settings:
                parent = _parent(settings[layer])
                built[layer] = _build(settings[layer], build(parent) if parent else None, crs)
            else:
                built[layer] = given[layer]
        return built[layer]

    _check_parents(settings, {k for k, frame in given.items() if frame is not None})
    for layer in settings:
        try:
            build(layer)
        except UnreadableError as error:
            if left is None:
                raise
            left[layer] = error
    return {layer: built[layer] for layer in settings if layer in built}


def _kind(setting: Mapping[str, Any]) -> str | None:
    return next((kind for kind in _KINDS if kind in setting), None)


def _parent(setting: Mapping[str, Any]) -> str | None:
    return str(setting.get("of", "ward")) if _kind(setting) in {"nest", "groups"} else None


def _build(setting: Mapping[str, Any], members: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame:
    kind = _kind(setting)
    options = {k: v for k, v in setting.items() if k not in {"file", "nest", "groups", "lookup", "of", *_ALWAYS}}
    if kind == "file":
        areas = read_areas(Path(setting["file"]), crs=crs, **options)
        return join_lookup(areas, read_lookup(setting["lookup"])) if "lookup" in setting else areas
    if members is None:
        return centre_area(crs=crs, **options)
    overlapping = bool(setting.get("overlapping", False))
    of = str(setting.get("of", "ward"))
    return nest_areas(members, setting[str(kind)], of=of, overlapping=overlapping, **options)


def _check_settings(settings: Mapping[str, Mapping[str, Any]]) -> None:
    problems = Problems("The layers of areas cannot be built")
    for layer, setting in settings.items():
        kind = _kind(setting)
        if kind is None:
            problems.add(
                f"[areas.{layer}] has none of {', '.join(_KINDS)}",
                given=", ".join(setting),
                advice='file = "wards.gpkg" and name = "WD24NM"',
            )
            continue
        for key in setting:
            if key not in _KINDS[kind] | _ALWAYS:
                near = closest_name(key, _KINDS[kind] | _ALWAYS)
                problems.add(
                    f"[areas.{layer}] has an unknown key '{key}'",
                    given=f"{key} = {setting[key]!r}",
                    advice=f"'{near}'" if near else f"one of {', '.join(sorted(_KINDS[kind] | _ALWAYS))}",
                )
        for key in {"file": ("name",), "easting": ("northing",)}.get(kind, ()):
            if key not in setting:
                problems.add(f"[areas.{layer}] lacks '{key}'", given=f"[areas.{layer}]", advice="add that key")
    problems.raise_any()


def _check_parents(settings: Mapping[str, Mapping[str, Any]], given: set[str]) -> None:
    problems = Problems("The layers of areas cannot be built")
    for layer, setting in settings.items():
        seen, parent = [layer], _parent(setting)
        while parent is not None and parent in settings and parent not in seen:
            seen.append(parent)
            parent = _parent(settings[parent])
        if parent is None or parent in given:
            continue
        if parent in seen:
            problems.add(
                f"[areas.{layer}] is made of itself", given=" of ".join([*seen, parent]), advice="nest = another layer"
            )
        else:
            near = closest_name(parent, settings)
            problems.add(
                f"[areas.{layer}] is made of '{parent}', which is not at hand",
                given=f"layers {', '.join(settings)}",
                advice=f"'{near}'" if near else f"[areas.{parent}], or of = another layer",
            )
    problems.raise_any()
