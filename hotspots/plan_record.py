"""The plan itself: what data wrote, what was fixed when it was opened, and what people wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

VERSION = 1

CHEERS = ("community", "harmful", "expectation", "events", "recurring", "similarity")
QUESTIONS = ("what", "where", "when", "who", "why", "how")
TRIANGLE = ("offender", "handler", "victim", "guardian", "place", "manager")
OBJECTIVE = ("measure", "baseline", "target", "by_when", "comparator")
ACTION = (
    *("action", "three_e", "side", "technique", "power"),
    *("lead", "owner", "start", "due", "status", "cost"),
)
SINGLE = {
    "heading": ("owner", "reference", "review_date"),
    "scanning": ("problem", "who_is_affected"),
    "cheers": CHEERS,
    "analysis": (*QUESTIONS, "tried", "hypotheses", "gaps"),
    "triangle": TRIANGLE,
    "response": ("start", "end", "notes"),
    "assessment": ("community", "verdict", "lessons"),
    "sign_off": ("role", "date"),
}
ROWS = {"objectives": OBJECTIVE, "actions": ACTION}


def blank_people() -> dict[str, Any]:
    """Every field that people write, empty: groups of single fields, and lists of rows.

    Examples
    --------
    >>> blank_people()["heading"]
    {'owner': '', 'reference': '', 'review_date': ''}
    """
    people: dict[str, Any] = {group: dict.fromkeys(names, "") for group, names in SINGLE.items()}
    people.update({name: [] for name in ROWS})
    return people


@dataclass
class Plan:
    """A problem-solving plan (Scanning, Analysis, Response, Assessment) for one place or several.

    Attributes
    ----------
    ref : str
        The permanent reference of the place; plans are filed by it.
    title : str
        Street and area, as on the cover.
    covers : str
        "hotspot", "hotspots", "street", "area" or "person".
    opened, drafted : str
        ISO dates: when the plan was opened, and when data last filled it.
    frozen : dict
        Fixed at opening: areas (WKT, EPSG:27700), comparator, ring in metres, measures, windows.
    scanning, analysis : dict
        What the data says; rewritten by every re-draft.
    options : list of dict
        Response menu; suggestions, none of them chosen.
    people : dict
        What people wrote; see `blank_people`. No re-draft changes it.
    changes : list of dict
        What later data would have fixed otherwise, with the date it was seen.
    assessments : list of dict
        Each dated; appended, never overwritten.
    """

    ref: str
    title: str
    covers: str = "hotspot"
    opened: str = ""
    drafted: str = ""
    version: int = VERSION
    frozen: dict[str, Any] = field(default_factory=dict)
    scanning: dict[str, Any] = field(default_factory=dict)
    analysis: dict[str, Any] = field(default_factory=dict)
    options: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, Any] = field(default_factory=blank_people)
    changes: list[dict[str, Any]] = field(default_factory=list)
    assessments: list[dict[str, Any]] = field(default_factory=list)
    source: Any = field(default=None, repr=False, compare=False)
