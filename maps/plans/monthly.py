"""What the latest month says of an open plan: a dated block, added beside what was fixed at opening."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError
from hotspots.common.plan_dates import parse_date
from hotspots.common.wording import name_month, say_count, say_date
from hotspots.plans._analysis import compare_text
from hotspots.plans._facts import Facts, gather_facts
from hotspots.plans._freeze import frozen_target
from hotspots.plans._target import rows_of
from hotspots.plans.problems import gather_problem
from hotspots.plans.record import Plan
from hotspots.plans.stages import DUE, stage_of
from hotspots.plans.success import count_baseline
from maps.plans.actions import REVIEW_WITHIN, tabulate_actions


def note_month(
    plan: Plan,
    incidents: gpd.GeoDataFrame,
    *,
    as_of: Any,
    threshold: int,
    study_area: str = "all the data",
    windows: Any = None,
    delivered: str = "",
) -> bool:
    """Add "since last month" to an open plan, and count its baseline where its months have come; if new.

    One block a month of the data: run again, it is written again. Nothing fixed at opening is touched.
    """
    if plan.covers == "person" or "when" not in incidents:
        return False
    day = str(pd.Timestamp(as_of).date())
    threshold = max(threshold, int(plan.scanning.get("threshold", 0)))
    target = frozen_target(plan, None)
    try:
        whole = gather_facts(incidents, rows_of(incidents, target), threshold=threshold, layer=target.layer)
        facts = gather_problem(whole, plan.frozen.get("problem"))
    except InputError:  # none, or too few to be shown
        return False
    if facts.all_months.empty:
        return False
    held = list(facts.all_months.index)
    counted = count_baseline(plan, facts.months, held, day=day, threshold=threshold)
    latest = max(held)
    if plan.monthly and plan.monthly[-1]["month"] > str(latest):
        return counted
    chosen = plan.frozen.get("selected_months", [])
    if str(latest) in chosen and not plan.monthly:  # the month that opened the plan is in the plan
        return counted
    short = _say_counts(facts, latest)
    lines = [f"{short}.", *_say_response(plan, facts, latest)]
    on = plan.frozen.get("choice") or [pd.Period(month, freq="M") for month in chosen]
    compared = compare_text(facts, target, study_area=study_area, chosen_on=on, windows=windows)
    lines += [compared, *([delivered] if delivered else []), *_say_due(plan, as_of)]
    entry = {"date": day, "month": str(latest), "short": short, "lines": lines}
    if plan.monthly and plan.monthly[-1] == entry:
        return counted
    if plan.monthly and plan.monthly[-1]["month"] == str(latest):
        entry["date"] = day
        plan.monthly[-1] = entry
    else:
        plan.monthly.append(entry)
    return True


def _say_counts(facts: Facts, latest: pd.Period) -> str:
    """Latest month here, beside the month before and the same month a year before."""
    held = [before for before in (latest - 1, latest - 12) if before in facts.all_months.index]
    beside = ", ".join(f"{name_month(before)} {_say(facts, before, bare=True)}" for before in held)
    said = f"{name_month(latest)}: {_say(facts, latest)} here"
    return f"{said} ({beside})" if beside else said


def _say(facts: Facts, month: pd.Period, *, bare: bool = False) -> str:
    """Count of a month; where small ones are hidden, to the nearest threshold: sums give none back."""
    count, least = int(facts.months.get(month, 0)), facts.threshold
    if 0 < count < least:
        return f"fewer than {least}"
    if least and count:
        return f"about {least * round(count / least):,}"
    return f"{count:,}" if bare else say_count(count, "record")


def _say_response(plan: Plan, facts: Facts, latest: pd.Period) -> list[str]:
    """Months of the response so far, marked as such."""
    fields = plan.fields()
    start, end = parse_date(fields["response.start"]), parse_date(fields["response.end"])
    if start is None:
        return ["No response has a date yet."]
    last = min(latest, pd.Period(end, freq="M")) if end else latest
    months = pd.period_range(pd.Period(start, freq="M"), last, freq="M")
    held = [month for month in months if month in facts.all_months.index]
    if not held:
        return [f"The response starts on {say_date(start)}: no month of it is in the data."]
    marked = ", ".join(f"{name_month(month)} {_say(facts, month, bare=True)}" for month in held[-12:])
    until = f" to {say_date(end)}" if end else ""
    return [f"Months of the response ({say_date(start)}{until}): {marked}."]


def _say_due(plan: Plan, as_of: Any) -> list[str]:
    """Actions overdue and due, and an assessment that is."""
    actions = tabulate_actions([plan], as_of=as_of)
    late = int(actions["overdue"].sum())
    until = pd.Timestamp(as_of).date() + pd.Timedelta(days=REVIEW_WITHIN)
    dates = [parse_date(due) for due in actions.loc[~actions["overdue"], "due"]]
    soon = sum(1 for due in dates if due and due <= until)
    said = [f"{say_count(late, 'action')} overdue, {soon:,} due within four weeks."] if len(actions) else []
    stage = stage_of(plan, as_of=as_of)
    if stage.name == DUE and stage.since:
        said.append(f"The assessment is due since {say_date(stage.since)}.")
    return said
