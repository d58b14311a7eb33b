"""The ranked table beside the map: numbers, and both counts where two periods are compared."""

from typing import Any

import geopandas as gpd
import pandas as pd

from maps.common.escape import clean
from maps.common.palette import SIGNS
from maps.disclosure.gate import Profile
from maps.web._panel import tells_change
from maps.wording import has, name_parts, say_count

_BAR = 46  # pixels of the longest bar


def table_of(spots: gpd.GeoDataFrame, *, profile: Profile) -> dict[str, Any]:
    """Columns and rows of the ranked table."""
    told, both = tells_change(spots), has_both(spots)
    columns = [("incidents", "Number"), ("harm", "Harm")]
    present = [(c, label) for c, label in columns if c == "incidents" or _holds(spots, c)]
    present += [("arrow", "Before → after" if both.any() else "Change")] if told or both.any() else []
    most = most_of(spots)
    rows = []
    for (rank, row), two in zip(spots.iterrows(), both, strict=True):
        cells = [{"text": _cell(row, c, profile), "number": c != "arrow", "column": c} for c, _ in present]
        if both.any():
            cells[-1] |= tell_both(row, most, told=told, known=two, profile=profile)
        name, area = name_parts(row)
        rows.append({"n": int(rank), "name": name, "area": area, "cells": cells})
    heads = [{"label": "No.", "number": True}, {"label": "Where", "number": False}]
    heads += [{"label": label, "number": column != "arrow"} for column, label in present]
    return {"columns": heads, "rows": rows}


def _holds(spots: gpd.GeoDataFrame, column: str) -> bool:
    return column in spots.columns and any(has(row, column) for _, row in spots[[column]].iterrows())


def has_both(spots: gpd.GeoDataFrame) -> pd.Series:
    """Whether each row has the counts of both periods."""
    if not {"before", "after"} <= set(spots.columns):
        return pd.Series(False, index=spots.index)
    both: pd.Series = spots[["before", "after"]].notna().all(axis=1)
    return both


def list_periods(spots: gpd.GeoDataFrame, filters: Any, *, named: Any = None) -> list[dict[str, str]]:
    """Periods that can be laid side by side: the two that were compared, and single months; or none.

    ``value`` is "p0:" and "p1:" for those compared, with the number of the month that each is, if it is one
    of the filters'; ":3" for a month alone.
    """
    months = [] if filters is None else list(filters.months)
    names = [clean(name) for name in named or ("The earlier period", "The later period")]
    compared = names if has_both(spots).any() else []
    number = {name: str(i) for i, name in enumerate(months)}
    found = [{"name": n, "value": f"p{i}:{number.get(n, '')}"} for i, n in enumerate(compared)]
    found += [{"name": n, "value": f":{i}"} for n, i in number.items() if n not in compared]
    if len(found) < 2:
        return []
    sides = {0: "left", 1: "right"} if compared else {len(found) - 2: "left", len(found) - 1: "right"}
    return [one | {"side": sides.get(i, "")} for i, one in enumerate(found)]


def most_of(rows: gpd.GeoDataFrame) -> float:
    """Give the greatest count of either period, which has the longest bar."""
    both = has_both(rows)
    return float(rows.loc[both, ["before", "after"]].max(axis=None)) if both.any() else 0.0


def tell_both(row: pd.Series, most: float, *, told: bool, known: bool, profile: Profile) -> dict[str, Any]:
    """Both counts with a bar for each; and the sign, unless all have the same."""
    sign = SIGNS.get(clean(row.get("arrow", "")), SIGNS[""]) if told else ""
    if not known:
        return {"text": "–" if has(row, "words") else profile.suppressed or "–", "sign": sign}
    counts = [float(row[c]) for c in ("before", "after")]
    text = " → ".join(say_count(row, c, profile) for c in ("before", "after"))
    return {"text": text, "sign": sign, "bars": [round(_BAR * n / max(most, 1)) for n in counts]}


def _cell(row: pd.Series, column: str, profile: Profile) -> str:
    if column == "arrow":
        return SIGNS.get(clean(row.get("arrow", "")), SIGNS[""])
    if column == "harm" and not has(row, column):
        return "–"
    return say_count(row, column, profile)
