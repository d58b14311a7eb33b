"""What a plan's document says, block by block: the same for Word and for HTML."""

from __future__ import annotations

from typing import Any

from hotspots.plan_record import Plan
from hotspots.plan_words import clean_text, say_date
from maps.plan_blocks import Block, Bullets, Document, Field, Grid, Heading, Line, Picture, Text

BLANK_ACTIONS = 3

LABELS = {
    "three_e": "3E",
    "by_when": "By when",
    "due": "Due",
    "lead": "Lead agency",
    "owner": "Owner (role)",
}


def lay_out_plan(plan: Plan, *, pictures: tuple[Picture, ...] = (), marking: str = "") -> Document:
    """Blocks of a plan's document: data's words beside blanks for people's."""
    blocks: list[Block] = [
        Line(tuple(_field(plan, "heading", name) for name in ("owner", "reference", "review_date"))),
        *_scanning(plan, pictures),
        *_analysis(plan),
        *_response(plan),
    ]
    subject = f"Problem-solving plan {plan.ref}".strip()
    title = f"Problem-solving plan (SARA): {plan.title}"
    return Document(title, subject, marking, plan.drafted or plan.opened, tuple(blocks))


def label_of(name: str) -> str:
    """Say what a field is called on paper."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _field(plan: Plan, group: str, name: str) -> Field:
    return Field(f"{group}.{name}", label_of(name), clean_text(plan.people[group].get(name, "")))


def _scanning(plan: Plan, pictures: tuple[Picture, ...]) -> list[Block]:
    data = plan.scanning
    drafted = f" Drafted {say_date(plan.drafted)}." if plan.drafted else ""
    return [
        Heading("1. Scanning: what is the problem?"),
        Text(data.get("problem", "")),
        *pictures[:1],
        Text(f"Sources: {data.get('sources', '')}{drafted}", note=True),
        Bullets(tuple(data.get("limits", ()))),
    ]


def _analysis(plan: Plan) -> list[Block]:
    data = plan.analysis
    asked = (("Where exactly?", "where"), ("When?", "when"), ("Is it growing?", "compare"))
    rows: list[tuple[Any, ...]] = [("What happens most?", _types(plan), _field(plan, "analysis", "what"))]
    rows += [(label, data.get(name, ""), _field(plan, "analysis", name)) for label, name in asked[:2]]
    rows.append((asked[2][0], data.get("compare", ""), _field(plan, "analysis", "how")))
    rows.append(
        (
            "Offender, victim, place?",
            "Not in this data: roles only, no names.",
            _field(plan, "analysis", "who"),
        )
    )
    return [
        Heading("2. Analysis: why here, why now?"),
        Grid(
            "What the data says, and what local people and teams add",
            ("Question", "What the data says", "What local people and teams add"),
            tuple(rows),
            (0.2, 0.45, 0.35),
            name="analysis",
        ),
    ]


def _types(plan: Plan) -> str:
    return "; ".join(f"{row['type']}: {row['incidents']:,}" for row in plan.scanning.get("types", ()))


def _response(plan: Plan) -> list[Block]:
    shown = ("action", "lead", "owner", "due", "status")
    written = plan.people["actions"]
    rows = []
    for i in range(len(written) + BLANK_ACTIONS):
        row = written[i] if i < len(written) else {}
        rows.append(
            tuple(Field(f"actions.{i + 1}.{n}", label_of(n), clean_text(row.get(n, ""))) for n in shown)
        )
    return [
        Heading("3. Response: what will we do?"),
        Grid(
            "Actions",
            tuple(label_of(n) for n in shown),
            tuple(rows),
            (0.36, 0.18, 0.18, 0.14, 0.14),
            name="actions",
        ),
    ]
