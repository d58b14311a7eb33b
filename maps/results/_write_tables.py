"""The tables of a run: CSV for other tools, one workbook for people, one GeoPackage for maps."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.repeats.describe_records import tabulate_records
from hotspots.severity.weights import LACKS
from maps.disclosure.gate import Profile
from maps.job.chance import SHEET as CHANCE
from maps.job.chance import draws_for
from maps.job.job import Job
from maps.job.own_backtest import SHEET as BACKTEST
from maps.job.own_backtest import SPLITS
from maps.job.periods import note_periods, tabulate_periods
from maps.job.problem_lists import weigh_lists
from maps.job.say_rates import say_rates
from maps.job.stages.weigh import weighing
from maps.job.trends import LAYER
from maps.plans.actions import tabulate_actions
from maps.plans.readers import plans_for
from maps.plans.register import Register
from maps.results._release_sheets import ACTIONS, LISTS, MORE, SINCE, WEIGHTS, plain_premises, release_sheets, say_left
from maps.tables.csv_files import write_csv, write_rejects
from maps.tables.geopackage import write_geopackage
from maps.tables.workbook import write_tables

PLANS = "Plans"
UNLISTED = "Not on the agreed list"


def write_frames(
    job: Job, folder: Path, who: Profile, *, words: dict[str, Any], register: Register | None = None
) -> None:
    """Write the tables of a run into its folder; ``words`` are those of its pages."""
    frames = {"hotspots": (job.spots, "spots"), "areas": (areas_of(job), "areas")}
    frames |= {"patrols": (job.patrols, "patrols"), "cameras": (job.cameras, "cameras")}
    for name, (frame, kind) in frames.items():
        write_csv(frame, folder / f"{name}.csv", kind=kind, profile=who)
    write_rejects(job.rejects, folder / "rejects.csv")
    given = job.config.output.marking  # each file has its profile's own where none is
    stamp = {"profile": who, "marking": given, "title": words["title"], "as_of": str(job.as_of)}
    # never open: where nothing else marks the workbook, the register stays on its own page
    kept = register is not None and (who.name in ("internal", "partner") or len(job.cameras))
    plans = {PLANS: register.sheet()} if kept and register is not None and len(register.rows) else {}
    _write_workbook(job, folder / "tables.xlsx", words, stamp, plans)
    layers = {"hotspots": job.spots, **areas_with_sums(job), "patrols": job.patrols, "cameras": job.cameras}
    layers |= {f"hotspots {one.name}": one.spots for one in job.lists}
    if job.unlisted is not None:
        layers["hotspots not on the agreed list"] = job.unlisted
    if job.periods.cell_trends is not None:
        counts = ["incidents"] if who.threshold else []  # another grid over the same records
        layers[LAYER] = job.periods.cell_trends.drop(columns=counts)
    write_geopackage(folder / "hotspots.gpkg", layers, **stamp)


def _write_workbook(
    job: Job, path: Path, words: dict[str, Any], stamp: dict[str, Any], plans: dict[str, pd.DataFrame]
) -> None:
    sheets = {"Hotspots": job.spots, "Areas": areas_of(job), "Patrols": job.patrols, "Cameras": job.cameras}
    lists = {_sheet(one.title): one.spots for one in job.lists}
    sheets |= lists
    if job.unlisted is not None:
        sheets[UNLISTED] = job.unlisted
    who = stamp["profile"]
    extra, left = release_sheets(further_tables(job, who), who)
    left += [LISTS] if job.lists and who.threshold else []
    counted = f"{words['period']}. Source: {words['source']}."
    write_tables(
        path,
        {**sheets, **extra, **plans},
        statement=" ".join(filter(None, (counted, words["note"], say_left(left, who)))),
        notes=sheet_notes(job),
        kinds={**dict.fromkeys(extra, "table"), **dict.fromkeys([*lists, UNLISTED], "spots"), PLANS: "plan"},
        columns={name: list(table.columns) for name, table in {**extra, **plans}.items()},
        **stamp,
    )


def further_tables(job: Job, who: Profile) -> dict[str, pd.DataFrame]:
    """Return the tables beside hotspots, areas, patrols and cameras, by the name of their sheet."""
    tables = {}
    if job.config.plans:
        tables[ACTIONS] = tabulate_actions(plans_for(job.config.plans, who), as_of=job.as_of)
    if job.since_last is not None:
        tables[SINCE] = job.since_last
    if job.lists and not who.threshold:  # sums over the hotspots of a list
        tables[LISTS] = weigh_lists(job.incidents, job.spots, job.lists)
    tables[CHANCE] = job.chance
    if job.tested is not None:
        tables |= {BACKTEST: job.tested.summary.reset_index(), SPLITS: job.tested.table}
    records = tabulate_records(
        job.incidents, job.rejects, layers=list(job.areas), dated=job.dated, **weighing(job.config)
    )
    premises = {f"Premises {name}": plain_premises(t) for name, t in job.premises.items()}
    told = tabulate_periods(job.periods, who, job.timed)
    more = job.further_officers
    if who.threshold:  # each further stop's share of the records is a count
        parts = [c for c in more.columns if "share" in str(c) or c == "added"]
        more = more.assign(**{c: more[c].round(2) for c in parts})
    return tables | {MORE: more} | told | records | premises


def sheet_notes(job: Job) -> dict[str, str]:
    """Return a sentence for each sheet that needs one."""
    notes = {
        LISTS: "Each list was chosen on one problem. Read across: what it holds of every problem, "
        "and so what it gives up beside the list chosen on that one.",
        CHANCE: "How much the busiest places hold, and how much they would if as many records fell at random "
        f"over {job.ground.name} (hexagons of 0.1 km², the empty ones too; mean of "
        f"{draws_for(job.incidents)} random maps, and "
        "the range of 90% of them). Gini: 0 where all places hold the same, near 1 where one holds all. "
        + job.ground.said,
        BACKTEST: "Places chosen on one period, scored on the next, by each method with as many units of one "
        "size. Captured: the share of the next period in the places chosen. PAI: "
        "that, divided by the share of the ground that the places asked for take. PEI: PAI beside the best "
        "possible with such units.",
        MORE: "The share that the stops chosen would cover with more officers on duty.",
        WEIGHTS: LACKS.get(str(job.config.harm.get("scheme", "")), ""),
        "Areas": say_rates(job),
        "Coverage": "What each source holds, month by month. Nothing is compared over months it lacks.",
    }
    notes |= note_periods(job.periods)
    return notes | {_sheet(one.title): one.proxy for one in job.lists if one.proxy}


def _sheet(title: str) -> str:
    return f"Hotspots {title}"


def areas_of(job: Job) -> pd.DataFrame:
    """Areas of every layer in one table, worst first within each."""
    parts = [table.assign(layer=layer) for layer, table in job.area_sums.items()]
    if not parts:
        return pd.DataFrame(columns=["layer", "code", "name", "incidents", "harm"])
    whole = pd.concat(parts, ignore_index=True)
    return whole[["layer", *(c for c in whole.columns if c != "layer")]]


def areas_with_sums(job: Job) -> dict[str, gpd.GeoDataFrame]:
    """Polygons of every layer with their sums beside them."""
    joined = {
        layer: areas[["code", "name", areas.geometry.name]].join(job.area_sums[layer].drop(columns=["code", "name"]))
        for layer, areas in job.areas.items()
    }
    for frame in joined.values():
        frame.attrs["kind"] = "areas"  # whatever the layer is called
    return joined
