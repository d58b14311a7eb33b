"""Small frames made by hand, for the tests of the maps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

HOSTILE = "O'Malley's `Yard` </script><img src=x onerror=alert(1)> ${alert(1)} {{7*7}} \\ \"&amp;"


def make_spots(count: int = 3, **columns: object) -> gpd.GeoDataFrame:
    """Discs of 150 m in Leeds, worst first."""
    xs, ys = 430000 + 400.0 * np.arange(count), 433500 + 300.0 * (np.arange(count) % 4)
    data: dict[str, object] = {
        "ref": [f"SE30{i:03d}" for i in range(count)],
        "name": [f"Street {i + 1}" for i in range(count)],
        "incidents": [100 - i for i in range(count)],
        "harm": [5000.0 - 40 * i for i in range(count)],
        "harm_low": [4000.0 - 40 * i for i in range(count)],
        "harm_high": [6000.0 - 40 * i for i in range(count)],
        "share_of_incidents": [0.1] * count,
        "share_of_harm": [0.1] * count,
        "places": [12] * count,
        "kind": ["single"] * count,
        "parts": [
            [{"easting": x, "northing": y, "radius": 150.0, "incidents": 100 - i, "harm": 1.0, "street": "S"}]
            for i, (x, y) in enumerate(zip(xs, ys, strict=True))
        ],
        "rank_low": pd.array([1] * count, dtype="Int64"),
        "rank_high": pd.array([3] * count, dtype="Int64"),
        "stability": [0.9] * count,
        "trend": [""] * count,
        "streets": [[f"Street {i + 1}", "Boar Lane"] for i in range(count)],
        "ward_code": ["E05000001"] * count,
        "ward_name": ["Hunslet & Riverside"] * count,
        "ward_shares": [[("Hunslet & Riverside", 0.8), ("Little London", 0.2)] for _ in range(count)],
    }
    data.update(columns)
    discs = [shapely.Point(x, y).buffer(150) for x, y in zip(xs, ys, strict=True)]
    index = pd.Index(range(1, count + 1), name="rank")
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=discs, crs="EPSG:27700")


def make_wards() -> gpd.GeoDataFrame:
    """Two wards side by side."""
    return gpd.GeoDataFrame(
        {"code": ["E1", "E2"], "name": ["West & Woodhouse", "East"], "raw_secret": ["SECRET-1", "SECRET-2"]},
        geometry=[shapely.box(428000, 432000, 430500, 436000), shapely.box(430500, 432000, 433000, 436000)],
        crs="EPSG:27700",
    )


def make_incidents(spots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """In each hotspot 3 burglaries and 1 ASB in July 2017, 1 ASB and 1 violence in July 2018."""
    kinds = [("2017-07-01", "Burglary")] * 3 + [("2017-07-01", "Anti-social behaviour")]
    kinds += [("2018-07-01", "Anti-social behaviour"), ("2018-07-01", "Violence and sexual offences")]
    rows, points = [], []
    for rank, spot in spots.iterrows():
        centre = spot.geometry.centroid
        for i, (when, category) in enumerate(kinds):
            place = f"On or near Lane {rank}" if i % 2 else f"On or near Row {rank}"
            rows.append((f"ID-{rank}-{i}", "police.uk", pd.Timestamp(when), "month", category, place))
            points.append(shapely.Point(centre.x + 20 * i, centre.y))
    columns = ["incident_id", "source", "when", "precision", "category", "place"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=points, crs="EPSG:27700")
    return frame.assign(**{"raw_Crime ID": "CRIMEID-SECRET", "raw_Reported by": "West Yorkshire Police"})


def make_layers(spots: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """One layer of every kind that a map draws."""

    def frame(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:27700")

    centre = spots.geometry.iloc[0].centroid
    ring = shapely.Point(centre.x, centre.y).buffer(350).difference(spots.geometry.iloc[0])
    return {
        "incidents": make_incidents(spots),
        "ward": make_wards(),
        "priority wards": make_wards().iloc[:1],
        "LAP": frame([shapely.box(429500, 433000, 431000, 434000)], code=["L1"], name=["Riverside plan"]),
        "patrol areas": frame(
            [spots.geometry.iloc[0].buffer(40), shapely.Point(430800, 433900)],
            order=[1, 2],
            name=["Stop one", "Stop two"],
            chosen=[True, False],
            why=["most harm", "too far"],
            minutes=[15, 15],
        ),
        "cameras": frame(
            [shapely.Point(centre.x + 60, centre.y)],
            order=[1],
            name=["Boar Lane"],
            radius=[100.0],
            action=["new"],
            marginal_share_of_harm=[0.12],
            cumulative_share_of_harm=[0.12],
        ),
        "pubs": frame([shapely.Point(430300, 433700)], name=["The Fenton"], kind=["pub"]),
        "comparison area": frame([shapely.box(432000, 433000, 432400, 433400)], name=["C1"], role=["comparator"]),
        "ring": frame([ring], name=["Ring"], role=["ring, 200 m"]),
        "cells of 250 m": frame([shapely.box(430500, 433000, 430750, 433250)], incidents=[40]),
        "roads": frame([shapely.LineString([(429900, 433400), (430400, 433700)])], name=["A Road"]),
    }
