"""Everything that a run hands out, written into one folder."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import announce
from hotspots.common.sentence_rules import may_say
from hotspots.common.wording import say_months
from hotspots.plans.assess import frozen_areas
from hotspots.reading.covered import list_gaps
from hotspots.reading.rejects import OFF_AREA, sum_causes
from hotspots.severity.weighed_kinds import say_weights
from maps.common.progress import Steps
from maps.config.settings import Config
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile
from maps.giving.history import read_earlier, say_earlier, write_history
from maps.giving.ledger import make_ledger, say_hidden
from maps.giving.release_list import write_release_list
from maps.giving.shading import choose_shading
from maps.giving.tell import Told, tell_job
from maps.job.chance import SELECTED, say_chance, say_cover
from maps.job.compare import months_of, read_chosen
from maps.job.job import Job
from maps.job.own_backtest import say_tested, write_picture
from maps.job.patrols_and_cameras import CAMERAS, PATROLS
from maps.job.periods import profile_of
from maps.job.problem_lists import EVERYTHING, as_layers, lists_for
from maps.job.read_records import number_of
from maps.job.say_rates import say_rates
from maps.job.unknown_areas import mark_unknown
from maps.plans.open_folder import WORST, bring_up_to_date, copy_plans
from maps.plans.readers import documents_for, plans_for
from maps.plans.register import Register, make_register, write_register
from maps.results._release_sheets import hide_chance
from maps.results._time_pages import write_time_pages
from maps.results._write_tables import write_frames
from maps.results.manifest import count_rows, write_manifest
from maps.results.officer_pages import write_officer_pages
from maps.results.patrol_cards import patrol_layers, write_calendar, write_cards
from maps.results.place_notes import note_places
from maps.tables.csv_files import write_csv
from maps.web.area_map import write_area_map
from maps.web.hotspot_map import credit_ground, write_map
from maps.wording import name_counted


def write_job(
    job: Job, folder: Path, inputs: list[dict[str, Any]], steps: Steps, *, results: Sequence[Path | None] = ()
) -> None:
    """Write every output of a finished job, the manifest last; ``results`` are earlier ones, if there are."""
    who, sites = profile_of(job.config, job.incidents), job.cameras
    if who.name == "public":  # where officers and cameras will be is not published
        job = replace(job, patrols=job.patrols.iloc[:0], cameras=job.cameras.iloc[:0], week=None)
    # once, for every file: what one hides no other may show
    lists = lists_for(job.lists, who)
    told = [EVERYTHING, *(one.title for one in lists)]
    job = replace(job, lists=lists, chance=hide_chance(job.chance[job.chance["problem"].isin(told)], who))
    earlier = read_earlier(results, who)
    ledger = None
    if who.threshold:  # what partners are told of camera sites too: they read what is for the public
        ledger = make_ledger(replace(job, cameras=sites), who, earlier, planned_now(job, who))
    untold = set() if ledger is None else ledger.untold(job.spots)
    # first, so that the map and the tables tell of the same open plans on this run and the next
    steps.say("Drafting the plans")
    register = write_drafts(job, folder / "plans", who, untold)
    exact, filters = job.area_sums, None
    if ledger is not None:
        job, filters = tell_job(job, ledger, who)
        write_history(folder, earlier, job=job, told=ledger.readers)
        announce(f"{say_hidden(ledger, who)} {say_earlier(earlier, who)}".strip())
    steps.say("Drawing the map")
    words = page_words(job, who)
    write_maps(job, folder, words, exact, filters)
    steps.say("Writing the tables")
    write_frames(job, folder, who, words=words, register=register)
    plain = {**words, "note": words["note"].replace(say_harm(job, who), "").strip()}  # no page of times has harm
    write_time_pages(job.periods, folder, profile=who, words=plain, as_of=job.as_of)
    if job.tested is not None:
        write_picture(job.tested, folder)
    if job.week is not None:
        write_week(job, folder / "patrols", who)
    steps.say("Recording the run")
    given = job.config.output.marking
    write_release_list(folder, who, marking=given, holds=things_held(job))
    write_manifest(folder, describe_run(job, inputs, who), grid=job.spots.crs.to_string())


def write_maps(
    job: Job, folder: Path, words: dict[str, Any], exact: dict[str, pd.DataFrame], filters: Told | None = None
) -> None:
    """Write the map of hotspots, and that of the first layer of areas that can be shaded."""
    chosen = job.patrols[job.patrols["chosen"]] if len(job.patrols) else job.patrols
    sent = {"cameras": job.cameras, **(patrol_layers(job.week[0]) if job.week is not None else {})}
    who = words["profile"]
    apart = follow_content(who, ["timetable"]) is not who  # the map goes to more readers than these
    layers = {
        **job.areas,
        "all incidents": job.incidents,
        **as_layers(job.lists, job.unlisted),
        "patrol stops": chosen,
        **({} if apart else sent),
        **context_layers(job, who),
    }
    layers = {name: frame for name, frame in layers.items() if len(frame)}
    if apart and (job.week is not None or job.config.cameras):
        write_sent(job, folder / "patrols.html", sent, words)
    groups = {one.title: categories for one in job.lists if (categories := one.categories)}
    sure = [*job.changed[1:], *filter(None, [job.ground.said]), *say_sure(job), SELECTED]
    # what makes a place look quieter than it is stands with what changed, not folded
    said = " ".join(filter(None, [*job.changed[:1], say_gaps(job), say_off_areas(job)]))
    told: dict[str, Any] = {"headline": said, "facts": sure if len(job.spots) else []}
    told |= {"ground": job.streets, "filters": filters}
    chosen_areas = choose_shading(job.areas, job.area_sums, exact, whole=number_of(job.incidents), who=who)
    if chosen_areas is not None:
        told["beside"] = ("areas.html", f"The same by {chosen_areas[0].replace('_', ' ')}")
    write_map(job.spots, folder / "map.html", layers=layers, groups=groups, **told, **words)
    if chosen_areas is not None:
        layer, areas, sums = chosen_areas
        named = {**words, "title": f"{words['title']}: by {layer.replace('_', ' ')}"}
        if "rate" in sums.columns:
            named["note"] = " ".join(filter(None, (words["note"], say_rates(job))))
        table = mark_unknown(sums, job.timed, layer)
        if not who.threshold:  # elsewhere the sheets of changes say what may be said
            table = join_changes(table, job.periods.changes.get(f"Changes by {layer.replace('_', ' ')}"))
        told = {"headline": said, "ground": job.streets, "beside": ("map.html", "The hotspots")}
        write_area_map(areas, folder / "areas.html", table=table, **told, **named)


def join_changes(table: pd.DataFrame, changes: pd.DataFrame | None) -> pd.DataFrame:
    """Put both counts and what changed beside each area's sums; two areas of one name get neither."""
    if changes is None or not {"before", "after", "arrow", "words"} <= set(changes.columns):
        return table
    once = changes[~changes.index.duplicated(keep=False)]
    names = table["name"].where(~table["name"].duplicated(keep=False))
    both = once[["before", "after", "arrow", "words"]].reindex(names).set_axis(table.index)
    return table.assign(**{str(column): both[column] for column in both})


def things_held(job: Job) -> dict[str, list[str]]:
    """Say, by the beginning of their names, which files hold what is never open."""
    held = {name: ["cameras"] for name in ("cameras.csv", "tables.xlsx", "hotspots.gpkg") if len(job.cameras)}
    held["plans.html"] = ["plan"]
    return held | {"patrols/": ["timetable"], "patrols.html": ["timetable"]}


def write_sent(job: Job, path: Path, sent: dict[str, gpd.GeoDataFrame], words: dict[str, Any]) -> None:
    """Write the map of where officers and cameras are sent, marked: it has fewer readers than the others."""
    who = follow_content(words["profile"], ["timetable"])
    layers = {name: frame for name, frame in {**job.areas, **sent}.items() if len(frame)}
    named = {
        "ground": job.streets,
        "profile": who,
        "marking": marking_of(job, who),
        "title": f"{words['title']}: patrols and cameras",
    }
    write_map(job.spots, path, layers=layers, **{**words, **named})


def say_sure(job: Job) -> list[str]:
    """Say of the list as a whole what chance would give, what it covers, and how a backtest came out."""
    return [
        sentence
        for sentence in (
            say_chance(job.chance, EVERYTHING, job.ground),
            say_cover(job.spots, job.ground),
            say_tested(job.tested) if job.tested is not None else "",
        )
        if sentence
    ]


def marking_of(job: Job, who: Profile) -> str:
    """Give the marking of every page: the configured one, or the profile's own."""
    return str(job.config.output.get("marking", who.marking))


def page_words(job: Job, who: Profile) -> dict[str, Any]:
    """Title, period, source and what was left out, as every page says them."""
    sources = ", ".join(sorted(job.incidents["source"].unique()))
    notes = [say_gaps(job), say_left_out(job), say_off_areas(job), say_harm(job, who), say_suggested(job)]
    return {
        "title": job.config.title,
        "period": say_months(months_of(job.dated)),
        "source": sources,
        "note": " ".join(filter(None, notes)),
        "attribution": credit_of_pages(job),
        "profile": who,
        "marking": marking_of(job, who),
        "counted": name_counted(job.incidents),
    }


def credit_of_pages(job: Job) -> str:
    """Give the licence line of every page: the configured one, and of whoever the streets are from."""
    return credit_ground(job.config.output.attribution or "", job.streets)


def say_gaps(job: Job) -> str:
    """Say which source or force lacks months that others have: its places are not quiet then."""
    return " ".join(
        f"{name} has no records in {months}: its places are not known then, and rank lower than they should."
        for name, months in list_gaps(job.timed).items()
    )


def say_left_out(job: Job) -> str:
    """Say how many rows are not used: those outside the study area, then those that could not be.

    The largest cause is named; rejects.csv has every row.
    """
    causes = sum_causes(job.rejects)
    total = int(causes.sum()) + (job.used or number_of(job.incidents))
    elsewhere = int(causes.get(OFF_AREA, 0))
    spoilt = causes.drop(OFF_AREA, errors="ignore")
    said = []
    if elsewhere:
        said.append(f"{elsewhere:,} of {total:,} rows lie outside the study area and are left out.")
    if len(spoilt):
        of = f"of the other {total - elsewhere:,}" if elsewhere else f"of {total:,}"
        said.append(f"{spoilt.sum():,} {of} rows could not be used (most often: {spoilt.index[0]}).")
    return " ".join(said)


def say_off_areas(job: Job) -> str:
    """Warn, without numbers, of layers outside which nearly all records lie."""
    layers = [sentence.partition(":")[0] for sentence in job.reconciliation.attrs.get("outside", [])]
    why = "more than one record in ten lies in some area of each layer" if job.areas else "no areas are given"
    if not may_say("records lie outside the areas", layers, why=why):
        return ""
    named = ", ".join(layer.replace("_", " ") for layer in layers)
    return f"Nearly all records lie outside the areas of: {named}; sums by area are of the few inside, if any."


def say_harm(job: Job, who: Profile) -> str:
    """Say which part of the records has a weight, by which scheme; or that everything here is counted."""
    return say_weights(job.incidents, scheme=job.config.harm.scheme, threshold=who.threshold)


def write_week(job: Job, folder: Path, who: Profile) -> None:
    """Write the week's patrols: a card for each shift, a calendar and the timetable."""
    timetable, summary = job.week or (pd.DataFrame(), pd.DataFrame())
    who = follow_content(who, ["timetable"])
    seed = job.config.seed
    folder.mkdir()
    shown: dict[str, Any] = {"profile": who, "marking": marking_of(job, who)}
    tasks = note_places(job, who)
    write_cards(timetable, folder, title=job.config.title, seed=seed, ground=job.streets, tasks=tasks, **shown)
    write_calendar(timetable, folder / "patrols.ics", **shown)
    write_officer_pages(timetable, folder / "phone", stops=job.patrols, tasks=tasks, **shown)
    for name, table in (("timetable", timetable), ("rounds", summary)):
        write_csv(table, folder / f"{name}.csv", kind="table", profile=who, columns=list(table.columns))


def say_suggested(job: Job) -> str:
    """Say that patrol stops and camera sites nobody asked for are suggestions, not what is planned."""
    if job.config.patrols or job.config.cameras or job.patrols.empty:
        return ""
    return "Patrol stops and camera sites are suggestions from these records, not plans of any force."


def write_drafts(job: Job, folder: Path, who: Profile, untold: Collection[str] = ()) -> Register | None:
    """Draft plans for the worst places that have none; give the results copies of every open plan.

    The open plans live in the configured folder, outside the results. Without one, drafts are made and
    only their documents kept. The register of all plans is a page of the results, but for the public.
    """
    with tempfile.TemporaryDirectory() as none:
        home = job.config.plans or Path(none)
        options = {**plan_options(job, who), "untold": untold}
        documents, left = bring_up_to_date(home, job.spots, job.incidents, areas=job.areas, **options)
        copy_plans(documents_for(documents, who), folder, left=left)
        if who.name == "public":
            return None
        register = make_register(home, as_of=job.as_of, profile=who)
        marking = job.config.output.marking
        if len(register.rows):
            write_register(register, folder.parent / "plans.html", as_of=job.as_of, who=who, marking=marking)
        return register


def planned_now(job: Job, who: Profile) -> list[str]:
    """List hotspots for which a plan is to be drafted."""
    asked = plan_options(job, who)["asked"]
    held = {path.name.partition("-")[0] for path in (job.config.plans or Path("none")).glob("*.html")}
    return [ref for ref in job.spots["ref"] if ref not in held][:asked] if isinstance(asked, int) else list(asked)


def plan_options(job: Job, who: Profile) -> dict[str, Any]:
    """Return what the plans of a run are drafted with."""
    # a plan tells of one place in exact counts: for the public it is drafted only where that is asked for
    asked = job.config.output.get("drafts", 0 if who.name == "public" else WORST)
    options: dict[str, Any] = {"as_of": job.as_of, "asked": asked, "profile": who}
    options |= {"marking": marking_of(job, who) or None, "attribution": credit_of_pages(job) or None}
    options |= {"study_area": job.config.place, "redraft": job.config.output.redraft}
    options |= {"patrols": job.patrols, "cameras": job.cameras, "nearby": job.nearby}
    options |= {"calendar": job.periods.calendar, "ground": job.streets}
    options["quiet"] = job.config.output.quiet
    planning = job.config.planning
    options |= {
        "ahead": [*job.config.events, *job.config.orders],
        "problem": planning.problem,
        "form": planning.form or "",
    }
    options["windows"] = read_chosen(
        listed if "when" in (listed := job.incidents) else job.timed, job.config.changes, as_of=job.as_of
    )
    changes = job.periods.changes.items()
    options["changes"] = {name.removeprefix("Changes by "): table for name, table in changes}
    if isinstance(job.periods.selected_on, str):  # an agreed list, and nobody said what it was chosen on
        options["selected_on"] = job.periods.selected_on
    return options


def context_layers(job: Job, who: Profile) -> dict[str, gpd.GeoDataFrame]:
    """Layers that stand behind the list: priority areas, places nearby, what open plans are compared with."""
    layers = {}
    for layer, areas in job.areas.items():
        if "priority" in areas.columns and "file" in job.config.areas[layer]:
            first = areas[areas["priority"].isin([True])]
            name = f"priority {layer.replace('_', ' ')}s"
            layers[name] = first.assign(role=f"priority {layer.replace('_', ' ')}")
            layers[name].attrs["kind"] = "comparison"
    if job.nearby is not None:
        layers["places nearby"] = job.nearby.assign(name=job.nearby.get("name", job.nearby["kind"]))
        layers["places nearby"].attrs["kind"] = "places"
    compared = [
        frozen_areas(plan, "comparator_areas").to_crs(job.spots.crs).assign(role=f"compared with {plan.title}")
        for plan in plans_for(job.config.plans, who)
        if plan.covers != "person" and plan.frozen.get("comparator_areas")
    ]
    if compared:
        layers["comparison areas of open plans"] = pd.concat(compared, ignore_index=True)
        layers["comparison areas of open plans"].attrs["kind"] = "comparison"
    return layers


_TOLD = (
    *("incidents", "sources", "harm", "crosswalks", "place", "nearby", "map", "premises", "hotspots", "profiles"),
    *("changes", "calendar", "times", "trends", "near_repeats", "boards", "cameras", "patrols", "areas", "output"),
)


def describe_run(job: Job, inputs: list[dict[str, Any]], who: Profile) -> dict[str, Any]:
    """Record of the run for the manifest."""
    config = job.config
    own = {"incidents": describe_incidents(config), "calendar": describe_calendar(config.calendar)}
    own |= {"cameras": {**CAMERAS, **config.cameras}, "patrols": {**PATROLS, **config.patrols}}
    own["output"] = {**config.output, "profile": who.name, "marking": marking_of(job, who)}
    return {
        "title": config.title,
        "as_of": job.as_of.isoformat(),
        "seed": config.seed,
        "inputs": inputs,
        "rows": count_rows(job.used or number_of(job.incidents), job.rejects),
        "parameters": without_folders({name: own.get(name, getattr(config, name)) for name in _TOLD}),
        "ground": job.ground.name,
        "harm": say_harm(job, who),
        "reconciliation": reconcile(job.reconciliation),
    }


def describe_incidents(config: Config) -> dict[str, Any]:
    """Return what [incidents] decided: layout, months given twice, study area, how a large table is read."""
    layout = {} if config.sources else {"layout": config.incidents.layout}
    ground = config.incidents.study_area.name if config.incidents.study_area else None
    large = {key: config.incidents[key] for key in ("aggregate", "unique_ids") if key in config.incidents}
    return {**layout, "same_month": config.incidents.same_month, "study_area": ground, **large}


def without_folders(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with files by their bare name: nobody's folders leave with the record."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return without_folders(value)
        return value.name if isinstance(value, Path) else value

    return {key: plain(value) for key, value in given.items()}


def describe_calendar(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the calendar as the manifest keeps it: bare file names, dates as text."""
    entries = {
        table: {name: str(when) for name, when in named.items()}
        for table, named in given.items()
        if isinstance(named, dict)
    }
    files = [path.name for path in given.get("files", ())]
    return {**given, **entries, "files": files} if given else {}


def reconcile(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Reconciliation as plain numbers by layer."""
    return {str(k): {str(c): int(v) for c, v in row.items()} for k, row in table.to_dict(orient="index").items()}
