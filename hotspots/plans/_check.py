"""Whether a record is a plan: every problem at once, each with its line and what to do."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from types import GenericAlias
from typing import Annotated, Any

import shapely
from annotated_types import Gt
from pydantic import AfterValidator, create_model

from hotspots.checks import InputError, Problems
from hotspots.common.packaged import packaged_toml
from hotspots.files.toml_lines import line_at, locate_keys
from hotspots.files.typed_tables import OneOf, Table, needed, read_table
from hotspots.plans.record import COVERS, FORMS, ROWS, SINGLE, VERSION

AGAIN = "take it from an earlier copy of the file"
POLYGON = "POLYGON ((430000 433000, ...))"


def _month(text: Any) -> Any:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise InputError("{key} must be a month such as 2018-07", given=repr(text), advice=AGAIN)
    return text


def _ground(text: Any) -> Any:
    shape = shapely.from_wkt(text, on_invalid="ignore") if isinstance(text, str) else None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise InputError("{key} must be a polygon in metres of the plan's grid", given=repr(text)[:80], advice=POLYGON)
    return text


def _day(value: Any) -> Any:
    try:
        return value if isinstance(value, dt.date) or value == "" else dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError("{key} is not a date", given=repr(value), advice="2018-08-31") from error


def _typed(value: Any) -> Any:
    """Words that people typed, perhaps without the quotes where TOML takes them for a number or a date."""
    if not isinstance(value, str | dt.date | int | float):
        raise InputError("{key} must be text in quotes", given=repr(value))
    return value


class Data(Table):
    """What data wrote, which the document is made of: a key that somebody took out is named."""

    others = True


def _kind(name: str, needs: Mapping[str, Any], may_have: Mapping[str, Any], base: Any = Data) -> Any:
    held: dict[str, Any] = {key: (kind | None, needed(AGAIN, empty=True)) for key, kind in needs.items()}
    held |= {key: (kind | None, None) for key, kind in may_have.items()}
    return create_model(name, __base__=base, **held)


def _texts(names: str | Iterable[str], kind: Any = str) -> dict[str, Any]:
    return dict.fromkeys(names.split() if isinstance(names, str) else names, kind)


def _many(kind: Any) -> Any:
    return GenericAlias(list, (kind,))


Month = Annotated[Any, AfterValidator(_month)]
Ground = Annotated[Any, AfterValidator(_ground)]
Day = Annotated[Any, AfterValidator(_day)]
Typed = Annotated[Any, AfterValidator(_typed)]
Number: Any = int | float
Metres: Any = Annotated[int, Gt(0)] | Annotated[float, Gt(0)]
_TABLES = packaged_toml("plans", "record")
_KINDS: dict[str, Any] = {"text": str, "texts": list[str], "whole": int, "number": Number, "metres": Metres}
_KINDS |= {"month": Month, "months": _many(Month), "ground": Ground, "list": list, "by name": dict[str, str]}
_KINDS |= {"rows": _many(Data), "form": Annotated[str, OneOf(FORMS)]}


def _table(name: str) -> Any:
    """Make the kind of a table from what record.toml says of it."""
    kinds = {key: _kind_of(word) for key, word in _TABLES[name].items() if key != "needs"}
    return _kind(name.title(), {key: _kind_of(word) for key, word in _TABLES[name].get("needs", {}).items()}, kinds)


def _kind_of(word: str) -> Any:
    return _many(_table(word[1:-1])) if word.startswith("[") else _KINDS[word]


class _Fixed(_table("frozen")):  # type: ignore[misc]
    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether the plan has an area."""
        if not stated.get("areas"):
            yield InputError("no [[frozen.areas]]: the plan has no area", advice=AGAIN)


_GROUPS = {group: _kind(group, {}, _texts(names, Typed), Table) for group, names in SINGLE.items()}
_LISTS = {group: _many(_kind(group, {}, _texts(names, Typed), Table)) for group, names in ROWS.items()}
_People = _kind("People", {}, {**_GROUPS, **_LISTS}, Table)
_NEEDS = {"ref": str, "title": str, "covers": Annotated[str, OneOf(COVERS)], "opened": Day, "people": _People}
_MAY_HAVE = {
    "version": int,
    "drafted": Day,
    **{name: _table(name) for name in ("scanning", "analysis", "document", "success")},
    **{f"{name}s": _many(_table(name)) for name in ("option", "stage")},
    **_texts("changes assessments", _many(Data)),
    "monthly": _many(_table("block")),
}
OfPlace = _kind("Record", {**_NEEDS, "frozen": _Fixed}, _MAY_HAVE, Table)
OfPerson = _kind("PersonRecord", _NEEDS, {**_MAY_HAVE, "frozen": Data}, Table)


def check_record(raw: dict[str, Any], text: str, *, name: str) -> None:
    """Raise one `InputError` that lists every problem of a record, each with its line."""
    problems = Problems(f"The plan {name} has problems")
    if not _is_other_version(raw.get("version"), problems, line_at(locate_keys(text), ("version",))):
        read_table(OfPerson if raw.get("covers") == "person" else OfPlace, raw, problems, text=text)
    problems.raise_any()


def _is_other_version(version: Any, problems: Problems, line: int) -> bool:
    if version == VERSION and not isinstance(version, bool):
        return False
    if version is None:
        given, said = "", "there is no version"
        advice = f"if this is one of our plans, write version = {VERSION} at the top"
    elif isinstance(version, int) and version > VERSION:
        given, said = (
            f"version = {version}, this one reads {VERSION}",
            "the plan was written by a newer safer-hotspots",
        )
        advice = "python -m pip install --upgrade safer-hotspots"
    else:
        given, said = f"version = {version!r}", "the plan is of an old version that cannot be read"
        advice = (
            f"rename this file, let run draft the plan afresh (version {VERSION}), then copy your "
            "words from this file's [people] into the new one"
        )
    problems.add(f"line {line}: {said}", given=given, advice=advice)
    return True
