"""Find the main list, and the layers that are made of it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas, summarise_areas
from maps.config.settings import Config
from maps.job._ground import choose_ground
from maps.job.job import Job
from maps.job.main_list import make_list
from maps.job.stages.attach import attach_rules, build_layers, made_of


def find(job: Job) -> Job:
    """Add the ground, the hotspots with their areas, the layers made of hotspots, and the sums by area."""
    ground = choose_ground(job.incidents, job.areas, study_area=job.study, known=job.config.areas)
    main = make_list(job.incidents, job.config, study_area=job.study, ground=ground.shape)
    job = _attach_late(
        replace(job, ground=ground, since_last=main.changes, unlisted=main.unlisted), main.spots
    )
    spots = main.spots
    if job.areas:
        rules = attach_rules(job.config, job.areas)
        spots, _ = attach_areas(spots, job.areas, incidents=job.incidents, **rules)
    return replace(job, spots=spots, area_sums=sum_areas(job.incidents, job.areas, job.config))


def _attach_late(job: Job, spots: gpd.GeoDataFrame) -> Job:
    """Attach the records to layers that are made of hotspots, where there are any."""
    late = build_layers(made_of(job.config, hotspots=True), spots=spots, crs=spots.crs)
    if not late:
        return job
    rules = attach_rules(job.config, late)
    incidents, more = attach_areas(job.incidents, late, rejects=job.rejects, **rules)
    both = pd.concat([job.reconciliation, more])
    both.attrs["outside"] = [*job.reconciliation.attrs["outside"], *more.attrs["outside"]]
    return replace(job, incidents=incidents, areas={**job.areas, **late}, reconciliation=both)


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
