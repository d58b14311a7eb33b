"""The plan itself: what data wrote, what was fixed when it was opened, and what people wrote."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
FORMS = ("nip", "clear-hold-build", "one-street")  # short ones; outlines in hotspots/data/plans/forms
COVERS = ("hotspot", "hotspots", "street", "area", "person")

CHEERS = ("community", "harmful", "expectation", "events", "recurring", "similarity")
QUESTIONS = ("what", "where", "when", "who", "why", "how")
TRIANGLE = ("offender", "handler", "victim", "guardian", "place", "manager")
OBJECTIVE = ("measure", "baseline", "target", "by_when", "comparator")
ACTION = (
    *("action", "three_e", "side", "technique", "power"),
    *("lead", "owner", "start", "due", "status", "cost", "mechanism", "delivered"),
)
# Fields that stand once, by group: the order is that of the document.
SINGLE = {
    "heading": ("owner", "reference", "review_date", "stage"),
    "scanning": ("problem",),
    "cheers": CHEERS,
    "analysis": (*QUESTIONS, "tried", "hypotheses", "gaps"),
    "triangle": TRIANGLE,
    "response": ("start", "end", "notes", "consulted", "necessity", "hours"),
    "assessment": ("community", "verdict", "lessons"),
    "sign_off": ("role", "date"),
    "closing": ("reason", "reviewed_by", "reviewed_on"),
}
# Fields that stand in rows, as many as people need.
ROWS = {"objectives": OBJECTIVE, "actions": ACTION}


def blank_people() -> dict[str, Any]:
    """Every field that people write, empty: groups of single fields, and lists of rows.

    Examples
    --------
    >>> blank_people()["heading"]
    {'owner': '', 'reference': '', 'review_date': '', 'stage': ''}
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
        Fixed at opening: areas (WKT, in EPSG:27700 or the grid ``crs``), comparator, ring in metres,
        measures, windows.
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
    stages : list of dict
        Each stage the plan went through, with the day; a closing with its verdict, reason and sign-off.
    success : dict
        The baseline once its months were in the data, as first counted, and as counted since.
    monthly : list of dict
        What each month's data said while the plan was open, dated; appended.
    source : str
        The text of the record it was read from, whose comments and layout are kept; "" for a new plan.
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
    stages: list[dict[str, Any]] = field(default_factory=list)
    success: dict[str, Any] = field(default_factory=dict)
    monthly: list[dict[str, Any]] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    source: str = field(default="", repr=False, compare=False)

    def fields(self) -> dict[str, str]:
        """Every field of people's that stands in the plan, by tag: "heading.owner", "actions.1.lead"."""
        return dict(_walk(self.people))

    def set_field(self, tag: str, text: str) -> None:
        """Write one of people's fields by its tag; rows are added as they are needed."""
        group, *rest = tag.split(".")
        if group in SINGLE:
            self.people[group][rest[0]] = text
            return
        rows = self.people[group]
        while len(rows) < int(rest[0]):
            rows.append({})
        rows[int(rest[0]) - 1][rest[1]] = text


def _walk(people: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for group, names in SINGLE.items():
        for name in names:
            yield f"{group}.{name}", people.get(group, {}).get(name, "")
    for group, names in ROWS.items():
        for number, row in enumerate(people.get(group, ()), 1):
            for name in names:
                yield f"{group}.{number}.{name}", row.get(name, "")


def known_tag(tag: str) -> bool:
    """Whether a tag is one of people's fields."""
    group, *rest = tag.split(".")
    if group in SINGLE:
        return len(rest) == 1 and rest[0] in SINGLE[group]
    number, name = [*rest, "", ""][:2]
    return len(rest) == 2 and group in ROWS and number.isdigit() and 0 < int(number) < 1000 and name in ROWS[group]
