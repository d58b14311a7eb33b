from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from hotspots.checks import InputError
from hotspots.two_counts import adjust_p, etest_p, rate_ratio, score_z, typical_dispersion

few = st.integers(0, 60)


@pytest.mark.parametrize(
    ("before", "after", "p"), [(3, 0, 0.0884), (6, 2, 0.1749), (10, 5, 0.2062), (15, 5, 0.0250)]
)
def test_published_etest(before, after, p):
    assert etest_p(before, after) == pytest.approx(p, abs=5e-5)
    assert etest_p(after, before) == pytest.approx(p, abs=5e-5)


def test_published_etest_with_windows_of_different_length():
    assert etest_p(100, 25, days_before=10, days_after=5) == pytest.approx(0.00154, abs=5e-6)


@given(few, few, st.integers(1, 40), st.integers(1, 40))
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
    assert found == pytest.approx(float(np.ravel(expected.pvalue)[0]), abs=1e-6)


def test_large_counts_join_the_small_ones_smoothly():
    exact = etest_p(520, 460)
    limit = etest_p(531, 470)
    assert exact == pytest.approx(limit, abs=0.003)


def test_interval_of_the_ratio_is_where_the_score_test_meets_its_level():
    ratio, low, high = (float(x[0]) for x in rate_ratio([100], [80], level=0.95))
    assert ratio == 0.8
    for edge in (low, high):
        # at exposure 1 to 1/edge the two rates are equal apart from chance at 5 %
        assert abs(score_z(100, 80, days_after=edge)) == pytest.approx(1.959964, rel=1e-5)


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
    assert adjust_p(p) == pytest.approx(false_discovery_control(p))


def test_a_missing_p_is_no_comparison():
    assert adjust_p([0.01, np.nan, 0.04]).tolist() == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert adjust_p([]).tolist() == []


def test_dispersion_is_that_of_most_groups():
    rng = np.random.default_rng(1)
    wide = rng.negative_binomial(60, 1 / 2, size=(2, 4000))  # variance twice the mean
    assert typical_dispersion(*wide) == pytest.approx(2, rel=0.1)
    wide[1, :300] //= 3  # a few groups that really fell
    assert typical_dispersion(*wide) == pytest.approx(2, rel=0.25)
    assert typical_dispersion([50] * 9, [90] * 9) == 1
