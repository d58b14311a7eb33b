"""Everything that a run hands out, written into one folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.plan_words import say_months
from maps.deploy import CAMERAS, PATROLS
from maps.disclosure import Profile, profile_named, release
from maps.flat import write_csv
from maps.geopackage import write_geopackage
from maps.job import Job
from maps.lists import as_layers, weigh_lists
from maps.manifest import count_rows, write_manifest
from maps.plan_folder import WORST, copy_plans, update_plans
from maps.progress import Steps
from maps.tables import write_tables
from maps.web import write_map

LISTS = "What each list gives up"
MORE = "What more officers add"
SINCE = "Since the last run"


def write_job(job: Job, folder: Path, inputs: list[dict[str, Any]], steps: Steps) -> None:
    """Write every output of a finished job, the manifest last."""
    who = profile_of(job)
    steps.say("Drawing the map")
    chosen = job.patrols[job.patrols["chosen"]] if len(job.patrols) else job.patrols
    layers = {
        **job.areas,
        "all incidents": job.incidents,
        **as_layers(job.lists, job.unlisted),
        "patrol stops": chosen,
        "cameras": job.cameras,
    }
    write_map(job.spots, folder / "map.html", layers=layers, **page_words(job, who))
    steps.say("Writing the tables")
    write_frames(job, folder, who)
    steps.say("Drafting the plans")
    write_drafts(job, folder / "plans", who)
    steps.say("Recording the run")
    write_manifest(folder, describe_run(job, inputs, who))


def profile_of(job: Job) -> Profile:
    """Disclosure profile of a run: the configured one, or by where the data comes from."""
    return profile_named(job.config.output.get("profile"), sources=sorted(job.incidents["source"].unique()))


def marking_of(job: Job, who: Profile) -> str:
    """Give the marking of every page: the configured one, or the profile's own."""
    return str(job.config.output.get("marking", who.marking))


def page_words(job: Job, who: Profile) -> dict[str, Any]:
    """Title, period, source and what was left out, as every page says them."""
    sources = ", ".join(sorted(job.incidents["source"].unique()))
    return {
        "title": job.config.title,
        "period": say_months(list(job.incidents["when"].dt.to_period("M").unique())),
        "source": sources,
        "note": say_left_out(job),
        "attribution": job.config.output.get("attribution", ""),
        "profile": who,
        "marking": marking_of(job, who),
    }


def say_left_out(job: Job) -> str:
    """One sentence on the rows not used, or nothing.

    The largest cause is named; rejects.csv has every row.
    """
    if job.rejects.empty:
        return ""
    causes = job.rejects["cause"].value_counts()
    total = len(job.rejects) + len(job.incidents)
    return f"{len(job.rejects):,} of {total:,} rows could not be used (most often: {causes.index[0]})."


def write_frames(job: Job, folder: Path, who: Profile) -> None:
    """Write the tables: CSV, workbook and GeoPackage."""
    spots = release(job.spots, kind="spots", profile=who)
    areas = release(areas_of(job), kind="areas", profile=who)
    write_csv(spots, folder / "hotspots.csv")
    write_csv(areas, folder / "areas.csv")
    write_csv(release(job.patrols, kind="patrols", profile=who), folder / "patrols.csv")
    write_csv(release(job.cameras, kind="cameras", profile=who), folder / "cameras.csv")
    write_csv(job.rejects, folder / "rejects.csv")
    words = page_words(job, who)
    statement = " ".join(filter(None, (f"{words['period']}. Source: {words['source']}.", words["note"])))
    stamp = {"profile": who, "marking": words["marking"], "title": words["title"], "as_of": str(job.as_of)}
    trade = weigh_lists(job.incidents, job.spots, job.lists)
    sheets = {"Hotspots": job.spots, "Areas": areas_of(job), "Patrols": job.patrols, "Cameras": job.cameras}
    sheets |= {f"Hotspots {one.title}"[:31]: one.spots for one in job.lists}
    extra = {MORE: job.further_officers}
    extra |= {LISTS: trade} if job.lists else {}
    extra |= {SINCE: job.since_last} if job.since_last is not None else {}
    if job.unlisted is not None:
        sheets["Not on the agreed list"] = job.unlisted
    sheets |= extra
    write_tables(
        folder / "tables.xlsx",
        sheets,
        statement=statement,
        notes=sheet_notes(job),
        kinds=dict.fromkeys(extra, "table") | {"Not on the agreed list": "spots"},
        columns={name: list(table.columns) for name, table in extra.items()},
        **stamp,
    )
    layers = {"hotspots": job.spots, **areas_with_sums(job), "patrols": job.patrols, "cameras": job.cameras}
    layers |= {f"hotspots {one.name}": one.spots for one in job.lists}
    if job.unlisted is not None:
        layers["hotspots not on the agreed list"] = job.unlisted
    write_geopackage(folder / "hotspots.gpkg", layers, **stamp)


def sheet_notes(job: Job) -> dict[str, str]:
    """Return a sentence for each sheet that needs one."""
    notes = {
        LISTS: "Each list was chosen on one problem. Read across: what it holds of every problem, "
        "and so what it gives up beside the list chosen on that one.",
    }
    return notes | {f"Hotspots {one.title}"[:31]: one.proxy for one in job.lists if one.proxy}


def write_drafts(job: Job, folder: Path, who: Profile) -> None:
    """Draft plans for the worst places that have none; give the results copies of every open plan.

    The open plans live in the configured folder, outside the results. Without one, drafts are made and
    only their documents kept.
    """
    asked = job.config.output.get("drafts", WORST)
    options = {"as_of": job.as_of, "asked": asked, "profile": who, "marking": marking_of(job, who)}
    with tempfile.TemporaryDirectory() as none:
        home = job.config.plans or Path(none)
        copy_plans(update_plans(home, job.spots, job.incidents, job.areas, **options), folder)


def areas_of(job: Job) -> pd.DataFrame:
    """Areas of every layer in one table, worst first within each."""
    parts = [table.assign(layer=layer) for layer, table in job.area_sums.items()]
    if not parts:
        return pd.DataFrame(columns=["layer", "code", "name", "incidents", "harm"])
    whole = pd.concat(parts, ignore_index=True)
    return whole[["layer", *(c for c in whole.columns if c != "layer")]]


def areas_with_sums(job: Job) -> dict[str, gpd.GeoDataFrame]:
    """Polygons of every layer with their sums beside them."""
    return {
        layer: areas[["code", "name", areas.geometry.name]].join(
            job.area_sums[layer].drop(columns=["code", "name"])
        )
        for layer, areas in job.areas.items()
    }


def describe_run(job: Job, inputs: list[dict[str, Any]], who: Profile) -> dict[str, Any]:
    """Record of the run for the manifest."""
    config = job.config
    return {
        "title": config.title,
        "as_of": job.as_of.isoformat(),
        "seed": config.seed,
        "inputs": inputs,
        "rows": count_rows(len(job.incidents), job.rejects),
        "parameters": {
            "incidents": {"layout": config.layout},
            "harm": config.harm,
            "hotspots": config.hotspots,
            "profiles": config.profiles,
            "changes": config.changes,
            "cameras": {**CAMERAS, **config.cameras},
            "patrols": {**PATROLS, **config.patrols},
            "areas": {layer: without_folders(given) for layer, given in config.areas.items()},
            "output": {**config.output, "profile": who.name, "marking": marking_of(job, who)},
        },
        "reconciliation": reconcile(job.reconciliation),
    }


def without_folders(given: dict[str, Any]) -> dict[str, Any]:
    """Return settings with files by their bare name: nobody's folders leave with the record."""
    return {key: value.name if isinstance(value, Path) else value for key, value in given.items()}


def reconcile(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Reconciliation as plain numbers by layer."""
    return {
        str(k): {str(c): int(v) for c, v in row.items()} for k, row in table.to_dict(orient="index").items()
    }
