"""The intruder finds what is given away, and finds nothing in what runs deliver."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
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


def test_what_counts_as_come_back():
    # under 5: 1 to 4 is all that the rule leaves open; 12 beside it must stay 5 wide
    assert not intruder.came_back(3, (1, 4), "partner")
    assert intruder.came_back(3, (2, 9), "partner")
    assert intruder.came_back(3, (1, 3), "partner")
    assert not intruder.came_back(12, (9, 14), "partner")
    assert intruder.came_back(12, (9, 13), "partner")
