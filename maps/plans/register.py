"""The register: one row a plan, open and closed, and what a human must settle."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_count, say_date, say_list, say_months
from hotspots.plans.ahead import say_ahead
from hotspots.plans.record import Plan
from hotspots.plans.stages import CLOSED, DUE, VERDICTS, closed_on, last_closing, read_stage, read_verdict, stage_of
from hotspots.plans.success import baseline_of, goal_of
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile, may_go_with
from maps.documents.blocks import Block, Bullets, Document, Grid, Heading, Text
from maps.documents.hints import DATES
from maps.documents.to_html import render_html
from maps.plans.actions import tabulate_actions
from maps.plans.closed import is_over, read_closed
from maps.plans.shelf import look_through

HEADS: dict[str, str] = packaged_toml("plans", "fields")["register"]
COLUMNS = tuple(HEADS)
_ORDER = {DUE: 0, "response": 1, "reopened": 2, "analysis": 3, "scanning": 4, CLOSED: 5}


@dataclass
class Register:
    """Rows of every plan that its readers may see, worst first; what was read; what a human must settle."""

    rows: pd.DataFrame
    said: str = ""
    settle: list[str] = field(default_factory=list)

    def sheet(self) -> pd.DataFrame:
        """Give the rows as a sheet of a workbook, under the headings that people read."""
        return self.rows.rename(columns=HEADS)

    def blocks(self) -> list[Block]:
        """Lay the register out as a part of a page."""
        shown = tuple(tuple(str(row[name]) for name in COLUMNS) for row in self.rows.to_dict("records"))
        widths = (0.12, 0.08, 0.07, 0.07, 0.07, 0.07, 0.11, 0.06, 0.12, 0.06, 0.04, 0.05, 0.03, 0.05)
        table = [Grid("Plans, worst first", tuple(HEADS.values()), shown, widths)] if shown else []
        blocks: list[Block] = [Heading("Register of plans"), *table, Text(self.said, note=True)]
        if self.settle:
            blocks += [Heading("To be settled by people", 2), Bullets(tuple(self.settle))]
        return blocks


def make_register(
    folder: str | Path, *, as_of: Any, profile: Profile | None = None, delivered: Mapping[str, str] | None = None
) -> Register:
    """Read every plan of a folder, open and closed, and give one row a plan; nothing is written.

    Plans written for fewer readers than ``profile`` has are left out, and counted; None shows all.
    """
    shelf, closed = look_through(folder), read_closed(folder)
    found = [(path, plan, False) for path, plan in {**shelf.plans, **shelf.shown}.items()]
    found += [(path, plan, True) for path, plan in closed.plans.items()]
    told = [
        (one, str(one[1].document.get("profile", ""))) for one in found if profile is None or one[1].covers != "person"
    ]
    seen = [one for one, written in told if profile is None or may_go_with(written, profile)]
    left = {**shelf.left, **{path: error for one in closed.left for path, error in one.left.items()}}
    strays = [stray.path.name for one in (shelf, *closed.left) for stray in one.strays]
    number = len(found) + len(set(left) - {path for path, *_ in found})
    said = [f"{say_count(number, 'plan')} found on {say_date(as_of)}"]
    said += [f"{len(found) - len(seen):,} written for fewer readers and left out"] * (len(seen) < len(found))
    if profile is None or not profile.threshold:
        said += [f"{path.stem}: {error.problem}" for path, error in sorted(left.items())]
        said += [f"not read, as no record claims them: {say_list(strays)}"] if strays else []
    elif left or strays:
        said.append(f"{say_count(len(left) + len(strays), 'file')} could not be read")
    parted = [[plan for _, plan, put in seen if put is away] for away in (False, True)]
    made = list_plans(*parted, as_of=as_of, delivered=delivered)
    made.said = f"{'; '.join(said)}. {made.said}"
    made.settle += [f"{path.name}: {error}" for path, error in sorted(left.items())]
    made.settle += [f"{name}: a document that no record claims." for name in strays]
    return made


def list_plans(
    plans: Sequence[Plan], closed: Sequence[Plan] = (), *, as_of: Any, delivered: Mapping[str, str] | None = None
) -> Register:
    """Give one row a plan, of open plans and closed ones; otherwise as `make_register`."""
    both = [*((plan, False) for plan in plans), *((plan, True) for plan in closed)]
    rows = [_row(plan, as_of, put, (delivered or {}).get(plan.ref, "")) for plan, put in both]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "_order", "_records", "_late"])
    table = table.sort_values(["_order", "_late", "_records", "ref"], ascending=[True, False, False, True])
    settle = [line for plan, put in both for line in unsettled(plan, as_of=as_of, put_away=put)]
    shut = int(table["stage"].eq(CLOSED).sum())
    said = f"{len(table) - shut:,} open and {shut:,} closed: assessments due first, then by stage, "
    said += "overdue actions and the records of the place."
    return Register(table[[*COLUMNS]].reset_index(drop=True), said, settle)


def write_register(register: Register, path: Path, *, as_of: Any, who: Profile, marking: str | None = None) -> Path:
    """Write a register as a page of its own: never open, whatever the records are."""
    fewer = follow_content(who, ["plan"])
    shown = fewer.marking if marking is None else marking
    day = str(pd.Timestamp(as_of).date())
    title = f"Plans, {say_date(day)}"
    blocks = (*register.blocks(), Text(fewer.audience, note=True))
    write_file(path, render_html(Document(title, "Register of plans", shown, day, blocks)).encode())
    return path


def _row(plan: Plan, as_of: Any, put: bool, delivered: str) -> dict[str, Any]:
    stage, fields = stage_of(plan, as_of=as_of, put_away=put), plan.fields()
    known, named = baseline_of(plan)
    goal, last = goal_of(plan), plan.monthly[-1] if plan.monthly else {}
    number = "" if goal.number is None else f"{goal.number:,.0f} or "
    late = int(tabulate_actions([plan], as_of=as_of)["overdue"].sum()) if stage.name != CLOSED else 0
    period = say_months([pd.Period(month, freq="M") for month in named]) if named else ""
    place, _, ward = plan.title.partition(", ")
    words = str(next((row["verdict"] for row in reversed(plan.stages) if row.get("verdict")), ""))
    verdict = fields["assessment.verdict"].strip() or (words if stage.name == CLOSED else "")
    end = parse_date(fields["response.end"])
    return {
        "place": clean_text(place),
        "ref": plan.ref,
        "ward": clean_text(ward),
        "owner": _line(fields["heading.owner"]),
        "stage": stage.name,
        "since": say_date(stage.since) if stage.since else "",
        "baseline": f"{int(known):,} ({period})" if known is not None else "to be counted" * (plan.covers != "person"),
        "target": number + goal.direction if goal.direction else _line(_first_target(plan)),
        "month": last.get("short", ""),
        "patrols": delivered or _delivered(plan),
        "overdue": f"{late:,}" if stage.name != CLOSED else "",
        "due": say_date(end + pd.Timedelta(days=1)) if end and stage.name in (DUE, "response") else "",
        "verdict": _line(verdict),
        "orders": " ".join(say_ahead(plan, day=as_of, late=True)) if stage.name != CLOSED else "",
        "_order": _ORDER.get(stage.name, len(_ORDER)),
        "_records": sum(row["incidents"] for row in plan.scanning.get("types", ())),
        "_late": late,
    }


def _delivered(plan: Plan) -> str:
    """Minutes that the latest assessment found in the log of patrols."""
    lines = plan.assessments[-1].get("lines", ()) if plan.assessments else ()
    found = (re.search(r"Patrol time: (.+?) planned minutes", clean_text(line)) for line in lines)
    return next((match[1] for match in found if match), "")


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _first_target(plan: Plan) -> str:
    return next((row["target"] for row in plan.people["objectives"] if row.get("target", "").strip()), "")


def unsettled(plan: Plan, *, as_of: Any, put_away: bool = False) -> list[str]:
    """Say what of a plan a human must settle: words not understood, what a closing lacks, what is late."""
    fields, name = plan.fields(), f"{plan.title} ({plan.ref})"
    stage = stage_of(plan, as_of=as_of, put_away=put_away)
    said = []
    words = {"heading.stage": (read_stage, "stage"), "assessment.verdict": (read_verdict, "verdict")}
    for tag, (read, label) in words.items():
        if fields[tag].strip() and not read(fields[tag]):
            said.append(f"the {label} “{_line(fields[tag])}” is not understood")
    for tag, text in fields.items():
        dated = tag.rsplit(".", 1)[-1] in DATES
        if dated and text.strip() and parse_date(text) is None:
            said.append(f"{tag} “{_line(text)}” is no date that can be read")
    if (target := _first_target(plan).strip()) and not goal_of(plan).direction:
        said.append(f"the target “{_line(target)}” gives no number and no direction")
    clash = [tag for tag, text in fields.items() if tag.split(".")[-1] != "notes" and _twice(tag, text)]
    said += [f"{tag} holds two answers, one under the other: keep one" for tag in clash]
    if stage.name == CLOSED:
        said += ["its time of retention is over: hotspots plans FOLDER --purge"] * is_over(plan, as_of=as_of)
        said += _lacking(plan) * ("purged" not in plan.document)
    else:
        said += [line.rstrip(".") for line in say_ahead(plan, day=as_of, late=True)]
    if stage.name == DUE and stage.since:
        said.append(f"an assessment is due since {say_date(stage.since)}")
    late = tabulate_actions([plan], as_of=as_of)["overdue"].sum() if stage.name != CLOSED else 0
    if late:
        said.append(f"{say_count(int(late), 'action')} overdue")
    return [f"{name}: {line}." for line in said]


_SHORT = ("owner", "stage", "verdict", "start", "end", "due", "date", "review_date", "status", "lead", "role")


def _twice(tag: str, text: str) -> bool:
    """Whether a field that has room for one answer holds several lines."""
    return tag.rsplit(".", 1)[-1] in _SHORT and "\n" in text.strip()


def _lacking(plan: Plan) -> list[str]:
    """Say what a closing still lacks."""
    fields = plan.fields()
    row = last_closing(plan)
    held = {
        "a verdict": read_verdict(fields["assessment.verdict"] or str(row.get("verdict", ""))) in VERDICTS,
        "a reason": fields["closing.reason"] or row.get("reason"),
        "lessons": fields["assessment.lessons"],
        "a sign-off": fields["sign_off.role"] or row.get("signed_off"),
        "a review by a supervisor": fields["closing.reviewed_by"] or row.get("reviewed_by"),
    }
    lacks = [what for what, there in held.items() if not there]
    closed = closed_on(plan)
    when = f" on {say_date(closed)}" if closed else ""
    return [f"closed{when} without {say_list(lacks)}"] if lacks else []
