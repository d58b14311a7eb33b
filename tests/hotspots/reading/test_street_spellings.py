"""One spelling for each street, in every list, whatever the source wrote."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import find_hotspots, rank_places, read_incidents, read_sources
from hotspots.common.place_names import mend_capitals
from hotspots.reading.street_spellings import settle_spelling


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Great St Helen'S", "Great St Helen's"),
        ("St John'S Road", "St John's Road"),
        ("On or near King\u2019S Arms Yard", "On or near King\u2019s Arms Yard"),
        ("O'Shea Close", "O'Shea Close"),
        ("D'Arcy Street", "D'Arcy Street"),
        ("Children'S Hospital'S Walk", "Children's Hospital's Walk"),
        ("ST JOHN'S ROAD", "ST JOHN'S ROAD"),
    ],
)
def test_a_large_s_after_an_apostrophe_is_made_small_and_no_name_is_touched(written: str, right: str) -> None:
    assert mend_capitals(written) == right


@pytest.mark.parametrize(
    "other", ["harehills rd", "HAREHILLS ROAD", "Harehills Rd.", "Harehills-Road", " harehills  road "]
)
def test_two_ways_of_writing_a_street_are_one_street(other: str) -> None:
    written = pd.Series(["On or near Harehills Road", "Harehills Road", other])
    assert settle_spelling(written).tolist() == ["On or near Harehills Road", "Harehills Road", "Harehills Road"]


@pytest.mark.parametrize(
    "pair", [("St Anne's Road", "Anne's Road"), ("Park Road", "Park Row"), ("1 High St", "2 High St")]
)
def test_other_streets_stay_other(pair: tuple[str, str]) -> None:
    assert settle_spelling(pd.Series(list(pair))).nunique() == 2


def test_names_without_any_latin_letter_stay_apart() -> None:
    assert settle_spelling(pd.Series(["Ŵyl", "Ŷyl", "???", "!!"])).tolist() == ["Ŵyl", "Ŷyl", "???", "!!"]


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=12))
def test_spelling_settles_once_and_keeps_every_row(names: list[str]) -> None:
    written = pd.Series(names, dtype="str", index=range(5, 5 + len(names)))
    once = settle_spelling(written)
    assert once.index.equals(written.index)
    assert settle_spelling(once).tolist() == once.tolist()
    assert once.nunique() <= written.nunique()


def _cases(path, streets):
    rows = [f"0{1 + k}/03/2024,Noise,{street},430000,433000" for k, street in enumerate(streets)]
    path.write_text("\n".join(["Date Received,ASB Type,Street,Easting,Northing", *rows]) + "\n", encoding="utf-8")


def test_two_sources_that_write_a_street_their_own_way_rank_it_once(tmp_path) -> None:
    police = (
        "Month,Longitude,Latitude,Location,Crime type\n" + "2024-03,-1.545,53.792,On or near Harehills Road,Drugs\n" * 3
    )
    (tmp_path / "police.csv").write_text(police)
    _cases(tmp_path / "council.csv", ["harehills rd", "Harehills Rd"])
    sources = {"police": {"files": "police.csv"}, "council": {"files": "council.csv", "layout": "council-asb-cases"}}
    incidents, rejects = read_sources(sources, folder=tmp_path, as_of="2024-12-31")
    assert rejects.empty
    assert set(incidents["place"]) == {"On or near Harehills Road", "Harehills Road"}
    assert rank_places(incidents, apart=2000)["incidents"].tolist() == [5]


def test_a_hotspot_has_the_spelling_of_the_ranking_of_streets(tmp_path) -> None:
    rows = "2024-03,-1.545,53.792,On or near Great St Helen'S,Drugs\n" * 9
    (tmp_path / "a.csv").write_text("Month,Longitude,Latitude,Location,Crime type\n" + rows)
    incidents, _ = read_incidents(tmp_path / "a.csv", as_of="2024-12-31")
    spots = find_hotspots(incidents, count=1, resamples=0)
    assert spots["name"].tolist() == rank_places(incidents)["name"].tolist() == ["Great St Helen's"]
    bare = incidents.assign(place="On or near Great St Helen'S")  # a frame of the analyst's own
    assert find_hotspots(bare, count=1, resamples=0)["name"].tolist() == ["Great St Helen's"]
