"""People's fields in the Word document: tagged content controls, written and read back."""

from __future__ import annotations

import hashlib
from typing import Any

from maps.plan_blocks import Field


def field_mark(text: str) -> str:
    """Short fingerprint of a field's words, so that a later reader knows whether they were changed."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def add_control(paragraph: Any, entry: Field) -> None:
    """Append a content control for one field to a paragraph; an empty one shows its hint."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def element(name: str, **attributes: str) -> Any:
        made = OxmlElement(name)
        for key, value in attributes.items():
            made.set(qn(f"w:{key}"), value)
        return made

    properties = OxmlElement("w:sdtPr")
    tag = f"{entry.tag}#{field_mark(entry.value)}"
    number = str(int(hashlib.sha256(entry.tag.encode()).hexdigest()[:7], 16))
    properties.append(element("w:alias", val=entry.label))
    properties.append(element("w:tag", val=tag))
    properties.append(element("w:id", val=number))
    properties.append(element("w:lock", val="sdtLocked"))
    if not entry.value:
        properties.append(OxmlElement("w:showingPlcHdr"))
    properties.append(element("w:text", multiLine="1"))
    content = OxmlElement("w:sdtContent")
    run = paragraph.add_run(entry.value or entry.hint)
    if not entry.value:
        run.style = "Placeholder"
    content.append(run._r)
    control = OxmlElement("w:sdt")
    control.append(properties)
    control.append(content)
    paragraph._p.append(control)
