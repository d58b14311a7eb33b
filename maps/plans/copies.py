"""Copies that a synchronised folder makes of a plan: compared, and merged where they do not conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from hotspots.checks import announce
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_list
from hotspots.plans.person_names import refuse_names
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan, write_record
from maps.documents.word_fields import Entry, mark_of, read_fields
from maps.plans.closed import ENDINGS, MERGED
from maps.plans.read_back import add_row, merge_words, read_back
from maps.plans.shelf import Shelf, Stray, identity_of


def merge_copies(folder: Path, shelf: Shelf, closed: Mapping[Path, Plan] | None = None) -> None:
    """Take what is new in copies of documents and records into their plans; merged copies are put away.

    A field that was changed in the copy and, otherwise, in the plan stays as it is in the plan, and the copy
    stays where it is, named. A copy never empties a field. ``closed`` are plans that are put away: copies of
    their documents are left among the open ones.
    """
    plans = shelf.plans if closed is None else closed
    for stray in list(shelf.strays):
        fit = [record for record, plan in plans.items() if _is_of(stray, plan)]
        if len(fit) == 1:
            with shelf.sparing(fit[0]):
                reading = read_fields(stray.path)
                own = reading.edited_outside("")
                clashes = _take(plans[fit[0]], fit[0], reading.entries.items(), reading.added)
                outside = ["text outside the fields"] if own else []
                if not _finish(folder, stray.path, fit[0], [*clashes, *outside]):
                    named = f"a copy of {fit[0].stem}; {say_list([*clashes, *outside])} differ"
                    shelf.strays = [replace(s, problem=named) if s is stray else s for s in shelf.strays]
                else:
                    shelf.strays.remove(stray)
    for second in [record for record in shelf.left if record.exists() and record not in shelf.shown]:
        _merge_record(folder, shelf, second)
    shelf.strays = [stray for stray in shelf.strays if stray.path.exists()]


def _is_of(stray: Stray, plan: Plan) -> bool:
    return bool(stray.ref) and not stray.problem and (stray.ref, stray.title) == (plan.ref, plan.title)


def _merge_record(folder: Path, shelf: Shelf, second: Path) -> None:
    """Merge a second record of a plan, with its own document, by the marks of what was last written."""
    if "second record" not in shelf.left[second].problem:
        return
    identity = identity_of(read_plan(second))
    first = next((record for record, plan in shelf.plans.items() if identity_of(plan) == identity), None)
    if first is None:
        return
    with shelf.sparing(second):
        plan, _, _ = read_back(second)
        marks = {tag: mark for tag, _, mark in map(_parts, plan.document.get("controls", "").split())}
        fields = plan.fields().items()
        entries = [(tag, Entry(clean_text(t).strip(), marks.get(tag) or mark_of(""))) for tag, t in fields]
        if _finish(folder, second, first, _take(shelf.plans[first], first, entries, ())):
            del shelf.left[second]


def _parts(control: str) -> tuple[str, str, str]:
    return control.partition("#")


def _take(
    plan: Plan,
    record: Path,
    entries: Iterable[tuple[str, Entry]],
    added: Iterable[tuple[str, dict[str, str]]],
) -> list[str]:
    """Take words into a plan and its record; the fields that were changed in both."""
    held, clashes, new = plan.fields(), [], False
    for tag, entry in entries:
        here = clean_text(held.get(tag, "")).strip()
        if not entry.changed or not entry.text or merge_words(here, entry) == here:
            continue
        if here and mark_of(here) != entry.mark:
            clashes.append(tag)
            continue
        plan.set_field(tag, entry.text)
        new = True
    for group, row in added:
        new |= add_row(plan, group, row)
    if new:
        refuse_names(plan)
        write_record(plan, record)
    return clashes


def _finish(folder: Path, copy: Path, record: Path, clashes: list[str]) -> bool:
    """Put a merged copy away with what belongs to it; whether nothing in it is left to settle."""
    if clashes:
        return False
    place = folder / MERGED
    place.mkdir(exist_ok=True)
    for old in [copy.with_suffix(ending) for ending in ENDINGS if copy.with_suffix(ending).exists()]:
        new, number = place / old.name, 1
        while new.exists():
            number += 1
            new = place / f"{old.stem} {number}{old.suffix}"
        old.replace(new)
    announce(f"{copy.name} is a copy of {record.stem}: its words are in the plan, and it lies in “{MERGED}”.")
    return True
