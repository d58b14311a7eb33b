"""The main list of a run: hotspots found, or agreed by the partnership, with their lasting references."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from hotspots import find_hotspots, match_hotspots, read_hotspots
from hotspots.checks import InputError, announce
from hotspots.common.places import incidents_per_row
from hotspots.common.wording import say_share
from hotspots.finding.agreed_list import NOT_LISTED, mark_unlisted
from hotspots.finding.methods import options_of
from hotspots.finding.stability import RESAMPLES
from hotspots.reading.crosswalks import flag_proactive
from hotspots.reading.own_shapes import read_shapes
from maps.config.settings import Config

# what [hotspots] says to the finder; its other keys are for this module, the comparison and the backtest
FINDER = frozenset({"method", "by", "resamples", *options_of()})


@dataclass(frozen=True)
class MainList:
    """Hotspots that everything else follows, what became of the last run's, and places not on the list."""

    spots: gpd.GeoDataFrame
    changes: pd.DataFrame | None
    unlisted: gpd.GeoDataFrame | None


def make_list(incidents: gpd.GeoDataFrame, config: Config, *, study_area: Any = None, ground: Any = None) -> MainList:
    """Find the hotspots or score the agreed ones, and give them the references they had last time.

    ``study_area`` is the configured one, ``ground`` what stands for it where there is none.
    """
    given = config.hotspots
    for key in idle_options(config):
        if not (key == "radius" and "agreed" in given):
            announce(f"[hotspots] {key} is left aside: the method {given['method']} has no such option.")
    found = find_hotspots(incidents, **finder_options(config, study_area=study_area, ground=ground, crs=incidents.crs))
    spots, unlisted = found, None
    _say_detected(incidents)
    if "agreed" in given:
        spots = read_hotspots(
            given["agreed"],
            incidents=incidents,
            radius=given.get("radius", 150),
            seed=config.seed,
            name=given.get("agreed_name"),
            ref=given.get("agreed_ref"),
            kind=given.get("agreed_kind"),
            resamples=given.get("resamples", RESAMPLES),
            study_area=ground,
        )
        unlisted = found[mark_unlisted(found, spots, incidents=incidents) == NOT_LISTED]
        announce(f"{len(spots):,} agreed hotspots scored; {len(unlisted):,} places found are not on the list.")
    if "previous" not in given:
        return MainList(spots, None, unlisted)
    spots, changes = match_hotspots(spots, read_previous(given["previous"], incidents.crs), incidents=incidents)
    return MainList(spots, changes, unlisted)


def _say_detected(incidents: gpd.GeoDataFrame) -> None:
    """Say how many records patrols themselves find: a list that counts them may follow its own patrols."""
    if "category" not in incidents.columns:
        return
    counts = incidents_per_row(incidents)
    found = int(counts[flag_proactive(incidents).to_numpy(dtype=bool)].sum())
    if found:
        announce(
            f"{say_share(found, int(counts.sum()), of='records')} are of kinds that police activity itself "
            "detects, such as drugs and weapons: more patrols find more of them, so a list that counts "
            "them may follow its patrols."
        )


def finder_options(config: Config, *, study_area: Any = None, ground: Any = None, crs: Any) -> dict[str, Any]:
    """Options of `find_hotspots` from the configuration, with files read."""
    idle = idle_options(config)
    options = {key: value for key, value in config.hotspots.items() if key in FINDER and key not in idle}
    if "streets" in options:
        options["streets"] = read_shapes(options["streets"], what="The file of streets", crs=crs)
    options["study_area"] = study_area if options.get("method") == "cells" else ground
    return {"seed": config.seed, **options}


def idle_options(config: Config) -> list[str]:
    """Options in the configuration that are of other methods than the one it names."""
    taken = options_of(config.hotspots.method)
    return [key for key in config.hotspots if key in options_of() and key not in taken]


def read_previous(path: Path, crs: Any) -> gpd.GeoDataFrame:
    """Read the hotspots of an earlier run, from its folder or its GeoPackage, into the grid of this one."""
    file = path / "hotspots.gpkg" if path.is_dir() else path
    try:
        return gpd.read_file(file, layer="hotspots").to_crs(crs)
    except (OSError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(
            "The previous run cannot be read",
            given=file.name,
            advice="name its results folder, or take 'previous' out for a first run",
        ) from error
