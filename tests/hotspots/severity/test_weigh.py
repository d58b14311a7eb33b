from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from hotspots.checks import ASB, InputError
from hotspots.plans._facts import count_weights
from hotspots.reading.crosswalks import count_priorities, list_unmatched
from hotspots.reading.kinds import count_kinds, split_by_source
from hotspots.reading.months_covered import check_coverage
from hotspots.severity.by_area import name_score, tabulate_severity
from hotspots.severity.offence_mix import mix_weights, read_mix
from hotspots.severity.weigh import explain_weights, list_unweighed, weigh_incidents
from hotspots.severity.weights import WEIGHT_COLUMNS, list_schemes, read_weights


def frame(*categories: str) -> pd.DataFrame:
    return pd.DataFrame({"category": list(categories)}, index=range(10, 10 + len(categories)))


@pytest.mark.parametrize(
    ("scheme", "level", "expected"),
    [
        ("cchi-2026", "middle", [194.21, 244.68, 11.18, 3.66]),
        ("cchi-2026-west-yorkshire", "middle", [175.29, 246.39, 12.27, 3.46]),
        ("cchi-2026", "low", [159.07, 190.70, 4.94, 3.25]),
        ("cchi-2026", "high", [235.12, 252.52, 18.19, 3.96]),
    ],
)
def test_category_days_of_the_2026_table(scheme: str, level: str, expected: list[float]) -> None:
    rows = frame("Violence and sexual offences", "Burglary", "Criminal damage and arson", "Drugs")
    assert_series_equal(
        weigh_incidents(rows, scheme=scheme, level=level), pd.Series(expected, index=rows.index, name="harm")
    )


@pytest.mark.parametrize("level", ["low", "middle", "high"])
def test_fixed_categories_have_one_weight_at_every_level(level: str) -> None:
    rows = frame(
        "Robbery", "Possession of weapons", "Other crime", "Public order", "Vehicle crime", "Other theft",
        "Theft from the person", "Bicycle theft", "Shoplifting",
    )  # fmt: skip
    assert weigh_incidents(rows, level=level).tolist() == [365, 273.75, 10, 7.5, 5, 2, 2, 2, 1]


def test_asb_stands_apart_with_its_own_weight() -> None:
    assert weigh_incidents(frame(ASB, "Robbery"), asb_weight=0.5).tolist() == [0.5, 365]
    assert weigh_incidents(frame(ASB, "Robbery"), asb_weight=0).tolist() == [0, 365]


def test_collapsed_places_weigh_as_their_rows() -> None:
    rows = frame("Robbery", ASB, "Unheard of").assign(incidents=[3, 4, 5])
    assert weigh_incidents(rows).tolist() == [1095, 4, 5]


def test_an_unknown_category_is_announced_with_its_count_and_never_weighs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        harm = weigh_incidents(frame("Witchcraft", "Witchcraft", "Robbery"))
    assert harm.tolist() == [1, 1, 365]
    assert "Witchcraft (2)" in caplog.text


def test_labels_match_regardless_of_capitals_and_ampersand() -> None:
    assert weigh_incidents(frame("VIOLENCE & SEXUAL OFFENCES")).tolist() == [194.21]


def test_unknown_scheme_and_level_name_what_there_is() -> None:
    with pytest.raises(InputError, match="cchi-2026"):
        weigh_incidents(frame("Robbery"), scheme="cchi-2025")
    with pytest.raises(InputError, match="low, middle or high"):
        weigh_incidents(frame("Robbery"), level="median")
    with pytest.raises(InputError, match="asb_weight"):
        weigh_incidents(frame("Robbery"), asb_weight=-1)


def test_empty_in_typed_empty_out_and_input_unchanged() -> None:
    rows = frame()
    harm = weigh_incidents(rows)
    assert (len(harm), harm.dtype, list(rows.columns)) == (0, "float64", ["category"])


@pytest.mark.parametrize("scheme", list_schemes())
def test_every_weights_file_is_whole(scheme: str) -> None:
    weights = read_weights(scheme)
    assert list(weights.columns) == WEIGHT_COLUMNS
    assert weights["label"].is_unique
    assert weights.notna().all(axis=None)
    assert (weights["low"] <= weights["weight"]).all()
    assert (weights["weight"] <= weights["high"]).all()


def test_the_offence_comes_first_and_each_row_says_what_was_used() -> None:
    rows = pd.DataFrame(
        {
            "source": "force crime",
            "category": ["Violence with injury", "Burglary", "Nonsense", ASB, "Theft", "Abandoned vehicle"],
            "raw_offence": ["1", "Arson", "", "Homicide", "Homicide", ""],
        }
    )
    explained = explain_weights(rows, scheme="cchi-2026-subgroups")
    assert explained["used"].tolist() == ["category", "offence", "unknown", "ASB", "offence", "unknown"]
    assert explained["weight"].tolist() == [365, 185, 1, 1, 5475, 1]
    council = rows.assign(source="council ASB cases", raw_offence="")
    # a council's case called "Burglary" is not a recorded burglary
    assert explain_weights(council, asb_weight=2)["used"].tolist()[1:4] == ["unknown", "unknown", "ASB"]


def test_a_source_s_own_category_is_weighed_through_the_crosswalk() -> None:
    rows = pd.DataFrame({"source": "force crime", "category": ["Theft from a vehicle", "Homicide"]})
    explained = explain_weights(rows, scheme="cchi-2026")
    assert explained["used"].tolist() == ["crosswalk", "crosswalk"]
    assert explained["weight"].tolist() == [5, 194.21]


def test_one_switch_leaves_out_what_police_activity_detects(caplog: pytest.LogCaptureFixture) -> None:
    rows = frame("Drugs", "Possession of weapons", "Robbery").assign(source="police.uk")
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        assert weigh_incidents(rows, proactive=False).tolist() == [0, 0, 365]
    assert "2 records" in caplog.text


def test_weights_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("label,weight\nRobbery,100\nNoise,3\n")
    assert weigh_incidents(frame("Robbery", "Noise"), scheme=path, level="high").tolist() == [100, 3]
    path.write_text("label,weight\nRobbery,-1\nNoise,x\nNoise,2\n")
    with pytest.raises(InputError) as error:
        read_weights(path)
    for part in ("'Robbery'", "'Noise' is not 0 or more", "'Noise' stands twice"):
        assert part in str(error.value)
    path.write_text("label,low,weight,high\nRobbery,5,3,9\nNoise,1,2,3\n")
    with pytest.raises(InputError, match="low, weight and high of 'Robbery' are out of order"):
        read_weights(path)
    path.write_text("offence,weight\nRobbery,3\n")
    with pytest.raises(InputError, match=r"own\.csv lacks the column 'code'|code"):
        read_weights(path)


def test_unweighed_categories_are_listed_with_their_counts() -> None:
    rows = frame("Witchcraft", "Robbery", "Witchcraft").assign(source="s", incidents=[2, 5, 3])
    assert list_unweighed(rows).values.tolist() == [["s", "Witchcraft", 5]]


def test_the_west_yorkshire_mix_derived_by_hand() -> None:
    # Recorded crime 2017/18 by subgroup times the index's days, over the category's offences.
    by_hand = {
        "Burglary": (19_847 * 273.5 + 7_369 * 183.5) / 27_216,
        "Violence and sexual offences": (
            28 * 5475 + 2_957 * 2555 + 5_147 * 182.25 + 26_567 * 365 + 35_069 * 10 + 20_346 * 10
        )
        / 90_114,
        "Drugs": (3_682 * 3 + 1_938 * 5) / 5_620,
        "Possession of weapons": 273.75,
    }
    made = mix_weights("west-yorkshire-2017-18", "cchi-2026-subgroups").set_index("label")
    assert made["coverage"].eq(1).all()
    for category, expected in by_hand.items():
        assert made.loc[category, "weight"] == pytest.approx(expected, rel=1e-12)
    rows = frame("Burglary", "Drugs")
    assert weigh_incidents(rows, scheme=made.reset_index()).tolist() == pytest.approx(
        [by_hand["Burglary"], by_hand["Drugs"]]
    )


def test_offence_codes_of_the_mix_meet_the_weights_of_the_ons() -> None:
    weapons = 166 * 616.560089 + 142 * 412.202395 + 899 * 52.126097 + 673 * 53.038239 + 2 * 1287.544413
    drugs = 1_938 * 512.957359 + 26 * 9.062219 + 1_164 * 8.082043 + 2_492 * 1.770623
    made = mix_weights("west-yorkshire-2017-18", "ons-css-2019-part").set_index("label")
    assert made.loc["Possession of weapons", "weight"] == pytest.approx(weapons / 1_882)
    assert made.loc["Drugs", "weight"] == pytest.approx(drugs / 5_620)
    violence = made.loc["Violence and sexual offences"]
    assert 0 < violence["coverage"] < 1
    assert violence["low"] < violence["weight"] < violence["high"]


def test_the_mix_matches_the_table_it_was_typed_from(shared_data: Path) -> None:
    given = pd.read_csv(shared_data / "weights" / "west_yorkshire_2017_18_offence_mix.csv")
    ours = read_mix("west-yorkshire-2017-18")
    assert_series_equal(
        ours.groupby("code")["offences"].sum(),
        given.groupby("Offence_Code")["Number_of_Offences"].sum(),
        check_names=False,
    )


def areas() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ward": ["A", "A", "A", "B", "B", None],
            "category": ["Homicide", ASB, ASB, "Robbery", "Robbery", ASB],
            "harm": [900.0, 1.0, 1.0, 500.0, 500.0, 1.0],
            "harm_low": [900.0, 1.0, 1.0, 400.0, 400.0, 1.0],
            "harm_high": [900.0, 1.0, 1.0, 500.0, 500.0, 1.0],
        }
    )


def test_the_severity_table_of_areas() -> None:
    table = tabulate_severity(areas(), by="ward")
    assert table.index[:2].tolist() == ["B", "A"]
    assert pd.isna(table.index[2])
    assert table["score"].tolist() == [1000, 902, 1]
    assert table["rank"].tolist()[:2] == [1, 2]
    assert pd.isna(table["rank"].iloc[2])
    assert table[["rank_low", "rank_high"]].values.tolist()[:2] == [[1, 2], [1, 2]]
    assert table["asb"].tolist() == [0, 2, 1]
    assert table["largest"].tolist() == ["Robbery", "Homicide", ASB]
    assert table["largest_share"].tolist() == pytest.approx([0.5, 900 / 902, 1])
    assert table["dominated"].tolist() == [False, True, True]
    assert table["root_score"].tolist() == pytest.approx([2 * 500**0.5, 30 + 2, 1])


def test_the_severity_table_of_places_is_that_of_their_incidents() -> None:
    rows = areas()
    keys = ["ward", "category"]
    places = rows.assign(incidents=1).groupby(keys, dropna=False, as_index=False).sum(numeric_only=True)
    assert_frame_equal(tabulate_severity(places, by="ward"), tabulate_severity(rows, by="ward"))


def test_the_largest_offence_is_one_row_s_and_stays_blank_where_that_has_no_category() -> None:
    rows = pd.DataFrame(
        {
            "ward": ["A", "A", "B", "B"],
            "category": [None, "Shoplifting", "Robbery", "Robbery"],
            "harm": [5475.0, 1.0, 365.0, 365.0],
        },
        index=[7, 7, 7, 7],
    )
    table = tabulate_severity(rows, by="ward")
    assert table["largest"].isna().tolist() == [True, False]
    assert table.loc["B", "largest"] == "Robbery"
    assert table["largest_share"].tolist() == [5475 / 5476, 0.5]


def test_severity_by_category_is_a_table_too() -> None:
    rows = pd.DataFrame({"category": ["Robbery", "Drugs", "Robbery"], "harm": [365.0, 3.0, 365.0]})
    table = tabulate_severity(rows, by="category")
    assert table[["score", "incidents", "largest"]].to_numpy().tolist() == [[730, 2, "Robbery"], [3, 1, "Drugs"]]
    assert table.index.tolist() == ["Robbery", "Drugs"]


@pytest.mark.parametrize("wrong", [-3, 1.5, None])
def test_counts_that_are_no_counts_are_refused_wherever_they_are_summed(wrong: object) -> None:
    rows = pd.DataFrame(
        {
            "source": ["s", "t"],
            "category": ["Witchcraft", "Robbery"],
            "harm": 1.0,
            "ward": "A",
            "when": pd.Timestamp("2024-03-01"),
            "precision": "month",
            "incidents": [wrong, 1],
        }
    )
    for call in (
        lambda: weigh_incidents(rows),
        lambda: list_unweighed(rows),
        lambda: tabulate_severity(rows, by="ward"),
        lambda: check_coverage(rows),
        lambda: list_unmatched(rows),
        lambda: count_priorities(rows),
        lambda: count_kinds(rows),
        lambda: split_by_source(rows, rows["ward"]),
        lambda: count_weights(rows),
    ):
        with pytest.raises(InputError, match="whole numbers from 0 upwards"):
            call()


def test_change_keeps_an_area_that_fell_to_nothing() -> None:
    before = pd.DataFrame({"ward": ["C", "A"], "category": "x", "harm": [7.0, 2.0]})
    table = tabulate_severity(areas(), by="ward", before=before, population=pd.Series({"A": 451, "C": 10}))
    assert table.loc["C", ["score", "incidents", "score_before", "change"]].tolist() == [0, 0, 7, -7]
    assert table.loc["A", ["score_before", "incidents_before", "change"]].tolist() == [2, 1, 900]
    assert table.loc["A", "score_per_head"] == 2
    assert pd.isna(table.loc["B", "score_per_head"])


def test_nothing_is_called_the_ons_score_unless_it_is_one() -> None:
    full = pd.DataFrame({"code": [str(i) for i in range(135)], "weight": 1.0, "scheme": "ons-css-2024"})
    used = pd.Series(["offence", "offence"])
    assert name_score(full, used=used, population=1000) == "ONS Crime Severity Score"
    for lacking in (
        {"scheme": "ons-css-2019-part", "used": used, "population": 1},
        {"scheme": full, "used": pd.Series(["category"]), "population": 1},
        {"scheme": full, "used": used},
        {"scheme": full.assign(scheme="mine"), "used": used, "population": 1},
    ):
        assert "ONS" not in name_score(**lacking)
        with pytest.raises(InputError, match="may not be called"):
            name_score(**lacking, title="Crime Severity Score of Leeds")


@given(st.lists(st.sampled_from([ASB, "Robbery", "Drugs", "Nonsense"]), max_size=30))
@settings(max_examples=25, deadline=None)
def test_low_middle_and_high_are_in_order_for_every_row(categories: list[str]) -> None:
    rows = frame(*categories)
    low, middle, high = (weigh_incidents(rows, level=level) for level in ("low", "middle", "high"))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (low > 0).all()


def test_sources_stay_in_columns_of_their_own_in_the_table_of_areas() -> None:
    rows = areas().assign(source=["a", "a", "b", "b", "a", "a"])
    table = tabulate_severity(rows, by="ward")
    assert table["incidents from a"].tolist() == [1, 2, 1]
    assert table["incidents from b"].tolist() == [1, 1, 0]
    assert "incidents from a" not in tabulate_severity(rows.assign(source="a"), by="ward").columns


def test_a_recorded_crime_table_of_ones_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "mix.csv"
    path.write_text("category,label,offences\nBurglary,home,3\nBurglary,shed,1\nOdd,thing,5\n")
    days = pd.DataFrame({"label": ["home"], "weight": [200]})
    made = mix_weights(path, days, name="ours")
    assert made[["label", "weight", "low", "high", "coverage", "scheme"]].values.tolist() == [
        ["Burglary", 200, 200, 200, 0.75, "ours"]
    ]
    assert "6 recorded offences of 2 kinds without a weight" in caplog.text
    assert "they have none: Odd" in caplog.text
    path.write_text("category,offences\nBurglary,many\n")
    with pytest.raises(InputError, match="not a count"):
        read_mix(path)
    with pytest.raises(InputError, match="west-yorkshire"):
        read_mix("west-yorkshire-2017")
    with pytest.raises(InputError, match="needs the column harm"):
        tabulate_severity(areas().drop(columns="harm"), by="ward")
