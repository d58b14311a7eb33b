"""What a plan's document says, block by block: the same for Word and for HTML."""

from typing import Any

from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_words import clean_text, start_sentence, start_small
from hotspots.common.wording import say_date
from hotspots.plans.record import Plan
from hotspots.plans.stages import say_day, say_stages
from hotspots.plans.success import say_baseline
from maps.documents.blocks import Block, Bullets, Document, Field, Grid, Heading, Line, Pictures, Text
from maps.documents.hints import BESIDE_DATA, SIDES, hints_of, label_of

BLANK_ACTIONS = 3
EARLIER = 11  # months before the latest that a document tells of
NOTHING = "Not in these records."
_FIELDS = packaged_toml("plans", "fields")
ACTION_CELLS: dict[str, list[str]] = _FIELDS["action_cells"]


def lay_out_plan(plan: Plan, *, pictures: Pictures | None = None, marking: str = "", attribution: str = "") -> Document:
    """Blocks of a plan's document: data's words beside blanks for people's."""
    heading = Line(tuple(_field(plan, f"heading.{name}") for name in ("owner", "reference", "review_date", "stage")))
    blocks: list[Block] = [Text(_opening(plan), note=True), heading, *_month(plan)]
    form = plan.frozen.get("form")
    if plan.covers == "person":
        blocks += _form(plan, "person", {})
    elif form is None:
        blocks += [*_scanning(plan, pictures, attribution), *_analysis(plan)]
    if form is None:
        blocks += [*_objectives(plan), *_response(plan), *_assessment(plan)]
    else:
        scanning = _scanning(plan, pictures, attribution)
        blocks += [
            *_form(plan, form, {"scanning": scanning, "map": [pictures] if pictures else []}),
            Text(attribution, note=True),
        ]
        placed = {field.tag for block in blocks for field in fields_in(block)}
        rest = [tag for tag, text in plan.fields().items() if text.strip() and tag not in placed]  # no word is lost
        blocks += [Heading("Also written in this plan"), *(Line((_field(plan, tag),)) for tag in rest)] if rest else []
    title = f"Problem-solving plan (SARA): {plan.title}"
    return Document(title, f"Plan {plan.ref}", marking, plan.drafted or plan.opened, tuple(blocks))


def _opening(plan: Plan) -> str:
    said = f"Plan {plan.ref}."
    if plan.opened:
        said += f" Opened {say_date(plan.opened)}"
        said += f", drafted again {say_date(plan.drafted)}." if plan.drafted != plan.opened else "."
    if plan.stages:
        row = plan.stages[-1]
        said += f" Stage: {row['stage']} since {say_day(row['date'])}."
    return f"{said} The blank fields are yours; the rest is written from the data."


def _form(plan: Plan, form: str, made: dict[str, list[Block]]) -> list[Block]:
    """Lay a plan out by a form: its headings, what the data say, its fields under their labels, and parts of a plan."""
    made |= {"objectives": _objectives(plan), "menu": _menu(plan), "ahead": _ahead(plan), "analysis": _analysis(plan)}
    made |= {"actions": [_actions(plan)], "assessment": _assessment(plan)}
    data, blocks = {**plan.analysis, **plan.scanning}, list[Block]()
    for section in packaged_toml("plans", "forms", form)["section"]:
        said = [data.get(name, "") for name in section.get("says", ())]
        words = [" ".join(part) if isinstance(part, list) else str(part) for part in said]
        text = clean_text(" ".join(filter(None, (section.get("words", ""), *words))))
        blocks += [Heading(clean_text(section["heading"])), *([Text(text)] if text else [])]
        blocks += [Line((_field(plan, tag, label),)) for tag, label in section.get("fields", {}).items()]
        parts = [block for part in section.get("parts", ()) for block in made[part]]
        blocks += [block for block in parts if not (isinstance(block, Heading) and block.level == 1)]
    return blocks


def fields_in(block: Block) -> list[Field]:
    """List the fields of a block, wherever they stand in it."""
    cells = block.fields if isinstance(block, Line) else sum(block.rows, ()) if isinstance(block, Grid) else ()
    return [one for cell in cells for one in (cell if isinstance(cell, tuple) else (cell,)) if isinstance(one, Field)]


def _field(plan: Plan, tag: str, label: str = "", hint: str = "") -> Field:
    value = clean_text(plan.fields().get(tag, "")).strip()
    name = tag.rsplit(".", 1)[-1]
    return Field(tag, label or label_of(name), value, hint or hints_of(tag)[0])


def _scanning(plan: Plan, pictures: Pictures | None, attribution: str) -> list[Block]:
    data = plan.scanning
    about = " ".join(filter(None, (data.get("about", ""), data.get("problem", ""))))
    blocks: list[Block] = [Heading("1. Scanning: what is the problem?"), Text(about)]
    blocks.append(Line((_field(plan, "scanning.problem", "The problem in one sentence, as people here would say it"),)))
    if pictures is not None:
        blocks.append(pictures)
    if found := data.get("problems"):
        header = ("Problem", "Records here", "Were it like the rest", "Beside chance")
        listed = tuple(tuple(row.values()) for row in found)
        blocks.append(
            Grid(
                "Problems to choose from: a plan is about one of these, or about all records",
                header,
                listed,
                (0.46, 0.14, 0.22, 0.18),
            )
        )
    rows = tuple(
        (start_sentence(name), text, _field(plan, f"cheers.{name}")) for name, text in data.get("cheers", {}).items()
    )
    blocks.append(
        Grid(
            "Is it a problem? All six tests (CHEERS) must hold",
            ("Test", "What the data says", "What people say"),
            rows,
            (0.13, 0.57, 0.3),
        )
    )
    limits = " ".join(data.get("limits", ()))
    blocks.append(Text(f"Sources: {data.get('sources', '')} {limits} {attribution}".rstrip(), note=True))
    return blocks


def _analysis(plan: Plan) -> list[Block]:
    data = plan.analysis
    rows: list[tuple[Any, ...]] = []
    for name, (question, *parts) in _FIELDS["questions"].items():
        said = " ".join(filter(None, (clean_text(data.get(part, "")) for part in parts)))
        rows.append((question, said or NOTHING, _field(plan, f"analysis.{name}")))
    gaps = "; ".join(data.get("gaps", ()))
    rows += [
        ("Who, by role?", f"{NOTHING} Roles and references only, no names.", _field(plan, "analysis.who")),
        ("What was tried before?", NOTHING, _field(plan, "analysis.tried")),
        ("Why here? Questions to test", " ".join(data.get("hypotheses", ())), _field(plan, "analysis.hypotheses")),
        ("What is not known?", f"Not in these records: {gaps}." if gaps else "", _field(plan, "analysis.gaps")),
    ]
    header = ("Question", "What the data says", "What local people and teams add")
    sides = tuple(
        (label, _field(plan, f"triangle.{first}", label), _field(plan, f"triangle.{second}", start_sentence(second)))
        for label, first, second, _ in SIDES
    )
    triangle = Grid(
        "The problem's three sides (roles, never names)",
        ("Side", "What we know", "Handler, guardian or manager"),
        sides,
        (0.2, 0.4, 0.4),
    )
    return [
        Heading("2. Analysis: why here, why now?"),
        Grid("Questions", header, tuple(rows), (0.14, 0.58, 0.28)),
        triangle,
        *_changes(plan),
    ]


def _changes(plan: Plan) -> list[Block]:
    if not plan.changes:
        return []
    items = tuple(f"{say_date(row['date'])}: {row['text']}" for row in plan.changes)
    return [Heading("Changed in the data since the plan was opened", 2), Bullets(items)]


def _month(plan: Plan) -> list[Block]:
    """Lay out the latest month; the earlier ones in a line each."""
    if not plan.monthly:
        return []
    *earlier, last = plan.monthly
    lines = tuple(clean_text(line) for line in last["lines"])
    blocks: list[Block] = [Heading(f"Since last month (written {say_day(last['date'])})"), Bullets(lines)]
    if earlier:
        told = "; ".join(clean_text(entry["short"]) for entry in reversed(earlier[-EARLIER:]))
        blocks.append(Text(f"Before: {told}.", note=True))
    return blocks


def _objectives(plan: Plan) -> list[Block]:
    frozen = plan.frozen
    measures = list(frozen.get("measures", ()))
    named = {"incidents": start_sentence(str(frozen.get("counted", "incidents"))), "harm": "Harm score (days)"}
    rows: list[tuple[Any, ...]] = []
    for i in range(max(len(measures) + 1, len(plan.people["objectives"]))):
        cells: list[Any] = [_field(plan, f"objectives.{i + 1}.{name}") for name in ("measure", "baseline")]
        if i < len(measures) and not any(cell.value for cell in cells):
            cells = [named.get(measures[i], measures[i]), say_baseline(plan) if i == 0 else "the same months"]
            cells.append(_field(plan, f"objectives.{i + 1}.comparator", hint=BESIDE_DATA))
        else:
            cells.append(_field(plan, f"objectives.{i + 1}.comparator"))
        cells += [_field(plan, f"objectives.{i + 1}.{name}") for name in ("target", "by_when")]
        rows.append(tuple(cells))
    said = f"Compared with {frozen['comparator']}." if frozen.get("comparator") else ""
    if frozen.get("ring_metres"):
        said += f" Displacement is looked for within {frozen['ring_metres']:g} metres."
    return [
        Heading("3. Objectives and response: what will we do?"),
        Grid(
            "Objectives (fixed when the plan was opened)",
            ("Measure", "Before (baseline)", "Compared with", "Target", "By when"),
            tuple(rows),
            (0.2, 0.36, 0.16, 0.16, 0.12),
        ),
        *([Text(said, note=True)] if said else []),
        *([Text(clean_text(frozen["visible"]), note=True)] if frozen.get("visible") else []),
    ]


def _ahead(plan: Plan) -> list[Block]:
    lines = tuple(clean_text(line) for line in plan.analysis.get("ahead_lines", ()))
    return [Heading("Ahead: events and orders", 2), Bullets(lines)] if lines else []


def _menu(plan: Plan) -> list[Block]:
    blocks: list[Block] = []
    if plan.options:
        rows = tuple(_option(row) for row in plan.options)
        header = ("3E", "Action to consider", "Technique; side of the problem", "Lead agency, owner (role)")
        blocks.append(Grid("Response menu", header, rows, (0.1, 0.39, 0.27, 0.24)))
        powers = [row["power"] for row in plan.options if row.get("power")]
        extra = [plan.analysis.get("patrols", ""), plan.analysis.get("cameras", "")]
        said = [plan.analysis.get("menu_note", ""), *(f"{power}." for power in powers), *extra]
        blocks.append(Text(" ".join(filter(None, said)), note=True))
    if tried := [clean_text(line) for line in plan.analysis.get("tried", ())]:
        blocks += [Heading("What was tried at places like this", 2), Bullets(tuple(tried))]
    return blocks


def _response(plan: Plan) -> list[Block]:
    blocks = _menu(plan)
    blocks += [*_ahead(plan), _actions(plan)]
    dates = tuple(_field(plan, f"response.{name}", f"Response {name}s") for name in ("start", "end"))
    blocks.append(Line((*dates, *(_field(plan, f"response.{name}") for name in ("notes", "hours")))))
    blocks.append(Line(tuple(_field(plan, f"response.{name}") for name in ("consulted", "necessity"))))
    return blocks


def _option(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["three_e"],
        row["action"] + ".",
        f"{row['technique']}; {row['side']}",
        f"{row['lead']}, {start_small(row['owner'])}",
    )


def _actions(plan: Plan) -> Grid:
    """Lay out the actions, two fields of detail in a cell: a row holds all that a meeting asks."""

    def cell(number: int, names: list[str]) -> Field | tuple[Field, ...]:
        made = tuple(_field(plan, f"actions.{number}.{n}") for n in names)
        return made if len(made) > 1 else made[0]

    last = len(plan.people["actions"]) + BLANK_ACTIONS
    rows = tuple(tuple(cell(i, names) for names in ACTION_CELLS.values()) for i in range(1, last + 1))
    widths = (0.26, 0.1, 0.2, 0.17, 0.1, 0.09, 0.08)
    return Grid("Actions agreed", tuple(ACTION_CELLS), rows, widths, name="actions")


def _assessment(plan: Plan) -> list[Block]:
    blocks: list[Block] = [Heading("4. Assessment: did it work?")]
    for entry in plan.assessments:
        blocks.append(Heading(f"Assessed {say_date(entry['date'])}", 2))
        blocks.append(Bullets(tuple(clean_text(line) for line in entry.get("lines", ()))))
    if not plan.assessments:
        blocks.append(Text("Filled in from later data by “hotspots assess”, once the response has run."))
    for name, label in (
        ("community", "What people here say"),
        ("verdict", "Verdict (continue, adjust, stop)"),
        ("lessons", "Lessons"),
    ):
        blocks.append(Line((_field(plan, f"assessment.{name}", label),)))
    if said := say_stages(plan):
        blocks += [Heading("Closed and reopened", 2), Bullets(tuple(map(clean_text, said)))]
    closing = ("sign_off.role", "sign_off.date", "closing.reason", "closing.reviewed_by", "closing.reviewed_on")
    blocks.append(Line(tuple(_field(plan, tag) for tag in closing)))
    return blocks
