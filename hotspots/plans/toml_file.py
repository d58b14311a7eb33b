"""The record of a plan: one TOML file that people may edit; comments and order survive every save."""

import contextlib
import datetime as dt
import os
import pathlib
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table

from hotspots.checks import InputError, read_text
from hotspots.common.plan_words import clean_text
from hotspots.files.own_toml import parse_toml
from hotspots.plans._check import check_record
from hotspots.plans.record import ROWS, SINGLE, VERSION, Plan, blank_people

_HEAD = """\
Problem-solving plan. [people] is yours: type between the quotes here, or in the Word document beside
this file (its words are read back first). [frozen] was fixed when the plan was opened. Everything after
it is written from the data and rewritten by the next draft; [[assessments]] are only ever added to."""

# Rows that people read or edit stand as tables of their own; the rest are one line each.
_AS_TABLES = {*ROWS, "options", "changes", "assessments", "stages", "monthly", "areas", "comparator_areas"}


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Read a plan's record.

    Parameters
    ----------
    path : str or Path
        The ``.toml`` file.

    Returns
    -------
    Plan
        With ``source`` the text it came from.

    Raises
    ------
    InputError
        Naming every problem with its line: not TOML, an old version, unknown keys, values of a wrong kind.

    Examples
    --------
    >>> import tempfile
    >>> from hotspots.plans.person_names import draft_person_plan
    >>> plan = draft_person_plan("V1234", role="repeat victim", as_of="2024-03-31")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = pathlib.Path(folder) / "plan.toml"
    ...     _ = write_record(plan, record)
    ...     read_plan(record).ref
    'V1234'
    """
    file = pathlib.Path(path)
    text = read_text(file, what="The plan")
    advice = "mend that line: text stands in one pair of quotes, or in three for several lines"
    raw = parse_toml(text, name=file.name, what="The plan", advice=advice, paths=False)
    check_record(raw, text, name=file.name)
    return _build(raw, text)


def _build(raw: dict[str, Any], text: str) -> Plan:
    people = blank_people()
    for group in SINGLE:
        people[group].update({k: _say(v) for k, v in raw.get("people", {}).get(group, {}).items()})
    for group in ROWS:
        rows = raw.get("people", {}).get(group, [])
        people[group] = [{k: _say(v) for k, v in row.items()} for row in rows]
    plan = Plan(ref=raw["ref"], title=raw["title"], people=people, source=text)
    rows = ("options", "changes", "assessments", "stages", "monthly")
    for name in ("covers", "frozen", "scanning", "analysis", *rows, "success", "document"):
        if name in raw:
            setattr(plan, name, _plain(raw[name]))
    plan.opened, plan.drafted = _say(raw["opened"]), _say(raw.get("drafted") or raw["opened"])
    return plan


def _say(value: Any) -> str:
    """Words of a field; a TOML date or number typed by hand becomes text."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def write_record(plan: Plan, path: str | os.PathLike[str]) -> pathlib.Path:
    """Write a plan's record; what people wrote in the file before, comments too, stays as it was.

    Parameters
    ----------
    plan : Plan
        The plan; its ``source`` is the text to keep the layout of, and becomes the text written.
    path : str or Path
        The ``.toml`` file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        When the file cannot be written, or has been changed since this plan was read from it.
    """
    file = pathlib.Path(path)
    if file.exists() and read_text(file, what="The plan") != plan.source:
        raise InputError(
            "The plan's record was changed after it was read, and is not overwritten",
            given=str(file),
            advice="read it again with read_plan, then draft",
        )
    text, beside = dump_plan(plan), file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(text.encode())
        settle_file(beside)
        beside.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):  # what stood in the way of writing may stand here too
            beside.unlink()
        raise InputError(
            "The plan's record cannot be written",
            given=f"{file}: {error.strerror}",
            advice="close it if it is open in another program, and check the folder's permissions",
        ) from error
    plan.source = text
    return file


def settle_file(path: pathlib.Path) -> None:
    """See a file onto the disk, so that a power cut after its renaming does not leave an empty one."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def dump_plan(plan: Plan) -> str:
    """TOML text of a plan, in the layout of the text it was read from."""
    document = tomlkit.parse(plan.source) if plan.source else _new_document()
    _merge(document, _content(plan))
    return tomlkit.dumps(document)


def _new_document() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    return document


def _content(plan: Plan) -> dict[str, Any]:
    people: dict[str, Any] = {group: dict(plan.people[group]) for group in SINGLE}
    people.update({group: [dict(row) for row in plan.people[group]] for group in ROWS if plan.people[group]})
    content: dict[str, Any] = {"version": VERSION, "ref": plan.ref, "title": plan.title, "covers": plan.covers}
    content |= {"opened": plan.opened, "drafted": plan.drafted, "people": people, "frozen": plan.frozen}
    content |= {"scanning": plan.scanning, "analysis": plan.analysis, "document": plan.document}
    rows: dict[str, Any] = {"options": plan.options, "changes": plan.changes, "assessments": plan.assessments}
    rows |= {"stages": plan.stages, "success": plan.success, "monthly": plan.monthly}
    return content | {name: value for name, value in rows.items() if value}


def _merge(old: Any, new: dict[str, Any]) -> None:
    """Set what differs and leave the rest as it is laid out; keys that are gone are removed."""
    for key in [k for k in old if k not in new]:
        del old[key]
    for key, value in new.items():
        present = old.get(key)
        if isinstance(value, dict) and isinstance(present, dict):
            _merge(present, value)
        elif _is_rows(value) and isinstance(present, AoT):
            _merge_rows(present, value)
        elif present is None or _plain(present.unwrap() if hasattr(present, "unwrap") else present) != value:
            old[key] = _item(value, key)


def _merge_rows(old: AoT, new: list[dict[str, Any]]) -> None:
    while len(old) > len(new):
        del old[-1]
    for i, row in enumerate(new):
        if i < len(old):
            _merge(old[i], row)
        else:
            old.append(_table(row))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _table(content: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in content.items():
        table.add(key, _item(value, key))
    return table


def _item(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return _table(value)
    if key in _AS_TABLES and _is_rows(value):
        rows = tomlkit.aot()
        for row in value:
            rows.append(_table(row))
        return rows
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, str):
        text = clean_text(value)
        return tomlkit.string(text, multiline="\n" in text)
    return tomlkit.item(value)


def _list(values: list[Any]) -> Array:
    """Put each item on a line, so that a diff shows the one that changed."""
    array = tomlkit.array()
    for value in values:
        array.append(_inline(value) if isinstance(value, dict) else _item(value))
    return array.multiline(len(values) > 1)


def _inline(content: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in content.items():
        table.append(key, _item(value))
    return table
