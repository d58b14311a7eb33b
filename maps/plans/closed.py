"""Closed plans: put away in a folder of their own, their places known, and read for what they taught."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import InputError, announce
from hotspots.common.outline_text import read_outline
from hotspots.common.packaged import packaged_toml
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_dates import parse_date
from hotspots.common.when import london_clock
from hotspots.common.wording import say_date
from hotspots.plans.person_names import find_names
from hotspots.plans.problems import of_problem
from hotspots.plans.record import Plan
from hotspots.plans.stages import CLOSED, close_plan, closed_on, last_closing, note_stage, reopen_plan, stage_of
from hotspots.plans.toml_file import read_plan, write_record
from hotspots.statistics.two_counts import etest_p
from maps.documents.word_files import refuse_open
from maps.plans.lock import only_writer
from maps.plans.shelf import Shelf, find_strays, identity_of, list_records, look_through, request_of
from maps.plans.store import plan_alone, save_plan

FOLDER = "closed"
MERGED = "merged copies"  # of documents, whose words are in their plans; no plans of their own
QUIET = 12  # months after a closing in which its place gets no new draft by itself
ENDINGS = (".toml", ".docx", ".html")
_SURE = 0.05
_KEPT = packaged_toml("plans", "fields")["kept"]  # of a plan that is purged
# a document alone in such a folder was put there to close its plan; in any other it is somebody's copy
_CLOSING = re.compile(r"clos|archiv|done|finish|complet|ended|old", re.IGNORECASE)


@dataclass
class Closed:
    """Plans put away, by record; those that cannot be read are in ``left``."""

    plans: dict[Path, Plan] = field(default_factory=dict)
    left: list[Shelf] = field(default_factory=list)

    def quiet(self, day: Any, months: int = QUIET) -> list[Plan]:
        """Plans closed so lately that their places get no new draft by themselves."""
        since = (pd.Timestamp(day) - pd.DateOffset(months=months)).date()
        dated = ((plan, closed_on(plan, as_of=day)) for plan in self.plans.values())
        return [plan for plan, closed in dated if months > 0 and (closed is None or closed > since)]

    def may_be(self, request: str) -> bool:
        """Whether a closed record that cannot be read may be of what was asked for."""
        return any(shelf.may_be(request) for shelf in self.left)


def closed_folders(folder: Path) -> list[Path]:
    """Every folder under that of the open plans in which records of plans lie, however it is called."""
    found = {path.parent for path in Path(folder).rglob("*.toml") if _is_record(path, Path(folder))}
    return sorted(found - {Path(folder)})


def _is_record(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") or part == MERGED for part in parts) or not path.is_file():
        return False
    return b"[people" in path.read_bytes()


def read_closed(folder: str | Path) -> Closed:
    """Read every plan that was put away, with what was typed in its document; nothing is written."""
    found, alive = Closed(), set()
    for record in list_records(folder):
        with suppress(InputError):
            alive.add(identity_of(read_plan(record)))
    for place in closed_folders(Path(folder)):
        shelf = look_through(place, twice=True)
        for record, plan in {**shelf.shown, **shelf.plans}.items():
            once = any(row.get("stage") == CLOSED for row in plan.stages)
            if not once and identity_of(plan) in alive:  # somebody's safe copy: neither closed nor touched
                announce(f"{record.parent.name}/{record.name} is a copy of an open plan, and left as it is.")
                shelf.plans.pop(record, None)
            else:
                found.plans[record] = plan
        found.left.append(shelf)
    return found


def put_away(folder: Path, shelf: Shelf, *, as_of: Any) -> Closed:
    """Move what was closed since the last run to its folder; the closed plans, each with its closing noted.

    A document that somebody moved there alone takes its record along: that closes it too.
    """
    for record, plan in list(shelf.plans.items()):
        with shelf.sparing(record):
            if plan.stages and plan.stages[-1].get("stage") == CLOSED:
                announce(f"{plan.title} ({plan.ref}) was moved back among the open plans: it is open again.")
                save_plan(plan, record)
                shelf.plans[record] = reopen_plan(plan, as_of=as_of)
            elif stage_of(plan, as_of=as_of).name == CLOSED:
                refuse_open(record.with_suffix(".docx"))
                write_record(plan, record)
                _move(record, folder / FOLDER)
                del shelf.plans[record]
    closed = read_closed(folder)
    for own in closed.left:
        for record, plan in list(own.plans.items()):
            with own.sparing(record):
                if note_stage(plan, as_of=as_of, put_away=True):
                    save_plan(plan, record)
                    announce(f"{plan.title} ({plan.ref}) is closed, and kept in {record.parent.name}.")
                elif record in own.new:
                    write_record(plan, record)
        own.say(done="the others are read")
    return closed


def follow_documents(folder: Path) -> None:
    """Bring together what belongs together: a record and its document of which one alone was moved."""
    for record in list_records(folder):
        for place in [path for path in folder.iterdir() if path.is_dir() and _CLOSING.match(path.name)]:
            word = place / f"{record.stem}.docx"
            if word.is_file() and not record.with_suffix(".docx").exists():
                record.replace(place / record.name)
                break
    for place in closed_folders(folder):
        for record in list_records(place):
            for ending in ENDINGS[1:]:
                old = folder / f"{record.stem}{ending}"
                alone = old.is_file() and not (folder / record.name).exists()
                if alone and not record.with_suffix(ending).exists():
                    old.replace(record.with_suffix(ending))


def is_over(plan: Plan, *, as_of: Any) -> bool:
    """Whether a closed plan was kept whole for as long as its closing says, and is not purged yet."""
    until = parse_date(str(last_closing(plan).get("keep_until", "")))
    return "purged" not in plan.document and until is not None and until < pd.Timestamp(as_of).date()


def purge_plans(folder: str | Path, *, as_of: Any, really: bool = False) -> list[Plan]:
    """List the closed plans whose time is over; ``really``: purge them, and every copy of their documents.

    Kept are place, dates, verdict, and sentences of the lessons without what looks like a name; of people nothing.
    """
    over = {path: plan for path, plan in read_closed(folder).plans.items() if is_over(plan, as_of=as_of)}
    with only_writer(Path(folder)):
        for record, plan in over.items() if really else ():
            for place in (Path(folder), Path(folder) / MERGED, *closed_folders(Path(folder))):
                old = [one.path for one in find_strays(place) if (one.ref, one.title) == (plan.ref, plan.title)]
                for path in [*old, *place.glob(f"{record.stem} edited *.docx"), *place.glob(f"{record.stem}.*")]:
                    path.unlink()
            if plan.covers != "person":
                write_record(strip_plan(plan, day=as_of), record)
    return list(over.values())


def strip_plan(plan: Plan, *, day: Any) -> Plan:
    """Give what is kept of a plan that is purged."""
    kept = Plan(plan.ref, plan.title, plan.covers, plan.opened, plan.drafted)
    for name in ("verdict", "lessons"):
        parts = re.split(r"(?<=[.;!?])\s+|\n", plan.people["assessment"][name])
        kept.people["assessment"][name] = " ".join(part for part in parts if not find_names(part)).strip()
    rows = [{key: row[key] for key in _KEPT if key in row} for row in plan.stages]
    kept.stages = [{key: text for key, text in row.items() if not find_names(text)} for row in rows]
    kept.frozen = {key: value for key, value in plan.frozen.items() if key in _KEPT}
    kept.document = {"profile": str(plan.document.get("profile", "")), "purged": str(pd.Timestamp(day).date())}
    return kept


def _move(record: Path, place: Path) -> Path:
    """Move a plan's files, the record first: what a stop leaves behind is brought along by the next run."""
    place.mkdir(exist_ok=True)
    name, number = record.stem, 1
    while any((place / f"{name}{ending}").exists() for ending in ENDINGS):
        number += 1
        name = f"{record.stem}-{number}"
    for ending in ENDINGS:
        if record.with_suffix(ending).exists():
            record.with_suffix(ending).replace(place / f"{name}{ending}")
    return place / f"{name}.toml"


def close_record(record: str | Path, *, as_of: Any, **words: str) -> Path:
    """Close an open plan: read its document back, write the closing, move its files to ``closed``.

    Parameters
    ----------
    record : str or Path
        The ``.toml`` of an open plan.
    as_of : date
        The day of closing.
    **words : str
        ``verdict, reason, lessons, signed_off, reviewed_by``.

    Returns
    -------
    Path
        The record where it now lies.
    """
    record = Path(record)
    with only_writer(record.parent):
        plan = close_plan(plan_alone(record), as_of=as_of, **words)
        save_plan(plan, record)
        moved = _move(record, record.parent / FOLDER)
        note_stage(plan, as_of=as_of, put_away=True)
        save_plan(plan, moved)
    return moved


def reopen_record(record: str | Path, folder: str | Path, *, as_of: Any, reason: str = "") -> Path:
    """Open a closed plan again, in the folder of open plans; what closed it stays in its history.

    Parameters
    ----------
    record : str or Path
        The ``.toml`` of a closed plan.
    folder : str or Path
        The folder of open plans.
    as_of : date
        The day.
    reason : str
        Why, in a few words.

    Returns
    -------
    Path
        The record where it now lies.
    """
    record, folder = Path(record), Path(folder)
    with only_writer(folder):
        plan = plan_alone(record, twice=True)
        save_plan(plan, record)  # its own words first, so that emptied fields are not taken for lost ones
        plan = reopen_plan(plan, as_of=as_of, reason=reason)
        moved = _move(record, folder)
        save_plan(plan, moved)
    return moved


def risen(plan: Plan, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, *, as_of: Any) -> bool:
    """Whether the place of a closed plan rises: by the list's arrow, else by records beyond chance."""
    ground = ground_of(plan)
    if ground is None:
        return False
    half = spots.geometry.intersection(ground).area > spots.geometry.area / 2
    here = spots[half | spots["ref"].eq(plan.ref)]
    if "problem" not in plan.frozen and "arrow" in spots and here["arrow"].isin(["up", "down", "level"]).any():
        return bool(here["arrow"].eq("up").any())
    closed = closed_on(plan, as_of=as_of)
    if closed is None or here.empty or "when" not in incidents or incidents["when"].isna().all():
        return False
    incidents = incidents[of_problem(incidents, plan.frozen.get("problem"))]
    inside = shapely.covers(ground, incidents.geometry.to_numpy())
    months, first = london_clock(incidents["when"]).dt.to_period("M"), pd.Period(closed, freq="M")
    length = (months.max() - first).n
    counts = np.asarray(incidents_per_row(incidents))
    after, before = (
        int(counts[inside & months.between(first + low, first + high).to_numpy()].sum())
        for low, high in ((1, length), (1 - length, 0))
    )
    if length < 1 or months.min() > first + 1 - length:
        return False
    return after > before and etest_p(before, after) < _SURE


def ground_of(plan: Plan) -> Any:
    """Ground of a plan; None of one for a person."""
    areas = plan.frozen.get("areas", ())
    return shapely.union_all([read_outline(area["wkt"]) for area in areas]) if areas else None


def held_back(
    closed: Closed, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, *, as_of: Any, months: int = QUIET
) -> list[Plan]:
    """Find the closed plans whose places get no new draft by themselves: closed lately, and not rising."""
    kept = []
    for plan in closed.quiet(as_of, months):
        if risen(plan, spots, incidents, as_of=as_of):
            announce(f"{plan.title} ({plan.ref}) was closed and rises again: a new plan may be drafted.")
        else:
            kept.append(plan)
    return kept


def is_standing(request: str, kept: list[Plan]) -> bool:
    """Whether a request by name is the one that a closed plan came from: it does not open it again; said."""
    same = [plan for plan in kept if plan.frozen.get("by_name") and request_of(plan) == request]
    if same:
        closed = closed_on(same[-1])
        when = f" on {say_date(closed)}" if closed else ""
        announce(
            f"No plan is drafted again for '{request}': its plan was closed{when}. To have one anew: "
            f'hotspots plans FOLDER open "{request}".'
        )
    return bool(same)


def find_record(folder: str | Path, place: str, *, closed: bool) -> Path:
    """Find the record of a plan by its reference, the name of its file, or words of its title."""
    folder, wanted = Path(folder), place.casefold().removesuffix(".toml").removesuffix(".docx").strip()
    wanted = Path(wanted).name
    shelf = look_through(folder)
    plans = read_closed(folder).plans if closed else {**shelf.shown, **shelf.plans}
    names = {path: (path.stem.casefold(), plan.ref.casefold(), plan.title.casefold()) for path, plan in plans.items()}
    exact = [path for path, known in names.items() if wanted in known]
    fit = exact or [path for path, known in names.items() if wanted and any(wanted in text for text in known)]
    if len(fit) == 1:
        return fit[0]
    kind = "closed" if closed else "open"
    listed = ", ".join(sorted(path.stem for path in fit or names)) or "there is none"
    raise InputError(
        f"{'Several' if fit else 'No'} {kind} plan{'s' if fit else ''} {'are' if fit else 'is'} called so",
        given=place,
        advice=listed,
    )
