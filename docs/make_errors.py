"""Write docs/errors.md: every message the packages can raise, and every note, read out of the code.

Run it from the top of the repository: python docs/make_errors.py
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PAGE = TOP / "docs" / "errors.md"

# Where a reader meets a message, what usually causes it, and its rooms: the longest name counts.
GROUPS: dict[str, tuple[str, str]] = {
    "Everywhere": (
        "A file cannot be read, a table lacks a column or is not in British National Grid metres.",
        "hotspots.checks",
    ),
    "The configuration": (
        "A key is misspelt, a path does not start at the configuration's folder, a value is of another kind. "
        "Every mistake of one file is listed at once, with its line.",
        "maps.config hotspots.files.typed_tables maps.common.calendar maps.commands.init boundaries.layers "
        "hotspots.reading.problem_profiles hotspots.reading.sources hotspots.reading.crosswalks "
        "hotspots.common.calendar_files hotspots.change.indicator_files",
    ),
    "Files of records": (
        "The file is not there, cut off, of another kind than its ending says, or its columns are not those "
        "of the layout. `hotspots check FILE` reads it and writes nothing.",
        "hotspots.files hotspots.reading hotspots.large hotspots.severity hotspots.finding.agreed_list "
        "hotspots.cameras.register",
    ),
    "Areas": (
        "The outlines have no reference system or the wrong one, the named column is another, or two files "
        "are of different years.",
        "boundaries",
    ),
    "Hotspots, cells and places": (
        "An option has a value that cannot be, or a column is missing that another function adds first.",
        "hotspots",
    ),
    "Time, change and trends": (
        "The records do not cover the months asked for, or are dated to the month where days are needed.",
        "hotspots.common.when hotspots.common.windows hotspots.common.calendars "
        "hotspots.reading.months_covered hotspots.timing hotspots.change hotspots.statistics.aoristic "
        "hotspots.repeats.near_repeats maps.job.compare maps.job.time_profiles "
        "maps.job.board_pages maps.job.periods maps.job.trends",
    ),
    "Did it work?": (
        "The months overlap, the areas do, or too little was recorded to judge by.",
        "hotspots.assessment hotspots.statistics.displacement hotspots.statistics.two_counts "
        "hotspots.statistics.ratio_of_ratios hotspots.plans.assess hotspots.change.chosen_by_counts",
    ),
    "Patrols and cameras": (
        "More is asked for than the officers, vehicles and hours can give, or there is nothing to cover.",
        "hotspots.patrols hotspots.cameras hotspots.severity.demand maps.results.patrol_cards "
        "maps.job.patrols_and_cameras",
    ),
    "Plans": (
        "The document or its record was changed by hand, is open in Word, or its place is not on the list.",
        "hotspots.plans hotspots.common.wording maps.plans maps.documents maps.commands.assess",
    ),
    "Results, maps and tables": (
        "A file is open elsewhere, the folder is not ours, or the profile does not let something leave.",
        "maps",
    ),
}
ROOMS = ("hotspots", "boundaries", "maps")


# Problems("...") heads a list of problems, _fail("...") is the last word of a command.
KINDS = {
    "InputError": "error",
    "UnreadableError": "error",
    "Rule": "problem",
    "announce": "note",
    "Problems": "title",
    "_fail": "title",
}
# What these raise is said in the list of a file's problems, each after its line.
LISTED = (
    "hotspots.change.indicator_files",
    "hotspots.plans._check",
    "hotspots.reading.layouts",
    "hotspots.reading.problem_profiles",
    "maps.config.kinds",
    "maps.config.settings",
)


@dataclass(frozen=True)
class Message:
    """One message of the code, with "…" for what differs from case to case."""

    kind: str  # "error", "problem" (one of several, listed at once), "title" (of such a list) or "note"
    module: str
    line: int
    problem: str
    given: str
    advice: str
    states: frozenset[str]


def read_messages() -> list[Message]:
    """Every message of the three packages; those that pass on another's words are left out."""
    found = []
    for room in ROOMS:
        for path in sorted((TOP / room).rglob("*.py")):
            module = path.relative_to(TOP).with_suffix("").as_posix().replace("/", ".")
            found += list(_messages_of(ast.parse(path.read_text(encoding="utf-8")), module))
    return found


def _messages_of(tree: ast.Module, module: str) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        kind = _kind_of(node.func)
        kind = "problem" if kind == "error" and module in LISTED else kind
        problem = _words(node.args[0])
        if kind and re.search(r"[a-z]{2}", problem.removeprefix("line …")):
            parts = {key.arg or "": key.value for key in node.keywords}
            said = {name: _words(parts[name]) if name in parts else "" for name in ("given", "advice")}
            yield Message(kind, module, node.lineno, problem, said["given"], said["advice"], frozenset(parts))


def _kind_of(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return KINDS.get(func.id, "")
    owner = ast.unparse(func.value) if isinstance(func, ast.Attribute) else ""
    return "problem" if isinstance(func, ast.Attribute) and func.attr == "add" and "problems" in owner else ""


def _words(node: ast.expr) -> str:
    """Text of an expression, with "…" for what is only known when it is said."""
    if isinstance(node, ast.Constant):
        return str(node.value).replace("{key}", "'…'").replace("{table}", "[…]")
    if isinstance(node, ast.JoinedStr):
        return re.sub("…[…, ]*…", "…", "".join(_words(part) for part in node.values))
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.IfExp):
        return _either(node.value)
    if isinstance(node, ast.FormattedValue) and re.match(r"_line\(|at_line$", ast.unparse(node.value)):
        return "line …: "
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _words(node.left) + _words(node.right)
    if isinstance(node, ast.BoolOp):
        return next((said for said in map(_words, reversed(node.values)) if said), "…")
    if isinstance(node, ast.IfExp):
        return _either(node)
    return "…"


def _either(node: ast.IfExp) -> str:
    return _words(node.body) or _words(node.orelse)


def group_of(module: str) -> str:
    """Heading under which the messages of a module stand."""
    homes = {home: title for title, (_, modules) in GROUPS.items() for home in modules.split()}
    return homes[max((home for home in homes if f"{module}.".startswith(f"{home}.")), key=len)]


def write_page() -> str:
    """Text of the page."""
    messages = read_messages()
    parts = [INTRODUCTION]
    for title, (cause, _) in GROUPS.items():
        rows = {_row(m) for m in messages if m.kind in ("error", "problem") and group_of(m.module) == title}
        head = "| it says | given | try |\n|---|---|---|\n"
        parts.append(f"## {title}\n\n{cause}\n\n{head}" + "\n".join(sorted(rows, key=str.casefold)) + "\n")
    titles = sorted({f"- {_cell(m.problem)}" for m in messages if m.kind == "title"}, key=str.casefold)
    parts.append(f"## Headings of several\n\n{TITLES}\n\n" + "\n".join(titles) + "\n")
    notes = sorted({f"- {_cell(m.problem)}" for m in messages if m.kind == "note"}, key=str.casefold)
    parts.append(f"## Notes\n\n{NOTES}\n\n" + "\n".join(notes) + "\n")
    return "\n".join(parts)


INTRODUCTION = """# Messages

A mistake in what was given ends a command with exit 2 and one paragraph, and raises `InputError` in Python:
what is wrong, what was given (file, line, value), what to try. Nothing is written. This page lists them all,
with … for what differs from case to case. It is written by `python docs/make_errors.py` from the code itself.

A row of a source that cannot be used is no error: it is left out, counted and listed with its cause
([Reading records](methods/reading.md)).
"""
TITLES = """Where several things are wrong at once, one of these stands before the colon, and each thing
after it, with what was given and what to try. The last words of a command that cannot go on are here too."""
NOTES = """Choices made for you, and what to know about the data, are said aloud: on the command line after
"Note:", in Python in the log `safer_hotspots`."""


def _row(message: Message) -> str:
    problem = message.problem.removeprefix("line …: ")
    plain = re.match(r"[a-z]+[ ,]", problem)  # the name of an option keeps its small letter
    cells = [problem[:1].upper() + problem[1:] if plain else problem, message.given, message.advice]
    return "| " + " | ".join(_cell(text) for text in cells) + " |"


def _cell(text: str) -> str:
    """Text that a Markdown table shows as it is."""
    text = re.sub(r"\s+", " ", text).strip().rstrip(".")
    return re.sub(r"([\\|<>*_`\[\]{}#])", r"\\\1", text).replace("\\<", "&lt;").replace("\\>", "&gt;")


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
