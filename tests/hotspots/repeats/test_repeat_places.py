from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from hotspots.checks import CRS, InputError
from hotspots.common.place_names import flag_default_locations
from hotspots.reading.incidents import read_incidents
from hotspots.repeats.premises import assign_premises, rank_premises
from hotspots.repeats.repeat_places import rank_places
from hotspots.severity.weigh import weigh_incidents


def frame(*rows: tuple[str, float, float, float], source: str = "s") -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows, columns=["place", "x", "y", "harm"])
    points = gpd.points_from_xy(table["x"], table["y"])
    return gpd.GeoDataFrame(table[["place", "harm"]].assign(source=source), geometry=points, crs=CRS)


def streets() -> gpd.GeoDataFrame:
    return frame(
        ("On or near Boar Lane", 0, 0, 1),
        ("On or near Boar Lane", 400, 0, 1),
        ("Boar Ln", 800, 0, 1),
        ("On or near Boar Lane", 5_000, 0, 10),
        ("On or near Supermarket", 0, 10, 2),
        ("On or near Supermarket", 20, 10, 2),
        ("On or near Supermarket", 0, 10, 2),
        ("", 50, 50, 1),
    )


def test_a_street_is_its_points_and_another_town_s_namesake_is_another() -> None:
    table = rank_places(streets())
    assert table[["name", "kind", "incidents", "harm", "places"]].values.tolist() == [
        ["Boar Lane", "street", 1, 10, 1],
        ["Supermarket", "point", 2, 4, 1],
        ["Boar Lane", "street", 3, 3, 3],
        ["Supermarket", "point", 1, 2, 1],
        ["", "point", 1, 1, 1],
    ]
    assert table["rank_by_incidents"].tolist() == [3, 2, 1, 3, 3]
    assert table["default_location"].tolist() == ["", "supermarket", "", "supermarket", ""]
    assert table["share_of_harm"].sum() == pytest.approx(1)
    assert table["incidents"].sum() == len(streets())


def test_streets_named_after_a_hospital_or_a_court_are_no_place_that_records_default_to() -> None:
    names = ["Hospital Lane", "Prison Road", "Leeds General Infirmary", "Leeds Crown Court", "Alma Court"]
    rows = frame(*((f"On or near {name}", 5_000 * i, 0, 10 - i) for i, name in enumerate(names)))
    table = rank_places(rows)
    assert table["name"].tolist() == names
    assert table["default_location"].tolist() == ["", "", "hospital", "court", ""]
    kinds = flag_default_locations(rows["place"])
    assert kinds.tolist() == table["default_location"].tolist()


def test_points_are_ranked_one_by_one_and_within_an_area() -> None:
    table = rank_places(streets(), by="point")
    assert table["places"].tolist() == [1] * 7
    inside = rank_places(streets(), by="point", within=box(-1, -1, 30, 30))
    assert inside[["name", "incidents"]].values.tolist() == [["Supermarket", 2], ["Supermarket", 1], ["Boar Lane", 1]]
    with pytest.raises(InputError, match="street or by point"):
        rank_places(streets(), by="ward")


def test_collapsed_places_rank_as_their_rows_and_sources_stay_apart() -> None:
    rows = pd.concat([streets(), frame(("On or near Boar Lane", 0, 0, 1), source="t")], ignore_index=True)
    places = rows.groupby([rows.geometry.to_wkt(), "place", "source"], sort=False).agg(
        harm=("harm", "sum"), geometry=("geometry", "first"), incidents=("harm", "size"),
    ).reset_index(level=[1, 2])  # fmt: skip
    both = [rank_places(t) for t in (rows, gpd.GeoDataFrame(places, geometry="geometry", crs=CRS))]
    pd.testing.assert_frame_equal(*(pd.DataFrame(t.drop(columns="geometry")) for t in both))
    boar = both[0].set_index("name").loc["Boar Lane"]
    assert boar["incidents from t"].tolist() == [0, 1] or boar["incidents from t"].tolist() == [1, 0]


def test_no_incidents_no_places() -> None:
    empty = rank_places(streets().iloc[:0])
    assert empty.empty
    assert empty.crs == CRS


def test_the_busiest_street_of_a_leeds_month(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    incidents["harm"] = weigh_incidents(incidents)
    table = rank_places(incidents)
    assert table["incidents"].sum() == len(incidents)
    assert table["harm"].sum() == pytest.approx(incidents["harm"].sum())
    points = rank_places(incidents, by="point")
    assert points["incidents"].max() == incidents.geometry.to_wkt().value_counts().max()


def venues() -> gpd.GeoDataFrame:
    shapes = [Point(0, 0), Point(100, 0), box(500, 0, 520, 20)]
    return gpd.GeoDataFrame({"name": ["A", "B", "C"]}, geometry=shapes, crs=CRS, index=["a", "b", "c"])


def test_each_incident_goes_to_its_nearest_within_the_distance() -> None:
    rows = frame(("", 10, 0, 1), ("", 90, 0, 5), ("", 50, 0, 1), ("", 530, 10, 2), ("", 300, 300, 9))
    near = assign_premises(rows, venues(), distance=50)
    assert near["premises"].tolist() == ["a", "b", "a", "c", None] or pd.isna(near["premises"].iloc[4])
    assert near["premises"].iloc[:4].tolist() == ["a", "b", "a", "c"]
    assert near["metres"].tolist()[:4] == [10, 10, 50, 10]
    table = rank_premises(rows, venues(), distance=50)
    assert table[["name", "incidents", "harm"]].values.tolist() == [["B", 1, 5], ["A", 2, 2], ["C", 1, 2]]
    assert table["cumulative_share"].tolist() == pytest.approx([5 / 9, 7 / 9, 1])
    assert table["share_of_premises"].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    by_count = rank_premises(rows.drop(columns="harm"), venues(), distance=50)
    assert by_count["name"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize("index", [["a", "a", "a"], pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])])
def test_premises_count_by_themselves_whatever_their_labels(index: object) -> None:
    rows = frame(("", 10, 0, 1), ("", 90, 0, 5), ("", 50, 0, 1), ("", 530, 10, 2), ("", 300, 300, 9))
    shared = venues().set_axis(index, axis=0)
    table = rank_premises(rows, shared, distance=50)
    assert table[["name", "incidents", "harm"]].values.tolist() == [["B", 1, 5], ["A", 2, 2], ["C", 1, 2]]
    near = assign_premises(rows, shared, distance=50)["premises"]
    assert near.tolist()[:4] == [shared.index[n] for n in (0, 1, 0, 2)]
    assert near.isna().tolist() == [False] * 4 + [True]


def test_premises_without_incidents_and_incidents_without_premises() -> None:
    rows = frame(("", 9_000, 0, 1))
    assert rank_premises(rows, venues(), distance=50)["incidents"].tolist() == [0, 0, 0]
    assert assign_premises(rows, venues().iloc[:0], distance=50)["metres"].isna().all()
    assert len(rank_premises(rows.iloc[:0], venues(), distance=50)) == 3
    with pytest.raises(InputError, match="above 0"):
        assign_premises(rows, venues(), distance=0)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=25), st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_the_nearest_is_the_nearest_by_brute_force(points: list[tuple[int, int]], distance: int) -> None:
    rows = frame(*(("", float(x), float(y), 1.0) for x, y in points))
    near = assign_premises(rows, venues(), distance=distance)
    gaps = np.array([[p.distance(v) for v in venues().geometry] for p in rows.geometry])
    expected = np.where(gaps.min(axis=1) <= distance, gaps.min(axis=1), np.nan)
    np.testing.assert_allclose(near["metres"].to_numpy(float), expected)


def test_pubs_of_leeds(shared_data: Path, caplog: pytest.LogCaptureFixture) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    venues = gpd.read_file(shared_data / "places" / "leeds_osm_places.gpkg")
    pubs = venues[venues["kind"].isin(["pub", "bar", "nightclub"])]
    table = rank_premises(incidents, pubs, distance=100)
    near = assign_premises(incidents, pubs, distance=100)["premises"].notna()
    assert table["incidents"].sum() == near.sum()
    assert len(table) == len(pubs)
    assert table["cumulative_share"].iloc[-1] == pytest.approx(1)
    assert "no premises within 100 m" in caplog.text


def test_a_place_is_named_by_most_incidents_counted_or_listed():
    names = ["On or near A Road"] * 2 + ["On or near B Road"] * 3
    rows = gpd.GeoDataFrame(
        {"place": names, "source": "police.uk"}, geometry=gpd.points_from_xy([4e5] * 5, [4e5] * 5), crs=27700
    )
    places = rows.iloc[[0, 1, 2]].assign(incidents=[1, 1, 3])
    for frame in (rows, places):
        assert rank_places(frame, by="point")["name"].tolist() == ["B Road"]
