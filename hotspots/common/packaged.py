"""The data files that come with the package: weights, layouts, crosswalks, indicators."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pandas as pd


def list_packaged(*folders: str, ending: str = ".csv") -> list[str]:
    """Names of the data files in a folder of the package, without their ending, in alphabetical order.

    Examples
    --------
    >>> "police.uk" in list_packaged("layouts", ending=".toml")
    True
    """
    found = resources.files("hotspots").joinpath("data", *folders).iterdir()
    return sorted(file.name.removesuffix(ending) for file in found if file.name.endswith(ending))


def packaged_toml(*parts: str) -> dict[str, Any]:
    """Content of a TOML file of the package.

    Examples
    --------
    >>> packaged_toml("layouts", "police.uk")["unit"]
    'crime'
    """
    *folders, name = parts
    return tomllib.loads(_packaged(*folders, f"{name}.toml").read_text("utf-8"))


def packaged_table(*parts: str, **options: Any) -> pd.DataFrame:
    """Table of a CSV file of the package; blanks are blanks, and ``options`` go to `pandas.read_csv`."""
    *folders, name = parts
    with _packaged(*folders, f"{name}.csv").open("rb") as handle:
        table: pd.DataFrame = pd.read_csv(handle, keep_default_na=False, **options)
    return table


def _packaged(*parts: str) -> Any:
    return resources.files("hotspots").joinpath("data", *parts)
