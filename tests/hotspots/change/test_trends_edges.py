"""Trend classes from counts to words, by hand and by loops."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hot_months import only
from scipy.stats import false_discovery_control, norm, poisson

from hotspots.change.trends import _mann_kendall, classify_counts, classify_hot, classify_trends, count_months
from hotspots.checks import InputError
from hotspots.statistics.aoristic import spread_over_week


@pytest.mark.parametrize(("periods", "recent"), [(10, 2), (12, 2), (13, 3), (20, 4), (4, 1), (2, 1)])
def test_the_recent_are_the_latest_fifth(periods, recent):
    hot = np.zeros((1, periods), dtype=bool)
    hot[0, -recent] = True
    row = classify_hot(hot, cold=~hot, strength=hot).iloc[0]
    assert (row["hot_months"], row["months"]) == (1, periods)
    assert (row["hot_older"], row["hot_recent"]) == (0, 1 / recent)
    hot = np.roll(hot, -1, axis=1) if periods > recent else hot
    row = classify_hot(hot, cold=~hot, strength=hot).iloc[0]
    assert (row["hot_older"], row["hot_recent"]) == (1 / (periods - recent), 0)


@pytest.mark.parametrize(
    ("hot", "trend"),
    [
        (only(50, *range(1, 5)), "former"),  # 4 of 40 older: a tenth, just
        (only(50, *range(1, 4)), "none"),  # 3 of 40
        (only(50, 50), "emerging"),  # 1 of 10 recent: a tenth, just
        (only(50, 1, 2, 3, 50), "emerging"),
        (only(50, 1, 2, 3, 4, 50), "intermittent"),
        (only(50, *range(1, 41)), "persistent"),
        (only(50, *range(1, 40)), "former"),
        (only(50, *range(2, 40), 41, 50), "persistent"),
        (only(50, *range(3, 40), 41, 50), "intermittent"),
    ],
)
def test_tenths_and_fifths_are_met_exactly(hot, trend):
    rows = np.array([hot], dtype=bool)
    assert classify_hot(rows, cold=rows, strength=rows)["trend"].tolist() == [trend]


def test_lists_of_0_and_1_and_no_places_at_all():
    late = classify_hot([only(10, 3, 10)], cold=[only(10, 9)], strength=[[1] * 10])
    assert late["esri"].tolist() == ["oscillating"]
    row = classify_hot([[0] * 8 + [1, 1]], cold=[[1] + [0] * 9], strength=[[1] * 10]).iloc[0]
    assert row[["hot_months", "trend", "esri"]].tolist() == [2, "emerging", "consecutive"]
    none = classify_counts(pd.DataFrame(np.zeros((0, 10))), expected=np.zeros((0, 10)))
    assert none.empty
    assert none.dtypes[["trend", "esri"]].tolist() == ["str", "str"]


def kendall_by_pairs(series, alpha=0.10):
    pairs = list(itertools.combinations(series, 2))
    score = sum((b > a) - (b < a) for a, b in pairs)
    n = len(series)
    ties = [list(series).count(value) for value in set(series)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(k * (k - 1) * (2 * k + 5) for k in ties)) / 18
    if variance == 0:
        return 0
    z = (abs(score) - 1) / variance**0.5 if score else 0
    return 0 if 2 * norm.sf(z) >= alpha else 1 if score > 0 else -1


def test_mann_kendall_pair_by_pair():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(300):
        series = np.round(rng.normal(0, 2, 12) + rng.choice([-0.35, 0, 0.35]) * np.arange(12))
        found.append(_mann_kendall(series))
        assert found[-1] == kendall_by_pairs(series.tolist()), series
    assert set(found) == {-1, 0, 1}
    assert _mann_kendall(np.array([3.0, 3, 3])) == 0
    # score 6 of 4 values in order: z = 5 / sqrt(52 / 6) = 1.698, p = 0.0894
    assert _mann_kendall(np.arange(4.0)) == 1
    assert _mann_kendall(np.arange(4.0), alpha=0.05) == 0


def test_counts_become_words_by_the_poisson_tails():
    rng = np.random.default_rng(1)
    counts = pd.DataFrame(rng.poisson(20, (6, 12)))
    counts.iloc[0] = 60 + 6 * np.arange(12)  # hot throughout and growing
    counts.iloc[1] = 140 - 6 * np.arange(12)
    counts.iloc[2] = [20, 0, 20, 0, 60, 20, 20, 0, 20, 60, 20, 60]  # cold at times
    expected = np.full((6, 12), 20.0)
    expected[5] = 0
    counts.iloc[5] = 0  # no ground, nothing expected
    table = classify_counts(counts, expected=expected)
    assert table["esri"].tolist()[:3] == ["intensifying", "diminishing", "oscillating"]
    assert table["trend"].tolist()[:3] == ["persistent", "persistent", "intermittent"]
    hot = np.column_stack(
        [false_discovery_control(poisson.sf(counts[k] - 1, expected[:, k])) < 0.05 for k in range(12)]
    )
    assert table["hot_months"].tolist() == hot.sum(axis=1).tolist()
    loose = classify_counts(counts, expected=expected, alpha=0.5)
    loose_hot = np.column_stack(
        [false_discovery_control(poisson.sf(counts[k] - 1, expected[:, k])) < 0.5 for k in range(12)]
    )
    assert loose["hot_months"].tolist() == loose_hot.sum(axis=1).tolist()


def months_of(*rows):
    frame = pd.DataFrame(rows, columns=["when", "place", "incidents"])
    frame["when"] = pd.to_datetime(frame["when"])
    return frame.assign(precision="month")


def test_months_are_counted_with_those_between_and_all_rows_in_the_total():
    frame = months_of(
        ("2018-01-01", 1, 2), ("2018-03-01", 1, 5), ("2018-03-01", 7, 1), ("2018-03-01", -1, 9), ("2018-01-01", None, 4)
    )
    counts, everyone = count_months(frame, by=frame["place"])
    assert counts.columns.astype(str).tolist() == ["2018-01", "2018-02", "2018-03"]
    assert counts.to_dict("index") == {
        key: dict(zip(counts.columns, row, strict=True)) for key, row in {1: [2, 0, 5], 7: [0, 0, 1]}.items()
    }
    assert counts.dtypes.astype(str).tolist() == ["int64"] * 3
    assert everyone.tolist() == [6, 0, 15]
    counts, everyone = count_months(frame, by=frame["place"], window="2018-02..2018-04")
    assert counts.to_numpy().tolist() == [[0, 5, 0], [0, 1, 0]]
    assert everyone.tolist() == [0, 15, 0]


def test_the_expected_share_is_that_of_the_ground():
    months = pd.date_range("2018-01-01", periods=12, freq="MS")
    rng = np.random.default_rng(4)
    rows = [(m, p, int(rng.poisson(n))) for m in months for p, n in ((1, 40), (2, 9), (3, 30), (-1, 25))]
    frame = months_of(*rows)
    size = pd.Series({1: 2.0, 2: 1.0, 3: 1.0, 4: 1.0})
    counts = frame.pivot_table(index="place", columns="when", values="incidents", aggfunc="sum")
    placed = counts.loc[[1, 2, 3]].reindex(size.index, fill_value=0)
    places_only = classify_counts(placed, expected=np.outer(size / 5, placed.sum()), alpha=0.2)
    by = frame["place"]
    pd.testing.assert_frame_equal(classify_trends(frame, by=by, size=size, alpha=0.2), places_only, check_names=False)
    everywhere = classify_counts(placed, expected=np.outer(size / 12, counts.sum()), alpha=0.2)
    found = classify_trends(frame, by=by, size=size, size_of_all=12, alpha=0.2)
    pd.testing.assert_frame_equal(found, everywhere, check_names=False)
    assert not everywhere.equals(places_only)
    equal = classify_counts(counts.loc[[1, 2, 3]], expected=np.outer([1 / 3] * 3, counts.loc[[1, 2, 3]].sum()))
    pd.testing.assert_frame_equal(classify_trends(frame, by=by), equal, check_names=False)


def test_hot_months_wax_and_wane_by_their_distance_in_standard_errors():
    quiet = np.full((9, 12), 5)
    for mean, more in ((np.arange(10.0, 22.0), 30), (np.linspace(0.1, 0.9, 12), 20)):
        # as many above the mean each month, over a growing root of it
        seen = np.vstack([np.round(mean) + more, quiet])
        expected = np.vstack([np.round(mean) if mean[0] > 1 else mean, quiet])
        assert classify_counts(pd.DataFrame(seen), expected=expected)["esri"].iloc[0] == "diminishing"
    # nothing expected on no ground: what is seen there is hot, by no measure
    table = classify_counts(pd.DataFrame([[5] * 12]), expected=np.zeros((1, 12)))
    assert table[["hot_months", "esri"]].values.tolist() == [[12, "persistent"]]


def test_places_without_records_and_without_ground_are_never_hot():
    frame = months_of(*((m, 1, 40) for m in pd.date_range("2018-01-01", periods=12, freq="MS")))
    size = pd.Series({1: 1.0, 4: 0.001})
    assert classify_trends(frame, by=frame["place"], size=size)["hot_months"].tolist() == [0, 0]
    nowhere = classify_trends(frame, by=frame["place"] * 0 - 1, size=pd.Series({4: 0.0}))
    assert nowhere[["hot_months", "trend"]].values.tolist() == [[0, "none"]]


def test_nothing_has_no_months():
    none = months_of(("2018-01-01", 1, 2)).iloc[:0]
    counts, everyone = count_months(none, by=none["place"])
    assert (counts.shape, len(everyone)) == ((0, 0), 0)
    assert counts.columns.dtype == everyone.index.dtype == "period[M]"


def test_spans_by_the_chunk_are_those_of_all_at_once(monkeypatch):
    rng = np.random.default_rng(6)
    starts = pd.Series(pd.Timestamp("2018-07-02") + pd.to_timedelta(rng.integers(0, 20_000, 50), unit="min"))
    ends = starts + pd.Series(pd.to_timedelta(rng.integers(-3000, 12_000, 50), unit="min"))
    whole = spread_over_week(starts, ends, np.arange(50))
    monkeypatch.setattr("hotspots.statistics.aoristic._CHUNK", 7)
    parts = spread_over_week(starts, ends, np.arange(50))
    assert parts.week == pytest.approx(whole.week)
    assert whole.week.sum() == pytest.approx(np.arange(50).sum())
    assert parts.swapped == (ends < starts).sum() > 0


def test_the_hours_of_a_span_by_hand():
    # Sunday 23:15 to Monday 01:45 (150 minutes), a moment on Monday at 00:00, and a span of a week and a day
    starts = pd.Series(pd.to_datetime(["2018-07-08 23:15", "2018-07-02 00:00", "2018-07-04 12:30"]))
    ends = pd.Series(pd.to_datetime(["2018-07-09 01:45", None, "2018-07-12 12:30"]))
    week = spread_over_week(starts, ends, [5, 2, 168]).week
    assert week[[167, 0, 1, 2]] == pytest.approx([5 * 45 / 150 + 1, 5 * 60 / 150 + 2 + 1, 5 * 45 / 150 + 1, 1])
    assert week[3:167] == pytest.approx(1)


def test_places_of_a_year_are_not_counted_in_its_first_month():
    places = pd.DataFrame({"window": ["2018-01", "2018"], "incidents": 5})
    with pytest.raises(InputError, match=r"spans? more than one month"):
        count_months(places, by=pd.Series([1, 1]))


def test_a_month_without_any_record_breaks_no_rise():
    """Eleven busy months, each busier than the last, and one in which the whole city had nothing."""
    seen = np.arange(20.0, 32)
    seen[5] = 0
    expected = np.where(seen > 0, 1.0, 0.0)[None, :]
    found = classify_counts(pd.DataFrame(seen[None, :]), expected=expected).iloc[0]
    assert (found["hot_months"], found["months"]) == (11, 12)
    assert (found["trend"], found["esri"]) == ("persistent", "intensifying")
