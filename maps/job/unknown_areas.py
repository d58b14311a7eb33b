"""Areas of which the records do not tell all, or nothing: never shaded as if they were quiet."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.common.places import incidents_per_row
from hotspots.reading.covered import list_gaps
from hotspots.reading.publishers import publishers_of
from maps.disclosure.not_finite import known

COLUMN = "unknown"
KEY = {"colour": "#ffffff", "words": "not known: no records, or months of them missing"}


def mark_unknown(table: pd.DataFrame, incidents: gpd.GeoDataFrame, layer: str) -> pd.DataFrame:
    """Add why an area's figures are not known: most of its records are of a force that lacks a month."""
    gaps = list_gaps(incidents)
    if not gaps:
        return table
    rows = pd.DataFrame({"who": publishers_of(incidents), "n": incidents_per_row(incidents)})
    own, several = (incidents.get(f"{layer}_{name}") for name in ("code", "codes"))
    rows = rows.assign(code=own) if own is not None else rows.assign(code=several).explode("code")
    counts = rows.groupby(["code", "who"])["n"].sum().sort_values(kind="stable").reset_index()
    most = counts.drop_duplicates("code", keep="last").set_index("code")["who"].to_dict()
    names = [str(most.get(code, "")) for code in table["code"]]
    return table.assign(
        **{COLUMN: [f"{name} has no records in {gaps[name]}" if name in gaps else "" for name in names]}
    )


def say_unknown(row: pd.Series) -> str:
    """Say why an area has no shade; "" where it has one."""
    given = row.get(COLUMN)
    if isinstance(given, str) and given:
        return f"{given}: more happened than is counted here."
    count = row.get("incidents")  # a hidden count is not nought
    return "No record here: quiet, or not in these data." if known(count) is not None and count == 0 else ""


def shade(areas: gpd.GeoDataFrame, columns: list[str]) -> Any:
    """Take out the figures of areas that are not known, for the shading alone."""
    lost = areas.apply(lambda row: bool(say_unknown(row)), axis=1) if len(areas) else []
    shaded = areas.copy()
    shaded[columns] = shaded[columns].astype("float64").mask(pd.Series(lost, index=areas.index, dtype=bool))
    return shaded
