"""Whether a record is a plan: every problem at once, each with its line and what to do."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import shapely

from hotspots.checks import Problems, closest_name
from hotspots.files.toml_lines import Path, line_at, locate_keys
from hotspots.plans.record import COVERS, ROWS, SINGLE, VERSION

TOP: dict[str, type | tuple[type, ...]] = {
    "version": int,
    "ref": str,
    "title": str,
    "covers": str,
    "opened": (str, dt.date),
    "drafted": (str, dt.date),
    "people": dict,
    "frozen": dict,
    "scanning": dict,
    "analysis": dict,
    "document": dict,
    "options": list,
    "changes": list,
    "assessments": list,
    "stages": list,
    "success": dict,
    "monthly": list,
}
NUMBER = (int, float)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
# What data wrote, where it is more than text: a kind, a list of one kind, or rows with what each must hold.
TEXTS = {
    "frozen": ("name", "layer", "counted", "baseline", "choice", "comparator", "asked", "visible"),
    "scanning": ("problem", "sources"),
    "analysis": (
        "what",
        "where",
        "when",
        "compare",
        "trend",
        "certainty",
        "nearby",
        "menu_note",
        "patrols",
        "cameras",
    ),
    "document": ("profile", "marking", "attribution", "text", "controls"),
}
AREA = "a polygon in metres"
MAY_LACK = ("name", "power", "why")
DATA: dict[Path, Any] = {
    **{(group, key): str for group, keys in TEXTS.items() for key in keys},
    ("frozen", "selected_months"): [MONTH],
    ("frozen", "selected_incidents"): int,
    ("frozen", "baseline_months"): [MONTH],
    ("frozen", "measures"): [str],
    ("analysis", "tried"): [str],
    ("frozen", "areas"): {"ref": str, "name": str, "wkt": str},
    ("frozen", "comparator_areas"): {"wkt": AREA},
    ("frozen", "other_areas"): {"wkt": AREA},
    ("scanning", "threshold"): int,
    ("scanning", "source_names"): [str],
    ("scanning", "limits"): [str],
    ("scanning", "types"): {"type": str, "incidents": NUMBER},
    ("scanning", "cheers"): dict,
    ("analysis", "hypotheses"): [str],
    ("analysis", "gaps"): [str],
    ("analysis", "months"): {"month": MONTH, "incidents": NUMBER},
    ("analysis", "repeat_places"): {
        "street": str,
        "incidents": NUMBER,
        "easting": NUMBER,
        "northing": NUMBER,
    },
    ("analysis", "calendar"): {},
    ("success", "baseline_months"): [MONTH],
    ("success", "baseline_incidents"): int,
    ("success", "recounted"): int,
    ("monthly",): {"date": str, "month": MONTH, "short": str, "lines": list},
    ("stages",): {"date": str, "stage": str},
    ("options",): dict.fromkeys(
        ("action", "three_e", "side", "technique", "power", "lead", "owner", "why"), str
    ),
}
PLAIN = {
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    dict: "a table",
    list: "a list of tables",
    dt.date: "a date",
}


def check_record(raw: dict[str, Any], text: str, *, name: str) -> None:
    """Raise one `InputError` that lists every problem of a record, each with its line."""
    problems = Problems(f"The plan {name} has problems")
    lines = locate_keys(text)

    def add(path: Path, problem: str, *, given: str = "", advice: str = "") -> None:
        problems.add(f"line {line_at(lines, path)}: {problem}", given=given, advice=advice)

    if _check_version(raw, add):
        _check_top(raw, add)
        _check_people(raw.get("people"), add)
        if raw.get("covers") != "person":
            _check_frozen(raw.get("frozen"), add)
        if not problems.found:
            _check_data(raw, add)
    problems.raise_any()


def _check_version(raw: dict[str, Any], add: Any) -> bool:
    version = raw.get("version")
    if version == VERSION and not isinstance(version, bool):
        return True
    if version is None:
        add(
            (),
            "there is no version",
            advice=f"if this is one of our plans, write version = {VERSION} at the top",
        )
    elif isinstance(version, int) and version > VERSION:
        add(
            ("version",),
            "the plan was written by a newer safer-hotspots",
            given=f"version = {version}, this one reads {VERSION}",
            advice="python -m pip install --upgrade safer-hotspots",
        )
    else:
        add(
            ("version",),
            "the plan is of an old version that cannot be read",
            given=f"version = {version!r}",
            advice=f"rename this file, let run draft the plan afresh (version {VERSION}), then copy your "
            "words from this file's [people] into the new one",
        )
    return False


def _check_top(raw: dict[str, Any], add: Any) -> None:
    for key in raw:
        if key not in TOP:
            add((key,), f"unknown key '{key}'", advice=_nearest(key, TOP))
    for key in ("ref", "title", "covers", "opened"):
        if key not in raw:
            add((), f"'{key}' is missing", advice="copy it from the document or an earlier copy of the file")
    for key, kind in TOP.items():
        if key in raw and not isinstance(raw[key], kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            wanted = " or ".join(PLAIN[k] for k in kinds)
            add((key,), f"'{key}' must be {wanted}", given=repr(raw[key]))
    if isinstance(raw.get("covers"), str) and raw["covers"] not in COVERS:
        add(
            ("covers",),
            "'covers' is not one we know",
            given=repr(raw["covers"]),
            advice=_nearest(raw["covers"], COVERS),
        )
    for key in ("opened", "drafted"):
        if isinstance(raw.get(key), str) and raw[key] and not _is_date(raw[key]):
            add((key,), f"'{key}' is not a date", given=repr(raw[key]), advice="2018-08-31")
    for key in ("options", "changes", "assessments", "stages", "monthly"):
        rows = raw.get(key)
        if isinstance(rows, list) and not all(isinstance(row, dict) for row in rows):
            add((key,), f"'{key}' must be a list of tables", advice=f"[[{key}]]")


def _check_people(people: Any, add: Any) -> None:
    if not isinstance(people, dict):
        if people is None:
            add((), "the table [people] is missing", advice='[people.heading] with owner = ""')
        return
    known = {**SINGLE, **ROWS}
    for group, content in people.items():
        path: Path = ("people", group)
        if group not in known:
            add(path, f"unknown table [people.{group}]", advice=_nearest(group, known))
        elif group in SINGLE:
            _check_fields(content, path, SINGLE[group], add)
        elif not isinstance(content, list):
            add(path, f"people.{group} must be a list of tables", advice=f"[[people.{group}]]")
        else:
            for number, row in enumerate(content, 1):
                _check_fields(row, (*path, number), ROWS[group], add)


def _check_fields(content: Any, path: Path, names: tuple[str, ...], add: Any) -> None:
    where = ".".join(str(part) for part in path)
    if not isinstance(content, dict):
        add(path, f"{where} must be a table", given=repr(content))
        return
    for key, value in content.items():
        if key not in names:
            add((*path, key), f"unknown field '{key}' in {where}", advice=_nearest(key, names))
        elif not isinstance(value, str | dt.date | int | float):
            add((*path, key), f"{where}.{key} must be text in quotes", given=repr(value))


def _check_frozen(frozen: Any, add: Any) -> None:
    if not isinstance(frozen, dict):
        add(("frozen",), "the table [frozen] is missing", advice="take it from an earlier copy of the file")
        return
    ring = frozen.get("ring_metres")
    if not isinstance(ring, int | float) or isinstance(ring, bool) or not ring > 0:
        add(
            ("frozen", "ring_metres"),
            "'ring_metres' must be a number above 0",
            given=repr(ring),
            advice="200",
        )
    rows = frozen.get("areas")
    if not isinstance(rows, list) or not rows:
        add(("frozen",), "no [[frozen.areas]]: the plan has no area", advice="take it from an earlier copy")
        return
    for number, row in enumerate(rows, 1):
        path: Path = ("frozen", "areas", number, "wkt")
        if not isinstance(row, dict) or not _is_area(row.get("wkt")):
            add(
                path,
                "'wkt' must be a polygon in metres of the plan's grid",
                advice="POLYGON ((430000 433000, ...))",
            )


def _check_data(raw: dict[str, Any], add: Any) -> None:
    """Check what data wrote, which the document is made of: a key that somebody took out is named."""
    for path, kind in DATA.items():
        table = raw if len(path) == 1 else raw.get(str(path[0]), {})
        key = str(path[-1])
        if key in table:
            _check_kind(table[key], path, kind, add)


def _check_kind(value: Any, path: Path, kind: Any, add: Any) -> None:
    named = ".".join(str(part) for part in path)
    advice = "take it from an earlier copy of the file"
    if isinstance(kind, dict):
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            add(path, f"'{named}' must be a list of tables", given=repr(value)[:80], advice=advice)
            return
        for number, row in enumerate(value, 1):
            for key, inner in kind.items():
                if key not in row and key not in MAY_LACK:
                    add((*path, number), f"'{key}' is missing in {named}", advice=advice)
                elif key in row:
                    _check_kind(row[key], (*path, number, key), inner, add)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            add(path, f"'{named}' must be a list", given=repr(value)[:80], advice=advice)
            return
        for one in value:
            _check_kind(one, path, kind[0], add)
    elif kind is MONTH:
        if not isinstance(value, str) or not MONTH.fullmatch(value):
            add(path, f"'{named}' must be a month such as 2018-07", given=repr(value)[:80], advice=advice)
    elif kind is AREA:
        if not _is_area(value):
            add(path, f"'{named}' must be {AREA}", given=repr(value)[:80], advice=advice)
    elif not isinstance(value, kind) or isinstance(value, bool):
        wanted = PLAIN[kind[-1] if isinstance(kind, tuple) else kind]
        add(path, f"'{named}' must be {wanted}", given=repr(value)[:80], advice=advice)
    elif kind is dict:
        for key, inner in value.items():
            _check_kind(inner, (*path, key), str, add)


def _is_area(text: Any) -> bool:
    shape = shapely.from_wkt(text, on_invalid="ignore") if isinstance(text, str) else None
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = closest_name(word, names)
    return f"'{near}'" if near else "one of " + ", ".join(names)
