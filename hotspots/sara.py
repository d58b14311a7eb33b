"""Problem-solving plans (SARA): drafted from the data, kept by people, assessed later."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, require_columns, require_metres
from hotspots.plan_facts import Facts, gather_facts, rows_inside
from hotspots.plan_record import Plan
from hotspots.plan_text import (
    compare_text,
    limits_text,
    problem_text,
    sources_text,
    when_text,
    where_text,
)
from hotspots.plan_words import clean_text


def draft_plan(
    spot: pd.Series,
    incidents: gpd.GeoDataFrame,
    areas: Any = None,
    *,
    spots: gpd.GeoDataFrame | None = None,
    as_of: str | pd.Timestamp | None = None,
    study_area: str = "the whole data",
    ring: float = 200.0,
) -> Plan:
    """Draft a problem-solving plan for one hotspot: Scanning and Analysis from the data, blanks for people.

    Parameters
    ----------
    spot : Series
        One row of the hotspots, ``spots.loc[n]``; its geometry in EPSG:27700 metres.
    incidents : GeoDataFrame
        The incidents, or the same collapsed to places, EPSG:27700.
    areas : dict of GeoDataFrame, optional
        Layers by name, used where the hotspot has not been attached to them.
    spots : GeoDataFrame, optional
        The whole list, to say "2 of 15" and show the neighbours.
    as_of : str or Timestamp, optional
        Date of the draft. None: the day after the last month in the data.
    study_area : str
        What the whole of the data is called in a sentence, such as "Leeds".
    ring : float
        Width in metres of the surrounding area in which displacement will be looked for.

    Returns
    -------
    Plan
        With every field of people's blank.

    Raises
    ------
    InputError
        When a column is missing, the metres are not National Grid, or no incident is inside.
    """
    require_metres(incidents, what="incidents")
    require_columns(incidents, ("category", "place", "source"), what="incidents")
    if not isinstance(spot, pd.Series) or spot.get("geometry") is None:
        raise InputError("A plan needs one hotspot", given=type(spot).__name__, advice="spots.loc[1]")
    facts = gather_facts(incidents, rows_inside(incidents, spot["geometry"], spot.get("parts")))
    day = _day(as_of, facts)
    plan = Plan(ref=clean_text(spot.get("ref")), title=_title(spot), opened=day, drafted=day)
    plan.frozen = {"area": spot["geometry"].wkt, "ring_metres": float(ring)}
    plan.scanning = _scan(facts, spot, spots, study_area)
    plan.analysis = _analyse(facts, spot, study_area)
    return plan


def _day(as_of: str | pd.Timestamp | None, facts: Facts) -> str:
    if as_of is not None:
        return str(pd.Timestamp(as_of).date())
    if facts.all_months.empty:
        return ""
    return str((facts.all_months.index.max() + 1).to_timestamp().date())


def _title(spot: pd.Series) -> str:
    """Street and main area, as on the cover."""
    name = clean_text(spot.get("name")) or clean_text(spot.get("ref"))
    layers = [clean_text(spot[c]) for c in spot.index if str(c).endswith("_name")]
    area = next((layer for layer in layers if layer and layer != name), "")
    return f"{name}, {area}" if area else name


def _scan(facts: Facts, spot: pd.Series, spots: Any, study_area: str) -> dict[str, Any]:
    rank = int(str(spot.name)) if str(spot.name).isdigit() else None
    name = clean_text(spot.get("name")) or clean_text(spot.get("ref"))
    return {
        "problem": problem_text(
            facts, name=name, rank=rank, of=None if spots is None else len(spots), study_area=study_area
        ),
        "sources": sources_text(facts),
        "limits": limits_text(facts),
        "types": facts.types.head(6).to_dict("records"),
    }


def _analyse(facts: Facts, spot: pd.Series, study_area: str) -> dict[str, Any]:
    return {
        "where": where_text(facts, spot),
        "when": when_text(facts),
        "compare": compare_text(facts, study_area=study_area),
        "repeat_places": facts.streets.head(5).to_dict("records"),
        "months": [{"month": str(m), "incidents": int(n)} for m, n in facts.months.items()],
    }
