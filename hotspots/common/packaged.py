"""The data files that come with the package: weights, layouts, crosswalks, indicators."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import InputError, closest_name, read_own_table


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


def read_named(given: Any, *folders: str, what: str, **csv: Any) -> pd.DataFrame:
    """Read a table given as it is, by the name of one in a folder of the package's, or as a CSV file."""
    if isinstance(given, pd.DataFrame):
        return given.copy()
    known = list_packaged(*folders)
    if str(given) in known:
        return packaged_table(*folders, str(given), **csv)
    if Path(given).is_file():
        return read_own_table(given, what=f"The {what}", keep_default_na=False, **csv)
    advice = closest_name(str(given), known) or f"a CSV file, or one of {', '.join(known)}"
    raise InputError(f"There is no such {what}", given=str(given), advice=advice)


def _packaged(*parts: str) -> Any:
    return resources.files("hotspots").joinpath("data", *parts)
