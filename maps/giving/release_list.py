"""``release.csv``: of each file of the results, for whom it is, how it is marked, and why."""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hotspots.checks import announce
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile
from maps.tables.csv_files import write_csv

RELEASE = "release.csv"
COLUMNS = ["file", "profile", "marking", "for_whom", "why"]
# Files that no profile is for, by how their name begins: who may see them, and why.
_APART = {
    "rejects.csv": ("The analyst only.", "It lists single rows as they came in."),
    "releases.json": ("The analyst only.", "It lists what these readers were told, and when to delete it."),
    "visits-not-used.csv": ("The analyst only.", "It lists single rows as they were typed."),
    "manifest.json": ("The analyst, and auditors.", "It names the files that went in, and counts rows."),
    "kept/": ("Whoever put it there.", "Added or changed by somebody since: no gate has seen it."),
}
_SAID = {
    "cameras": "It holds sites for cameras, which are never open data.",
    "timetable": "It holds where patrols will be on which day, which is never open data.",
    "visits": "It holds where patrols were.",
    "plan": "It is marked: it holds what people wrote, or where patrols or cameras were proposed.",
}
_BY_PROFILE = {
    "open": "Published records, and nothing that is never open data.",
    "internal": "Exact counts of records that are not published.",
    "partner": "Small counts are not shown, but places and marked work are.",
    "public": "Small counts are not shown; patrols, cameras and actions are not in it.",
}
_MARKED = re.compile(r'<meta name="protective-marking" content="([^"]*)">')


def write_release_list(folder: Path, who: Profile, *, marking: str | None, holds: Mapping[str, Sequence[str]]) -> Path:
    """Write the list beside the files that it speaks of, before the manifest.

    ``holds`` says of file names, or of their beginnings, what in them is never open; ``marking`` is the
    configured one, or None.
    """
    names = [p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file()]
    names = sorted({*names, RELEASE, "manifest.json"})
    rows = [_row(folder, name, who, marking, _held(name, holds)) for name in names]
    strict = [row[0] for row in rows if row[1] not in ("", who.name)]
    if strict:
        marked = ", ".join(name for name in strict if not name.startswith(("plans/", "patrols/")))
        announce(
            f"Marked for what they hold, whatever the records are (release.csv says of each file for whom"
            f" it is): {', '.join(filter(None, [marked, *_folders(strict)]))}."
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    return write_csv(table, folder / RELEASE, kind="table", profile=who, columns=COLUMNS)


def read_marking(page: Path) -> str | None:
    """Read the marking out of a page's metadata: "" where it has none, None where there is no page."""
    if not page.is_file():
        return None
    found = _MARKED.search(page.read_text(encoding="utf-8"))
    return html.unescape(found[1]) if found else ""


def _row(folder: Path, name: str, who: Profile, marking: str | None, held: Sequence[str]) -> tuple[str, ...]:
    for start, (whom, why) in _APART.items():
        if name.startswith(start):
            return name, "", "", whom, why
    if name.startswith("plans/"):  # a plan keeps the marking that it was written under
        own = read_marking((folder / name).with_suffix(".html"))
        held, marking = (["plan"], own or marking) if own != "" else ([], marking)
    strict = follow_content(who, held)
    why = " ".join(_SAID[kind] for kind in held) if strict is not who else _BY_PROFILE.get(who.name, "")
    return name, strict.name, strict.marking if marking is None else marking, strict.audience, why


def _folders(names: Sequence[str]) -> list[str]:
    return [f"what is in {start}" for start in ("plans/", "patrols/") if any(n.startswith(start) for n in names)]


def _held(name: str, holds: Mapping[str, Sequence[str]]) -> list[str]:
    return [kind for start, kinds in holds.items() if name.startswith(start) for kind in kinds]
