"""Tables that several engines are to count alike, and what it means that they do."""

from __future__ import annotations

import zipfile
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas, read_areas, summarise_areas
from hotspots import cluster_incidents, count_cells, find_hotspots, weigh_incidents

DEMO = Path(str(files("maps"))) / "demo"
KEYS = ["x", "y", "category", "place", "source"]
SPOILT = {"unreadable date", "future date", "latitude and longitude swapped", "no coordinates", "duplicate Crime ID"}


def spoilt_download(out: Path) -> Path:
    """Lay the demo's three months out as a download lies on disk, with some rows spoilt."""
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        archive.extractall(out)
    path = out / "2018-07" / "2018-07-leeds-street.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    cells[3][1] = "soon"  # a month nobody can read
    cells[4][1] = "2031-01"  # a month to come
    cells[5][3], cells[5][4] = cells[5][4], cells[5][3]  # longitude and latitude swapped
    cells[6][3] = cells[6][4] = ""
    crimes = [i for i, row in enumerate(cells) if row[0]]
    cells[crimes[20]][0] = cells[crimes[21]][0]  # one Crime ID twice
    path.write_text("\n".join([head, *(",".join(row) for row in cells)]) + "\n", encoding="utf-8")
    return out


def counted(frame: gpd.GeoDataFrame, keys: list[str] = KEYS) -> pd.Series:
    """Incidents per coordinate, category, place and source, by pandas alone."""
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y)
    if "incidents" not in table:
        table["incidents"] = 1
    return table.groupby(keys)["incidents"].sum().sort_index()


def answers(frame: gpd.GeoDataFrame) -> dict[str, object]:
    """Hotspots, harm, wards, clusters and cells of a city's rows or places, in what must not differ."""
    wards = read_areas(DEMO / "leeds_best_fit_wards.geojson", name="ward")
    some = frame.assign(harm=weigh_incidents(frame))
    spots = find_hotspots(some, count=20)
    attached, sums = attach_areas(some, {"ward": wards})
    labels = cluster_incidents(some, radius=150, min_incidents=60)
    weight = some["incidents"] if "incidents" in some else pd.Series(1, index=some.index)
    return {
        "spots": spots[["ref", "incidents", "places", "kind"]].to_dict(),
        "harm": spots["harm"].round(6).tolist(),
        "sums": sums.to_dict(),
        "wards": summarise_areas(attached, wards, layer="ward").sort_index()["incidents"].tolist(),
        # a border point between two clusters follows row order, in scikit-learn too; noise does not
        "clusters": (labels.nunique(), weight[labels >= 0].sum()),
        "cells": sorted(count_cells(some, size=500)["incidents"].tolist()),
    }
