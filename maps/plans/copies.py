"""Copies that a synchronised folder makes of a plan: compared, and merged where they do not conflict."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from hotspots.checks import InputError, announce
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_list
from hotspots.plans.person_names import refuse_names
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan, write_record
from maps.documents.word_fields import Entry, mark_of, read_fields
from maps.documents.word_files import refuse_open
from maps.plans.closed import ENDINGS, MERGED
from maps.plans.read_back import add_row, merge_words, read_back
from maps.plans.shelf import Shelf, identity_of
from maps.plans.store import written_marks


def merge_copies(folder: Path, shelf: Shelf, closed: Mapping[Path, Plan] | None = None) -> None:
    """Take what is new in copies of documents and records into their plans; merged copies are put away.

    A field that was changed in the copy and, otherwise, in the plan stays as it is in the plan, and the copy
    stays where it is, named. A copy never empties a field. ``closed`` are plans that are put away: copies of
    their documents are left among the open ones.
    """
    plans = shelf.plans if closed is None else closed
    for stray in list(shelf.strays):
        same = {} if stray.problem or not stray.ref else plans
        fit = [record for record, plan in same.items() if (stray.ref, stray.title) == (plan.ref, plan.title)]
        if len(fit) == 1:
            with shelf.sparing(fit[0]):
                problem = _merge_document(folder, stray.path, fit[0], plans[fit[0]])
                shelf.strays = [replace(s, problem=problem) if s is stray else s for s in shelf.strays]
    for second in [record for record in shelf.left if record.exists() and record not in shelf.shown]:
        _merge_record(folder, shelf, second)
    shelf.strays = [stray for stray in shelf.strays if stray.path.exists()]


def _merge_document(folder: Path, copy: Path, record: Path, plan: Plan) -> str:
    """Merge a copy of a plan's document; why it stays where it is, if it does."""
    try:
        refuse_open(copy)
    except InputError as error:  # half a sentence may stand in it
        return error.problem
    reading = read_fields(copy)
    clashes = _take(plan, record, reading.entries.items(), reading.added)
    clashes += ["text outside the fields"] * reading.edited_outside("")
    if not clashes:
        _put_away(folder, copy, record)
    return f"a copy of {record.stem} that differs in {say_list(clashes)}" if clashes else ""


def _merge_record(folder: Path, shelf: Shelf, second: Path) -> None:
    """Merge a second record of a plan, with its own document, by the marks of what was last written."""
    if "second record" not in shelf.left[second].problem:
        return
    identity, word = identity_of(read_plan(second)), second.with_suffix(".docx")
    first = next((record for record, plan in shelf.plans.items() if identity_of(plan) == identity), None)
    if first is None:
        return
    with shelf.sparing(second):
        refuse_open(word)
        plan, _, _ = read_back(second)
        marks = written_marks(plan)
        fields = plan.fields().items()
        entries = [(tag, Entry(clean_text(t).strip(), marks.get(tag) or mark_of(""))) for tag, t in fields]
        clashes = _take(shelf.plans[first], first, entries, ())
        known = plan.document.get("text", "")
        clashes += ["text outside the fields"] * (word.exists() and read_fields(word).edited_outside(known))
        if clashes:
            named = f"{second.name} is a second record of the plan in {first.name}"
            advice = shelf.left[second].advice
            raise InputError(f"{named} that differs in {say_list(clashes)}", advice=advice)
        _put_away(folder, second, first)
        del shelf.left[second]


def _take(
    plan: Plan, record: Path, entries: Iterable[tuple[str, Entry]], added: Iterable[tuple[str, dict[str, str]]]
) -> list[str]:
    """Take words into a plan and its record; the fields that were changed in both."""
    held, clashes, new = plan.fields(), [], False
    for tag, entry in entries:
        here = clean_text(held.get(tag, "")).strip()
        lost = not here and not entry.changed  # emptied in the plan since, or never known to it
        if not entry.text or (merge_words(here, entry) == here and not lost):
            continue
        if lost or (here and mark_of(here) != entry.mark):
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


def _put_away(folder: Path, copy: Path, record: Path) -> None:
    """Put a merged copy away with what belongs to it, by name."""
    place = folder / MERGED
    place.mkdir(exist_ok=True)
    for old in [copy.with_suffix(ending) for ending in ENDINGS if copy.with_suffix(ending).exists()]:
        new, number = place / old.name, 1
        while new.exists():
            number += 1
            new = place / f"{old.stem} {number}{old.suffix}"
        old.replace(new)
    announce(f"{copy.name} is a copy of {record.stem}: its words are in the plan, and it lies in “{MERGED}”.")
