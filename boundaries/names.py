"""Match names of areas that are written in different ways."""

import re
from typing import Any

import geopandas as gpd

from hotspots.checks import InputError, closest_name


def fold_name(name: str) -> str:
    """Name as it is compared: "&" and "and", case, spaces and punctuation make no difference.

    Examples
    --------
    >>> fold_name("Adel & Wharfedale") == fold_name("ADEL AND  WHARFEDALE")
    True
    """
    words = re.findall(r"\w+", name.casefold().replace("&", " and ").replace("'", ""))
    return " ".join(word for word in words if word != "and")


def find_area(areas: gpd.GeoDataFrame, name: str, *, layer: str) -> Any:
    """Row of the one area of that name (as `fold_name` compares them) or code."""
    names, codes = areas["name"].astype(str), areas["code"].astype(str)
    found = areas[names.map(fold_name).eq(fold_name(name))]
    if len(found) != 1 and codes.eq(name).any():
        found = areas[codes.eq(name)]
    if len(found) > 1:
        several = ", ".join(found["code"].astype(str))
        raise InputError(
            f"Several areas of the layer '{layer}' have this name", given=name, advice=f"one of their codes: {several}"
        )
    if found.empty:
        near = closest_name(name, names)
        raise InputError(
            f"There is no such area in the layer '{layer}'",
            given=name,
            advice=near or ", ".join(sorted(names)[:5]) + " ...",
        )
    return found.iloc[0]
