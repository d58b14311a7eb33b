"""Which area comes first, with the caution that belongs to it, in words that stand above the list."""

import geopandas as gpd
import pandas as pd

from hotspots.common.wording import say_number
from maps.common.escape import clean
from maps.wording import has

BUSY = "Busy centres rank high: many who are there live elsewhere."
VISITORS = "Many who are in a busy centre live elsewhere: such areas rank high, and highest per resident."
PLACE = (
    "The range is where the true level or place lies nineteen times in twenty, were each record on its own;"
    " records come in runs, so the truth is less sure than the range."
)


def say_range(row: pd.Series, column: str) -> str:
    """Range that goes with a value: "210 to 270", or "" where there is none.

    Examples
    --------
    >>> say_range(pd.Series({"rate": 2.0, "rate_from": 1.5, "rate_to": 3.0}), "rate")
    '1.5 to 3'
    """
    if not all(has(row, f"{column}{end}") for end in ("", "_from", "_to")):
        return ""
    return f"{say_number(float(row[f'{column}_from']))} to {say_number(float(row[f'{column}_to']))}"


def say_first(areas: gpd.GeoDataFrame, *, per: float, rate: str = "rate") -> list[str]:
    """Say which area has most harm (or records), which the highest rate, and how far that may be trusted.

    Examples
    --------
    >>> table = {"name": ["Armley", "Hunslet"], "harm": [900.0, 1200.0], "harm_from": [700.0, 1000.0]}
    >>> more = {"harm_to": [1100.0, 1400.0], "rank_by_harm_from": [1, 1], "rank_by_harm_to": [2, 2]}
    >>> say_first(gpd.GeoDataFrame(table | more), per=1000)[0]
    'Most harm: Hunslet, 1,200 (likely 1,000 to 1,400); its true place could be 1 to 2.'
    """
    if len(areas) < 2:
        return []
    said = []
    by = next((c for c in ("harm", "incidents") if _some(areas, c)), "")
    if by:
        most = {"harm": "Most harm", "incidents": "Most records"}[by]
        apart = _first(areas, f"{by}_without_centre")
        inside = f" Without the city centre: {clean(apart['name'])}." if apart is not None else ""
        said.append(f"{_say(areas, by, most)}{inside}")
    if _some(areas, rate):
        left_out = _some(areas, "incidents_without_centre")
        without, centre = (", city centre left out", "") if left_out else ("", f" {BUSY}")
        said.append(_say(areas, rate, f"Most per {say_number(per)} residents{without}", ranks="rate") + centre)
    return said


def say_care(row: pd.Series, rated: bool) -> str:
    """Say of one area between which places its true one lies, and what a rate per resident leaves out.

    Examples
    --------
    >>> say_care(pd.Series({"rank_by_rate_from": 1, "rank_by_rate_to": 2, "rank_by_harm_from": 1}), rated=True)
    'Its true place by rate could be 1 to 2. Busy centres rank high: many who are there live elsewhere.'
    """
    spans = [f"by {what} could be {span}" for what in ("rate", "harm") if (span := _span(row, what))]
    places = [f"Its true place {' and '.join(spans)}."] if spans else []
    return " ".join([*places, *([BUSY] if rated else [])])


def _span(row: pd.Series, column: str) -> str:
    ends = [f"rank_by_{column}_{end}" for end in ("from", "to")]
    low, high = (int(row[end]) if has(row, end) else 0 for end in ends)
    return f"{low} to {high}" if 0 < low < high else ""


def _some(areas: gpd.GeoDataFrame, column: str) -> bool:
    return column in areas.columns and bool(pd.to_numeric(areas[column]).notna().any())


def _first(areas: gpd.GeoDataFrame, column: str) -> pd.Series | None:
    return areas.loc[pd.to_numeric(areas[column]).idxmax()] if _some(areas, column) else None


def _say(areas: gpd.GeoDataFrame, column: str, what: str, *, ranks: str = "") -> str:
    row = areas.loc[pd.to_numeric(areas[column]).idxmax()]
    likely = f" (likely {said})" if (said := say_range(row, column)) else ""
    hidden = " of those shown" if areas[column].isna().any() else ""
    place = f"; its true place could be {span}" if (span := _span(row, ranks or column)) else ""
    return f"{what}{hidden}: {clean(row['name'])}, {say_number(float(row[column]))}{likely}{place}."
