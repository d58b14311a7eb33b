from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, false_discovery_control, poisson

from hotspots.checks import InputError
from hotspots.statistics.many_tests import false_discovery
from hotspots.statistics.two_counts import etest_p, rate_ratio, score_z, typical_dispersion

few = st.integers(0, 60)


@pytest.mark.parametrize(("before", "after", "p"), [(3, 0, 0.0884), (6, 2, 0.1749), (10, 5, 0.2062), (15, 5, 0.0250)])
def test_published_etest(before, after, p):
    assert etest_p(before, after) == pytest.approx(p, abs=5e-5)
    assert etest_p(after, before) == pytest.approx(p, abs=5e-5)


def test_published_etest_with_windows_of_different_length():
    assert etest_p(100, 25, days_before=10, days_after=5) == pytest.approx(0.00154, abs=5e-6)


def mass_of_ties(before, after, days_before, days_after):
    """Probability of the counts exactly as far apart as these, which rounding puts on either side of them."""
    one, two = np.meshgrid(np.arange(300), np.arange(300), indexing="ij")
    with np.errstate(invalid="ignore"):
        apart = np.abs(one / days_before - two / days_after) / np.sqrt(one + two)
    rate = (before + after) / (days_before + days_after)
    mass = poisson.pmf(one, rate * days_before) * poisson.pmf(two, rate * days_after)
    return mass[np.isclose(apart, apart[before, after], rtol=1e-9, atol=0)].sum()


@given(few, few, st.integers(1, 40), st.integers(1, 40))
@example(1, 0, 1, 1)
@example(0, 1, 3, 7)
@example(49, 39, 28, 36)
@settings(max_examples=40, deadline=None)
def test_etest_agrees_with_statsmodels(before, after, days_before, days_after):
    rates = pytest.importorskip("statsmodels.stats.rates")
    if before + after == 0:
        assert etest_p(before, after) == 1
        return
    with np.errstate(divide="ignore"):  # theirs divides by the second count
        expected = rates.test_poisson_2indep(
            before, days_before, after, days_after, method="etest-score", compare="ratio"
        )
    found = etest_p(before, after, days_before=days_before, days_after=days_after)
    theirs = float(np.ravel(expected.pvalue)[0])
    # what is as far apart as the counts themselves belongs to the test; theirs loses some of it in rounding
    assert theirs - 1e-6 <= found <= theirs + mass_of_ties(before, after, days_before, days_after) + 1e-6


def test_large_counts_join_the_small_ones_smoothly():
    exact = etest_p(520, 460)
    limit = etest_p(531, 470)
    assert exact == pytest.approx(limit, abs=0.003)


def test_interval_of_the_ratio_is_where_the_score_test_meets_its_level():
    ratio, low, high = (float(x[0]) for x in rate_ratio([100], [80], level=0.95))
    assert ratio == 0.8
    for edge in (low, high):
        # at exposure 1 to 1/edge the two rates are equal apart from chance at 5%
        assert abs(score_z(100, 80, days_after=edge)) == pytest.approx(1.959964, rel=1e-5)


@pytest.mark.parametrize(("days_before", "days_after"), [(10, 5), (5, 10), (365, 31)])
def test_the_interval_knows_how_long_each_window_was(days_before, days_after):
    spans = {"days_before": days_before, "days_after": days_after}
    ratio, low, high = (float(x[0]) for x in rate_ratio([100], [80], **spans))
    assert ratio == pytest.approx((80 / days_after) / (100 / days_before))
    for edge in (low, high):
        z = score_z(100, 80, days_before=days_before, days_after=days_after * edge)
        assert abs(z) == pytest.approx(1.959964, rel=1e-5)


def test_intervals_of_none_are_exact_whatever_the_other_count():
    other, none = np.arange(1, 2000), np.zeros(1999)
    _, low, high = rate_ratio(other, none)
    assert (low == 0).all()
    assert ((high > 0) & (high < np.inf)).all()
    _, low, high = rate_ratio(none, other)
    assert (high == np.inf).all()
    assert ((low > 0) & (low < np.inf)).all()


def test_one_record_after_still_has_a_low_end():
    _, low, high = rate_ratio([5, 1], [1, 5])
    assert (low > 0).all()
    assert (high < np.inf).all()
    assert low[1] == pytest.approx(1 / high[0])


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1])
def test_no_interval_is_all_or_nothing(level):
    with pytest.raises(InputError, match="between 0 and 1"):
        rate_ratio([5], [5], level=level)


def test_scores_are_those_of_the_formula():
    # (30/2 - 10/1) / sqrt(40 / (1 * 2)) by hand
    assert score_z(10, 30, days_before=1, days_after=2) == pytest.approx(5 / 20**0.5)
    assert score_z(10, 30) == pytest.approx(20 / 40**0.5)
    assert score_z([0, 4], [0, 4]).tolist() == [0, 0]


def test_zeros_have_intervals_and_nothing_has_none():
    ratio, low, high = rate_ratio([0, 5, 0], [5, 0, 0])
    assert ratio[0] == high[0] == np.inf
    assert 0 < low[0] < np.inf
    assert (ratio[1], low[1]) == (0, 0)
    assert 0 < high[1] < 1
    assert np.isnan([ratio[2], low[2], high[2]]).all()
    with pytest.raises(InputError, match="between 0 and 1"):
        rate_ratio([1], [1], level=95)


@given(st.lists(st.tuples(few, few), min_size=1, max_size=8), st.floats(1, 5))
@settings(max_examples=40, deadline=None)
def test_more_dispersion_never_narrows_an_interval(pairs, dispersion):
    before, after = np.array(pairs).T
    known = before + after > 0
    _, low, high = rate_ratio(before, after)
    _, wide_low, wide_high = rate_ratio(before, after, dispersion=dispersion)
    assert (wide_low[known] <= low[known] + 1e-12).all()
    assert (wide_high[known] >= high[known] - 1e-12).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_adjustment_agrees_with_scipy(p):
    assert false_discovery(p) == pytest.approx(false_discovery_control(p))


def test_a_missing_p_is_no_comparison():
    assert false_discovery([0.01, np.nan, 0.04]).tolist() == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert false_discovery([]).tolist() == []


def test_dispersion_is_that_of_most_groups():
    rng = np.random.default_rng(1)
    wide = rng.negative_binomial(60, 1 / 2, size=(2, 4000))  # variance twice the mean
    assert typical_dispersion(*wide) == pytest.approx(2, rel=0.1)
    wide[1, :300] //= 3  # a few groups that really fell
    assert typical_dispersion(*wide) == pytest.approx(2, rel=0.25)
    assert typical_dispersion([50] * 9, [90] * 9) == 1


def test_dispersion_by_hand():
    # ten groups of 100, 46 or 54 of them after: each square is 4² / (100 / 4) = 0.64
    before, after = [46, 54] * 5, [54, 46] * 5
    assert typical_dispersion(before, after) == pytest.approx(0.64 / chi2.median(1), rel=1e-6)
    assert typical_dispersion(before[:9], after[:9]) == 1
    assert typical_dispersion(before[:4], after[:4], fewest=4) > 1


def test_groups_of_ten_count_towards_dispersion_and_smaller_ones_do_not():
    # 0 or 10 after of 10: each square is 5² / (10 / 4) = 10
    assert typical_dispersion([0, 10] * 5, [10, 0] * 5) == pytest.approx(10 / chi2.median(1), rel=1e-6)
    assert typical_dispersion([0, 9] * 5, [9, 0] * 5) == 1


def test_nothing_in_one_window_has_no_dispersion():
    assert typical_dispersion([20] * 10, [0] * 10) == 1
    assert typical_dispersion([0] * 10, [20] * 10) == 1
