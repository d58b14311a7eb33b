"""Live in a world: one step after another through the command line, and what must hold after each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from world_checks import check_end, check_left, check_outputs, check_rows, check_words, where_words_are
from world_config import areas_of, last_day, make_config, write_areas, write_config, write_extras
from world_draw import World
from world_files import Ledger, write_sources
from world_people import Plans, act
from world_process import Done, Strike, call, call_apart, in_child, leave_unpainted, start
from world_rows import month_name, rows_of
from world_spoil import Situation, spoilt

LITTLE = 700 << 20  # bytes of address space: too little, and to be said


@dataclass
class Life:
    """Where a world stands, and what was seen in it."""

    world: World
    team: Path
    tree: Path
    fault: Callable[[], None] | None = None
    month: int = 0
    number: int = 0
    ledger: Ledger = field(default_factory=lambda: Ledger({}))
    said: str = ""
    seconds: float = 0.0
    commands: int = 0
    lived: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    last: str = ""
    spoilt: str = ""  # what stops a run now, by name

    def __post_init__(self) -> None:
        self.plans = Plans(self.team / "plans", self.world["seed"])
        self.month = self.world["months"] - self.world["passes"]
        self.whole = self.world

    @property
    def home(self) -> Path:
        return self.team.parent / "home"


def live(world: World, base: Path, *, tree: Path, fault: Callable[[], None] | None = None, keep: bool = False) -> Life:
    """Live a world to its end, or to the first step after which something does not hold.

    ``keep`` leaves its folder and all that commands said (in ``home``), to be looked at.
    """
    shutil.rmtree(base, ignore_errors=True)
    (base / "home").mkdir(parents=True)
    life = Life(world, base / "our team", tree, fault)
    if not any(step["do"] == "init" for step in world["steps"]):
        life.plans.folder.mkdir(parents=True)
        write_everything(life)
    for number, step in enumerate(world["steps"], 1):
        STEPS[step["do"]](life, step)
        if life.complaints:
            life.complaints = [f"step {number}, {step['do']}: {text}" for text in life.complaints]
            break
    life.lived |= life.plans.lived
    if not keep:
        shutil.rmtree(base, ignore_errors=True)
    return life


def write_everything(life: Life) -> None:
    """Put the files of so many months into the team's folder."""
    later = life.month > life.world["months"] - life.world["passes"]
    ledger: list[Ledger] = []

    def write() -> None:
        import pickle

        write_areas(life.team, life.world, later=later)
        write_extras(life.team, life.world, life.month)
        made = write_sources(life.team, life.world, life.month)
        (life.home / "ledger").write_bytes(pickle.dumps(made))

    in_child(write, life.home)
    import pickle

    ledger.append(pickle.loads((life.home / "ledger").read_bytes()))
    life.ledger = ledger[0]
    save_config(life)


def save_config(life: Life, name: str = "partnership.toml", **given: Any) -> None:
    held = "\n".join(p.read_bytes().decode("utf-8", "replace") for p in life.plans.records())
    refs = re.findall(r'^ref = "(.*?)"', held, re.MULTILINE)
    config = make_config(life.world, life.ledger.files, life.month, refs=refs, **given)
    config["title"] = f"{config.get('title', 'Our hotspots')}{' (other)' if name != 'partnership.toml' else ''}"
    write_config(life.team / name, config, life.world["config"].get("keys", ""))


def situation(life: Life, **now: bool) -> Situation:
    return Situation(spoilt=life.spoilt, **now)


def inside(life: Life) -> Callable[[], None] | None:
    """Give what is done in a command's process before it begins."""
    if life.world.get("pictures", True):
        return life.fault

    def both() -> None:
        leave_unpainted()
        if life.fault:
            life.fault()

    return both


def command(life: Life, words: list[str], step: dict[str, Any], **limits: Any) -> Done:
    """Run one command, and see whether it ended as it may."""
    strike, folder = step.get("strike"), life.team if life.team.exists() else life.team.parent
    if step.get("apart") and not strike and not life.fault:
        done = call_apart(words, folder=folder, home=life.home, tree=life.tree, **limits)
        life.lived.add("a process of its own")
    else:
        results = "judged" if words[0] == "assess" else "results"
        below = {"plans": str(life.plans.folder), "results": results}
        hit = Strike(below[strike["below"]], strike["number"], strike["writes"], strike["full"]) if strike else None
        done = call(words, folder=folder, home=life.home, strike=hit, fault=inside(life), **limits)
    life.seconds += done.seconds
    life.commands += 1
    life.said += done.said
    life.lived.add(f"command: {words[0]}")
    if done.struck:
        life.lived.add(f"{'refused by the disk' if strike['full'] else 'killed'} at the {strike['below']}, {words[0]}")
    return done


def init(life: Life, step: dict[str, Any]) -> None:
    done = command(life, ["init", str(life.team)], step | {"apart": False}) if life.home.exists() else None
    if done is None or done.code:
        life.complaints.append(f"init ended with {done and done.said[-300:]}")
        return
    shutil.rmtree(life.team / "incidents")
    shutil.rmtree(life.team / "areas")
    write_everything(life)


def check(life: Life, step: dict[str, Any]) -> None:
    """Look at each source as its analyst would, before the month is run."""
    for name, files in life.ledger.files.items():
        source = life.world["sources"][name]
        only = World(life.world, sources={name: source})
        mine = write_ledger(life, name)
        words = ["check", *files, "--layout", source["layout"]]
        limits = {"memory": LITTLE} if step.get("little memory") else {}
        done = command(life, words, step | ({"apart": True} if limits else {}), **limits)
        if limits:
            life.lived.add("little memory")
            memory = done.code in (1, 2) and re.search(r"memory|Traceback", done.said)
            if memory and "Traceback" not in done.said:
                return
        # a check cannot be told what the configuration says of files of one month
        due = "The same force and month stand in two files" if "many files" in source["mess"] else ""
        life.complaints += check_end(done, only, situation(life), due=due)
        if done.code == 0:
            life.complaints += check_rows(done, None, only, mine)
        if life.complaints:
            return
        break  # one is enough


def write_ledger(life: Life, name: str) -> Ledger:
    """Count what one source holds."""
    rows = [row for month in range(life.month) for row in rows_of(life.world, name, month)]
    used = sum(row.fate == "used" for row in rows)
    return Ledger({}, len(rows), used, used + sum(row.fate == "either" for row in rows))


def spoil(life: Life, step: dict[str, Any]) -> None:
    """Something goes wrong that stops a run until it is put right."""
    new = spoilt(life.whole, step["what"])
    if new is not None:
        life.world, life.spoilt = new, step["what"]
        write_everything(life)
        life.lived.add(f"stopped by: {step['what']}")


def mend(life: Life, step: dict[str, Any]) -> None:
    """What went wrong is put right."""
    life.world, life.spoilt = life.whole, ""
    write_everything(life)


def run(life: Life, step: dict[str, Any]) -> None:
    """Run the month; where the run was struck, run it again."""
    life.number += 1
    given = {"previous": life.last} if step.get("previous") and life.last else {}
    out = f"results-{life.number}" if given or life.number % 2 else life.last or "results"
    save_config(life, **given)
    words = ["run", "partnership.toml", "--out", out]
    before, known = where_words_are(life.plans), dict(life.plans.out_of_reach)
    other = None
    if step.get("beside"):
        save_config(life, "other.toml", **given)
        other = start(
            ["run", "other.toml", "--out", "results-other"], folder=life.team, home=life.home, fault=inside(life)
        )
        life.lived.add("two runs, one folder of plans")
    done = command(life, words, step)
    beside = other() if other else None
    struck = done.struck
    if beside:
        life.said += beside.said
        life.complaints += check_end(beside, life.world, situation(life, beside=True))
    if done.struck and done.code == -9:
        life.complaints += check_words(life.plans, before, life.said, finished=False)
        done = command(life, words, {**step, "strike": None})
    full = bool(step.get("strike") and step["strike"]["full"] and struck)
    life.complaints += check_end(done, life.world, situation(life, beside=bool(beside), full=full))
    after_run(life, done, life.team / out, before, known)
    if done.code == 0:
        life.last = out


def after_run(life: Life, done: Done, folder: Path, before: Any, known: dict[str, bytes]) -> None:
    if life.complaints:
        return
    finished = done.code == 0
    life.complaints += check_words(life.plans, before, life.said, finished=finished)
    if finished:
        life.lived.add("a whole run")
        life.complaints += check_rows(done, folder, life.world, life.ledger)
        life.complaints += check_outputs(folder, life.world, done.said)
        life.complaints += check_left(life.plans, done.said)
        for name, data in known.items():
            path = life.plans.folder / name
            if path.exists() and path.read_bytes() != data:
                life.complaints.append(f"{kind_of(name)} that could not be read was written over")
            if name not in done.said and Path(name).stem not in done.said and path.exists():
                life.complaints.append(f"{kind_of(name)} that could not be read is not named")
    else:
        life.lived.add("a refusal")
    for lock in life.plans.locks:  # closed by the next month
        lock.unlink(missing_ok=True)
        life.plans.out_of_reach.pop(re.sub(r"^\.~lock\.|#$", "", lock.name), None)
    life.plans.out_of_reach = {n: d for n, d in life.plans.out_of_reach.items() if not _open_only(life, n)}
    life.plans.locks = []


def kind_of(name: str) -> str:
    return "a plan's record" if name.endswith(".toml") else "a document"


def _open_only(life: Life, name: str) -> bool:
    return any(lock.name == f"~${name[2:]}" for lock in life.plans.locks)


def month(life: Life, step: dict[str, Any]) -> None:
    """Another month of records comes in."""
    if life.month < life.world["months"]:
        life.month += 1
        write_everything(life)
        life.lived.add("a month passes")


def person(life: Life, step: dict[str, Any]) -> None:
    act(life.plans, step)


def assess(life: Life, step: dict[str, Any]) -> None:
    """Judge a plan with the months that have come in since."""
    records = life.plans.records()
    if not records:
        return
    record = records[step["plan"] % len(records)]
    files = [f for found in life.ledger.files.values() for f in found]
    layout = next(iter(life.world["sources"].values()))["layout"]
    names = [n for n, s in life.world["sources"].items() if s["layout"] == layout]
    files = [f for n in names for f in life.ledger.files[n]]
    last = last_day(life.world, life.month)
    if life.month < 2:
        return  # no month before the response
    words = ["assess", str(record.relative_to(life.team)), "--incidents", *files, "--layout", layout]
    words += ["--start", f"{month_name(life.world, life.month - 1)}-01", "--end", str(last), "--as-of", str(last)]
    if life.month < 13:
        words += ["--baseline", month_name(life.world, life.month - 2)]
    words += ["--allow-overlap", "--out", "judged"]
    before = where_words_are(life.plans)
    done = command(life, words, step)
    full = bool(step.get("strike") and step["strike"]["full"])
    due = ASSESS_DUE + (
        f"|{re.escape(record.stem)}" if set(life.plans.out_of_reach) & {record.name, f"{record.stem}.docx"} else ""
    )
    if not (done.struck and done.code == -9):
        life.complaints += check_end(done, life.world, situation(life, full=full), due=due)
    life.complaints += check_words(life.plans, before, life.said, finished=False)
    if done.code == 0 and not life.complaints:
        from whole_run_checks import check_results

        life.complaints += [f"judged: {text}" for text in check_results(life.team / "judged", "")]
        life.lived.add("a plan assessed")


# what small numbers of records, or few months of them, do not bear: said of the records, each by name
ASSESS_DUE = "|".join(
    (
        "does not wholly cover the window",
        "Not every source covers the windows compared",
        "Every source or force lacks a month that another has",
        "No record of the target areas can be compared over both windows",
        "The records hold nothing in the selection period",
        "No ground outside the targets and their surrounding area has records",
        "There are no areas to compare with",
        "shows counts under",
    )
)


def pack(life: Life, step: dict[str, Any]) -> None:
    """Make the papers for one area's meeting."""
    layer = life.world["layers"][step["layer"]]
    shapes = {"nested": ["First plan", "Second plan"], "centre": ["City centre"]}
    later = life.month > life.world["months"] - life.world["passes"]
    names = shapes.get(layer["shape"]) or [a["name"] for a in areas_of(life.world, layer, later=later)]
    if not names:
        return
    name = names[step["area"] % len(names)]
    before = where_words_are(life.plans)
    save_config(life)
    done = command(life, ["pack", "partnership.toml", "--area", f"{step['layer']}:{name}", "--out", "pack"], step)
    life.complaints += check_end(done, life.world, situation(life))
    life.complaints += check_words(life.plans, before, life.said, finished=False)
    if done.code == 0 and not life.complaints:
        from whole_run_checks import check_results

        life.complaints += [f"pack: {text}" for text in check_results(life.team / "pack", "")]
        life.lived.add("a pack")


STEPS: dict[str, Callable[[Life, dict[str, Any]], None]] = {
    "init": init, "check": check, "run": run, "month": month, "act": person, "assess": assess, "pack": pack,
    "spoil": spoil, "mend": mend,
}  # fmt: skip
