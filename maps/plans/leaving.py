"""Plans that leave their place: purged once their time is over, or taken along where a group has moved on."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.common.plan_dates import parse_date
from hotspots.plans.person_names import find_names
from hotspots.plans.record import Plan, blank_people
from hotspots.plans.stages import last_closing
from hotspots.plans.toml_file import write_record
from maps.plans.actions import is_done
from maps.plans.closed import ENDINGS, MERGED, close_record, closed_folders, read_closed
from maps.plans.lock import only_writer
from maps.plans.shelf import find_strays
from maps.plans.store import plan_alone, save_plan

_KEPT = ("name", "layer", "areas", "ring_metres", "crs", "asked", "by_name", "problem", "selected_months")
_ROW = ("date", "stage", "verdict", "keep_until")
_ALONG = ("heading", "scanning", "cheers", "analysis", "triangle", "response")
_STAYS = ("heading.review_date", "heading.stage", "response.start", "response.end", "analysis.where", "triangle.place")


def is_over(plan: Plan, *, as_of: Any) -> bool:
    """Whether a closed plan has been kept whole for as long as its closing says, and is not purged yet."""
    until = parse_date(str(last_closing(plan).get("keep_until", "")))
    return "purged" not in plan.document and until is not None and until < pd.Timestamp(as_of).date()


def purge_plans(folder: str | Path, *, as_of: Any, really: bool = False) -> list[Plan]:
    """List the closed plans whose time is over; ``really``: purge them, and copies of their documents.

    Kept are place, dates, verdict, and sentences of the lessons in which nothing looks like a name.
    """
    folder = Path(folder)
    over = {path: plan for path, plan in read_closed(folder).plans.items() if is_over(plan, as_of=as_of)}
    with only_writer(folder):
        for record, plan in over.items() if really else ():
            own = [record.with_suffix(ending) for ending in ENDINGS]
            for place in (folder, folder / MERGED, *closed_folders(folder)):
                own += [*place.glob(f"{record.stem} edited *.docx"), *(place / MERGED).glob(f"{record.stem}.*")]
                own += [one.path for one in find_strays(place) if (one.ref, one.title) == (plan.ref, plan.title)]
            for old in own:
                old.unlink(missing_ok=True)
            if plan.covers != "person":  # of whom a reference is all that there was
                write_record(strip_plan(plan, day=str(pd.Timestamp(as_of).date())), record)
    return list(over.values())


def strip_plan(plan: Plan, *, day: str) -> Plan:
    """Give what is kept of a plan."""
    kept, said = (
        Plan(plan.ref, plan.title, plan.covers, plan.opened, plan.drafted, people=blank_people()),
        plan.fields(),
    )
    for name in ("verdict", "lessons"):
        parts = re.split(r"(?<=[.;!?])\s+|\n", said[f"assessment.{name}"])
        kept.people["assessment"][name] = " ".join(part for part in parts if part and not find_names(part))
    kept.stages = [{key: row[key] for key in _ROW if key in row and not find_names(row[key])} for row in plan.stages]
    kept.frozen = {key: plan.frozen[key] for key in _KEPT if key in plan.frozen}
    kept.document = {"profile": str(plan.document.get("profile", "")), "purged": day}
    return kept


def move_plan(old: Path, new: Path, *, as_of: Any) -> Path:
    """Take what people know of a group, open actions and stages along to another plan, and close the old one.

    Counts, dates and what is said of the old place stay; nothing written in the new plan is lost.
    """
    with only_writer(new.parent):
        left, plan = plan_alone(old), plan_alone(new)
        for tag, text in left.fields().items():
            if tag.partition(".")[0] in _ALONG and tag not in _STAYS and not plan.fields().get(tag, "").strip():
                plan.set_field(tag, text)
        held, named = plan.people["actions"], f"{left.title} ({left.ref})"
        held += [dict(row) for row in left.people["actions"] if row not in held and not is_done(row.get("status", ""))]
        plan.stages = [*({"at": named} | row for row in left.stages), *plan.stages]
        plan.frozen["moved_from"] = named
        save_plan(plan, new)
    close_record(old, as_of=as_of, verdict="Stop", reason=f"The group moved on to {plan.title} ({plan.ref})")
    return new
