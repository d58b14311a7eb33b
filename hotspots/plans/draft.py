"""Problem-solving plans (SARA): drafted from the data, kept by people, assessed later."""

import copy
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.change.chosen_by_counts import NOT_KNOWN
from hotspots.checks import announce, require_columns, require_metres
from hotspots.common.option_classes import take_options
from hotspots.common.place_names import ELSEWHERE
from hotspots.common.plan_words import clean_text, start_sentence, strip_near
from hotspots.common.small_counts import hide_small
from hotspots.common.windows import read_day
from hotspots.plans._analysis import (
    compare_text,
    gaps_text,
    hypotheses,
    near_licensed,
    nearby_counts,
    nearby_text,
    when_text,
    where_text,
)
from hotspots.plans._facts import Facts, gather_facts
from hotspots.plans._freeze import freeze_plan, frozen_target, note_changes
from hotspots.plans._response_menu import menu_note, suggest_responses
from hotspots.plans._target import Target, find_target, layer_of, rows_of, share_layers
from hotspots.plans.problems import ALL, LARGEST, choose_problem, gather_problem, propose_problems, say_problems
from hotspots.plans.record import Plan
from hotspots.plans.scanning import (
    certainty_text,
    cheers_text,
    limits_text,
    problem_text,
    sources_text,
    trend_text,
    types_text,
)


@dataclass(frozen=True)
class Drafting:
    """How a plan is drafted, as `draft_plan` says."""

    title: str | None = None
    study_area: str = "all the data"
    ring: float = 200.0
    selected_on: Any = None
    nearby: Any = None
    patrols: str = ""
    cameras: str = ""
    threshold: int = 0
    windows: Any = None
    told: str = ""
    planned: gpd.GeoDataFrame | None = None
    problem: str = ALL
    form: str = ""


def draft_plan(
    spot: Any,
    incidents: gpd.GeoDataFrame,
    areas: Any = None,
    *,
    plan: Plan | None = None,
    spots: gpd.GeoDataFrame | None = None,
    as_of: str | pd.Timestamp | None = None,
    **drafting: Any,
) -> Plan:
    """Draft a problem-solving plan, or draft one again: words from the data, blanks for people.

    Parameters
    ----------
    spot : Series, GeoDataFrame, str or polygon
        What the plan is about: a hotspot ``spots.loc[n]``, several ``spots.loc[[1, 2]]``, a street's
        name, an area ``areas.loc[n]``, or a polygon with ``title``. EPSG:27700 metres. None when an open
        plan is drafted again and its place is no longer in the list.
    incidents : GeoDataFrame
        The incidents, or the same collapsed to places, EPSG:27700.
    areas : dict of GeoDataFrame, optional
        Layers by name, used where ``spot`` has not been attached to them.
    plan : Plan, optional
        An open plan to draft again: people's fields, the areas, comparator, ring, measures and dates fixed
        at opening stay; what later data would have fixed otherwise is added to its ``changes``. It is not
        changed itself.
    spots : GeoDataFrame, optional
        The whole list, to say "2 of 15" and to propose places to compare with.
    as_of : str or Timestamp, optional
        Date of the draft. None: the day after the last month in the data.
    title : str, optional
        Name of the place. None: its busiest street.
    study_area : str
        What the whole of the data is called in a sentence, such as "Leeds".
    ring : float
        Metres of the surrounding area in which displacement will be looked for.
    selected_on : window or list of windows, optional
        The period whose counts chose the place. None: the whole period of the data; "not known": the
        same, and no change is told.
    nearby : GeoDataFrame or dict of GeoDataFrame, optional
        Points of pubs, schools, shops, parks ..., by a column ``kind`` or as a dict by kind.
    patrols, cameras : str
        One sentence each from the patrol and camera work, for the response menu.
    threshold : int
        Counts from 1 up to below this are shown nowhere in the plan; 0 shows all.
    windows : (later, earlier), optional
        The two periods compared. None: the latest month, or twelve, beside a year before.
    told : str
        What changed here, in the words of a table that compared more than this place. "": the hotspot's own
        ``words``, else the place compared alone.
    planned : GeoDataFrame, optional
        Areas of other plans: never compared with, because something is done there too.
    problem : str
        What the plan counts, fixed at opening: "all" records of the place; "largest", the first problem
        proposed there where it is clearly the largest, else all; one by its title, kind or profile.
    form : str
        A short form: "nip", "clear-hold-build" or "one-street". "": the whole plan.
    **drafting
        Those above, from ``title`` on.

    Returns
    -------
    Plan
        A new plan, or the open one drafted again.

    Raises
    ------
    InputError
        When a column is missing, the metres are not National Grid, or no incident is inside.
    """
    how = take_options(Drafting, drafting, of="draft_plan")
    require_metres(incidents, what="incidents")
    require_columns(incidents, ("category", "place", "source"), what="incidents")
    layers = {"area": areas} if isinstance(areas, gpd.GeoDataFrame) else dict(areas or {})
    current = None if spot is None and plan is not None else find_target(spot, incidents, title=how.title)
    target = frozen_target(plan, current) if plan is not None else current
    assert target is not None
    if plan is None:
        target.layer = layer_of(target, layers)
    inside = rows_of(incidents, target)
    whole = gather_facts(incidents, inside, threshold=how.threshold, layer=target.layer)
    proposed = propose_problems(whole)
    problem = choose_problem(how.problem, proposed, whole) if plan is None else plan.frozen.get("problem")
    facts = gather_problem(whole, problem)
    if problem:  # what tables say of the place is of all its records
        how = replace(how, told="")
        target.facts = {name: value for name, value in target.facts.items() if name not in ("words", "trend")}
    missing = {name: frame for name, frame in layers.items() if name not in target.layers}
    target.layers |= share_layers(facts.inside, missing)
    day = _day(as_of, facts)
    if plan is None:
        drafted = Plan(ref=target.ref, title=target.title, covers=target.covers, opened=day)
        fixed: dict[str, Any] = {"ring": how.ring, "selected_on": how.selected_on, "layers": layers}
        drafted.frozen = freeze_plan(facts, target, spots, planned=how.planned, **fixed)
        if problem:
            at = {"area": "in", "street": "on"}.get(target.covers, "at")
            drafted.title = start_sentence(f"{problem['title'].replace(',', '')} {at} {target.title}")
            drafted.frozen |= {"problem": problem, "counted": problem["title"]}
        drafted.frozen |= {"form": how.form} if how.form else {}
    else:
        if how.problem not in (ALL, LARGEST, (problem or {}).get("title")):
            announce(f"The open plan of {plan.title} keeps its problem: close it, then open another.")
        drafted = copy.deepcopy(plan)
        note_changes(drafted, facts, current, spots, day=day, ring=how.ring)
    facts.licensed = near_licensed(facts, how.nearby)
    drafted.drafted = day
    drafted.scanning = _scan(facts, target, spots, how.study_area) | {"limits": limits_text(facts, whole.everything)}
    drafted.scanning |= say_problems(proposed, facts, whole)
    drafted.analysis = _analyse(facts, target, how, drafted.frozen, spots)
    drafted.options = suggest_responses(
        facts.types,
        count=6,
        setting=facts.setting,
        licensed=facts.licensed is not False,
        everywhere=facts.usual_types,
        day=day or None,
    )
    drafted.analysis |= {"menu_note": menu_note(day or None), "patrols": how.patrols, "cameras": how.cameras}
    return drafted


def _day(as_of: str | pd.Timestamp | None, facts: Facts) -> str:
    if as_of is not None:
        return str(read_day(as_of, "as_of").date())
    if facts.all_months.empty:
        return ""
    return str((facts.all_months.index.max() + 1).to_timestamp().date())


def _scan(facts: Facts, target: Target, spots: Any, study_area: str) -> dict[str, Any]:
    return {
        "problem": problem_text(facts, target, of=None if spots is None else len(spots), study_area=study_area),
        "sources": sources_text(facts),
        "source_names": sorted(map(clean_text, facts.everything["source"].unique())),
        "cheers": cheers_text(facts),
        "types": facts.types.to_dict("records"),
        "threshold": facts.threshold,
    }


def _analyse(facts: Facts, target: Target, how: Drafting, frozen: dict[str, Any], spots: Any) -> dict[str, Any]:
    chosen_on: Any = [pd.Period(month, freq="M") for month in frozen.get("selected_months", ())]
    if frozen.get("choice") == NOT_KNOWN:
        chosen_on = NOT_KNOWN
    return {
        "what": types_text(facts),
        "where": where_text(facts, target),
        "when": when_text(facts),
        "compare": compare_text(
            facts,
            target,
            study_area=how.study_area,
            chosen_on=chosen_on,
            windows=how.windows,
            told=how.told,
            dispersion=None if spots is None else spots.attrs.get("dispersion"),
        ),
        "trend": trend_text(facts, target),
        "certainty": certainty_text(facts, target, of=None if spots is None else len(spots)),
        "nearby": "" if how.nearby is None else _say_nearby(facts, target, how.nearby),
        "hypotheses": hypotheses(facts),
        "gaps": gaps_text(facts),
        "repeat_places": _repeat_places(facts),
        "months": [{"month": str(m), "incidents": int(n)} for m, n in _shown_months(facts).items()],
    }


def _say_nearby(facts: Facts, target: Target, nearby: Any) -> str:
    if facts.setting in ELSEWHERE:
        return f"What stands about a {facts.setting} says little of records that are put down there."
    return nearby_text(nearby_counts(facts, nearby, ground=target.ground))


def _repeat_places(facts: Facts, *, count: int = 6) -> list[dict[str, Any]]:
    """Busiest streets with their counts and their busiest point, in metres: of car parks no middle is one."""
    points = facts.inside.geometry.get_coordinates().round(0)
    points = points.assign(name=facts.inside["place"].map(strip_near), held=facts.weights)
    sums = points.groupby(["name", "x", "y"])["held"].sum().sort_values(ascending=False, kind="stable")
    spots = sums.reset_index().drop_duplicates("name").set_index("name")
    rows = facts.streets.head(count).to_dict("records")
    return [
        {str(k): v for k, v in row.items()}
        | {"easting": float(spots["x"][row["street"]]), "northing": float(spots["y"][row["street"]])}
        for row in rows
    ]


def _shown_months(facts: Facts) -> pd.Series:
    """Count the months that may be shown."""
    months = facts.months.reindex(facts.all_months.index, fill_value=0)
    return months[~hide_small(months, threshold=facts.threshold)]
