"""A year of a partnership's plans: people type, copy, close and reopen; every month is run; nothing is lost.

    python benchmarks/plan_year.py records.zip --plans 12 --months 12

Five people work in turn: two in Word (by python-docx, as Word leaves words in a field), one in LibreOffice
where it is installed, one in the records, one in a synchronised folder that leaves copies. At the end every
word is looked for, and stages and register are held against a count of their own, made from what was typed.
New plans count the largest problem of their place; each month's events and orders stand ahead of them; when
the year is over, those of its plans whose time is past are purged, and nothing else of the folder.
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
import shapely
import tomlkit

from hotspots.common.plan_dates import parse_date
from maps import update_plans
from maps.plans.closed import close_record, purge_plans, reopen_record
from maps.plans.register import make_register

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HALLOWEEN = {"name": "Halloween to Bonfire Night", "start": "31 October", "end": "5 November"}
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
    looked: int = 0
    purged: int = 0
    problems: set[str] = field(default_factory=set)


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
    purge: bool = False,
) -> Year:
    """Live some months of a folder of plans, and hold what became of it against our own book."""
    draw, year, lives = random.Random(seed), Year(), {}
    ends = months[0].end_time.date() + dt.timedelta(days=150)
    ahead = (HALLOWEEN, {"name": "PSPO, centre", "ends": str(ends)})
    for number, month in enumerate(months):
        day = month.end_time.date()
        rows = incidents[incidents["when"] <= month.end_time]
        try:
            asked = plans if number == 0 else 0
            ways: dict[str, Any] = {"profile": "open", "problem": "largest", "ahead": ahead}
            update_plans(folder, spots, rows, as_of=str(day), asked=asked, **ways)
        except Exception as error:  # a stop is what is counted
            year.stops.append(f"{month}: {error}")
            continue
        _look(folder, rows, day, ends, year)
        for path in sorted(folder.glob("*.docx")):
            if path.with_suffix(".toml").exists():
                ref = tomlkit.parse(path.with_suffix(".toml").read_text(encoding="utf-8"))["ref"]
                life = lives.setdefault(str(ref), Life(str(ref)))
                _work(path, life, number, day, draw, people, year)
        _reopen(folder, lives, day, draw)
    last = months[-1].end_time.date()
    try:
        update_plans(folder, spots, incidents, as_of=str(last), asked=0, profile="open", ahead=ahead)
    except Exception as error:
        year.stops.append(f"end: {error}")
    _judge(folder, lives, last, year)
    if purge:
        _purge(folder, lives, last, year)
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


def _look(folder: Path, rows: gpd.GeoDataFrame, day: dt.date, ends: dt.date, year: Year) -> None:
    """Hold each open plan's problem, event and order against counts and dates of our own."""
    inside = {"ends": 0 <= (ends - day).days <= 90, "over": day > ends}
    halloween = next(dt.date(one, 10, 31) for one in (day.year, day.year + 1) if dt.date(one, 11, 5) >= day)
    for path in sorted(folder.glob("*.toml")):
        plan = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()
        told = " ".join(plan["analysis"].get("ahead_lines", ()))
        year.looked += 1
        end = parse_date(plan["people"]["response"]["end"])
        until = end if end and end > day else day + dt.timedelta(183)
        wrong = [("order", "renew it now" in told, inside["ends"]), ("over", "not in force" in told, inside["over"])]
        wrong += [("event", "Halloween" in told, halloween <= until)]
        if "problem" in plan["frozen"]:
            year.problems.add(plan["ref"])
            month = pd.Period(plan["monthly"][-1]["month"], freq="M") if plan.get("monthly") else None
            area = shapely.union_all([shapely.from_wkt(one["wkt"]) for one in plan["frozen"]["areas"]])
            kind = rows["category"].eq(plan["frozen"]["problem"]["categories"][0])
            if month is not None:
                here = rows[kind & rows["when"].dt.to_period("M").eq(month)]
                count = int(here.geometry.intersects(area.buffer(0.01)).sum())
                said = plan["monthly"][-1]["short"].partition(": ")[2].partition(" ")[0].replace(",", "")
                wrong.append(("count", said, "no" if count == 0 else str(count)))
        year.wrong += [f"{day} {plan['ref']}: {what} {said}, by hand {own}" for what, said, own in wrong if said != own]


def _purge(folder: Path, lives: dict[str, Life], last: dt.date, year: Year) -> None:
    """Purge what was closed, three years on: all of it and nothing else; the runs before purged nothing."""
    later = last.replace(year=last.year + 3) + dt.timedelta(days=1)
    shut = {ref for ref, life in lives.items() if life.closed}
    kept = set(folder.glob("*.toml"))
    over = purge_plans(folder, as_of=last, really=True)
    gone = {plan.ref for plan in purge_plans(folder, as_of=later, really=True)}
    if over or gone != shut or kept != set(folder.glob("*.toml")):
        year.wrong.append(f"purged {sorted(gone)}, closed {sorted(shut)}, too early {len(over)}")
    held = "".join(path.read_text(encoding="utf-8") for path in (folder / "closed").glob("*"))
    left = [ref for ref in shut if any(word.partition("|")[2] in held for word in lives[ref].words)]
    year.wrong += [f"{ref}: words left after the purge" for ref in left]
    rows = make_register(folder, as_of=str(later)).rows
    if set(rows["ref"]) != set(lives):
        year.wrong.append("the register lost a purged plan")
    year.purged = len(gone)


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
        year = live_year(home, spots, incidents, held, plans=given.plans, seed=given.seed, purge=not given.keep)
    print(f"{given.plans} plans, {len(held)} months, {year.typed} times typed, {year.looked} times looked at")
    print(f"{len(year.problems)} plans of one problem, {year.purged} purged")
    for name in ("stops", "lost", "wrong"):
        print(f"{name}: {len(getattr(year, name))} {'; '.join(getattr(year, name)[:5])}")


if __name__ == "__main__":
    main()
