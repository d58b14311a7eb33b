"""How concentrated incidents are, always beside what pure chance would show."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError, require_columns
from hotspots.common.figures import new_figure
from hotspots.common.places import Floats, incidents_per_row

_INTERVAL = (0.05, 0.95)


def gini(values: npt.ArrayLike) -> float:
    """Gini coefficient of some totals: 0 when all are equal, near 1 when one holds everything.

    Parameters
    ----------
    values : array
        One total per place, zeros included, none negative.

    Returns
    -------
    float
        2 Σ i·x₍ᵢ₎ / (n Σ x) − (n + 1) / n over ascending x; NaN where there is nothing. With few events over
        many places it is near 1 by chance alone: read it beside `measure_concentration`.

    Examples
    --------
    >>> gini([0, 0, 0, 10]), gini([5, 5]), round(gini([6, 7, 3, 2, 1, 0]), 4)
    (0.75, 0.0, 0.4474)
    """
    x = np.sort(_totals(values))
    if not x.sum() > 0:
        return float("nan")
    n = len(x)
    return float(2 * (np.arange(1, n + 1) * x).sum() / (n * x.sum()) - (n + 1) / n)


def lorenz_curve(values: npt.ArrayLike) -> pd.DataFrame:
    """Return the running share held by the running share of places, the worst place first.

    Parameters
    ----------
    values : array
        One total per place, zeros included, none negative.

    Returns
    -------
    DataFrame
        ``share_of_places`` and ``share_held``, from 0 to 1, one row more than there are places.

    Examples
    --------
    >>> lorenz_curve([0, 3, 1, 0])["share_held"].tolist()
    [0.0, 0.75, 1.0, 1.0, 1.0]
    """
    x = np.sort(_totals(values))[::-1]
    held = np.concatenate([[0.0], np.cumsum(x)])
    return pd.DataFrame(
        {
            "share_of_places": np.linspace(0, 1, len(x) + 1) if len(x) else [np.nan],
            "share_held": held / held[-1] if held[-1] else np.full(len(held), np.nan),
        }
    )


def measure_concentration(
    cells: pd.DataFrame,
    *,
    by: str = "incidents",
    incidents: pd.DataFrame | None = None,
    top: Sequence[float] = (0.01, 0.02, 0.05, 0.1, 0.25),
    hold: Sequence[float] = (0.25, 0.5),
    draws: int = 199,
    seed: int = 0,
) -> pd.DataFrame:
    """Say what share of places holds what share of incidents, beside what randomness gives.

    Parameters
    ----------
    cells : DataFrame
        One row per place of equal size with a column ``incidents``, zeros included: the cells of
        `count_cells`, say.
    by : str
        ``"incidents"``, or ``"harm"``.
    incidents : DataFrame or None
        Needed for harm: the incidents, each of which keeps its harm as it is thrown at random.
    top : sequence of float
        Shares of places, worst first: how much do they hold?
    hold : sequence of float
        Shares of the total: how few places hold as much?
    draws : int
        Random maps; in each, every incident falls on any place with the same chance.
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame
        One row per measure ("top 2% of places hold", "places that hold 50%", "Gini"): ``observed``,
        ``chance`` (mean over the random maps), ``chance_low`` and ``chance_high`` (90% of them).

    Raises
    ------
    InputError
        When a column is missing, a share is not between 0 and 1, or draws is below 1.

    Examples
    --------
    >>> cells = pd.DataFrame({"incidents": [8, 0, 0, 0, 0, 0, 0, 0, 0, 0]})
    >>> measure_concentration(cells, top=[0.1], hold=[])["observed"].round(2).to_dict()
    {'top 10% of places hold': 1.0, 'Gini': 0.9}
    """
    require_columns(cells, [by], what="cells")
    if not all(0 < share <= 1 for share in [*top, *hold]):
        raise InputError("Shares must be above 0 and at most 1", given=f"top={top}, hold={hold}", advice="0.02")
    if draws < 1:
        raise InputError("There must be at least one random map", given=f"draws={draws}", advice="199")
    values = _totals(cells[by])
    names = [f"top {100 * share:g}% of places hold" for share in top]
    names += [f"places that hold {100 * share:g}%" for share in hold] + ["Gini"]
    table = pd.DataFrame({"observed": _measures(values, top, hold)}, index=pd.Index(names, name="measure"))
    worths = _worths(values, by, incidents)
    by_chance = np.full((draws, len(names)), np.nan)
    if len(values):
        rng = np.random.default_rng(seed)
        for draw in range(draws):
            by_chance[draw] = _measures(_random_map(rng, worths, len(values)), top, hold)
    table["chance"] = by_chance.mean(axis=0)
    table["chance_low"], table["chance_high"] = np.quantile(by_chance, _INTERVAL, axis=0)
    return table


def draw_concentration(
    cells: pd.DataFrame, *, by: str = "incidents", incidents: pd.DataFrame | None = None, seed: int = 0
) -> Any:
    """Draw the Lorenz curve of some places beside that of random maps.

    Parameters
    ----------
    cells, by, incidents, seed
        As for `measure_concentration`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    require_columns(cells, [by], what="cells")
    values = _totals(cells[by])
    curve = lorenz_curve(values)
    worths, rng = _worths(values, by, incidents), np.random.default_rng(seed)
    random = [lorenz_curve(_random_map(rng, worths, len(values)))["share_held"] for _ in range(20)]
    figure = new_figure(figsize=(5.5, 4.2), layout="constrained")
    axes = figure.subplots()
    places = 100 * curve["share_of_places"]
    axes.plot(places, 100 * curve["share_held"], color="#0b3c5d", lw=2.2, label="As recorded")
    axes.plot(places, 100 * np.mean(random, axis=0), color="#b35900", lw=2, ls="--", label="By chance alone")
    axes.plot([0, 100], [0, 100], color="0.6", lw=1, ls=":", label="All places alike")
    axes.set(xlabel="% of places, worst first", ylabel=f"% of {by} they hold", xlim=(0, 100), ylim=(0, 101))
    axes.legend(loc="lower right", frameon=False)
    return figure


def _totals(values: npt.ArrayLike) -> Floats:
    x = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(x) & (x >= 0)).all():
        raise InputError(
            "Totals must be numbers from 0 upwards",
            given=f"{x[~(np.isfinite(x) & (x >= 0))][0]}",
            advice="count_cells(...) gives such totals",
        )
    return x


def _worths(values: Floats, by: str, incidents: pd.DataFrame | None) -> Floats:
    """List what each incident is worth: 1, or its own harm (a row of places shares its harm out evenly)."""
    if by == "incidents":
        return np.ones(int(values.sum()))
    if incidents is None:
        raise InputError(
            f"By chance, each incident keeps its {by}: the incidents are needed",
            given="incidents=None",
            advice="measure_concentration(cells, by='harm', incidents=incidents)",
        )
    require_columns(incidents, [by], what="incidents")
    counts = incidents_per_row(incidents)
    share = incidents[by].to_numpy(dtype=float) / np.maximum(counts, 1)
    return np.repeat(share, counts)


def _random_map(rng: np.random.Generator, worths: Floats, places: int) -> Floats:
    return np.bincount(rng.integers(0, places, len(worths)), worths, minlength=places).astype(float)


def _measures(values: Floats, top: Sequence[float], hold: Sequence[float]) -> list[float]:
    if not values.sum() > 0:
        return [float("nan")] * (len(top) + len(hold) + 1)
    x = np.sort(values)[::-1]
    held = np.cumsum(x) / x.sum()
    n = len(x)
    found = [float(held[max(round(share * n), 1) - 1]) for share in top]
    found += [float(np.searchsorted(held, share - 1e-12) + 1) / n for share in hold]
    return [*found, float((2 * held.sum() - n - 1) / n)]
