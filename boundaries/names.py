"""Match names of areas that are written in different ways."""

from __future__ import annotations

import re


def fold_name(name: str) -> str:
    """Name as it is compared: "&" and "and", case, spaces and punctuation make no difference.

    Examples
    --------
    >>> fold_name("Adel & Wharfedale") == fold_name("ADEL AND  WHARFEDALE")
    True
    """
    words = re.findall(r"\w+", name.casefold().replace("&", " and ").replace("'", ""))
    return " ".join(word for word in words if word != "and")
