"""The windows of an assessment: response, baseline and selection, and whether they may be compared."""

from typing import Any, NamedTuple

import pandas as pd

from hotspots.change.compare_periods import same_months
from hotspots.checks import InputError, announce
from hotspots.common.when import precision_of, rows_in
from hotspots.common.windows import Window, join_windows, name_windows, read_window, read_windows, whole_months

DISTRUST = "Not to be trusted"
WHY_NOT = (
    "areas are chosen when they are high, so they come down by themselves, and a fall from that same "
    "period would be called a success without any response"
)


class Design(NamedTuple):
    """Which windows are compared, and which one the comparison areas are matched on."""

    baseline: Window  # before and during the response
    after: Window  # before and during the response
    match_on: list[Window]  # the earlier period whose counts choose the comparison areas
    distrust: str  # why the result is not to be trusted; "" where there is no such reason
    cautions: list[str]  # what the reader must know, distrust first


def design_windows(
    incidents: pd.DataFrame, *, start: Any, end: Any, baseline: Any, selected_on: Any, allow_overlap: bool
) -> Design:
    """Choose and check the windows of an assessment."""
    response = read_window((start, end))
    after = _countable(incidents, response)
    before = _countable(incidents, read_window(baseline)) if baseline is not None else same_months(after)
    if before.end > response.start:
        raise InputError(
            "The baseline must end before the response starts",
            given=f"baseline {before}, response from {response.start:%Y-%m-%d}",
            advice="a baseline of earlier months, best the same months a year before",
        )
    chosen = [] if selected_on is None else join_windows(read_windows(selected_on))
    distrust = _distrust(before, chosen, allow_overlap=allow_overlap)
    cautions = [f"{DISTRUST}: {distrust}."] if distrust else []
    cautions += _other_cautions(before, after, chosen)
    return Design(before, after, chosen or [_match_on(incidents, before)], distrust, cautions)


def _distrust(before: Window, chosen: list[Window], *, allow_overlap: bool) -> str:
    late = [w for w in chosen if w.end > before.start]
    if not late:
        return ""
    how = "overlaps" if any(w.overlaps(before) for w in late) else "comes before"
    problem = f"the baseline {before} {how} the period that selected the areas ({name_windows(late)})"
    if allow_overlap:
        return f"{problem}; {WHY_NOT}"
    raise InputError(
        problem[0].upper() + problem[1:],
        given=WHY_NOT,
        advice=f"a baseline that starts on or after {max(w.end for w in chosen):%Y-%m-%d}, areas chosen on "
        "an earlier period, or allow_overlap=True to see it with a warning",
    )


def _other_cautions(before: Window, after: Window, chosen: list[Window]) -> list[str]:
    said = []
    if before.calendar_months() != after.calendar_months():
        said.append(
            f"The windows are not the same calendar months ({before} and {after}), so the season may explain "
            "part of the change; the comparison areas allow for it as far as they share it."
        )
    if not chosen:
        said.append(
            "No selection period was stated: if counts had a part in choosing these areas, they may have "
            "come down by themselves."
        )
    return said


def _match_on(incidents: pd.DataFrame, before: Window) -> Window:
    earlier = before.earlier(1)
    return earlier if rows_in(incidents, earlier).any() else before


def _countable(incidents: pd.DataFrame, window: Window) -> Window:
    if not len(incidents) or not (precision_of(incidents) == "month").any():
        return window
    months = whole_months(window)
    if months is None:
        raise InputError(
            f"The window {window} holds no whole month, and the records are dated to the month",
            given=f"{window.days:g} days",
            advice="a response of at least one calendar month, or records with days",
        )
    if months != window:
        announce(f"The records are dated to the month: of {window}, the whole months {months} are counted.")
    return months
