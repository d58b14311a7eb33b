"""The command ``hotspots plans``: the register of a folder of plans; close, reopen and open plans."""

import datetime as dt
import shutil
import textwrap
from pathlib import Path
from typing import Any

from hotspots.checks import InputError
from hotspots.common.wording import say_list
from maps.common.progress import show_steps
from maps.config.read import read_config
from maps.job.do_job import do_job
from maps.job.periods import profile_of
from maps.plans.closed import close_record, find_record, purge_plans, reopen_record
from maps.plans.open_folder import update_plans
from maps.plans.register import HEADS, Register, make_register
from maps.plans.shelf import look_through, request_of
from maps.results.write_job import plan_options

STEPS = 8


def plans_job(
    folder: str | Path,
    action: str | None = None,
    place: str | None = None,
    *,
    check: bool = False,
    purge: bool = False,
    really: bool = False,
    as_of: str | None = None,
    **words: str | None,
) -> None:
    """Print the register of a folder of plans (``check``: what people must settle), or close or open one.

    ``folder`` may be the configuration that names it: to open a plan one is needed, or found beside it.
    """
    home, config = _find_folder(Path(folder))
    day = _read_day(as_of)
    if purge:
        over = [f"{plan.title} ({plan.ref})" for plan in purge_plans(home, as_of=day, really=really)]
        done = "Purged" if really else "Over their time, and purged only with --really"
        kept = "Kept of each: place, dates, verdict, and lessons without names; of a plan for a person, nothing."
        print(f"{done}: {say_list(over)}. {kept}" if over else "No closed plan is past its date of retention.")
        return
    if action is None:
        print_register(make_register(home, as_of=day), check=check)
        return
    if not place:
        raise InputError("Which plan?", given=action, advice=f"hotspots plans {folder} {action} SE30213345")
    given = {name: text for name, text in words.items() if text}
    if action == "close":
        moved = close_record(find_record(home, place, closed=False), as_of=day, **given)
        print(f"Closed: {moved}")
    elif action == "reopen":
        record = find_record(home, place, closed=True)
        print(f"Open again: {reopen_record(record, home, as_of=day, reason=given.get('reason', ''))}")
    else:
        _open_plan(config or _find_config(home), home, place, **given)


def print_register(register: Register, *, check: bool) -> None:
    """Print the rows of a register, each as a block, or only what a human must settle."""
    width = min(110, max(60, shutil.get_terminal_size((100, 20)).columns))
    if not check:
        for row in register.rows.to_dict("records"):
            print(f"{row['place']} ({row['ref']}): {row['stage']}" + f" since {row['since']}" * bool(row["since"]))
            told = [f"{HEADS[name]}: {row[name]}" for name in HEADS if name not in _HEAD and row[name]]
            print(textwrap.fill("; ".join(told), width, initial_indent="    ", subsequent_indent="    "))
        print(textwrap.fill(register.said, width))
    for line in register.settle if check else ():
        print(textwrap.fill(line, width, subsequent_indent="    "))
    if check and not register.settle:
        print("Nothing to settle.")
    elif register.settle and not check:
        print(f"{len(register.settle):,} to be settled by people: hotspots plans FOLDER --check")


_HEAD = ("place", "ref", "stage", "since")


def _find_folder(given: Path) -> tuple[Path, Path | None]:
    """Folder of plans, and the configuration where one was given."""
    if given.is_dir():
        return given, None
    if given.is_file() and given.suffix == ".toml":
        plans: Any = read_config(given).plans
        if plans is None:
            advice = 'plans = "plans" at the top of the configuration'
            raise InputError("The configuration names no folder of plans", given=given.name, advice=advice)
        return plans, given
    raise InputError(
        "There is no such folder of plans", given=str(given), advice="the folder that the configuration names"
    )


def _find_config(home: Path) -> Path:
    """Find the one configuration beside a folder of plans that names it."""
    fit, home = [], home.resolve()
    for path in sorted({*home.parent.glob("*.toml"), *home.parent.parent.glob("*.toml")}):
        try:
            named: Any = read_config(path).plans
        except InputError:
            continue
        if named is not None and named.resolve() == home:
            fit.append(path)
    if len(fit) == 1:
        return fit[0]
    raise InputError(
        "To open a plan its configuration is needed: it says which records",
        given=", ".join(path.name for path in fit) or "none beside the folder names it",
        advice='hotspots plans partnership.toml open "ward:Armley"',
    )


def _open_plan(path: Path, home: Path, place: str, **given: str) -> Path:
    """Draft a plan for a place at once, from the records of a configuration, though one was closed there."""
    with show_steps(STEPS) as steps:
        job = do_job(read_config(path), steps)
    before = set(home.glob("*.docx"))
    options: dict[str, Any] = plan_options(job, profile_of(job.config, job.incidents))
    options |= {"asked": [place], "redraft": False, "quiet": 0}
    options |= {name: given[name] for name in ("problem", "form") if name in given}
    update_plans(home, job.spots, job.incidents, job.areas, **options)
    new = sorted(set(home.glob("*.docx")) - before)
    known = {request_of(plan): record for record, plan in look_through(home).plans.items()}
    if not new and place not in known:
        raise InputError("No plan is opened", given=place, advice="why stands above")
    print(f"Opened: {new[0]}" if new else f"'{place}' has an open plan: drafted again from these records.")
    return new[0].with_suffix(".toml") if new else known[place]


def _read_day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now(tz=dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError("This date cannot be read", given=f"--as-of {text}", advice="2018-07-31") from error
