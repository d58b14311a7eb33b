"""The columns and sums that every attachment ends in."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.locate import HOW
from hotspots.checks import announce, require_columns


def label_rows(areas: gpd.GeoDataFrame, row: Any, *, layer: str, index: "pd.Index[Any]") -> dict[str, Any]:
    """Code and name columns for each row's area, and its priority flag; -1 gives a missing value."""
    out = {}
    for column in ("code", "name"):
        # The last one is what position -1 takes.
        values = pd.Series([*areas[column].astype(str), None], dtype="str").take(row)
        out[f"{layer}_{column}"] = values.set_axis(index)
    if "priority" in areas.columns:
        flags = np.array([*areas["priority"].isin([True]), False])
        out[f"{layer}_priority"] = pd.Series(flags[row], index=index)
    return out


def tabulate_sums(sums: Mapping[str, Any], rejects: pd.DataFrame | None = None) -> pd.DataFrame:
    """Tabulate each layer's sums by `HOW`: one row per layer, integers, accepted first."""
    rows = {layer: [sum(some), *some] for layer, some in sums.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["accepted", *HOW])
    if rejects is not None:
        require_columns(rejects, ["cause"], what="the rejects")
        blank = rejects[rejects["cause"] == "no coordinates"]
        table["no_coordinates"] = int(blank["rows"].sum()) if "rows" in blank.columns else len(blank)
    return table.round().astype("int64").rename_axis("layer")


def announce_sums(reconciliation: pd.DataFrame, *, unit: str, within: Mapping[str, float]) -> None:
    """Print each layer's sum."""
    for row in reconciliation.reset_index().itertuples(index=False):
        beside = getattr(row, "no_coordinates", None)
        units = unit[:-1] if row.accepted == 1 else unit
        announce(
            f"{row.layer}: {row.accepted:,} {units} accepted = {row.inside:,} inside + {row.tie:,} tie + "
            f"{row.nearest:,} nearest (within {within[str(row.layer)]:g} m) + {row.outside:,} outside"
            + (f"; not used, no coordinates: {beside:,}." if beside is not None else ".")
        )
