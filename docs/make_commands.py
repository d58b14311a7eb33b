"""Write docs/commands.md from the command line's own parser: python docs/make_commands.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from maps.cli import TYPED, _build_parser

PAGE = Path(__file__).resolve().parent / "commands.md"
INTRODUCTION = """# Commands

`hotspots COMMAND --help` says on the console what stands here. Where the console does not find the word
`hotspots`, write `python -m maps` in its place.

A command ends with 0 where all went well, with 2 and one paragraph where something that was given is wrong
([Messages](errors.md)); nothing is then written. It is written by `python docs/make_commands.py` from the
commands themselves.
"""


def commands() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Return what each command is for, and its own parser."""
    (sub,) = (a for a in _build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    helps = {choice.dest: str(choice.help) for choice in sub._choices_actions}
    return {name: (helps[name], parser) for name, parser in sub.choices.items()}


def describe(action: argparse.Action) -> tuple[str, str, str]:
    """Say what is typed, its default, what it means."""
    value = action.metavar or ("" if action.nargs == 0 else "|".join(map(str, action.choices or ())))
    more = " ..." if action.nargs == "+" else ""
    typed = " ".join(filter(None, [*action.option_strings, f"{value}{more}"])).replace("|", " or ")
    if action.required:
        default = "needed"
    elif action.default in (None, False, []):
        default = "none"
    else:
        default = f"`{action.default}`"
    return f"`{typed}`", default, action.help or ""


def write_page() -> str:
    """Text of the page."""
    parts = [INTRODUCTION, "```text\n" + TYPED["examples"].replace("examples:\n", "") + "\n```\n"]
    for name, (purpose, parser) in commands().items():
        purpose = f"{purpose[0].upper()}{purpose[1:]}."
        rows = [describe(a) for a in parser._actions if not isinstance(a, argparse._HelpAction)]
        table = [f"| {typed} | {default} | {meaning} |" for typed, default, meaning in rows]
        head = "| what is typed | unless given | what it means |\n|---|---|---|\n"
        parts.append(f"## `hotspots {name}`\n\n{purpose}\n\n{head}" + "\n".join(table) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8", newline="\n")
