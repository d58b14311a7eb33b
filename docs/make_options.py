"""Write the table of options in docs/methods/hotspots.md, read out of the methods' own classes.

Run it from the top of the repository: python docs/make_options.py
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from hotspots.finding.methods import METHODS

PAGE = Path(__file__).resolve().parent / "methods" / "hotspots.md"
MARKED = re.compile(r"(?<=<!-- options -->\n).*?(?=<!-- end of options -->)", re.DOTALL)


def write_table() -> str:
    """One row for each option: whose it is, its default, what it means."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, method in METHODS.items():
        for one in fields(method):
            default = "none" if one.default is None else str(one.default).lower()
            found.setdefault((one.name, default, one.metadata["says"]), []).append(f"`{name}`")
    head = "| option | of | default | what it means |\n|---|---|---|---|\n"
    return head + "".join(f"| `{n}` | {', '.join(of)} | {d} | {says} |\n" for (n, d, says), of in found.items())


def fill_page(text: str) -> str:
    """Return the page with the table of today."""
    return MARKED.sub(lambda _: write_table(), text)


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
