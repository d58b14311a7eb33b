"""A year of a partnership's plans: people type, copy, close and reopen; every month is run; nothing is lost.

    python benchmarks/plan_year.py records.zip --plans 12 --months 12

Five people work in turn: two in Word (by python-docx, as Word leaves words in a field), one in LibreOffice
where it is installed, one in the records, one in a synchronised folder that leaves copies. At the end every
word is looked for, and stages and register are held against a count of their own, made from what was typed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import pandas as pd
import tomlkit

from maps import update_plans
from maps.plans.closed import close_record, reopen_record
from maps.plans.register import make_register

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FREE = ("analysis.why", "analysis.who", "triangle.place", "cheers.community", "response.notes")


@dataclass
class Life:
    """What people did to one plan, by our own book."""

    ref: str
    words: list[str] = field(default_factory=list)
    start: dt.date | None = None
    end: dt.date | None = None
    worked: bool = False
    closed: dt.date | None = None
    reopened: dt.date | None = None

    def stage(self, day: dt.date) -> str:
        """Stage by the book: written anew, from what was typed alone."""
        if self.closed:
            return "closed"
        if self.start and self.start <= day and not (self.reopened and self.start < self.reopened):
            return "assessment due" if self.end and self.end < day else "response"
        return "reopened" if self.reopened else "analysis" if self.worked else "scanning"


@dataclass
class Year:
    """What a year came to."""

    stops: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    typed: int = 0


def type_word(path: Path, words: dict[str, str]) -> None:
    """Leave words in a document's fields, as Word does."""
    document = docx.Document(str(path))
    for control in document.element.body.iter(f"{W}sdt"):
        properties = control.find(f"{W}sdtPr")
        tag = properties.find(f"{W}tag").get(f"{W}val").split("#")[0]
        if tag in words:
            if (hint := properties.find(f"{W}showingPlcHdr")) is not None:
                properties.remove(hint)
            texts = list(control.iter(f"{W}t"))
            texts[0].text = words[tag]
            for rest in texts[1:]:
                rest.text = ""
    document.save(str(path))


def type_office(path: Path, words: dict[str, str]) -> None:
    """Type, and save the document by LibreOffice, where it is there."""
    type_word(path, words)
    office = shutil.which("soffice")
    if office is None:
        return
    with tempfile.TemporaryDirectory() as out:
        profile = f"-env:UserInstallation=file://{out}/profile"
        form = ["--convert-to", "docx:MS Word 2007 XML", "--outdir", out, str(path)]
        subprocess.run([office, "--headless", profile, *form], check=True, capture_output=True, timeout=300)
        shutil.copyfile(Path(out) / path.name, path)


def type_record(path: Path, words: dict[str, str]) -> None:
    """Type into the record by hand."""
    record = path.with_suffix(".toml")
    text = tomlkit.parse(record.read_text(encoding="utf-8"))
    people: Any = text["people"]
    for tag, said in words.items():
        group, *rest = tag.split(".")
        if len(rest) == 1:
            people[group][rest[0]] = said
            continue
        rows = people.setdefault(group, tomlkit.aot())
        while len(rows) < int(rest[0]):
            rows.append(tomlkit.table())
        rows[int(rest[0]) - 1][rest[1]] = said
    record.write_text(tomlkit.dumps(text), encoding="utf-8")


def type_copy(path: Path, words: dict[str, str]) -> None:
    """Type into a copy that a synchronised folder made beside the document."""
    copy = path.with_name(f"{path.stem}-LAPTOP-7F3A.docx")
    shutil.copyfile(path, copy)
    type_word(copy, words)


PEOPLE = (type_word, type_office, type_record, type_copy, type_word)


def live_year(
    folder: Path,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    months: Sequence[pd.Period],
    *,
    plans: int,
    seed: int = 0,
    people: Sequence[Any] = PEOPLE,
) -> Year:
    """Live some months of a folder of plans, and hold what became of it against our own book."""
    draw, year, lives = random.Random(seed), Year(), {}
    for number, month in enumerate(months):
        day = month.end_time.date()
        rows = incidents[incidents["when"] <= month.end_time]
        try:
            update_plans(folder, spots, rows, as_of=str(day), asked=plans if number == 0 else 0, profile="open")
        except Exception as error:  # a stop is what is counted
            year.stops.append(f"{month}: {error}")
            continue
        for path in sorted(folder.glob("*.docx")):
            if path.with_suffix(".toml").exists():
                ref = tomlkit.parse(path.with_suffix(".toml").read_text(encoding="utf-8"))["ref"]
                life = lives.setdefault(str(ref), Life(str(ref)))
                _work(path, life, number, day, draw, people, year)
        _reopen(folder, lives, day, draw)
    last = months[-1].end_time.date()
    try:
        update_plans(folder, spots, incidents, as_of=str(last), asked=0, profile="open")
    except Exception as error:
        year.stops.append(f"end: {error}")
    _judge(folder, lives, last, year)
    return year


def _work(
    path: Path, life: Life, number: int, day: dt.date, draw: random.Random, people: Sequence[Any], year: Year
) -> None:
    """One person's month with one plan: words, dates, or a closing."""
    person, words = draw.choice(people), {}
    said = f"word{year.typed:04d} said in {day:%B}"
    tag = draw.choice(FREE)
    words[tag] = said
    year.typed += 1
    life.words = [old for old in life.words if not old.startswith(f"{tag}|")] + [f"{tag}|{said}"]
    life.worked |= tag.startswith(("analysis.", "triangle.", "actions."))
    if number == 1 and life.start is None:
        life.start, life.end = day + dt.timedelta(days=10), day + dt.timedelta(days=draw.choice((70, 400)))
        words |= {"response.start": f"{life.start:%d/%m/%Y}", "response.end": f"{life.end.day} {life.end:%B %Y}"}
    person(path, words)
    if number >= 3 and draw.random() < 0.15:
        close_record(path.with_suffix(".toml"), as_of=str(day), verdict="Stop", signed_off="Inspector")
        life.closed, life.reopened = day, None


def _reopen(folder: Path, lives: dict[str, Life], day: dt.date, draw: random.Random) -> None:
    for record in sorted((folder / "closed").glob("*.toml")):
        life = lives[str(tomlkit.parse(record.read_text(encoding="utf-8"))["ref"])]
        if life.closed and life.closed < day and draw.random() < 0.2:
            reopen_record(record, folder, as_of=str(day), reason="It came back")
            life.closed, life.reopened = None, day


def _judge(folder: Path, lives: dict[str, Life], day: dt.date, year: Year) -> None:
    """Look for every word that nobody typed over, and hold every row of the register against the book."""
    held = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.toml"))
    for life in lives.values():
        year.lost += [f"{life.ref} {word}" for word in life.words if word.partition("|")[2] not in held]
    rows = make_register(folder, as_of=str(day)).rows.set_index("ref")
    if sorted(rows.index) != sorted(lives):
        year.wrong.append(f"rows {sorted(rows.index)}, plans {sorted(lives)}")
    for ref, life in lives.items():
        if ref in rows.index and rows.loc[ref, "stage"] != life.stage(day):
            year.wrong.append(f"{ref}: {rows.loc[ref, 'stage']}, by the book {life.stage(day)}")


def main() -> None:
    """Live a year on real records and print what came of it."""
    from hotspots import find_hotspots, read_incidents, weigh_incidents

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+")
    parser.add_argument("--plans", type=int, default=12)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder to live in, kept to look at")
    given = parser.parse_args()
    incidents, _ = read_incidents(given.records)
    incidents["harm"] = weigh_incidents(incidents)
    held = sorted(incidents["when"].dt.to_period("M").unique())[-given.months :]
    before = incidents[incidents["when"] <= held[0].end_time]
    spots = find_hotspots(before, count=2 * given.plans, resamples=0, merge=False)
    with tempfile.TemporaryDirectory() as none:
        home = given.keep or Path(none) / "plans"
        year = live_year(home, spots, incidents, held, plans=given.plans, seed=given.seed)
    print(f"{given.plans} plans, {len(held)} months, {year.typed} times typed")
    for name in ("stops", "lost", "wrong"):
        print(f"{name}: {len(getattr(year, name))} {'; '.join(getattr(year, name)[:5])}")


if __name__ == "__main__":
    main()
