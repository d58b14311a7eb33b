"""Find the main list, and the layers that are made of it."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from boundaries import attach_areas, summarise_areas
from hotspots.checks import announce
from maps.config.settings import Config
from maps.job._ground import choose_ground
from maps.job.job import Job
from maps.job.listed_window import keep_listed
from maps.job.main_list import make_list
from maps.job.periods import profile_of
from maps.job.stages.attach import attach_rules, build_layers, made_of


def find(job: Job) -> Job:
    """Add the ground, the hotspots with their areas, the layers made of hotspots, and the sums by area."""
    listed = keep_listed(job.incidents, job.config, job.as_of)
    ground = choose_ground(listed, job.areas, study_area=job.study, known=job.config.areas)
    main = make_list(listed, job.config, study_area=job.study, ground=ground.shape)
    job = _attach_late(replace(job, ground=ground, since_last=main.changes, unlisted=main.unlisted), main.spots)
    spots, history = main.spots, job.incidents
    if listed is not history:
        job = replace(job, incidents=history.loc[listed.index])
        job = replace(job, dated=job.incidents)
        if profile_of(job.config, history).threshold > 0:  # what is hidden is worked out on the list's records
            announce("Changes and trends are told of the listed dates alone: more could give away hidden counts.")
            history = job.incidents
    if job.areas:
        rules = attach_rules(job.config, job.areas)
        spots, _ = attach_areas(spots, job.areas, incidents=job.incidents, **rules)
    sums = sum_areas(job.incidents, job.areas, job.config)
    return replace(job, spots=spots, history=history, area_sums=sums)


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
