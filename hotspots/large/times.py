"""A large table over time: every date of every hotspot and area, not of every place."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.large._columns import number_texts
from hotspots.large._engines import fetch
from hotspots.large._rejects import code_sites, label_categories
from hotspots.large.aggregate import Collapsed
from hotspots.reading.publishers import FORCE

_TEXTS = ("_category", "_force")


def count_over_time(found: Collapsed, places: gpd.GeoDataFrame, *, by: pd.Series | pd.DataFrame) -> gpd.GeoDataFrame:
    """Count the used rows of a large table by date, category and whatever their places are labelled with.

    Adding the month to every place of a country hardly shrinks its records; adding it to its hotspots and
    areas does, and what is said of time is said of those. Another pass over the rows, where they lie.
    """
    labels = pd.DataFrame(by).astype("str")
    label = labels.groupby(list(labels.columns), sort=True, dropna=False).ngroup().to_numpy(dtype=np.int64)
    counts = _count(found, places, label)
    first = _busiest(places, label)
    rows = places.iloc[first[counts["code"].to_numpy()]].reset_index(drop=True)
    table = {
        "source": rows["source"],
        "when": counts["when"].to_numpy(),
        "precision": counts["precision"].to_numpy(),
        "category": counts["category"].to_numpy(),
        "place": "",
        **{c: counts[c].to_numpy() for c in (FORCE,) if c in counts.columns},
        **{c: rows[c] for c in ("raw_unit", *pd.DataFrame(by).columns) if c in rows.columns},
        "incidents": counts["n"].to_numpy(dtype=np.int64),
    }
    frame = pd.DataFrame(table).astype({"precision": "str", "category": "str", "place": "str"})
    return gpd.GeoDataFrame(frame, geometry=rows.geometry)


def _count(found: Collapsed, places: gpd.GeoDataFrame, label: Any) -> pd.DataFrame:
    judged, layout, reopen = found.judged, found.layout, found.reopen
    if judged is None or layout is None or reopen is None:
        raise ValueError("a table that is to be counted again must have been collapsed by collapse_table")
    sites, code = _label_sites(judged.sites, places, label)
    asked = sites.rename(columns={"_raw_key": "_key"})
    with reopen() as rows:
        table = code_sites(rows, asked, code)
        by = [c for c in ("_when", *_TEXTS, "code") if c in table.columns]
        counts = fetch(table.group_by(by).aggregate(n=table.count()))
    number_texts(counts, judged.texts, [c for c in by if c in _TEXTS])
    counts = pd.concat([counts, _lost(judged.repeated, sites, code)], ignore_index=True)
    read = found.dates.set_index("text").loc[counts["_when"]]
    names = np.array(label_categories(judged.texts, layout), dtype=object)
    counts["category"] = names[counts["_category"].to_numpy() if "_category" in counts else 0]
    counts["when"], counts["precision"] = read["when"].to_numpy(), read["precision"].astype("str").to_numpy()
    if "_force" in counts:
        counts[FORCE] = np.array(judged.texts.values["_force"], dtype=object)[counts["_force"].to_numpy()]
    counts = counts[read["cause"].eq("").to_numpy()]
    keys = [c for c in ("when", "precision", "category", FORCE, "code") if c in counts.columns]
    summed = counts.groupby(keys, as_index=False)["n"].sum()
    return pd.DataFrame(summed[summed["n"] > 0].reset_index(drop=True))


def _label_sites(sites: pd.DataFrame, places: gpd.GeoDataFrame, label: Any) -> tuple[pd.DataFrame, Any]:
    """Coordinates that are used, as the engine holds them, and the label of each."""
    used = sites[sites["cause"].eq("")]
    points = np.concatenate([places.geometry.to_numpy(), used["geometry"].to_numpy()])
    xy = shapely.get_coordinates(points)
    number, distinct = pd.factorize(xy[:, 0] + 1j * xy[:, 1])
    of_point = np.full(len(distinct), -1, dtype=np.int64)
    of_point[number[: len(places)]] = label
    code = of_point[number[len(places) :]]
    held = used[code >= 0]  # a coordinate whose rows all repeat an ID has no place
    return held.drop(columns=["cause", "value", "geometry"]), code[code >= 0]


def _lost(repeated: pd.DataFrame, sites: pd.DataFrame, code: Any) -> pd.DataFrame:
    """Rows that only their ID excludes: counted with the others by the engine, and taken off again."""
    if repeated.empty:
        return pd.DataFrame()
    mine = repeated[repeated["before"].eq("") & repeated["site"].isin(sites.index)]
    codes = pd.Series(code, index=sites.index).loc[mine["site"]]
    return mine[[c for c in ("_when", *_TEXTS) if c in mine.columns]].assign(code=codes.to_numpy(), n=-1)


def _busiest(places: gpd.GeoDataFrame, label: Any) -> Any:
    """Position of the row that stands for each label: the one with most incidents, then the first."""
    order = np.lexsort((np.arange(len(places)), -places["incidents"].to_numpy(), label))
    _, first = np.unique(label[order], return_index=True)
    return order[first]
