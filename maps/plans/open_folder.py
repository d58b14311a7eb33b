"""The folder of open plans: draft what is asked for, assess, copy into the results of a run."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from boundaries.names import find_area
from hotspots.checks import InputError, announce
from hotspots.common.outline_text import read_outline
from hotspots.common.wording import say_list
from hotspots.plans._target import find_target
from hotspots.plans.assess import assess_plan, frozen_frame, responses_of
from hotspots.plans.draft import draft_plan
from hotspots.plans.record import Plan
from hotspots.plans.stages import note_stage
from maps.common.calendar import as_records
from maps.disclosure.gate import Profile, name_category, profile_named
from maps.documents.word_files import opens
from maps.plans._patrols_and_cameras import say_cameras, say_patrols
from maps.plans.closed import QUIET, Closed, follow_documents, held_back, is_standing, put_away
from maps.plans.copies import merge_copies
from maps.plans.lessons import tell_tried
from maps.plans.lock import NotWritableError, only_writer
from maps.plans.monthly import note_month
from maps.plans.read_back import adopt
from maps.plans.shelf import Shelf, look_through, request_of
from maps.plans.store import is_stale, open_shelf, peek_plan, plan_alone, save_plan
from maps.plans.write_plan import file_stem

WORST = 5
OURS = (".docx", ".html")


def update_plans(
    folder: str | Path,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    areas: Mapping[str, gpd.GeoDataFrame] | None = None,
    *,
    as_of: Any,
    asked: Sequence[str] | int = WORST,
    redraft: bool = False,
    patrols: pd.DataFrame | None = None,
    cameras: gpd.GeoDataFrame | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
    attribution: str | None = None,
    calendar: pd.DataFrame | None = None,
    changes: Mapping[str, pd.DataFrame] | None = None,
    **options: Any,
) -> list[Path]:
    """Read back the open plans, draft those asked for that have none, and give every plan's documents.

    Parameters
    ----------
    folder : str or Path
        The folder of open plans, outside the results of any run; made when absent.
    spots : GeoDataFrame
        The hotspots, worst first.
    incidents : GeoDataFrame
        The incidents behind them.
    areas : dict of GeoDataFrame, optional
        Layers, for the areas that a plan may cover and for its map.
    as_of : date
        Date of the drafts.
    asked : int or sequence of str
        A number: those of the worst places that have no plan. Or what to plan for, each "SE3021033450"
        (a reference), "SE...+SE..." (several together), "street:Boar Lane", or "ward:Armley" (an area of
        a layer). One of these that has a plan is drafted again.
    redraft : bool
        True drafts every open plan again from the new data; people's words and what is fixed stay. A
        plan written under another profile is left as it is, and counted.
    patrols, cameras : DataFrame, optional
        The stops of `hotspots.choose_patrols` and the sites of `hotspots.place_cameras`, for the menu.
    profile, marking, attribution
        As for `maps.write_plan`.
    calendar : DataFrame, optional
        From `hotspots.read_calendar`: marks the months of every plan. None leaves them as they are.
    changes : mapping of str to DataFrame, optional
        What changed in each area of a layer, by the layer: ``words`` by name, so that plans say the same.
    **options
        ``ground`` as for `maps.draw_map`; ``quiet``, months after a closing in which its place gets no new
        draft by itself (12); others are passed on to `hotspots.draft_plan`:
        ``study_area, ring, selected_on, nearby, windows``.

    Returns
    -------
    list of Path
        Word documents and pages of every open plan.

    Raises
    ------
    InputError
        When something asked for is not there, or another run is writing these plans. A plan that cannot be
        read or written is left as it is, and named.
    """
    given: dict[str, Any] = {"areas": areas, "as_of": as_of, "asked": asked, "redraft": redraft}
    given |= {"patrols": patrols, "cameras": cameras, "calendar": calendar, "changes": changes}
    given |= {"profile": profile, "marking": marking, "attribution": attribution}
    return bring_up_to_date(Path(folder), spots, incidents, **given, **options)[0]


def bring_up_to_date(
    folder: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, **given: Any
) -> tuple[list[Path], set[Path]]:
    """Do as `update_plans` does; documents, and which of them belong to plans that are left as they are."""
    try:
        with only_writer(folder):
            follow_documents(folder)
            shelf = open_shelf(folder)
            merge_copies(folder, shelf)
            _write_plans(shelf, folder, spots, incidents, **given)
    except NotWritableError as error:
        shelf = look_through(folder)
        announce(f"{error.problem}, so its plans stay as they are and none is drafted: {error.given}.")
    shelf.say(done="everything else is done")
    documents = [
        record.with_suffix(suffix)
        for record in sorted([*shelf.plans, *shelf.shown])
        for suffix in OURS
        if record.with_suffix(suffix).exists() and (suffix != ".docx" or opens(record.with_suffix(suffix)))
    ]
    return documents, {path for path in documents if path.with_suffix(".toml") in shelf.shown}


def _write_plans(
    shelf: Shelf,
    folder: Path,
    spots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    *,
    as_of: Any,
    areas: Mapping[str, gpd.GeoDataFrame] | None = None,
    asked: Sequence[str] | int = WORST,
    redraft: bool = False,
    patrols: pd.DataFrame | None = None,
    cameras: gpd.GeoDataFrame | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
    attribution: str | None = None,
    calendar: pd.DataFrame | None = None,
    changes: Mapping[str, pd.DataFrame] | None = None,
    ground: gpd.GeoDataFrame | None = None,
    quiet: int = QUIET,
    untold: Collection[str] = (),
    **options: Any,
) -> None:
    closed = put_away(folder, shelf, as_of=as_of)
    merge_copies(folder, shelf, closed.plans)
    kept = held_back(closed, spots, incidents, as_of=as_of, months=quiet)
    who = profile_named(profile, sources=sorted(incidents["source"].unique()))
    shown = releasable(incidents, who)
    wanted = worst_without(spots, [*shelf.known(), *kept], asked) if isinstance(asked, int) else list(asked)
    if few := [text for text in wanted if text in untold]:  # numbers of these places are hidden elsewhere
        announce(
            f"Under profile '{who.name}' numbers of these may not be told, and no plan: {say_list(few)}."
        )
    wanted = [text for text in wanted if text not in untold]
    again = {
        record: plan
        for record, plan in shelf.plans.items()
        if (redraft or request_of(plan) in wanted) and request_of(plan) not in untold
    }
    again = _leave_to_their_readers(again, who)
    shared = {"spots": spots, "as_of": as_of, "threshold": who.threshold, **options}
    under = {} if ground is None else {"ground": ground}
    pictures = {"spots": spots, "layers": {**(areas or {}), **under}, "profile": who}
    pictures |= {"marking": marking, "attribution": attribution}
    told_of_month = {"as_of": as_of, "threshold": who.threshold}
    told_of_month |= {name: options[name] for name in ("study_area", "windows") if name in options}
    entries = None if calendar is None else as_records(calendar)
    for record, plan in list(shelf.plans.items()):
        with shelf.sparing(record):
            marked = _mark(plan, entries)
            moved_on = note_stage(plan, as_of=as_of)
            moved_on |= request_of(plan) not in untold and note_month(plan, shown, **told_of_month)
            if record not in again and (marked or moved_on or is_stale(plan, record)):
                save_plan(plan, record, **_as_before(plan, pictures, who))
            elif record in again and plan.covers != "person":
                current = find_current(plan, spots, shown)
                told = _told(request_of(plan), changes)
                drafted = draft_plan(current, shown, areas, plan=plan, told=told, **shared)
                _mark(drafted, plan.analysis.get("calendar", []) if entries is None else entries)
                _with_lessons(drafted, closed, who)
                save_plan(_with_assets(drafted, patrols, cameras), record, **pictures)
    known = {request_of(plan) for plan in shelf.known()}
    unknown = [text for text in wanted if text not in known and not shelf.may_be(text)]
    new = [text for text in unknown if not closed.may_be(text) and not is_standing(text, kept)]
    asked_for = {}
    for request in new:
        try:
            asked_for[request] = find_asked(request, spots, areas or {})
        except InputError as error:  # last month's list may have held it: no reason to go without the month
            announce(f"No plan is drafted for '{request}': {error}")
    for request, what in asked_for.items():
        others = [other for text, other in asked_for.items() if text != request]
        planned = ground_of_plans(shelf.known(), others, shown)
        told = _told(request, changes)
        try:
            plan = draft_plan(what, shown, areas, told=told, planned=planned, **shared)
        except InputError as error:  # too few records to be shown, say: no reason to go without the others
            announce(f"No plan is drafted for '{request}': {error}")
            continue
        plan.frozen["asked"] = request
        if not isinstance(asked, int):
            plan.frozen["by_name"] = True
        _mark(plan, entries)
        note_stage(plan, as_of=as_of)
        _with_lessons(_with_assets(plan, patrols, cameras), closed, who)
        stray = shelf.stray_of(plan)
        record = stray.with_suffix(".toml") if stray else free_record(folder, plan)
        with shelf.sparing(record):
            if stray:
                adopt(plan, stray)
            save_plan(plan, record, **pictures)
            shelf.plans[record] = plan
            shelf.strays = [other for other in shelf.strays if other.path != stray]


def ground_of_plans(
    plans: Iterable[Plan], asked: Iterable[Any], incidents: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Areas of plans, and of places that plans are asked for: nothing is compared with them."""
    parts = [frozen_frame(plan, "areas").to_crs(incidents.crs) for plan in plans]
    for what in asked:
        with suppress(InputError):  # said when its own plan is drafted
            found = find_target(what, incidents, title=None).parts
            parts.append(gpd.GeoDataFrame(geometry=[part["geometry"] for part in found], crs=incidents.crs))
    nothing = gpd.GeoDataFrame(geometry=[], crs=incidents.crs)
    return gpd.GeoDataFrame(pd.concat([nothing, *parts], ignore_index=True), crs=incidents.crs)


def _told(request: str, changes: Mapping[str, pd.DataFrame] | None) -> str:
    """Find what the run's table of changes says of an area."""
    layer, _, name = request.partition(":")
    table = (changes or {}).get(layer.replace("_", " "))
    return str(table["words"].get(name, "")) if table is not None else ""


def _as_before(plan: Plan, pictures: dict[str, Any], who: Profile) -> dict[str, Any]:
    """Keep the profile and marking of a plan written under another profile: it is not ours to change."""
    if plan.document.get("profile", who.name) == who.name:
        return pictures
    return pictures | dict.fromkeys(("profile", "marking", "attribution"))


def _leave_to_their_readers(plans: dict[Path, Plan], who: Profile) -> dict[Path, Plan]:
    """Keep the plans that may be drafted again: each only for the readers it was written for.

    What was typed for fewer readers is not passed on to more, and a page for many does not become one that
    only few may see. A record without a profile is nobody's page yet, until somebody has written in it.
    """
    written = {record: _written_for(plan) for record, plan in plans.items()}
    left = [profile for profile in written.values() if profile not in ("", who.name)]
    if left:
        were = "plan was" if len(left) == 1 else "plans were"
        names = " and ".join(sorted(f"'{name}'" for name in set(left)))
        announce(
            f"{len(left)} open {were} written under profile {names} and not drafted again under "
            f"'{who.name}': run under {names}, or start another folder of plans."
        )
    return {record: plan for record, plan in plans.items() if written[record] in ("", who.name)}


def _written_for(plan: Plan) -> str:
    """Profile that a plan was written under; where nobody knows and it holds people's words, "internal"."""
    spoken = plan.assessments or any(text.strip() for text in plan.fields().values())
    return str(plan.document.get("profile") or ("internal" if spoken else ""))


def _mark(plan: Plan, entries: list[dict[str, str]] | None) -> bool:
    """Give a plan the calendar its months are marked with; whether that is news to it."""
    if entries is None or plan.covers == "person" or plan.analysis.get("calendar", []) == entries:
        return False
    plan.analysis["calendar"] = [dict(entry) for entry in entries]
    return True


def free_record(folder: Path, plan: Plan) -> Path:
    """Name a record of which nothing is there yet: two plans may share their first place and its street."""
    record, number = folder / f"{file_stem(plan)}.toml", 1
    while any(record.with_suffix(suffix).exists() for suffix in (".toml", *OURS)):
        number += 1
        record = folder / f"{file_stem(plan)}-{number}.toml"
    return record


def _with_assets(plan: Plan, patrols: pd.DataFrame | None, cameras: gpd.GeoDataFrame | None) -> Plan:
    """Add what the patrol and camera work says of this place."""
    ground = shapely.union_all([read_outline(area["wkt"]) for area in plan.frozen["areas"]])
    if patrols is not None and "ref" in patrols:  # none were chosen where nothing was to be covered
        plan.analysis["patrols"] = " ".join(
            filter(None, (say_patrols(a["ref"], patrols) for a in plan.frozen["areas"]))
        )
    if cameras is not None:
        plan.analysis["cameras"] = say_cameras(ground, cameras)
    return plan


def _with_lessons(plan: Plan, closed: Closed, who: Profile) -> Plan:
    """Add what was tried at places like this one."""
    plan.analysis["tried"] = tell_tried(plan, closed, who)
    return plan


def copy_plans(documents: Sequence[Path], folder: str | Path, *, left: Collection[Path] = ()) -> list[Path]:
    """Copy documents of open plans into the results of a run; the names of those left as they were say so."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = {path: f"{path.stem} (left as it was){path.suffix}" for path in documents if path in left}
    return [Path(shutil.copyfile(path, folder / names.get(path, path.name))) for path in documents]


def releasable(incidents: gpd.GeoDataFrame, who: Profile) -> gpd.GeoDataFrame:
    """Incidents with sensitive categories under one name, except for those who may see all."""
    if who.name == "internal":
        return incidents
    return incidents.assign(category=incidents["category"].map(name_category))


def worst_without(spots: gpd.GeoDataFrame, plans: Sequence[Plan], count: int) -> list[str]:
    """List the worst places that have no plan, neither by reference nor by half of their ground."""
    planned = [read_outline(a["wkt"]) for p in plans for a in p.frozen.get("areas", ())]
    ground = shapely.union_all(planned) if planned else shapely.Polygon()
    refs = {plan.ref for plan in plans}
    worst = spots.head(count)
    covered = worst.geometry.intersection(ground).area > worst.geometry.area / 2
    return [str(ref) for ref, done in zip(worst["ref"], covered, strict=True) if not done and ref not in refs]


def find_current(plan: Plan, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Any:
    """Find what the list now says of a plan's place; None when it is no longer there."""
    if plan.covers == "street":
        return (
            plan.frozen.get("name") if (incidents["place"].str.endswith(plan.frozen["name"])).any() else None
        )
    refs = [area["ref"] for area in plan.frozen["areas"]]
    found = spots[spots["ref"].isin(refs)]
    if plan.covers == "area" or found.empty:
        return None
    return found.iloc[0] if plan.covers == "hotspot" else found


def find_asked(request: str, spots: gpd.GeoDataFrame, areas: Mapping[str, gpd.GeoDataFrame]) -> Any:
    """Find what a request names: a hotspot, several, a street, or an area of a layer."""
    kind, _, name = request.partition(":")
    if kind == "street":
        return name.strip()
    if name:
        return _find_area(kind.strip(), name.strip(), areas)
    refs = [ref.strip() for ref in request.split("+")]
    missing = [ref for ref in refs if ref not in set(spots["ref"])]
    if missing:
        # a reference like it may stand miles away
        near = [ref for ref in spots["ref"] if str(ref).casefold() == missing[0].casefold()]
        raise InputError(
            "A plan was asked for a hotspot that is not in the list",
            given=missing[0],
            advice=near[0] if near else "a reference of this run's list; one of an earlier list may be gone",
        )
    found = spots[spots["ref"].isin(refs)]
    return found.iloc[0] if len(refs) == 1 else found


def _find_area(layer: str, name: str, areas: Mapping[str, gpd.GeoDataFrame]) -> Any:
    if layer not in areas:
        known = ", ".join(["street", *areas])
        raise InputError(
            "A plan was asked for in a layer that is not there", given=layer, advice=f"one of {known}"
        )
    return find_area(areas[layer], name, layer=layer)


def assess_record(
    record: str | Path,
    incidents: gpd.GeoDataFrame,
    *,
    spots: gpd.GeoDataFrame | None = None,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    profile: str | Profile | None = None,
    marking: str | None = None,
    calendar: pd.DataFrame | None = None,
    **options: Any,
) -> Plan:
    """Assess an open plan: read its document back, add the assessment, write record and documents.

    Parameters
    ----------
    record : str or Path
        The ``.toml`` record.
    incidents : GeoDataFrame
        Later data, with ``harm`` where harm is to be judged.
    spots, layers, profile, marking
        As for `maps.write_plan`.
    calendar : DataFrame, optional
        From `hotspots.read_calendar`: what else happened, added to what the plan's own calendar holds.
    **options
        As for `hotspots.assess_plan`: ``start, end, as_of, baseline, direction, dosage,
        covered, allow_overlap``.

    Returns
    -------
    Plan
        With the new assessment, as written.

    Raises
    ------
    InputError
        As for `open_plan` and `hotspots.assess_plan`; nothing is then changed.
    """
    plan = plan_alone(Path(record))
    if calendar is not None:
        known = plan.analysis.get("calendar", [])
        added = [entry for entry in as_records(calendar) if entry not in known]
        _mark(plan, sorted([*known, *added], key=lambda entry: (entry["start"], entry["end"], entry["name"])))
    options = {"responses": responses_of(_other_plans(Path(record))), **options}
    assessed = assess_plan(plan, incidents, others=spots, **options)
    save_plan(assessed, record, spots=spots, layers=layers, profile=profile, marking=marking)
    return assessed


def _other_plans(record: Path) -> Iterator[Plan]:
    """Read every other plan of the folder, open or put away: something may have been done there too."""
    for other in sorted(record.parent.rglob("*.toml")):
        if other == record or other.name.startswith("."):
            continue
        try:
            yield peek_plan(other)
        except InputError as error:
            announce(f"Whether there was a response under {other.name} is not known: {error}")
