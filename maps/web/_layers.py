"""From a frame of any kind to a layer of the map: released, described in words, made small."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.checks import InputError, require_metres
from maps.common.escape import clean
from maps.common.layer_kinds import identify, kind_of, name_layer
from maps.common.palette import ACCENT, LAND, LINE, UNDER, Classes, choose_classes
from maps.common.small_shapes import encode_points, encode_shapes
from maps.disclosure.gate import COLUMNS, Profile, release
from maps.wording import COUNTED, describe_item, has

_STYLES: dict[str, dict[str, Any]] = {
    "areas": {"color": LINE, "weight": 1.2, "fill": False},
    "patrols": {"color": ACCENT, "weight": 3, "dashArray": "6 5", "fillColor": ACCENT, "fillOpacity": 0.05},
    "cameras": {"color": ACCENT, "weight": 1.5, "fillColor": ACCENT, "fillOpacity": 0.12},
    "cells": {"color": "#5f6b78", "weight": 0.5, "fillOpacity": 0.85},
    "comparison": {"color": "#542788", "weight": 2, "dashArray": "2 5", "fillOpacity": 0},
    "streets": {"color": "#7b8794", "opacity": 0.55, "weight": 1},
    "places": {"color": ACCENT, "weight": 1},
}
_MARKS = {"cameras": "C", "places": "•"}
# Every further layer of a kind differs from all others by colour and, where it is a line, by its dashes.
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#01665e", "weight": 2.4, "dashArray": "10 3 2 3"},
    {"color": "#8c510a", "weight": 2.4, "dashArray": "7 4"},
    {"color": "#b2182b", "weight": 2.4, "dashArray": "14 4"},
    {"color": "#35586c", "weight": 3.2, "dashArray": "1 6"},
    {"color": "#7a0177", "weight": 2.4, "dashArray": "9 3 2 3 2 3"},
    {"color": "#4d4d4d", "weight": 3.2, "dashArray": "4 4"},
)
_UNLIKE = ("areas", "comparison", "patrols", "places", "cameras")  # kinds of which a map may have several


def prepare_layers(
    layers: Mapping[str, gpd.GeoDataFrame] | None, *, spots: gpd.GeoDataFrame, profile: Profile, counted: str = COUNTED
) -> list[dict[str, Any]]:
    """Every layer as the page wants it, in the order given."""
    prepared: list[dict[str, Any]] = []
    on, further = shown_layers(layers), 0
    for name, frame in (layers or {}).items():
        require_metres(frame, what=f"The layer '{clean(name)}'", like=spots)
        kind = kind_of(name, frame)
        if kind not in COLUMNS or kind == "spots":
            raise InputError(
                f"The layer '{clean(name)}' is of a kind that no map draws",
                given=f"attrs['kind']='{kind}'",
                advice="one of areas, cameras, cells, comparison, patrols, places, streets",
            )
        if kind != "incidents":
            layer = _prepare(name, frame, kind=kind, spots=spots, profile=profile, counted=counted)
            layer |= {"show": name in on, "land": LAND if name in on else ""}
            if kind in _UNLIKE and any(other["kind"] == kind for other in prepared):
                layer |= {"further": True, "style": layer["style"] | _LOOKS[further % len(_LOOKS)]}
                further += 1
            taken = {"spots", "cells", *(other["id"] for other in prepared)}
            while layer["id"] in taken:
                layer["id"] += "-2"
            prepared.append(layer)
    return prepared


def shown_layers(layers: Mapping[str, gpd.GeoDataFrame] | None) -> dict[str, gpd.GeoDataFrame]:
    """Layers that are on when a map opens, and so on its picture for print: the first of areas."""
    areas = [name for name, frame in (layers or {}).items() if kind_of(name, frame) == "areas"]
    return {name: (layers or {})[name] for name in areas[:1]}


def _prepare(
    name: str, frame: gpd.GeoDataFrame, *, kind: str, spots: gpd.GeoDataFrame, profile: Profile, counted: str
) -> dict[str, Any]:
    data = release(frame[frame.geometry.notna() & ~frame.geometry.is_empty], kind=kind, profile=profile)
    if kind == "streets":
        data = _near(data, spots)
    if kind == "cells":
        data = data[data["incidents"].isna() | data["incidents"].gt(0)] if "incidents" in data.columns else data
    areas = kind == "areas"
    lines = set(data.geom_type) <= {"LineString", "MultiLineString"} and len(data) > 0
    label = clean(name).replace("_", " ")
    classes = choose_classes(data["incidents"]) if kind == "cells" and "incidents" in data.columns else None
    return {
        "id": identify(name),
        "name": name_layer(label),
        "kind": kind,
        "geometry": "line" if lines else "area",
        "pane": "areas" if areas else "lines" if kind in ("comparison", "cells") else "over",
        "names": areas,
        "further": False,
        "style": _STYLES[kind],
        "key": _key(classes),
        "items": _items(data, kind=kind, layer=label, profile=profile, classes=classes, counted=counted),
    }


def _key(classes: Classes | None) -> list[dict[str, str]]:
    if classes is None:
        return []
    return [{"colour": c, "words": w} for c, w in zip(_shades(classes), classes.words, strict=True)]


def _shades(classes: Classes) -> list[str]:
    """Colours that lie under the hotspots, as many as there are classes."""
    last = len(classes.words) - 1
    return [UNDER[round(i * (len(UNDER) - 1) / last) if last else -1] for i in range(last + 1)]


def _near(streets: gpd.GeoDataFrame, spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Streets around the hotspots only, as one shape: a whole city's would not fit on the page."""
    if not len(spots):
        return streets.iloc[:0]
    zone = spots.geometry.buffer(250).union_all()
    near = streets.sindex.query(zone, predicate="intersects", sort=True)
    lines = shapely.get_parts(streets.geometry.to_numpy()[near])
    lines = lines[shapely.get_type_id(lines) == 1]
    return gpd.GeoDataFrame(geometry=[shapely.multilinestrings(lines)], crs=streets.crs)


def _items(
    data: gpd.GeoDataFrame, *, kind: str, layer: str, profile: Profile, classes: Classes | None, counted: str
) -> list[dict[str, Any]]:
    points = data.geom_type.isin(["Point", "MultiPoint"])
    outlines = data.geometry.where(~points)
    shapes = encode_shapes(outlines, coverage=kind == "areas", tolerance=2 if kind == "streets" else 5)
    at = encode_points(data.geometry.representative_point())
    items = []
    for shape, place, is_point, (label, row) in zip(shapes, at, points, data.iterrows(), strict=True):
        number = clean(row.get("order", label if data.index.name in ("rank", "stop") else ""))
        item: dict[str, Any] = {"name": clean(row.get("name", ""))}
        if is_point:
            item |= {"at": place, "mark": (_MARKS.get(kind, "•") + number) if kind == "cameras" else number or "•"}
            if has(row, "radius"):
                item["radius"] = round(float(row["radius"]), 1)
        else:
            item |= {"shape": shape, "centre": place}
            if kind == "patrols" and number:
                item["mark"] = number
                item["at"] = place
        said: dict[str, Any] = {"kind": kind, "layer": layer, "profile": profile, "counted": counted}
        if kind != "areas" and (lines := describe_item(row, **said)):
            item["lines"] = lines
        items.append(item)
    if classes is not None:
        shades = [*_shades(classes), "#ffffff"]
        for item, index in zip(items, classes.of(data["incidents"]), strict=True):
            item["style"] = {"fillColor": shades[index]}
    return items


def layer_summary(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List what the panel shows of each layer."""
    return [{key: layer[key] for key in ("id", "name", "show", "kind", "style", "key")} for layer in layers]


def bounds_of(spots: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame] | None) -> list[list[float]] | None:
    """South-west and north-east corner around the hotspots, or around the layers when there are none."""
    frames = [spots] if len(spots) else [f for f in (layers or {}).values() if len(f)]
    if not frames:
        return None
    boxes = pd.DataFrame([f.to_crs("EPSG:4326").total_bounds for f in frames])
    return [
        [round(float(boxes[1].min()), 5), round(float(boxes[0].min()), 5)],
        [round(float(boxes[3].max()), 5), round(float(boxes[2].max()), 5)],
    ]
