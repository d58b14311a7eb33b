"""What people wrote: kept in strategy-words.toml and in the fields of the Word document, and never lost."""

from pathlib import Path
from typing import Any

import tomlkit

from hotspots.checks import InputError
from hotspots.common.plan_words import clean_text
from hotspots.files.own_toml import parse_toml
from maps.common.swap_folder import read_manifest
from maps.disclosure.gate import Profile
from maps.documents.blocks import Field
from maps.documents.marks import strip_marks
from maps.documents.word_fields import read_tagged
from maps.plans.read_back import merge_words, say_both

WORDS_FILE, WORD_FILE, GROUP = "strategy-words.toml", "strategy.docx", "strategy"
_TOP = (
    "What people wrote in the assessment: change it here, or in the fields of strategy.docx.",
    "The next draft takes both, and keeps every word.",
)


def read_words(folder: Path, who: Profile) -> dict[str, str]:
    """Read what people wrote, by part and field, from the file and the document of the last draft."""
    earlier = read_manifest(folder) or {}
    profile = earlier.get("parameters", {}).get("output", {}).get("profile", who.name)
    if profile != who.name:
        raise InputError(
            "This folder holds a draft for other readers, and its words and numbers are not theirs",
            given=f"a draft under profile '{profile}', now '{who.name}'",
            advice="another --out for these readers",
        )
    words, path = dict[str, str](), folder / WORDS_FILE
    if path.is_file():
        text, advice = path.read_bytes().decode("utf-8-sig", errors="replace"), "asked = 'more light'"
        for part, fields in parse_toml(text, name=path.name, what="The words", advice=advice, paths=False).items():
            for name, said in (fields if isinstance(fields, dict) else {"words": fields}).items():
                words[f"{GROUP}.{part}.{name}"] = clean_text(said).strip()
    both = []
    if (folder / WORD_FILE).is_file():
        for tag, entry in read_tagged(folder / WORD_FILE, GROUP).items():
            held = words.get(tag, "")
            words[tag] = merge_words(held, entry)
            both += [tag] * (words[tag] not in (held, entry.text))
    say_both(folder / WORD_FILE, both)
    return {tag: strip_marks(text) for tag, text in words.items() if text}


def write_words(folder: Path, words: dict[str, str], fields: list[Field]) -> None:
    """Write the file of people's words: every field of the outline, and words whose field is gone."""
    document = tomlkit.document()
    for line in _TOP:
        document.add(tomlkit.comment(line))
    tags = [field.tag for field in fields]
    gone = [tag for tag in words if tag not in tags]
    tables: dict[str, Any] = {}
    for tag in [*tags, *gone]:
        _, part, name = tag.split(".", 2)
        tables.setdefault(part, tomlkit.table())
        text = words.get(tag, "")
        tables[part][name] = tomlkit.string(text, multiline="\n" in text)
    for part, table in tables.items():
        document.add(part, table)
    (folder / WORDS_FILE).write_bytes(tomlkit.dumps(document).encode())
