"""What a configuration may hold, and every mistake in it named with its line."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import Any

from hotspots.checks import InputError, Problems, closest_name
from hotspots.common.calendars import KINDS
from hotspots.finding.find import METHODS
from hotspots.reading.problem_profiles import load_profile

# What may lie under the hotspots of a map, each a file; "ground" is one file with all.
MAP_FILES = ("ground", "streets", "places", "water", "green", "rail", "buildings")
MAP_LAYOUT = ("name", "class", "main", "middle", "local", "path")
Kind = type | tuple[type, ...]
NUMBER: Kind = (int, float)
TEXTS: Kind = (str, list)

# What each table may hold, and of what kind. docs/configuration.md explains each key; a test compares them.
SCHEMA: dict[str, dict[str, Kind]] = {
    "": {"seed": int, "as_of": (dt.date, str), "plans": str, "title": str, "place": str},
    "incidents": {
        "files": TEXTS,
        "layout": (str, dict),
        "study_area": str,
        "same_month": str,
        "aggregate": (bool, str),
        "unique_ids": bool,
    },
    "sources.*": {"files": TEXTS, "layout": (str, dict), "source": str, "same_month": str},
    "harm": {
        "scheme": str,
        "level": str,
        "asb_weight": NUMBER,
        "unknown_weight": NUMBER,
        "offence": str,
        "proactive": bool,
    },
    "crosswalks": {},  # a source's name and its crosswalk, checked by hotspots.reading.crosswalks
    "nearby": {"file": str, "kind": str},
    "premises.*": {"file": str, "distance": NUMBER},
    "hotspots": {
        "method": str,
        "radius": NUMBER,
        "count": (int, dict),
        "by": str,
        "min_incidents": int,
        "spacing": NUMBER,
        "max_overlap": NUMBER,
        "until_share": NUMBER,
        "merge": bool,
        "area": str,
        "min_harm": NUMBER,
        "max_diameter": NUMBER,
        "cell_size": NUMBER,
        "cell_shape": str,
        "streets": str,
        "max_distance": NUMBER,
        "resamples": int,
        "previous": str,
        "agreed": str,
        "agreed_name": str,
        "agreed_ref": str,
        "agreed_kind": str,
        "agreed_on": (str, list),
        "backtest": (bool, list),
    },
    "areas.*": {
        "file": str,
        "name": str,
        "code": str,
        "layer": str,
        "vintage": (int, str),
        "within": NUMBER,
        "aliases": dict,
        "lookup": str,
        "nest": str,
        "groups": dict,
        "of": str,
        "radius": NUMBER,
        "easting": NUMBER,
        "northing": NUMBER,
        "overlapping": bool,
    },
    "profiles.*": {},  # a named filter, checked by hotspots.reading.problem_profiles
    "output": {
        "profile": str,
        "marking": str,
        "attribution": str,
        "drafts": (int, list),
        "redraft": bool,
        "quiet": int,
    },
    "changes": {"after": str, "before": str},
    "map": {**dict.fromkeys(MAP_FILES, str), "layout": dict},
    "calendar": {
        "files": TEXTS,
        "kind": str,
        "events": dict,
        "operations": dict,
        "campaigns": dict,
        "holidays": dict,
        "peaks": dict,
    },
    "times": {"by": list, "ends": str, "ends_formats": list},
    "trends": {"cell_size": NUMBER, "cell_shape": str},
    "near_repeats": {
        "categories": list,
        "distances": list,
        "days": list,
        "chain": list,
        "permutations": int,
    },
    "boards.*": {
        "title": str,
        "indicators": str,
        "survey": str,
        "area": str,
        "after": str,
        "before": str,
    },
    "cameras": {"count": int, "radius": NUMBER, "by": str, "default_locations": bool},
    "patrols": {
        "officers": int,
        "vehicles": int,
        "shift": (str, dict),
        "visit_minutes": NUMBER,
        "max_gap_minutes": NUMBER,
        "break_minutes": NUMBER,
        "slack_minutes": NUMBER,
        "travel_minutes": NUMBER,
        "speed": NUMBER,
        "detour": NUMBER,
        "depot": list,
        "crew": int,
        "must_include": list,
        "priority": list,
        "max_share_outside_priority": NUMBER,
        "minimum_per_area": dict,
        "area": str,
        "spacing": NUMBER,
        "by": str,
        "already": (list, dict),
        "weekdays": list,
        "default_locations": bool,
        "streets": str,
        "start": (dt.date, str),
        "days": int,
        "breaks": int,
    },
}
HOTSPOT_FILES = ("previous", "agreed", "streets")
PROFILES = ("open", "internal", "partner", "public")
LEVELS = ("low", "middle", "high")
TABLES_OF_TABLES = tuple(name[:-2] for name in SCHEMA if name.endswith(".*"))


def check_config(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    """Note unknown keys, values of the wrong kind, and profiles that cannot be."""
    _check_keys(raw, text, problems)
    _check_values(raw, text, problems)
    _check_profiles(raw, text, problems)
    _check_map(raw, text, problems)


def line_of(text: str, table: str, key: str | None = None) -> int:
    """Line (from 1) where a table, or a key in it, stands; the table's line when the key is not found."""
    first, last, keys = _places(text)
    if key is None:
        return first.get(table, 1)
    return keys.get((table, key)) or last.get(table, 1)


@functools.lru_cache(maxsize=4)
def _places(text: str) -> tuple[dict[str, int], dict[str, int], dict[tuple[str, str], int]]:
    """Lines where each table first and last begins, and where each key stands: read once for all mistakes."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    keys: dict[tuple[str, str], int] = {}
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            here = re.sub(r"[\"'\s]", "", header[1])
            first.setdefault(here, number)
            last[here] = number
        elif found := re.match(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s=.\"']+))\s*[=.]", line):
            keys.setdefault((here, next(name for name in found.groups() if name is not None)), number)
    return first, last, keys


def _tables(raw: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Every (name, schema name, content) table of a configuration, the top level first."""
    found: list[tuple[str, str, Any]] = [("", "", raw)]
    for name, content in raw.items():
        if name in TABLES_OF_TABLES and isinstance(content, dict):
            found += [(f"{name}.{inner}", f"{name}.*", table) for inner, table in content.items()]
        elif name in SCHEMA:
            found.append((name, name, content))
    return found


def _check_keys(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    top = {*SCHEMA[""], *(name for name in SCHEMA if name and not name.endswith(".*")), *TABLES_OF_TABLES}
    for table, schema, content in _tables(raw):
        if not isinstance(content, dict):
            problems.add(
                f"line {line_of(text, '', table)}: [{table}] must be a table",
                given=repr(content),
                advice="a heading in brackets, with its keys below it",
            )
            continue
        if schema in ("profiles.*", "crosswalks"):
            continue
        known = top if table == "" else set(SCHEMA[schema])
        for key in content:
            if key not in known:
                near = closest_name(key, known)
                problems.add(
                    f"line {_line(text, table, key)}: unknown key '{key}'"
                    + (f" in [{table}]" if table else ""),
                    advice=f"'{near}'" if near else "one of " + ", ".join(sorted(known)),
                )


def _line(text: str, table: str, key: str) -> int:
    """Line of a key, or of the table with that name (an unknown table is a key of the top level)."""
    return line_of(text, key) if table == "" and f"[{key}" in text else line_of(text, table, key)


def _check_values(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    for table, schema, content in _tables(raw):
        if not isinstance(content, dict):
            continue
        for key, kind in SCHEMA[schema].items():
            value = content.get(key)
            wrong = value is not None and (
                not isinstance(value, kind) or (isinstance(value, bool) and not _takes_bool(kind))
            )
            if wrong:
                kinds = kind if isinstance(kind, tuple) else (kind,)
                names = " or ".join(_PLAIN.get(k, k.__name__) for k in kinds)
                problems.add(f"line {line_of(text, table, key)}: '{key}' must be {names}", given=repr(value))
    _check_choices(raw, text, problems)
    _check_numbers(raw, text, problems)


def _takes_bool(kind: Kind) -> bool:
    return kind is bool or (isinstance(kind, tuple) and bool in kind)


_PLAIN = {
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    list: "a list",
    dict: "a table",
    bool: "true or false",
    dt.date: "a date",
}


def _check_choices(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    choices = {
        ("output", "profile"): PROFILES,
        ("harm", "level"): LEVELS,
        ("hotspots", "method"): METHODS,
        ("hotspots", "by"): ("incidents", "harm"),
        ("calendar", "kind"): KINDS,
        ("trends", "cell_shape"): ("square", "hexagon"),
        ("incidents", "aggregate"): ("dates", "periods"),
    }
    for (table, key), allowed in choices.items():
        content = raw.get(table)
        value = content.get(key) if isinstance(content, dict) else None
        if isinstance(value, str) and value not in allowed:
            near = closest_name(value, allowed)
            problems.add(
                f"line {line_of(text, table, key)}: '{key}' in [{table}] is not one we know",
                given=repr(value),
                advice=f"'{near}'" if near else "one of " + ", ".join(allowed),
            )


def _check_numbers(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    for table, keys in {
        "hotspots": ("radius", "count", "min_incidents"),
        "cameras": ("count", "radius"),
        "trends": ("cell_size",),
        "near_repeats": ("permutations",),
    }.items():
        content = raw.get(table)
        for key in keys if isinstance(content, dict) else ():
            value = content.get(key)  # type: ignore[union-attr]
            if isinstance(value, int | float) and not isinstance(value, bool) and not value > 0:
                problems.add(
                    f"line {line_of(text, table, key)}: '{key}' must be above 0",
                    given=repr(value),
                    advice="a number above 0",
                )


def _check_map(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    table = raw.get("map")
    layout = table.get("layout") if isinstance(table, dict) else None
    for key, value in layout.items() if isinstance(layout, dict) else ():
        wanted = str if key in MAP_LAYOUT[:2] else list
        if key not in MAP_LAYOUT or not isinstance(value, wanted):
            problems.add(
                f"line {line_of(text, 'map.layout', key)}: [map.layout] has no such '{key}'",
                given=repr(value),
                advice="name and class, columns in quotes; main, middle, local and path, lists of classes",
            )


def _check_profiles(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    profiles = raw.get("profiles", {})
    for name, table in profiles.items() if isinstance(profiles, dict) else ():
        try:
            load_profile(table, name=name)
        except InputError as error:
            problems.add(f"line {line_of(text, f'profiles.{name}')}: {error}")
