"""What changed between two windows: counts, rates, intervals, the comparator, and one line of words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspots.change._recording_changes import find_recording_changes
from hotspots.change.chosen_by_counts import explain_no_arrow
from hotspots.change.one_judgement import COLUMNS, judge_changes, mark_records, point_arrows
from hotspots.checks import InputError, announce, on_index, require_columns
from hotspots.common.change_words import say_between, write_between, write_change
from hotspots.common.harm_terms import split_harm
from hotspots.common.judgement_words import FALL, LEVEL, NOT_COMPARED, RISE, say_close, say_seen
from hotspots.common.places import incidents_per_row
from hotspots.common.when import rows_in
from hotspots.common.windows import Window, read_window
from hotspots.common.wording import SMALL_BASE
from hotspots.reading.covered import find_covered, may_compare
from hotspots.statistics.two_counts import rate_ratio, typical_dispersion, visible_change

AIMS = ("fewer", "more", "either")
BLANKED = ["ratio", "low", "high", "percent", "points", "p", "q", "points_beside", "ratio_beside"]
_LIKE_FOR_LIKE = {"category", "source"}


def compare_periods(
    incidents: pd.DataFrame,
    *,
    after: Any,
    before: Any = None,
    by: str | Sequence[str] | pd.Series | None = None,
    selected_on: Any = None,
    comparator: pd.DataFrame | tuple[float, float] | None = None,
    direction: str = "fewer",
    dispersion: float | None = None,
    covered: Any = None,
    as_of: Any = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare two windows of time, for everything or per hotspot, area, category or source.

    Parameters
    ----------
    incidents : DataFrame
        Incidents, or places with a column ``incidents`` and ``when`` or ``window``.
    after : window
        The later window: "2018-07", "2023/24", "year to date" (see `hotspots.common.windows.read_window`).
    before : window, optional
        None means the same calendar months, as many years earlier as needed.
    by : str, list of str, Series or array, optional
        Column(s), or labels on the index of ``incidents`` or in their order (from `assign_hotspots`; <NA> is
        left out). None compares all rows as one.
    selected_on : window or list of windows, optional
        The period whose counts chose the groups. State it for hotspots; None is for wards, categories.
    comparator : DataFrame or (before, after), optional
        The district or force to stand beside; None means all the records given. For categories and
        sources the same category or source of it.
    direction : str
        What is hoped for: "fewer", "more" (after a reporting campaign) or "either".
    dispersion : float, optional
        How much wider than Poisson counts vary; None estimates it from the groups, where there are 10.
    covered : window or list of windows, optional
        What the records are known to cover; None means find out.
    as_of : date, optional
        Last day of the data, for windows "to date".
    level : float
        Level of the intervals; a change is clear where q is below 1 − level.

    Returns
    -------
    DataFrame
        One row per group: counts ``before`` and ``after``, ``per_day_...``, rate ``ratio`` with ``low``
        and ``high``, ``percent`` (per cent of the rate before), ``share_...`` of all rows (0 to 1)
        and ``points`` (their difference in percentage points), ``p``, ``q``, ``comparator_...``,
        ``points_beside`` (percentage points between the two percentages), ``ratio_beside``, ``arrow``
        ("up", "down", "level", ""), ``no_arrow`` (why not) and ``words``. With ``harm``: its totals, and in
        ``own_harm_...`` those of records that no index weighs, at the weight given them (ASB).
        ``attrs``: the windows, the dispersion, ``whole`` (a sentence on all the rows together) and
        ``warnings``, the first of which (``gaps`` of them) name the sources, forces and kinds that are left
        out because they lack a month (`hotspots.reading.covered.find_covered`).

    Raises
    ------
    InputError
        When no source or force wholly covers the windows, one cuts a month of monthly records or cannot be
        read, or the earlier does not end before the later starts.

    Notes
    -----
    E-test in its score form (Krishnamoorthy and Thomson 2004), or its normal limit where counts are
    many or dispersion is above 1; Benjamini and Hochberg (1995) over the groups. Within
    `hotspots.change.one_judgement.one_judgement`, records that were judged before keep their judgement.

    Examples
    --------
    >>> months = pd.to_datetime(["2017-07-01"] * 40 + ["2018-07-01"] * 22)
    >>> frame = pd.DataFrame({"when": months, "precision": "month"})
    >>> found = compare_periods(frame, after="2018-07")
    >>> found[["before", "after", "percent"]].iloc[0].tolist()
    [40.0, 22.0, -45.0]
    >>> found["words"].iloc[0]
    'from 40 to 22 (18 fewer) between July 2017 and July 2018: a clear fall'
    """
    if direction not in AIMS:
        raise InputError("The direction is not known", given=direction, advice=", ".join(AIMS))
    second, first = compare_windows(after, before, as_of=as_of)
    keys = _keys(incidents, by)
    like = find_covered(incidents, [first, second], covered=covered)
    if like.gaps:
        incidents = incidents[like.rows]
        keys = [key[like.rows] for key in keys] if isinstance(keys, list) else keys[like.rows]
    table, everyone = _count_groups(incidents, keys, first, second)
    mark = table.attrs["mark"]
    table = _rate(table, everyone, first, second)
    spread = typical_dispersion(table["before"], table["after"]) if dispersion is None else float(dispersion)
    # kinds and sources differ by more than chance, so that what they vary by is no noise of the whole
    noise = spread if dispersion is not None or not isinstance(by, (str, list)) else 1.0
    whole = say_whole(everyone, first, second, direction=direction, level=level, dispersion=noise, mark=mark)
    reason = explain_no_arrow(selected_on, before=first, after=second)
    # what is not told decides nothing elsewhere
    table = _test(table.assign(marks=None) if reason else table, (first, second), spread, level)
    table = _beside(table, _comparator(comparator, by, everyone, first, second), first, second)
    if not may_compare(everyone):
        whole, reason = "", f"{NOT_COMPARED}: no record of either period is left"
    seen = see_changes(table, first, second, direction=direction, level=level)
    said = _Saying(first, second, reason, direction, by is None)
    table = said.add_words(table, seen, alpha=1 - level)
    table.attrs = {"before": str(first), "after": str(second), "dispersion": spread}
    sources = incidents["source"] if "source" in incidents.columns else pd.Series(dtype="str")
    if len(sources.unique()) > 1:
        whole = f"{whole} {say_apart(_count_groups(incidents, sources, first, second)[0])}".strip()
    table.attrs["whole"] = whole
    table.attrs["gaps"] = len(like.gaps)
    table.attrs["warnings"] = [*like.gaps, *_warnings(incidents, first, second)]
    for warning in table.attrs["warnings"]:
        announce(warning)
    return table


def compare_windows(after: Any, before: Any = None, *, as_of: Any = None) -> tuple[Window, Window]:
    """Read the later and the earlier window; None means the same calendar months, years before."""
    second = read_window(after, as_of=as_of)
    first = read_window(before, as_of=as_of) if before is not None else same_months(second)
    if first.end > second.start:
        raise InputError(
            "The earlier window must end before the later one starts",
            given=f"before {first}, after {second}",
            advice="two windows apart, the earlier as before",
        )
    return second, first


def same_months(after: Window) -> Window:
    """Return the same calendar dates of the nearest earlier year that ends before the window starts."""
    years = int(np.ceil((after.end - after.start) / pd.Timedelta(days=366)))
    before = after.earlier(years)
    return before if before.end <= after.start else after.earlier(years + 1)


def _keys(incidents: pd.DataFrame, by: Any) -> Any:
    if by is None:
        return pd.Series("all records", index=incidents.index, name="group")
    if isinstance(by, (pd.Series, pd.Index, np.ndarray, pd.api.extensions.ExtensionArray)):
        return on_index(by, incidents.index, what="The labels", advice="by=assign_hotspots(incidents, spots)")
    columns = [by] if isinstance(by, str) else list(by)
    require_columns(incidents, columns, what="incidents")
    return incidents[columns[0]] if len(columns) == 1 else [incidents[column] for column in columns]


def _count_groups(
    incidents: pd.DataFrame, keys: Any, first: Window, second: Window
) -> tuple[pd.DataFrame, tuple[float, float]]:
    counts = incidents_per_row(incidents)
    inside = {"before": rows_in(incidents, first), "after": rows_in(incidents, second)}
    columns: dict[str, Any] = {name: np.where(mask, counts, 0) for name, mask in inside.items()}
    for term, harm in split_harm(incidents).items():
        columns |= {f"{term}_{name}": np.where(mask, harm, 0.0) for name, mask in inside.items()}
    either = (inside["before"] | inside["after"]) & (counts > 0)
    columns["marks"] = np.where(either, mark_records(incidents), np.uint64(0))
    frame = pd.DataFrame(columns, index=incidents.index)
    table = frame.groupby(keys, observed=True, sort=True).sum().astype({"before": "int64", "after": "int64"})
    table.attrs["mark"] = frame["marks"].sum()
    return table, (float(frame["before"].sum()), float(frame["after"].sum()))


def _rate(table: pd.DataFrame, everyone: tuple[float, float], first: Window, second: Window) -> pd.DataFrame:
    table = table.copy()
    for name, window, total in (("before", first, everyone[0]), ("after", second, everyone[1])):
        table[f"days_{name}"] = window.days
        table[f"per_day_{name}"] = table[name] / window.days
        table[f"share_{name}"] = table[name] / total if total else np.nan
    table["points"] = 100 * (table["share_after"] - table["share_before"])
    return table


def _test(table: pd.DataFrame, windows: tuple[Window, Window], spread: float, level: float) -> pd.DataFrame:
    pair = table["before"], table["after"]
    table["ratio"], _, _ = rate_ratio(*pair, days_before=windows[0].days, days_after=windows[1].days)
    with np.errstate(invalid="ignore"):
        table["percent"] = (100 * (table["ratio"] - 1)).round(10)
    marks = table.pop("marks")
    judged = judge_changes(*pair, windows, dispersion=spread, level=level, marks=None if marks.isna().all() else marks)
    return table.assign(**{name: judged[name].to_numpy() for name in COLUMNS})


def _comparator(given: Any, by: Any, everyone: tuple[float, float], first: Window, second: Window) -> Any:
    if given is None:
        return everyone
    if not isinstance(given, pd.DataFrame):
        before, after = (float(count) for count in given)
        return before, after
    given = given[find_covered(given, [first, second]).rows]
    alike = isinstance(by, str) and by in _LIKE_FOR_LIKE and by in given.columns
    table, total = _count_groups(given, _keys(given, by if alike else None), first, second)
    return table if alike else total


def _beside(table: pd.DataFrame, beside: Any, first: Window, second: Window) -> pd.DataFrame:
    for i, name in enumerate(("before", "after")):
        column = beside[name].reindex(table.index) if isinstance(beside, pd.DataFrame) else beside[i]
        table[f"comparator_{name}"] = column
        table[f"comparator_{name}"] = table[f"comparator_{name}"].astype(float)
    ratio, _, _ = rate_ratio(
        table["comparator_before"], table["comparator_after"], days_before=first.days, days_after=second.days
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        table["comparator_percent"] = (100 * (ratio - 1)).round(10)
        table["points_beside"] = (table["percent"] - table["comparator_percent"]).round(10)
        table["ratio_beside"] = table["ratio"] / ratio
    return table


def see_changes(
    judged: pd.DataFrame, first: Window, second: Window, *, direction: str, level: float = 0.95
) -> list[str]:
    """Say for each count judged whether it came close, and what true change its way could have been seen."""
    options: dict[str, Any] = {"days_before": first.days, "days_after": second.days, "level": level}
    options |= {"dispersion": judged["dispersion"], "places": judged["together"]}
    could: dict[str, list[str]] = {}
    for move in ("fall", "rise"):
        ways = (visible_change(judged["before"], power=p, rise=move == "rise", **options) for p in (0.8, 0.5))
        could[move] = [say_seen(*pair, move=move) for pair in zip(*ways, strict=True)]
    middle = judged["low"] * judged["high"]  # the square of the ratio
    aim = "rise" if direction == "more" else "fall"
    moves = np.where(middle > 1 + 1e-9, "rise", np.where(middle < 1 - 1e-9, "fall", aim))
    seen = [could[str(move)][i] for i, move in enumerate(moves)]
    alone = ((judged["low"] > 1) | (judged["high"] < 1)) & (judged["together"] > 1)
    close = [f"{say_close(n)}; " if near else "" for n, near in zip(judged["together"], alone, strict=True)]
    return [before + said for before, said in zip(close, seen, strict=True)]


def say_whole(
    counts: tuple[float, float],
    first: Window,
    second: Window,
    *,
    direction: str = "fewer",
    level: float = 0.95,
    dispersion: float = 1.0,
    mark: Any = None,
) -> str:
    """Say the change of all the rows together, judged alone (or as they were before: ``mark`` says which).

    Examples
    --------
    >>> say_whole((100, 160), read_window("2017-07"), read_window("2018-07"))
    'All the records: from 100 to 160 (60 more) between July 2017 and July 2018: a clear rise.'
    """
    marks = None if mark is None else [mark]
    sides = [counts[0]], [counts[1]]
    judged = judge_changes(*sides, (first, second), dispersion=dispersion, level=level, marks=marks)
    arrow = str(point_arrows(judged, [counts[1] / second.days > counts[0] / first.days], alpha=1 - level)[0])
    told = write_between(*counts, first, second, compared=False)
    judged = judged.assign(before=sides[0])
    seen = see_changes(judged, first, second, direction=direction, level=level)[0]
    outcome = say_outcome(arrow, direction) + (f" ({seen})" if arrow == "level" else "")
    return f"All the records: {told}{say_between(first, second)}: {outcome}."


def say_apart(counts: pd.DataFrame) -> str:
    """Say in one sentence which sources rise while others fall; "" where they go one way, or are small."""
    small = ((counts > 0) & (counts < SMALL_BASE)).to_numpy().any()  # which the others would give back
    known = counts[counts.min(axis=1) >= SMALL_BASE]
    signs = np.sign(known["after"] - known["before"])
    if small or not ({1, -1} <= set(signs)):
        return ""
    listed = ", ".join(
        f"{name} {write_change(row['before'], row['after'], compared=False).partition(' (')[0]}"
        for name, row in known.iterrows()
    )
    return f"The sources move apart, so read them together: {listed}."


class _Saying(NamedTuple):
    """What the words of each comparison of a table need besides its numbers."""

    first: Window
    second: Window
    reason: str
    direction: str
    alone: bool

    def add_words(self, table: pd.DataFrame, seen: list[str], *, alpha: float) -> pd.DataFrame:
        """Add the arrow, why there is none, and the words."""
        none = (table["before"] + table["after"] == 0).to_numpy()
        arrows = point_arrows(table, table["ratio"] > 1, alpha=alpha)
        arrows = np.where(none | bool(self.reason), "", arrows)
        table = table.drop(columns=["dispersion", "together"])
        if self.reason:
            table[BLANKED] = np.nan
        nothing = f"none recorded{say_between(self.first, self.second)}"
        reasons = [self.reason or (nothing if empty else "") for empty in none]
        rows = zip(table.to_dict("records"), arrows, seen, reasons, strict=True)
        words = [nothing if why == nothing else self._words(row, arrow, saw, why) for row, arrow, saw, why in rows]
        for name, texts in (("arrow", arrows), ("no_arrow", reasons), ("words", words)):
            table[name] = pd.Series(texts, index=table.index, dtype="str")
        return table

    def _words(self, row: Mapping[Any, Any], arrow: str, seen: str, reason: str) -> str:
        windows = self.first, self.second
        if reason:
            return f"{row['before']:,.0f} in {self.first}, {row['after']:,.0f} in {self.second}; {reason}"
        compared = not self.alone or row["comparator_before"] != row["before"]
        counts = write_between(row["before"], row["after"], *windows, compared=compared)
        could = f" ({seen})" if arrow == "level" else ""
        told = f"{counts}{say_between(*windows)}: {say_outcome(arrow, self.direction)}{could}"
        if not compared:
            return told
        return f"{told}; beside it {write_between(row['comparator_before'], row['comparator_after'], *windows)}"


def say_outcome(arrow: str, direction: str) -> str:
    """Say what an arrow means for what is hoped for.

    Examples
    --------
    >>> say_outcome("up", "more")
    'a clear rise, as was aimed for'
    """
    if arrow == "level":
        return LEVEL
    change = RISE if arrow == "up" else FALL
    if direction == "either":
        return f"{change}, neither called better nor worse"
    if direction == "more":
        return f"{change}, {'as was aimed for' if arrow == 'up' else 'against the aim'}"
    return change


def _warnings(incidents: pd.DataFrame, first: Window, second: Window) -> list[str]:
    found = []
    if first.calendar_months() != second.calendar_months():
        found.append(f"{first} and {second} are not the same calendar months: the season may explain the change.")
    return found + find_recording_changes(incidents, before=first, after=second)
