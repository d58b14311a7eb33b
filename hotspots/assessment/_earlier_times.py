"""The same comparison at earlier times: areas of the same ranks then, when no response had been made."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.assessment._rings import locate
from hotspots.assessment._windows_of_response import Design
from hotspots.assessment.comparison_areas import POOL, in_window, share_ground
from hotspots.common.places import Bools, Floats, Ints, collapse_incidents, incidents_per_row
from hotspots.common.when import spans_of
from hotspots.common.windows import Window, make_window, read_windows
from hotspots.reading.covered import list_lacking
from hotspots.statistics.ratio_of_ratios import Drift, judge_counts, measure_drift, measure_spread

_MOST = 0.9  # of the records: areas that hold fewer are not all that there was to choose from
_LATEST = 24  # earlier times that are looked at


class Earlier(NamedTuple):
    """What the same comparison said at earlier times that share no month with one another."""

    logs: Floats  # log of the ratio at each time, and the variance that its counts give it
    variances: Floats  # log of the ratio at each time, and the variance that its counts give it
    falls: int  # how many of them the test called a fall

    @property
    def drift(self) -> Drift | None:
        """How areas of these ranks come down by themselves; None where the times are too few."""
        return measure_drift(self.logs, self.variances)


class Units(NamedTuple):
    """All areas that there were to choose from, the same at all times.

    ``of`` is the area of each row of the records, or -1; ``targets`` and ``compared`` are ranks (0 the
    highest) in the period that chose the targets.
    """

    shapes: gpd.GeoDataFrame
    of: Ints
    targets: Ints
    compared: Ints


class Time(NamedTuple):
    """One earlier time: the rows of its selection, baseline and follow-up, and areas without a response."""

    chosen: Bools
    before: Bools
    after: Bools
    free: Bools


def lay_units(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    compared: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame | None,
    chosen: Bools,
) -> Units:
    """Lay out the areas that there were to choose from, and rank targets and comparison areas among them.

    They are these and the others where they hold nearly all records, as wards do; else squares as large as
    the median target, because hotspots are outlined anew each time.
    """
    places, weights, crs = collapse_incidents(incidents), incidents_per_row(incidents), targets.crs
    own = np.concatenate([targets.geometry.to_numpy(), compared.geometry.to_numpy()])
    free = np.array([], dtype=object) if others is None else others.geometry.to_numpy()
    shapes = np.concatenate([own, free[~share_ground(_frame(free, crs), _frame(own, crs))]])
    of = locate(places.xy, shapes)[places.inverse]
    held = _totals(of, weights, chosen, len(shapes))
    if held.sum() < _MOST * weights[chosen].sum():
        side = float(np.sqrt(np.median(shapely.area(targets.geometry.to_numpy()))))
        cells, at = np.unique(np.floor(places.xy / side).astype(np.int64), axis=0, return_inverse=True)
        west, south = (cells * side).T
        shapes, of = shapely.box(west, south, west + side, south + side), at.ravel()[places.inverse]
        clear = ~share_ground(_frame(shapes, crs), _frame(own, crs))
        held = np.concatenate([held[: len(own)], _totals(of, weights, chosen, len(shapes))[clear]])
    ranks = np.empty(len(held), dtype=np.int64)
    ranks[np.argsort(-held, kind="stable")] = np.arange(len(held))
    return Units(_frame(shapes, crs), of, ranks[: len(targets)], ranks[len(targets) : len(own)])


def list_times(
    incidents: gpd.GeoDataFrame, units: Units, design: Design, *, responses: gpd.GeoDataFrame | None, covered: Any
) -> list[Time]:
    """List the earlier times that the records cover whole, and that share no month they compare.

    They are whole years earlier. Where baseline and response are the same calendar months, so are those of
    any earlier time, and one need only be as many months earlier as they are long.
    """
    spans = spans_of(incidents)
    start, end = spans["start"], spans["end"]
    lacking = {month for months in list_lacking(incidents).values() for month in months}
    if (end - start).max() <= pd.Timedelta(days=31):
        seen = start.dt.to_period("M").dropna().unique()
        lacking |= set(pd.period_range(seen.min(), seen.max(), freq="M")) - set(seen)
    held = make_window(start.min(), end.max())
    known = [held] if covered is None else read_windows(covered)
    times = []
    for selection, before, after in _moved(design, held):
        windows = [*selection, before, after]
        if not all(any(k.holds(w) for k in known) and not lacking & set(_periods(w)) for w in windows):
            continue
        rows = [np.asarray((start >= w.start) & (end <= w.end), dtype=bool) for w in windows]
        spoilt = in_window(responses, make_window(before.start, after.end))
        free = ~share_ground(units.shapes, spoilt)
        times.append(Time(np.logical_or.reduce(rows[:-2]), rows[-2], rows[-1], free))
    return times


def find_earlier(units: Units, times: list[Time], weights: Any, measured: Bools, *, level: float) -> Earlier:
    """Judge the areas of the same ranks at each earlier time, by the rows of one measure."""
    logs, variances, falls = [], [], 0
    size, last = len(units.shapes), int(max(*units.targets, *units.compared))
    for time in times:
        selected = _totals(units.of, weights, time.chosen, size)
        order = np.flatnonzero(time.free)[np.argsort(-selected[time.free], kind="stable")]
        if len(order) <= last:
            continue
        counts = np.column_stack(
            [_totals(units.of, weights, rows & measured, size) for rows in (time.before, time.after)]
        )
        first, second = order[units.targets], order[units.compared]
        rest = order[~np.isin(order, [*first, *second])][: max(0, POOL - len(second))]
        spread = measure_spread(counts[[*second, *rest]])
        found = judge_counts(
            counts[first].sum(axis=0),
            counts[second].sum(axis=0),
            spread=spread,
            wide=(spread.over(counts[first]), spread.over(counts[second])),
            level=level,
        )
        if found.direction != "unknown":
            logs.append(np.log(found.ratio))
            variances.append((np.log(found.high / found.ratio) / found.multiplier) ** 2)
            falls += found.direction == "fall"
    return Earlier(np.array(logs), np.array(variances), falls)


def _moved(design: Design, held: Window) -> Iterator[tuple[list[Window], Window, Window]]:
    length = max(len(_periods(design.baseline)), len(_periods(design.after)))
    same = design.baseline.calendar_months() == design.after.calendar_months()
    step = length if same else 12 * -(-length // 12)
    taken = [design.baseline, design.after]
    for back in range(step, step * _LATEST + 1, step):
        before, after = (_earlier(window, back) for window in (design.baseline, design.after))
        selection = [_earlier(window, back) for window in design.match_on]
        if all(held.holds(window) for window in (*selection, before, after)) and not any(
            one.overlaps(other) for one in (before, after) for other in taken
        ):
            taken += [before, after]
            yield selection, before, after


def _earlier(window: Window, months: int) -> Window:
    gap = pd.DateOffset(months=months)
    return make_window(window.start - gap, window.end - gap)


def _periods(window: Window) -> pd.PeriodIndex:
    return pd.period_range(window.start.to_period("M"), window.last_day.to_period("M"), freq="M")


def _frame(shapes: Any, crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def _totals(where: Ints, weights: Any, rows: Bools, size: int) -> Floats:
    use = rows & (where >= 0)
    return np.bincount(where[use], weights[use], minlength=size).astype(float)
