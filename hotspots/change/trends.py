"""Which places are hot month after month, newly, no longer, or on and off: ours and Esri's words."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError, announce
from hotspots.common.judgement_words import NO_TREND, PERSISTENT, TRENDS
from hotspots.common.places import Bools, incidents_per_row
from hotspots.common.when import months_of
from hotspots.common.windows import read_window
from hotspots.reading.covered import keep_whole, list_gaps
from hotspots.statistics.many_tests import false_discovery

FEWEST_PERIODS = 10
CLASSES = TRENDS


def classify_trends(
    incidents: pd.DataFrame,
    *,
    by: pd.Series,
    size: pd.Series | None = None,
    size_of_all: float | None = None,
    window: Any = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Class each hotspot or cell by the months in which it was hot.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places of the whole study area, over at least 10 months.
    by : Series
        Place of each row, on the index of ``incidents``; <NA> or -1 for none (from `assign_hotspots`
        or `assign_cells`).
    size : Series, optional
        Ground of each place (any unit), on all places, those without incidents too. None means equal
        ground and only the places that occur in ``by``.
    size_of_all : float, optional
        Ground of the study area in the same unit; None means the sum of the places, and then only
        incidents in places count.
    window : window, optional
        None means from the first month with a record to the last.
    alpha : float
        Level of *hot*, after adjustment over the places of each month.

    Returns
    -------
    DataFrame
        One row per place: ``hot_months``, ``months``, ``hot_older``, ``hot_recent`` (shares, the
        recent being the latest fifth), ``trend`` ("persistent", "emerging", "former", "intermittent",
        "none") and ``esri`` (Esri's word where its published rule is met, else "").

    Raises
    ------
    InputError
        With fewer than 10 months, or where a force lacks one that another has.

    Notes
    -----
    Hot: Poisson upper tail against the study area's own rate that month, adjusted over the places
    (Benjamini and Hochberg). Esri's words stand for Gi* and Mann-Kendall in its own tool; the rules
    are the same, *hot* and *cold* are ours.

    Examples
    --------
    >>> months = pd.date_range("2018-01-01", periods=10, freq="MS").repeat(30)
    >>> frame = pd.DataFrame({"when": months, "precision": "month"})
    >>> place = pd.Series((["busy"] * 20 + [f"calm {i}" for i in range(10)]) * 10)
    >>> classify_trends(frame, by=place).loc["busy", ["trend", "esri"]].tolist()
    ['persistent', 'persistent']
    """
    if not by.index.equals(incidents.index):
        raise InputError(
            "The labels do not stand on the index of the incidents",
            given=f"{len(by)} labels, {len(incidents)} incidents",
            advice="by=assign_hotspots(incidents, spots)",
        )
    sources = set(incidents["source"]) if "source" in incidents.columns else set()
    if forces := {name: months for name, months in list_gaps(incidents).items() if name not in sources}:
        raise InputError(
            "No trend class: a force lacks a month, and its ground cannot be told from that of the others",
            given="; ".join(f"{name} has no records in {months}" for name, months in forces.items()),
            advice="records of one force, or of the months that all have",
        )
    whole, gaps = keep_whole(incidents.assign(_place=by.to_numpy()))
    for gap in gaps:
        announce(gap)
    counts, everyone = count_months(whole, by=whole["_place"], window=window)
    if size is not None:
        counts = counts.reindex(size.index, fill_value=0)
    ground = np.ones(len(counts)) if size is None else size.to_numpy(dtype=float)
    if size_of_all is None:
        everyone = counts.sum(axis=0)
    extent = float(ground.sum()) if size_of_all is None else float(size_of_all)
    expected = np.outer(ground / extent if extent else ground, everyone.to_numpy(dtype=float))
    return classify_counts(counts, expected=expected, alpha=alpha)


def count_months(incidents: pd.DataFrame, *, by: pd.Series, window: Any = None) -> tuple[pd.DataFrame, pd.Series]:
    """Count the incidents of each place in each month, and those of all rows."""
    month = months_of(incidents)
    if window is not None:
        asked = read_window(window)
        months = pd.period_range(asked.start, asked.last_day, freq="M")
    elif month.notna().any():
        months = pd.period_range(month.min(), month.max())
    else:
        months = pd.PeriodIndex([], freq="M")
    frame = pd.DataFrame({"n": incidents_per_row(incidents), "place": by.to_numpy(), "month": month.to_numpy()})
    everyone = frame.groupby("month")["n"].sum().reindex(months, fill_value=0)
    placed = frame[frame["place"].notna() & (frame["place"] != -1)]
    counts = placed.pivot_table(index="place", columns="month", values="n", aggfunc="sum", fill_value=0)
    return counts.reindex(columns=months, fill_value=0).astype("int64"), everyone


def classify_counts(counts: pd.DataFrame, *, expected: npt.ArrayLike, alpha: float = 0.05) -> pd.DataFrame:
    """Class places by a table of counts; the core of `classify_trends`."""
    from scipy.stats import poisson

    if counts.shape[1] < FEWEST_PERIODS:
        raise InputError(
            f"A trend class needs at least {FEWEST_PERIODS} periods",
            given=f"{counts.shape[1]}",
            advice="more months, or compare_periods for two windows",
        )
    seen, mean = counts.to_numpy(dtype=float), np.asarray(expected, dtype=float)
    hot = _adjusted(poisson.sf(seen - 1, mean)) < alpha
    cold = _adjusted(poisson.cdf(seen, mean)) < alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.where(mean > 0, (seen - mean) / np.sqrt(mean), 0.0)
    return classify_hot(hot, cold=cold, strength=strength, index=counts.index)


def classify_hot(
    hot: npt.ArrayLike, *, cold: npt.ArrayLike, strength: npt.ArrayLike, index: pd.Index | None = None
) -> pd.DataFrame:
    """Class places from whether each was hot, cold, and how strongly, in each period."""
    warm, cool = np.asarray(hot, dtype=bool), np.asarray(cold, dtype=bool)
    force = np.asarray(strength, dtype=float)
    periods = warm.shape[1]
    recent = max(1, round(periods / 5))
    older_share, recent_share = warm[:, :-recent].mean(axis=1), warm[:, -recent:].mean(axis=1)
    table = pd.DataFrame(
        {"hot_months": warm.sum(axis=1), "months": periods, "hot_older": older_share, "hot_recent": recent_share},
        index=index,
    )
    share = warm.mean(axis=1)
    rules = [share >= 0.8, (older_share < 0.1) & (recent_share >= 0.1), (older_share >= 0.1) & (recent_share < 0.1)]
    rules.append(share >= 0.1)
    table["trend"] = pd.Series(np.select(rules, CLASSES[:4], default=NO_TREND), index=table.index, dtype="str")
    words = [_esri(*rows) for rows in zip(warm, cool, force, strict=True)]
    table["esri"] = pd.Series(words, index=table.index, dtype="str")
    return table


def _adjusted(p: Any) -> Any:
    return np.column_stack([false_discovery(column) for column in np.asarray(p).T])


def _esri(hot: Bools, cold: Bools, strength: npt.NDArray[np.float64]) -> str:
    if not hot.any():
        return ""
    often = hot.mean() >= 0.9
    if not hot[-1]:
        return "historical" if often else ""
    if often:
        return {1: "intensifying", -1: "diminishing", 0: PERSISTENT}[_mann_kendall(strength)]
    run = len(hot) - (np.flatnonzero(~hot)[-1] + 1)
    if hot.sum() == run:
        return "new" if run == 1 else "consecutive"
    return "oscillating" if cold[:-1].any() else "sporadic"


def _mann_kendall(series: npt.NDArray[np.float64], alpha: float = 0.10) -> int:
    """1 for a rise, −1 for a fall, 0 for neither; two-sided, at the 90% that Esri's tool starts from."""
    from scipy.stats import norm

    n = len(series)
    score = np.sign(series[None, :] - series[:, None])[np.triu_indices(n)].sum()
    ties = np.unique(series, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if variance == 0:
        return 0
    z = (score - np.sign(score)) / variance**0.5
    return int(np.sign(score)) if 2 * norm.sf(abs(z)) < alpha else 0
