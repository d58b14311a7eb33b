from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import ASB, InputError
from hotspots.reading.crosswalks import (
    BY_SOURCE,
    COLUMNS,
    PRIORITIES,
    count_priorities,
    crosswalk_categories,
    flag_proactive,
    list_crosswalks,
    list_unmatched,
    read_crosswalk,
)
from hotspots.reading.incidents import read_incidents
from hotspots.reading.layouts import list_layouts, load_layout
from hotspots.reading.problem_profiles import filter_profile, list_profiles, load_profile, match_profile


def rows(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["source", "category"], index=range(5, 5 + len(pairs)))


@pytest.mark.parametrize("name", list_crosswalks())
def test_every_packaged_crosswalk_is_whole(name: str) -> None:
    table = read_crosswalk(name)
    assert list(table.columns) == COLUMNS
    assert table["value"].str.casefold().is_unique
    assert set(table["proactive"]) <= {"yes", "no"}


def test_every_packaged_layout_has_a_crosswalk_for_its_source() -> None:
    sources = {load_layout(n).source for n in list_layouts()}
    assert sources == set(BY_SOURCE)
    assert set(BY_SOURCE.values()) == set(list_crosswalks())


def test_there_are_nine_priorities_and_each_is_reached() -> None:
    assert len(PRIORITIES) == 9
    reached = set(pd.concat([read_crosswalk(n) for n in list_crosswalks()])["priority"]) - {""}
    assert reached == set(PRIORITIES)


def test_values_of_each_source_meet_our_categories_and_priorities() -> None:
    table = crosswalk_categories(
        rows(
            ("police.uk", "Drugs"),
            ("force ASB", "NUISANCE MOTORCYCLE"),
            ("council ASB cases", "Litter/rubbish/fly-tipping"),
            ("ambulance", "Overdose"),
            ("police.uk", "Witchcraft"),
        )
    )
    assert table["category"].tolist() == ["Drugs", ASB, ASB, "", ""]
    assert table["priority"].tolist() == [
        "Drugs and alcohol", "ASB and public order", "ASB and public order", "Drugs and alcohol", "",
    ]  # fmt: skip
    assert table["nsir"].tolist() == ["", "nuisance", "environmental", "", ""]
    assert table["matched"].tolist() == [True, True, True, True, False]
    assert table.index.tolist() == [5, 6, 7, 8, 9]


def test_an_unmatched_value_is_counted_and_listed_never_dropped() -> None:
    frame = rows(("police.uk", "Witchcraft"), ("police.uk", "Drugs"), ("police.uk", "Witchcraft"))
    assert list_unmatched(frame).values.tolist() == [["police.uk", "Witchcraft", 2]]
    assert list_unmatched(frame.assign(incidents=[3, 1, 4])).values.tolist() == [["police.uk", "Witchcraft", 7]]


def test_a_source_of_ones_own_takes_a_crosswalk_or_all_of_ours() -> None:
    frame = rows(("Leeds LASBT", "Noise nuisance"), ("Leeds LASBT", "Kerb"))
    assert crosswalk_categories(frame)["matched"].tolist() == [True, False]
    own = pd.DataFrame({"value": ["kerb"], "priority": ["Offending"]})
    table = crosswalk_categories(frame, crosswalks={"Leeds LASBT": own})
    assert table["priority"].tolist() == ["", "Offending"]


def test_a_crosswalk_with_an_unknown_priority_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("value,priority\nNoise,ASB and publik order\n")
    with pytest.raises(InputError, match="ASB and public order"):
        read_crosswalk(path)
    with pytest.raises(InputError, match="police"):
        read_crosswalk("police.ukk")


def test_proactively_detected_offences_are_flagged() -> None:
    frame = rows(
        ("police.uk", "Possession of weapons"), ("police.uk", "Robbery"), ("force crime", "Trafficking of drugs")
    )
    assert flag_proactive(frame).tolist() == [True, False, True]


def test_priorities_are_counted_by_source_never_summed_over_them() -> None:
    frame = rows(("police.uk", ASB), ("council ASB cases", "Noise"), ("council ASB cases", "Cuckooing"))
    table = count_priorities(frame.assign(ward=["A", "A", "B"]), by="ward")
    assert table.loc[("A", "ASB and public order")].to_dict() == {"council ASB cases": 1, "police.uk": 1}
    plain = count_priorities(pd.concat([frame, rows(("fire", "?"))]))
    assert plain.loc["(none)"].to_dict() == {"council ASB cases": 0, "fire": 1, "police.uk": 0}
    assert table.loc[("B", "Exploitation and radicalisation"), "council ASB cases"] == 1


@given(st.lists(st.tuples(st.sampled_from(["police.uk", "fire", "x"]), st.text(max_size=8)), max_size=30))
@settings(max_examples=30, deadline=None)
def test_every_row_keeps_its_place_whatever_its_category(pairs: list[tuple[str, str]]) -> None:
    frame = rows(*pairs)
    table = crosswalk_categories(frame)
    assert table.index.equals(frame.index)
    lost = list_unmatched(frame)
    assert lost["incidents"].sum() + table["matched"].sum() == len(frame)


def clocked() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": "force crime",
            "category": ["Violence with injury", "Violence with injury", "Arson", "Robbery", "Robbery"],
            "when": pd.to_datetime(
                ["2024-03-02 23:30", "2024-03-02 12:00", "2024-03-02 23:30", "2024-03-03 04:59", "2024-03-03 00:00"]
            ),
            "precision": ["minute", "minute", "minute", "minute", "day"],
        }
    )


def test_a_profile_with_hours_wraps_midnight_and_leaves_out_rows_without_a_clock(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        assert match_profile(clocked(), "night-time-violence").tolist() == [True, False, False, True, False]
    assert "violence (20:00 to 04:59)': 1 record." in caplog.text


def test_profiles_by_words_weekday_and_column() -> None:
    frame = clocked().assign(raw_Beat=["A", "B", "A", "A", "A"])
    assert match_profile(frame, {"contains": ["robb"]}).tolist() == [False, False, False, True, True]
    assert match_profile(frame, {"weekdays": ["Saturday"]}).tolist() == [True, True, True, False, False]
    assert match_profile(frame, {"columns": {"Beat": "b"}}).tolist() == [False, True, False, False, False]
    assert match_profile(frame, {"priorities": ["Offending"]}).tolist() == [False, False, True, False, False]
    assert filter_profile(frame, {"contains": ["arson"]}).index.tolist() == [2]


def test_serious_violence_goes_by_what_is_written_not_by_our_broad_category() -> None:
    frame = rows(("force crime", "Stalking and harassment"), ("force crime", "Homicide"), ("x", "robbery"))
    assert match_profile(frame, "serious-violence").tolist() == [False, True, True]
    assert match_profile(frame, {"categories": ["Violence and sexual offences"]}).tolist() == [True, True, False]


def test_a_proxy_is_named_as_such() -> None:
    assert "our default proxy" in load_profile("serious-violence").proxy
    assert not load_profile("youth-asb").proxy


def test_a_profile_with_mistakes_names_all_of_them() -> None:
    with pytest.raises(InputError) as error:
        load_profile({"catgories": ["x"], "hours": [20, 30], "priorities": ["Hate"], "contains": "x"}, name="p")
    for part in ("'catgories'", "categories", "[20, 30]", "Hate crime", "'contains' must be a list", "'p'"):
        assert part in str(error.value)
    with pytest.raises(InputError, match="filters nothing"):
        load_profile({"title": "all"})
    with pytest.raises(InputError, match="youth-asb"):
        load_profile("youth_asb")


def test_a_profile_takes_places_and_names_what_they_lack() -> None:
    rows = pd.DataFrame({"category": ["Robbery", "Drugs"]})
    with pytest.raises(InputError, match=r"incidents .* lacks the column source"):
        filter_profile(rows, {"sources": ["police.uk"]})
    with pytest.raises(InputError, match=r"incidents .* lacks the column when"):
        filter_profile(rows, {"hours": [20, 5]})
    # without a column of precisions it is read from the dates, as everywhere: a Friday at 22:00, a Monday
    rows["when"] = pd.to_datetime(["2024-03-01 22:00", "2024-03-04 10:00"])
    assert filter_profile(rows, {"hours": [20, 5]})["category"].tolist() == ["Robbery"]
    assert filter_profile(rows, {"weekdays": ["Monday"]})["category"].tolist() == ["Drugs"]


def test_columns_of_a_profile_are_a_table() -> None:
    with pytest.raises(InputError, match=r"'columns' must be a table .given: ..district"):
        load_profile({"columns": ["district"]})


@pytest.mark.parametrize("name", list_profiles())
def test_packaged_profiles_load(name: str) -> None:
    assert load_profile(name).title


def test_a_night_profile_of_monthly_data_is_refused(shared_data: Path) -> None:
    incidents, _ = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    with pytest.raises(InputError, match="needs a clock"):
        match_profile(incidents, "night-time-violence")
    serious = filter_profile(incidents, "serious-violence")
    assert set(serious["category"]) == {"Violence and sexual offences", "Robbery", "Possession of weapons"}
    assert list_unmatched(incidents).empty


def test_a_profile_may_be_of_one_source_or_kind_of_asb_and_names_a_column_misspelt() -> None:
    frame = clocked().assign(raw_Beat="A")
    frame.loc[[0, 1], ["source", "category"]] = [["asb app", "Nuisance"], ["asb app", "Noise"]]
    own = pd.DataFrame(
        {"value": ["Nuisance", "Noise"], "category": "Anti-social behaviour", "nsir": ["nuisance", "environmental"]}
    )
    crosswalks = {"asb app": own, "force crime": "force-crime"}
    assert match_profile(frame, {"sources": ["asb app"]}).tolist() == [True, True, False, False, False]
    chosen = match_profile(frame, {"nsir": ["environmental"]}, crosswalks=crosswalks)
    assert chosen.tolist() == [False, True, False, False, False]
    with pytest.raises(InputError, match=r"a column that is not there.*Baet.*Beat"):
        match_profile(frame, {"columns": {"Baet": "A"}})
