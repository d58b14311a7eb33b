"""How concentrated each problem is, never without what pure chance would show."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from hotspots import count_cells, measure_concentration
from hotspots.checks import count_weighed
from hotspots.common.places import incidents_per_row
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_percentage
from maps.job._ground import Ground

SHEET = "Chance"
SIDE = 200.0  # metres: hexagons of 0.1 km², as the University of Leeds uses on West Yorkshire
TOP = (0.01, 0.02, 0.05, 0.1, 0.25)
DRAWS, FEW_DRAWS = 99, 19
MANY = 1_000_000  # records: chance differs so little from map to map that few maps tell it
LEAST = 20  # records: no percentage is printed on a smaller base
SELECTED = "Hotspots are chosen for being high: expect the next count to be lower by itself."
FEWEST = 5  # cells that "the busiest x %" must mean to be worth a sentence
ALL = 0.995  # a share by chance that reads 100%: whatever the records do, no place can hold more
MOST = 0.5  # of the ground covered: a list that covers more of it picks nothing out
NEARLY_ALL = 0.95  # of the records on the ground: else the share of the ground and that of the records differ
COLUMNS = ["problem", "of", "measure", "cells", "incidents", "observed", "chance", "chance_low", "chance_high"]


def tabulate_chance(problems: Mapping[str, gpd.GeoDataFrame], ground: Ground, *, seed: int = 0) -> pd.DataFrame:
    """Say for each problem how much the busiest places hold, beside as many records fallen at random."""
    rows = []
    shapely.prepare(ground.shape)
    for problem, incidents in problems.items():
        there = incidents
        if not ground.all_on_it:
            there = incidents[shapely.intersects(ground.shape, incidents.geometry.to_numpy())]
        number = int(incidents_per_row(there).sum())
        if number < LEAST:
            continue
        cells = count_cells(there, size=SIDE, shape="hexagon", study_area=ground.shape)
        for of, by in {"records": "incidents", "harm": "harm"}.items():
            if by in cells.columns and cells[by].sum() > 0 and (by != "harm" or count_weighed(there).any()):
                found = measure_concentration(cells, by=by, incidents=there, top=TOP, draws=draws_for(there), seed=seed)
                found = found.reset_index().assign(problem=problem, of=of)
                rows.append(found.assign(cells=len(cells), incidents=number))
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def draws_for(incidents: pd.DataFrame) -> int:
    """How many random maps are drawn: 99, or 19 above a million records."""
    return FEW_DRAWS if int(incidents_per_row(incidents).sum()) > MANY else DRAWS


def say_chance(table: pd.DataFrame, problem: str, ground: Ground) -> str:
    """One sentence on how concentrated a problem is, beside chance; "" where there is nothing to say.

    That is so on a ground of few places, and where so few records fell on it that chance holds all of them
    in the busiest places too.
    """
    mine = table[(table["problem"] == problem) & (table["of"] == "records")]
    shares = [share for share in TOP[1:] if mine["cells"].max() * share >= FEWEST]
    row = mine[mine["measure"].isin([f"top {100 * share:g}% of places hold" for share in shares[:1]])]
    why = "few records, or a ground of few places"
    if not may_say("share held by chance", bool((row["chance"] < ALL).any()), why=why):
        return ""
    cells = int(row["cells"].iloc[0])
    which = f"{max(round(shares[0] * cells), 1):,} of {cells:,} hexagons of 0.1 km² in {ground.name}"
    observed, chance = (say_percentage(float(row[c].iloc[0])) for c in ("observed", "chance"))
    return (
        f"The busiest {100 * shares[0]:g}% of places ({which}) hold {observed} of the records; "
        f"if the same number of records fell at random over them, {chance} would."
    )


def share_covered(spots: gpd.GeoDataFrame, ground: Ground) -> float:
    """Share of the ground that the hotspots cover."""
    shapes = spots.geometry.to_numpy()
    shapely.prepare(ground.shape)
    whole = shapely.covers(ground.shape, shapes)  # to cut each out of a country's outline takes long
    cut = shapely.intersection(shapes[~whole], ground.shape)
    return float((shapely.area(shapes[whole]).sum() + shapely.area(cut).sum()) / max(ground.shape.area, 1.0))


def say_cover(spots: gpd.GeoDataFrame, ground: Ground) -> str:
    """Say how much of the ground the hotspots cover, and how much of the records they hold."""
    if spots.empty:
        return ""
    share = share_covered(spots, ground)
    held = float(spots["share_of_incidents"].sum())
    enough = spots["incidents"].notna().all() and spots["incidents"].sum() >= LEAST * held  # of all the records
    holds = 0 < share <= MOST and ground.held >= NEARLY_ALL and enough
    why = "few records, or the hotspots cover most of the ground or none of it, or many records lie off it"
    if not may_say("share of the ground covered", holds, why=why):
        return ""
    one = len(spots) == 1
    return (
        f"The {'one hotspot covers' if one else f'{len(spots):,} hotspots cover'} "
        f"{say_percentage(share, decimals=1)} of {ground.name} and hold{'s' * one} "
        f"{say_percentage(held, decimals=1)} of the records."
    )
