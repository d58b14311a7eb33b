"""Tables of a user's own TOML as typed models: what a key may hold is said once, every mistake is named."""

import datetime as dt
import functools
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import core_schema

from hotspots.checks import InputError, Problems, closest_name
from hotspots.files.toml_lines import line_at, locate_keys

T = TypeVar("T", bound="Table")
Keys = tuple[str | int, ...]
_RULES = ConfigDict(strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)
_PLAIN = {int: "a whole number", float: "a number", str: "text in quotes", bool: "true or false", dt.date: "a date"}
_LISTS = {str: " of texts", float: " of numbers", int: " of whole numbers"}
_BOUNDS = {
    "greater_than": "above {gt:,}",
    "greater_than_equal": "{ge:,} or more",
    "less_than_equal": "at most {le:,}",
    "finite_number": "a number that is not endless",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of at most {max_length}",
}


class Table(BaseModel, Mapping[str, Any]):
    """One table: an attribute for every key that it may hold.

    As a mapping it has only the keys that are stated, so that ``f(**table)`` leaves the others to ``f``.
    """

    model_config = ConfigDict(**_RULES, frozen=True, extra="forbid")
    others: ClassVar[bool] = False  # whether keys that are not said here may stand in it as well

    @classmethod
    def names(cls) -> dict[str, str]:
        """Attribute of each key: they differ where a key is a word of Python's own."""
        return {field.alias or name: name for name, field in cls.model_fields.items()}

    @classmethod
    def holding(cls: type[T], values: Mapping[str, Any] | None = None) -> T:
        """Make a table of what was checked before, or an empty one."""
        return cls.model_construct(_fields_set=set(values or ()), **values or {})

    def changed(self: T, *, without: tuple[str, ...] = (), **values: Any) -> T:
        """Return the same with other values, and without some keys."""
        return self.holding({key: value for key, value in self.items() if key not in without} | values)

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say what is wrong with the stated keys beyond each by itself."""
        return iter(())

    def __getitem__(self, key: str) -> Any:
        if key not in set(self):
            raise KeyError(key)
        return getattr(self, self.names()[key])

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return (key for key, name in self.names().items() if name in self.model_fields_set)

    def __len__(self) -> int:
        return len(self.model_fields_set)

    def __eq__(self, other: object) -> bool:
        return Mapping.__eq__(self, other)

    __hash__ = None  # type: ignore[assignment]


class OneOf:
    """Text that is one of some names, for ``Annotated[str, OneOf(names)]``."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def __get_pydantic_core_schema__(self, *_: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(self.names))


def shown(words: str) -> Any:
    """Leave a key out unless it is stated; ``words`` say in the guide what then happens."""
    return Field(None, json_schema_extra={"shown": words})


def needed(example: str, *, empty: bool = False) -> Any:
    """Ask for a key; the example is the advice where it is not there (or ``empty``, which may be allowed)."""
    kinds: Any = {"shown": "needed", "needed": example} | ({"empty": "allowed"} if empty else {})
    return Field(None, json_schema_extra=kinds)


def note_of(kind: type[Table], key: str, what: str) -> str:
    """Words that `shown` or `needed` left with a key, or none."""
    extra = kind.model_fields[kind.names()[key]].json_schema_extra
    return str(extra.get(what, "")) if isinstance(extra, dict) else ""


def read_table(
    kind: type[T], raw: Mapping[str, Any], problems: Problems, *, text: str = "", path: Keys = (), context: Any = None
) -> T:
    """Read a table, noting every mistake with its line; what is wrong is left at its default."""
    values = {}
    for key, value in raw.items():
        here = (*path, key)
        if key not in kind.names():
            if kind.others:
                continue
            advice = _near(key, kind.names())
            problems.add(f"{_line(text, here)}unknown key '{key}'{_within(path)}", advice=advice)
            continue
        found = _read(kind, key, value, problems, text=text, path=here, context=context)
        if found is not None:
            values[kind.names()[key]] = found
    table = kind.holding(values)
    lost = [key for key in kind.names() if note_of(kind, key, "needed") and _lacks(kind, key, raw)]
    if lost:
        advice = " and ".join(note_of(kind, key, "needed") for key in lost)
        wanted = " and ".join(f"'{key}'" for key in lost)
        where = f"[{_dotted(path)}]" if path else "it"
        problems.add(f"{_line(text, path)}{where} needs {wanted}", advice=advice)
    for fault in table.faults(raw):
        said = fault.problem.replace("{table}", f"[{_dotted(path)}]")
        problems.add(f"{_line(text, path)}{said}", given=fault.given, advice=fault.advice)
    return table


def _lacks(kind: type[Table], key: str, raw: Mapping[str, Any]) -> bool:
    return key not in raw if note_of(kind, key, "empty") else raw.get(key) in (None, "", [])


def _read(kind: type[Table], key: str, value: Any, problems: Problems, *, text: str, path: Keys, context: Any) -> Any:
    """Value of one key, or None where it cannot be."""
    hint = _hints(kind)[kind.names()[key]]
    inner, several = _table_in(hint)
    if inner is None or not (isinstance(value, Mapping) or [inner] == _kinds(hint) or several):
        try:
            return _adapter(kind, kind.names()[key]).validate_python(value, context=context)
        except ValidationError as error:
            _explain(error, hint, value, problems, text=text, path=path)
            return None
    tables: dict[Keys, Any] = {path: value}
    if several is list:
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            given, advice = _short(value), f"[[{_dotted(path)}]]"
            problems.add(f"{_line(text, path)}'{key}' must be a list of tables", given=given, advice=advice)
            return None
        tables = {(*path, number): row for number, row in enumerate(value, 1)}
    elif several and isinstance(value, Mapping):
        tables = {(*path, name): one for name, one in value.items()}
    found: dict[Any, Table] = {}
    for at, one in tables.items():
        if isinstance(one, Mapping):
            found[at[-1]] = read_table(inner, one, problems, text=text, path=at, context=context)
        else:
            advice = "a heading in brackets, with its keys below it"
            problems.add(f"{_line(text, at)}[{_dotted(at)}] must be a table", given=_short(one), advice=advice)
    return list(found.values()) if several is list else found if several else found.get(key)


def _explain(error: ValidationError, hint: Any, value: Any, problems: Problems, *, text: str, path: Keys) -> None:
    """Note whatever the library says of one value, in our words and where it stands."""
    places: dict[Keys, list[Any]] = {}
    for one in error.errors(include_url=False):
        below = tuple(part for part in one["loc"] if isinstance(value, dict) and part in value)
        places.setdefault((*path, *below), []).append(one)
    if len(places) > 1:  # of a table that has a fault inside, other kinds say that it is none of theirs
        places.pop(path, None)
    for at, found in places.items():
        inner, given, within = hint, value, _within(path[:-1])
        if at != path:
            inner = next(get_args(kind)[1] for kind in _kinds(hint) if get_origin(kind) is dict)
            given, within = value[at[-1]], ""
        _note(found, inner, given, problems, at_line=_line(text, at), key=at[-1], within=within)


def _note(found: list[Any], hint: Any, value: Any, problems: Problems, *, at_line: str, key: Any, within: str) -> None:
    own = [one["ctx"]["error"] for one in found if isinstance(one.get("ctx", {}).get("error"), InputError)]
    strange = [o["input"] for o in found if o["type"] == "literal_error" and isinstance(o["input"], str)]
    bound = next((one for one in found if one["type"] in _BOUNDS), None)
    for error in own:
        said = error.problem.replace("{key}", f"'{key}'")
        problems.add(f"{at_line}{said}", given=error.given, advice=error.advice)
    for word in [] if own else strange:
        advice = _near(word, _names(hint))
        problems.add(f"{at_line}'{key}'{within} is not one we know", given=repr(word), advice=advice)
    if own or strange:
        return
    if bound is None:
        problems.add(f"{at_line}'{key}' must be {say_kind(hint)}", given=_short(value))
    else:
        must = _BOUNDS[bound["type"]].format(**bound.get("ctx", {}))
        advice = must if must.startswith("a ") else f"a number {must}"
        problems.add(f"{at_line}'{key}' must be {must}", given=_short(bound["input"]), advice=advice)


def tables_in(kind: type[Table], name: str = "") -> dict[str, type[Table]]:
    """Name every table that one may hold, itself first; ``*`` stands for names of the user's own."""
    found = {name: kind}
    for key, own in kind.names().items():
        inner, several = _table_in(_hints(kind)[own])
        if inner is not None:
            found |= tables_in(inner, f"{name}.{key}".lstrip(".") + ".*" * (several is dict))
    return found


def say_kind(hint: Any) -> str:
    """Say what a value must be.

    Examples
    --------
    >>> say_kind(bool | list[str])
    'true or false or a list of texts'
    """
    kinds = _kinds(hint)
    said = [_say_one(kind) for kind in kinds if not (kind is int and float in kinds)]
    return " or ".join(dict.fromkeys(said))


def _say_one(kind: Any) -> str:
    if get_origin(kind) is list:
        return "a list" + _LISTS.get(_kinds(get_args(kind)[0])[-1], "")
    names = _names(kind)
    return "one of " + ", ".join(names) if names else _PLAIN.get(kind, "a table")


def _kinds(hint: Any) -> list[Any]:
    """Kinds that a hint allows, in order, without None."""
    if get_origin(hint) is Annotated and not _names(hint):
        return _kinds(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return [kind for part in get_args(hint) for kind in _kinds(part) if kind is not type(None)]
    return [hint]


def _names(hint: Any) -> list[str]:
    """Texts that a hint allows, wherever they stand in it."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    parts = [part for part in getattr(hint, "__metadata__", ()) if isinstance(part, OneOf)]
    return [name for part in parts for name in part.names] or [n for p in get_args(hint) for n in _names(p)]


def _table_in(hint: Any) -> tuple[type[Table] | None, type | None]:
    """Kind of table that a hint speaks of, and whether of several: dict by name, list in rows."""
    for kind in _kinds(hint):
        several = get_origin(kind) if get_origin(kind) in (dict, list) else None
        for inner in _kinds(get_args(kind)[-1]) if several else [kind]:
            if isinstance(inner, type) and issubclass(inner, Table):
                return inner, several
    return None, None


@functools.cache
def _hints(kind: type[Table]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


@functools.cache
def _adapter(kind: type[Table], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_hints(kind)[name], config=_RULES)


def _line(text: str, path: Keys) -> str:
    return f"line {line_at(locate_keys(text), path)}: " if text else ""


def _near(word: str, known: Any) -> str:
    near = closest_name(word, known)
    return f"'{near}'" if near else "one of " + ", ".join(sorted(known))


def _dotted(path: Keys) -> str:
    return ".".join(map(str, path))


def _within(path: Keys) -> str:
    return f" in [{_dotted(path)}]" if path else ""


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 200 else f"{said[:200]} ..."
