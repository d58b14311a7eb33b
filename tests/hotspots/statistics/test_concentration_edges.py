"""The random maps behind a share, one after another, and the edges of curves and shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.checks import InputError
from hotspots.statistics.concentration import _worths, gini, lorenz_curve, measure_concentration

TOP, HOLD = (0.01, 0.02, 0.05, 0.1, 0.25), (0.25, 0.5)


def measures_of(counts, top, hold):
    """Shares held by the top places, places that hold a share, half the mean difference over the mean."""
    n, total = len(counts), sum(counts)
    worst = sorted(counts, reverse=True)
    held = [sum(worst[: max(round(share * n), 1)]) / total for share in top]
    for share in hold:
        few = next(k for k in range(1, n + 1) if sum(worst[:k]) >= share * total - 1e-9)
        held.append(few / n)
    return [*held, np.abs(np.subtract.outer(counts, counts)).mean() / (2 * np.mean(counts))]


def test_chance_is_the_mean_and_the_5th_and_95th_of_100_of_the_maps():
    counts = np.array([9, 6, 5, 3, 2, 2, 1, 1, 1, *[0] * 31])
    rng = np.random.default_rng(0)
    maps = [np.bincount(rng.integers(0, 40, 30), minlength=40) for _ in range(199)]
    drawn = np.array([measures_of(some, TOP, HOLD) for some in maps])
    table = measure_concentration(pd.DataFrame({"incidents": counts}))
    assert table["observed"].tolist() == pytest.approx(measures_of(counts, TOP, HOLD))
    assert table["chance"].tolist() == pytest.approx(drawn.mean(axis=0).tolist())
    ordered = np.sort(drawn, axis=0)  # of 199, the quantiles lie at 9.9 and 188.1
    low = 0.1 * ordered[9] + 0.9 * ordered[10]
    high = 0.9 * ordered[188] + 0.1 * ordered[189]
    assert table["chance_low"].tolist() == pytest.approx(low.tolist())
    assert table["chance_high"].tolist() == pytest.approx(high.tolist())
    assert table.index.name == "measure"
    assert table.index.tolist() == [
        "top 1% of places hold", "top 2% of places hold", "top 5% of places hold",
        "top 10% of places hold", "top 25% of places hold",
        "places that hold 25%", "places that hold 50%", "Gini",
    ]  # fmt: skip


@pytest.mark.parametrize("total", [1, 0.5])
def test_one_record_or_half_a_day_is_something(total):
    cells = pd.DataFrame({"harm": [total, 0, 0, 0]})
    one = pd.DataFrame({"harm": [total]})
    table = measure_concentration(cells, by="harm", incidents=one, top=[0.25], hold=[0.5], draws=3)
    assert table["observed"].tolist() == table["chance"].tolist() == [1, 0.25, 0.75]
    assert gini([total, 0]) == 0.5


def test_each_record_keeps_its_own_harm():
    places = pd.DataFrame({"harm": [5.0, 9.0, 0.0, 2.0], "incidents": [1, 3, 0, 2]})
    assert _worths(np.zeros(4), "harm", places).tolist() == [5, 3, 3, 3, 1, 1]
    assert _worths(np.array([2.0, 1.0]), "incidents", None).tolist() == [1, 1, 1]


def test_curves_without_empty_places_and_of_nothing():
    assert lorenz_curve([1, 3])["share_held"].tolist() == [0, 0.75, 1]
    assert lorenz_curve([7]).values.tolist() == [[0, 0], [1, 1]]
    assert lorenz_curve([0, 0])["share_of_places"].tolist() == [0, 0.5, 1]
    assert lorenz_curve([0, 0])["share_held"].isna().all()
    assert lorenz_curve([0, 0]).dtypes.tolist() == [float, float]
    assert lorenz_curve([]).isna().all(axis=None)
    assert len(lorenz_curve([])) == 1
    assert np.isnan(gini([0, 0]))


def test_what_is_no_number_is_named():
    with pytest.raises(InputError, match="from 0 upwards"):
        gini([1, "many"])
    assert gini(pd.Series([0, 10], dtype="Int64")) == 0.5
    with pytest.raises(InputError, match="from 0 upwards"):
        gini(pd.Series([0, None], dtype="Int64"))
