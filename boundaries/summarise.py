"""Sum incidents and harm up by area, with rates per resident, and never a rank without its interval."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.attach import WITHIN, attach_areas
from boundaries.league_table import add_rates, add_sums, condense_rows
from hotspots.checks import InputError, announce, closest_name, count_weighed, require_columns
from hotspots.common.wording import say_count


def summarise_areas(
    incidents: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    layer: str,
    by: Sequence[str] = (),
    centre: gpd.GeoDataFrame | None = None,
    population: "str | pd.Series[float] | None" = None,
    per: float = 1000.0,
    confidence: float = 0.95,
    small: int = 20,
    within: float = WITHIN,
) -> pd.DataFrame:
    """Sum incidents and harm up by area (by period and category), worst first, with intervals and rates.

    Areas without incidents are listed with 0. The incidents of all areas are the reconciliation's accepted
    less outside.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700; attached here unless they have ``<layer>_code`` already.
    areas : GeoDataFrame
        As from `read_areas`. A column ``residential`` that is False denies an area its rate.
    layer : str
        Name of the layer, e.g. "ward".
    by : sequence of str
        Columns to divide by, e.g. ``["period", "category"]``; "period" is the month of ``when`` where
        there is no such column. None given: one row per area.
    centre : GeoDataFrame, optional
        A city centre, as from `centre_area`: sums and ranks without it are added, and its incidents enter
        no rate per resident.
    population : str or Series, optional
        Residents: a column of ``areas``, or a Series by code. None takes the column ``population`` where
        there is one.
    per : float
        Residents a rate is for.
    confidence : float
        Of all intervals.
    small : int
        Below this many incidents an area is flagged.
    within : float
        Metres, passed to `attach_areas` where it is needed.

    Returns
    -------
    DataFrame
        On the index of ``areas``, worst first (with ``by`` a plain index, in order of ``by``). For
        incidents, and for harm where there is a harm column: the sum, its interval ``<measure>_from`` and
        ``_to``, ``share_of_<measure>`` of everything given (so that what lies in no area is not hidden),
        ``rank_by_<measure>`` and the ranks that the intervals allow (``_from``, ``_to``); equal values
        share the better rank. ``small_numbers`` flags few incidents; ``largest_single_share`` is the share
        of one incident in the area's harm; ``harm_low, harm_high`` are summed where given. Harm is blank
        where the area has incidents, and none of them has a weight. With a
        population: ``rate`` over the whole period (``_from``, ``_to``), ``rate_shrunk`` (empirical Bayes,
        with its interval) and ``rank_by_rate`` of the shrunk rate. With a centre: each measure and its
        rank ``_without_centre``. ``attrs["per"]`` is the residents a rate is for.

    Raises
    ------
    InputError
        As `attach_areas`; no such column to divide by; a population that fits none of the areas.

    Notes
    -----
    Intervals take incidents as independent events: real ones come in runs, so the truth is wider.
    Fay and Feuer (1997) for sums, Marshall (1991) for shrinkage.

    Examples
    --------
    >>> import shapely
    >>> halves = gpd.GeoDataFrame({"code": ["E", "W"], "name": ["East", "West"]},
    ...     geometry=[shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)], crs="EPSG:27700")
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([3, 4, 12], [5, 5, 5]), crs="EPSG:27700")
    >>> table = summarise_areas(points, halves, layer="half")
    >>> table[["name", "incidents", "rank_by_incidents", "rank_by_incidents_to"]].values.tolist()
    [['West', 2, 1, 2], ['East', 1, 2, 2]]
    """
    require_columns(areas, ["code", "name"], what="areas")
    divide = list(by)
    rows = _flatten(incidents, areas, layer, divide, centre, within)
    people = _find_population(areas, population)
    grid = _grid(rows, areas, divide)
    measures = ["harm", "incidents"] if "harm" in rows.columns else ["incidents"]

    def build(some: pd.DataFrame, here: pd.DataFrame) -> pd.DataFrame:
        table = add_sums(some, here, measures, confidence=confidence, small=small, centre=centre is not None)
        if people is not None:
            table = add_rates(table, people, per=per, confidence=confidence, centre=centre is not None)
        return table.sort_values([*measures, "code"], ascending=[*[False] * len(measures), True])

    if not divide or grid.empty:
        table = build(grid, rows)
    else:
        held = dict(list(rows.groupby(divide)))
        parts = [build(some, held.get(key, rows.iloc[:0])) for key, some in grid.groupby(divide, sort=False)]
        table = pd.concat(parts, ignore_index=True)
    table.attrs["per"] = per
    return table


def _flatten(
    incidents: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    layer: str,
    by: list[str],
    centre: gpd.GeoDataFrame | None,
    within: float,
) -> pd.DataFrame:
    """Condense to one plain row per area and what it is divided by, with its sums."""
    if not {f"{layer}_code", f"{layer}_codes"} & set(incidents.columns):
        incidents, _ = attach_areas(incidents, {layer: areas}, within=within, uncertain=None)
    code = f"{layer}_code" if f"{layer}_code" in incidents.columns else f"{layer}_codes"
    count = incidents.get("incidents", pd.Series(1, index=incidents.index)).astype(float)
    columns = {"code": incidents[code], "incidents": count}
    columns |= {c: incidents[c].astype(float) for c in ("harm", "harm_low", "harm_high") if c in incidents}
    columns |= {"weighed": count_weighed(incidents)} if "harm" in incidents else {}
    columns |= {c: _divide_by(incidents, c) for c in by}
    if centre is not None:
        inside, _ = attach_areas(incidents[[incidents.geometry.name]], {"centre": centre}, within=0, uncertain=None)
        columns["centre"] = inside["centre_code"].notna()
    rows = pd.DataFrame(columns)
    if code.endswith("s"):
        announce(f"{layer}: areas overlap by nature, so a record in several is counted in each.")
        rows = rows.explode("code")
    return condense_rows(rows, [*by, *(["centre"] if centre is not None else [])])


def _divide_by(incidents: gpd.GeoDataFrame, column: str) -> "pd.Series[str]":
    if column in incidents.columns:
        named: pd.Series[str] = incidents[column].astype(str)
        return named
    if column == "period" and "when" in incidents.columns:
        months: pd.Series[str] = incidents["when"].dt.strftime("%Y-%m")
        return months
    known = [str(c) for c in incidents.columns if c != incidents.geometry.name]
    near = closest_name(column, ["period", *known])
    raise InputError(
        f"The records have no column '{column}' to divide by",
        given=f"columns {', '.join(known) or '(none)'}",
        advice=f"'{near}'" if near else "'period', or one of the columns",
    )


def _find_population(areas: gpd.GeoDataFrame, population: "str | pd.Series[float] | None") -> "pd.Series[float] | None":
    """Residents by code, NaN where unknown or where the area has no residents of its own."""
    if population is None and "population" not in areas.columns:
        return None
    if population is None or isinstance(population, str):
        column = population or "population"
        require_columns(areas, [column], what="areas")
        people = areas.set_index("code")[column]
    else:
        people = population.reindex(areas["code"])
        _report_strangers(areas, people, population)
    numbers: pd.Series[float] = people.astype(float)
    if "residential" in areas.columns:
        numbers = numbers.where(~areas["residential"].isin([False]).to_numpy())
    return numbers


def _report_strangers(areas: gpd.GeoDataFrame, people: "pd.Series[float]", given: "pd.Series[float]") -> None:
    missing = areas[people.isna().to_numpy()]
    if len(missing) == len(areas) and len(areas):
        raise InputError(
            "The population fits none of the areas",
            given=f"codes {', '.join(map(str, given.index[:3]))}; areas {', '.join(areas['code'].head(3))}",
            advice="take both of one vintage, by code",
        )
    if len(missing):
        unused = [str(code) for code in given.index[~given.index.isin(areas["code"])]]
        note = f" Codes with a population but no area: {', '.join(unused[:8])}."
        announce(
            f"No population, and so no rate, for {len(missing):,} of {say_count(len(areas), 'area')}: "
            f"{', '.join((missing['name'] + ' ' + missing['code']).head(8))}." + note * bool(len(unused))
        )


def _grid(rows: pd.DataFrame, areas: gpd.GeoDataFrame, by: list[str]) -> pd.DataFrame:
    """Every area with every value of ``by``, so that nought is seen as nought."""
    grid = pd.DataFrame(areas[["code", "name"]])
    for column in reversed(by):
        values = pd.DataFrame({column: np.sort(rows[column].dropna().unique())})
        grid = values.merge(grid, how="cross")
    return grid[["code", "name", *by]]
