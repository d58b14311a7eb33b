"""Numbers, dates and lists as a careful writer would put them: no "1 incidents", no bare percentage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hotspots.day_names import name_month
from hotspots.place_names import strip_near as strip_prefix

# A percentage on fewer than this many is not printed: one record more or less would move it too far.
SMALL_BASE = 20

_ACRONYMS = re.compile(r"\b(asb|cctv|csp|hmo|lap|lsoa|msoa|nhs|pcc|pspo|uk)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")


def clean_text(text: Any) -> str:
    r"""Text without the control characters that Word and XML refuse; None and NaN become "".

    Examples
    --------
    >>> clean_text("Boar\x00 Lane"), clean_text(None), clean_text(float("nan"))
    ('Boar Lane', '', '')
    """
    if text is None or text is pd.NA or text is pd.NaT or (isinstance(text, float) and math.isnan(text)):
        return ""
    return _CONTROL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def say_count(count: float, one: str, many: str | None = None) -> str:
    """Count and noun that agree.

    Examples
    --------
    >>> say_count(1, "crime"), say_count(1234, "crime"), say_count(0, "day of harm", "days of harm")
    ('1 crime', '1,234 crimes', 'no days of harm')
    """
    many = many or f"{one}s"
    whole = round(count)
    if whole == 0:
        return f"no {many}"
    return f"{whole:,} {one if whole == 1 else many}"


def say_share(part: float, whole: float, *, of: str = "") -> str:
    """Say a part of a whole with both counts; the percentage only on a base of 20 or more.

    Examples
    --------
    >>> say_share(39, 294), say_share(3, 7), say_share(3, 1200, of="crimes")
    ('39 of 294 (13%)', '3 of 7', '3 of 1,200 crimes (0.2%)')
    """
    noun = f" {of}" if of else ""
    said = f"{round(part):,} of {round(whole):,}{noun}"
    return f"{said} ({say_percentage(part / whole)})" if whole >= SMALL_BASE else said


def say_percentage(fraction: float) -> str:
    """Say a fraction as a percentage, with one decimal below 2%.

    Examples
    --------
    >>> say_percentage(0.1327), say_percentage(0.0021), say_percentage(0.0001)
    ('13%', '0.2%', 'under 0.1%')
    """
    percent = 100 * fraction
    if 0 < percent < 0.1:
        return "under 0.1%"
    return f"{percent:.1f}%" if 0 < percent < 2 else f"{percent:.0f}%"


def say_list(words: Iterable[str]) -> str:
    """Words in a row, the last with "and".

    Examples
    --------
    >>> say_list(["a"]), say_list(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def say_months(months: Sequence[pd.Period]) -> str:
    """Months in words: each by name up to four, then first and last, with what is missing between.

    Examples
    --------
    >>> say_months([pd.Period("2017-07", "M"), pd.Period("2018-07", "M")])
    'July 2017 and July 2018'
    >>> say_months(list(pd.period_range("2017-07", "2018-06", freq="M")))
    'July 2017 to June 2018 (12 months)'
    """
    ordered = sorted(set(months))
    if not ordered:
        return "no months"
    span = (ordered[-1] - ordered[0]).n + 1
    ends = f"{name_month(ordered[0])} to {name_month(ordered[-1])}"
    if len(ordered) == span > 2:
        return f"{ends} ({span} months)"
    if len(ordered) <= 4:
        return say_list(name_month(month) for month in ordered)
    return f"{ends} ({len(ordered)} of the {span} months are in the data)"


def start_sentence(text: str) -> str:
    """Text with its first letter made large, the rest left alone."""
    return text[:1].upper() + text[1:]


def start_small(text: str) -> str:
    """Text for the middle of a sentence: a small first letter, but for acronyms and names of several words.

    Examples
    --------
    >>> start_small("Violence and sexual offences"), start_small("Community safety officer")
    ('violence and sexual offences', 'community safety officer')
    >>> start_small("ASB case officer"), start_small("A&E manager"), start_small("Leeds City Council")
    ('ASB case officer', 'A&E manager', 'Leeds City Council')
    """
    first, *others = (text := clean_text(text)).split(" ", 1)
    # a second large letter, a digit or a sign makes a word an acronym or a name, "A" and "I" aside
    acronym = any(letter.isupper() or not letter.isalpha() for letter in first.rstrip(",;:.")[1:])
    name = any(word[:1].isupper() and not word[1:2].isupper() for word in " ".join(others).split()[:1])
    return text if acronym or name or first == "I" else text[:1].lower() + text[1:]


def name_key(key: str) -> str:
    """Key of a configuration or a column as people read it: no underscores, acronyms in capitals.

    Examples
    --------
    >>> name_key("asb_cases"), name_key("night-time economy"), name_key("LAP board")
    ('ASB cases', 'Night time economy', 'LAP board')
    """
    words = key.replace("-", " ").replace("_", " ")
    return start_sentence(_ACRONYMS.sub(lambda found: found[0].upper(), words))


def strip_near(place: Any) -> str:
    """Street name without police.uk's "On or near ".

    Examples
    --------
    >>> strip_near("On or near Boar Lane")
    'Boar Lane'
    """
    text = strip_prefix(clean_text(place))
    return "" if text == "No Location" else text
