from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from hotspots.checks import InputError
from hotspots.statistics.ratio_of_ratios import (
    Spread,
    judge_counts,
    measure_spread,
    try_placebos,
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


def test_placebo_draws_of_poisson_areas_are_called_about_one_in_twenty():
    counts = np.random.default_rng(3).poisson(40, size=(400, 2))
    found = try_placebos(counts, treated=20, control=20, draws=2000, seed=1)
    assert found.draws == 2000
    assert 0.02 < found.widened <= found.plain < 0.08


def test_placebo_draws_of_spread_counts_fool_the_plain_test_only():
    rng = np.random.default_rng(5)
    counts = rng.negative_binomial(20, 1 / 3, size=(300, 2))  # variance three times the mean
    found = try_placebos(counts, treated=20, control=20, draws=2000, seed=1)
    assert found.plain > 0.12
    assert found.widened < 0.075
    assert try_placebos(counts, treated=20, control=20, draws=2000, seed=1) == found


def test_too_few_placebos_give_no_rate():
    assert try_placebos([[5, 5]] * 9, treated=1, control=5).draws == 0


def test_counts_that_are_no_pairs_are_refused():
    with pytest.raises(InputError, match="pairs"):
        measure_spread([1, 2, 3])
    with pytest.raises(InputError, match="pairs"):
        measure_spread([[1, -2]])
