"""The first letter of words that move into a sentence: small, unless it belongs to an acronym or a name."""

from __future__ import annotations

import pytest

from hotspots.common.plan_words import name_key, start_small

ACRONYMS = ("ASB", "CCTV", "PSPO", "NHS", "GP", "A&E", "HMO", "3E", "CSP", "ANPR", "4x4", "eBay")


@pytest.mark.parametrize("word", ACRONYMS)
def test_an_acronym_keeps_its_letters_wherever_it_stands(word: str) -> None:
    assert start_small(f"{word} case officer") == f"{word} case officer"
    assert start_small(word) == word
    assert start_small(f"{word}, later") == f"{word}, later"


@pytest.mark.parametrize("name", ["Leeds City Council", "I heard", "McDonald's manager", "West Yorkshire Police"])
def test_a_name_keeps_its_large_letter(name: str) -> None:
    assert start_small(name) == name


@pytest.mark.parametrize(
    ("given", "said"),
    [("Neighbourhood officer", "neighbourhood officer"), ("A street", "a street"), ("", ""), ("Robbery", "robbery")],
)
def test_other_words_begin_small(given: str, said: str) -> None:
    assert start_small(given) == said


@pytest.mark.parametrize(
    ("key", "said"), [("asb_board", "ASB board"), ("CCTV-sites", "CCTV sites"), ("lsoa", "LSOA"), ("map", "Map")]
)
def test_a_key_is_read_with_its_acronyms(key: str, said: str) -> None:
    assert name_key(key) == said
