"""QGIS styles (QML) of the layers, with the colours and classes of the maps."""

from __future__ import annotations

import math
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd

from maps.common.palette import ACCENT, AMOUNT, INK, LINE, Classes, choose_classes

_OUTLINES = {"areas": LINE, "patrols": ACCENT, "comparison": "#542788", "streets": "#c3c9cf"}
_EDGE = 1_000_000  # an upper edge stands this part of one below the next class


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
        renderer = _graduated(column, classes, frame, shape=shape)
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


def _graduated(column: str, classes: Classes, frame: gpd.GeoDataFrame, *, shape: str) -> str:
    numbers = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    if numbers.isna().any():
        return _by_rules(column, classes, _say_missing(frame, numbers.isna()), shape=shape)
    # QGIS takes both ends of a range as in it, and the first that fits: a value at a break is of the upper
    lows = [math.floor(numbers.min() * _EDGE) / _EDGE, *classes.breaks]
    highs = [*(edge - 1 / _EDGE for edge in classes.breaks), math.ceil(numbers.max() * _EDGE) / _EDGE]
    ranges = [
        f'<range symbol="{i}" lower="{low:.6f}" upper="{high:.6f}" label={quoteattr(words)} render="true"/>'
        for i, (low, high, words) in enumerate(zip(lows, highs, classes.words, strict=True))
    ]
    return (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(column)} graduatedMethod="GraduatedColor"'
        ' symbollevels="0" enableorderby="0" forceraster="0">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(_class_symbols(classes, shape))}</symbols>"
        "</renderer-v2>"
    )


def _by_rules(column: str, classes: Classes, missing: str, *, shape: str) -> str:
    """Rules instead of ranges: QGIS draws nothing where a graduated column is empty."""
    field = f'"{column}"'
    lows = [f"{field} IS NOT NULL", *(f"{field} >= {edge:.6f}" for edge in classes.breaks)]
    highs = [*(f" AND {field} < {edge:.6f}" for edge in classes.breaks), ""]
    tests = [low + high for low, high in zip(lows, highs, strict=True)]
    rules = [*zip(tests, classes.words, strict=True), (f"{field} IS NULL", missing)]
    listed = "".join(
        f'<rule key="rule-{i}" symbol="{i}" filter={quoteattr(test)} label={quoteattr(words)}/>'
        for i, (test, words) in enumerate(rules)
    )
    hatched = _symbol(str(len(classes.words)), shape, fill="#ffffff", line=INK, filled=True, hatched=True)
    return (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="rules">{listed}</rules>'
        f"<symbols>{''.join(_class_symbols(classes, shape))}{hatched}</symbols></renderer-v2>"
    )


def _say_missing(frame: gpd.GeoDataFrame, missing: pd.Series[bool]) -> str:
    """Say of rows without the number whether it is hidden (then so is how many) or not there."""
    hidden = "incidents" in frame.columns and bool(frame.loc[missing, "incidents"].isna().any())
    return "not shown" if hidden else "no figures"


def _class_symbols(classes: Classes, shape: str) -> list[str]:
    return [_symbol(str(i), shape, fill=colour, line=INK, filled=True) for i, colour in enumerate(classes.colours)]


def _symbol(name: str, shape: str, *, fill: str, line: str, filled: bool, hatched: bool = False) -> str:
    layer = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[shape]
    width = "0.5" if filled else "0.4"
    options = {
        "marker": {"name": "circle", "color": _rgba(fill), "outline_color": _rgba(line), "size": "3"},
        "line": {"line_color": _rgba(line), "line_width": width, "line_style": "solid"},
        "fill": {
            "color": _rgba(line if hatched else fill, 215),
            "style": "b_diagonal" if hatched else "solid" if filled else "no",
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
