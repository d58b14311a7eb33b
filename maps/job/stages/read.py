"""Read the records, and say what they hold."""

from dataclasses import replace

import geopandas as gpd

from hotspots import describe_records
from hotspots.checks import announce
from hotspots.reading.own_shapes import read_shapes
from maps.config.settings import Config
from maps.job.job import Job
from maps.job.read_records import number_of, read_records


def read(job: Job) -> Job:
    """Add the study area, the records, their dates and the rows not used."""
    study = read_study_area(job.config)
    found = read_records(job.config, as_of=job.as_of, study=study, spill=job.spill)
    for sentence in describe_records(found.dated, found.rejects, crosswalks=job.config.crosswalks or None):
        announce(sentence)
    study = None if study is None else study.to_crs(found.incidents.crs)
    return replace(
        job,
        study=study,
        read=found,
        dated=found.dated,
        rejects=found.rejects,
        incidents=found.incidents,
        used=number_of(found.incidents),
    )


def read_study_area(config: Config) -> gpd.GeoDataFrame | None:
    """Read the study area in metres of the grid, or None where the configuration has none."""
    if not config.incidents.study_area:
        return None
    return read_shapes(config.incidents.study_area, what="The study area", crs=config.grid.crs)
