"""What must hold after every step of a world, and which refusals its own ingredients explain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from whole_run_checks import check_results
from world_draw import World
from world_files import Ledger
from world_people import Plans, read_document, text_of
from world_process import MOST_SECONDS, Done
from world_spoil import Situation

LEFT_OUT = {
    "closing a plan": "a later issue: of a plan moved to 'closed' only its words must still be there",
    "20 vehicles in time": "a later issue: a plan of patrols or a refusal by name is enough",
    "other grids": "a later issue: every world lies on the British National Grid or in its degrees",
    "recovery of hidden numbers": "a later issue: no sums are subtracted from each other",
    "a machine without faketime": "no world: .ci/run itself is run where nothing was installed",
}
MOST_MEMORY = 1500 << 20  # bytes in use at once; a world of thousands of records takes some hundred millions
LONG = 45  # seconds of processor time; a run of a small world takes some five
USES = re.compile(r"([\d,]+) rows? read = ([\d,]+) used \+ ([\d,]+) not used")
CHECKED = re.compile(r"In all ([\d,]+) rows? = ([\d,]+) usable \+ ([\d,]+) not")


def check_end(done: Done, world: World, situation: Situation, *, due: str = "") -> Iterator[str]:
    """Exit 0, or exit 2 with one plain paragraph that is due; no traceback, no silence for minutes."""
    lines = done.said.strip().splitlines() or [""]
    if done.memory > MOST_MEMORY:
        yield f"took {done.memory >> 20:,} MB of memory"
    if done.seconds > LONG and sum(source["rows"] for source in world["sources"].values()) < 1000:
        yield f"took {done.seconds:.0f} s of processor time for a small world"
    if done.code == 0:
        if "Traceback" in done.said:
            yield f"a traceback: {lines[-1]}"
        if not re.search(situation.named(), done.said):
            yield f"what is wrong is not named: {situation.spoilt}"
        return
    if done.code in (-24, -9) or done.seconds > MOST_SECONDS:
        yield f"silence: stopped after {done.seconds:.0f} s of processor time"
    elif done.code != 2:
        yield f"exit {done.code}: {lines[-1]} {place_of(done.said)}"
    elif wrong := not_plain(lines):
        yield wrong
    elif not re.search("|".join(filter(None, (due, situation.due()))) or "(?!)", lines[-1]):
        spoilt = situation.spoilt
        what = f"{spoilt} is refused in other words" if spoilt else "refused what ought to work"
        yield f"{what}: {lines[-1]}"


def place_of(said: str) -> str:
    """Where in our code a traceback ended."""
    ours = re.findall(r'File ".*?/((?:hotspots|boundaries|maps)/[\w/]+\.py)", line (\d+), in (\w+)', said)
    return f"({ours[-1][0]}, line {ours[-1][1]}, in {ours[-1][2]})" if ours else ""


def not_plain(lines: list[str]) -> str:
    """Say what is wrong with how a command refused."""
    errors = [line for line in lines if line.startswith("Error: ")]
    if any("Traceback" in line for line in lines):
        return f"a traceback: {lines[-1]}"
    if len(errors) != 1 or lines[-1] != errors[0]:
        return f"not one paragraph at the end: {lines[-1]}"
    if any(mark in lines[-1] for mark in ("<class", "object at 0x", "Error(", "Errno", "Exception")):
        return f"not plain words: {lines[-1]}"
    if "not enough memory" in lines[-1]:
        return ""
    given, advice = r"given: |line \d+: unknown key|\w\.\w{3,7} cannot be used", r"try: |at least|must"
    if not all(re.search(what, lines[-1], re.IGNORECASE) for what in (given, advice)):
        return f"does not say what was given and what to try: {lines[-1]}"
    return ""


def check_rows(done: Done, folder: Path | None, world: World, ledger: Ledger) -> Iterator[str]:
    """Rows used and not used are the rows that were written, by our own count."""
    told = (USES if folder else CHECKED).search(done.said)
    if not told:
        if not folder or (folder / "map.html").exists():
            yield "the console does not say how many rows were read"
        return
    read, used, lost = (int(text.replace(",", "")) for text in told.groups())
    if read != used + lost:
        yield f"{read} rows read are not {used} used and {lost} not used"
    if {"cut", "bomb"} & {m for source in world["sources"].values() for m in source["mess"]}:
        return  # what is named as not read may be left out
    if read != ledger.rows:
        yield f"{read} rows read of {ledger.rows} that were written"
    elif not (ledger.least <= used <= ledger.most) and "study_area" not in world["config"]:
        yield f"{used} rows used, where {ledger.least} to {ledger.most} of {ledger.rows} are good"
    if folder and (folder / "manifest.json").exists():
        rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rows"]
        if [rows["rows_in"], rows["accepted"], rows["rejected"]] != [read, used, lost]:
            yield f"manifest.json says {rows}, the console {read} = {used} + {lost}"


NEEDED = ("map.html", "hotspots.gpkg", "hotspots.csv", "tables.xlsx", "rejects.csv", "manifest.json")


def check_outputs(folder: Path, world: World, said: str) -> Iterator[str]:
    """Everything that could be done is there and whole, and says the same."""
    unread = [n for n, layer in world["layers"].items() if {"damaged", "empty"} & {*layer["mess"]}]
    layers = [n for n, layer in world["layers"].items() if n not in unread and layer["shape"] != "nested"]
    for name in (*NEEDED, *(("areas.html", "areas.csv") if layers else ())):
        if not (folder / name).is_file() and f"there is no {name}" not in said:
            yield f"{name} is missing"
    if found := re.search(r"[^\n]*\b(?:nan|inf|NaT)\b[^\n]*", said):
        yield f"the console says what is no number: {found[0][:200]}"
    yield from (f"results: {complaint}" for complaint in check_results(folder, said))


CLASH = re.compile(r"changed after it was \w+|second record of|record cannot be written")
NOT_TIDY = {f"plan: {act}" for act in ("copy record", "rename record", "rename both", "move", "close")}


def check_left(plans: Plans, said: str) -> Iterator[str]:
    """A plan is left as found for what people did to it, and never for what another run of ours did."""
    if (found := CLASH.search(said)) and not plans.lived & NOT_TIDY:
        yield f"a plan is left as found that nobody spoilt: {found[0]}"


def where_words_are(plans: Plans) -> dict[str, set[Path]]:
    """Every file in which each of the words that people typed can be read."""
    team, found = plans.folder.parent, {word: set() for word in plans.typed}
    files = [
        p for p in team.rglob("*") if p.suffix in (".toml", ".docx") and p.is_file() and "incidents" not in p.parts
    ]
    for path in files:
        text = text_of(path)
        for word in plans.typed:
            if word in text:
                found[word].add(path)
    return found


def check_words(plans: Plans, before: dict[str, set[Path]], said: str, *, finished: bool) -> Iterator[str]:
    """Every word that could be read before still can be, in its plan or in a copy that is named aloud."""
    now = where_words_are(plans)
    results = list(plans.folder.parent.glob("results*"))
    for word, files in before.items():
        inside = {p for p in files if not any(p.is_relative_to(r) and "kept" not in p.parts for r in results)}
        typed_there = "plan: type in results" in plans.lived
        if typed_there and not inside and not any("kept" in p.parts for p in now[word]) and files:
            inside = files
        if inside and not now[word]:
            yield f"words are lost: they stood in {_names(inside)}"
        elif files & now[word] and not any("kept" in p.parts for p in now[word]) and inside is files:
            continue  # still where it was typed, in the results of a run before, which this one left alone
        elif inside and finished and now[word]:
            yield from _check_home(plans, word, now[word], said)


def _names(files: set[Path]) -> str:
    return ", ".join(sorted({f"a {p.suffix}" for p in files}))


def _check_home(plans: Plans, word: str, files: set[Path], said: str) -> Iterator[str]:
    """After a run the words are in a plan's record and its document, or in a file that is named."""
    if any("closed" in p.parts or "elsewhere" in p.parts for p in files):
        return
    records = [p for p in files if p.suffix == ".toml" and p.parent == plans.folder]
    named = [p for p in files if p.name in said or p.stem in said]
    if not records and not named:
        where = sorted(p.name for p in files)[:3]
        yield f"words stand only in a {next(iter(files)).suffix} that nobody names: {where}"
    for record in records:
        word_file = record.with_suffix(".docx")
        left = word_file.name in said or record.name in said or record.stem in said
        if word_file.exists() and word_file not in files and not left and read_document(word_file) is not None:
            yield "words stand in a plan's record and not in its document"
