"""Was the choice good: choose on one period, score on the next, beside what else could have been chosen."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.backtest._rival_methods import UNITS, Terms
from hotspots.backtest._trial import Records, Split, Trial
from hotspots.checks import InputError, Problems, announce, closest_name
from hotspots.common.places import Bools, Places, collapse_incidents
from hotspots.common.settled_ground import say_ground, settle_ground
from hotspots.common.when import months_of, rows_in, spans_of
from hotspots.common.windows import Window, name_windows, read_windows
from hotspots.common.wording import say_count
from hotspots.finding.ground import check_harm
from hotspots.finding.methods import Discs
from hotspots.reading.study_area import read_area

METHODS = tuple(UNITS)
SMALLEST, LARGEST = 10, 5000  # metres: smaller grids and wider densities fill a computer, and mean nothing
_COLUMNS = {
    "split": "str",
    "method": "str",
    "unit": "str",
    "units": "int64",
    "asked": "int64",
    "captured": "float64",
    "total": "float64",
    "hit_rate": "float64",
    "hit_low": "float64",
    "hit_high": "float64",
    "pai": "float64",
    "pei": "float64",
    "recapture": "float64",
    "best_possible": "float64",
    "ceiling": "float64",
    "behind": "float64",
    "behind_low": "float64",
    "behind_high": "float64",
}


def backtest_hotspots(
    incidents: gpd.GeoDataFrame,
    *,
    methods: Sequence[str] | None = None,
    radius: float = 150,
    count: int = 100,
    by: str = "incidents",
    splits: Iterable[tuple[Any, Any]] | None = None,
    study_area: Any = None,
    seed: int = 0,
    ceiling_draws: int = 5,
) -> pd.DataFrame:
    """Choose hotspots on each period and score them on the next, by every method on the same terms.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents in EPSG:27700 with ``when``, or places with ``window``.
    methods : list of str or None
        None means all: "discs" (the default of `find_hotspots`), "discs on incidents", "KDE peaks" (all
        three circles that do not overlap), "hexagons", "squares", "last period" (hexagons by the latest
        stretch as long as the scored period) and "Gi*" (hexagons, the significant first).
    radius : float
        Radius of the discs in metres; hexagons and squares have the same area.
    count : int
        How many units each method may choose.
    by : str
        Choose and score by ``"incidents"`` or by ``"harm"``.
    splits : list of (choose, score) or None
        Windows by name, such as ``("2016-07", "2018-07")`` or ``(["2016-07", "2017-07"], "2018-07")``. None
        means every calendar month with records, scored on the next such month.
    study_area : GeoDataFrame, GeoSeries, geometry or None
        Nothing is chosen for what lies outside; what happens there stays in the total. None means
        that anything may be chosen, and that PAI is of the ground where the records lie (see
        `hotspots.common.settled_ground`).
    seed : int
        Seed of the resamples.
    ceiling_draws : int
        Simulated periods for the noise ceiling; 0 leaves it out.

    Returns
    -------
    DataFrame
        One row per split and method:

        - ``units`` chosen of those ``asked`` for, ``captured`` of ``total`` in the scored period (incidents
          or days of harm);
        - ``hit_rate`` = captured / total, ``hit_low`` and ``hit_high`` (90%, scored incidents resampled);
        - ``pai`` = hit rate / share of the area that the units asked for take, at most all of it: a method
          that chose fewer gains nothing by its smaller ground; ``pei`` = PAI / best PAI possible with the
          same units;
        - ``recapture`` = hit rate / hit rate of the same units in the period they were chosen on (1 when a
          hotspot holds its share);
        - ``best_possible`` hit rate: the same units chosen on the scored period itself, of recorded numbers;
          for discs this greedy choice is a lower bound of the best, so their ``pei`` is an upper bound;
        - ``ceiling``: the PEI that discs would reach if the true rates were known;
        - ``behind`` = the split's best hit rate − this one, with its 90% interval: an interval that
          reaches 0 cannot be told from the best.

    Raises
    ------
    InputError
        When an option cannot be used, a period is empty, or a split scores rows it chose on.

    Notes
    -----
    Ties between cells are broken against the method, those between discs from west to east, then from south
    to north, for all three methods of discs alike. On points that are snapped, smaller units always score
    better: hence equal unit size and equal total area.

    Examples
    --------
    >>> months = pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 4)
    >>> points = gpd.GeoDataFrame(
    ...     {"when": months, "precision": "month"},
    ...     geometry=gpd.points_from_xy([0, 0, 900, 0, 0, 0, 900], [0] * 7),
    ...     crs=27700,
    ... )
    >>> area = shapely.box(-500, -500, 2000, 500)
    >>> found = backtest_hotspots(points, count=1, methods=["discs"], study_area=area)
    >>> found[["captured", "hit_rate", "pei"]].iloc[0].tolist()
    [3.0, 0.75, 1.0]
    """
    wanted = _check(incidents, METHODS if methods is None else methods, radius, count, by)
    places = collapse_incidents(incidents)
    area = None if study_area is None else read_area(study_area, target=getattr(incidents, "crs", None))
    worth = places.rows.astype(float) if by == "incidents" else incidents["harm"].to_numpy(dtype=float)
    records = Records(places, worth, _inside(area, places), _ground(area, places), by)
    terms = Terms(int(count), float(radius), area)
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for split in read_splits(incidents, splits):
        rows += Trial(split, records, terms).run(wanted, rng, ceiling_draws=ceiling_draws)
    table = _table(rows)
    _say_fewer(table)
    return table


def _say_fewer(table: pd.DataFrame) -> None:
    """Name the methods that found fewer units to choose than they were asked for."""
    fewer = table[table["units"] < table["asked"]].groupby("method", sort=False)[["units", "asked"]].min()
    if len(fewer):
        listed = ", ".join(f"{method} {row.units:,}" for method, row in fewer.iterrows())
        announce(
            f"With records for fewer than the {fewer['asked'].max():,} places asked for, some methods chose "
            f"fewer (at the least: {listed}); PAI is of the ground asked for, for all alike."
        )


def read_splits(incidents: pd.DataFrame, splits: Iterable[tuple[Any, Any]] | None) -> list[Split]:
    """Windows of each test as rows; None means each calendar month and the next one with records."""
    if splits is None:
        months = sorted(months_of(incidents).dropna().unique())
        splits = list(pairwise(months))
        announce(f"backtest_hotspots: {say_count(len(splits), 'month')} scored on the next.")
    found = []
    for pair in splits if isinstance(splits, Iterable) else [splits]:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(
                "A split is a pair: the period to choose on, and the period to score on",
                given=repr(pair),
                advice='splits=[("2023", "2024")]',
            )
        choose, score = pair
        before, after = read_windows(choose), read_windows(score)
        name = f"{name_windows(before)} → {name_windows(after)}"
        picks = [_rows_in_any(incidents, windows) for windows in (before, after)]
        for part, chosen in zip(("choose on", "score on"), picks, strict=True):
            if not chosen.any():
                raise InputError(
                    f"There are no records to {part}", given=name, advice="a split of periods that the records cover"
                )
        if (picks[0] & picks[1]).any():
            raise InputError(
                "A split may not be scored on the records it was chosen on",
                given=name,
                advice="score on a later period",
            )
        found.append(Split(name, picks[0], picks[0] & _latest(incidents, before, after), picks[1]))
    return found


def summarise_backtest(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over the splits of a backtest, method by method, the best first.

    Parameters
    ----------
    table : DataFrame
        From `backtest_hotspots`.

    Returns
    -------
    DataFrame
        Index ``method``: ``splits``; means of ``hit_rate``, ``pai``, ``pei``, ``recapture``,
        ``best_possible`` and ``ceiling``; ``wins``, the splits in which it captured more than every other
        method; and ``near_best``, those in which it cannot be told from the best.

    Examples
    --------
    >>> rows = pd.DataFrame({"split": ["a", "a"], "method": ["x", "y"], "hit_rate": [0.2, 0.3],
    ...     **{name: [1.0, 1.0] for name in ("pai", "pei", "recapture", "best_possible", "ceiling")},
    ...     "behind_low": [0.01, 0.0]})
    >>> summarise_backtest(rows)[["hit_rate", "wins", "near_best"]].to_dict("index")
    {'y': {'hit_rate': 0.3, 'wins': 1, 'near_best': 1}, 'x': {'hit_rate': 0.2, 'wins': 0, 'near_best': 0}}
    """
    means = ["hit_rate", "pai", "pei", "recapture", "best_possible", "ceiling"]
    best = table.groupby("split")["hit_rate"].transform("max")
    tops = table["hit_rate"] >= best - 1e-12
    alone = tops.groupby(table["split"]).transform("sum") == 1
    near = table["behind_low"] <= 1e-12
    marked = table.assign(splits=1, wins=(tops & alone).astype(int), near_best=near.astype(int))
    by_method = marked.groupby("method", sort=False)
    found = by_method[["splits"]].sum().join(by_method[means].mean())
    found = found.join(by_method[["wins", "near_best"]].sum())
    return found.sort_values("hit_rate", ascending=False, kind="stable")


def compare_methods(incidents: gpd.GeoDataFrame, **options: Any) -> pd.DataFrame:
    """Compare ways to choose hotspots on your own records, in one table that needs no glossary.

    Parameters
    ----------
    incidents : GeoDataFrame
        As for `backtest_hotspots`.
    **options
        As for `backtest_hotspots`: ``count, radius, by, splits, study_area, methods``.

    Returns
    -------
    DataFrame
        Index ``method``, the best first: ``held next, %`` of what came in the next period, ``of the best
        choice, %`` (what the same units could have held at the most that was found, a lower bound of the
        best), ``tests``, ``first in`` and ``not told from the first in`` so many of them. All methods have
        the same total ground, that of the units asked for.

    Examples
    --------
    >>> months = pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 4)
    >>> points = gpd.GeoDataFrame(
    ...     {"when": months, "precision": "month"},
    ...     geometry=gpd.points_from_xy([0, 0, 900, 0, 0, 0, 900], [0] * 7),
    ...     crs=27700,
    ... )
    >>> area = shapely.box(-500, -500, 2000, 500)
    >>> found = compare_methods(points, count=1, methods=["discs", "squares"], study_area=area)
    >>> found["held next, %"].to_dict()
    {'discs': 75.0, 'squares': 75.0}
    """
    found = summarise_backtest(backtest_hotspots(incidents, **{"ceiling_draws": 0, **options}))
    return pd.DataFrame(
        {
            "held next, %": (100 * found["hit_rate"]).round(1),
            "of the best choice, %": (100 * found["pei"]).round(1),
            "tests": found["splits"],
            "first in": found["wins"],
            "not told from the first in": found["near_best"],
        }
    )


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in _COLUMNS.items()})


def _check(incidents: gpd.GeoDataFrame, methods: Sequence[str], radius: float, count: int, by: str) -> list[str]:
    problems = Problems("The backtest cannot be run")
    for method in methods:
        if method not in METHODS:
            nearest = closest_name(str(method), METHODS)
            problems.add("unknown method", given=repr(method), advice=repr(nearest) if nearest else ", ".join(METHODS))
    if by not in ("incidents", "harm") or (by == "harm" and "harm" not in incidents.columns):
        problems.add(
            "by must be incidents, or harm where there is such a column",
            given=f"by={by!r}",
            advice="by='incidents', or incidents['harm'] = weigh_incidents(incidents)",
        )
    problems.raise_any()
    if by == "harm":
        check_harm(incidents["harm"], "harm")
    Discs(radius=radius, count=count).check()
    if count != int(count) or count < 1:
        raise InputError("A backtest needs at least one unit", given=f"count={count}", advice="count=100")
    if not SMALLEST <= radius <= LARGEST:
        raise InputError(
            f"A backtest compares units with a radius of {SMALLEST} to {LARGEST:,} metres",
            given=f"radius={radius}",
            advice="radius=150",
        )
    return list(methods)


def _inside(area: Any, places: Places) -> Bools:
    if area is None:
        return np.ones(len(places.xy), dtype=bool)
    shapely.prepare(area)
    return np.asarray(shapely.intersects_xy(area, places.xy[:, 0], places.xy[:, 1]))


def _ground(area: Any, places: Places) -> float:
    """Square metres of the study area, or of the ground where the records lie."""
    if area is not None:
        return float(area.area)
    some = places.incidents > 0
    if some.sum() < 2:
        return float("nan")
    ground = settle_ground(places.xy[some], places.incidents[some]).area
    announce(f"backtest_hotspots: no study_area was given; PAI is of the {say_ground(ground)}.")
    return ground


def _rows_in_any(incidents: pd.DataFrame, windows: list[Window]) -> Bools:
    rows = np.zeros(len(incidents), dtype=bool)
    for window in windows:
        rows |= rows_in(incidents, window)
    return rows


def _latest(incidents: pd.DataFrame, before: list[Window], after: list[Window]) -> Bools:
    """Rows of the latest stretch that is as long as the scored period, give or take a leap day."""
    end = max(window.end for window in before)
    length = sum((window.end - window.start for window in after), pd.Timedelta(0))
    start = end - length - pd.Timedelta(days=3)
    return np.asarray((spans_of(incidents)["start"] >= start).to_numpy(), dtype=bool)
