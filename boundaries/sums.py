"""The columns and sums that every attachment ends in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries.locate import HOW
from hotspots.checks import announce


def label_rows(areas: gpd.GeoDataFrame, row: Any, *, layer: str, index: pd.Index[Any]) -> dict[str, Any]:
    """Code and name columns for each row's area; -1 gives a missing value."""
    out = {}
    for column in ("code", "name"):
        # The last one is what position -1 takes.
        values = pd.Series([*areas[column].astype(str), None], dtype="str").take(row)
        out[f"{layer}_{column}"] = values.set_axis(index)
    return out


def tabulate_sums(sums: Mapping[str, list[int]]) -> pd.DataFrame:
    """Reconciliation: one row per layer, integers."""
    table = pd.DataFrame.from_dict(dict(sums), orient="index", columns=["accepted", *HOW])
    return table.astype("int64").rename_axis("layer")


def announce_sums(reconciliation: pd.DataFrame, *, unit: str, within: float) -> None:
    """Print each layer's sum."""
    for row in reconciliation.reset_index().itertuples(index=False):
        announce(
            f"{row.layer}: {row.accepted:,} {unit} accepted = {row.inside:,} inside + {row.tie:,} tie + "
            f"{row.nearest:,} nearest (within {within:g} m) + {row.outside:,} outside."
        )
