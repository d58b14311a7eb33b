"""The one gate: what may leave the building, for whom, and how it is marked.

Every writer of this room passes its frames through `release` before anything is drawn or written.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, announce, closest_name
from maps.disclosure._hide_rows import hide_counts, hide_in_lists, hide_sites
from maps.disclosure.not_finite import known_cells

F = TypeVar("F", bound=pd.DataFrame)


@dataclass(frozen=True)
class Profile:
    """Who an output is for: the smallest count shown, its marking and the sentence printed on it."""

    name: str
    threshold: int
    marking: str
    audience: str
    nearest: int = 0  # counts are rounded to the nearest multiple of this

    @property
    def suppressed(self) -> str:
        """Words that stand where a number was left out, whether small itself or beside a small one."""
        return "not shown" if self.threshold else ""


_TABLE = tomllib.loads((files("maps.disclosure") / "gate.toml").read_text(encoding="utf-8"))
PROFILES = {name: Profile(name, **given) for name, given in _TABLE["profiles"].items()}
_FROM_FEWEST = ("internal", "partner", "open", "public")  # readers; the public is shown less than open data
OPEN_SOURCES = frozenset({"police.uk", "data.police.uk"})
MERGED = "Violence and sexual offences"
AREA_LAYERS = frozenset(
    (
        *("ward", "wards", "committee", "district", "lap", "local_area_plan", "priority", "priority_ward"),
        *("pspo", "lsoa", "msoa", "beat", "sector", "parish", "constituency", "neighbourhood", "division"),
    )
)
APART = "Other crimes (not shown separately)"
_SENSITIVE = re.compile(
    r"domestic|sexual|rape|hate|exploit|child|traffick|slavery|honou?r|forced marriage|stalk|coerci"
    r"|indecen|grooming|racial|religio|homophob|transphob|disabilit|genital|trafik|modern slave|abus\w* of",
    re.IGNORECASE,
)

# What a page, picture or table of each kind needs; nothing else is ever let through.
COLUMNS: dict[str, tuple[str, ...]] = {kind: tuple(columns) for kind, columns in _TABLE["columns"].items()}


def profile_named(name: str | Profile | None, *, sources: Sequence[str] = ()) -> Profile:
    """Profile of that name; None means "open" where every source is published data, else "partner"."""
    if isinstance(name, Profile):
        return name
    if name is None:
        published = bool(sources) and set(sources) <= OPEN_SOURCES
        chosen = PROFILES["open" if published else "partner"]
        announce(f"No disclosure profile was given: '{chosen.name}' is used. {chosen.audience}")
        return chosen
    if name not in PROFILES:
        raise InputError(
            "There is no such disclosure profile",
            given=f"profile='{name}'",
            advice=f"'{closest_name(name, PROFILES) or 'partner'}' (known: {', '.join(PROFILES)})",
        )
    return PROFILES[name]


def may_go_with(written: str, profile: str | Profile) -> bool:
    """Whether what was written under one profile may stand among the outputs of another.

    It may where the readers it was written for are at least those of the outputs, and no more is hidden
    from them. What was written under no known profile may go nowhere else.

    Examples
    --------
    >>> may_go_with("internal", "partner"), may_go_with("public", "partner"), may_go_with("open", "public")
    (False, True, False)
    """
    if written not in _FROM_FEWEST:
        return False
    return _FROM_FEWEST.index(written) >= _FROM_FEWEST.index(profile_named(profile).name)


@lru_cache(maxsize=4096)
def is_sensitive(category: object) -> bool:
    """Whether a category is never shown as points nor on its own in a popup.

    The merged police.uk category counts as sensitive: whole, it may be counted, never drawn as points.
    """
    return bool(_SENSITIVE.search(str(category)))


@lru_cache(maxsize=4096)
def name_category(category: object) -> str:
    """Name under which a category may be counted: its own, or "Other crimes (not shown separately)"."""
    text = str(category)
    return APART if is_sensitive(text) and text != MERGED else text


def release(frame: F, *, kind: str, profile: str | Profile, columns: Sequence[str] = ()) -> F:
    """Copy of a frame that may leave the building under a profile.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        What is to be drawn or written.
    kind : str
        What it holds: "spots", "areas", "cells", "patrols", "cameras", "places", "comparison",
        "streets", "incidents", "plan" or "table". Only that kind's columns are kept, whatever else is there.
    profile : str or Profile
        "open", "internal", "partner" or "public".
    columns : sequence of str, optional
        Further columns that the caller answers for; of a "table" nothing else is kept.

    Returns
    -------
    DataFrame or GeoDataFrame
        The same rows (for "incidents" as points: without sensitive categories), with counts from 1 up
        to the profile's threshold missing, as well as what would give them back.

    Raises
    ------
    InputError
        If the kind or profile is unknown, or points of incidents are asked for beyond "internal".

    Examples
    --------
    >>> cells = pd.DataFrame({"incidents": [3, 4, 40], "raw_Victim": "someone"})
    >>> release(cells, kind="cells", profile="partner")["incidents"].tolist()
    [<NA>, <NA>, 40]
    """
    if kind not in COLUMNS:
        raise InputError("Nothing of this kind may leave", given=f"kind='{kind}'", advice=", ".join(COLUMNS))
    who = profile_named(profile)
    kept = frame[[c for c in frame.columns if _may_leave(c, frame, kind, columns)]]
    kept = known_cells(kept)  # type: ignore[assignment]
    if kind == "incidents":
        return _release_points(kept, who)
    if who.threshold:
        hide_counts(kept, who.threshold)
        if kind == "cameras":
            hide_sites(kept, frame.attrs.get("records"), who.threshold)
        if kind == "spots":
            hide_in_lists(kept, frame, who.threshold)
    return kept


def _may_leave(column: str, frame: pd.DataFrame, kind: str, named: Sequence[str]) -> bool:
    if isinstance(frame, gpd.GeoDataFrame) and column == frame.geometry.name:
        return True
    return column in COLUMNS[kind] or column in named or (kind != "table" and _is_attached(column, frame))


def _is_attached(column: str, frame: pd.DataFrame) -> bool:
    """Whether a column names an attached area, not a person: "ward_name", but not "victim_name"."""
    match = re.fullmatch(r"(\w+)_(codes?|names?|shares)", str(column))
    if not match:
        return False
    layer = match.group(1)
    if f"{layer}_shares" in frame.columns:  # only attaching areas makes shares
        pairs = ((f"{layer}_name", f"{layer}_code"), (f"{layer}_names", f"{layer}_codes"))
        return any(set(pair) <= set(frame.columns) for pair in pairs)
    return layer in AREA_LAYERS


def _release_points(points: F, who: Profile) -> F:
    if who.name not in ("open", "internal"):
        raise InputError(
            "Records may not leave as points under this profile",
            given=f"profile='{who.name}'",
            advice="give them as the layer 'incidents' of a map, which draws them as cells",
        )
    allowed = ~points["category"].map(is_sensitive).astype(bool)
    if not allowed.all():
        announce(f"{int((~allowed).sum()):,} records of sensitive categories are not drawn as points.")
    return points[allowed]
