"""The parts of a meeting pack that come before the plans."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.common.judgement_words import FALLING, GONE, GROWING, NEW, NOT_COMPARED
from hotspots.common.plan_words import clean_text, start_sentence
from hotspots.common.wording import say_count, say_list
from hotspots.plans.record import Plan
from maps.common.calendar import as_records, say_entry
from maps.disclosure.gate import Profile
from maps.disclosure.suppression import hide_small
from maps.documents.blocks import Block, Bullets, Grid, Heading, Picture, Pictures, Text
from maps.pictures.month_chart import MOST_MONTHS, draw_months, label_month, marks_in
from maps.pictures.still_map import draw_static_map
from maps.plans.actions import list_reviews
from maps.wording import RECORDS


def say_actions(actions: pd.DataFrame) -> list[Block]:
    """Open the pack with every open action, overdue first."""
    late = int(actions["overdue"].sum())
    said = f"{say_count(len(actions), 'open action')}, {late:,} overdue." if len(actions) else "No open actions."
    blocks: list[Block] = [Heading("Open actions"), Text(said[:1].upper() + said[1:])]
    if len(actions):
        shown = ("action", "plan", "lead", "owner", "due", "status", "note")
        rows = tuple(tuple(str(row[name]) for name in shown) for row in actions.to_dict("records"))
        header = ("Action", "Plan", "Lead agency", "Owner (role)", "Due", "Status", "Note")
        widths = (0.28, 0.18, 0.12, 0.12, 0.1, 0.1, 0.1)
        blocks.append(Grid("Open actions, overdue first", header, rows, widths))
    return blocks


def say_reviews(plans: Sequence[Plan], as_of: Any) -> list[Block]:
    """List the plans due for review."""
    due = list_reviews(plans, as_of=as_of)
    listed = Bullets(tuple(due)) if due else Text("No plan is due for review within four weeks.")
    return [Heading("Plans due for review"), listed]


def say_assets(assets: pd.DataFrame) -> list[Block]:
    """List what stands in the area by the register: its review, and whether it helped."""
    said = assets["did_it_help"].map(clean_text)
    dates = [[f"{day:%d/%m/%Y}" if pd.notna(day) else "" for day in assets[c]] for c in ("installed", "review")]
    due = assets["due"].map({"review": " (due)"}).fillna("")
    dates[1] = [f"{day}{late}" for day, late in zip(dates[1], due, strict=True)]
    named = [assets[column].map(clean_text) for column in ("kind", "name")]
    rows = tuple(zip(*named, *dates, said.where(said.ne(""), "not said yet"), strict=True))
    header = ("What", "Where", "Since", "Review", "Did it help?")
    grid = Grid("Cameras and other assets", header, rows, (0.15, 0.3, 0.12, 0.18, 0.25))
    return [Heading("Cameras and other assets"), grid]


def say_changes(
    here: gpd.GeoDataFrame,
    spots: gpd.GeoDataFrame,
    before: gpd.GeoDataFrame | None,
    earlier: gpd.GeoDataFrame | None,
    changed: Sequence[str] = (),
) -> list[Block]:
    """Say the change of the whole, then what is new and gone, and what grew or fell where that was fair."""
    blocks: list[Block] = [Heading("What changed")]
    said = [clean_text(sentence) for sentence in changed]
    if before is None or earlier is None:
        said.append("New and gone: not known, as no earlier list was given.")
    else:
        new = here[~here["ref"].isin(before["ref"])]
        gone = earlier[~earlier["ref"].isin(spots["ref"])]
        said += [_say_places(start_sentence(NEW), new), _say_places(start_sentence(GONE), gone)]
    if "arrow" in here and here["arrow"].isin(["up", "down", "level"]).any():
        for arrow, word in (("up", GROWING), ("down", FALLING)):
            if changed and not here["arrow"].isin(["up", "down"]).any():
                continue  # said above already, with what could have been seen
            said.append(_say_places(start_sentence(word), here[here["arrow"] == arrow]))
    else:
        said.append(f"{start_sentence(GROWING)} and {FALLING}: {NOT_COMPARED} in this run.")
    if "no_arrow" in here:
        reasons = here["no_arrow"].fillna("").astype("str").str.removeprefix(f"{NOT_COMPARED}: ").unique()
        said += [f"{start_sentence(NOT_COMPARED)}: {reason}." for reason in reasons if reason]
    return [*blocks, Bullets(tuple(said))]


def _say_places(word: str, rows: gpd.GeoDataFrame) -> str:
    """Name some places, with the words of their comparison where they have them."""
    if rows.empty:
        return f"{word}: none."
    words = rows["words"] if "words" in rows else pd.Series("", index=rows.index)
    known = [
        f"{clean_text(n)} ({clean_text(w)})" if clean_text(w) else clean_text(n)
        for n, w in zip(rows["name"], words, strict=True)
    ]
    return f"{word}: {'; '.join(known)}."


def show_map(here: gpd.GeoDataFrame, name: str, picture: dict[str, Any]) -> list[Block]:
    """Draw the hotspots of the area on one map."""
    if here.empty:
        return [Heading("Map"), Text("No hotspot lies in this area.")]
    png = draw_static_map(here, width=170, height=100, **picture)
    alt = f"Map of {name} with {say_count(len(here), 'hotspot')}, numbered as in the table below, 1 the worst."
    return [Heading("Map"), Pictures((Picture(png, alt, "Hotspots, numbered as in the table.", 17.0),))]


def show_months(months: pd.Series, calendar: pd.DataFrame, who: Profile, counted: str = RECORDS) -> list[Block]:
    """Chart the months of the area, marked with the calendar."""
    gone = hide_small(months, threshold=who.threshold) | months.isna()
    pairs = zip(months.items(), gone, strict=True)
    shown: list[dict[str, object]] = [
        {"month": str(month), "incidents": None if hidden else int(number)} for (month, number), hidden in pairs
    ]
    if not any(row["incidents"] for row in shown):
        return []
    entries = as_records(calendar)
    held = [str(row["month"]) for row in shown[-MOST_MONTHS:]]
    key = "; ".join(f"{letter} {say_entry(entry)}" for letter, entry in marks_in(entries, held))
    said = "; ".join(
        f"{label_month(str(row['month']))}: {'not shown' if row['incidents'] is None else row['incidents']}"
        for row in shown[-24:]
    )
    caption = f"{start_sentence(counted)} by month." + (f" {key}." if key else "")
    if gone.any():
        caption += f" Months under {who.threshold}, and some beside them, are not shown."
    png = draw_months(shown, entries, size=(150.0, 55.0))
    return [Heading("Months"), Pictures((Picture(png, f"{caption} {said}.", caption, 15.0),))]


def show_table(rows: gpd.GeoDataFrame, who: Profile, counted: str = RECORDS) -> list[Block]:
    """Put the hotspots of the area in one table."""
    if rows.empty:
        return []

    def number(value: Any) -> str:
        return who.suppressed or "not known" if pd.isna(value) else f"{value:,.0f}"

    with_harm = "harm" in rows and bool(rows["harm"].notna().any())
    body = tuple(
        (
            *(str(rank), clean_text(row["name"]), number(row["incidents"])),
            *([number(row["harm"])] if with_harm else []),
            _streets(row),
        )
        for rank, row in zip(rows.index, rows.to_dict("records"), strict=True)
    )
    header = ("Number", "Place", start_sentence(counted), *(["Harm score"] * with_harm), "Busiest streets")
    widths = (0.08, 0.22, 0.14, *([0.14] * with_harm), 0.42 + 0.14 * (not with_harm))
    return [Grid("Hotspots", header, body, widths, numbers=(0, 2, *([3] * with_harm)))]


def _streets(row: dict[str, Any]) -> str:
    streets = row.get("streets")
    return say_list(clean_text(street) for street in streets[:4]) if isinstance(streets, list) else ""
