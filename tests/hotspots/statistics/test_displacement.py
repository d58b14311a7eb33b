from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.statistics.displacement import (
    detectable_fall,
    weigh_differences,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

counts = st.tuples(st.integers(0, 5000), st.integers(0, 5000))


@pytest.mark.parametrize(
    ("zones", "level", "estimate", "se", "low", "high"),
    [
        ({"control": (20, 20), "treated": (20, 10)}, 0.90, -10, 8.3666, -23.8, 3.8),
        ({"control": (130, 150), "treated": (120, 100)}, 0.90, -40, 22.3607, -76.8, -3.2),
        (
            {
                "control": (308, 318),
                "treated": (207, 110),
                "displacement_control": (150, 140),
                "displacement": (178, 157),
            },
            0.95,
            -118,
            math.sqrt(1568),
            -196,
            -40,
        ),
    ],
)
def test_published_intervals(zones, level, estimate, se, low, high):
    found = weighted_displacement_difference(**zones, level=level)
    assert found.estimate == estimate
    assert found.se == pytest.approx(se, abs=5e-5)
    digits = 1 if level == 0.90 else 0
    assert (round(found.low, digits), round(found.high, digits)) == (low, high)


def test_the_ring_counts_and_so_does_its_control():
    found = weighted_displacement_difference(
        control=(130, 150), treated=(120, 100), displacement_control=(30, 25), displacement=(40, 25)
    )
    assert found.estimate == -50
    assert found.se == pytest.approx(24.8998, abs=5e-5)


def test_a_window_twice_as_long_counts_half():
    found = weighted_displacement_difference(control=(200, 100), treated=(100, 20), time_weights=(2, 1))
    assert found.estimate == -30
    assert found.se == pytest.approx(13.9642, abs=5e-5)


def test_area_weights_by_name_and_by_order_agree():
    named = weighted_displacement_difference(treated=(10, 8), control=(40, 20), area_weights={"control": 4})
    ordered = weighted_displacement_difference(treated=(10, 8), control=(40, 20), area_weights=(1, 4))
    assert named == ordered
    whole = weighted_displacement_difference(treated=(10, 8), control=(40, 20), area_weights=(1, 4, 1, 1))
    assert named == whole
    assert named.estimate == (8 - 10) - (20 - 40) / 4
    assert named.se == pytest.approx(math.sqrt(18 + 60 / 16))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"treated": (1, -1), "control": (1, 1)}, "treated must be two numbers"),
        ({"treated": (1, 1, 1), "control": (1, 1)}, "treated must be two numbers"),
        ({"treated": (1, 1), "control": (1, 1), "time_weights": (0, 1)}, "time_weights must be two numbers"),
        ({"treated": (1, 1), "control": (1, 1), "area_weights": {"contrl": 1}}, "Try: control"),
        ({"treated": (1, 1), "control": (1, 1), "area_weights": (1, 0)}, "above 0"),
        (
            {"treated": (1, 1), "control": (1, 1), "area_weights": {"zzz": 1}},
            "Try: treated, control, displacement, displacement_control",
        ),
        ({"treated": (1, 1), "control": (1, 1), "area_weights": (1, 1, 1, 1, 1)}, "more sizes than zones"),
        ({"treated": (1, 1), "control": (1, 1), "level": 95}, "between 0 and 1"),
        ({"treated": (1, 1), "control": (1, 1), "level": 0}, "between 0 and 1"),
        ({"treated": (1, 1), "control": (1, 1), "level": 1}, "between 0 and 1"),
        ({"treated": (1, 1), "control": (1, float("nan"))}, "control must be two numbers.*not below 0"),
        ({"treated": (1, 1), "control": (1, 1), "time_weights": (0, 1)}, "above 0"),
    ],
)
def test_unusable_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        weighted_displacement_difference(**call)


@given(treated=counts, control=counts, ring=counts, ring_control=counts, level=st.floats(0.5, 0.99))
@settings(max_examples=40, deadline=None)
def test_exchanging_target_and_control_changes_only_the_sign(treated, control, ring, ring_control, level):
    one = weighted_displacement_difference(
        treated=treated, control=control, displacement=ring, displacement_control=ring_control, level=level
    )
    other = weighted_displacement_difference(
        treated=control, control=treated, displacement=ring_control, displacement_control=ring, level=level
    )
    assert one.estimate == -other.estimate
    assert one.se == pytest.approx(other.se)
    assert one.low == pytest.approx(-other.high)


def test_harm_sums_weighted_estimates_and_squared_errors():
    robbery = weighted_displacement_difference(treated=(20, 10), control=(20, 20))
    damage = weighted_displacement_difference(treated=(130, 150), control=(120, 100))
    harm = weigh_differences([robbery, damage], [365, 10])
    assert harm.estimate == 365 * -10 + 10 * 40
    assert harm.se == pytest.approx(math.sqrt((365 * 8.3666) ** 2 + (10 * 22.3607) ** 2), rel=1e-5)
    with pytest.raises(InputError, match="one weight"):
        weigh_differences([robbery], [1, 2])


def test_quotient_of_the_paper_and_where_it_is_not_defined():
    found = weighted_displacement_quotient(treated=(100, 80), displacement=(50, 45), control=(1000, 1000))
    assert found.quotient == 0.25
    worse = weighted_displacement_quotient(treated=(80, 100), displacement=(50, 45), control=(1000, 1000))
    assert math.isnan(worse.quotient)
    assert worse.words == "not defined: the target did not improve"
    empty = weighted_displacement_quotient(treated=(80, 10), displacement=(5, 4), control=(0, 10))
    assert empty.words.startswith("not defined")
    assert math.isnan(empty.quotient)
    moved = weighted_displacement_quotient(treated=(100, 80), displacement=(50, 60), control=(1000, 1000))
    assert moved.quotient == -0.5
    assert "offset in the surrounding area" in moved.words


@pytest.mark.parametrize(("count", "percent"), [(50, 44), (100, 32), (1000, 10)])
def test_smallest_fall_that_four_equal_counts_can_show(count, percent):
    fall = detectable_fall(count)
    assert round(100 * fall) == percent
    at_the_edge = weighted_displacement_difference(treated=(count, count * (1 - fall)), control=(count, count))
    assert at_the_edge.high == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("before", "after"), [(100, 100), (100, 150), (400, 300), (37, 60)])
def test_smallest_fall_beside_comparison_areas_of_another_size(before, after):
    fall = detectable_fall(200, before, after)
    size = before / 200
    # what the target would have had, were it like the comparison areas
    expected = after / size
    edge = weighted_displacement_difference(
        treated=(200, expected * (1 - fall)), control=(before, after), area_weights={"control": size}
    )
    assert edge.high == pytest.approx(0, abs=1e-9)
    assert edge.estimate < 0


def test_comparison_areas_are_taken_to_stay_where_only_their_count_before_is_known():
    assert detectable_fall(200, 80) == detectable_fall(200, 80, 80)
    assert detectable_fall(200) == detectable_fall(200, 200, 200)
    assert detectable_fall(200, 80) > detectable_fall(200, 800)


def test_without_records_somewhere_no_fall_can_be_seen():
    assert all(math.isnan(detectable_fall(*counts)) for counts in [(0, 10, 10), (50, 0, 10), (50, 10, 0)])
    assert not math.isnan(detectable_fall(50, 1, 1000, level=0.1))


@pytest.mark.parametrize(
    ("ring", "quotient", "words"),
    [
        ((50, 45), 0.25, "the surrounding area improved too: a spread of benefit is possible"),
        ((50, 50), 0, "the surrounding area changed like the comparison areas"),
        ((50, 60), -0.5, "part of the improvement may have been offset in the surrounding area"),
        ((50, 70), -1, "part of the improvement may have been offset in the surrounding area"),
        ((50, 71), -1.05, "the surrounding area worsened by more than the target improved"),
        ((50, 25), 1.25, "the surrounding area improved too: a spread of benefit is possible"),
    ],
)
def test_words_of_the_quotient(ring, quotient, words):
    found = weighted_displacement_quotient(treated=(100, 80), displacement=ring, control=(1000, 1000))
    assert found == (quotient, words)


@pytest.mark.parametrize("zone", ["treated", "displacement", "control"])
def test_the_quotient_names_the_pair_that_is_wrong(zone):
    pairs = {"treated": (5, 4), "displacement": (5, 4), "control": (5, 4)} | {zone: (5,)}
    with pytest.raises(InputError, match=f"{zone} must be two numbers"):
        weighted_displacement_quotient(**pairs)


def test_a_fall_that_leaves_less_than_one_record_shows_and_below_that_none_does():
    # (9 - x)² = 1.645² (x + 27) has the root 0.391; from 8 not even a fall to nothing reaches
    assert detectable_fall(9) == pytest.approx(1 - 0.391 / 9, abs=5e-4)
    assert math.isnan(detectable_fall(8))


def test_small_or_spread_counts_show_less():
    assert detectable_fall(50, dispersion=1.5) > detectable_fall(50)
    assert math.isnan(detectable_fall(5))
    assert math.isnan(detectable_fall(0))
