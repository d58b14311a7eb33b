"""An open plan on disk: what people typed is read back before anything is written; no word is lost."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd

from hotspots.checks import InputError, Problems, announce
from hotspots.plan_names import refuse_names
from hotspots.plan_record import Plan
from hotspots.plan_toml import read_plan, write_record
from maps.disclosure import Profile
from maps.document import refuse_unwritable, write_documents
from maps.plan_fields import Reading, holds_row, mark_of, read_fields


def open_plan(record: str | Path) -> Plan:
    """Read a plan with what people typed in its Word document since it was written.

    Parameters
    ----------
    record : str or Path
        The ``.toml`` record; the document stands beside it under the same name.

    Returns
    -------
    Plan
        The record is brought up to date when the document holds newer words. Where both were changed in
        the same field, both are kept, one under the other, and this is said aloud.

    Raises
    ------
    InputError
        When the record or the document cannot be read.
    """
    plan, new = _read_back(Path(record))
    if new:
        write_record(plan, record)
    return plan


def peek_plan(record: str | Path) -> Plan:
    """Read a plan as `open_plan` does, and leave its record as it is."""
    return _read_back(Path(record))[0]


def _read_back(path: Path) -> tuple[Plan, bool]:
    plan, word = read_plan(path), path.with_suffix(".docx")
    if not word.exists():
        return plan, False
    reading = read_fields(word, controls=plan.document.get("controls", ""))
    new = reading.changed and merge_reading(plan, reading, name=word.name)
    if new:
        refuse_names(plan)
    return plan, new


def merge_reading(plan: Plan, reading: Reading, *, name: str) -> bool:
    """Take people's words from a document into the plan; True when anything was new."""
    held, new, both = plan.fields(), False, []
    for tag, entry in reading.entries.items():
        here = held.get(tag, "")
        if not entry.changed or entry.text == here.strip():
            continue
        if mark_of(here) != entry.mark and here and entry.text not in here:
            both.append(tag)
            plan.set_field(tag, f"{here}\n{entry.text}" if entry.text else here)
        elif mark_of(here) == entry.mark or not here:
            plan.set_field(tag, entry.text)
        else:
            continue
        new = True
    for group, row in reading.added:
        new |= _add_row(plan, group, row)
    if both:
        announce(f"{name}: changed in the document and in the record, both kept: {', '.join(both)}.")
    return new


def _add_row(plan: Plan, group: str, row: dict[str, str]) -> bool:
    if holds_row(plan, group, row):
        return False
    if isinstance(plan.people.get(group), list):
        plan.people[group].append(dict(row))
        return True
    tag, text = next(iter(row.items()))
    tag = tag.removesuffix(" (again)")
    plan.set_field(tag, f"{plan.fields().get(tag, '')}\n{text}".strip())
    return True


def save_plan(
    plan: Plan,
    record: str | Path,
    *,
    spots: gpd.GeoDataFrame | None = None,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
    attribution: str | None = None,
) -> list[Path]:
    """Write a plan's record, Word document and page under one name.

    Parameters
    ----------
    plan : Plan
        From `open_plan` or `hotspots.draft_plan`.
    record : str or Path
        The ``.toml`` record; the documents get the same name.
    spots, layers, profile, marking, attribution
        As for `maps.write_plan`.

    Returns
    -------
    list of Path
        The Word document and the page.

    Raises
    ------
    InputError
        When a file is open elsewhere, or the document holds words that the plan does not have.
    """
    path = Path(record)
    refuse_names(plan)
    refuse_locked(path.with_suffix(".docx"))
    refuse_unwritable(plan, path.with_suffix(".docx"), profile)  # before anything is put aside
    keep_edited(plan, path.with_suffix(".docx"))
    kept = kept_map(path.with_suffix(".docx")) if spots is None else None
    options: dict[str, Any] = {"spots": spots, "layers": layers, "map_png": kept}
    options |= {"profile": profile, "marking": marking, "attribution": attribution}
    written = write_documents(plan, path.with_suffix(""), **options)
    write_record(plan, path)
    return written


def kept_map(word: Path) -> bytes | None:
    """Take the map out of a plan's document, so that it is not lost where no hotspots are at hand."""
    import docx

    if not word.exists():
        return None
    document = docx.Document(str(word))
    for picture in document.element.body.xpath(".//wp:inline[starts-with(wp:docPr/@descr, 'Map of')]"):
        (part,) = picture.xpath(".//a:blip/@r:embed") or [None]
        if part in document.part.related_parts:
            return bytes(document.part.related_parts[part].blob)
    return None


def is_stale(plan: Plan, record: Path) -> bool:
    """Whether a plan's documents are missing, or show other words than its record has."""
    if not all(record.with_suffix(suffix).exists() for suffix in (".docx", ".html")):
        return True
    written = {
        tag: mark for tag, _, mark in (c.partition("#") for c in plan.document.get("controls", "").split())
    }
    return any(mark_of(text) != (written.get(tag) or mark_of("")) for tag, text in plan.fields().items())


def refuse_locked(word: Path) -> None:
    """Refuse, by name, a document that Word or LibreOffice has open: it would write over ours."""
    marks = [word.with_name(f"~${word.name}"), word.with_name(f"~${word.name[2:]}")]
    marks.append(word.with_name(f".~lock.{word.name}#"))
    if any(mark.exists() for mark in marks):
        raise InputError(
            f"{word.name} is open in another program",
            given=str(word),
            advice="close it (or delete its lock file, if nobody has it open) and run again",
        )


def keep_edited(plan: Plan, word: Path) -> Path | None:
    """Keep a copy of a document in which people wrote outside the fields; the copy, or None."""
    known = plan.document.get("text", "")
    if not word.exists() or not known:
        return None
    if not read_fields(word, controls=plan.document.get("controls", "")).edited_outside(known):
        return None
    number, copy = 1, word
    while copy.exists():
        copy = word.with_name(f"{word.stem} edited {plan.drafted}{f' {number}' if number > 1 else ''}.docx")
        number += 1
    shutil.copy2(word, copy)
    announce(f"{word.name} was edited outside its fields: kept as {copy.name}, and written afresh.")
    plan.document.pop("text")
    return copy


def list_records(folder: str | Path) -> list[Path]:
    """List the records in a folder of open plans, by name."""
    return sorted(Path(folder).glob("*.toml"))


def open_plans(folder: str | Path) -> dict[Path, Plan]:
    """Every plan of a folder, each read back from its document.

    Raises
    ------
    InputError
        Listing every plan that cannot be read, at once.
    """
    problems, plans = Problems("Some open plans cannot be read"), {}
    for record in list_records(folder):
        try:
            plans[record] = open_plan(record)
        except InputError as error:
            problems.add(str(error).rstrip("."))
    problems.raise_any()
    return plans
