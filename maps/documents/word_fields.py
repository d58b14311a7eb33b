"""People's fields in the Word document: tagged content controls, written and read back."""

import hashlib
import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.plans.record import ROWS, Plan, known_tag
from maps.documents.blocks import Field
from maps.documents.hints import CHOICES, DATES, hints_of
from maps.documents.word_files import element, open_word, refuse_damage

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# what Word itself shows in a field that was emptied
EMPTIED = ("Click or tap here to enter text.", "Click here to enter text.")


@dataclass(frozen=True)
class Entry:
    """What stands in one control: its words, and the mark of the words that were written into it."""

    text: str
    mark: str

    @property
    def changed(self) -> bool:
        """Whether somebody changed the words since they were written."""
        return mark_of(self.text) != self.mark


@dataclass
class Reading:
    """What was read back from a document: entries by tag, rows added by hand, and the rest of the text."""

    controls: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    added: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fixed: str = ""
    seal: str = ""

    @property
    def changed(self) -> bool:
        """Whether any of people's fields was changed, or a row added."""
        return bool(self.added) or any(entry.changed for entry in self.entries.values())

    def edited_outside(self, known: str) -> bool:
        """Whether somebody wrote outside the fields; ``known`` is the record's fingerprint of the rest.

        The document's own seal counts too: after a run killed between document and record it is newer.
        """
        return fingerprint(self.fixed) not in (known, self.seal)


def mark_of(text: str) -> str:
    """Short fingerprint of a field's words, so that a later reader knows whether they were changed."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def fingerprint(text: str) -> str:
    """Fingerprint of the document's text outside people's fields, blank space aside."""
    return hashlib.sha256(re.sub(r"\s+", "", text).encode()).hexdigest()[:16]


def seal_document(word: Any) -> None:
    """Write into a document of ours the fingerprint of its text outside people's fields, where it has any."""
    if named := _name_controls(word.element.body, ""):
        word.core_properties.identifier = fingerprint(_fixed_text(word, named))


def add_control(paragraph: Any, entry: Field) -> None:
    """Append a content control for one field to a paragraph; an empty one shows its hint."""
    from docx.shared import RGBColor

    # a control of plain text would lose its grey in LibreOffice: rich text is what neither element says
    number = str(int(hashlib.sha256(entry.tag.encode()).hexdigest()[:7], 16))
    properties = element("sdtPr")
    properties.append(element("alias", val=clean_text(entry.label)[:60]))
    properties.append(element("tag", val=f"{entry.tag}#{mark_of(entry.value)}"))
    properties.append(element("id", val=number))
    properties.append(element("lock", val="sdtLocked"))
    if not entry.value:
        properties.append(element("showingPlcHdr"))
    properties.extend(_kind_of_control(entry))
    content = element("sdtContent")
    run = paragraph.add_run(entry.value or entry.hint)
    if not entry.value:
        run._r.style = "Placeholder"
        run.font.color.rgb = RGBColor(0x59, 0x59, 0x59)
        run._r.get_or_add_rPr().append(element("shd", val="clear", color="auto", fill="EFEFEF"))
    content.append(run._r)
    control = element("sdt")
    control.append(properties)
    control.append(content)
    paragraph._p.append(control)


def _kind_of_control(entry: Field) -> list[Any]:
    """Make a drop-down or a date picker of a control; its words may be any, as people type them."""
    name = entry.tag.rsplit(".", 1)[-1]
    if name in CHOICES:
        box = element("comboBox")
        for choice in CHOICES[name]:
            box.append(element("listItem", displayText=choice, value=choice))
        return [box]
    if name not in DATES:
        return []
    day = parse_date(entry.value)
    picker = element("date", **({"fullDate": f"{day}T00:00:00Z"} if day else {}))
    for key, value in (("dateFormat", "dd/MM/yyyy"), ("lid", "en-GB"), ("storeMappedDataAs", "dateTime")):
        picker.append(element(key, val=value))
    picker.append(element("calendar", val="gregorian"))
    return [picker]


def read_fields(path: str | Path, *, controls: str = "", data: bytes | None = None) -> Reading:
    """Read people's fields back from a plan's Word document."""
    path = Path(path)
    with refuse_damage(path):
        reading = _read(open_word(path if data is None else io.BytesIO(data)), controls)
    if reading is None:
        raise InputError(
            "The document holds none of the plan's fields, so it cannot be read back",
            given=path.name,
            advice="rename it: the next run writes a fresh one from the record, to copy your words into",
        )
    return reading


def read_tagged(path: Path, group: str) -> dict[str, Entry]:
    """Read the fields of a document whose tags begin with a group; a field that was copied adds its words."""
    found: dict[str, Entry] = {}
    with refuse_damage(path):
        body = open_word(path).element.body
    for control in body.iter(f"{W}sdt"):
        tag, mark = tag_of(control)
        if not tag.startswith(f"{group}."):
            continue
        entry = Entry(_text_of(control, tag), mark)
        if tag in found and entry.text not in found[tag].text:
            entry = Entry(f"{found[tag].text}\n{entry.text}".strip(), mark)
        elif tag in found:
            continue
        found[tag] = entry
    return found


def _read(word: Any, controls: str) -> Reading | None:
    body = word.element.body
    named = _name_controls(body, controls)
    if not named:
        return None
    reading = Reading(controls=_list_controls(named), seal=word.core_properties.identifier)
    for control, tag, mark in named:
        entry = Entry(_text_of(control, tag), mark)
        if tag in reading.entries and entry.text:
            # a row copied in Word repeats its tags: the copy is a row of its own
            _add_copied(reading, tag, entry.text)
        else:
            reading.entries.setdefault(tag, entry)
    ours = {control: tag for control, tag, _ in named}
    loose = _read_loose_rows(body, ours, reading)
    reading.fixed = _fixed_text(word, named, loose)
    return reading


def holds_row(plan: Plan, group: str, row: dict[str, str]) -> bool:
    """Whether a row that people added to a table of the document is in the plan."""
    if isinstance(plan.people.get(group), list):
        return any(row.items() <= old.items() for old in plan.people[group])
    tag, text = next(iter(row.items()))
    return text in plan.fields().get(tag.removesuffix(" (again)"), "")


def _fixed_text(word: Any, named: list[tuple[Any, str, str]], loose: Sequence[Any] = ()) -> str:
    """Text outside people's fields and added rows, and how many pictures and comments there are."""
    theirs, body = {*(control for control, _, _ in named), *loose}, word.element.body
    pieces = [
        piece.text or ""
        for piece in body.iter(f"{W}t")
        if not any(part in theirs for part in piece.iterancestors(f"{W}sdt", f"{W}tr"))
    ]
    edges = [edge for section in word.sections for edge in (section.header, section.footer)]
    # without page numbers, which each program works out anew
    pieces += [re.sub(r"\d", "", t.text or "") for edge in edges for t in edge._element.iter(f"{W}t")]
    kinds = ("drawing", "pict", "object", "commentReference", "footnoteReference", "endnoteReference")
    marks = [f"{kind} {count}" for kind in kinds if (count := sum(1 for _ in body.iter(f"{W}{kind}")))]
    return "".join([*pieces, *marks])


def _list_controls(named: list[tuple[Any, str, str]]) -> str:
    """Tags in their order, with the mark where there were words: short lines, for a record people read."""
    blank = mark_of("")
    words = [tag if mark == blank else f"{tag}#{mark}" for _, tag, mark in named]
    return textwrap.fill(" ".join(words), 100, break_long_words=False, break_on_hyphens=False)


def _name_controls(body: Any, controls: str) -> list[tuple[Any, str, str]]:
    """Give each of our controls its tag and mark, by its own tag or else by its place in the order."""
    found = list(body.iter(f"{W}sdt"))
    tags = [tag_of(control) for control in found]
    named = [(c, tag, mark) for c, (tag, mark) in zip(found, tags, strict=True) if known_tag(tag)]
    expected = [(tag, mark or mark_of("")) for tag, _, mark in (c.partition("#") for c in controls.split())]
    if named or len(expected) != len(found):
        return named
    return [(c, tag, mark) for c, (tag, mark) in zip(found, expected, strict=True) if known_tag(tag)]


def tag_of(control: Any) -> tuple[str, str]:
    """Tag of a control, and the mark of what was written into it."""
    found = control.find(f"{W}sdtPr/{W}tag")
    tag, _, mark = (found.get(f"{W}val", "") if found is not None else "").partition("#")
    return tag, mark


def _text_of(control: Any, tag: str) -> str:
    """Words in a control: all that is not the very hint that is shown while it is empty."""
    content = control.find(f"{W}sdtContent")
    text = "" if content is None else clean_text("".join(_pieces(content))).strip()
    emptied = EMPTIED if control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None else ()
    hints = {" ".join(hint.split()) for hint in (*hints_of(tag), *emptied)}
    return "" if " ".join(text.split()) in hints else text


def _pieces(element: Any) -> list[str]:
    pieces, paragraphs = [], 0
    for item in element.iter(f"{W}t", f"{W}br", f"{W}cr", f"{W}tab", f"{W}p", f"{W}noBreakHyphen"):
        if item.tag == f"{W}t":
            pieces.append(item.text or "")
        elif item.tag == f"{W}noBreakHyphen":
            pieces.append("\u2011")
        elif item.tag == f"{W}tab":
            pieces.append("\t")
        elif item.tag == f"{W}p":
            pieces.append("\n" if paragraphs else "")
            paragraphs += 1
        else:
            pieces.append("\n")
    return pieces


def _add_copied(reading: Reading, tag: str, text: str) -> None:
    group, *rest = tag.split(".")
    if group not in ROWS:
        key = f"{tag} (again)"
        reading.added.append((group, {key: text}))
        return
    name = rest[-1]
    same = [row for kind, row in reading.added if kind == group and name not in row]
    if same:
        same[0][name] = text
    else:
        reading.added.append((group, {name: text}))


def _read_loose_rows(body: Any, ours: dict[Any, str], reading: Reading) -> list[Any]:
    """Rows that people added to the table of actions without controls: by the order of its columns."""
    loose = []
    for table in body.iter(f"{W}tbl"):
        columns: list[str] = []
        for row in table.iter(f"{W}tr"):
            cells = list(row.iter(f"{W}tc"))
            tags = [ours.get(control, "") for control in row.iter(f"{W}sdt")]
            if tags and all(tag.startswith("actions.") for tag in tags):
                firsts = [next(cell.iter(f"{W}sdt"), None) for cell in cells]
                columns = [ours.get(control, "").split(".")[-1] for control in firsts]
            elif columns and not tags and len(cells) == len(columns):
                words = [clean_text("".join(_pieces(cell))).strip() for cell in cells]
                filled = {name: word for name, word in zip(columns, words, strict=True) if name and word}
                if filled:
                    loose.append(row)
                    reading.added.append(("actions", filled))
    return loose
