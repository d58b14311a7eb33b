"""The command ``hotspots pack``: the pack for one group's meeting, from the same configuration as a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import assign_hotspots
from hotspots.checks import InputError, announce, closest_name
from maps.boards import DEFAULT, Board, make_boards
from maps.compare import months_of
from maps.config import Config, read_config
from maps.folder import clear_errors, replace_folder
from maps.job import Job, do_job
from maps.mainlist import read_previous
from maps.manifest import list_inputs_of, refuse_changed, refuse_overlap, write_manifest
from maps.meeting_pack import write_pack
from maps.pack import describe_run, page_words, profile_of
from maps.periods import least_of
from maps.plan_readers import plans_for
from maps.progress import show_steps

STEPS = 10


def pack_job(config_path: str | Path, out: str | Path, *, area: str) -> None:
    """Write the meeting pack for one area of a configuration.

    Parameters
    ----------
    config_path : str or Path
        The configuration, as for a run; its ``plans`` and ``previous`` are used.
    out : str or Path
        The folder to make or replace.
    area : str
        Layer and name: ``"ward:Armley"``, ``"committee:Inner East"``, ``"lap:Our plan"``.

    Raises
    ------
    InputError
        For whatever the user can put right, such as an area that is not there.
    """
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
        job = do_job(config, steps)
        chosen = find_area(job.areas[layer], name, layer=layer)
        steps.say("Writing the pack")
        who = profile_of(job)
        words = page_words(job, who)
        write_pack(
            folder,
            area=chosen,
            spots=job.spots,
            plans=plans_for(config.plans, who),
            as_of=job.as_of,
            before=_before(config),
            months=count_months_of(job, layer, chosen),
            calendar=job.periods.calendar,
            board=board_of(job, layer, str(chosen["name"])),
            **{key: words[key] for key in ("period", "source", "profile", "marking")},
        )
        write_manifest(folder, {**describe_run(job, before, who), "area": area})
        refuse_changed(before, list_inputs_of(config))
    print(f"Open {out / 'pack.html'}")


def find_area(areas: gpd.GeoDataFrame, name: str, *, layer: str) -> Any:
    """Row of the area of that name, or an error that names the nearest."""
    found = areas[areas["name"].str.casefold() == name.casefold()]
    if found.empty:
        near = closest_name(name, areas["name"])
        raise InputError(
            f"There is no such area in the layer '{layer}'",
            given=name,
            advice=near or ", ".join(sorted(areas["name"])[:5]) + " ...",
        )
    return found.iloc[0]


def count_months_of(job: Job, layer: str, area: Any) -> pd.Series:
    """Count the records of an area in each month that the data hold."""
    held = months_of(job.incidents)
    mine = job.incidents[job.incidents[f"{layer}_name"].astype("str") == str(area["name"])]
    counts = mine["when"].dt.to_period("M").value_counts().reindex(held, fill_value=0)
    shown: pd.Series = counts.set_axis([str(month) for month in held])
    return shown


def board_of(job: Job, layer: str, name: str) -> Board | None:
    """Make the area's page of indicators beside all the records; None where no two periods are whole."""
    area, pages = f"{layer}:{name}", job.config.boards
    asked = [page for page in pages.values() if str(page.get("area", "")).casefold() == area.casefold()]
    page = asked[0] if asked else {"title": f"Indicators, {name}", "area": area}
    try:
        boards = make_boards(
            job.incidents,
            assign_hotspots(job.incidents, job.spots).notna(),
            given={DEFAULT: page},
            changes=job.config.changes,
            selected_on=job.periods.selected_on,
            calendar=job.periods.calendar,
            areas=job.areas,
            as_of=job.as_of,
            least=least_of(job.config, job.incidents),
        )
    except InputError as error:
        if asked:
            raise
        announce(f"No indicators in the pack: {error.problem}.")
        return None
    return boards[0] if boards else None


def _before(config: Config) -> gpd.GeoDataFrame | None:
    previous = config.hotspots.get("previous")
    return None if previous is None else read_previous(previous)
