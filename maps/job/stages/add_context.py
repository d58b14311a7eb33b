"""Read what stands beside the hotspots: premises, places nearby, the streets under the map."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import rank_premises
from hotspots.checks import require_columns
from hotspots.reading.own_shapes import read_shapes
from maps.config.settings import Config
from maps.job.job import Job
from maps.job.left_out import going_without
from maps.streets.files import read_under


def add_context(job: Job) -> Job:
    """Add ranked premises, places nearby and what is drawn under the hotspots."""
    return replace(
        job,
        premises=rank_all_premises(job.incidents, job.config),
        nearby=read_nearby(job.config, job.incidents.crs),
        streets=read_under(job.config.map, job.spots, job.areas),
    )


def rank_all_premises(incidents: gpd.GeoDataFrame, config: Config) -> dict[str, pd.DataFrame]:
    """Rank each configured set of premises by the harm put down to them."""
    ranked = {}
    for name, given in config.premises.items():
        with going_without(f"[premises.{name}]"):
            premises = read_shapes(given.file, what=f"The file of [premises.{name}]", crs=incidents.crs)
            ranked[name] = rank_premises(incidents, premises, distance=given.distance)
    return ranked


def read_nearby(config: Config, crs: Any) -> gpd.GeoDataFrame | None:
    """Read the pubs, schools, parks ... that plans count within walking distance, by their kind."""
    places: gpd.GeoDataFrame | None = None
    if config.nearby:
        with going_without("[nearby]"):
            found = read_shapes(config.nearby.file, what="The file of [nearby]", crs=crs)
            require_columns(found, [config.nearby.kind], what=f"[nearby] {config.nearby.file.name}")
            places = found.rename(columns={config.nearby.kind: "kind"})
    return places
