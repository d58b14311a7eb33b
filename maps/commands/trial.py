"""The command ``hotspots trial``: days with and without patrols, drawn and later judged."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import read_incidents, record_visits
from hotspots.checks import InputError, announce
from hotspots.common.place_names import ELSEWHERE, flag_default_locations
from hotspots.common.places import incidents_per_row
from hotspots.common.sentence_rules import note_sentences
from hotspots.common.when import precision_of, spans_of
from hotspots.common.wording import say_count
from hotspots.patrols.doses import timetable_doses
from hotspots.reading.rejects import refuse_systematic
from hotspots.trials.assess import assess_trial, at_places
from hotspots.trials.design import Floats
from hotspots.trials.record import Analysis, Measure, Trial, draw_trial, read_trial, write_trial
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors, replace_folder
from maps.config.read import read_config
from maps.config.settings import Config
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile, profile_named
from maps.documents.blocks import Document
from maps.documents.to_html import render_html
from maps.documents.to_word import render_word
from maps.giving.release_list import write_release_list
from maps.job.patrols_and_cameras import teams_of
from maps.job.read_records import read_records
from maps.results.log_layout import read_log_layout
from maps.results.manifest import count_rows, list_inputs, list_inputs_of, write_manifest
from maps.results.trial_pages import lay_out_proposal, lay_out_result
from maps.results.week_files import TIMETABLE, read_names, read_stops, read_timetable
from maps.tables.csv_files import write_csv, write_rejects

RECORD = "trial.toml"
_HOLDS = {name: ["timetable"] for name in ("trial", "days", "patrols/", "proposal")}


@note_sentences()
def draw_job(config_path: str | Path, results: str | Path, out: str | Path) -> None:
    """Draw a trial at the places of a run: its record, days and timetable, and a page for those who agree."""
    config, results, out = read_config(config_path), Path(results), Path(out)
    if not config.trial:
        raise InputError(
            "The configuration has no trial",
            given=config.path.name,
            advice="[trial] with places = 20, start = 2027-01-04, days = 84, per_day = 8",
        )
    if (out / RECORD).exists():
        raise InputError(
            "A trial stands there already, and a draw is made once",
            given=str(out / RECORD),
            advice="another --out for another trial",
        )
    with show_steps(3) as steps, replace_folder(out) as folder, clear_errors(out):
        steps.say("Reading the records")
        inputs = [*list_inputs_of(config), *list_inputs([results / "hotspots.gpkg"], config.path.parent)]
        found = read_records(config, as_of=config.as_of)
        steps.say("Drawing the days")
        stops = _pick_places(read_stops(results), int(config.trial.get("places", 20)), read_names(results))
        trial = _draw(config, stops)
        if trial.start <= pd.Timestamp(config.as_of or pd.Timestamp.now()):
            announce("The first day is past: days may have been chosen by what happened, which is no trial.")
        if precision_of(found.incidents).eq("month").all():
            announce(
                "These records name months, not days: a trial can be drawn from them, and judged only with records "
                "that name the day."
            )
        rates = _expect(found.incidents, trial)
        who = profile_named(config.output.profile, sources=sorted(set(found.incidents["source"].astype(str))))
        kept = follow_content(who, ["timetable"])
        steps.say("Writing the trial")
        write_trial(trial, folder / RECORD)
        table = trial.tabulate()
        write_csv(table, folder / "days.csv", kind="table", profile=kept, columns=list(table.columns))
        _write_week(trial, stops, config, folder, kept)
        title = f"{config.title}: a trial of patrols"
        _write_pages(folder, "proposal", lay_out_proposal(trial, rates, kept, title=title))
        write_release_list(folder, who, marking=config.output.marking, holds=_HOLDS)
        parameters = {"trial": dict(config.trial), "patrols": dict(config.patrols)}
        rows = count_rows(len(found.incidents), found.rejects)
        write_manifest(folder, {"inputs": inputs, "rows": rows, "parameters": parameters})
    print(f"{say_count(trial.draw.days, 'day')} drawn. Open {out / 'proposal.html'}")


@note_sentences()
def judge_job(
    record: str | Path,
    files: Sequence[str | Path],
    out: str | Path,
    *,
    layout: str = "police.uk",
    profile: str | None = None,
    visits: str | Path | None = None,
    columns: str | Path | None = None,
) -> None:
    """Judge a trial by the records of its days, and write one page on what it showed."""
    record, out, paths = Path(record), Path(out), [Path(file) for file in files]
    beside = [Path(one) for one in (visits, columns) if one]
    with show_steps(2) as steps, replace_folder(out) as folder, clear_errors(out):
        steps.say("Reading the records")
        trial = read_trial(record)
        visited, unused = _read_log(record, trial, visits, columns)
        inputs = list_inputs([record, *paths, *beside], record.parent)
        incidents, rejects = read_incidents(paths, layout=layout, crs=trial.places.crs.to_string())
        refuse_systematic(incidents, rejects)
        steps.say("Judging the days")
        result = assess_trial(incidents, trial, delivered=visited)
        who = profile_named(profile, sources=sorted(set(incidents["source"].astype(str))))
        kept = follow_content(who, ["visits"])
        _write_pages(folder, "result", lay_out_result(trial, result, kept, title="What the trial showed"))
        if who.name == "internal":
            table = _by_place(trial, result.counts)
            write_csv(table, folder / "places.csv", kind="table", profile=kept, columns=list(table.columns))
            if len(unused):
                write_rejects(unused, folder / "visits-not-used.csv")
        write_release_list(folder, who, marking=None, holds={"": ["visits"]})
        parameters = {"trial": record.name, "layout": Path(layout).name}
        rows = count_rows(len(incidents), rejects)
        write_manifest(folder, {"inputs": inputs, "rows": rows, "parameters": parameters})
    print(f"{result.lines['sure']} Open {out / 'result.html'}")


def _pick_places(stops: gpd.GeoDataFrame, count: int, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Take the first stop of each of the first hotspots, by the name that the map gives the hotspot.

    Its other parts are its neighbours. Where records are only put down, at a prison or a hospital, nothing is tried.
    """
    aside = stops["ref"].map(names).where(stops["part"].eq(0), stops["name"]).fillna(stops["name"])
    own = stops[~flag_default_locations(aside).isin(ELSEWHERE).to_numpy()]
    first = own.drop_duplicates("ref", keep="first").reset_index(drop=True)
    if len(first) < count:
        raise InputError(
            "The run has fewer hotspots than the trial asks places for",
            given=f"places = {count}; {say_count(len(first), 'hotspot')}",
            advice=f"places = {len(first)}",
        )
    first = first.head(count)
    if several := int(first["part"].gt(0).sum()):
        announce(f"{say_count(several, 'hotspot')} of several parts: the trial is of the busiest part of each alone.")
    return first.assign(name=first["ref"].map(names).fillna(first["name"]), part=0)


def _draw(config: Config, stops: gpd.GeoDataFrame) -> Trial:
    given: dict[str, Any] = dict(config.trial)
    given.pop("places", None)
    how = {key: given.pop(key) for key in ("side", "level", "washout", "redraws", "dispersion") if key in given}
    what = {key: given.pop(key) for key in ("categories", "detected", "day_starts") if key in given}
    what["categories"] = tuple(what.get("categories", ()))
    return draw_trial(stops, **{"seed": config.seed, **given}, measure=Measure(**what), analysis=Analysis(**how))


def _expect(incidents: gpd.GeoDataFrame, trial: Trial) -> Floats:
    """Reckon with as many records a day at each place as it had in the months at hand."""
    rows, place = at_places(incidents, trial)
    spans = spans_of(incidents)
    months = spans["start"].dt.to_period("M").dropna().unique()
    days = sum(month.days_in_month for month in months)
    held = np.bincount(place, incidents_per_row(incidents)[rows], minlength=len(trial.places))
    return np.asarray(held / max(days, 1))


def _write_week(trial: Trial, stops: gpd.GeoDataFrame, config: Config, folder: Path, who: Profile) -> None:
    """Timetable one visit a day at each place that is on, by the teams of [patrols]."""
    given: dict[str, Any] = dict(config.patrols)
    kept = ("visit_minutes", "travel_minutes", "speed", "detour")
    plain: dict[str, Any] = {key: given[key] for key in kept if key in given}
    streets = stops.get("streets", pd.Series("", index=stops.index)).fillna("").str.split("; ")
    spots = stops.assign(parts=[[]] * len(stops), streets=streets)
    parts = []
    log = logging.getLogger("safer_hotspots")
    log.disabled = True  # what is said of one day would be said of each
    try:
        for at, date in enumerate(trial.dates):
            on = spots[trial.on[:, at]].reset_index(drop=True).rename_axis("rank")
            on.index += 1
            how = {**plain, "dose": "1 per day", "teams": teams_of(given), "start": date, "days": 1}
            parts.append(timetable_doses(on, seed=trial.draw.seed, by="incidents", **how)[0])
    except InputError as error:
        log.disabled = False
        announce(f"No timetable of the trial is written: {error}")
        return
    finally:
        log.disabled = False
    table = pd.DataFrame(pd.concat(parts, ignore_index=True)).drop(columns="geometry")
    came = table[table["activity"].eq("visit")].drop_duplicates(["date", "ref"])
    if short := int(trial.on.sum()) - len(came):
        announce(
            f"{say_count(short, 'place-day')} of {int(trial.on.sum()):,} do not fit into the shifts of "
            "[patrols]: they stand in days.csv and not in the timetable. Fewer places a day, or another "
            "vehicle, would keep them."
        )
    (folder / TIMETABLE).parent.mkdir()
    write_csv(table, folder / TIMETABLE, kind="table", profile=who, columns=list(table.columns))


def _write_pages(folder: Path, name: str, document: Document) -> None:
    (folder / f"{name}.html").write_bytes(render_html(document).encode())
    (folder / f"{name}.docx").write_bytes(render_word(document))


def _read_log(
    record: Path, trial: Trial, visits: str | Path | None, columns: str | Path | None
) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Visits of the log at the places of the trial, and the rows of it that are not used."""
    if visits is None:
        if columns is not None:
            raise InputError(
                "Names of columns belong to a log", given=f"--columns {columns}", advice="--visits LOG.csv"
            )
        return None, pd.DataFrame()
    places, named = trial.places, read_log_layout(columns).columns
    centre = places.geometry.representative_point()
    stops = places.assign(part=0, rank=range(1, len(places) + 1), easting=centre.x, northing=centre.y)
    found, unused = record_visits(visits, read_timetable(record.parent), stops=stops, columns=named or None)
    found.attrs["not_used"] = len(unused)
    return found, unused


def _by_place(trial: Trial, counts: Floats) -> pd.DataFrame:
    on = trial.on[:, : counts.shape[1]]
    return pd.DataFrame(
        {
            "ref": trial.places["ref"],
            "name": trial.places["name"],
            "days_on": on.sum(axis=1),
            "records_on": (counts * on).sum(axis=1).astype(int),
            "days_off": (~on).sum(axis=1),
            "records_off": (counts * ~on).sum(axis=1).astype(int),
        }
    )
