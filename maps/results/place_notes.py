"""What officers are told of a place: its problem, what to look for, whom to speak to, tasks of its plan."""

import pandas as pd

from hotspots import assign_hotspots
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_words import clean_text, start_small
from hotspots.plans._response_menu import families_of, patrol_advice
from hotspots.plans.person_names import find_names
from maps.disclosure.gate import APART, Profile, name_category
from maps.job.job import Job
from maps.plans.actions import tabulate_actions
from maps.plans.readers import plans_for

_LEAST, _SHARE, _MOST = 5, 0.2, 4  # records of a kind that is named, its share of the place, tasks told


def note_places(job: Job, who: Profile) -> dict[str, list[str]]:
    """Give lines for cards and phone by the reference of a hotspot; no kind with few records is named."""
    rank = assign_hotspots(job.incidents, job.spots)
    held = pd.DataFrame({"rank": rank, "kind": job.incidents["category"].astype("str").map(name_category)})
    counts = held.assign(n=incidents_per_row(job.incidents)).groupby(["rank", "kind"])["n"].sum()
    told = counts[(counts >= max(_LEAST, 2 * who.threshold)) & (counts.index.get_level_values(1) != APART)]
    told = told[told >= _SHARE * counts.groupby("rank").transform("sum").reindex(told.index)]
    tasks = _tasks_of(job, who)
    return {
        str(ref): [*_say_kinds(told[told.index.get_level_values(0) == at]), *tasks.get(str(ref), [])]
        for at, ref in job.spots["ref"].items()
    }


def _say_kinds(told: pd.Series) -> list[str]:
    kinds = told.sort_values(ascending=False, kind="stable").index.get_level_values(1)[:2].tolist()
    family = next((family for kind in kinds for family in families_of(kind)), "any")
    advice = patrol_advice(family)
    first = f"Most often recorded here: {'; '.join(map(start_small, kinds))}." if kinds else ""
    said = [first, f"Look for {advice['look_for']}.", f"Speak to {advice['speak_to']}."]
    return [line for line in said if line]


def _tasks_of(job: Job, who: Profile) -> dict[str, list[str]]:
    """Open actions of the plans for these places, by reference; what may hold a name stays in its plan."""
    found: dict[str, list[str]] = {}
    for plan in plans_for(job.config.plans, who):
        for row in tabulate_actions([plan], as_of=job.as_of).head(_MOST).to_dict("records"):
            due = f", due {row['due']}" if row["due"] else ""
            action = "see the plan" if find_names(row["action"]) else clean_text(row["action"]).rstrip(".")
            line = f"Task of the plan{due}: {start_small(action)}."
            for area in plan.frozen["areas"]:
                found.setdefault(str(area["ref"]), []).append(line)
    return found
