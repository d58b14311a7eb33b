"""The most sensitive thing in a file decides for whom it is: patrols and camera sites are never open."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from hotspots.plans.record import Plan
from maps.disclosure.gate import PROFILES, Profile

# What is never open data, whatever the records are. "patrols" without a date are places on a list.
NEVER_OPEN = frozenset({"cameras", "timetable", "visits", "plan"})
_DATED = ("date", "start", "arrive", "leave", "vehicle")
_WORKING = "Not for publication: it holds where patrols or cameras will be, or what people wrote in a plan."


def follow_content(who: Profile, kinds: Iterable[str]) -> Profile:
    """Find the readership of a file that holds these kinds of thing: "open" only where none is never open.

    The numbers stay those of the profile; the marking and the sentence on the file are stricter.
    """
    if who.name != "open" or NEVER_OPEN.isdisjoint(kinds):
        return who
    return replace(PROFILES["internal"], audience=_WORKING)


def kind_given(kind: str, frame: pd.DataFrame) -> str:
    """Say what a layer gives away: patrols with a day, an hour or a vehicle are a timetable.

    Examples
    --------
    >>> kind_given("patrols", pd.DataFrame({"name": ["Boar Lane"], "start": ["14:05"]}))
    'timetable'
    """
    return "timetable" if kind == "patrols" and not set(_DATED).isdisjoint(frame.columns) else kind


def kinds_in_plan(plan: Plan) -> list[str]:
    """Say what a plan's document gives away: people's words, and where patrols or cameras were proposed."""
    worded = any(str(value).strip() for value in plan.fields().values())
    placed = plan.covers == "person" or any(plan.analysis.get(name) for name in ("patrols", "cameras"))
    return ["plan"] if worded or placed else []
