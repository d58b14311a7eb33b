"""Score any ranking of equal units against what came: hit rate, PAI, PEI; and the picture of a backtest."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.figures import new_figure


def score_forecast(predicted: npt.ArrayLike, observed: npt.ArrayLike, *, total: float | None = None) -> pd.DataFrame:
    """Hit rate, PAI and PEI of a forecast over units of equal size, for every number of units chosen.

    Parameters
    ----------
    predicted, observed : array
        One number per unit, in the same order: what was forecast, and what came.
    total : float or None
        All that came, units or not: what fell off the grid stays in the denominator. None means the sum
        of ``observed``.

    Returns
    -------
    DataFrame
        Index ``units`` 1, 2 ...: ``captured``; ``hit_rate`` = captured / total; ``pai`` = hit rate / share of
        units; ``pei`` = PAI / best PAI possible with as many units. Ties are broken against the forecast.

    Raises
    ------
    InputError
        When the two differ in length, or the total is less than what the units hold.

    Notes
    -----
    Chainey, Tompson and Uhlig (2008); Hunt (2016).

    Examples
    --------
    >>> score_forecast([8, 5, 4, 2, 1, 0], [6, 7, 3, 2, 1, 0])["pai"].round(4).tolist()
    [1.8947, 2.0526, 1.6842, 1.4211, 1.2, 1.0]
    """
    forecast, came = np.asarray(predicted, dtype=float), np.asarray(observed, dtype=float)
    if forecast.shape != came.shape or forecast.ndim != 1:
        raise InputError(
            "There must be one prediction for each observation",
            given=f"{forecast.shape} predicted, {came.shape} observed",
            advice="forecasts on the index of the observations",
        )
    if not (np.isfinite(forecast).all() and (np.isfinite(came) & (came >= 0)).all()):
        raise InputError(
            "Forecasts must be numbers, and what came numbers from 0 upwards",
            given=f"{int((~np.isfinite(forecast)).sum())} forecasts that are none",
            advice="0 where nothing was forecast, or came",
        )
    everything = float(came.sum()) if total is None else float(total)
    if everything < came.sum() - 1e-9:
        raise InputError(
            "The total is less than the units hold",
            given=f"total={total}, held {came.sum():g}",
            advice="total=None for what the units hold",
        )
    captured = np.cumsum(came[np.lexsort((came, -forecast))])
    best = np.cumsum(np.sort(came)[::-1])
    units = np.arange(1, len(came) + 1)
    hit = captured / everything if everything > 0 else np.full(len(came), np.nan)
    pei = np.divide(captured, best, out=np.full(len(came), np.nan), where=best > 0)
    table = {"captured": captured, "hit_rate": hit, "pai": hit / (units / len(units)), "pei": pei}
    return pd.DataFrame(table, index=pd.Index(units, name="units"))


def draw_backtest(table: pd.DataFrame) -> Any:
    """Draw a backtest: a dot for every split, a line for the mean, a cross for the best possible.

    Parameters
    ----------
    table : DataFrame
        From `backtest_hotspots`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    means = table.groupby("method")[["hit_rate", "best_possible"]].mean().sort_values("hit_rate")
    figure = new_figure(figsize=(6.4, 0.8 + 0.45 * len(means)), layout="constrained")
    axes = figure.subplots()
    for height, (method, mean) in enumerate(means.iterrows()):
        hits = 100 * table.loc[table["method"] == method, "hit_rate"]
        axes.plot(hits, np.full(len(hits), height), "o", color="#8fb3c9", ms=4, zorder=1)
        axes.plot(100 * mean["hit_rate"], height, "|", color="#0b3c5d", ms=18, mew=3, zorder=3)
        axes.plot(100 * mean["best_possible"], height, "x", color="#b35900", ms=7, mew=2, zorder=2)
        axes.annotate(f"{100 * mean['hit_rate']:.1f}", (100 * mean["hit_rate"], height + 0.3), ha="center", size=8)
    axes.set(xlabel="% of the next period captured", ylim=(-0.6, len(means) - 0.3))
    axes.set_yticks(range(len(means)), list(means.index))
    axes.set_title("| mean   • one split   × best possible with these units", size=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
