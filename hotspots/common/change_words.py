"""A change between two counts in words: as a number, in percent only where the base bears it."""

from typing import TYPE_CHECKING

from hotspots.common.judgement_words import SAME
from hotspots.common.windows import Window
from hotspots.common.wording import SMALL_BASE, say_number, say_percentage

if TYPE_CHECKING:
    pass

_ALIKE = 0.015  # a leap year's first quarter counts as long as another's; February and March do not


def write_change(before: float, after: float, *, compared: bool = True) -> str:
    """Write two counts as a change: the counts always, a percentage only on a base of 20 or more."""
    counts = _say_pair(before, after)
    if not compared:
        return counts + (f" ({_more(after - before)})" if after != before else "")
    if before < SMALL_BASE:
        return counts
    return f"{counts} ({_as_percent(after / before)})"


def write_between(before: float, after: float, first: Window, second: Window, *, compared: bool = True) -> str:
    """Write two counts as a change between two windows; by the day where these differ in length.

    Examples
    --------
    >>> from hotspots.common.windows import read_window
    >>> write_between(310, 280, read_window("2018-01"), read_window("2018-02"))
    'from 310 to 280 (windows of different length: 10.00 to 10.00 a day, no change)'
    """
    if as_long(first, second):
        return write_change(before, after, compared=compared)
    rates = [count / window.days for count, window in ((before, first), (after, second))]
    told = f"{rates[0]:.2f} to {rates[1]:.2f} a day"
    if compared and before >= SMALL_BASE:
        told += f", {_as_percent(rates[1] / rates[0])}"
    return f"{_say_pair(before, after)} (windows of different length: {told})"


def say_between(first: object, second: object) -> str:
    """Name two windows in a sentence: two that span months each would read "between X to Y and Z to W".

    Examples
    --------
    >>> say_between("July 2017", "July 2018")
    ' between July 2017 and July 2018'
    >>> say_between("July 2016 to June 2017", "July 2017 to June 2018")
    ', July 2016 to June 2017 beside July 2017 to June 2018'
    """
    if " to " in f"{first} {second}":
        return f", {first} beside {second}"
    return f" between {first} and {second}"


def as_long(first: Window, second: Window) -> bool:
    """Whether two windows are as good as equally long, so that their counts compare as they stand."""
    return abs(first.days - second.days) <= _ALIKE * max(first.days, second.days)


def _say_pair(before: float, after: float) -> str:
    return f"from {say_number(round(before))} to {say_number(round(after))}"


def _as_percent(ratio: float) -> str:
    moved = round(ratio - 1, 9)
    return f"{'up' if moved > 0 else 'down'} {say_percentage(abs(moved))}" if moved else SAME


def _more(value: float) -> str:
    return f"{say_number(round(abs(value)))} {'more' if value >= 0 else 'fewer'}"
