"""Problem profiles: named filters over categories, priorities, sources and hours."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import AfterValidator, Field

from hotspots.checks import InputError, Problems, announce, closest_name, require_columns
from hotspots.common.day_names import WEEKDAYS
from hotspots.common.packaged import packaged_toml
from hotspots.common.when import precision_of
from hotspots.files.typed_tables import OneOf, Table, read_table
from hotspots.reading.crosswalks import NSIR, PRIORITIES, crosswalk_categories, fold_label

F = TypeVar("F", bound=pd.DataFrame)


class NoClockError(InputError):
    """A profile asks for hours or days that no record has."""


def _hours(value: Any) -> Any:
    whole = isinstance(value, list) and all(isinstance(hour, int) and 0 <= hour <= 24 for hour in value)
    if not whole or len(value) not in (0, 2):
        raise InputError("{key} must be [from, to] between 0 and 24", given=repr(value), advice="hours = [20, 5]")
    return value


class Profile(Table):
    """A named filter: lists are alternatives, different keys must all hold."""

    title: str = ""
    categories: list[str] = Field([])
    written: list[str] = Field([])
    contains: list[str] = Field([])
    sources: list[str] = Field([])
    priorities: list[Annotated[str, OneOf(PRIORITIES)]] = Field([])
    nsir: list[Annotated[str, OneOf(NSIR)]] = Field([])
    hours: Annotated[Any, AfterValidator(_hours)] = Field([])
    weekdays: list[Annotated[str, OneOf(tuple(WEEKDAYS))]] = Field([])
    columns: dict[str, Any] = Field({})
    proxy: str = ""

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether it filters anything."""
        if not set(stated) - {"title", "proxy"}:
            advice = "categories, contains, sources, priorities or hours"
            yield InputError("the profile filters nothing", advice=advice)


def list_profiles() -> list[str]:
    """Names of the profiles that come with the package.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> list_profiles()
    ['night-time-violence', 'nuisance-motorcycles', 'serious-violence', 'youth-asb']
    """
    return sorted(packaged_toml("problem_profiles"))


def load_profile(profile: str | Mapping[str, Any] | Profile, *, name: str = "") -> Profile:
    """Profile by the name of a packaged one, or from a table of the configuration.

    Parameters
    ----------
    profile : str or mapping
        Keys: ``title``; ``categories`` (a source's or, through its crosswalk, ours), ``written`` (a
        source's only) and ``contains`` (words in the category), of which any may hold; ``sources``,
        ``priorities``, ``nsir``, ``weekdays``; ``hours`` as
        ``[from, to]`` on the clock, the end not included, over midnight if it must be; ``columns``, a table
        of column and allowed values; ``proxy``, a sentence where the profile only stands for something;
        ``base``, a packaged profile to change.
    name : str
        The title where the table has none.

    Raises
    ------
    InputError
        For everything that is wrong with it, naming the nearest known.
    """
    if isinstance(profile, Profile):
        return profile
    known = packaged_toml("problem_profiles")
    table = {"base": profile} if isinstance(profile, str) else dict(profile)
    base = table.pop("base", None)
    if base is not None and base not in known:
        near = closest_name(str(base), known)
        raise InputError("There is no such profile", given=str(base), advice=near or ", ".join(sorted(known)))
    merged = {**(known[base] if base else {}), **table}
    problems = Problems(f"The profile {merged.get('title', name)!r} has problems")
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in merged.items()}
    read = read_table(Profile, plain, problems)
    problems.raise_any()
    return read if "title" in read else read.changed(title=name or "own profile")


def match_profile(
    incidents: pd.DataFrame, profile: str | Mapping[str, Any] | Profile, *, crosswalks: Mapping[str, Any] | None = None
) -> pd.Series:
    """Whether each incident belongs to a profile (bool Series on the index of ``incidents``).

    Rows without a clock never belong to a profile with hours; their number is announced.

    Raises
    ------
    InputError
        When the profile names a column that is not there; `NoClockError`, when it has hours and no row has
        a clock.
    """
    wanted = load_profile(profile)
    table = crosswalk_categories(incidents, crosswalks=crosswalks)
    holds = pd.Series(True, index=incidents.index)
    if wanted.categories or wanted.written or wanted.contains:
        holds &= _says(incidents["category"], table["category"], wanted)
    if wanted.sources:
        require_columns(incidents, ["source"], what="incidents (for a profile with sources)")
        holds &= incidents["source"].isin(wanted.sources)
    if wanted.priorities:
        holds &= table["priority"].isin(wanted.priorities)
    if wanted.nsir:
        holds &= table["nsir"].isin(wanted.nsir)
    for column, values in wanted.columns.items():
        holds &= _in_column(incidents, column, values)
    if wanted.weekdays or wanted.hours:
        holds &= _at_times(incidents, wanted, holds)
    return holds.astype(bool).rename("profile")


def _says(written: pd.Series, ours: pd.Series, wanted: Profile) -> pd.Series:
    names = {fold_label(c) for c in wanted.categories}
    exact = names | {fold_label(c) for c in wanted.written}
    words = [w.casefold() for w in wanted.contains]
    distinct = {str(v): fold_label(str(v)) for v in pd.concat([written, ours]).dropna().unique()}
    named = {v for v, fold in distinct.items() if fold in names}
    as_written = {v for v, fold in distinct.items() if fold in exact}
    worded = {v for v, fold in distinct.items() if any(w in fold for w in words)}
    return written.isin(as_written | worded) | ours.isin(named)


def _in_column(incidents: pd.DataFrame, column: str, values: Any) -> pd.Series:
    name = column if column in incidents.columns else f"raw_{column}"
    if name not in incidents.columns:
        near = closest_name(column, [str(c).removeprefix("raw_") for c in incidents.columns])
        raise InputError("The profile asks for a column that is not there", given=column, advice=near or "")
    allowed = {fold_label(str(v)) for v in (values if isinstance(values, list | tuple) else [values])}
    return incidents[name].map(lambda v: fold_label(str(v)) in allowed).astype(bool)


def _at_times(incidents: pd.DataFrame, wanted: Profile, others: pd.Series) -> pd.Series:
    require_columns(incidents, ["when"], what="incidents (for a profile with hours or weekdays)")
    precision = precision_of(incidents)
    usable = precision.eq("minute") if wanted.hours else precision.ne("month")
    if len(incidents) and not usable.any():
        raise NoClockError(
            f"The profile '{wanted.title}' needs {'a clock' if wanted.hours else 'days'}",
            given="no record is dated more closely than to the " + ("day" if wanted.hours else "month"),
            advice="a source with times, or the profile without hours and weekdays",
        )
    lost = int((others & ~usable).sum())
    if lost:
        left = f"{lost:,} record{'s' * (lost != 1)}"
        announce(f"Without a clock or day, so left out of the profile '{wanted.title}': {left}.")
    holds = usable.copy()
    if wanted.hours:
        start, end = wanted.hours
        hour = incidents["when"].dt.hour
        inside = hour.between(start, end - 1) if start < end else hour.ge(start) | hour.lt(end)
        holds &= inside
    if wanted.weekdays:
        holds &= incidents["when"].dt.day_of_week.isin([WEEKDAYS.index(d) for d in wanted.weekdays])
    return holds


def filter_profile(
    incidents: F, profile: str | Mapping[str, Any] | Profile, *, crosswalks: Mapping[str, Any] | None = None
) -> F:
    """Incidents that belong to a profile, on their own index; see `match_profile`.

    Parameters
    ----------
    incidents : DataFrame or GeoDataFrame
        Incidents or places.
    profile : str, mapping or Profile
        One of `list_profiles`, a table of settings, or a loaded profile.
    crosswalks : mapping, optional
        Crosswalks by source, for a profile that asks for priorities.

    Returns
    -------
    DataFrame or GeoDataFrame
        As ``incidents``, with fewer rows.

    Raises
    ------
    InputError
        If the profile is unknown or asks for a column or a clock that the records do not have.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": "police.uk", "category": ["Robbery", "Drugs"]})
    >>> filter_profile(rows, {"categories": ["Robbery"]})["category"].tolist()
    ['Robbery']
    """
    return incidents[match_profile(incidents, profile, crosswalks=crosswalks)]
