"""The intruder finds what is given away, and finds nothing in what runs deliver."""

from __future__ import annotations

import copy
import json
import sys

import pytest
from where import REPO

sys.path.insert(0, str(REPO / "benchmarks"))
import intruder

SEED = 0


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Both profiles' results of one month of a small partnership, and the truth about it."""
    return intruder.live(tmp_path_factory.mktemp("lived"), SEED, [3])


def test_nothing_that_is_hidden_comes_back(lived):
    numbers, hidden, back = intruder.attack(*lived)
    assert back == []
    assert 0 < hidden < numbers  # something is hidden, and not all


def test_a_writer_that_leaks_is_caught(lived):
    releases, truth = copy.deepcopy(lived)
    partner = next(release for release in releases if release.profile == "partner")
    hidden = [key for key, value in partner.counts.items() if value is None]
    one = next(key for key in hidden if key[0] == "ward")
    for key in hidden:  # all but one ward are told as they are: the total gives that one back
        if key != one:
            partner.counts[key] = intruder._true(truth, partner.ground[key], partner.until)
    assert any(" ".join(one) in found for found in intruder.attack(releases, truth)[2])


def read(release, name: str) -> list[dict[str, str]]:
    return intruder._rows(release.folder / name)


def test_numbers_for_the_public_are_to_the_nearest_ten(lived):
    releases, truth = lived
    public = next(release for release in releases if release.profile == "public")
    shown = {key: value for key, value in public.counts.items() if value}
    assert shown
    for key, value in shown.items():
        true = intruder._true(truth, public.ground[key], public.until)
        assert value == 10 * ((true + 5) // 10)


def test_what_partners_are_not_shown_the_public_is_not_shown_either(lived):
    partner, public = lived[0]
    for key, value in partner.counts.items():
        if value is None:
            assert public.counts.get(key) is None


@pytest.mark.parametrize("name", ["areas.csv", "hotspots.csv"])
def test_nothing_beside_a_count_tells_of_its_kinds_or_of_its_place_in_an_order(lived, name):
    for release in lived[0]:
        rows = read(release, name)
        assert not [c for c in rows[0] if c.startswith(("harm_", "largest_", "rank_by_harm_"))]
        for layer in {row.get("layer") for row in rows if name == "areas.csv"}:
            gone = [row["incidents"] == "" for row in rows if row["layer"] == layer]
            assert gone == sorted(gone)  # hidden areas stand last


def test_the_history_holds_what_was_told_and_nothing_else(lived):
    for release in lived[0]:
        kept = json.loads((release.folder / "releases.json").read_text(encoding="utf-8"))
        told = next(one["told"] for one in kept["releases"] if one["profile"] == release.profile)
        areas = {name: value for name, value in told.items() if name.startswith("area|")}
        shown = {
            f"area|{layer}|{code}": n for (layer, code), n in release.counts.items() if layer != "hotspot"
        }
        assert areas == {name: n for name, n in shown.items() if n is not None}


def test_what_counts_as_come_back():
    # under 5: 1 to 4 is all that the rule leaves open; 12 beside it must stay 5 wide
    assert not intruder.came_back(3, (1, 4), "partner")
    assert intruder.came_back(3, (2, 9), "partner")
    assert intruder.came_back(3, (1, 3), "partner")
    assert not intruder.came_back(12, (9, 14), "partner")
    assert intruder.came_back(12, (9, 13), "partner")
