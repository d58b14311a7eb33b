"""What a run says of time: its calendar, profiles, changes by group, trends, near repeats, board pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import assign_hotspots, find_near_repeats
from hotspots.change.track_indicators import order_page
from hotspots.checks import InputError, announce, closest_name
from hotspots.common.membership import spread_layer
from hotspots.repeats.near_repeats import NearRepeats
from maps.common.calendar import read_events
from maps.config.settings import Config
from maps.disclosure.gate import Profile, name_category, profile_named
from maps.disclosure.suppression import hide_small
from maps.job._ground import Ground
from maps.job.board_pages import Board, hide_board, make_boards
from maps.job.compare import compare_groups
from maps.job.main_list import read_previous
from maps.job.time_profiles import REFUSED, SHEETS, Times, profile_all, tabulate_times
from maps.job.trends import class_cells, class_hotspots, read_ground

TRENDS, CELL_TRENDS = "Trends of hotspots", "Trends of cells"
NEAR, CHAINS = "Near repeats", "Near repeat chains"
PAIRS = {"observed": "pairs", "expected": "pairs_by_chance", "ratio": "times_chance"}
BESIDE = {"comparator_before": "all_records_before", "comparator_after": "all_records_after"}


@dataclass(frozen=True)
class Periods:
    """Everything a run says of time."""

    calendar: pd.DataFrame  # events, operations, campaigns, holidays and peaks; perhaps empty
    times: Times  # time profiles, and why others are not there
    # the two periods compared, by name of sheet
    changes: dict[str, pd.DataFrame] = field(default_factory=dict)
    boards: list[Board] = field(default_factory=list)  # pages of indicators
    spot_trends: pd.DataFrame | None = None  # trend classes
    cell_trends: gpd.GeoDataFrame | None = None
    near: NearRepeats | None = None  # knox table and chains, where asked for and borne
    selected_on: Any = None  # the period whose counts chose the hotspots, from `maps.job.compare.choice_of`
    # how much wider than Poisson the counts of each layer vary, and ("") those of the hotspots
    spread: dict[str, float] = field(default_factory=dict)


def tell_periods(
    config: Config,
    incidents: gpd.GeoDataFrame,
    spots: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    ground: Ground,
    as_of: Any,
    chosen_on: Any,
    placed: bool = True,
) -> Periods:
    """Work out everything a run says of time."""
    calendar = read_events(config.calendar, spare=True)
    times = profile_all(incidents, given=config.times, calendar=calendar)
    reached = read_ground(ground, incidents)
    hot = assign_hotspots(incidents, spots).notna()
    spread = {"": float(spots.attrs.get("dispersion", 1.0))}
    # areas and kinds are judged before the pages that speak of some of them again
    changes = _compare(config, incidents, areas, as_of=as_of, spread=spread[""])
    sheets = {layer: f"Changes by {layer.replace('_', ' ')}" for layer in areas}
    spread |= {k: changes[sheet].attrs["dispersion"] for k, sheet in sheets.items() if sheet in changes}
    boards = make_boards(
        incidents,
        hot,
        hot_before=_on_list_before(config, incidents, spots),
        given=config.boards,
        changes=config.changes,
        selected_on=chosen_on,
        calendar=calendar,
        areas=areas,
        as_of=as_of,
        spread=spread,
        least=profile_of(config, incidents).threshold,
    )
    return Periods(
        calendar=calendar,
        times=times,
        changes=changes,
        boards=boards,
        spot_trends=class_hotspots(spots, incidents, ground=reached),
        cell_trends=class_cells(incidents, given=config.trends, ground=reached) if placed else None,
        near=_near(config, incidents, times) if placed else None,
        selected_on=chosen_on,
        spread=spread,
    )


def _on_list_before(config: Config, incidents: gpd.GeoDataFrame, spots: gpd.GeoDataFrame) -> pd.Series | None:
    """Which incidents lie in a hotspot of the run before, where that list was another."""
    path = config.hotspots.previous
    if path is None:
        return None
    before = read_previous(path, incidents.crs)
    before = before.set_axis(pd.RangeIndex(1, len(before) + 1))
    if set(before["ref"]) == set(spots["ref"]):
        return None
    return assign_hotspots(incidents, before.drop(columns="parts", errors="ignore")).notna()


def profile_of(config: Config, incidents: pd.DataFrame) -> Profile:
    """Disclosure profile of a run: the configured one, or by where the data comes from."""
    return profile_named(config.output.profile, sources=sorted(incidents["source"].unique()))


def _compare(
    config: Config,
    incidents: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame],
    *,
    as_of: Any,
    spread: float = 1.0,
) -> dict[str, pd.DataFrame]:
    named = incidents
    if config.output.profile != "internal":
        named = incidents.assign(category=incidents["category"].map(name_category))
    groups = [(name, name, named) for name in ("category", "source")]
    groups += [(layer, f"{layer}_name", spread_layer(named, layer)) for layer in areas]
    tables = {}
    for name, column, rows in groups:
        if column == "source" and incidents["source"].nunique() < 2:
            continue
        # a record in several areas counts in each, and once among all the records beside them
        beside = None if rows is named else named
        table = compare_groups(
            rows, column, given=config.changes, as_of=as_of, beside=beside, spread=spread, own=name in areas
        )
        if table is not None:
            tables[f"Changes by {name.replace('_', ' ')}"] = table
    return tables


def _near(config: Config, incidents: gpd.GeoDataFrame, times: Times) -> NearRepeats | None:
    """Look for near repeats where the configuration asks for them; a refusal stands with the others."""
    if not config.near_repeats:
        return None
    given = dict(config.near_repeats)
    wanted = given.pop("categories", [])
    for category in wanted:
        if category not in set(incidents["category"]):
            near = closest_name(str(category), incidents["category"].unique())
            raise InputError(
                "[near_repeats] names a category that no record has", given=str(category), advice=near or ""
            )
    if "chain" in given:
        given["chain"] = tuple(given["chain"])
    rows = incidents[incidents["category"].isin(wanted)] if wanted else incidents
    try:
        return find_near_repeats(rows, seed=config.seed, **given)
    except InputError as error:
        announce(f"No near repeats: {error.problem}.")
        times.refused[NEAR] = f"{error.problem} ({error.given})." if error.given else f"{error.problem}."
        return None


def tabulate_periods(periods: Periods, who: Profile, incidents: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Return the sheets that speak of time, small counts left out."""
    tables = tabulate_times(periods.times, who, calendar=periods.calendar)
    if len(periods.calendar):
        tables["Calendar"] = periods.calendar
    for name, table in periods.changes.items():
        tables[name] = hide_changes(table, who).rename(columns=BESIDE).reset_index()
    for sheet, board in name_boards(periods.boards).items():
        page = order_page(hide_board(board.table, who)).reset_index(drop=True)
        # a figure here is a count, per cent or anything a survey asks: its heading is its period
        tables[sheet] = page.rename(columns={n: board.table.attrs[n] for n in ("before", "after")})
    if periods.spot_trends is not None:
        tables[TRENDS] = periods.spot_trends.rename_axis("rank").reset_index()
    if periods.cell_trends is not None:
        cells = periods.cell_trends.drop(columns="incidents") if who.threshold else periods.cell_trends
        tables[CELL_TRENDS] = _locate_cells(cells)
    if periods.near is not None:
        tables[NEAR] = periods.near.table.reset_index().rename(columns=PAIRS)
        if who.name in ("open", "internal"):  # a chain may be one household
            tables[CHAINS] = _list_chains(periods.near.chains, incidents)
    return tables


def name_boards(boards: Iterable[Board]) -> dict[str, Board]:
    """Pages by the name of their sheet: the title, with the page's own name where two have one title."""
    named: dict[str, Board] = {}
    for board in boards:
        named[f"{board.title} ({board.name})" if board.title in named else board.title] = board
    return named


def note_periods(periods: Periods) -> dict[str, str]:
    """Return a sentence for each sheet that speaks of time."""
    notes = {SHEETS[by]: " ".join(said) for by, said in periods.times.warnings.items()}
    notes[REFUSED] = "What these records are not precise enough for, and why."
    notes[TRENDS] = notes[CELL_TRENDS] = (
        "Hot: more in that month than the rate of the ground as a whole would give by chance. Esri's word "
        "stands only where its published rule is met."
    )
    for name, table in periods.changes.items():
        said = f"Before: {table.attrs['before']}. After: {table.attrs['after']}. Percentages on 20 or more."
        notes[name] = " ".join([said, *table.attrs["warnings"]])
    for sheet, board in name_boards(periods.boards).items():
        attrs = board.table.attrs
        parts = [f"Before: {attrs['before']}. After: {attrs['after']}."]
        if attrs["calendar"]:
            parts.append(f"Months with a star: {'; '.join(attrs['calendar'])}.")
        notes[sheet] = " ".join([*parts, *attrs["warnings"]])
    return notes


def hide_changes(table: pd.DataFrame, who: Profile, hidden: "pd.Series[bool] | None" = None) -> pd.DataFrame:
    """Leave out of a comparison the groups whose counts are too small, and what would tell them.

    ``hidden`` are further groups to leave out.
    """
    if not who.threshold:
        return table
    gone = hide_small(table["before"], threshold=who.threshold) | hide_small(table["after"], threshold=who.threshold)
    gone = gone if hidden is None else gone | hidden
    numbers = [c for c in table.columns if c not in ("arrow", "words") and not c.startswith("comparator")]
    shown = table.copy()
    shown[numbers] = shown[numbers].astype("float64")
    shown.loc[gone, numbers] = np.nan
    shown.loc[gone, "arrow"] = ""
    shown.loc[gone, "words"] = f"counts under {who.threshold}, and some beside them, are not shown"
    return shown


def _locate_cells(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    middle = cells.geometry.centroid
    table = pd.DataFrame(cells.drop(columns="geometry"))
    return table.assign(easting=middle.x.round(), northing=middle.y.round()).reset_index()


def _list_chains(chains: pd.DataFrame, incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the chains of three or more, the longest first."""
    if chains.empty:
        return pd.DataFrame(columns=["chain", "incidents", "first", "last", "metres", "easting", "northing"])
    where = incidents.geometry.loc[chains.index].get_coordinates()
    rows = chains.assign(when=incidents["when"].loc[chains.index], easting=where["x"], northing=where["y"])
    made = rows.groupby("chain").agg(
        incidents=("order", "max"),
        first=("when", "min"),
        last=("when", "max"),
        metres=("metres", "max"),
        easting=("easting", "mean"),
        northing=("northing", "mean"),
    )
    made = made[made["incidents"] >= 3].round({"metres": 0, "easting": 0, "northing": 0})
    return made.reset_index()
