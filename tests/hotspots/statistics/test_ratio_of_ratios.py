from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency
from scipy.stats import t as student

from hotspots.checks import InputError
from hotspots.statistics.ratio_of_ratios import (
    Spread,
    exact_limits,
    judge_counts,
    measure_drift,
    measure_spread,
    measure_straying,
    typical_size,
)

POISSON = Spread(1.0, 10**6, 10**6, True)


def test_dispersion_is_pearsons_chi_square_over_its_freedom():
    table = np.array([[10, 30], [40, 20], [25, 25], [60, 30], [33, 44], [0, 0]])
    spread = measure_spread(table)
    expected = chi2_contingency(table[:5], correction=False)
    assert spread.dispersion == pytest.approx(expected.statistic / expected.dof)
    assert (spread.areas, spread.freedom, spread.estimated) == (5, 4, True)


def test_even_counts_are_never_narrower_than_chance():
    assert measure_spread([[10, 10]] * 6).dispersion == 1


def test_too_few_areas_take_the_usual_spread_and_say_so():
    spread = measure_spread([[10, 10]] * 4)
    assert (spread.dispersion, spread.estimated) == (1.6, False)


def test_interval_of_the_ratio_by_hand():
    found = judge_counts((100, 60), (100, 100), spread=POISSON)
    se = math.sqrt(1 / 100 + 1 / 60 + 1 / 100 + 1 / 100)
    assert found.ratio == 0.6
    assert found.low == pytest.approx(0.6 * math.exp(-1.644854 * se), rel=1e-5)
    assert found.high == pytest.approx(0.6 * math.exp(1.644854 * se), rel=1e-5)
    assert (found.expected, found.direction) == (100, "fall")
    assert judge_counts((100, 190), (100, 100), spread=POISSON).direction == "rise"
    assert judge_counts((100, 95), (100, 100), spread=POISSON).direction == "none"


def test_a_city_that_falls_as_much_is_no_success():
    assert judge_counts((200, 120), (1000, 600), spread=POISSON).ratio == pytest.approx(1)


def test_the_fall_said_to_be_visible_is_where_the_interval_meets_one():
    found = judge_counts((150, 150), (300, 270), spread=Spread(1.4, 30, 29, True))
    after = found.expected * (1 - found.detectable)
    assert judge_counts((150, after), (300, 270), spread=Spread(1.4, 30, 29, True)).high == pytest.approx(1)


@pytest.mark.parametrize("pair", [((0, 5), (5, 5)), ((5, 5), (0, 5)), ((5, 5), (5, 0))])
def test_an_empty_comparison_is_not_judged(pair):
    found = judge_counts(*pair, spread=POISSON)
    assert math.isnan(found.ratio)
    assert found.direction == "unknown"


def test_a_fall_to_nothing_is_judged_and_a_tiny_count_shows_nothing():
    assert judge_counts((40, 0), (400, 400), spread=POISSON).direction == "fall"
    assert math.isnan(judge_counts((3, 3), (30, 30), spread=POISSON).detectable)


def test_busier_places_are_widened_more_and_quieter_ones_no_less():
    spread = Spread(1.5, 30, 29, True, size=100.0)
    assert [spread.at(size) for size in (None, 50, 100, 400)] == [1.5, 1.5, 1.5, 2.0]
    assert Spread(1.5, 30, 29, True).at(300) == 1.5
    assert typical_size([[1, 1], [5, 5], [0, 0]]) == (4 + 100) / 12
    even = judge_counts((150, 150), (300, 270), spread=spread, sizes=(100, 100))
    busy = judge_counts((150, 150), (300, 270), spread=spread, sizes=(400, 100))
    se = (2.0 * (2 / 150) + 1.5 * (1 / 300 + 1 / 270)) ** 0.5
    assert busy.low == pytest.approx(busy.ratio * math.exp(-busy.multiplier * se))
    assert busy.low < even.low
    assert busy.detectable > even.detectable
    after = busy.expected * (1 - busy.detectable)
    found = judge_counts((150, after), (300, 270), spread=spread, sizes=(400, 100))
    assert found.high == pytest.approx(1)


@given(
    st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    st.floats(1, 4),
)
@settings(max_examples=40, deadline=None)
def test_more_spread_means_a_wider_interval_round_the_same_ratio(treated, control, dispersion):
    narrow = judge_counts(treated, control, spread=POISSON)
    wide = judge_counts(treated, control, spread=Spread(dispersion, 30, 29, True))
    assert wide.ratio == narrow.ratio
    assert wide.low <= narrow.low <= narrow.ratio <= narrow.high <= wide.high
    swapped = judge_counts(control, treated, spread=POISSON)
    assert swapped.ratio == pytest.approx(1 / narrow.ratio)


def test_a_total_is_as_wide_as_its_areas_stray():
    table = np.array([[40, 80], [40, 0], [20, 20]])
    # share of the later window 1/2, so 60, 20 and 20 were to be expected of 120, 40 and 40
    squares = 20**2 / (1 - 0.6) + 20**2 / (1 - 0.2) + 0
    assert measure_straying(table) == pytest.approx(squares / (0.25 * 200))
    spread = Spread(1.5, 30, 29, True, size=100.0)
    assert spread.over(table) == measure_straying(table)
    assert spread.over([[50, 50], [50, 50]]) == 1.5
    assert measure_straying([[5, 9]]) == measure_straying([[5, 0], [7, 0]]) == 0


def test_drift_moves_what_is_expected_and_widens_the_interval():
    logs, own = [-0.2, -0.1, -0.4, -0.3, 0.0], [0.01] * 5
    drift = measure_drift(logs, own)
    between = np.var(logs, ddof=1)
    assert drift == pytest.approx((-0.2, between / 5 + (between - 0.01), 4))
    spread = Spread(1.0, 30, 29, True)
    plain = judge_counts((100, 60), (110, 105), spread=spread)
    found = judge_counts((100, 60), (110, 105), spread=spread, drift=drift)
    assert found.ratio == pytest.approx(plain.ratio * math.exp(0.2))
    assert found.expected == pytest.approx(plain.expected * math.exp(-0.2))
    comparison = 1 / 100 + 1 / 60 + 1 / 110 + 1 / 105
    variance = comparison + drift.variance
    freedom = variance**2 / (comparison**2 / 29 + drift.variance**2 / 4)
    assert found.multiplier == pytest.approx(student.ppf(0.95, freedom))
    assert found.high == pytest.approx(found.ratio * math.exp(found.multiplier * variance**0.5))
    after = found.expected * (1 - found.detectable)
    edge = math.log(after / found.expected)
    error = (1 / 100 + 1 / after + 1 / 110 + 1 / 105 + drift.variance) ** 0.5
    assert edge + found.multiplier * error == pytest.approx(0, abs=1e-9)


def test_times_no_further_apart_than_their_counts_add_the_error_of_their_mean_alone():
    drift = measure_drift([-0.1, 0.1, -0.1, 0.1], [1.0] * 4)
    assert drift == pytest.approx((0, np.var([-0.1, 0.1] * 2, ddof=1) / 4, 3))
    assert measure_drift([0.1] * 3, [1.0] * 3) is None


def test_a_fall_that_is_withheld_is_none_and_a_rise_stands():
    fall = judge_counts((400, 100), (400, 400), spread=POISSON)._replace(withheld=True)
    rise = judge_counts((100, 400), (400, 400), spread=POISSON)._replace(withheld=True)
    assert (fall.direction, rise.direction) == ("none", "rise")


def test_the_exact_interval_agrees_with_scipy():
    for hits, n in ((0, 20), (4, 47), (20, 20)):
        expected = binomtest(hits, n).proportion_ci(0.95, method="exact")
        assert exact_limits(hits, n) == pytest.approx((expected.low, expected.high))


def test_counts_that_are_no_pairs_are_refused():
    with pytest.raises(InputError, match="pairs"):
        measure_spread([1, 2, 3])
    with pytest.raises(InputError, match="pairs"):
        measure_spread([[1, -2]])
