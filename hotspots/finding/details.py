"""What a hotspot must say of itself: places records default to, one offence that dominates, a lone stack."""

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.common.columns import plain_text
from hotspots.common.place_names import DEFAULTS_MATTER, flag_default_locations
from hotspots.common.places import Floats, Ints, exact_units, incidents_per_row
from hotspots.common.wording import say_percentage

DOMINATES = 0.5
WORTH_SAYING = 0.1


def add_details(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, label: Ints) -> gpd.GeoDataFrame:
    """Add default locations, the largest offence and the rank under each weight, after the geometry."""
    spots = spots.copy()
    rows = incidents_per_row(incidents)
    kind, share = _default_locations(spots, incidents, label, rows)
    spots["default_location"] = pd.Series(kind, index=spots.index, dtype="str")
    spots["default_location_share"] = share
    offence, part = _largest_offences(spots, incidents, label, rows)
    spots["largest_offence"] = pd.Series(offence, index=spots.index, dtype="str")
    spots["largest_offence_share"] = part
    spots["one_offence"] = part > DOMINATES
    spots["snap_point"] = (spots["places"] == 1).to_numpy()
    low, high = _ranks_by_weight(spots)
    spots["harm_rank_low"], spots["harm_rank_high"] = low, high
    notes = [_note(row) for row in spots.drop(columns="geometry").to_dict("records")]
    spots["note"] = pd.Series(notes, index=spots.index, dtype="str")
    spots["found_again"] = np.full(len(spots), np.nan)
    return spots


def _default_locations(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, label: Ints, rows: Ints
) -> tuple[list[str], Floats]:
    names, shares = [""] * len(spots), np.zeros(len(spots))
    if "place" not in incidents.columns or not len(spots):
        return names, shares
    there = label >= 0
    kinds = flag_default_locations(incidents["place"][there])
    table = pd.DataFrame({"spot": label[there], "kind": kinds.to_numpy(), "n": rows[there]})
    table = table[table["kind"] != ""].groupby(["spot", "kind"])["n"].sum().reset_index()
    total = spots["incidents"].to_numpy()
    # the plan's rule, so that a map and a plan warn of the same
    table = table[table["n"].to_numpy() >= DEFAULTS_MATTER * total[table["spot"].to_numpy()]]
    for spot, group in table.groupby("spot"):
        number = int(str(spot))
        best = group.sort_values(["n", "kind"], ascending=[False, True])
        names[number] = ", ".join(best["kind"])
        shares[number] = float(best["n"].sum()) / max(int(total[number]), 1)
    return names, shares


def _largest_offences(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, label: Ints, rows: Ints
) -> tuple[list[str], Floats]:
    names, shares = [""] * len(spots), np.full(len(spots), np.nan)
    if "harm" not in incidents.columns or not len(spots):
        return names, shares
    there = np.flatnonzero((label >= 0) & (rows > 0))
    each = incidents["harm"].to_numpy(dtype=float)[there] / rows[there]
    category = (
        plain_text(incidents["category"]).to_numpy()[there]
        if "category" in incidents.columns
        else np.full(len(there), "")
    )
    table = pd.DataFrame({"spot": label[there], "harm": each, "category": category})
    table["order"] = -exact_units(each)
    table = table.sort_values(["spot", "order", "category"]).drop_duplicates("spot")
    harm = spots["harm"].to_numpy(dtype=float)
    for spot, one, name in zip(table["spot"], table["harm"], table["category"], strict=True):
        if harm[spot] > 0:
            names[spot], shares[spot] = name, one / harm[spot]
    return names, shares


def _ranks_by_weight(spots: gpd.GeoDataFrame) -> tuple[pd.api.extensions.ExtensionArray, ...]:
    """Lowest and highest rank of each hotspot under low, middle and high weights."""
    columns = [c for c in ("harm_low", "harm", "harm_high") if spots[c].notna().any()]
    if len(columns) < 2:
        empty = pd.array([pd.NA] * len(spots), dtype="Int64")
        return empty, empty.copy()
    ranks = []
    for column in columns:
        harm = spots[column].fillna(0).to_numpy(dtype=float)
        order = np.lexsort((np.arange(len(spots)), -exact_units(harm)))
        rank = np.empty(len(spots), dtype=np.int64)
        rank[order] = np.arange(1, len(spots) + 1)
        ranks.append(rank)
    ends = [pd.Series(end(ranks, axis=0), dtype="Int64") for end in (np.min, np.max)]
    return tuple(end.where(spots["harm"].notna().to_numpy()).array for end in ends)


def _note(row: dict[str, object]) -> str:
    said = []
    if row["snap_point"]:
        said.append("One snap point: every incident is recorded at the same coordinates.")
    share = float(str(row["default_location_share"]))
    if share >= WORTH_SAYING:
        kind = row["default_location"]
        said.append(f"Records default to this kind of place ({kind}): {say_percentage(share)} of it.")
    if row["one_offence"]:
        said.append(f"One offence is {say_percentage(float(str(row['largest_offence_share'])))} of its harm.")
    return " ".join(said)
