"""The data files that come with the package: weights, layouts, crosswalks, indicators."""

from __future__ import annotations

from importlib import resources


def list_packaged(*folders: str, ending: str = ".csv") -> list[str]:
    """Names of the data files in a folder of the package, without their ending, in alphabetical order.

    Examples
    --------
    >>> "police.uk" in list_packaged("layouts", ending=".toml")
    True
    """
    found = resources.files("hotspots").joinpath("data", *folders).iterdir()
    return sorted(file.name.removesuffix(ending) for file in found if file.name.endswith(ending))
