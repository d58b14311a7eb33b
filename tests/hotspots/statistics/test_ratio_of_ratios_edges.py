"""The test behind the verdict, area by area and draw by draw, by its formulas written a second time."""

from __future__ import annotations

import math

import pytest
from scipy.optimize import brentq
from scipy.stats import norm, t

from hotspots.statistics.ratio_of_ratios import Spread, judge_counts, measure_spread, typical_size


def error(t0, t1, c0, c1, wide=(1.0, 1.0)):
    return math.sqrt(wide[0] * (1 / t0 + 1 / t1) + wide[1] * (1 / c0 + 1 / c1))


def test_five_areas_are_enough_and_their_mean_size_is_kept():
    table = [[10, 30], [40, 20], [25, 25], [60, 30], [33, 44]]
    spread = measure_spread([*table, [0, 0]])
    assert (spread.areas, spread.freedom, spread.estimated) == (5, 4, True)
    assert spread.size == sum(map(sum, table)) / 5
    assert measure_spread([*table, [1, 0]]).areas == 6
    few = measure_spread(table[:4])
    assert few == (1.6, 4, 5, False, math.inf)


def test_areas_with_nothing_in_one_window_have_the_usual_spread():
    assert measure_spread([[5, 0]] * 6) == (1.6, 6, 5, False, math.inf)
    assert measure_spread([[0, 5]] * 6) == (1.6, 6, 5, False, math.inf)
    # one empty window in one area says something
    assert measure_spread([[5, 0], *[[5, 5]] * 5]).estimated


def test_typical_size_of_nothing():
    assert typical_size([[0, 0]]) == 0
    assert typical_size([[1, 0]]) == 1
    assert typical_size([[0, 0], [3, 4]]) == 7


@pytest.mark.parametrize("level", [0.90, 0.95])
def test_an_interval_of_few_areas_is_students(level):
    spread = Spread(1.5, 6, 5, True, size=50)
    found = judge_counts((100, 60), (110, 105), spread=spread, sizes=(200, None), level=level)
    assert found.multiplier == pytest.approx(t.ppf((1 + level) / 2, 5))
    se = error(100, 60, 110, 105, (2.0, 1.5))  # four times as large: 1 + 0.5 * 2
    ratio = 60 * 110 / (100 * 105)
    assert found.ratio == pytest.approx(ratio)
    assert found.low == pytest.approx(ratio * math.exp(-found.multiplier * se))
    assert found.high == pytest.approx(ratio * math.exp(found.multiplier * se))
    assert found.expected == pytest.approx(100 * 105 / 110)


def test_large_comparison_areas_widen_the_interval_too():
    spread = Spread(1.5, 6, 5, True, size=50)
    found = judge_counts((100, 60), (110, 105), spread=spread, sizes=(None, 200))
    se = error(100, 60, 110, 105, (1.5, 2.0))
    assert found.low == pytest.approx(found.ratio * math.exp(-found.multiplier * se))


def test_90_per_cent_unless_said():
    spread = Spread(1.5, 6, 5, True)
    assert judge_counts((9, 9), (9, 9), spread=spread).multiplier == pytest.approx(2.015048, rel=1e-6)


def test_half_a_record_is_added_where_none_is_left():
    spread = Spread(1.0, 10**6, 10**6, True)
    found = judge_counts((40, 0), (400, 380), spread=spread)
    ratio = 0.5 * 400.5 / (40.5 * 380.5)
    reach = math.exp(norm.ppf(0.95) * error(40.5, 0.5, 400.5, 380.5))
    assert found[:4] == pytest.approx((ratio, ratio / reach, ratio * reach, 40 * 380 / 400), rel=1e-5)
    some = judge_counts((40, 1), (400, 380), spread=spread)
    assert some.ratio == pytest.approx(400 / (40 * 380))


@pytest.mark.parametrize("pair", [((0, 5), (5, 5)), ((5, 5), (0, 5)), ((5, 5), (5, 0))])
def test_what_cannot_be_judged_has_no_number_but_its_multiplier(pair):
    found = judge_counts(*pair, spread=Spread(1.5, 6, 5, True))
    assert all(math.isnan(x) for x in found[:5])
    assert found.multiplier == pytest.approx(2.015048, rel=1e-6)
    one = judge_counts((1, 1), (1, 1), spread=Spread(1.0, 9, 8, True))
    assert one.ratio == 1


@pytest.mark.parametrize(("treated", "control"), [((40, 40), (30, 35)), ((9, 9), (400, 380)), ((6, 1), (900, 900))])
def test_the_detectable_fall_by_the_formula(treated, control):
    spread = Spread(1.2, 30, 29, True)
    found = judge_counts(treated, control, spread=spread)
    expected = treated[0] * control[1] / control[0]

    def high(after):
        return math.log(after / expected) + found.multiplier * error(treated[0], after, *control, (1.2, 1.2))

    if high(1) > 0:
        assert math.isnan(found.detectable)
    else:
        assert found.detectable == pytest.approx(1 - brentq(high, 1, expected) / expected)


def test_a_fall_from_one_shows_nothing():
    assert math.isnan(judge_counts((1, 1), (50, 50), spread=Spread(1.0, 30, 29, True), level=0.01).detectable)
    some = judge_counts((2, 2), (50, 50), spread=Spread(1.0, 30, 29, True), level=0.01)
    assert 0 < some.detectable < 1
