"""From a frame of any kind to a layer of the map: released, described in words, made small."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, require_metres
from maps.disclosure import COLUMNS, Profile, release
from maps.escape import clean
from maps.palette import ACCENT, INK, LAND, LINE
from maps.shapes import encode_points, encode_shapes

_NAMED_KINDS = {
    "incident": "incidents",
    "cell": "cells",
    "patrol": "patrols",
    "camera": "cameras",
    "cctv": "cameras",
    "place": "places",
    "pub": "places",
    "school": "places",
    "compar": "comparison",
    "ring": "comparison",
    "road": "streets",
    "street": "streets",
}
_STYLES: dict[str, dict[str, Any]] = {
    "areas": {"color": LINE, "weight": 1, "fill": False},
    "patrols": {"color": ACCENT, "weight": 3, "dashArray": "6 5", "fillColor": ACCENT, "fillOpacity": 0.05},
    "cameras": {"color": ACCENT, "weight": 1.5, "fillColor": ACCENT, "fillOpacity": 0.12},
    "comparison": {"color": "#542788", "weight": 2, "dashArray": "2 5", "fillOpacity": 0},
    "streets": {"color": "#c3c9cf", "weight": 1},
    "places": {"color": INK, "weight": 1},
}
_MARKS = {"cameras": "C", "places": "•"}
_SHOWN = ("incidents", "cameras")


def kind_of(name: str, frame: gpd.GeoDataFrame) -> str:
    """Find what a layer holds, from ``frame.attrs["kind"]``, its columns, or the name it was given.

    Examples
    --------
    >>> kind_of("CCTV sites", gpd.GeoDataFrame(geometry=[]))
    'cameras'
    >>> kind_of("ward", gpd.GeoDataFrame(geometry=[]))
    'areas'
    """
    stated = frame.attrs.get("kind")
    if stated:
        return str(stated)
    if {"when", "category"} <= set(frame.columns):
        return "incidents"
    found = [kind for word, kind in _NAMED_KINDS.items() if word in name.casefold()]
    return found[0] if found else "areas"


def prepare_layers(
    layers: Mapping[str, gpd.GeoDataFrame] | None, *, profile: Profile
) -> list[dict[str, Any]]:
    """Every layer as the page wants it, in the order given."""
    prepared = []
    for name, frame in (layers or {}).items():
        require_metres(frame, what=f"The layer '{clean(name)}'")
        kind = kind_of(name, frame)
        if kind not in COLUMNS or kind == "spots":
            raise InputError(
                f"The layer '{clean(name)}' is of a kind that no map draws", given=f"attrs['kind']='{kind}'"
            )
        if kind not in ("incidents", "cells"):
            prepared.append(_prepare(name, frame, kind=kind, first=not prepared, profile=profile))
    return prepared


def identify(name: str) -> str:
    """Id for the page: letters, digits and dashes only.

    Examples
    --------
    >>> identify("Local Area Plans")
    'local-area-plans'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "layer"


def _prepare(
    name: str, frame: gpd.GeoDataFrame, *, kind: str, first: bool, profile: Profile
) -> dict[str, Any]:
    data = release(frame[frame.geometry.notna() & ~frame.geometry.is_empty], kind=kind, profile=profile)
    areas = kind == "areas"
    lines = set(data.geom_type) <= {"LineString", "MultiLineString"} and len(data) > 0
    label = clean(name)
    return {
        "id": identify(name),
        "name": (label[:1].upper() + label[1:]) or "Layer",
        "kind": kind,
        "geometry": "line" if lines else "area",
        "pane": "areas" if areas else "lines",
        "show": (areas and first) or kind in _SHOWN,
        "names": areas,
        "land": LAND if areas and first else "",
        "style": _STYLES[kind],
        "items": _items(data, kind=kind),
    }


def _items(data: gpd.GeoDataFrame, *, kind: str) -> list[dict[str, Any]]:
    points = data.geom_type.isin(["Point", "MultiPoint"])
    outlines = data.geometry.where(~points)
    shapes = encode_shapes(outlines, coverage=kind == "areas", tolerance=0 if kind == "streets" else 5)
    at = encode_points(data.geometry.representative_point())
    items = []
    for shape, place, is_point, (_, row) in zip(shapes, at, points, data.iterrows(), strict=True):
        item: dict[str, Any] = {"name": clean(row.get("name", ""))}
        if is_point:
            item |= {"at": place, "mark": clean(row.get("order", "")) or _MARKS.get(kind, "•")}
        else:
            item |= {"shape": shape, "centre": place}
        items.append(item)
    return items


def layer_summary(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List what the panel shows of each layer."""
    return [{key: layer[key] for key in ("id", "name", "show")} for layer in layers]


def bounds_of(
    spots: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame] | None
) -> list[list[float]] | None:
    """South-west and north-east corner around the hotspots, or around the layers when there are none."""
    frames = [spots] if len(spots) else [f for f in (layers or {}).values() if len(f)]
    if not frames:
        return None
    boxes = pd.DataFrame([f.to_crs("EPSG:4326").total_bounds for f in frames])
    return [
        [round(float(boxes[1].min()), 5), round(float(boxes[0].min()), 5)],
        [round(float(boxes[3].max()), 5), round(float(boxes[2].max()), 5)],
    ]
