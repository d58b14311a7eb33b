"""Larger areas built of smaller ones, look-ups, vintages: the sums agree and nothing is guessed."""

from __future__ import annotations

import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from boundaries import attach_areas, centre_area, nest_areas, read_areas
from boundaries.lookups import join_lookup, read_lookup
from boundaries.vintages import compare_vintages, group_codes, join_vintages
from hotspots.checks import InputError


def areas_of(*shapes, **columns):
    codes = [chr(65 + i) for i in range(len(shapes))]
    columns = {"code": codes, "name": [f"Area {c}" for c in codes]} | columns
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:27700")


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([p[0] for p in xy], [p[1] for p in xy]), crs="EPSG:27700"
    )


# A and B overlap by 2, C stands apart; A and C are one committee, so a point in the overlap shows which
# rule decided.
WARDS = areas_of(
    box(0, 0, 10, 10),
    box(8, 0, 20, 10),
    box(30, 0, 40, 10),
    committee=["North", "South", "North"],
    priority=[False, True, False],
    population=[100, 200, 50],
)


def test_groups_by_column_with_flag_and_population():
    nested = nest_areas(WARDS, "committee")
    assert nested["name"].tolist() == ["North", "South"]
    assert nested["members"].tolist() == [["A", "C"], ["B"]]
    assert nested["priority"].tolist() == [False, True]
    assert nested["population"].tolist() == [150, 200]
    assert nested.area.tolist() == [200.0, 120.0]


def test_a_missing_group_is_in_none():
    nested = nest_areas(WARDS.assign(committee=["North", None, "North"]), "committee")
    assert nested["members"].tolist() == [["A", "C"]]


def test_the_code_of_the_group_comes_from_its_column():
    wards = WARDS.assign(district="Leeds", district_code="E08000035")
    nested = nest_areas(wards, "district")
    assert nested[["code", "name"]].values.tolist() == [["E08000035", "Leeds"]]


def test_nested_layers_follow_the_wards_and_their_sums_agree():
    frame = points((1, 5), (8.5, 5), (9.5, 5), (35, 5), (22, 5), (90, 5))
    committees = nest_areas(WARDS, "committee")
    district = nest_areas(committees.assign(district="D"), "district", of="committee")
    layers = {"district": district, "committee": committees, "ward": WARDS}
    attached, sums = attach_areas(frame, layers, within=3)
    assert attached["ward_code"].fillna("").tolist() == ["A", "A", "B", "C", "B", ""]
    expected = ["North", "North", "South", "North", "South", ""]
    assert attached["committee_name"].fillna("").tolist() == expected
    assert attached["district_name"].fillna("").tolist() == ["D"] * 5 + [""]
    assert sums.loc["ward"].tolist() == sums.loc["committee"].tolist() == sums.loc["district"].tolist()
    assert attached["committee_priority"].tolist() == [False, False, True, False, True, False]


def test_hotspots_are_nested_by_their_incidents():
    spots = gpd.GeoDataFrame(geometry=[box(5, 0, 15, 10)], crs="EPSG:27700")
    layers = {"ward": WARDS, "committee": nest_areas(WARDS, "committee")}
    attached, _ = attach_areas(spots, layers, incidents=points((6, 5), (8.5, 5), (12, 5), (13, 5), (14, 5)))
    assert attached["committee_shares"].item() == [("South", 0.6), ("North", 0.4)]


def test_a_plan_of_wards_by_name_or_code():
    nested = nest_areas(WARDS, {"East": ["area  a"], "West": ["B", "Area C"]})
    assert nested["members"].tolist() == [["A"], ["B", "C"]]


def test_a_plan_of_hotspot_numbers_or_references():
    spots = gpd.GeoDataFrame(
        {"ref": ["SE30213345", "SE31003400"], "name": ["Boar Lane", "Briggate"]},
        geometry=[box(0, 0, 5, 5), box(10, 0, 15, 5)],
        index=pd.RangeIndex(1, 3, name="rank"),
        crs="EPSG:27700",
    )
    nested = nest_areas(spots, {"Plan": [2], "Other": ["SE30213345"]}, of="hotspot")
    assert nested["members"].tolist() == [["SE31003400"], ["SE30213345"]]
    assert nested.geometry.iloc[0].equals(box(10, 0, 15, 5))


def test_a_plan_of_streets():
    frame = points((100, 100), (300, 100), (900, 900), place=["On or near Boar Lane"] * 2 + [""])
    nested = nest_areas(frame, {"Plan": ["Boar Lane"]}, of="street", radius=50)
    attached, _ = attach_areas(points((140, 100), (200, 100), (300, 149)), {"lap": nested})
    assert attached["lap_name"].fillna("").tolist() == ["Plan", "", "Plan"]


def test_members_that_are_not_there_are_named_all_at_once():
    with pytest.raises(InputError) as caught:
        nest_areas(WARDS, {"East": ["Arrea B"], "West": ["Z", "B"], "None": []})
    for part in ("names the ward 'Arrea B'", "try: Area B", "names the ward 'Z'", "'None' has no members"):
        assert part in str(caught.value)
    with pytest.raises(InputError, match="lacks the columns code, name"):
        nest_areas(WARDS[["committee", "geometry"]], "committee")
    with pytest.raises(InputError, match=r"no column 'comittee'.*Try: 'committee'"):
        nest_areas(WARDS, "comittee")


def test_a_member_in_two_groups_is_refused_unless_they_overlap():
    groups = {"One": ["A", "B"], "Two": ["B"]}
    with pytest.raises(InputError, match="Area B in One and in Two"):
        nest_areas(WARDS, groups)
    laps = nest_areas(WARDS, groups, overlapping=True)
    attached, sums = attach_areas(points((1, 5), (15, 5), (90, 5)), {"lap": laps}, overlapping=["lap"])
    assert attached["lap_codes"].tolist() == [["One"], ["One", "Two"], []]
    assert sums.loc["lap"].to_dict() == {"accepted": 3, "inside": 1, "tie": 1, "nearest": 0, "outside": 1}


def test_a_centre_is_a_circle_without_residents():
    centre = centre_area(easting=100, northing=100, radius=50, name="Town")
    attached, _ = attach_areas(points((149, 100), (151, 100)), {"centre": centre}, within=0)
    assert attached["centre_name"].fillna("").tolist() == ["Town", ""]
    assert centre["residential"].tolist() == [False]
    with pytest.raises(InputError, match="above 0"):
        centre_area(easting=1, northing=1, radius=0)


def test_the_leeds_lookup_is_the_source_file(shared_data: Path):
    facts = pd.read_csv(shared_data / "areas" / "leeds_ward_facts.csv")
    leeds = read_lookup("leeds-2024")
    columns = ["name", "code", "committee", "population", "imd_decile", "priority"]
    assert leeds[columns].values.tolist() == facts.values.tolist()
    assert leeds["source"].str.contains("Open Government Licence").all()
    assert (leeds["vintage"] == 2024).all()


def test_priority_wards_are_the_six():
    leeds = read_lookup("leeds-2024")
    assert set(leeds.loc[leeds["priority"], "name"]) == {
        "Gipton & Harehills",
        "Burmantofts & Richmond Hill",
        "Beeston & Holbeck",
        "Killingbeck & Seacroft",
        "Armley",
        "Hunslet & Riverside",
    }


def test_a_lookup_of_ones_own(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("code,name,team\nA,Area A,Red\nB,Area B,Blue\n", encoding="utf-8")
    joined = join_lookup(WARDS.drop(columns=["committee", "priority", "population"]), read_lookup(file))
    assert joined["team"].tolist()[:2] == ["Red", "Blue"]
    assert pd.isna(joined["team"].iloc[2])
    file.write_text("code,name\nA,x\nA,y\n", encoding="utf-8")
    with pytest.raises(InputError, match="more than once"):
        read_lookup(file)
    with pytest.raises(InputError, match=r"No such look-up.*Try: 'leeds-2024'"):
        read_lookup("leeds-2023")


def test_joining_by_name_folds_ands_and_knows_aliases(caplog):
    wards = areas_of(box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)).assign(
        name=["Riverside and Hunslet", "ADEL AND WHARFEDALE", "Elsewhere"]
    )
    wards["code"] = wards["name"]
    with caplog.at_level(logging.WARNING):
        joined = join_lookup(wards, read_lookup("leeds-2024"))
    assert joined["code"].tolist() == ["E05011399", "E05012841", "Elsewhere"]
    assert joined["name"].tolist() == ["Hunslet & Riverside", "Adel & Wharfedale", "Elsewhere"]
    assert joined["priority"].tolist() == [True, False, False]
    assert "The look-up lacks 1 of 3 areas: Elsewhere" in caplog.text
    with pytest.raises(InputError, match="same name in the look-up"):
        join_lookup(pd.concat([wards, wards], ignore_index=True), read_lookup("leeds-2024"))


def test_2018_codes_on_2024_data_say_which_changed(caplog):
    leeds = read_lookup("leeds-2024")
    # The wards of 2018 were coded in one alphabetical run; eight have been recoded since.
    old = leeds[["code", "name"]].assign(code=[f"E{5011382 + i:08d}" for i in range(33)], vintage=2018)
    wards = gpd.GeoDataFrame(old, geometry=[box(i, 0, i + 1, 1) for i in range(33)], crs="EPSG:27700")
    with caplog.at_level(logging.WARNING):
        joined = join_lookup(wards, leeds)
    assert "The look-up lacks 8 of 33 areas: " in caplog.text
    assert "Beeston & Holbeck E05011386 is now E05012647" in caplog.text
    changes = compare_vintages(old, leeds)["change"].value_counts()
    assert changes.to_dict() == {"unchanged": 25, "recoded": 8}
    # Not guessed by name: the ground may have changed with the code.
    assert joined["committee"].isna().sum() == 8


def test_wards_of_another_vintage_are_refused(shared_data: Path):
    old = read_areas(
        shared_data / "areas" / "leeds_wards_2004_2018.geojson", name="WD13NM", code="WD13CD", vintage=2013
    )
    with pytest.raises(InputError, match=r"None of the areas.*Armley E05001414 is now E05011385.*one vintage"):
        join_lookup(old, read_lookup("leeds-2024"))
    changes = compare_vintages(old, read_lookup("leeds-2024"))
    assert changes.loc[changes["change"] == "gone", "name"].tolist() == [
        "City and Hunslet",
        "Headingley",
        "Hyde Park and Woodhouse",
    ]
    assert changes.loc[changes["change"] == "new", "name"].tolist() == [
        "Headingley & Hyde Park",
        "Hunslet & Riverside",
        "Little London & Woodhouse",
    ]


def squares(**codes):
    return gpd.GeoDataFrame(
        {"code": list(codes), "name": list(codes)},
        geometry=[box(a, 0, b, 10) for a, b in codes.values()],
        crs="EPSG:27700",
    )


def test_split_merged_and_tangled_areas_are_added_up():
    old = squares(same=(0, 10), split=(10, 20), m1=(20, 30), m2=(30, 40), x=(40, 50), y=(50, 60), lost=(90, 95))
    new = squares(same=(0, 10), s1=(10, 14), s2=(14, 20), merged=(20, 40), p=(40, 45), q=(45, 60))
    shared = join_vintages(old, new).set_index("code")
    assert shared["change"].to_dict() == {
        "same": "unchanged",
        "s1+s2": "split",
        "merged": "merged",
        "p+q": "complex",
        "lost": "unmatched",
    }
    assert shared.loc["p+q", "old_codes"] == ["x", "y"]
    assert shared.area.sum() == 650
    codes = pd.Series(["same", "split", "s1", "m2", "merged", "?", None])
    assert group_codes(codes, shared.reset_index()).fillna("").tolist() == [
        "same",
        "s1+s2",
        "s1+s2",
        "merged",
        "merged",
        "",
        "",
    ]


def test_an_official_lookup_decides_instead_of_the_ground():
    old, new = squares(a=(0, 10), b=(10, 20)), squares(c=(0, 10), d=(10, 20))
    lookup = pd.DataFrame({"old_code": ["a", "b"], "new_code": ["d", "d"]})
    shared = join_vintages(old, new, lookup=lookup)
    assert shared[["code", "change", "old_codes"]].values.tolist() == [
        ["d", "merged", ["a", "b"]],
        ["c", "unmatched", []],
    ]
    renamed = join_vintages(old, new, lookup=pd.DataFrame({"old_code": ["a", "b"], "new_code": ["c", "d"]}))
    assert renamed[["code", "change"]].values.tolist() == [["c", "recoded"], ["d", "recoded"]]
    with pytest.raises(InputError, match="names none of these areas"):
        join_vintages(old, new, lookup=lookup.assign(old_code="zz"))
    assert join_vintages(old.iloc[:0], new.iloc[:0]).empty


def test_real_lsoas_of_2011_and_2021(shared_data: Path):
    folder = shared_data / "areas"
    old = read_areas(folder / "leeds_lsoa_2011.geojson", name="LSOA11NM", code="LSOA11CD", vintage=2011)
    new = read_areas(folder / "leeds_lsoa_2021.gpkg", name="LSOA21NM", code="LSOA21CD", vintage=2021)
    shared = join_vintages(old, new)
    # 473 codes are in both files; of the 9 others 7 were split in two and 2 merged into one.
    assert shared["change"].value_counts().to_dict() == {"unchanged": 473, "split": 7, "merged": 1}
    assert sorted(c for some in shared["old_codes"] for c in some) == sorted(old["code"])
    assert sorted(c for some in shared["new_codes"] for c in some) == sorted(new["code"])
    merged = shared[shared["change"] == "merged"]
    assert merged["old_codes"].item() == ["E01033018", "E01033019"]
    assert merged["code"].item() == "E01035054"


def test_a_look_up_without_other_spellings_joins_by_name(caplog):
    wards = areas_of(box(0, 0, 1, 1), box(1, 0, 2, 1), code=["Armley", "Otley"], name=["Armley", "Otley"])
    table = pd.DataFrame({"code": ["E1", "E2"], "name": ["ARMLEY", "Otley"], "committee": ["West", "North"]})
    joined = join_lookup(wards, table)
    assert joined[["code", "name", "committee"]].values.tolist() == [["E1", "ARMLEY", "West"], ["E2", "Otley", "North"]]
    assert "joined by name" in caplog.text


def test_a_name_that_several_members_have_is_refused_with_their_codes():
    parks = areas_of(box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1), name=["Park", "park", "Hill"])
    with pytest.raises(InputError, match=r"'Plan' names the ward 'Park', as several are called \(given: A, B"):
        nest_areas(parks, {"Plan": ["Park", "Hill"]})
    assert nest_areas(parks, {"Plan": ["B", "Hill"]})["members"].tolist() == [["B", "C"]]
