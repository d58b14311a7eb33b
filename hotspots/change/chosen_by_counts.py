"""Whether a change may be shown for places that were chosen by their own counts."""

from typing import Any

from hotspots.common.judgement_words import NOT_COMPARED
from hotspots.common.windows import Window, join_windows, name_windows, read_window, read_windows

NOT_KNOWN = "not known"  # in place of a period: it may have been any
_EQUAL = 0.1  # windows whose lengths differ by less than this share count as equally long


def explain_no_arrow(selected_on: Any, *, before: Any, after: Any) -> str:
    """Say why no change may be shown for places chosen on some period; "" where it may.

    Places are chosen for being high, so they look worse than before in the months that chose them and
    better in the next, without anything having changed.

    Parameters
    ----------
    selected_on : window, list of windows or None
        The period whose counts chose the places (see `hotspots.common.windows.read_window`); None means
        that counts had no part in choosing them, as with wards; "not known" that they may have had.
    before, after : window
        The two windows compared.

    Returns
    -------
    str
        "" where the places were chosen on both windows alike, or on data earlier than both.

    Examples
    --------
    >>> explain_no_arrow(["2017-07", "2018-07"], before="2017-07", after="2018-07")
    ''
    >>> explain_no_arrow("2016-07", before="2017-07", after="2018-07")
    ''
    >>> explain_no_arrow("2018-07", before="2017-07", after="2018-07")
    'not compared: these places were chosen on July 2018, which is in only one of the two windows compared'
    """
    if selected_on is None:
        return ""
    if isinstance(selected_on, str) and selected_on == NOT_KNOWN:
        return f"{NOT_COMPARED}: it is not known which period's counts chose these places"
    chosen, first, second = read_windows(selected_on), read_window(before), read_window(after)
    if all(w.end <= min(first.start, second.start) for w in chosen):
        return ""
    said = f"{NOT_COMPARED}: these places were chosen on {name_windows(join_windows(chosen))}"
    on_first, on_second = _covered(first, chosen), _covered(second, chosen)
    if on_first and on_second:
        longer = max(first.days, second.days)
        if abs(first.days - second.days) <= _EQUAL * longer:
            return ""
        return f"{said}, most of which lies in the longer of the two windows compared"
    touched = [any(w.overlaps(window) for w in chosen) for window in (first, second)]
    if all(touched):
        return f"{said}, which holds only part of the two windows compared"
    if any(touched):
        return f"{said}, which is in only one of the two windows compared"
    return f"{said}, which is not earlier than both windows compared"


def _covered(window: Window, chosen: list[Window]) -> bool:
    """Whether the windows, which come in order of time, hold every moment of this one between them."""
    reached = window.start
    for part in chosen:
        if part.start <= reached < part.end:
            reached = part.end
    return reached >= window.end
