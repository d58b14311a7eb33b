"""One way to write a number: whatever the value, a percentage is never wrong by its rounding."""

from __future__ import annotations

import re

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.common.wording import say_count, say_figure, say_months, say_percentage, say_share, say_signed

PERCENTAGE = re.compile(r"(under |over )?\d+(\.\d+)?%")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**7), st.integers(1, 10**7), st.sampled_from([0, 1]))
def test_something_is_never_nothing_and_less_than_all_never_all(part: int, whole: int, decimals: int):
    said = say_percentage(part / whole, decimals=decimals)
    assert PERCENTAGE.fullmatch(said)
    figure = float(re.sub("[^0-9.]", "", said))
    if said.startswith("under"):
        assert 0 < part / whole < 0.001
    elif said.startswith("over"):
        assert figure / 100 < part / whole < 1
    else:
        assert abs(figure / 100 - part / whole) <= 0.0051
        assert (figure == 0) == (part == 0)
        assert (figure == 100) <= (part >= whole)


def test_numbers_agree_with_their_nouns_and_carry_commas():
    assert [say_count(n, "row is", "rows are") for n in (0, 1, 2, 12345)] == [
        "no rows are", "1 row is", "2 rows are", "12,345 rows are",
    ]  # fmt: skip
    assert say_share(1999, 2000) == "1,999 of 2,000 (over 99%)"
    assert say_figure(12345) == "12,345"


def test_a_difference_has_a_true_minus_and_nothing_before_nought():
    assert [say_signed(x) for x in (-0.4, 0.4, -12345, 12)] == ["0", "0", "−12,345", "+12"]
    assert say_signed(-0.04, decimals=1) == "0"
    assert say_signed(-0.06, decimals=1, unit="%") == "−0.1%"


def test_months_in_words_whatever_is_missing():
    assert say_months([pd.Period("2018-08", "M")]) == "August 2018"
    assert say_months([]) == "no months"
