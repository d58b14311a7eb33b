"""What the patrol and camera work has to say about one plan: a sentence each for the response menu."""

from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_count, say_list


def say_cameras(ground: Any, cameras: gpd.GeoDataFrame) -> str:
    """Say which of the proposed camera sites stand in a plan's area."""
    here = cameras[cameras.geometry.intersects(ground)]
    total = say_count(len(cameras), "site")
    if here.empty:
        none = f"none of the {total}" if len(cameras) > 1 else "the one site"
        verb = "stands" if len(cameras) > 1 else "does not stand"
        return f"Cameras: {none} proposed {verb} here." if len(cameras) else ""
    named = "; ".join(f"number {rank}, {clean_text(name)}" for rank, name in here["name"].items())
    verb = "stands" if len(here) == 1 else "stand"
    if len(cameras) == 1:
        return f"Cameras: the one site proposed stands here, at {clean_text(here['name'].iloc[0])}."
    return f"Cameras: {len(here):,} of the {total} proposed {verb} here: {named}."


def say_patrols(ref: str, patrols: pd.DataFrame) -> str:
    """Say whether the patrol plan stops at a place, and if not, why."""
    rows = patrols[patrols["ref"].astype(str) == ref]
    if rows.empty:
        return ""
    chosen = rows[rows["chosen"].astype(bool)] if "chosen" in rows else rows
    if chosen.empty:
        why = next((clean_text(w) for w in rows.get("why", []) if clean_text(w)), "")
        why = why.removeprefix("left out: ")
        return "Patrols: left out of the patrol plan" + (f": {why}." if why else ".")
    stops = f"Patrols: in the patrol plan with {say_count(len(chosen), 'stop')}"
    starts = sorted({clean_text(start) for start in chosen.get("start", []) if clean_text(start)})
    return f"{stops}, at {say_list(starts[:6])}." if starts else f"{stops}."
