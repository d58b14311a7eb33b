"""The folder of open plans: draft what is asked for, assess, copy into the results of a run."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
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
from hotspots.plans.ahead import list_ahead, say_ahead
from hotspots.plans.assess import assess_plan, frozen_areas, responses_of
from hotspots.plans.draft import draft_plan
from hotspots.plans.record import Plan
from hotspots.plans.stages import note_stage
from maps.common.calendar import as_records
from maps.disclosure.gate import Profile, name_category, profile_named
from maps.documents.word_files import opens
from maps.plans._patrols_and_cameras import say_cameras, say_patrols
from maps.plans.closed import QUIET, Closed, follow_documents, ground_of, held_back, is_standing, put_away
from maps.plans.copies import merge_copies
from maps.plans.lessons import tell_tried
from maps.plans.lock import NotWritableError, only_writer
from maps.plans.monthly import note_month
from maps.plans.pictures import Look
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
    ahead : sequence of mappings, optional
        What comes and what must be renewed, as in ``[[events]]`` and ``[[orders]]`` of the configuration.
    **options
        ``ground`` as for `maps.draw_map`; ``quiet``, months after a closing in which its place gets no new
        draft by itself (12); others are passed on to `hotspots.draft_plan`:
        ``study_area, ring, selected_on, nearby, windows, problem, form``.

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
    return bring_up_to_date(Path(folder), spots, incidents, areas=areas, as_of=as_of, **options)[0]


@dataclass(frozen=True)
class Wanted:
    """What a folder of plans is brought up to date with, as `update_plans` says."""

    as_of: Any
    areas: Mapping[str, gpd.GeoDataFrame] | None = None
    asked: Sequence[str] | int = WORST
    redraft: bool = False
    patrols: pd.DataFrame | None = None
    cameras: gpd.GeoDataFrame | None = None
    profile: str | Profile | None = None
    marking: str | None = None
    attribution: str | None = None
    calendar: pd.DataFrame | None = None
    changes: Mapping[str, pd.DataFrame] | None = None
    ground: gpd.GeoDataFrame | None = None
    quiet: int = QUIET
    untold: Collection[str] = ()
    ahead: Sequence[Mapping[str, Any]] = ()

    def look(self, spots: gpd.GeoDataFrame, who: Profile) -> Look:
        """Return what documents are drawn with."""
        layers = {**(self.areas or {}), **({} if self.ground is None else {"ground": self.ground})}
        return Look(spots, layers, None, who, self.marking, self.attribution)


def bring_up_to_date(
    folder: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, **given: Any
) -> tuple[list[Path], set[Path]]:
    """Do as `update_plans` does; documents, and which of them belong to plans that are left as they are."""
    try:
        with only_writer(folder):
            follow_documents(folder)
            shelf = open_shelf(folder)
            merge_copies(folder, shelf)
            known = {one.name for one in fields(Wanted)}
            wanted = Wanted(**{name: value for name, value in given.items() if name in known})
            drafting = {name: value for name, value in given.items() if name not in known}
            _write_plans(shelf, folder, spots, incidents, wanted, drafting)
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
    wanted: Wanted,
    drafting: dict[str, Any],
) -> None:
    """Bring the plans of a folder up to date, then draft those that are asked for and not there."""
    closed, asked = put_away(folder, shelf, as_of=wanted.as_of), wanted.asked
    merge_copies(folder, shelf, closed.plans)
    kept = held_back(closed, spots, incidents, as_of=wanted.as_of, months=wanted.quiet)
    who = profile_named(wanted.profile, sources=sorted(incidents["source"].unique()))
    drafts = _Drafts(wanted, spots, releasable(incidents, who), who, closed, drafting)
    names = worst_without(spots, [*shelf.known(), *kept], asked) if isinstance(asked, int) else list(asked)
    if few := [text for text in names if text in wanted.untold]:  # numbers of these are hidden elsewhere
        announce(f"Under profile '{who.name}' numbers of these may not be told, and no plan: {say_list(few)}.")
    names = [text for text in names if text not in wanted.untold]
    again = {
        record: plan
        for record, plan in shelf.plans.items()
        if (wanted.redraft or request_of(plan) in names) and request_of(plan) not in wanted.untold
    }
    again = _leave_to_their_readers(again, who)
    for record, plan in list(shelf.plans.items()):
        with shelf.sparing(record):
            drafts.bring_up(plan, record, again=record in again)
    known = {request_of(plan) for plan in shelf.known()}
    unknown = [text for text in names if text not in known and not shelf.may_be(text)]
    new = [text for text in unknown if not closed.may_be(text) and not is_standing(text, kept)]
    asked_for = {}
    for request in new:
        try:
            asked_for[request] = find_asked(request, spots, wanted.areas or {})
        except InputError as error:  # last month's list may have held it: no reason to go without the month
            announce(f"No plan is drafted for '{request}': {error}")
    for request, what in asked_for.items():
        others = [other for text, other in asked_for.items() if text != request]
        planned = ground_of_plans(shelf.known(), others, drafts.shown)
        try:
            plan = drafts.open(request, what, planned)
        except InputError as error:  # too few records to be shown, say: no reason to go without the others
            announce(f"No plan is drafted for '{request}': {error}")
            continue
        stray = shelf.stray_of(plan)
        record = stray.with_suffix(".toml") if stray else free_record(folder, plan)
        with shelf.sparing(record):
            if stray:
                adopt(plan, stray)
            save_plan(plan, record, **vars(wanted.look(spots, who)))
            shelf.plans[record] = plan
            shelf.strays = [other for other in shelf.strays if other.path != stray]


@dataclass(frozen=True)
class _Drafts:
    """What every plan of a folder is drafted with this time."""

    wanted: Wanted
    spots: gpd.GeoDataFrame
    shown: gpd.GeoDataFrame
    who: Profile
    closed: Closed
    drafting: dict[str, Any]

    def bring_up(self, plan: Plan, record: Path, *, again: bool) -> None:
        """Note the month and the stage of an open plan, draft it again where that is asked, and save it."""
        day, threshold, entries = self.wanted.as_of, self.who.threshold, self._entries()
        marked = _mark(plan, entries)
        moved_on = note_stage(plan, as_of=day) | self._look_ahead(plan)
        told = {name: self.drafting[name] for name in ("study_area", "windows") if name in self.drafting}
        if request_of(plan) not in self.wanted.untold:
            moved_on |= note_month(plan, self.shown, as_of=day, threshold=threshold, **told)
        look = self.wanted.look(self.spots, self.who)
        if not again and (marked or moved_on or is_stale(plan, record)):
            save_plan(plan, record, **vars(_as_before(plan, look, self.who)))
        elif again and plan.covers != "person":
            drafted = self._draft(request_of(plan), find_current(plan, self.spots, self.shown), plan=plan)
            _mark(drafted, plan.analysis.get("calendar", []) if entries is None else entries)
            save_plan(self._with_all(drafted), record, **vars(look))

    def open(self, request: str, what: Any, planned: gpd.GeoDataFrame) -> Plan:
        """Draft a plan for what is asked for."""
        plan = self._draft(request, what, planned=planned)
        plan.frozen |= {"asked": request} | ({} if isinstance(self.wanted.asked, int) else {"by_name": True})
        _mark(plan, self._entries())
        note_stage(plan, as_of=self.wanted.as_of)
        self._look_ahead(plan)
        return self._with_all(plan)

    def _look_ahead(self, plan: Plan) -> bool:
        """Note which events and orders lie ahead of a plan's place; whether that is news to it."""
        known, rows = dict(plan.analysis), [row for row in self.wanted.ahead if self._is_at(row, plan)]
        if rows or "ahead" in known:
            plan.analysis["ahead"] = list_ahead(rows, day=self.wanted.as_of)
            plan.analysis["ahead_lines"] = say_ahead(plan, day=self.wanted.as_of)
        return known != plan.analysis

    def _is_at(self, row: Mapping[str, Any], plan: Plan) -> bool:
        """Whether an event or an order touches a plan's place: it is named by its request, or shares ground."""
        place, ground = row.get("place"), ground_of(plan)
        if not place or place in (plan.ref, request_of(plan)):
            return True
        try:
            there = ground_of_plans([], [find_asked(place, self.spots, self.wanted.areas or {})], self.shown)
        except InputError as error:
            announce(f"“{row['name']}” stands in no plan by its place: {error}")
            return False
        shared = 0.0 if ground is None else there.intersection(ground).area.sum()
        return bool(shared > 0 and shared > 0.1 * min(ground.area, there.area.sum()))  # neighbours share slivers

    def _entries(self) -> list[dict[str, str]] | None:
        return None if self.wanted.calendar is None else as_records(self.wanted.calendar)

    def _draft(self, request: str, what: Any, **more: Any) -> Plan:
        """Draft a plan, told what the run's table of changes says of an area."""
        layer, _, name = request.partition(":")
        table = (self.wanted.changes or {}).get(layer.replace("_", " "))
        told = str(table["words"].get(name, "")) if table is not None else ""
        shared = {"spots": self.spots, "as_of": self.wanted.as_of, "threshold": self.who.threshold}
        given = {**shared, **self.drafting, **more}
        return draft_plan(what, self.shown, self.wanted.areas, told=told, **given)

    def _with_all(self, plan: Plan) -> Plan:
        """Add what the patrol and camera work says of this place, and what was tried at places like it."""
        ground, patrols = ground_of(plan), self.wanted.patrols
        if patrols is not None and "ref" in patrols:  # none were chosen where nothing was to be covered
            said = (say_patrols(area["ref"], patrols) for area in plan.frozen["areas"])
            plan.analysis["patrols"] = " ".join(filter(None, said))
        if self.wanted.cameras is not None:
            plan.analysis["cameras"] = say_cameras(ground, self.wanted.cameras)
        plan.analysis["tried"] = tell_tried(plan, self.closed, self.who)
        return plan


def ground_of_plans(plans: Iterable[Plan], asked: Iterable[Any], incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas of plans, and of places that plans are asked for: nothing is compared with them."""
    parts = [frozen_areas(plan, "areas").to_crs(incidents.crs) for plan in plans]
    for what in asked:
        with suppress(InputError):  # said when its own plan is drafted
            found = find_target(what, incidents, title=None).parts
            parts.append(gpd.GeoDataFrame(geometry=[part["geometry"] for part in found], crs=incidents.crs))
    nothing = gpd.GeoDataFrame(geometry=[], crs=incidents.crs)
    return gpd.GeoDataFrame(pd.concat([nothing, *parts], ignore_index=True), crs=incidents.crs)


def _as_before(plan: Plan, look: Look, who: Profile) -> Look:
    """Keep the profile and marking of a plan written under another profile: it is not ours to change."""
    same = plan.document.get("profile", who.name) == who.name
    return look if same else replace(look, profile=None, marking=None, attribution=None)


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
        return plan.frozen.get("name") if (incidents["place"].str.endswith(plan.frozen["name"])).any() else None
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
        raise InputError("A plan was asked for in a layer that is not there", given=layer, advice=f"one of {known}")
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
