"""Hints that stand in the empty fields of a document."""

from hotspots.common.plan_words import name_key

HINT = "Type here"
BY_DATE = "As above, or…"
BESIDE_DATA = "As below, or…"
LABELS = {
    "three_e": "3E",
    "by_when": "By when",
    "lead": "Lead agency",
    "owner": "Owner (role)",
    "action": "Action agreed",
    "role": "Agreed by (role)",
    "mechanism": "How it acts on the cause",
    "delivered": "So far",
    "hours": "Hours, cost",
    "consulted": "Consulted",
    "necessity": "Needed, and fair to all (cameras, dispersal, orders)",
    "reason": "Why closed",
    "reviewed_by": "Reviewed by (supervisor)",
}
# What a field offers to choose from; other words may be typed there too.
CHOICES = {
    "stage": ("Scanning", "Analysis", "Response", "Assessment due", "Closed", "Reopened"),
    "status": ("Not started", "In progress", "Done", "Dropped"),
    "three_e": ("Engage", "Educate", "Enforce"),
    "side": ("Offender", "Victim or target", "Place"),
    "verdict": ("Continue", "Adjust", "Stop"),
    "lead": (
        *("Police", "Council", "Housing provider", "Fire and rescue", "Health", "Probation", "Youth justice"),
        *("Business or owner", "Community or voluntary group"),
    ),
}
DATES = ("review_date", "start", "end", "due", "date", "by_when", "reviewed_on")
SIDES = (
    ("Offender", "offender", "handler", "Who could influence them?"),
    ("Victim or target", "victim", "guardian", "Who could protect them?"),
    ("Place", "place", "manager", "Who runs or looks after it?"),
)


def label_of(name: str) -> str:
    """Say what a field is called on paper."""
    return LABELS.get(name, name_key(name))


def hints_of(tag: str) -> tuple[str, ...]:
    """Hints that a document may show in an empty field: whatever else stands there is somebody's words."""
    group, *_, name = tag.split(".")
    if group == "actions":
        return (f"{label_of(name)}…",)
    asked = {second: hint for _, _, second, hint in SIDES} if group == "triangle" else {"stage": BY_DATE}
    return (
        asked.get(name, HINT),
        *([HINT] if name == "stage" else []),
        *([BESIDE_DATA] if name == "comparator" else []),
    )
