"""Hints that stand in the empty fields of a document."""

from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_words import name_key

HINT = "Type here"
BY_DATE = "As above, or…"
BESIDE_DATA = "As below, or…"
_FIELDS = packaged_toml("plans", "fields")
LABELS: dict[str, str] = _FIELDS["labels"]
CHOICES: dict[str, list[str]] = _FIELDS["choices"]
DATES: list[str] = _FIELDS["dates"]
SIDES: list[list[str]] = _FIELDS["sides"]


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
