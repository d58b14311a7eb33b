"""QGIS styles (QML) of the layers, with the colours and classes of the maps."""

from __future__ import annotations

import itertools
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd

from maps.palette import ACCENT, AMOUNT, INK, LINE, Classes, choose_classes

_OUTLINES = {"areas": LINE, "patrols": ACCENT, "comparison": "#542788", "streets": "#c3c9cf"}


def style_of(frame: gpd.GeoDataFrame, *, kind: str) -> str:
    """QML of a layer: graduated by harm (else by incidents) for hotspots and cells, plain for the rest.

    Examples
    --------
    >>> "singleSymbol" in style_of(gpd.GeoDataFrame(geometry=[]), kind="areas")
    True
    """
    types = set(frame.geom_type.dropna()) if len(frame) else {"Polygon"}
    shape = "marker" if types <= {"Point", "MultiPoint"} else "line" if _lines(types) else "fill"
    column = next((c for c in ("harm", "incidents") if _usable(frame, c)), "")
    if kind in ("spots", "cells") and column:
        classes = choose_classes(frame[column])
        renderer = _graduated(column, classes, frame[column], shape=shape)
    else:
        colour = _OUTLINES.get(kind, ACCENT)
        renderer = (
            '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
            f"<symbols>{_symbol('0', shape, fill=AMOUNT[0], line=colour, filled=shape == 'marker')}</symbols>"
            "</renderer-v2>"
        )
    labels = _labels("rank" if kind == "spots" else "name") if kind in ("spots", "areas") else ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.28.0" styleCategories="Symbology|Labeling" labelsEnabled="{int(bool(labels))}">'
        f"{renderer}{labels}</qgis>"
    )


def _lines(types: set[str]) -> bool:
    return types <= {"LineString", "MultiLineString"}


def _usable(frame: gpd.GeoDataFrame, column: str) -> bool:
    return column in frame.columns and bool(pd.to_numeric(frame[column], errors="coerce").notna().any())


def _graduated(column: str, classes: Classes, values: pd.Series, *, shape: str) -> str:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    edges = [float(numbers.min()), *classes.breaks, float(numbers.max())]
    ranges, symbols = [], []
    for i, ((low, high), words) in enumerate(zip(itertools.pairwise(edges), classes.words, strict=True)):
        ranges.append(
            f'<range symbol="{i}" lower="{low:.6f}" upper="{high:.6f}" label={quoteattr(words)}'
            ' render="true"/>'
        )
        symbols.append(_symbol(str(i), shape, fill=classes.colours[i], line=INK, filled=True))
    return (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(column)} graduatedMethod="GraduatedColor"'
        ' symbollevels="0" enableorderby="0" forceraster="0">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _symbol(name: str, shape: str, *, fill: str, line: str, filled: bool) -> str:
    layer = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[shape]
    width = "0.5" if filled else "0.4"
    options = {
        "marker": {"name": "circle", "color": _rgba(fill), "outline_color": _rgba(line), "size": "3"},
        "line": {"line_color": _rgba(line), "line_width": width, "line_style": "solid"},
        "fill": {
            "color": _rgba(fill, 215),
            "style": "solid" if filled else "no",
            "outline_color": _rgba(line),
            "outline_style": "solid",
            "outline_width": width,
        },
    }[shape]
    listed = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    return (
        f'<symbol type="{shape}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" pass="0" locked="0" enabled="1"><Option type="Map">{listed}</Option></layer>'
        "</symbol>"
    )


def _rgba(colour: str, alpha: int = 255) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"


def _labels(field: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName="{field}" fontSize="9" fontSizeUnit="Point" textColor="{_rgba(INK)}"'
        ' isExpression="0" fontFamily="Arial" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255" bufferOpacity="1"/>'
        '</text-style><placement placement="1" priority="5"/><rendering drawLabels="1" obstacle="1"/>'
        "</settings></labeling>"
    )
