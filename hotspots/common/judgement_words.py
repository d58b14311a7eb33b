"""The words that judge, each with where it may stand and what it needs; documents take theirs from here."""

from typing import NamedTuple

import numpy as np

from hotspots.common.wording import say_number, say_percentage

RISE, FALL, LEVEL, SAME = "a clear rise", "a clear fall", "no clear change", "no change"
NOT_COMPARED = "not compared"
MORE, FEWER = "more than expected", "fewer than expected"
UNCLEAR = "no clear change beyond the comparison areas"
NO_VERDICT = "no comparison is possible"
GROWING, FALLING = "growing", "falling"
NEW, GONE = "new since the last list", "gone since the last list"
AGAIN = "found again"
NOT_TOLD = "no change is shown"
TRENDS = PERSISTENT, EMERGING, FORMER, INTERMITTENT, NO_TREND = (
    *("persistent", "emerging", "former", "intermittent"),
    "none",
)


class Word(NamedTuple):
    """Where a word may stand, and what it needs."""

    where: str
    needs: str


_CHANGE = "sentences on two periods: board pages, maps, tables, packs, plans"
_CLEAR = (
    "q below 0.05 over all rows of its table, both periods covered by every source, force and kind counted, "
    "and places that were not chosen on one of the two alone"
)
_VERDICT = "the verdict of an assessment"
_TREND = "lists, maps and plans of ten months or more"
_HOT = "ten months without a gap, and the ground's own rate in each"

WORDS = {
    RISE: Word(_CHANGE, _CLEAR),
    FALL: Word(_CHANGE, _CLEAR),
    LEVEL: Word(_CHANGE, "the same, with q of 0.05 or more; what could have been seen stands beside it"),
    SAME: Word(_CHANGE, "two equal counts, or rates"),
    NOT_COMPARED: Word(_CHANGE, "the reason beside it"),
    NOT_TOLD: Word(_CHANGE, "no two periods that can be compared, and the reason beside it"),
    GROWING: Word("the first page of a pack", _CLEAR),
    FALLING: Word("the first page of a pack", _CLEAR),
    NEW: Word("the first page of a pack", "the list before, and a place that overlaps none of it by half"),
    GONE: Word("the first page of a pack", "the list before, and a place of it that no hotspot overlaps by half"),
    MORE: Word(_VERDICT, "an interval, widened by what areas without a response do, that lies above the comparison"),
    FEWER: Word(_VERDICT, "an interval, widened by what areas without a response do, that lies below the comparison"),
    UNCLEAR: Word(_VERDICT, "an interval that holds the comparison; what could have been seen stands first"),
    NO_VERDICT: Word(_VERDICT, "a count of nothing on one side"),
    AGAIN: Word("maps and plans", "re-runs with other settings: resamples, radii, origins, months left out"),
    PERSISTENT: Word(_TREND, f"hot in four fifths of the months; {_HOT}"),
    EMERGING: Word(_TREND, f"hot in a tenth of the latest fifth of the months and under a tenth before; {_HOT}"),
    FORMER: Word(_TREND, f"hot in a tenth of the months before the latest fifth, and under a tenth in it; {_HOT}"),
    INTERMITTENT: Word(_TREND, f"hot in a tenth of the months; {_HOT}"),
    NO_TREND: Word(_TREND, f"hot in fewer; {_HOT}"),
}


def say_close(together: float) -> str:
    """Say why a change that would be called one by itself is not, among many.

    Examples
    --------
    >>> say_close(12)
    'by itself it would be called one, but among 12 compared together chance may make one as marked'
    """
    among = f"among {say_number(together)} compared together"
    return f"by itself it would be called one, but {among} chance may make one as marked"


def say_seen(likely: float, half: float, *, move: str = "fall") -> str:
    """Say what a comparison could have seen at all."""
    if not np.isfinite(half):
        return f"counts as small as these could show no {move}, however large"
    if not np.isfinite(likely):
        return (
            f"a true {move} of {say_percentage(half)} would be called a {move} half the time, and none four "
            "times in five"
        )
    return (
        f"a true {move} of {say_percentage(likely)} would be called a {move} four times in five, one of "
        f"{say_percentage(half)} half the time"
    )
