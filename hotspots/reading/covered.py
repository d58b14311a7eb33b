"""Like with like in time: which sources, forces and kinds have records in every month that is compared."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.places import incidents_per_row
from hotspots.common.sentence_rules import may_say
from hotspots.common.when import DENSE, precision_of, spans_of
from hotspots.common.windows import Window, name_windows, read_windows
from hotspots.common.wording import say_date, say_runs
from hotspots.reading.publishers import publishers_of

SAID = "change between two periods"
LEFT_OUT = "left out of both periods, as they cannot be compared."


class NotCoveredError(InputError):
    """No source or force wholly covers the windows."""


class Covered(NamedTuple):
    """Rows that may be compared."""

    # rows of sources and forces that cover every window, less the kinds they lack in any month of
    # them
    rows: npt.NDArray[np.bool_]
    gaps: list[str]  # what is left out, and why: a sentence for each source or force


class _Gap(NamedTuple):
    window: Window
    months: list[pd.Period]
    held: str


def find_covered(incidents: pd.DataFrame, windows: Iterable[Window], *, covered: Any = None) -> Covered:
    """Find the rows that may be compared over some windows; raise `InputError` where there are none.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places: all that were read, for a part of them shows fewer gaps.
    windows : iterable of Window
        The windows to be compared.
    covered : window or list of windows, optional
        What the data are known to cover, every source, force and kind; None means: find out.

    Returns
    -------
    Covered

    Notes
    -----
    A source, or each force of it, must reach from before the first window to after the last and, with 7
    records a month or more, have some in every month: chance leaves such a month empty less than once in
    a thousand times. The same of longer runs of months with fewer each, and of each kind within it.
    """
    wanted = list(windows)
    rows = np.ones(len(incidents), dtype=bool)
    if covered is not None:
        _require_known(wanted, covered)
        return Covered(rows, [])
    who = publishers_of(incidents)
    cells = _cells(incidents, who)
    gaps = {name: gap for name, group in cells.groupby("who") if (gap := _find_gap(group, wanted))}
    sizes = cells.groupby("who")["n"].sum()
    if gaps and len(gaps) == len(sizes):
        largest: Any = sizes.idxmax()
        _refuse(str(largest), gaps[largest])
    rows &= ~who.isin(list(gaps)).to_numpy()
    said = [_say_gap(str(name), gap) for name, gap in gaps.items()]
    for name, group in cells[~cells["who"].isin(list(gaps))].groupby("who"):
        lacking = _kinds_lacking(group, wanted)
        for months, kinds in lacking.items():
            mine = incidents["category"].astype("str").isin(kinds) & who.eq(name)
            rows &= ~mine.to_numpy()
            said.append(f"{name} has no {' or '.join(kinds)} in {months}: {LEFT_OUT}")
    if said:
        may_say(SAID, False, why=" ".join(said))
    return Covered(rows, said)


def may_compare(counts: Iterable[float]) -> bool:
    """Let a change between two windows be said, where some record of either is left to compare."""
    return may_say(SAID, any(counts), why="no record of either period is left to compare")


def list_gaps(incidents: pd.DataFrame) -> dict[str, str]:
    """Months that some of the records hold and a source or force of them lacks, by its name.

    Its places are not quiet then: nothing is known of them.
    """
    return {name: say_runs(lost) for name, lost in list_lacking(incidents).items()}


def list_lacking(incidents: pd.DataFrame) -> dict[str, list[pd.Period]]:
    """Find the same months, not in words: a file is looked for by its month as 2019-07."""
    if not {"when", "window"} & set(incidents.columns):
        return {}
    cells = _cells(incidents, publishers_of(incidents))
    months = [pd.Period(ordinal=month, freq="M") for month in sorted(_held(cells))]
    found = {str(name): _missing(group, months) for name, group in cells.groupby("who")}
    return {name: lost for name, lost in found.items() if lost}


def keep_whole(incidents: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the sources and forces that lack a month the others hold; months need that."""
    gaps = list_gaps(incidents)
    if not gaps:
        return incidents, []
    kept = incidents[~publishers_of(incidents).isin(list(gaps))]
    said = [f"{name} has no records in {months}: left out of what is said of months." for name, months in gaps.items()]
    if kept.empty:
        raise InputError(
            "Every source or force lacks a month that another has, so months cannot be compared",
            given=" ".join(said),
            advice="records of one of them, or of the months that all have",
        )
    return kept, said


def _require_known(wanted: list[Window], covered: Any) -> None:
    known = read_windows(covered)
    gaps = [w for w in wanted if not any(k.holds(w) for k in known)]
    if gaps:
        raise InputError(
            f"The data do not wholly cover {name_windows(gaps)}",
            given=f"covered={name_windows(known)}",
            advice="another window, or covered= with what is complete",
        )


def _cells(incidents: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
    """Count records by who published them, kind and span; months are whole where only they are known."""
    spans = spans_of(incidents)
    kind = incidents["category"].astype("str") if "category" in incidents.columns else ""
    cells = spans.assign(
        who=who, kind=kind, n=incidents_per_row(incidents), monthly=(precision_of(incidents) == "month").to_numpy()
    )
    cells = cells[cells["n"] > 0].dropna()  # a row that stands for no incident shows nothing
    for name, at in (("start", cells["start"]), ("end", cells["end"] - pd.Timedelta(1, "us"))):
        cells[f"{name}_month"] = at.dt.year * 12 + at.dt.month - 1
        cells[f"{name}_day"] = at.dt.normalize()
    keys = ["who", "kind", "start_month", "end_month", "start_day", "end_day", "monthly"]
    return cells.groupby(keys, as_index=False, observed=True).agg(
        n=("n", "sum"), start=("start", "min"), end=("end", "max")
    )


def _find_gap(cells: pd.DataFrame, windows: list[Window]) -> _Gap | None:
    first, last = cells["start"].min(), cells["end"].max()
    slack = pd.Timedelta(0) if cells["monthly"].all() else _largest_gap(cells["start_day"])
    missing = _missing(cells, [month for window in windows for month in _months(window)])
    for window in windows:
        months = _months(window)
        short = window.start < first - slack or window.end > last + slack
        lacking = [m for m in months if m in missing]
        if short and not lacking:
            held = _held(cells)
            lacking = [m for m in months if m.ordinal not in held]
        if short or lacking:
            lacking = sorted({*lacking, *missing})
            return _Gap(window, lacking, f"{say_date(first)} to {say_date(last - pd.Timedelta(1, 'us'))}")
    return None


def _missing(cells: pd.DataFrame, asked: Iterable[pd.Period]) -> list[pd.Period]:
    """Months of those asked for without a record that chance would hardly leave empty."""
    held, months = _held(cells), sorted(set(asked))
    total = cells["n"].sum()
    if total / max(len(held), 1) >= DENSE:
        return [month for month in months if month.ordinal not in held]
    rate = total / max(len(held | {m.ordinal for m in months}), 1)
    runs: list[list[pd.Period]] = []
    for month in months:
        if month.ordinal in held:
            continue
        if runs and runs[-1][-1] + 1 == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [month for run in runs if rate * len(run) >= DENSE for month in run]


def _kinds_lacking(cells: pd.DataFrame, windows: list[Window]) -> dict[str, list[str]]:
    """Kinds with a gap in a window, by the months they lack; those in no window do not matter."""
    wanted = [month for window in windows for month in _months(window)]
    found: dict[str, list[str]] = {}
    for kind, group in cells.groupby("kind"):
        missing = _missing(group, wanted)
        if missing and {month.ordinal for month in wanted} & _held(group):
            found.setdefault(say_runs(missing), []).append(str(kind))
    return found


def _months(window: Window) -> list[pd.Period]:
    return list(pd.period_range(window.start, window.last_day, freq="M"))


def _held(cells: pd.DataFrame) -> set[int]:
    """Months with a record, as the ordinals of periods."""
    pairs = cells[["start_month", "end_month"]].drop_duplicates().to_numpy()
    return {month - 1970 * 12 for first, last in pairs for month in range(int(first), int(last) + 1)}


def _largest_gap(days: pd.Series) -> pd.Timedelta:
    gap = days.drop_duplicates().sort_values().diff().max()
    return pd.Timedelta(days=1) if pd.isna(gap) else gap


def _refuse(name: str, gap: _Gap) -> None:
    problem = f"{name} does not wholly cover the window {gap.window}"
    may_say(SAID, False, why=f"{problem}.")
    raise NotCoveredError(
        problem,
        given=f"records from {gap.held}" + (f"; no records in {say_runs(gap.months)}" if gap.months else ""),
        advice="another window, or covered='2016-07..2018-07' where you know the data are complete",
    )


def _say_gap(name: str, gap: _Gap) -> str:
    if not gap.months:
        return f"{name} has records from {gap.held} only: {LEFT_OUT}"
    months = say_runs(gap.months)
    return f"{name} has no records in {months}: {LEFT_OUT}"
