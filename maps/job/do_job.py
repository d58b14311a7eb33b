"""The whole job in memory: from a configuration to everything that is then written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas, read_layers, summarise_areas
from boundaries.attach import UNCERTAIN, WITHIN
from hotspots import describe_records, rank_premises
from hotspots.checks import InputError, announce, require_columns
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_months
from hotspots.reading.own_shapes import read_shapes
from hotspots.severity.weighed_kinds import add_harm
from maps.common.progress import Steps
from maps.config.settings import Config
from maps.job._ground import Ground, choose_ground
from maps.job.chance import tabulate_chance
from maps.job.compare import add_changes, add_trends, choice_of, months_of
from maps.job.left_out import going_without, without_layers
from maps.job.main_list import finder_options, make_list
from maps.job.own_backtest import Tested, try_choice
from maps.job.patrols_and_cameras import check_deploy, plan_patrols, site_cameras
from maps.job.periods import Periods, tell_periods
from maps.job.problem_lists import EVERYTHING, ProblemList, find_lists, read_profiles
from maps.job.read_records import read_records, time_records
from maps.streets.files import read_under


@dataclass
class Job:
    """What a run found, ready to be written."""

    config: Config
    as_of: dt.date
    incidents: gpd.GeoDataFrame
    timed: gpd.GeoDataFrame  # incidents; of a large table its dates by hotspot and area
    dated: pd.DataFrame
    rejects: pd.DataFrame
    premises: dict[str, pd.DataFrame]
    nearby: gpd.GeoDataFrame | None
    areas: dict[str, gpd.GeoDataFrame]
    reconciliation: pd.DataFrame
    spots: gpd.GeoDataFrame
    area_sums: dict[str, pd.DataFrame]
    since_last: pd.DataFrame | None
    unlisted: gpd.GeoDataFrame | None
    lists: list[ProblemList]
    patrols: gpd.GeoDataFrame
    further_officers: pd.DataFrame
    week: tuple[gpd.GeoDataFrame, pd.DataFrame] | None
    cameras: gpd.GeoDataFrame
    periods: Periods
    ground: Ground
    chance: pd.DataFrame
    changed: list[str]  # what changed, said once: the whole, what is left out, single hotspots
    tested: Tested | None
    streets: gpd.GeoDataFrame | None  # what is drawn under the hotspots


def do_job(config: Config, steps: Steps, *, spill: Path | None = None) -> Job:
    """Read, weigh, attach, find and sum up; nothing is written.

    Parameters
    ----------
    config : Config
        What to do.
    steps : Steps
        Told as they begin.
    spill : Path, optional
        Folder for what a large table needs beyond memory; None is the system's temporary folder.

    Raises
    ------
    InputError
        For whatever the user can put right.
    """
    as_of = _as_of(config)
    read_profiles(config.profiles)  # what is wrong with them is said before any work
    check_deploy(config.patrols, config.cameras)
    steps.say("Reading the records")
    study = read_study_area(config)
    read = read_records(config, as_of=as_of, study=study, spill=spill)
    incidents, rejects = read.incidents, read.rejects
    for sentence in describe_records(read.dated, rejects, crosswalks=config.crosswalks or None):
        announce(sentence)
    steps.say("Weighing the records")
    incidents = weigh_all(incidents, config)
    config = config if "harm" in incidents.columns else count_instead(config)
    steps.say("Attaching areas")
    left: dict[str, InputError] = {}
    areas = build_layers(made_of(config, hotspots=False), incidents=incidents, left=left)
    config = without_layers(config, left)
    # how near a line each place lies is asked by nobody here, and of a country takes longer than the rest
    near = UNCERTAIN if read.large is None else None
    incidents, reconciliation = attach_areas(
        incidents, areas, rejects=rejects, uncertain=near, **attach_rules(config, areas)
    )
    steps.say("Finding hotspots")
    ground = choose_ground(incidents, areas, study_area=study, known=config.areas)
    main = make_list(incidents, config, study_area=study, ground=ground.shape)
    spots = main.spots
    if late := build_layers(made_of(config, hotspots=True), spots=spots):
        incidents, more = attach_areas(incidents, late, rejects=rejects, **attach_rules(config, late))
        outside = [*reconciliation.attrs["outside"], *more.attrs["outside"]]
        areas, reconciliation = {**areas, **late}, pd.concat([reconciliation, more])
        reconciliation.attrs["outside"] = outside
    if areas:
        spots, _ = attach_areas(spots, areas, incidents=incidents, **attach_rules(config, areas))
    sums = sum_areas(incidents, areas, config)
    steps.say("Finding the hotspots of each problem")
    lists = find_lists(
        incidents,
        config.profiles,
        areas=areas,
        options=finder_options(config, study_area=study, ground=ground.shape),
        rules=attach_rules(config, areas),
    )
    steps.say("Comparing with chance")
    problems = {EVERYTHING: incidents} | {one.title: one.incidents for one in lists}
    chance = tabulate_chance(problems, ground, seed=config.seed)
    backtest = config.hotspots if read.large is None else {}
    tested = try_choice(incidents, backtest, ground, seed=config.seed)
    steps.say("Comparing periods")
    timed = incidents
    if read.large is not None:
        timed = weigh_all(time_records(read, incidents, spots, areas), config)
    chosen_on = choice_of(config.hotspots, timed, as_of=as_of)
    spots = add_changes(spots, timed, given=config.changes, selected_on=chosen_on, as_of=as_of)
    changed = [sentence for sentence in spots.attrs.pop("change", []) if sentence]
    periods = tell_periods(config, timed, spots, areas, ground=ground, as_of=as_of, placed=read.large is None)
    spots = add_trends(spots, periods.spot_trends)
    steps.say("Choosing patrols and camera sites")
    patrols, further, week = plan_patrols(spots, incidents, timed, config.patrols, seed=config.seed)
    cameras = site_cameras(incidents, config.cameras, as_of=as_of)
    return Job(
        config=config,
        as_of=as_of,
        incidents=incidents,
        timed=timed,
        dated=read.dated,
        rejects=rejects,
        premises=rank_all_premises(incidents, config),
        nearby=read_nearby(config),
        areas=areas,
        reconciliation=reconciliation,
        spots=spots,
        area_sums=sums,
        since_last=main.changes,
        unlisted=main.unlisted,
        lists=lists,
        patrols=patrols,
        further_officers=further,
        week=week,
        cameras=cameras,
        periods=periods,
        ground=ground,
        chance=chance,
        changed=changed,
        tested=tested,
        streets=read_under(config.map, spots, areas),
    )


def _as_of(config: Config) -> dt.date:
    if config.as_of:
        return config.as_of
    today = dt.datetime.now(tz=dt.UTC).date()
    announce(f"The configuration gives no as_of: the run stands for today, {today}.")
    return today


def read_study_area(config: Config) -> gpd.GeoDataFrame | None:
    """Read the study area in National Grid metres, or None where the configuration has none."""
    if not config.incidents.study_area:
        return None
    return read_shapes(config.incidents.study_area, what="The study area")


def weigh_all(incidents: gpd.GeoDataFrame, config: Config) -> gpd.GeoDataFrame:
    """Add harm at the configured level, and at the low and the high one, where there are weights."""
    return add_harm(incidents, level=config.harm.level, **weighing(config))


def count_instead(config: Config) -> Config:
    """Choose by number whatever was to be chosen by harm, and say so: no record has a weight."""
    changed = {}
    for name in ("hotspots", "patrols", "cameras"):
        table = getattr(config, name)
        asked = [key for key, value in table.items() if (key, value) == ("by", "harm") or key == "min_harm"]
        for key in asked:
            announce(
                f"[{name}] {key} = {table[key]} is left aside: no record has a weight, so numbers decide."
            )
        changed[name] = table.changed(
            without=tuple(asked), **{key: "incidents" for key in asked if key == "by"}
        )
    return config.changed(**changed)


def weighing(config: Config) -> dict[str, Any]:
    """Options of `weigh_incidents` from the configuration, but for the level."""
    options = {key: value for key, value in config.harm.items() if key != "level"}
    return options | ({"crosswalks": config.crosswalks} if config.crosswalks else {})


def rank_all_premises(incidents: gpd.GeoDataFrame, config: Config) -> dict[str, pd.DataFrame]:
    """Rank each configured set of premises by the harm put down to them."""
    ranked = {}
    for name, given in config.premises.items():
        with going_without(f"[premises.{name}]"):
            premises = read_shapes(given.file, what=f"The file of [premises.{name}]")
            ranked[name] = rank_premises(incidents, premises, distance=given.distance)
    return ranked


def read_nearby(config: Config) -> gpd.GeoDataFrame | None:
    """Read the pubs, schools, parks ... that plans count within walking distance, by their kind."""
    if not config.nearby:
        return None
    with going_without("[nearby]"):
        places = read_shapes(config.nearby.file, what="The file of [nearby]")
        require_columns(places, [config.nearby.kind], what=f"[nearby] {config.nearby.file.name}")
        return places.rename(columns={config.nearby.kind: "kind"})
    return None


def made_of(config: Config, *, hotspots: bool) -> dict[str, dict[str, Any]]:
    """Layers that are made of hotspots (which must be found first), or all the others."""
    return {k: v for k, v in config.areas.items() if (v.get("of") == "hotspot") == hotspots}


def build_layers(settings: dict[str, dict[str, Any]], **given: Any) -> dict[str, gpd.GeoDataFrame]:
    """Build layers from the configuration, marked as areas: their names are the user's own."""
    layers = read_layers(settings, **given)
    for layer, areas in layers.items():
        areas.attrs |= {"kind": "areas", "overlapping": bool(settings[layer].get("overlapping"))}
    return layers


def attach_rules(config: Config, layers: Iterable[str]) -> dict[str, Any]:
    """Distances and overlapping layers among these, as `attach_areas` takes them."""
    settings = {layer: config.areas[layer] for layer in layers}
    # only areas that cover the ground together have gaps to be settled by the nearest one
    alone = [k for k, v in settings.items() if "easting" in v or v.get("of") in ("hotspot", "street")]
    return {
        "within": {k: float(v.get("within", 0 if k in alone else WITHIN)) for k, v in settings.items()},
        "overlapping": [layer for layer, given in settings.items() if given.get("overlapping")],
    }


def say_rates(job: Job) -> str:
    """Say over what the rates by area are, where there are any, and what they leave out."""
    rated = any("rate" in table.columns for table in job.area_sums.values())
    if not may_say("rate per resident", rated, why="no layer has numbers of residents"):
        return ""
    period = say_months(months_of(job.dated))
    said = f"Rates are per 1,000 residents for the whole of the period ({period}), not for a year."
    return " ".join(filter(None, (said, say_centre(job.config, job.area_sums))))


def say_centre(config: Config, sums: Mapping[str, pd.DataFrame]) -> str:
    """Say that rates leave out what lies in the city centre, where there are rates and a centre."""
    named = [layer for layer, given in config.areas.items() if "easting" in given]
    if not named or not any("rate" in table.columns for table in sums.values()):
        return ""
    return (
        f"Rates per resident leave out the records in '{named[0].replace('_', ' ')}', where few people live."
    )


def sum_areas(
    incidents: gpd.GeoDataFrame, areas: dict[str, gpd.GeoDataFrame], config: Config
) -> dict[str, pd.DataFrame]:
    """Sum up each layer, worst first; with and without a city centre where the configuration has one."""
    centres = [layer for layer, given in config.areas.items() if "easting" in given]
    centre = areas[centres[0]] if centres else None
    sums = {}
    for layer, some in areas.items():
        own = None if layer in centres else centre
        sums[layer] = summarise_areas(incidents, some, layer=layer, centre=own)
    return sums
