"""Names and text as a careful writer would put them; numbers, lists and dates are in `common.wording`."""

import math
import re
from typing import Any

import pandas as pd

from hotspots.common.place_names import strip_near as strip_prefix

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


def start_sentence(text: str) -> str:
    """Text with its first letter made large, the rest left alone."""
    return text[:1].upper() + text[1:]


def start_small(text: str) -> str:
    """Text for the middle of a sentence: small at first, but for acronyms and names of several words."""
    first, *others = (text := clean_text(text)).split(" ", 1)
    # a second large letter, a digit or a sign makes a word an acronym or a name, "A", "I" and "Anti-" aside
    acronym = any(letter.isupper() or not (letter.isalpha() or letter in "-/") for letter in first.rstrip(",;:.")[1:])
    name = any(word[:1].isupper() and not word[1:2].isupper() for word in " ".join(others).split()[:1])
    return text if acronym or name or first == "I" else text[:1].lower() + text[1:]


def name_key(key: str) -> str:
    """Key of a configuration or a column as people read it: no underscores, acronyms in capitals."""
    words = key.replace("-", " ").replace("_", " ")
    return start_sentence(_ACRONYMS.sub(lambda found: found[0].upper(), words))


def strip_near(place: Any) -> str:
    """Street name without police.uk's "On or near "."""
    text = strip_prefix(clean_text(place))
    return "" if text == "No Location" else text
