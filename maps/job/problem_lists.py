"""One list of hotspots per problem, and what each list gives up on the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas
from hotspots import filter_profile, find_hotspots
from hotspots.checks import InputError, announce
from hotspots.finding.compare_lists import compare_lists
from hotspots.reading.problem_profiles import NoClockError, Profile, load_profile
from maps.disclosure.gate import APART, name_category
from maps.disclosure.gate import Profile as DisclosureProfile

EVERYTHING = "Everything"


@dataclass(frozen=True)
class ProblemList:
    """Hotspots of one problem profile, found on its incidents alone."""

    name: str
    title: str
    proxy: str
    categories: list[str]
    incidents: gpd.GeoDataFrame
    spots: gpd.GeoDataFrame


def find_lists(
    incidents: gpd.GeoDataFrame,
    profiles: Mapping[str, Mapping[str, Any]],
    *,
    areas: Mapping[str, gpd.GeoDataFrame],
    options: Mapping[str, Any],
    rules: Mapping[str, Any] | None = None,
) -> list[ProblemList]:
    """Find the hotspots of each configured problem profile, with the options and rules of the main list.

    A profile that no incident belongs to gets an empty list, said aloud; one that needs a clock, where no
    record has one, gets none, said aloud with what to do.
    """
    found = []
    for name, profile in read_profiles(profiles).items():
        try:
            mine = filter_profile(incidents, profile)
        except NoClockError as error:
            announce(f"No list of its own for this: {error}")
            continue
        if mine.empty:
            announce(f"No record belongs to the profile '{profile.title}'.")
        spots = find_hotspots(mine, **options)
        if areas and len(spots):
            spots, _ = attach_areas(spots, areas, incidents=mine, **(rules or {}))
        kinds = sorted(mine["category"].unique()) if is_by_category(profile) else []
        found.append(ProblemList(name, profile.title, profile.proxy, kinds, mine, spots))
    return found


def read_profiles(profiles: Mapping[str, Mapping[str, Any]]) -> dict[str, Profile]:
    """Read the configured problem profiles, refusing two that every page would call the same."""
    loaded = {name: load_profile(table, name=name) for name, table in profiles.items()}
    seen = {EVERYTHING.casefold(): "the main list"}
    for name, profile in loaded.items():
        if (other := seen.get(profile.title.casefold())) is not None:
            raise InputError(
                "Two lists of hotspots have the same title",
                given=f"'{profile.title}' in {other} and [profiles.{name}]",
                advice="another title for one of them",
            )
        seen[profile.title.casefold()] = f"[profiles.{name}]"
    return loaded


def is_by_category(profile: Profile) -> bool:
    """Whether a profile is a choice of categories and nothing else, so that a map can filter by it."""
    return not (profile.sources or profile.hours or profile.weekdays or profile.columns)


def lists_for(lists: list[ProblemList], who: DisclosureProfile) -> list[ProblemList]:
    """Leave out, where numbers are hidden, the lists that are of sensitive cases alone.

    A list of domestic or sexual cases would show by its places what no point or popup may.
    """
    if not who.threshold:
        return lists
    kept = [one for one in lists if not _of_sensitive_cases(one)]
    for one in lists:
        if _of_sensitive_cases(one):
            announce(f"The list '{one.title}' is of sensitive cases: profile '{who.name}' leaves it out.")
    return kept


def _of_sensitive_cases(one: ProblemList) -> bool:
    kinds = {name_category(category) for category in one.incidents["category"].unique()}
    return APART in (name_category(one.title), name_category(one.name)) or kinds == {APART}


def weigh_lists(incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame, lists: list[ProblemList]) -> pd.DataFrame:
    """Say what each list holds of every problem and what it gives up, the main list among them."""
    choices = {EVERYTHING: spots} | {one.title: one.spots for one in lists}
    problems = {EVERYTHING: incidents} | {one.title: one.incidents for one in lists}
    return compare_lists(choices, problems)


def as_layers(lists: list[ProblemList], unlisted: gpd.GeoDataFrame | None = None) -> dict[str, gpd.GeoDataFrame]:
    """Return the lists, and places not on the agreed list, as layers of a map beside the main list."""
    frames = {f"{one.title} hotspots": one.spots.assign(role=one.title) for one in lists}
    if unlisted is not None:
        frames["not on the agreed list"] = unlisted.assign(role="not on the agreed list")
    for frame in frames.values():
        frame.attrs["kind"] = "comparison"
    return frames
