"""Build the layers of areas, and say of each record in which area it lies."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd

from boundaries import attach_areas, read_layers
from boundaries.attach import UNCERTAIN, WITHIN
from hotspots.checks import InputError
from maps.config.settings import Area, Config
from maps.job.job import Job
from maps.job.left_out import without_layers


def attach(job: Job) -> Job:
    """Add the layers that are not made of hotspots, and attach the records to them."""
    left: dict[str, InputError] = {}
    parts = made_of(job.config, hotspots=False)
    areas = build_layers(parts, incidents=job.incidents, left=left, crs=job.incidents.crs)
    config = without_layers(job.config, left)
    # how near a line each place lies is asked by nobody here, and of a country takes longer than the rest
    near = UNCERTAIN if job.read.large is None else None
    incidents, reconciliation = attach_areas(
        job.incidents, areas, rejects=job.rejects, uncertain=near, **attach_rules(config, areas)
    )
    return replace(job, config=config, areas=areas, incidents=incidents, reconciliation=reconciliation)


def made_of(config: Config, *, hotspots: bool) -> dict[str, Area]:
    """Layers that are made of hotspots (which must be found first), or all the others."""
    return {k: v for k, v in config.areas.items() if (v.get("of") == "hotspot") == hotspots}


def build_layers(settings: Mapping[str, Mapping[str, Any]], **given: Any) -> dict[str, gpd.GeoDataFrame]:
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
