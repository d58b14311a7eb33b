"""Weigh the records by harm, or go on by number where nothing has a weight."""

from dataclasses import replace
from typing import Any

import geopandas as gpd

from hotspots.checks import announce
from hotspots.severity.weighed_kinds import add_harm
from maps.config.settings import Config
from maps.job.job import Job


def weigh(job: Job) -> Job:
    """Add harm to the records where any kind has a weight; else take out what was asked by harm."""
    incidents = weigh_all(job.incidents, job.config)
    config = job.config if "harm" in incidents.columns else count_instead(job.config)
    return replace(job, incidents=incidents, config=config)


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
            announce(f"[{name}] {key} = {table[key]} is left aside: no record has a weight, so numbers decide.")
        changed[name] = table.changed(without=tuple(asked), **{key: "incidents" for key in asked if key == "by"})
    return config.changed(**changed)


def weighing(config: Config) -> dict[str, Any]:
    """Options of `weigh_incidents` from the configuration, but for the level."""
    options = {key: value for key, value in config.harm.items() if key != "level"}
    return options | ({"crosswalks": config.crosswalks} if config.crosswalks else {})
