"""Tables as text files: lists become text, points become eastings and northings, formulas stay text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.common.wording import say_percentage
from maps.disclosure.gate import Profile, release
from maps.disclosure.not_finite import known, known_cells

# A spreadsheet reads the wide forms of these signs as the signs, and passes over blanks before them.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def flatten(frame: pd.DataFrame) -> pd.DataFrame:
    """Plain table of a frame: lists as text, geometry as easting and northing in metres."""
    table = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        inside = frame.geometry.representative_point()
        table = table.drop(columns=frame.geometry.name)
        table["easting"], table["northing"] = inside.x.round(1), inside.y.round(1)
    for column in table.columns:
        if pd.api.types.is_object_dtype(table[column]):
            table[column] = table[column].map(list_as_text)
    return known_cells(table.reset_index() if table.index.name else table)


def list_as_text(value: Any) -> Any:
    """Text of a list of names, of (name, share) pairs or of a hotspot's parts; anything else as it is."""
    if not isinstance(value, list | tuple):
        return value
    return "; ".join(_item_as_text(item) for item in value if known(item) is not None)


def _item_as_text(item: Any) -> str:
    if isinstance(item, dict):
        count = f" ({item['incidents']:,})" if item.get("incidents") is not None else ""
        where = f"{item['easting']:.0f} {item['northing']:.0f}"
        return f"{item.get('street') or 'no street named'}{count} at {where}"
    if isinstance(item, tuple) and len(item) == 2:
        name, share = item
        return f"{name} {say_percentage(share, decimals=1)}" if pd.notna(share) else f"{name} (not shown)"
    return str(item)


def write_csv(
    frame: pd.DataFrame, path: Path, *, kind: str, profile: str | Profile, columns: Sequence[str] = ()
) -> Path:
    """Write a table through the disclosure gate, as CSV that Excel opens as text.

    UTF-8 with its mark; no cell is read as a formula. ``kind`` and ``columns`` are those of
    `maps.disclosure.gate.release`.
    """
    return _write(release(frame, kind=kind, profile=profile, columns=columns), path)


def write_rejects(rejects: pd.DataFrame, path: Path) -> Path:
    """Write the rows that were not used, whole: a file that stays in-house."""
    return _write(rejects, path)


def _write(frame: pd.DataFrame, path: Path) -> Path:
    table = flatten(frame)
    for column in table.columns:
        if pd.api.types.is_string_dtype(table[column]) or table[column].dtype == object:
            table[column] = table[column].map(_disarm)
        elif pd.api.types.is_float_dtype(table[column]):
            values = table[column]  # numpy rounds what is very great to what is infinite
            table[column] = values.where(values.abs() < 1e15).round(6).fillna(values)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table.to_csv(stream, index=False, lineterminator="\r\n")
    return path


def _disarm(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    armed = value.startswith(FORMULA_STARTS) or value.lstrip().startswith(FORMULA_STARTS)
    return f"'{value}" if armed else value
