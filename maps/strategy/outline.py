"""The outline: which parts an assessment has, in which order, what each counts, and its fields for people."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from hotspots.checks import InputError, Problems, closest_name
from hotspots.files.own_toml import parse_toml
from hotspots.files.typed_tables import OneOf, Table, needed, read_table
from hotspots.reading.problem_profiles import load_profile

KINDS = ("priority", "summary", "since", "places", "areas", "plans", "limits", "text")
FOLDER = "maps.strategy"
WORDS: dict[str, Any] = tomllib.loads((files(FOLDER) / "words.toml").read_text(encoding="utf-8"))


class Part(Table):
    """One part of the document."""

    name: str = needed('name = "asb"')
    kind: Annotated[str, OneOf(KINDS)] = "priority"
    title: str = ""
    about: str = ""
    counts: dict[str, Any] = Field({})
    not_known: list[str] = Field([])
    fields: dict[str, str] = Field({})

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say what is wrong with what it counts."""
        counts = stated.get("counts")
        if self.kind == "priority" and not counts:
            advice = 'counts = { priorities = ["Drugs and alcohol"] }'
            yield InputError("A priority has to say what it counts", given=self.name, advice=advice)
        elif isinstance(counts, dict) and counts:
            try:
                load_profile(counts)
            except InputError as error:
                yield error


class Outline(Table):
    """A whole outline."""

    title: str = "Strategic assessment"
    layer: str = ""  # the layer whose areas have a page each; else the wards
    parts: list[Part] = needed("[[parts]]")

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Name parts that stand twice."""
        parts = stated.get("parts")
        names = [one.get("name") for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield InputError("Two parts of an outline have one name: people's words are kept by it", given=str(name))


def list_outlines() -> list[str]:
    """Names of the outlines that come with the package."""
    return sorted(path.name.removesuffix(".toml") for path in (files(FOLDER) / "outlines").iterdir())


def read_outline(given: str | Path) -> Outline:
    """Read an outline by its name or from a file, naming every mistake at once."""
    path, known = Path(given), list_outlines()
    own = path.suffix == ".toml"
    if not own and str(given) not in known:
        near = closest_name(str(given), known)
        raise InputError("There is no such outline", given=str(given), advice=near or f"{', '.join(known)}, or a file")
    try:
        text = (path if own else files(FOLDER) / "outlines" / f"{given}.toml").read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("The outline cannot be read", given=str(given), advice=", ".join(known)) from error
    raw = parse_toml(text, name=path.name, what="The outline", advice='[[parts]]\nname = "asb"', paths=False)
    problems = Problems(f"The outline {path.name} has problems")
    outline = read_table(Outline, raw, problems, text=text)
    problems.raise_any()
    return outline


def fields_of(part: Part) -> dict[str, str]:
    """Fields for people in a part: its own, else those of its kind."""
    return dict(part.fields or WORDS["fields"].get(part.kind, {}))
