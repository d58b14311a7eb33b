"""What is read back: the one rule by which the words of a document and of its record become one plan.

Before anything is written over a document, its words are in the record on disk, or the document is in a
copy that is named aloud. `merge_words` says what a field then holds, `refuse_newer` holds every writer of
documents to it, `keep_copy` makes the copy. A record is written before its document (`maps.plans.store`).
"""

from pathlib import Path

from hotspots.checks import InputError, announce
from hotspots.common.plan_words import clean_text
from hotspots.plans.person_names import refuse_names
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan
from maps.common.write_whole import write_file
from maps.documents.word_fields import Entry, Reading, holds_row, mark_of, read_fields
from maps.documents.word_files import refuse_open


def read_back(path: Path, *, word: Path | None = None) -> tuple[Plan, bool, list[str]]:
    """Read a plan from its record and its document: whether it holds new words, and which stood in both.

    ``word`` is the document where that was renamed.
    """
    plan, word = read_plan(path), word or path.with_suffix(".docx")
    if not word.exists():
        return plan, False, []
    new, both = merge_reading(plan, read_fields(word, controls=plan.document.get("controls", "")))
    if new:
        refuse_names(plan)
    return plan, new, both


def merge_words(here: str, entry: Entry) -> str:
    r"""Give what a field holds by the record and the document: both, where both were changed.

    Merging the same document again changes nothing: a run that was stopped half-way is simply run again.
    """
    here = clean_text(here).strip()
    if not entry.changed:
        return here
    if mark_of(here) == entry.mark or not here or (entry.text and _stands_in(here, entry.text)):
        return entry.text
    if not entry.text or _stands_in(entry.text, here):
        return here
    both = f"{here}\n{entry.text}"
    # never what the document began with: it would be taken for untouched
    return both if mark_of(both) != entry.mark else f"{entry.text}\n{here}"


def _stands_in(text: str, other: str) -> bool:
    """Whether one text stands in another as lines of its own."""
    return f"\n{text}\n" in f"\n{other}\n"


def merge_reading(plan: Plan, reading: Reading) -> tuple[bool, list[str]]:
    """Take people's words from a document into a plan: whether any was new, and fields changed in both."""
    held, new, both = plan.fields(), False, []
    for tag, entry in reading.entries.items():
        here = held.get(tag, "")
        merged = merge_words(here, entry)
        if merged == clean_text(here).strip():
            continue
        plan.set_field(tag, merged)
        new = True
        if merged != entry.text:
            both.append(tag)
    for group, row in reading.added:
        new |= add_row(plan, group, row)
    return new, both


def add_row(plan: Plan, group: str, row: dict[str, str]) -> bool:
    """Add a row that people added to a table, or a field they copied; whether it was new."""
    if holds_row(plan, group, row):
        return False
    if isinstance(plan.people.get(group), list):
        plan.people[group].append(dict(row))
        return True
    tag, text = next(iter(row.items()))
    tag = tag.removesuffix(" (again)")
    plan.set_field(tag, f"{plan.fields().get(tag, '')}\n{text}".strip())
    return True


def refuse_newer(plan: Plan, word: Path, *, outside: bool = True) -> None:
    """Refuse to write over a document whose words the plan does not have."""
    if not word.exists():
        return
    reading = read_fields(word, controls=plan.document.get("controls", ""))
    held = {tag: clean_text(text).strip() for tag, text in plan.fields().items()}
    entries = reading.entries.items()
    newer = [tag for tag, e in entries if merge_words(held.get(tag, ""), e) != held.get(tag, "")]
    newer += [f"a row of {group}" for group, row in reading.added if not holds_row(plan, group, row)]
    if newer or (outside and reading.edited_outside(plan.document.get("text", ""))):
        what = ", ".join(newer[:5]) or "text outside the fields"
        raise InputError(
            "The plan's document was changed after it was written, and is not overwritten",
            given=f"{word.name}: {what}",
            advice="read it back first with maps.open_plan (hotspots run and hotspots assess do)",
        )


def keep_edited(plan: Plan, word: Path) -> Path | None:
    """Keep a copy of a document in which people wrote outside the fields; the copy, or None."""
    if not word.exists():
        return None
    reading = read_fields(word, controls=plan.document.get("controls", ""))
    if not reading.edited_outside(plan.document.get("text", "")):
        return None
    return keep_copy(word, plan.drafted, why="was edited outside its fields")


def keep_copy(word: Path, day: str, *, why: str) -> Path:
    """Keep a copy of a document beside it, unless one with the same content is there already."""
    data = word.read_bytes()
    name, number = f"{word.stem} edited {day}", 1
    copy = word.with_name(f"{name}.docx")
    while copy.exists() and copy.read_bytes() != data:
        number += 1
        copy = word.with_name(f"{name} {number}.docx")
    if not copy.exists():
        write_file(copy, data)
    announce(f"{word.name} {why}: kept as {copy.name}, and written afresh.")
    return copy


def say_both(word: Path, both: list[str]) -> None:
    """Say which fields were changed in a document and in its record."""
    if both:
        announce(f"{word.name}: changed in the document and in the record, both kept: {', '.join(both)}.")


def adopt(plan: Plan, word: Path) -> None:
    """Take every word of a document whose record is gone into a new plan; the document stays in a copy."""
    reading = read_fields(word)
    for tag, entry in reading.entries.items():
        if entry.text:
            plan.set_field(tag, entry.text)
    for group, row in reading.added:
        add_row(plan, group, row)
    refuse_open(word)
    keep_copy(word, plan.drafted, why="had no record and its words were read back into a new one")
