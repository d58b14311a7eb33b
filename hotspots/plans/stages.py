"""Where a plan stands, by its dates and by people's words: from scanning to closed, and reopened."""

import copy
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_date
from hotspots.plans.record import Plan

CLOSED, REOPENED, DUE = "closed", "reopened", "assessment due"
RETENTION = 36  # months that a closed plan is kept whole
STAGES = ("scanning", "analysis", "response", DUE, CLOSED, REOPENED)
VERDICTS = ("continue", "adjust", "stop")

_WORDS = packaged_toml("plans", "words")
_UNSURE = re.compile(_WORDS["unsure"], re.IGNORECASE)
_CLAUSE = re.compile(r"[.;:()\n–—]|\s-\s")
_CLOSING = ("heading.stage", "assessment.verdict", "sign_off.role", "sign_off.date")
_REVIEW = ("closing.reason", "closing.reviewed_by", "closing.reviewed_on")


@dataclass(frozen=True)
class Stage:
    """A stage and the day since which a plan is in it."""

    name: str
    since: dt.date | None


def read_stage(text: str) -> str:
    """Stage that people's words name; "" where they name none, several, or only hope for one."""
    return _only(text, _WORDS["stages"])


def read_verdict(text: str) -> str:
    """Verdict that people's words name: "continue", "adjust", "stop", or ""."""
    return _only(text, _WORDS["verdicts"])


def _only(text: str, known: dict[str, str]) -> str:
    """Find the one kind that the first clause of a text names, and does not doubt."""
    first = next((part.strip() for part in _CLAUSE.split(clean_text(text)) if part.strip()), "")
    sure = re.sub(r"\bno further action\b", "nfa", first, flags=re.IGNORECASE)
    if _UNSURE.search(sure) or text.strip().endswith("?"):
        return ""
    found = [name for name, words in known.items() if re.search(rf"\b(?:{words})\b", sure, re.IGNORECASE)]
    return found[0] if len(found) == 1 else ""


def stage_of(plan: Plan, *, as_of: Any, put_away: bool = False) -> Stage:
    """Stage of a plan on a day: by people's words, else by its dates; ``put_away`` plans are closed."""
    day, last = pd.Timestamp(as_of).date(), plan.stages[-1] if plan.stages else {}
    if put_away or (last.get("stage") != CLOSED and _is_closed(plan, day)):
        return Stage(CLOSED, closed_on(plan, as_of=day))
    fields = plan.fields()
    again = _day(last) if last.get("stage") == REOPENED else day if last.get("stage") == CLOSED else None
    said = read_stage(fields["heading.stage"])
    if said and said != CLOSED:
        return Stage(said, _seen(plan, said, day))
    start, end = parse_date(fields["response.start"]), parse_date(fields["response.end"])
    if start and start <= day and not (again and start < again):
        if end and start <= end < day and read_verdict(fields["assessment.verdict"]) not in VERDICTS[:2]:
            return Stage(DUE, end + dt.timedelta(days=1))
        return Stage("response", start)
    if again:
        return Stage(REOPENED, again)
    worded = ("analysis.", "triangle.", "objectives.", "actions.")
    if any(text.strip() for tag, text in fields.items() if tag.startswith(worded)):
        return Stage("analysis", _seen(plan, "analysis", day))
    return Stage("scanning", parse_date(plan.opened))


def _is_closed(plan: Plan, day: dt.date) -> bool:
    """Whether people's words close a plan, by its stage or its sign-off as stopped, on the day they state."""
    fields = plan.fields()
    signed = fields["sign_off.role"].strip() or fields["sign_off.date"].strip()
    words = read_stage(fields["heading.stage"])
    if words != CLOSED and not (not words and signed and read_verdict(fields["assessment.verdict"]) == "stop"):
        return False
    stated = _stated(plan)
    return stated is None or stated <= day


def _stated(plan: Plan) -> dt.date | None:
    fields = plan.fields()
    dates = (parse_date(fields[tag]) for tag in ("sign_off.date", "heading.stage", "sign_off.role"))
    return next((date for date in dates if date), None)


def last_closing(plan: Plan) -> dict[str, Any]:
    """Row of a plan's history that closed it last; empty where none did."""
    closings = [row for row in plan.stages if row.get("stage") == CLOSED]
    return closings[-1] if closings else {}


def closed_on(plan: Plan, *, as_of: Any = None) -> dt.date | None:
    """Day a plan was closed: as its history has it, else as people wrote it, else ``as_of``."""
    if plan.stages and plan.stages[-1].get("stage") == CLOSED:
        return _day(plan.stages[-1])
    return _stated(plan) or (None if as_of is None else pd.Timestamp(as_of).date())


def _day(row: dict[str, Any]) -> dt.date | None:
    return parse_date(str(row.get("date", "")))


def _seen(plan: Plan, name: str, day: dt.date) -> dt.date | None:
    """Day since which a plan's history has a stage without a break; ``day`` where it has it not yet."""
    last = plan.stages[-1] if plan.stages else {}
    return _day(last) if last.get("stage") == name else day


def note_stage(plan: Plan, *, as_of: Any, put_away: bool = False) -> bool:
    """Add a plan's stage to its history where it is new, a closing with all its words; whether it was."""
    stage = stage_of(plan, as_of=as_of, put_away=put_away)
    if plan.stages and plan.stages[-1].get("stage") == stage.name:
        return False
    row = {"date": str(stage.since or pd.Timestamp(as_of).date()), "stage": stage.name}
    if stage.name == CLOSED:
        fields = plan.fields()
        words = {"verdict": fields["assessment.verdict"], "signed_off": fields["sign_off.role"]}
        words |= {tag.partition(".")[2]: fields[tag] for tag in _REVIEW}
        row |= {name: clean_text(text).strip() for name, text in words.items() if text.strip()}
        row |= {"keep_until": str((pd.Timestamp(row["date"]) + pd.DateOffset(months=RETENTION)).date())}
    plan.stages.append(row)
    return True


def close_plan(plan: Plan, *, as_of: Any, **words: str) -> Plan:
    """Close a plan in words, as if typed into its document: what stands there is kept, under what is new.

    ``words`` are ``verdict, reason, lessons, signed_off, reviewed_by``: roles, never names.
    """
    day = pd.Timestamp(as_of).strftime("%d/%m/%Y")
    closed = copy.deepcopy(plan)
    closed.people["heading"]["stage"] = ""
    said = {"assessment.verdict": "verdict", "assessment.lessons": "lessons", "closing.reason": "reason"}
    said |= {"sign_off.role": "signed_off", "closing.reviewed_by": "reviewed_by"}
    _write(closed, "heading.stage", f"Closed {day}")
    for tag, name in said.items():
        _write(closed, tag, words.get(name, ""))
    closed.set_field("sign_off.date", day)
    if words.get("reviewed_by"):
        closed.set_field("closing.reviewed_on", day)
    return closed


def _write(plan: Plan, tag: str, text: str) -> None:
    held = plan.fields()[tag].strip()
    if text.strip() and text.strip() != held:
        plan.set_field(tag, f"{text.strip()}\n{held}".strip())


def reopen_plan(plan: Plan, *, as_of: Any, reason: str = "") -> Plan:
    """Open a closed plan again: what closed it goes into its history, and its fields are free.

    Examples
    --------
    >>> plan = close_plan(Plan(ref="SE1", title="Boar Lane"), as_of="2019-03-03", verdict="stop")
    >>> again = reopen_plan(plan, as_of="2019-06-01", reason="They are back")
    >>> stage_of(again, as_of="2019-06-02").name, [row["stage"] for row in again.stages]
    ('reopened', ['closed', 'reopened'])
    """
    opened = copy.deepcopy(plan)
    note_stage(opened, as_of=as_of, put_away=True)
    for tag in (*_CLOSING, *_REVIEW):
        opened.set_field(tag, "")
    row = {"date": str(pd.Timestamp(as_of).date()), "stage": REOPENED}
    opened.stages.append(row | ({"reason": reason.strip()} if reason.strip() else {}))
    return opened


def say_day(written: Any) -> str:
    """Day of a record in words; what somebody wrote there that is no date, as it is."""
    day = parse_date(str(written))
    return say_date(day) if day else clean_text(written)


def say_stages(plan: Plan) -> list[str]:
    """Say when a plan was closed and reopened, and with what words."""
    said = []
    for row in plan.stages:
        if row.get("stage") not in (CLOSED, REOPENED):
            continue
        labels = {"verdict": "verdict", "reason": "reason", "signed_off": "signed off by"}
        labels |= {"reviewed_by": "reviewed by", "reviewed_on": "reviewed on", "keep_until": "kept whole until"}
        row = row | ({"keep_until": say_day(row["keep_until"])} if "keep_until" in row else {})
        words = "; ".join(f"{label}: {row[name]}" for name, label in labels.items() if row.get(name))
        head = f"{row['stage'].capitalize()} {say_day(row['date'])}"
        said.append(f"{head}: {words}." if words else f"{head}.")
    return said
