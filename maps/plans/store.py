"""An open plan on disk: read back, then written, the record always before its document; no word is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hotspots.common.option_classes import take_options
from hotspots.common.plan_words import clean_text
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import write_record
from maps.documents.word_fields import mark_of
from maps.documents.word_files import open_word, refuse_damage, refuse_open
from maps.plans.lock import only_writer
from maps.plans.pictures import Look
from maps.plans.read_back import keep_edited, read_back, refuse_newer, say_both
from maps.plans.shelf import Shelf, look_through, say_strays
from maps.plans.write_plan import render_plan, write_rendered


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
    path = Path(record)
    plan, new, both = read_back(path)
    if new:
        with only_writer(path.parent):
            write_record(plan, path)
    say_both(path.with_suffix(".docx"), both)
    return plan


def peek_plan(record: str | Path) -> Plan:
    """Read a plan as `open_plan` does, and leave its record as it is."""
    return read_back(Path(record))[0]


def save_plan(plan: Plan, record: str | Path, **look: Any) -> list[Path]:
    """Write a plan's record, Word document and page under one name.

    Parameters
    ----------
    plan : Plan
        From `open_plan` or `hotspots.draft_plan`.
    record : str or Path
        The ``.toml`` record; the documents get the same name.
    **look
        ``spots, layers, profile, marking, attribution`` as for `maps.write_plan`.

    Returns
    -------
    list of Path
        The Word document and the page.

    Raises
    ------
    InputError
        When a file is open elsewhere, or the document holds words that the plan does not have.
    """
    path, drawn = Path(record), take_options(Look, look, of="save_plan")
    word = path.with_suffix(".docx")
    with only_writer(path.parent):
        refuse_open(word)
        refuse_newer(plan, word, outside=False)
        made = render_plan(plan, replace(drawn, map_png=kept_map(word) if drawn.spots is None else None))
        refuse_open(word)  # pictures take their time, in which somebody may have opened or saved it
        refuse_newer(plan, word, outside=False)
        keep_edited(plan, word)
        said = {key: text for key, text in made.document.items() if key not in ("text", "controls")}
        plan.document = plan.document | said | {UNFINISHED: True}
        write_record(plan, path)  # from here on every word is in the record, wherever this stops
        written = write_rendered(made, path.with_suffix(""))
        plan.document = made.document
        write_record(plan, path)
    return written


UNFINISHED = "unfinished"  # stands in a record whose documents are about to be written


def kept_map(word: Path) -> bytes | None:
    """Take the map out of a plan's document, so that it is not lost where no hotspots are at hand."""
    if not word.exists():
        return None
    with refuse_damage(word):
        document = open_word(word)
    for picture in document.element.body.xpath(".//wp:inline[starts-with(wp:docPr/@descr, 'Map of')]"):
        (part,) = picture.xpath(".//a:blip/@r:embed") or [None]
        if part in document.part.related_parts:
            return bytes(document.part.related_parts[part].blob)
    return None


def written_marks(plan: Plan) -> dict[str, str]:
    """Return the marks of the words that a plan's document was last written with, by tag."""
    parts = (control.partition("#") for control in plan.document.get("controls", "").split())
    return {tag: mark for tag, _, mark in parts}


def is_stale(plan: Plan, record: Path) -> bool:
    """Whether a plan's documents are missing, were not finished, or show other words than its record has."""
    if not all(record.with_suffix(suffix).exists() for suffix in (".docx", ".html")):
        return True
    written = written_marks(plan)
    return UNFINISHED in plan.document or any(
        mark_of(clean_text(text)) != (written.get(tag) or mark_of("")) for tag, text in plan.fields().items()
    )


def open_shelf(folder: str | Path) -> Shelf:
    """Read back every plan of a folder, and bring the records up to date with what was typed."""
    shelf = look_through(folder)
    for record, both in shelf.new.items():
        with shelf.sparing(record):
            write_record(shelf.plans[record], record)
            say_both(record.with_suffix(".docx"), both)
    return shelf


def plan_alone(record: Path, *, twice: bool = False) -> Plan:
    """Read one plan back, or raise why it is to be left; name what else may hold words of its own."""
    shelf = look_through(record.parent, twice=twice)
    if record in shelf.left:
        raise shelf.left[record]
    plan = shelf.plans[record] if record in shelf.plans else peek_plan(record)
    say_both(record.with_suffix(".docx"), shelf.new.get(record, []))
    say_strays([stray for stray in shelf.strays if stray.ref in ("", plan.ref)])
    return plan
