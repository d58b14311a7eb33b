"""The command ``hotspots pack``: the pack for one group's meeting, from the same configuration as a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries.names import find_area, fold_name
from hotspots import assign_hotspots
from hotspots.cameras.register import read_register
from hotspots.change.one_judgement import one_judgement
from hotspots.checks import InputError, announce
from hotspots.common.membership import rows_in
from hotspots.common.places import incidents_per_row
from hotspots.common.sentence_rules import note_sentences
from hotspots.reading.covered import keep_whole
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors, replace_folder
from maps.config.read import read_config
from maps.config.settings import Config
from maps.disclosure.gate import Profile
from maps.giving.history import read_earlier
from maps.giving.ledger import hide_months, make_ledger
from maps.giving.release_list import read_marking, write_release_list
from maps.giving.tell import tell_board, tell_job
from maps.job.board_pages import DEFAULT, Board, make_boards
from maps.job.compare import months_of, say_places
from maps.job.do_job import Stage, do_job
from maps.job.job import Job
from maps.job.main_list import read_previous
from maps.job.periods import hide_changes, profile_of
from maps.job.stages.compare_chance import compare_chance
from maps.job.stages.find_problems import find_problems
from maps.job.stages.send import send
from maps.plans.readers import closed_for, plans_for
from maps.results.manifest import list_inputs_of, refuse_changed, refuse_overlap, write_manifest
from maps.results.meeting_pack import is_inside, read_area, write_pack
from maps.results.write_job import describe_run, page_words

STEPS = 7
TOLD = ("period", "source", "counted", "note", "attribution", "profile")


@one_judgement()
@note_sentences()
def pack_job(config_path: str | Path, out: str | Path, *, area: str) -> None:
    """Write the meeting pack for one area of a configuration."""
    config, out = read_config(config_path), Path(out)
    refuse_overlap(config, out)
    layer, _, name = area.partition(":")
    if layer not in config.areas or not name:
        raise InputError(
            "The area must be a layer of the configuration and a name",
            given=area,
            advice=", ".join(f"{known}:NAME" for known in config.areas) or "add [areas.ward]",
        )
    with show_steps(STEPS) as steps, replace_folder(out) as folder, clear_errors(out):
        before = list_inputs_of(config)
        job = do_job(config, steps, wanted=_is_needed)
        if layer not in job.areas:
            given = f"{area}, in {config.areas[layer].get('file', layer)}"
            raise InputError("The layer of this area cannot be read", given=given, advice="export it again")
        chosen = find_area(job.areas[layer], name, layer=layer)
        steps.say("Writing the pack")
        who = profile_of(job.config, job.incidents)
        words = page_words(job, who)
        months, told = count_months_of(job, layer, str(chosen["code"])), job
        board = board_of(job, layer, chosen)
        if who.threshold:  # the same numbers are hidden as in the results of the run
            ledger = make_ledger(job, who, read_earlier([config.hotspots.previous, out], who))
            told, _ = tell_job(job, ledger, who)
            months = hide_months(months, job, ledger, ("area", layer, chosen["code"]))
            board = None if board is None else tell_board(board, job, ledger, who)
        write_pack(
            folder,
            area=chosen,
            spots=told.spots,
            plans=plans_for(config.plans, who, say=True),
            closed=closed_for(config.plans, who),
            as_of=job.as_of,
            before=_before(config, job.spots.crs),
            months=months,
            calendar=job.periods.calendar,
            board=board,
            changed=changed_here(told, layer, chosen, who),
            marking=job.config.output.marking,
            assets=_assets_of(job),
            layers={} if job.streets is None else {"ground": job.streets},
            **{key: words[key] for key in TOLD},
        )
        held = ["plan"] if read_marking(folder / "pack.html") else []
        marking = job.config.output.marking
        write_release_list(folder, who, marking=marking, holds=dict.fromkeys(("pack.html", "tables.xlsx"), held))
        write_manifest(folder, {**describe_run(job, before, who), "area": area}, grid=job.spots.crs.to_string())
        refuse_changed(before, list_inputs_of(config))
    print(f"Open {out / 'pack.html'}")


def _is_needed(stage: Stage, job: Job) -> bool:
    """Leave out what no pack shows; where numbers are hidden, those of every list decide which."""
    if stage is find_problems:
        return profile_of(job.config, job.incidents).threshold > 0
    return stage not in (compare_chance, send)


def _assets_of(job: Job) -> gpd.GeoDataFrame | None:
    file = job.config.cameras.get("assets")
    return read_register(file, as_of=job.as_of, crs=job.spots.crs)[0] if file else None


def changed_here(job: Job, layer: str, chosen: Any, who: Profile) -> list[str]:
    """Say the change of the whole, of the area as its table and plan say it, and of its own hotspots."""
    here, sheet = (job.spots[is_inside(job.spots, read_area(chosen)[1])], f"Changes by {layer.replace('_', ' ')}")
    compared = "arrow" in job.spots
    said = [text for text in job.changed if not (compared and text == say_places(job.spots))]
    if sheet in job.periods.changes:
        words = hide_changes(job.periods.changes[sheet], who)["words"].get(chosen["name"], "")
        said += [f"{chosen['name']}: {words.partition('; beside it')[0]}."] if words else []
    return [*said, *([say_places(here)] if compared and len(here) else [])]


def count_months_of(job: Job, layer: str, code: str) -> pd.Series:
    """Count the records of an area in each month that the data hold."""
    try:
        told, _ = keep_whole(job.timed)
    except InputError:
        told = job.timed.iloc[:0]
    held = months_of(told)
    mine = told[rows_in(told, layer, code)]
    counts = pd.Series(incidents_per_row(mine)).groupby(mine["when"].dt.to_period("M").to_numpy()).sum()
    shown: pd.Series = counts.reindex(held, fill_value=0).set_axis([str(month) for month in held])
    return shown


def board_of(job: Job, layer: str, chosen: Any) -> Board | None:
    """Make the area's page of indicators beside all the records; None where no two periods are whole."""
    mine = [page for page in job.config.boards.values() if _is_of(page, layer, chosen)]
    asked = mine[:1]
    page = asked[0] if asked else {"title": f"Indicators, {chosen['name']}", "area": f"{layer}:{chosen['code']}"}
    try:
        boards = make_boards(
            job.timed,
            assign_hotspots(job.timed, job.spots).notna(),
            given={DEFAULT: page},
            changes=job.config.changes,
            selected_on=job.periods.selected_on,
            calendar=job.periods.calendar,
            areas=job.areas,
            as_of=job.as_of,
            spread=job.periods.spread,
            least=profile_of(job.config, job.timed).threshold,
        )
    except InputError as error:
        if asked:
            raise
        announce(f"No indicators in the pack: {error.problem}.")
        return None
    return boards[0] if boards else None


def _is_of(page: Mapping[str, Any], layer: str, chosen: Any) -> bool:
    given, _, name = str(page.get("area", "")).partition(":")
    return given == layer and (fold_name(name) == fold_name(str(chosen["name"])) or name == chosen["code"])


def _before(config: Config, crs: Any) -> gpd.GeoDataFrame | None:
    previous = config.hotspots.previous
    return None if previous is None else read_previous(previous, crs)
