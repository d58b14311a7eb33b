"""Words for nothing, in every column that is matched: no row is lost to one, and none names a place."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries import nest_areas
from hotspots import aggregate_incidents, find_hotspots, read_incidents
from hotspots.common.place_names import strip_near
from hotspots.common.words_for_nothing import NO_CATEGORY, count_decimals, is_nothing
from hotspots.reading.crosswalks import list_crosswalks, read_crosswalk
from hotspots.repeats.describe_records import describe_records

WORDS = [
    *("NA", "N/A", "#N/A", "NULL", "None", "nil", "NaN", "NaT", "<NA>", "-", "--", ".", "?", "TBC", "TBA"),
    *("n/k", "not known", "unknown", "not recorded", "not applicable", "none recorded", "no location"),
    *("blank", "empty", "(null)", r"\N", "xx", "UNKNOWN.", " N.K. ", "'-", "not_known", "NotKnown", "—"),
    *("to be confirmed", "None stated", "address not known", "Unknown location", "[none]", "no data"),
    *("Not Applicable (N/A)", "none / unknown"),
]
NOUGHTS = ["0", "00", "0.0", "-1", "#REF!", "#VALUE!"]
LAYOUT: dict[str, Any] = {
    "name": "ours",
    "source": "council cases",
    "unit": "case",
    "columns": {"incident_id": "Ref", "when": "Date", "category": "Type", "place": "Street", "x": "E", "y": "N"},
    "coordinates": {"kind": "metres"},
}


def cases(path: Path, **columns: list[str]) -> Path:
    """Write as many cases as the columns given are long, all alike but for these and their reference."""
    length = max(len(values) for values in columns.values())
    whole = {
        "Ref": [f"R{i}" for i in range(length)],
        "Date": ["2024-03-01"] * length,
        "Type": ["Noise"] * length,
        "Street": ["Boar Lane"] * length,
        "E": ["430000"] * length,
        "N": ["433000"] * length,
    }
    pd.DataFrame(whole | columns).to_csv(path, index=False)
    return path


def read(path: Path, **layout: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return read_incidents(path, layout=LAYOUT | layout, as_of="2024-12-31")


def count(path: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Count the cases on an engine, as a large table is."""
    pytest.importorskip("ibis")
    return aggregate_incidents(path, layout=LAYOUT, as_of="2024-12-31")


def test_no_row_is_a_duplicate_for_a_word_that_is_nobodys_id(tmp_path):
    words = [*WORDS, *NOUGHTS, ""]
    path = cases(tmp_path / "a.csv", Ref=["A1", *words, *words, "A1"])
    used, rejects = read(path)
    assert rejects[["cause", "value"]].to_numpy().tolist() == [["duplicate Crime ID", "A1"]]
    assert used["incident_id"].tolist() == ["A1", *(f"a.csv:{i}" for i in range(3, 3 + 2 * len(words)))]
    places, rejects = count(path)
    assert (places["incidents"].sum(), rejects["rows"].sum()) == (1 + 2 * len(words), 1)


def test_none_names_a_hotspot(tmp_path):
    words = [*WORDS, *NOUGHTS, ""]
    near = [f"On or near {word}" for word in words]
    used, _ = read(cases(tmp_path / "a.csv", Street=[*words * 3, *near * 3, "Boar Lane"]))
    assert find_hotspots(used, count=1, resamples=0)["name"].tolist() == ["Boar Lane"]
    nobody = used[used["place"].ne("Boar Lane")]
    assert find_hotspots(nobody, count=1, resamples=0)["name"].tolist() == ["SE3000033000"]
    assert nest_areas(used, {"lane": ["Boar Lane"]}, of="street")["name"].tolist() == ["lane"]


def test_categories_of_no_name_have_one_name_in_rows_tables_and_sentences(tmp_path):
    words = [*WORDS, *NOUGHTS, ""]
    path = cases(tmp_path / "a.csv", Type=[*words, "Noise nuisance"])
    used, rejects = read(path)
    assert used["category"].value_counts().to_dict() == {NO_CATEGORY: len(words), "Noise nuisance": 1}
    assert f"{NO_CATEGORY} ({len(words)} from council cases)" in " ".join(describe_records(used, rejects))
    assert set(count(path)[0]["category"]) == {"Noise nuisance", NO_CATEGORY}


@pytest.mark.parametrize("axis", ["E", "N"])
def test_a_row_with_one_for_a_coordinate_has_none(tmp_path, axis):
    _, rejects = read(cases(tmp_path / "a.csv", **{axis: [*WORDS, "", "433000"]}))
    assert rejects["cause"].tolist() == ["no coordinates"] * (len(WORDS) + 1)


def test_noughts_are_a_place_that_is_none_and_faults_of_a_spreadsheet_are_named(tmp_path):
    path = cases(tmp_path / "a.csv", E=["0", "#REF!", "430000"], N=["0", "433000", "433000"])
    assert read(path)[1]["cause"].tolist() == ["coordinates 0,0", "unreadable coordinates"]


def test_what_only_looks_like_one_is_kept(tmp_path):
    words = ["Other", "No crime", "Missing person", "x", "N", "Nat West", "None Such Lane"]
    used, _ = read(cases(tmp_path / "a.csv", Type=words, Street=words))
    assert used["category"].tolist() == words
    assert [strip_near(word) for word in words] == words


def test_a_label_of_the_layout_stands_before_the_rule(tmp_path):
    path = cases(tmp_path / "a.csv", Type=["0", "Unknown"])
    used, _ = read(path, category={"labels": {"0": "Begging"}})
    assert used["category"].tolist() == ["Begging", NO_CATEGORY]


def test_no_category_that_a_crosswalk_knows_is_a_word_for_nothing():
    values = pd.concat([read_crosswalk(name)["value"] for name in list_crosswalks()])
    assert not [value for value in values if is_nothing(value)]


@given(st.sampled_from(WORDS), st.text(" \t-._/()[]<>'\"#*", max_size=4), st.text(" .-)]>'\"", max_size=4))
def test_case_and_signs_around_change_nothing(word, before, after):
    if word != r"\N":
        assert is_nothing(before + word.swapcase() + after)


@given(st.text("NAnul /-", max_size=9), st.sampled_from("123456789"), st.text("NAnul /-.", max_size=9))
def test_what_has_a_figure_above_nought_is_something(before, figure, after):
    text = before + figure + after
    assert not is_nothing(text) or text.strip() == "-1"


ROUNDED = ["1.32e+13", "1.32E13", "1,32E+13", "1.32E+013", "13.2E+12", "1.32×10^13", "1.32 x 10^13", "1E+13"]


def test_ids_that_lost_their_digits_are_none_however_they_are_written(tmp_path, caplog):
    path = cases(tmp_path / "a.csv", Ref=ROUNDED * 2)
    assert [len(table) for table in read(path)] == [16, 0]
    assert "16 IDs were rewritten by Excel or another program" in caplog.text
    assert count(path)[0]["incidents"].sum() == 16


def test_ids_rounded_to_noughts_are_none_where_all_long_ones_end_so(tmp_path):
    used, _ = read(cases(tmp_path / "a.csv", Ref=["13200000000000"] * 4 + ["13300000000000"] * 4))
    assert len(used) == 8
    exact = [str(13200000000001 + i) for i in range(11)]
    assert len(read(cases(tmp_path / "b.csv", Ref=[*exact, exact[0]]))[0]) == 11


def test_an_id_that_a_program_gave_a_fraction_of_nought_is_the_same(tmp_path):
    used, _ = read(cases(tmp_path / "a.csv", Ref=["123.0", "123", "R1"]))
    assert used["incident_id"].tolist() == ["123", "R1"]
    assert len(read(cases(tmp_path / "b.csv", Ref=["12.0", "12", "12.1"]))[0]) == 3


def test_an_id_of_exact_digits_in_an_exponent_is_exact(tmp_path):
    refs = ["1.3245678901234E+13"] * 2 + ["5e10"] * 2 + ["R1"]
    assert len(read(cases(tmp_path / "a.csv", Ref=refs))[0]) == 3


@pytest.mark.parametrize(
    ("change", "used"),
    [
        ({"Type": "Drugs", "E": "435000"}, 3),  # another kind in another place
        ({"Date": "2024-03-20", "E": "435000"}, 3),  # another day in another place
        ({"E": "435000"}, 2),  # moved: a correction
        ({"E": "", "Type": "Drugs"}, 2),  # the same without its place
        ({"Type": "Drugs"}, 2),  # of another kind in the same place
        ({"Type": "Drugs", "Date": "2024-04-20"}, 2),  # came back revised
    ],
)
def test_an_id_on_rows_that_cannot_be_one_event_is_none(tmp_path, change, used, caplog):
    plain = {"Type": "Noise", "Date": "2024-03-01", "E": "430000"}
    columns = {name: [change.get(name, value), value, value] for name, value in plain.items()}
    path = cases(tmp_path / "a.csv", Ref=["A", "A", "R1"], **columns)
    found, rejects = read(path)
    assert [len(found), len(rejects)] == [used, 3 - used]
    assert ("2 rows share an ID, such as A," in caplog.text) == (used == 3)
    assert count(path)[0]["incidents"].sum() == used


def test_a_word_of_nobody_on_many_rows_of_one_kind_is_no_id(tmp_path, caplog):
    path = cases(tmp_path / "a.csv", Ref=["see log"] * 12, E=[str(430000 + 500 * i) for i in range(12)])
    assert len(read(path)[0]) == 12
    assert "12 rows share an ID, such as see log," in caplog.text


def test_real_ids_that_come_twice_are_settled_as_before(shared_data, caplog):
    logging.getLogger("safer_hotspots").setLevel(logging.WARNING)
    used, rejects = read_incidents(shared_data / "police_uk" / "six_cities_2018_10_2019_02.zip")
    # counted from the files by themselves: 514 rows of 250 Crime IDs
    assert rejects["cause"].value_counts().to_dict() == {"duplicate Crime ID": 514 - 250}
    assert len(used) + len(rejects) == 105_814
    assert "share an ID" not in caplog.text


@pytest.mark.parametrize(("text", "decimals"), [("4.30E+05", -3), ("-1.55e0", 2), ("-8.2e-05", 6), ("1.31E+0013", -11)])
def test_decimals_of_an_exponent_by_hand(text, decimals):
    assert count_decimals(text) == decimals
