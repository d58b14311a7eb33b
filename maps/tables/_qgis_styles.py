"""QGIS styles (QML) of the layers, with the colours and classes of the maps."""

import math
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd
from jinja2 import Environment, Template

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
    points, lines = types <= {"Point", "MultiPoint"}, types <= {"LineString", "MultiLineString"}
    shape = "marker" if points else "line" if lines else "fill"
    layer = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[shape]
    numbers = {c: pd.to_numeric(frame[c], errors="coerce") for c in ("harm", "incidents") if c in frame.columns}
    column = next((c for c, some in numbers.items() if some.notna().any()), "")
    if kind in ("spots", "cells") and column:
        classes = choose_classes(frame[column])
        told = _classed(column, classes, frame, numbers[column].astype("float64"))
        told["symbols"] = [_symbol(i, colour, INK, "solid") for i, colour in enumerate(classes.colours)]
        if "rules" in told:
            told["symbols"].append(_symbol(len(classes.words), "#ffffff", INK, "b_diagonal"))
    else:
        style = "solid" if shape == "marker" else "no"
        told = {"symbols": [_symbol(0, AMOUNT[0], _OUTLINES.get(kind, ACCENT), style)]}
    label = {"spots": "rank", "areas": "name"}.get(kind, "")
    text = _template().render(shape=shape, layer=layer, column=column, label=label, ink=INK, **told)
    return "".join(line.strip() for line in text.splitlines())


@cache
def _template() -> Template:
    styles = Environment(trim_blocks=True)
    styles.filters |= {"quoted": quoteattr, "rgba": _rgba}
    return styles.from_string((files("maps.tables") / "templates" / "style.qml").read_text(encoding="utf-8"))


def _classed(column: str, classes: Classes, frame: gpd.GeoDataFrame, numbers: "pd.Series[float]") -> dict[str, Any]:
    """Ranges of a graduated style; rules where a number is missing, as QGIS then draws nothing of it."""
    missing = numbers.isna()
    if not missing.any():
        # QGIS takes both ends of a range as in it, and the first that fits: a value at a break is of the upper
        lows = [math.floor(numbers.min() * _EDGE) / _EDGE, *classes.breaks]
        highs = [*(edge - 1 / _EDGE for edge in classes.breaks), math.ceil(numbers.max() * _EDGE) / _EDGE]
        ends = zip(lows, highs, classes.words, strict=True)
        return {"ranges": [(f"{low:.6f}", f"{high:.6f}", words) for low, high, words in ends]}
    field = f'"{column}"'
    above = [f"{field} IS NOT NULL", *(f"{field} >= {edge:.6f}" for edge in classes.breaks)]
    below = [*(f" AND {field} < {edge:.6f}" for edge in classes.breaks), ""]
    tests = [low + high for low, high in zip(above, below, strict=True)]
    # whether the number is hidden (then so is how many) or not there
    hidden = "incidents" in frame.columns and bool(frame.loc[missing, "incidents"].isna().any())
    rest = (f"{field} IS NULL", "not shown" if hidden else "no figures")
    return {"rules": [*zip(tests, classes.words, strict=True), rest]}


def _symbol(number: int, fill: str, line: str, style: str) -> dict[str, str]:
    return {
        "name": str(number), "fill": fill, "line": line, "style": style, "width": "0.4" if style == "no" else "0.5"
    }  # fmt: skip


def _rgba(colour: str, alpha: int = 255) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
