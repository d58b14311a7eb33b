"""The pack for one meeting: what was promised, what changed, the map, the tables and the plans."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.checks import InputError, require_metres
from hotspots.common.option_classes import take_options
from hotspots.common.outline_text import read_outline
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_date, say_list
from hotspots.plans.record import Plan
from maps.common.calendar import read_events
from maps.common.page_words import PageWords
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content, kinds_in_plan
from maps.disclosure.gate import Profile, profile_named, release
from maps.documents.blocks import Block, Document, Heading, Text
from maps.documents.to_html import render_html
from maps.job.board_pages import Board
from maps.plans.actions import COLUMNS, tabulate_actions
from maps.plans.content import lay_out_plan
from maps.plans.pictures import Look, draw_pictures
from maps.plans.register import HEADS, list_plans
from maps.plans.write_plan import file_stem, write_documents
from maps.results._meeting_sections import (
    say_actions,
    say_assets,
    say_changes,
    say_reviews,
    show_map,
    show_months,
    show_table,
)
from maps.results._time_pages import show_board
from maps.tables.workbook import write_tables
from maps.wording import RECORDS

# A place belongs to a meeting's area from this share of its ground inside.
SHARE_INSIDE = 0.1


@dataclass(frozen=True)
class PackWords(PageWords):
    """What a pack says of itself and of time: what changed, the area's months and what marks them."""

    months: pd.Series | None = None
    calendar: pd.DataFrame | None = None
    changed: Sequence[str] = ()
    assets: gpd.GeoDataFrame | None = None


def write_pack(
    folder: str | Path,
    *,
    area: Any,
    spots: gpd.GeoDataFrame,
    plans: Sequence[Plan] = (),
    closed: Sequence[Plan] = (),
    as_of: Any,
    before: gpd.GeoDataFrame | None = None,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    board: Board | None = None,
    profile: str | Profile | None = None,
    **words: Any,
) -> Path:
    """Write the pack for one Problem Solving Group, LAP, ward or Community Committee.

    Parameters
    ----------
    folder : str or Path
        Where to write; made when absent. It gets ``pack.html`` (everything, to print), ``tables.xlsx``
        and ``plans/`` with each plan as Word and as a page; of an earlier pack there, these are replaced.
    area : Series or GeoDataFrame
        The meeting's ground: one row of an area layer with ``name``, or several rows taken together with
        ``attrs["name"]``. EPSG:27700.
    spots : GeoDataFrame
        All hotspots; those with a tenth or more of their ground inside are shown.
    plans : sequence of Plan
        Open plans (see `maps.open_plan`); plans for people are never in a pack.
    closed : sequence of Plan
        Closed plans, for the register that opens the pack.
    as_of : date
        The day of the meeting.
    before : GeoDataFrame, optional
        Hotspots of the run before, for what is new and what is gone. None: not compared.
    layers : dict of GeoDataFrame, optional
        More layers for the maps.
    tables : dict of DataFrame, optional
        More sheets for the workbook, of areas or hotspots.
    board : Board, optional
        The area's page of indicators.
    profile
        As for `maps.write_plan`.
    **words
        ``period``, ``source``, ``counted``, ``note``, ``attribution`` and ``marking``: what the hotspots
        count ("crimes and ASB incidents"), what was left out and whose data it is, for the page's foot and
        the workbook. ``months``: records of the area by month (index "2018-07"), for a chart; ``calendar``,
        from `hotspots.read_calendar`, marks it. ``changed``: sentences on all the records, said first.
        ``assets``: from `read_register`; what stands in the area is listed, but for the public.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        When the area is not one, a plan shows smaller counts than the profile allows, or ``plans/`` in the
        folder holds anything but an earlier pack's documents, such as the open plans themselves.
    """
    folder = Path(folder)
    said = take_options(PackWords, words, of="write_pack")
    said = replace(said, counted=RECORDS if said.counted is None else said.counted)
    _refuse_open_plans(folder)
    name, ground = read_area(area)
    here, chosen = spots[is_inside(spots, ground)], [p for p in plans if _plan_inside(p, ground)]
    who = profile_named(profile, sources=said.sources)
    stands = _standing_in(said.assets, ground)
    held = ["cameras"] * (len(stands) > 0)
    who = follow_content(who, [*held, *(kind for plan in chosen for kind in kinds_in_plan(plan))])
    said = replace(said, marking=who.marking if said.marking is None else said.marking)
    actions = tabulate_actions(chosen, as_of=as_of)
    picture: dict[str, Any] = {"layers": {name: _area_frame(name, ground, spots.crs), **(layers or {})}, "profile": who}
    # who does what is for those who meet
    shut = [plan for plan in closed if _plan_inside(plan, ground)]
    register = list_plans(chosen, shut, as_of=as_of)
    opens = register.blocks() if len(register.rows) else []
    due = [] if who.name == "public" else [*opens, *say_actions(actions), *say_reviews(chosen, as_of)]
    due += say_assets(stands) if len(stands) and who.name != "public" else []
    once = None if before is None else before[is_inside(before, ground)]
    blocks: list[Block] = [
        *due,
        *say_changes(here, spots, before, once, said.changed),
        *show_map(here, name, {**picture, "counted": str(said.counted)}),
        *show_table(release(here, kind="spots", profile=who), who, str(said.counted)),
        *_show_time(said, board, who),
        Heading("Plans"),
        Text(_name_plans(chosen)),
        *_show_plans(chosen, spots, picture),
    ]
    for old in _documents_in(folder / "plans"):
        old.unlink()
    for plan in chosen:
        stem = folder / "plans" / file_stem(plan)
        write_documents(_unsaved(plan), stem, Look(spots, marking=said.marking, **picture))
    day, foot = str(pd.Timestamp(as_of).date()), " ".join(_told(said))
    heads: dict[str, Any] = {"statement": foot, "title": f"Meeting pack: {name}"}
    heads |= {"marking": said.marking, "as_of": day}
    rows = {"Plans": register.sheet()} if len(register.rows) and who.name != "public" else {}
    _write_tables(folder / "tables.xlsx", here, actions, {**rows, **(tables or {})}, who=who, words=heads)
    blocks.append(Text(f"{foot} {who.audience}".strip()))
    title = f"Meeting pack: {name}, {say_date(day)}"
    page = Document(title, f"Meeting pack {name}", str(said.marking), day, tuple(blocks))
    write_file(folder / "pack.html", render_html(page).encode())
    return folder / "pack.html"


def _show_time(said: PackWords, board: Board | None, who: Profile) -> list[Block]:
    """Show the chart of months and the page of indicators, where there are any."""
    blocks: list[Block] = []
    if said.months is not None:
        calendar = read_events({}) if said.calendar is None else said.calendar
        blocks += show_months(said.months, calendar, who, str(said.counted))
    return blocks if board is None else [*blocks, Heading("Indicators"), *show_board(board, who)]


def _show_plans(plans: Sequence[Plan], spots: gpd.GeoDataFrame, picture: dict[str, Any]) -> list[Block]:
    """Every plan on a page of its own."""
    blocks: list[Block] = []
    for plan in plans:
        drawn = draw_pictures(plan, Look(spots, **picture))
        blocks.append(Heading(f"Plan {_name_plan(plan, '{ref}: {title}')}", new_page=True))
        blocks += _lower(lay_out_plan(plan, pictures=drawn).blocks)
    return blocks


def _refuse_open_plans(folder: Path) -> None:
    """Refuse a folder whose ``plans/`` no pack has written: `hotspots init` keeps the open plans there."""
    held = sorted((folder / "plans").glob("*"))
    others = [p for p in held if p not in _documents_in(folder / "plans")]
    if others or (held and not (folder / "pack.html").is_file()):
        raise InputError(
            "The pack would replace a folder of plans that is not a pack's",
            given=str((others or held)[0]),
            advice="a folder of its own for the pack",
        )


def _documents_in(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*") if p.suffix in (".docx", ".html"))


def read_area(area: Any) -> tuple[str, Any]:
    """Name and ground of a meeting's area."""
    if isinstance(area, pd.Series) and shapely.get_type_id(area.get("geometry")) in (3, 6):
        return clean_text(area.get("name")) or "this area", area["geometry"]
    if isinstance(area, gpd.GeoDataFrame) and len(area):
        require_metres(area, what="the meeting's area")
        names = area["name"].tolist() if "name" in area else []
        return clean_text(area.attrs.get("name")) or say_list(names) or "this area", area.union_all()
    raise InputError(
        "A pack needs one area", given=type(area).__name__, advice="areas.loc[0], or the rows of a committee"
    )


def is_inside(spots: gpd.GeoDataFrame, ground: Any) -> pd.Series:
    """Whether a tenth or more of each place's ground lies in an area."""
    inside = spots.geometry.intersection(ground).area.to_numpy()
    return pd.Series(inside >= SHARE_INSIDE * spots.geometry.area.to_numpy(), index=spots.index)


def _told(said: PackWords) -> list[str]:
    """Say in the foot the period, the source, what is counted, what was left out and whose data it is."""
    told = {"Period": said.period, "Source": said.source, "Counted": said.counted}
    return [*(f"{word}: {text}." for word, text in told.items() if text), *filter(None, (said.note, said.attribution))]


def _standing_in(assets: gpd.GeoDataFrame | None, ground: Any) -> gpd.GeoDataFrame:
    if assets is None:
        return gpd.GeoDataFrame()
    return assets[assets["standing"].astype(bool) & assets.geometry.intersects(ground)]


def _plan_inside(plan: Plan, ground: Any) -> bool:
    if plan.covers == "person":
        return False
    own = shapely.union_all([read_outline(area["wkt"]) for area in plan.frozen["areas"]])
    # a plan for a whole ward also belongs to the meeting of a street in it
    return bool(own.intersection(ground).area >= SHARE_INSIDE * min(own.area, ground.area))


def _area_frame(name: str, ground: Any, crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [name]}, geometry=[ground], crs=crs)


def _name_plans(plans: Sequence[Plan]) -> str:
    if not plans:
        return "No open plan lies in this area."
    named = say_list(_name_plan(plan, "{title} ({ref})") for plan in plans)
    return f"{named}. These are copies: write in the plan itself, in the folder of open plans."


def _name_plan(plan: Plan, pattern: str) -> str:
    """Name a plan by its reference and title, by one of them where they are the same."""
    return plan.title if plan.ref == plan.title else pattern.format(ref=plan.ref, title=plan.title)


def _unsaved(plan: Plan) -> Plan:
    """Copy a plan without what it knows of its own document: a pack has none yet."""
    fresh = copy.deepcopy(plan)
    fresh.document = {}
    return fresh


def _lower(blocks: tuple[Block, ...]) -> list[Block]:
    """Set the headings of a plan one level down, under its own name."""
    return [Heading(b.text, b.level + 1, b.new_page) if isinstance(b, Heading) else b for b in blocks]


def _write_tables(
    path: Path,
    here: gpd.GeoDataFrame,
    actions: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    *,
    who: Profile,
    words: Mapping[str, Any],
) -> None:
    write_tables(
        path,
        {**({} if who.name == "public" else {"Actions": actions}), "Hotspots": here, **tables},
        kinds={"Actions": "table", "Plans": "plan"},
        columns={"Actions": COLUMNS, "Plans": list(HEADS.values())},
        profile=who,
        **words,
    )
