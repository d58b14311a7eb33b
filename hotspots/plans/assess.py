"""The Assessment of a plan: later data beside what was fixed when it was opened."""

import copy
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.assessment._windows_of_response import DISTRUST
from hotspots.assessment.assess import Judging, assess_response
from hotspots.assessment.comparison_areas import propose_comparators
from hotspots.checks import CRS, InputError, Problems, announce, require_metres
from hotspots.common.outline_text import read_outline
from hotspots.common.place_names import ELSEWHERE, setting_of
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.windows import Window, read_day
from hotspots.common.wording import say_date, say_list
from hotspots.plans.problems import of_problem
from hotspots.plans.record import Plan
from hotspots.plans.success import FEWER, goal_of


def assess_plan(
    plan: Plan,
    incidents: gpd.GeoDataFrame,
    *,
    start: Any = None,
    end: Any = None,
    as_of: Any = None,
    baseline: Any = None,
    direction: str | None = None,
    dosage: Sequence[str] = (),
    others: gpd.GeoDataFrame | None = None,
    covered: Any = None,
    allow_overlap: bool = False,
    responses: gpd.GeoDataFrame | None = None,
) -> Plan:
    """Add an assessment to a plan: its own areas, comparator and ring, counted in later data.

    Parameters
    ----------
    plan : Plan
        An open plan; it is not changed itself.
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700 that cover the response and the months before it.
    start, end : date, optional
        First and last day of the response. None: what people wrote under "Response starts" and "ends".
    as_of : date, optional
        The day of the assessment. None: the last day of the response.
    baseline : window, optional
        None: the same calendar months a year before (see `hotspots.assess_response`).
    direction : str, optional
        What would be success: "fewer", "more" (after a reporting campaign) or "either". None: as the plan's
        own target says, else "fewer".
    dosage : sequence of str
        Sentences on what was delivered, from the log of visits.
    others : GeoDataFrame, optional
        Other hotspots of the same selection, cut out of the surrounding area. None: those near by when the
        plan was opened.
    covered : window or list of windows, optional
        What the records are known to cover; None: find out.
    allow_overlap : bool
        True goes on with a baseline that chose the place, and says why the result is not to be trusted.
    responses : GeoDataFrame, optional
        Areas of other plans (`responses_of`): those at work in the two windows are not compared with.

    Returns
    -------
    Plan
        With one more entry in ``assessments``: dated, added, never overwriting an earlier one. The same
        result on the same day is not added twice.

    Raises
    ------
    InputError
        When the response has no dates, the plan is for a person, or the data do not cover the windows.
    """
    if plan.covers == "person":
        raise InputError(
            "A plan for a person is not assessed from incident counts",
            given=plan.title,
            advice="write the Assessment from the case notes",
        )
    require_metres(incidents, what="incidents")
    first, last = response_dates(plan, start, end)
    incidents = incidents[of_problem(incidents, problem := plan.frozen.get("problem"))]
    counted = [f"Counted: {problem['title']} alone."] if problem else []
    targets, near = frozen_areas(plan, "areas"), plan.frozen.get("other_areas")
    found = assess_response(
        incidents,
        targets,
        start=first,
        end=last,
        selected_on=_selected(plan),
        baseline=baseline,
        direction=direction or goal_of(plan).direction or FEWER,
        comparator=_comparators(plan, incidents, targets, others),
        others=_apart(frozen_areas(plan, "other_areas") if others is None and near else others, targets),
        covered=covered,
        judging=Judging(float(plan.frozen["ring_metres"]), responses, allow_overlap),
    )
    verdict = _distrust(plan, found.verdict)
    entry = {
        "date": str(read_day(last if as_of is None else as_of, "as_of").date()),
        "response": f"{say_date(first)} to {say_date(last)}",
        "verdict": clean_text(verdict),
        "lines": [
            clean_text(verdict if line == found.verdict else line)
            for line in (
                *counted,
                *(dosage or ["Delivered: no log of visits was given, so it is not known what was done."]),
                *found.lines(),
                *_on_the_calendar(plan, [found.baseline, found.after]),
            )
        ],
        "counts": _counts(found.table),
    }
    assessed = copy.deepcopy(plan)
    if entry not in assessed.assessments:
        assessed.assessments.append(entry)
    return assessed


def _distrust(plan: Plan, verdict: str) -> str:
    """Open the verdict on a prison or station that had no like to compare with: any ground stood in."""
    kind = setting_of(clean_text(plan.frozen.get("name")))
    if kind not in ELSEWHERE or plan.frozen.get("comparator_areas") or verdict.startswith(DISTRUST):
        return verdict
    why = f"no other {kind} was compared, and other ground is unlike one"
    return f"{DISTRUST}, because {why}; it would otherwise read: {verdict}"


def _on_the_calendar(plan: Plan, windows: Sequence[Window]) -> list[str]:
    """Name what else the plan's calendar has in the two windows: it may have moved the counts too."""
    said = []
    for window in windows:
        names = [
            f"{entry['name']} ({entry['kind']})"
            for entry in plan.analysis.get("calendar", ())
            if pd.Timestamp(entry["start"]) < window.end and pd.Timestamp(entry["end"]) >= window.start
        ]
        if names:
            said.append(f"{say_list(dict.fromkeys(names))} in {window}")
    return [f"On the calendar: {'; '.join(said)}. It may have moved the counts too."] if said else []


def response_dates(plan: Plan, start: Any, end: Any) -> tuple[Any, Any]:
    """First and last day of a plan's response: as given, else as people wrote them in it."""
    problems = Problems("The response has no dates to assess")
    found: list[dt.date] = []
    for name, given in (("start", start), ("end", end)):
        written = plan.people["response"].get(name, "")
        day = read_day(given, name).date() if given is not None else parse_date(written)
        if day is None:
            problems.add(
                f"'Response {name}s' holds no date",
                given=repr(written),
                advice="write it in the document, as 14/10/2018",
            )
        else:
            found.append(day)
    problems.raise_any()
    if found[1] < found[0]:
        raise InputError(
            "The response ends before it starts",
            given=f"{found[0]} to {found[1]}",
            advice="mend the dates, in the document or after --start and --end",
        )
    return found[0], found[1]


def responses_of(plans: Iterable[Plan]) -> gpd.GeoDataFrame:
    """Areas of plans with their ``name``, and when they were at work as far as it is written.

    One without a first day of its response counts from the day it was opened, one without a last day as
    still at work.
    """
    plans = list(plans)
    rows = [
        {
            "name": clean_text(f"{plan.title} ({plan.ref})"),
            "start": parse_date(plan.people["response"].get("start", "")) or plan.opened or None,
            "end": parse_date(plan.people["response"].get("end", "")),
            "geometry": shape,
        }
        for plan in plans
        for shape in frozen_areas(plan, "areas").geometry
    ]
    frame = pd.DataFrame(rows, columns=["name", "start", "end", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=grid_of_plans(plans))


def _selected(plan: Plan) -> list[pd.Period] | None:
    months = plan.frozen.get("selected_months", [])
    return [pd.Period(month, freq="M") for month in months] or None


def grid_of_plans(plans: Sequence[Plan]) -> str:
    """Name the grid that plans are drawn in: the first one's, for a run has but one."""
    return next((str(plan.frozen["crs"]) for plan in plans if "crs" in plan.frozen), CRS)


def frozen_frame(rows: Sequence[dict[str, Any]], *, crs: str = CRS) -> gpd.GeoDataFrame:
    """Areas as they stand in a record, as a frame in their plan's grid (``crs``)."""
    return gpd.GeoDataFrame(geometry=[read_outline(row["wkt"]) for row in rows], crs=crs)


def frozen_areas(plan: Plan, key: str = "areas") -> gpd.GeoDataFrame:
    """Areas of a plan as fixed at its opening, in the plan's own grid."""
    return frozen_frame(plan.frozen.get(key, []), crs=grid_of_plans([plan]))


def _apart(others: gpd.GeoDataFrame | None, targets: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Other hotspots without the plan's own ground."""
    if others is None:
        return None
    return others[~others.geometry.intersects(targets.union_all())]


def _comparators(
    plan: Plan, incidents: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame | None:
    """Give the comparator fixed at opening; further places only measure how far counts vary."""
    if not plan.frozen.get("comparator_areas"):
        return None
    fixed = frozen_areas(plan, "comparator_areas").assign(role="comparator")
    selected = _selected(plan)
    try:
        if selected is None:
            return fixed
        ring = float(plan.frozen["ring_metres"])
        pool = propose_comparators(incidents, targets, selected_on=selected, others=_apart(others, targets), width=ring)
    except InputError:
        announce(
            "The records do not hold the months that chose the place: how far counts vary is estimated from "
            f"the {len(fixed)} comparison areas alone. Files that reach back to those months say more."
        )
        return fixed
    free = pool[~pool.geometry.intersects(fixed.union_all())].assign(role="placebo")
    return gpd.GeoDataFrame(pd.concat([fixed, free[["role", "geometry"]]], ignore_index=True), crs=fixed.crs)


def _counts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """List counts before and after of each measure: here, in the comparison, and in both rings."""
    zones = ("treated", "control", "ring", "control_ring")
    columns = [f"{zone}_{when}" for zone in zones for when in ("before", "after")]
    return [
        {"measure": str(name), **{column: int(row[column]) for column in columns}} for name, row in table.iterrows()
    ]
