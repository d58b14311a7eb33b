"""Layouts: which column of a source's file means what, kept as TOML data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hotspots.checks import InputError, closest_name

REQUIRED = ("when", "category", "x", "y")


@dataclass(frozen=True)
class Layout:
    """Where each meaning stands in a source's file."""

    name: str
    source: str
    unit: str
    columns: Mapping[str, str]
    kind: str
    crs: str
    formats: tuple[str, ...]
    precision: str
    skip: tuple[str, ...] = ()


def list_layouts() -> list[str]:
    """Names of the layouts that come with the package.

    Examples
    --------
    >>> "police.uk" in list_layouts()
    True
    """
    folder = resources.files("hotspots") / "layouts"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))


def load_layout(layout: str) -> Layout:
    """Layout by its name.

    Raises
    ------
    InputError
        When there is no such layout; names the nearest.
    """
    known = list_layouts()
    if layout not in known:
        raise InputError(
            "There is no such layout", given=layout, advice=closest_name(layout, known) or ", ".join(known)
        )
    text = (resources.files("hotspots") / "layouts" / f"{layout}.toml").read_text("utf-8")
    return _build(tomllib.loads(text))


def _build(table: dict[str, Any]) -> Layout:
    kind = table["coordinates"]["kind"]
    crs = table["coordinates"].get("crs", "EPSG:4326" if kind == "degrees" else "EPSG:27700")
    dates = table["dates"]
    return Layout(
        name=table["name"], source=table["source"], unit=table["unit"], columns=table["columns"], kind=kind,
        crs=crs, formats=tuple(dates["formats"]), precision=dates["precision"],
        skip=tuple(table.get("skip", ())),
    )  # fmt: skip
