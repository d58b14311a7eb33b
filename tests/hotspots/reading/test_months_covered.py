from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.checks import ASB, CRS, InputError
from hotspots.reading.area_only_rows import BASIS, count_own_areas
from hotspots.reading.incidents import read_incidents
from hotspots.reading.kinds import count_kinds, name_kinds
from hotspots.reading.months_covered import check_coverage, describe_coverage
from hotspots.reading.sources import combine_incidents, find_possible_duplicates, read_sources


def frame(when: list[str], *, source: str = "s", category: str = "c", precision: str = "day") -> gpd.GeoDataFrame:
    ids = [f"{source}{i}" for i in range(len(when))]
    return gpd.GeoDataFrame(
        {
            "incident_id": ids,
            "source": source,
            "when": pd.to_datetime(when, format="ISO8601"),
            "precision": precision,
            "category": category,
            "place": "",
        },
        geometry=[Point(0, 0)] * len(when),
        crs=CRS,
    )


def days(start: str, end: str, each: int = 10) -> list[str]:
    return [str(d.date()) for d in pd.date_range(start, end)] * each


def test_each_force_of_a_source_has_its_own_line():
    rows = frame([*days("2024-01-01", "2024-03-31"), *days("2024-01-01", "2024-02-29")])
    rows["raw_force"] = ["Kent Police"] * 910 + ["Surrey Police"] * 600
    table = check_coverage(rows).set_index("publisher")
    assert table.loc[["Kent Police", "Surrey Police"], "missing"].tolist() == ["", "2024-03"]
    assert table.loc["Surrey Police", "rows"] == 600
    assert "publisher" in check_coverage(rows.drop(columns="raw_force")).columns
    assert set(check_coverage(rows.drop(columns="raw_force"))["publisher"]) == {"(all)"}


def test_an_export_that_ends_on_the_28th_is_found() -> None:
    whole = check_coverage(frame(days("2024-01-01", "2024-03-31"))).iloc[0]
    assert (whole["whole"], whole["cut"]) == (True, "")
    cut = check_coverage(frame(days("2024-01-01", "2024-03-28")))
    assert cut.iloc[0]["cut"] == "March 2024 ends on the 28th"
    assert "s: March 2024 ends on the 28th." in describe_coverage(cut)


def test_missing_months_are_listed_by_source_and_category() -> None:
    rows = pd.concat(
        [
            frame(["2024-01-01", "2024-02-01", "2024-05-01"] * 20, precision="month"),
            frame(["2024-01-01"] * 60, category="d", precision="month"),
            frame(["2024-01-01"], category="rare", precision="month"),
        ]
    )
    table = check_coverage(rows).set_index("category")
    assert table.loc["(all)", ["missing", "months"]].tolist() == ["2024-03, 2024-04", 3]
    assert table.loc["(all)", "last"] == pd.Timestamp("2024-05-31")
    assert table.loc["d", "missing"] == "2024-02, 2024-03, 2024-04, 2024-05"
    assert table.loc["rare", "missing"] == ""
    assert describe_coverage(check_coverage(rows))[1:3] == [
        "s has no records in March 2024 to April 2024.",
        "s has no d in February 2024 and May 2024.",
    ]


def test_rejects_without_coordinates_still_cover_their_month() -> None:
    rejects = pd.DataFrame(frame(["2024-03-01"], precision="month")).assign(cause="no coordinates")
    table = check_coverage(frame(["2024-02-01"], precision="month"), rejects)
    assert table.iloc[0][["rows", "months"]].tolist() == [2, 2]
    late = rejects.assign(cause="future date")
    assert check_coverage(frame(["2024-02-01"], precision="month"), late).iloc[0]["rows"] == 1


def test_empty_in_empty_out() -> None:
    assert check_coverage(frame([])).empty
    assert describe_coverage(check_coverage(frame([]))) == []


def test_the_city_of_london_lacks_asb_in_three_months(shared_data: Path) -> None:
    incidents, rejects = read_incidents(shared_data / "police_uk" / "city_of_london_2014_2017.zip")
    table = check_coverage(incidents, rejects).set_index("category")
    assert table.loc["(all)", ["months", "missing"]].tolist() == [36, ""]
    raw = pd.concat([incidents[["when", "category"]], rejects[["when", "category"]]])
    months = raw[raw["category"].eq(ASB)]["when"].dt.strftime("%Y-%m")
    silent = sorted(set(raw["when"].dt.strftime("%Y-%m")) - set(months))
    assert table.loc[ASB, "missing"] == ", ".join(silent)
    assert len(silent) == 3


def test_stats19_is_whole(shared_data: Path) -> None:
    incidents, rejects = read_incidents(
        shared_data / "timed" / "leeds_road_collisions_2019_2023.csv.gz", layout="stats19"
    )
    assert check_coverage(incidents, rejects).iloc[0]["whole"]


def test_kinds_stay_in_columns_of_their_own() -> None:
    rows = pd.concat(
        [
            frame(["2024-01-01"] * 2, source="police.uk", category="Robbery"),
            frame(["2024-01-01"], source="police.uk", category=ASB),
            frame(["2024-01-01"], source="force ASB", category="Youth nuisance"),
            frame(["2024-01-01"], source="council ASB cases", category="Noise"),
            frame(["2024-01-01"], source="ours", category="Noise").assign(raw_unit="call"),
        ],
        ignore_index=True,
    )
    assert name_kinds(rows).tolist() == ["crimes"] * 2 + ["ASB incidents"] * 2 + ["cases", "calls"]
    table = count_kinds(rows)
    assert list(table.columns) == ["crimes", "ASB incidents", "cases", "calls"]
    assert table.loc["police.uk"].tolist() == [2, 1, 0, 0]
    places = rows.assign(incidents=3)
    assert (count_kinds(places) == 3 * table).all(axis=None)


def test_rows_with_only_a_ward_are_counted_in_it_and_say_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Case Reference,Date Opened,ASB Type,Easting,Northing,Ward\n"
        "1,05/03/2024,Noise,,,Beeston and Holbeck\n2,05/03/2024,Noise,430000,433000,Armley\n"
        "3,05/03/2024,Noise,,,LS11\n4,soon,Noise,,,Armley\n5,05/03/2024,Noise,,,\n"
    )
    incidents, rejects = read_incidents(path, layout="council-asb-cases")
    assert (len(incidents), len(rejects)) == (1, 4)
    wards = pd.DataFrame({"code": ["E1"], "name": ["Beeston & Holbeck"]})
    table = count_own_areas(rejects, areas=wards)
    assert table[["area", "code", "incidents", "matched"]].values.tolist() == [
        ["Beeston & Holbeck", "E1", 1, True],
        ["LS11", "", 1, False],
    ]
    assert set(table["basis"]) == {BASIS}
    with pytest.raises(InputError, match="name no area"):
        count_own_areas(rejects.drop(columns="area"))


def test_several_sources_become_one_set_and_are_never_compared(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Month,Longitude,Latitude,Crime type\n2024-03,-1.5,53.8,Drugs\n")
    header = "Case Reference,Date Opened,ASB Type,Easting,Northing,Ward\n"
    (tmp_path / "c.csv").write_text(header + "1,05/03/2024,Noise,430000,433000,A\n2,05/03/2024,Noise,,,B\n")
    incidents, rejects = read_sources(
        {"police": {"files": "p.csv"}, "council": {"files": ["c.csv"], "layout": "council-asb-cases"}}, folder=tmp_path
    )
    assert incidents["source"].tolist() == ["police.uk", "council ASB cases"]
    assert (incidents.crs, rejects["area"].tolist()) == (CRS, ["B"])
    assert rejects.attrs["rows_by_file"] == {"p.csv": 1, "c.csv": 2}
    with pytest.raises(InputError, match="same source"):
        read_sources({"a": {"files": "p.csv"}, "b": {"files": "p.csv"}}, folder=tmp_path)
    renamed = {"a": {"files": "p.csv"}, "b": {"files": "p.csv", "source": "BTP"}}
    assert read_sources(renamed, folder=tmp_path)[0]["source"].tolist() == ["police.uk", "BTP"]


def test_every_wrong_source_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_sources({"a": {"file": "x.csv"}, "b": {"files": "gone.csv"}, "c": {}}, folder=tmp_path)
    for part in ("a: unknown key 'file' (try: files)", "b: ", "gone.csv", "c: files is not stated"):
        assert part in str(error.value)
    with pytest.raises(InputError, match="no source was named"):
        read_sources({}, folder=tmp_path)


def test_readings_in_different_reference_systems_are_not_combined() -> None:
    one, other = (
        frame(["2024-01-01"], source="a"),
        frame(["2024-01-01"], source="b").set_crs(32136, allow_override=True),
    )
    with pytest.raises(InputError, match="different reference systems"):
        combine_incidents([(one, pd.DataFrame({"source": []})), (other, pd.DataFrame({"source": []}))])


def test_possible_duplicates_are_listed_by_hand() -> None:
    police = frame(["2024-01-01 22:00", "2024-01-05 10:00"], source="police", precision="minute")
    council = frame(["2024-01-02", "2024-01-01"], source="council")
    council = council.set_geometry(gpd.GeoSeries([Point(30, 40), Point(300, 0)], crs=CRS))
    rows = pd.concat([police, council, frame(["2024-01-01"], source="u", precision="month")], ignore_index=True)
    table = find_possible_duplicates(rows, distance=100, hours=3)
    # Police at 22:00 on the 1st, council some time on the 2nd: at least two hours apart.
    assert table[["first", "second", "metres", "hours"]].values.tolist() == [[0, 2, 50, 2]]
    assert find_possible_duplicates(rows, distance=100, hours=1).empty
    assert find_possible_duplicates(rows, distance=49, hours=3).empty
    assert len(rows) == 5


def test_records_of_one_source_are_never_duplicates_of_each_other() -> None:
    rows = frame(["2024-01-01"] * 5, source="a")
    assert find_possible_duplicates(rows).empty
    assert list(find_possible_duplicates(frame([])).columns)[:2] == ["first", "second"]
