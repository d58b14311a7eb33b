"""The command ``hotspots assess``: fill a plan's Assessment from later data."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hotspots import read_incidents
from hotspots.change.one_judgement import one_judgement
from hotspots.checks import InputError, Problems
from hotspots.common.option_classes import take_options
from hotspots.common.sentence_rules import note_sentences
from hotspots.plans.assess import grid_of_plans, response_dates
from hotspots.plans.record import Plan
from hotspots.reading.rejects import refuse_systematic
from hotspots.severity.weighed_kinds import add_harm
from maps.common.calendar import read_events
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors, replace_folder
from maps.disclosure.gate import Profile, profile_named
from maps.giving.release_list import write_release_list
from maps.plans.open_folder import OURS, assess_record, copy_plans
from maps.plans.store import peek_plan, plan_alone
from maps.results.delivered_visits import Delivered, read_delivered, write_delivered
from maps.results.manifest import (
    count_rows,
    files_of_layout,
    list_inputs,
    refuse_changed,
    refuse_within,
    write_manifest,
)
from maps.results.week_files import files_of_week


@dataclass(frozen=True)
class Question:
    """What is asked of the later data."""

    # window before the response, as "2018-04..2018-06". None: the same months, a year or more before
    baseline: str | None = None
    # what would be success: "fewer", "more" or "either". None: as the plan's target says, else
    # "fewer"
    direction: str | None = None
    start: str | None = None  # first and last day of the response. None: what people wrote in the plan
    end: str | None = None
    as_of: str | None = None  # day of the assessment. None: the last day of the response
    # go on with months before the response that chose the place, and say why not to trust the result
    allow_overlap: bool = False


@one_judgement()
@note_sentences()
def assess_job(
    record: str | Path,
    files: Sequence[str | Path],
    out: str | Path,
    *,
    layout: str = "police.uk",
    scheme: str = "cchi-2026",
    calendar: Sequence[str | Path] = (),
    visits: str | Path | None = None,
    patrols: Sequence[str | Path] = (),
    **question: Any,
) -> None:
    """Assess an open plan with later incidents; its record and document grow, the results get copies."""
    record, out = Path(record), Path(out)
    paths, events = ([Path(file) for file in listed] for listed in (files, calendar))
    if not record.is_file():
        raise InputError("The plan is not there", given=str(record), advice="the .toml in the plans folder")
    asked = take_options(Question, question, of="assess_job")
    _check_dates({name: getattr(asked, name) for name in ("start", "end", "as_of")})
    logged = _pair(visits, patrols)
    with show_steps(3) as steps, replace_folder(out) as folder, clear_errors(out):
        plan_alone(record)  # before all else: what keeps it from being written is said at once
        steps.say("Reading the records")
        given = [record, record.with_suffix(".docx"), *paths, *events, *files_of_layout(layout, Path())]
        given += [Path(scheme)] if scheme.endswith((".csv", ".toml")) else []
        given += [logged[0], *(file for week in logged[1] for file in files_of_week(week))] if logged else []
        refuse_within(out, given)
        given = [path for path in given if path.exists()]
        inputs = list_inputs(given, record.parent)
        grid = grid_of_plans([peek_plan(record)])
        incidents, rejects = read_incidents(paths, layout=layout, as_of=asked.as_of, crs=grid)
        refuse_systematic(incidents, rejects)
        marks = read_events({"files": events}) if events else None
        found = _read_visits(record, logged, asked.start, asked.end) if logged else None
        refuse_changed(inputs, list_inputs(given, record.parent))
        steps.say("Assessing the response")
        incidents = add_harm(incidents, scheme=scheme)
        told = found.lines if found else ()
        plan = assess_record(record, incidents, calendar=marks, dosage=told, **asdict(asked))
        steps.say("Writing the plan")
        documents = [record.with_suffix(suffix) for suffix in OURS]
        copy_plans([path for path in documents if path.exists()], folder / "plans")
        if found:
            write_delivered(found, folder, _readers_of(plan))
        who = _readers_of(plan)
        write_release_list(folder, who, marking=None, holds={"visits.csv": ["visits"]})
        rows = count_rows(len(incidents), rejects)
        names = {"plan": record.name, "layout": Path(layout).name, "scheme": Path(scheme).name}
        parameters: dict[str, Any] = names | asdict(asked)
        parameters["calendar"] = [path.name for path in events]
        if logged:
            parameters |= {"visits": logged[0].name, "patrols": [week.name for week in logged[1]]}
        write_manifest(folder, {"inputs": inputs, "rows": rows, "parameters": parameters}, grid=grid)
    print(f"{plan.title}: assessed. Open {out / 'plans'}")


def _pair(visits: str | Path | None, patrols: Sequence[str | Path]) -> tuple[Path, list[Path]] | None:
    """Both the log and the results it belongs to, or neither."""
    if visits is None and not patrols:
        return None
    if visits is None or not patrols:
        raise InputError(
            "A log of visits is matched to a timetable: both are needed",
            given="--patrols" if visits is None else "--visits",
            advice="--visits LOG.csv --patrols RESULTS, the results of the run that drew the week",
        )
    return Path(visits), [Path(week) for week in patrols]


def _read_visits(record: Path, logged: tuple[Path, list[Path]], start: Any, end: Any) -> Delivered | None:
    plan = peek_plan(record)
    if plan.covers == "person":  # which is refused as such
        return None
    first, last = response_dates(plan, start, end)
    areas = plan.frozen["areas"]
    return read_delivered(*logged, areas=areas, start=first, end=last, profile=_readers_of(plan))


def _readers_of(plan: Plan) -> Profile:
    return profile_named(plan.document.get("profile"), sources=plan.scanning.get("source_names", []))


def _check_dates(dates: dict[str, Any]) -> None:
    problems = Problems("These dates cannot be read")
    for name, text in dates.items():
        try:
            dt.date.fromisoformat(text or "2000-01-01")
        except ValueError:
            problems.add(f"--{name.replace('_', '-')}", given=text, advice="2018-07-31")
    problems.raise_any()
