from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.checks import ASB, CRS, InputError
from hotspots.reading.incidents import read_incidents
from hotspots.reading.rejects import REJECT_COLUMNS, diagnose_rejects, refuse_systematic, tabulate_rejects

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)


def line(
    crime_id: str = "",
    month: str = "2024-03",
    lon: str = "-1.5491",
    lat: str = "53.8008",
    category: str = ASB,
    place: str = "On or near Boar Lane",
) -> str:
    return f"{crime_id},{month},WYP,WYP,{lon},{lat},{place},E01011698,Leeds 001A,{category},,"


def write(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes((end.join([HEADER, *lines]) + end).encode(encoding))
    return path


def test_a_row_becomes_the_contract_columns(tmp_path: Path) -> None:
    incidents, rejects = read_incidents(
        write(tmp_path / "a.csv", line("x1", lon="-1.66379168242", lat="53.80021519630", category="Robbery"))
    )
    assert list(incidents.columns[:7]) == [
        "incident_id", "source", "when", "precision", "category", "place", "geometry",
    ]  # fmt: skip
    assert list(incidents.columns[7:]) == [
        "raw_Crime ID", "raw_Reported by", "raw_Falls within", "raw_LSOA code", "raw_LSOA name",
        "raw_Last outcome category", "raw_Context",
    ]  # fmt: skip
    assert incidents.crs == CRS
    row = incidents.iloc[0]
    assert (row.incident_id, row.source, row.precision, row.category) == ("x1", "police.uk", "month", "Robbery")
    assert row.when == pd.Timestamp("2024-03-01")
    # METHODS section 7: true place by OSTN15; without the grid PROJ is 1.74 m off.
    assert row.geometry.distance(Point(422242.186, 433818.701)) < 1.8
    assert rejects.empty
    assert list(rejects.columns) == REJECT_COLUMNS


@pytest.mark.parametrize(
    ("bad", "cause", "value"),
    [
        (line(lon="", lat=""), "no coordinates", ""),
        (line(lon="0", lat="0"), "coordinates 0,0", "0, 0"),
        (line(lon="53.8", lat="-1.5"), "latitude and longitude swapped", "53.8, -1.5"),
        (line(lon="430000", lat="433000"), "National Grid metres in degree columns", "430000, 433000"),
        (line(lon="x", lat="53.8"), "unreadable coordinates", "x, 53.8"),
        (line(lon="-90", lat="35"), "outside Great Britain", "-90, 35"),
        (line(month="soon"), "unreadable date", "soon"),
        (line(month="03/04/2024"), "day and month ambiguous", "03/04/2024"),
        (line(month="2031-01"), "future date", "2031-01"),
        (line() + ",extra", "wrong number of fields", "13 fields where the header has 12"),
        ("a,b", "wrong number of fields", "2 fields where the header has 12"),
    ],
)
def test_each_cause_is_named_with_its_line_and_value(tmp_path: Path, bad: str, cause: str, value: str) -> None:
    path = write(tmp_path / "a.csv", line(), line(), bad, line())
    incidents, rejects = read_incidents(path, as_of="2025-01-01")
    assert len(incidents) == 3
    assert rejects[["file", "line", "cause", "value"]].values.tolist() == [["a.csv", 4, cause, value]]


def test_rejects_without_coordinates_keep_date_category_and_source(tmp_path: Path) -> None:
    _, rejects = read_incidents(write(tmp_path / "a.csv", line(lon="", lat="", place="No Location")))
    row = rejects.iloc[0]
    assert (row["when"], row.category, row.source) == (pd.Timestamp("2024-03-01"), ASB, "police.uk")


def test_the_located_row_of_a_repeated_crime_id_is_kept_and_asb_never_compared(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", line("x", lon="", lat=""), line("x"), line("x"), line(), line())
    incidents, rejects = read_incidents(path)
    assert incidents["incident_id"].tolist() == ["x", "a.csv:5", "a.csv:6"]
    assert rejects[["line", "cause", "value"]].values.tolist() == [
        [2, "duplicate Crime ID", "x"],
        [4, "duplicate Crime ID", "x"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    path = write(tmp_path / "a.csv", line(place="On or near Café Row"), encoding=encoding, end=end)
    incidents, rejects = read_incidents(path)
    assert incidents["place"].tolist() == ["On or near Café Row"]
    assert rejects.empty


@pytest.mark.parametrize("month", ["Mar-24", "mar-2024", "2024-03"])
def test_months_that_went_through_excel(tmp_path: Path, month: str) -> None:
    incidents, _ = read_incidents(write(tmp_path / "a.csv", line(month=month)))
    assert incidents["when"].tolist() == [pd.Timestamp("2024-03-01")]


def test_quoted_newlines_and_blank_lines_keep_physical_line_numbers(tmp_path: Path) -> None:
    quoted = line(place='"two\nlines"')
    path = write(tmp_path / "a.csv", quoted, "", line(lon="0", lat="0"), "", line())
    incidents, rejects = read_incidents(path)
    assert incidents["incident_id"].tolist() == ["a.csv:2", "a.csv:7"]
    assert rejects["line"].tolist() == [5]


def test_an_unclosed_quotation_mark_loses_no_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", line(), line(place='"torn'), *[line()] * 5)
    incidents, rejects = read_incidents(path)
    assert len(incidents) == 6
    assert rejects[["line", "cause"]].values.tolist() == [[3, "wrong number of fields"]]


def test_extra_and_reordered_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Note,Latitude,Longitude,Crime type,Month\nhello,53.8,-1.5,Drugs,2024-03\n")
    incidents, _ = read_incidents(path)
    assert incidents["raw_Note"].tolist() == ["hello"]
    assert incidents["place"].tolist() == [""]
    assert incidents["incident_id"].tolist() == ["a.csv:2"]


def test_a_missing_column_is_one_error_that_names_those_found(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("Month,Lattitude,Longitude\n2024-03,53.8,-1.5\n")
    with pytest.raises(InputError) as error:
        read_incidents(tmp_path)
    text = str(error.value)
    assert "a.csv lacks the columns Crime type, Latitude" in text
    assert "b.csv lacks" in text
    assert "Latitude may be Lattitude" in text
    assert "Month, Lattitude, Longitude" in text


def test_missing_and_empty_files_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InputError, match=r"no such file.*gone\.csv.*0 bytes.*empty\.csv"):
        read_incidents([tmp_path / "gone.csv", tmp_path / "empty.csv"])


def test_a_header_alone_gives_typed_empty_tables(tmp_path: Path) -> None:
    full, _ = read_incidents(write(tmp_path / "b.csv", line("x")))
    empty, rejects = read_incidents(write(tmp_path / "a.csv"))
    assert len(empty) == len(rejects) == 0
    assert empty.dtypes.equals(full.dtypes)
    assert empty.crs == CRS
    assert rejects["when"].dtype == "datetime64[ns]"


def test_files_folders_globs_and_zips_name_files_relative_to_the_source(tmp_path: Path) -> None:
    for month in ("2024-02", "2024-03"):
        folder = tmp_path / "in" / month
        folder.mkdir(parents=True)
        write(folder / f"{month}-wy-street.csv", line(month=month, lon="0", lat="0"))
        write(folder / f"{month}-wy-outcomes.csv", "not,incidents")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted((tmp_path / "in").rglob("*.csv")):
            archive.write(path, path.relative_to(tmp_path / "in"))
    names = ["2024-02/2024-02-wy-street.csv", "2024-03/2024-03-wy-street.csv"]
    sources = {
        str(tmp_path / "in"): names,
        str(tmp_path / "in" / "**" / "*-street.csv"): names,
        str(tmp_path / "all.zip"): [f"all.zip/{n}" for n in names],
        str(tmp_path / "in" / names[0]): ["2024-02-wy-street.csv"],
    }
    for source, expected in sources.items():
        assert read_incidents(source)[1]["file"].tolist() == expected
    both = [tmp_path / "in" / n for n in names]
    assert read_incidents(both)[1]["file"].tolist() == ["2024-02-wy-street.csv", "2024-03-wy-street.csv"]


def test_rows_outside_the_study_area_are_rejected_in_any_crs(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", line(), line(lon="-0.1", lat="51.5"))
    area = box(-1.6, 53.7, -1.4, 53.9)
    frame = gpd.GeoDataFrame(geometry=[area], crs="EPSG:4326")
    for study_area in (frame, frame.to_crs(CRS), frame.to_crs(CRS).geometry.iloc[0]):
        incidents, rejects = read_incidents(path, study_area=study_area)
        assert len(incidents) == 1
        assert rejects[["line", "cause"]].values.tolist() == [[3, "outside the study area"]]


def test_files_wholly_in_the_future_are_refused_with_the_key_to_set(tmp_path: Path) -> None:
    late = write(tmp_path / "late.csv", *[line(month="2024-03")] * 3)
    early = write(tmp_path / "a.csv", line(month="2018-03"))
    incidents, rejects = read_incidents([early, late], as_of="2018-08-31")
    assert len(incidents) == 1
    with pytest.raises(InputError, match=r"late\.csv: 3 of its 3 rows.*set as_of to the last day") as refused:
        refuse_systematic(incidents, rejects)
    assert refused.value.problem == "Most rows are dated after the day that the run stands for"


def test_a_folder_that_has_grown_runs_as_it_was_and_the_later_file_is_named(tmp_path: Path, caplog) -> None:
    late = write(tmp_path / "late.csv", *[line(month="2024-03")] * 3)
    early = write(tmp_path / "a.csv", *[line(month="2018-03", crime_id="")] * 3)
    refuse_systematic(*read_incidents([early, late], as_of="2018-08-31"))
    assert "Not used, being dated after the day that the run stands for: late.csv: 3 of its 3" in caplog.text
    caplog.clear()
    some = write(tmp_path / "some.csv", line(month="2024-03"), *[line(month="2018-03", crime_id="")] * 2)
    refuse_systematic(*read_incidents(some, as_of="2018-08-31"))
    assert "Not used" not in caplog.text


def test_a_file_of_swapped_coordinates_is_diagnosed_as_a_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *[line(lon="53.8", lat="-1.5")] * 8, *[line(lon="", lat="")] * 30, line())
    incidents, rejects = read_incidents(path)
    assert "a.csv: 8 of its 39 rows" in diagnose_rejects(incidents, rejects)[0]
    with pytest.raises(InputError, match="exchange the two columns"):
        refuse_systematic(incidents, rejects)
    table = tabulate_rejects(incidents, rejects)
    assert table[["rows", "accepted", "cause", "rejected"]].values.tolist() == [
        [39, 1, "no coordinates", 30],
        [39, 1, "latitude and longitude swapped", 8],
    ]


def test_west_yorkshire_every_row_is_in_one_of_the_two(shared_data: Path) -> None:
    incidents, rejects = read_incidents(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    assert len(incidents) + len(rejects) == 27_176 + 28_537 + 31_635 == 87_348
    assert rejects["cause"].value_counts().to_dict() == {"no coordinates": 3_771}
    asb = incidents["category"].eq(ASB).sum() + rejects["category"].eq(ASB).sum()
    assert asb == 18_826
    assert rejects["when"].notna().all()


def test_the_leeds_month_that_went_through_excel(shared_data: Path) -> None:
    incidents, rejects = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    assert len(incidents) + len(rejects) == 9_408
    assert incidents["when"].unique().tolist() == [pd.Timestamp("2024-03-01")]


def test_the_latest_of_a_revised_id_wins(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", line("x", month="2024-02", category="Drugs"), line("y", month="2024-02"))
    write(tmp_path / "2.csv", line("x", month="2024-03", category="Robbery"), line("y", lon="", lat=""))
    incidents, rejects = read_incidents(tmp_path)
    kept = incidents.set_index("incident_id")["category"].to_dict()
    assert kept == {"y": ASB, "x": "Robbery"}
    assert rejects[["file", "line", "cause"]].values.tolist() == [
        ["1.csv", 2, "duplicate Crime ID"],
        ["2.csv", 3, "duplicate Crime ID"],
    ]


def test_one_force_and_month_in_two_files_is_refused_unless_told_which_to_keep(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", line(), line(), line("x", category="Drugs"))
    write(tmp_path / "2.csv", line(), line(), line(lon="-1.6"), line("x", category="Drugs"))
    with pytest.raises(InputError, match=r"WYP 2024-03 in 1\.csv and 2\.csv"):
        read_incidents(tmp_path)
    for keep, rows, cause in (("first", 3, "same force"), ("last", 4, "same force"), ("both", 6, "duplicate")):
        incidents, rejects = read_incidents(tmp_path, same_month=keep)
        assert (len(incidents), len(rejects)) == (rows, 7 - rows)
        assert rejects["cause"].str.startswith(cause).all()


def test_a_month_in_two_folders_of_the_usual_names_is_refused_and_both_files_are_counted(tmp_path: Path) -> None:
    folders = [tmp_path / name / "2024-03" for name in ("old", "new")]
    for folder in folders:
        folder.mkdir(parents=True)
        write(folder / "2024-03-wy-street.csv", *[line()] * 10)
    source = [folder.parent for folder in folders]
    with pytest.raises(InputError, match=r"WYP 2024-03 in old/2024-03/.* and new/2024-03/"):
        read_incidents(source)
    incidents, rejects = read_incidents(source, same_month="first")
    assert (len(incidents), len(rejects)) == (10, 10)
    names = [f"{name}/2024-03/2024-03-wy-street.csv" for name in ("old", "new")]
    assert rejects.attrs["rows_by_file"] == dict.fromkeys(names, 10)


def test_a_longer_name_that_is_taken_is_made_longer_still(tmp_path: Path) -> None:
    for folder in ("a", "b", "c/a"):
        (tmp_path / folder).mkdir(parents=True)
        write(tmp_path / folder / "x.csv", line(lon="0", lat="0"))
    _, rejects = read_incidents([tmp_path / "a", tmp_path / "b", tmp_path / "c"], same_month="both")
    assert sorted(rejects["file"]) == ["b/x.csv", "c/a/x.csv", f"{tmp_path.name}/a/x.csv"]


def test_parts_of_a_force_and_month_that_share_no_row_are_both_read(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", line(), line("x"))
    write(tmp_path / "2.csv", line(lon="-1.6"), line("y"))
    incidents, rejects = read_incidents(tmp_path)
    assert (len(incidents), len(rejects)) == (4, 0)


def test_without_a_force_only_rows_without_an_id_show_a_month_read_twice(tmp_path: Path) -> None:
    header = "persistent_id,category,month,location.longitude,location.latitude,location.street.name"

    def put(name: str, *rows: str) -> None:
        (tmp_path / name).write_text("\n".join([header, *rows]) + "\n")

    asb = [",anti-social-behaviour,2024-03,-1.5,53.8,On or near Boar Lane"] * 6
    put("1.csv", *asb, "x,drugs,2024-03,-1.5,53.8,S")
    put("2.csv", "x,drugs,2024-03,-1.5,53.8,S", *asb[:2])
    incidents, rejects = read_incidents(tmp_path, layout="police.uk-api")
    assert (len(incidents), rejects["cause"].tolist()) == (9, ["duplicate Crime ID"])
    put("2.csv", *asb)
    with pytest.raises(InputError, match=r"police\.uk 2024-03 in 1\.csv and 2\.csv"):
        read_incidents(tmp_path, layout="police.uk-api")
    assert len(read_incidents(tmp_path, layout="police.uk-api", same_month="last")[0]) == 7
