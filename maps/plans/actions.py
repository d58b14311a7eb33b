"""Actions and reviews of the open plans: what is due, what is overdue, who leads."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_count, say_date
from hotspots.plans.record import Plan
from hotspots.plans.stages import CLOSED, stage_of

DONE = ("done", "complete", "completed", "closed", "cancelled", "dropped", "stopped", "finished", "ended")
COLUMNS = ("overdue", "action", "plan", "ref", "lead", "owner", "due", "status", "note")
REVIEW_WITHIN = 28  # days ahead that a meeting looks
REVIEW_AFTER = 92  # days after which a plan without a review date is due for one


def tabulate_actions(plans: Iterable[Plan], *, as_of: Any) -> pd.DataFrame:
    """Every open action of some plans, overdue first, then by due date, then those without one."""
    day = pd.Timestamp(as_of).date()
    rows = [_row(plan, action, day) for plan in _alive(plans, day) for action in _open(plan)]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "_due"]).astype({"overdue": bool})
    table = table.sort_values(["overdue", "_due", "ref"], ascending=[False, True, True], kind="stable")
    return table.drop(columns="_due").reset_index(drop=True)


def _alive(plans: Iterable[Plan], day: dt.date) -> list[Plan]:
    """Plans for places that nobody has closed: a closed one is never due or overdue."""
    open_ones = (plan for plan in plans if plan.covers != "person")
    return [plan for plan in open_ones if stage_of(plan, as_of=day).name != CLOSED]


def _open(plan: Plan) -> list[dict[str, str]]:
    actions = [{k: clean_text(v) for k, v in row.items()} for row in plan.people["actions"]]
    return [row for row in actions if any(row.values()) and not is_done(row.get("status", ""))]


def is_done(status: str) -> bool:
    """Whether a status says that nothing is left to do: its first word does."""
    words = status.casefold().replace(",", " ").replace(".", " ").split()
    return bool(words) and words[0] in DONE


def _row(plan: Plan, action: dict[str, str], day: dt.date) -> dict[str, Any]:
    due = parse_date(action.get("due", ""))
    late = (day - due).days if due else 0
    note = f"overdue by {say_count(late, 'day')}" if late > 0 else ""
    if not due:
        note = "due date cannot be read" if action.get("due") else "no due date"
    written = {name: action.get(name, "") for name in ("action", "lead", "owner", "due", "status")}
    written["action"] = written["action"] or "(no words for the action)"
    return written | {
        "overdue": late > 0,
        "plan": plan.title,
        "ref": plan.ref,
        "note": note,
        "_due": due or dt.date.max,
    }


def list_reviews(plans: Iterable[Plan], *, as_of: Any) -> list[str]:
    """Plans due for review on a day: past their date, due within four weeks, or long without a date."""
    day, found = pd.Timestamp(as_of).date(), []
    for plan in [one for one in plans if stage_of(one, as_of=day).name != CLOSED]:
        written = plan.people["heading"].get("review_date", "")
        review, opened = parse_date(written), parse_date(plan.opened)
        if review and (review - day).days <= REVIEW_WITHIN:
            when = "was due for review on" if review < day else "is due for review on"
            found.append((review, f"{plan.title} ({plan.ref}): {when} {say_date(review)}."))
        elif not review and opened and (day - opened).days >= REVIEW_AFTER:
            why = f"review date “{written}” cannot be read" if written else "no review date"
            found.append((opened, f"{plan.title} ({plan.ref}): {why}; opened {say_date(opened)}."))
    return [text for _, text in sorted(found, key=lambda row: (row[0], row[1]))]
