"""The figures behind each row of a board page: counted, taken as a share, or from a survey."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.change.indicator_files import Indicator
from hotspots.change.one_judgement import mark_records
from hotspots.checks import InputError, require_columns
from hotspots.common.calendars import name_in_months
from hotspots.common.places import Bools, incidents_per_row
from hotspots.common.when import months_of, rows_in
from hotspots.common.windows import Window, read_window
from hotspots.common.wording import say_figure
from hotspots.reading.problem_profiles import match_profile
from hotspots.statistics.two_counts import rate_ratio
from hotspots.statistics.two_shares import compare_shares

BLOCKS = "▁▂▃▄▅▆▇█"


class Counted:
    """Which rows each indicator counts, and when."""

    def __init__(
        self,
        incidents: gpd.GeoDataFrame,
        page: list[Indicator],
        hot: pd.Series | None,
        first: Window,
        second: Window,
        calendar: pd.DataFrame | None = None,
        least: int = 0,
    ) -> None:
        self.least = least
        self.incidents, self.first, self.second = incidents, first, second
        self.months = pd.period_range(first.start, second.last_day, freq="M")
        self.marked = mark_months(calendar, self.months)
        self.counts = incidents_per_row(incidents).astype(float)
        self.when = rows_in(incidents, first), rows_in(incidents, second)
        self.marks = np.where(self.counts > 0, mark_records(incidents), np.uint64(0))
        self.month = months_of(incidents)
        self.hot = None if hot is None else _as_bools(hot, incidents.index)
        self.rows: dict[str, Bools | None] = {i.key: self._match(i) for i in page if i.kind != "survey"}

    def _match(self, indicator: Indicator) -> Bools | None:
        if indicator.hot and self.hot is None:
            return None
        rows = np.ones(len(self.incidents), dtype=bool)
        wanted = indicator.profile or indicator.filter
        if wanted:
            rows &= match_profile(self.incidents, wanted).to_numpy(dtype=bool)
        if indicator.without:
            rows &= ~match_profile(self.incidents, indicator.without).to_numpy(dtype=bool)
        return rows & self.hot if indicator.hot and self.hot is not None else rows

    def pair(self, rows: Bools) -> tuple[float, float]:
        """Count the rows in each window."""
        before, after = (float(self.counts[rows & inside].sum()) for inside in self.when)
        return before, after

    def row(self, indicator: Indicator, *, level: float, reason: str) -> dict[str, Any]:
        """Return the figures of one indicator, or the words that stand in their place."""
        rows = self.rows[indicator.key]
        start = {"name": indicator.name, "kind": indicator.kind, "direction": indicator.direction}
        start["note"] = indicator.note
        if rows is None or (indicator.kind == "share" and self.rows[indicator.of] is None):
            return start | {"said": "not counted: no hotspots were given"}
        if not self.counts[rows].sum():
            return start | {"said": "not in this source"}
        if indicator.kind != "share" and not any(self.pair(rows)):
            return start | {"said": "no records in either period"}
        spark = {"sparkline": self._spark(rows, self.rows.get(indicator.of) if indicator.of else None)}
        numbers: dict[str, Any]
        if indicator.kind == "share":
            base = self.rows[indicator.of]
            assert base is not None
            if bare := [str(w) for w, of in zip((self.first, self.second), self.pair(base), strict=True) if not of]:
                return start | {"said": f"no record to take a share of in {' and '.join(bare)}"}
            numbers = {**compare_shares(self.pair(rows & base), self.pair(base), level=level)}
        else:
            numbers = _compare_counts(self.pair(rows), self.first, self.second)
            numbers["mark"] = str(self.marks[rows & (self.when[0] | self.when[1])].sum())
        if reason:
            kept = {name: numbers[name] for name in ("before", "after", "base_before", "base_after") if name in numbers}
            sides = ", ".join(
                f"{say_figure(numbers[name], numbers.get(f'base_{name}', np.nan))} in {window}"
                for name, window in (("before", self.first), ("after", self.second))
            )
            # no trace either: it would stand highest in the months that chose the places
            return start | kept | {"said": f"{sides}; {reason}"}
        return start | spark | numbers

    def by_source(self, indicator: Indicator) -> pd.DataFrame:
        """Count the rows of one indicator in each window, by source."""
        rows = self.rows[indicator.key]
        assert rows is not None
        sides = {
            name: np.where(rows & inside, self.counts, 0.0)
            for name, inside in zip(("before", "after"), self.when, strict=True)
        }
        return pd.DataFrame(sides).groupby(self.incidents["source"].to_numpy()).sum()

    def beside(self, indicator: Indicator, row: dict[str, Any]) -> dict[str, float]:
        """Return the same indicator here, to stand beside the row of a smaller area."""
        rows = self.rows.get(indicator.key)
        if indicator.kind != "count" or rows is None or "percent" not in row:
            return {}
        before, after = self.pair(rows)
        ratio = float(rate_ratio([before], [after], days_before=self.first.days, days_after=self.second.days)[0][0])
        percent = 100 * (ratio - 1)
        return {
            "beside_before": before,
            "beside_after": after,
            "beside_percent": percent,
            "points_beside": row["percent"] - percent,
            "ratio_beside": (1 + row["percent"] / 100) / ratio if ratio else np.nan,
        }

    def _spark(self, rows: Bools, base: Bools | None) -> str:
        months = self.months
        held = self._monthly(np.ones(len(rows), dtype=bool), months) > 0
        values = self._monthly(rows, months)
        small = (values > 0) & (values < self.least)
        if base is not None:
            whole = self._monthly(base, months)
            small |= (whole > 0) & (whole < self.least)
            values = np.divide(values, whole, out=np.zeros(len(values)), where=whole > 0)
        return draw_sparkline(np.where(held, values, np.nan), marked=self.marked, hidden=small)

    def _monthly(self, rows: Bools, months: pd.PeriodIndex) -> npt.NDArray[np.float64]:
        at = self.month.array.asi8[rows] - months[0].ordinal
        inside = (at >= 0) & (at < len(months))
        weights = np.asarray(self.counts[rows], dtype=float)[inside]
        return np.bincount(at[inside], weights, minlength=len(months)).astype(float)


def _as_bools(hot: pd.Series, index: pd.Index) -> Bools:
    return hot.astype("boolean").reindex(index).fillna(False).to_numpy(dtype=bool)


def mark_months(calendar: pd.DataFrame | None, months: pd.PeriodIndex) -> Bools:
    """Which months hold an entry of the calendar."""
    if calendar is None or calendar.empty:
        return np.zeros(len(months), dtype=bool)
    return np.array([name != "" for name in name_in_months(calendar, months.astype(str))], dtype=bool)


def draw_sparkline(
    values: npt.ArrayLike, *, marked: npt.ArrayLike | None = None, hidden: npt.ArrayLike | None = None
) -> str:
    """Draw numbers as a line of eight heights, from nothing to the highest; "·" where there is none.

    Examples
    --------
    >>> draw_sparkline([0, 4, float("nan"), 8])
    '▁▅·█'
    >>> draw_sparkline([0, 4, 8], marked=[False, True, False])
    '▁▅*█'
    >>> draw_sparkline([2, 4, 8], hidden=[True, False, False])
    '░▅█'
    """
    numbers = np.asarray(values, dtype=float)
    known = numbers[np.isfinite(numbers)]
    top = known.max() if len(known) and known.max() > 0 else 1.0
    steps = np.clip(np.ceil(np.nan_to_num(numbers) / top * 7 - 1e-9), 0, 7).astype(int)
    stars = np.zeros(len(numbers), dtype=bool) if marked is None else np.asarray(marked, dtype=bool)
    signs = np.where(np.isfinite(numbers), np.array(list(BLOCKS))[steps], "·")
    if hidden is not None:
        signs = np.where(np.asarray(hidden, dtype=bool), "░", signs)
    return "".join(sign + "*" * bool(star) for sign, star in zip(signs, stars, strict=True))


def _compare_counts(pair: tuple[float, float], first: Window, second: Window) -> dict[str, Any]:
    ratio, _, _ = rate_ratio([pair[0]], [pair[1]], days_before=first.days, days_after=second.days)
    return {"before": pair[0], "after": pair[1], "percent": 100 * (float(ratio[0]) - 1)}


def survey_row(
    indicator: Indicator, survey: pd.DataFrame | None, first: Window, second: Window, level: float
) -> dict[str, Any]:
    """Return the figures of one indicator that comes from the user's table."""
    start: dict[str, Any] = {"name": indicator.name, "kind": indicator.kind, "direction": indicator.direction}
    start["note"] = indicator.note
    if survey is None:
        return start | {"said": "no figures given"}
    require_columns(survey, ["indicator", "period", "value"], what="The table of surveys")
    mine = survey[survey["indicator"] == indicator.key]
    windows = [read_window(period) for period in mine["period"]]
    order = sorted(range(len(mine)), key=lambda i: (windows[i].start, windows[i].end))
    start["sparkline"] = draw_sparkline(mine["value"].to_numpy(dtype=float)[order])
    picked = [[i for i in range(len(mine)) if windows[i] == window] for window in (first, second)]
    if any(len(found) > 1 for found in picked):
        raise InputError(
            "The table of surveys has a figure twice",
            given=f"{indicator.key}, {first} or {second}",
            advice="one row for each indicator and date",
        )
    if not all(picked):
        return start | {"said": "no figures given for both windows"}
    values = [float(mine["value"].iloc[found[0]]) for found in picked]
    bases = [float(mine["base"].iloc[found[0]]) if "base" in mine.columns else np.nan for found in picked]
    if not np.isfinite(bases).all():
        told = f"from {values[0]:g} to {values[1]:g}; without the numbers asked, this may be chance"
        return start | {"before": values[0], "after": values[1], "said": told}
    hits = [value * base / 100 for value, base in zip(values, bases, strict=True)]
    return start | compare_shares((hits[0], hits[1]), (bases[0], bases[1]), level=level)
