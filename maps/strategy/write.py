"""The assessment written: Word, one offline page and a workbook that every number can be followed to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.change.one_judgement import one_judgement
from hotspots.checks import InputError, announce
from hotspots.common.sentence_rules import note_sentences
from hotspots.common.wording import say_count, say_date
from maps.common.progress import show_steps
from maps.common.swap_folder import clear_errors, read_manifest, replace_folder
from maps.common.write_whole import write_file
from maps.config.other_faults import join_faults
from maps.config.read import read_config
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile, release
from maps.documents.blocks import Document, Line
from maps.documents.to_html import render_html
from maps.documents.to_word import render_word
from maps.giving.history import read_earlier, say_earlier, write_history
from maps.giving.ledger import make_ledger, say_hidden
from maps.giving.release_list import write_release_list
from maps.giving.tell import tell_job
from maps.job.do_job import Stage, do_job
from maps.job.job import Job
from maps.job.periods import profile_of
from maps.job.stages.find_problems import find_problems
from maps.job.stages.send import send
from maps.pictures.still_map import draw_static_map
from maps.plans.register import make_register
from maps.results.manifest import list_inputs_of, refuse_changed, refuse_overlap, write_manifest
from maps.results.write_job import describe_run, page_words, planned_now
from maps.strategy.count import AREAS, PRIORITIES, count_places, count_priorities, layer_of
from maps.strategy.facts import FACTS, collect_facts
from maps.strategy.figures import Figures, Sheet
from maps.strategy.lay_out import lay_out
from maps.strategy.outline import Outline, read_outline
from maps.strategy.people import WORD_FILE, WORDS_FILE, read_words, write_words
from maps.tables.workbook import write_tables

PLANS, SINCE = "Plans", "Since the last draft"
PAGE_FILE, BOOK_FILE, NOTES = "strategy.html", "strategy.xlsx", "Where each number is"
HEADLINES = {
    PRIORITIES: {"incidents": "records in all", "before": "before", "after": "after", "arrow": "what changed"},
    AREAS: {"incidents": "records in all", "after": "after", "arrow": "what changed"},
}


@one_judgement()
@note_sentences()
def write_strategy(
    config_path: str | Path,
    out: str | Path,
    *,
    outline: str | Path = "nine-priorities",
    results: str | Path | None = None,
) -> Path:
    """Write the strategic assessment of a configuration: Word, one offline page, and a workbook.

    Parameters
    ----------
    config_path : str or Path
        The configuration of a run; its stages are done in memory.
    out : str or Path
        Folder to write. A draft that is there is drafted again: what people wrote in its fields is kept.
    outline : str or Path
        One of the outlines that come along, or a TOML file of your own.
    results : str or Path, optional
        Results that the same readers have from `hotspots run`: what was hidden there is hidden here.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the configuration, the outline or what people wrote cannot be read, the folder holds a draft
        for other readers, or the profile is public.

    Examples
    --------
    >>> try:
    ...     write_strategy("partnership.toml", "assessment", outline="nine-tailors")
    ... except InputError as error:
    ...     print(error.problem)
    There is no such outline
    """
    wanted, out = read_outline(outline), Path(out)
    config = read_config(config_path)
    refuse_overlap(config, out)
    with show_steps(10) as steps, replace_folder(out) as folder, clear_errors(out):
        inputs = list_inputs_of(config)
        try:
            job = do_job(config, steps, spill=folder, wanted=_is_needed)
        except InputError as error:
            raise join_faults(error, config) from error
        who = profile_of(config, job.incidents)
        if who.nearest:  # here counts are as they are, and there to the nearest ten
            raise InputError(
                "The assessment is not drafted for the public yet: its counts are not rounded",
                given=f"profile = '{who.name}'",
                advice="profile = 'partner', and send the public the map and tables of hotspots run under 'public'",
            )
        steps.say("Writing the assessment")
        job = _as_told(job, who, folder, [config.hotspots.previous, out, None if results is None else Path(results)])
        _write(job, folder, wanted, who, out=out, inputs=inputs)
        refuse_changed(inputs, list_inputs_of(config))
    return out


def _is_needed(stage: Stage, job: Job) -> bool:
    # where numbers are hidden, all of the run decides which
    return stage not in (find_problems, send) or profile_of(job.config, job.incidents).threshold > 0


def _as_told(job: Job, who: Profile, folder: Path, results: list[Path | None]) -> Job:
    """Tell the job as its readers may know it: the ledger of the run decides."""
    if not who.threshold:
        return job
    earlier = read_earlier(results, who)
    ledger = make_ledger(job, who, earlier, planned_now(job, who))
    told: Job = tell_job(job, ledger, who)[0]
    write_history(folder, earlier, job=told, told=ledger.readers)
    announce(f"{say_hidden(ledger, who)} {say_earlier(earlier, who)}".strip())
    if results[-1] is None:
        announce("If these readers have results of hotspots run, give them with --results: both must hide the same.")
    return told


def _write(job: Job, folder: Path, outline: Outline, who: Profile, *, out: Path, inputs: list[dict[str, Any]]) -> None:
    words, earlier = read_words(out, who), read_manifest(out) or {}
    sheets = {FACTS: collect_facts(job, outline, who, page_words(job, who))}
    sheets |= count_priorities(job, outline, who) | count_places(job, outline) | _register(job, who)
    for name, sheet in sheets.items():
        table = release(sheet.table, kind="table", profile=who, columns=list(sheet.table.columns))
        sheets[name] = replace(sheet, table=table.rename_axis(None))
    now = _headlines(sheets)
    sheets |= _since(sheets, earlier, now)
    fewer = follow_content(who, ["plan"] if words or PLANS in sheets else [])
    marking = job.config.output.get("marking", fewer.marking)
    figures = Figures(sheets)
    blocks = tuple(lay_out(figures, outline, words, _draw(job, outline, who)))
    fields = [field for block in blocks if isinstance(block, Line) for field in block.fields]
    title = str(sheets[FACTS].table.loc["title", "said"])
    document = Document(title, "Strategic assessment", marking, str(job.as_of), blocks, keywords="needs assessment")
    write_file(folder / WORD_FILE, render_word(document))
    write_file(folder / PAGE_FILE, render_html(document).encode())
    write_words(folder, words, fields)
    _write_book(folder / BOOK_FILE, figures, who, title=title, marking=marking, as_of=job.as_of)
    held = dict.fromkeys(("strategy.", WORDS_FILE), ["plan"] if words or PLANS in sheets else [])
    write_release_list(folder, who, marking=job.config.output.marking, holds=held)
    record = describe_run(job, inputs, who) | {"outline": outline.title, "headlines": now}
    write_manifest(folder, record, grid=job.incidents.crs.to_string())


def _write_book(path: Path, figures: Figures, who: Profile, *, title: str, marking: str, as_of: dt.date) -> None:
    tables = {name: sheet.table for name, sheet in figures.sheets.items()}
    tables[NOTES] = pd.DataFrame(figures.sources(), columns=["note", "sheet", "row", "counts", "filter"])
    said = "Every number of strategy.docx and strategy.html stands in these sheets."
    notes, kinds = {name: sheet.counts for name, sheet in figures.sheets.items()}, dict.fromkeys(tables, "table")
    options: dict[str, Any] = {"columns": {name: list(table.columns) for name, table in tables.items()}, "kinds": kinds}
    options |= {"title": title, "statement": said, "notes": notes, "marking": marking, "as_of": str(as_of)}
    write_tables(path, tables, profile=who, **options)


def _register(job: Job, who: Profile) -> dict[str, Sheet]:
    """Rows of the register of plans, where these readers may see it."""
    if job.config.plans is None or not job.config.plans.is_dir():
        return {}
    rows = make_register(job.config.plans, as_of=job.as_of, profile=who).rows
    rows = rows.set_axis(pd.Index([f"{ref}|{n}" for n, ref in enumerate(rows["ref"])]))
    return {PLANS: Sheet(rows, "The register of plans, open and closed.")} if len(rows) else {}


def _headlines(sheets: Mapping[str, Sheet]) -> dict[str, str]:
    """Give the figures that the next draft looks back on, by sheet, row and column."""
    there = [(name, sheets[name].table, column) for name in HEADLINES if name in sheets for column in HEADLINES[name]]
    cells = [(f"{n}|{r}|{c}", table.loc[r, c]) for n, table, c in there if c in table.columns for r in table.index]
    return {key: cell if isinstance(cell, str) else f"{cell:,.0f}" for key, cell in cells if pd.notna(cell)}


def _since(sheets: dict[str, Sheet], earlier: Mapping[str, Any], now: dict[str, str]) -> dict[str, Sheet]:
    """Compare with the last draft in the folder, and say how many figures changed."""
    then = earlier.get("headlines")
    if not isinstance(then, dict):
        return {}
    rows = []
    for key in [key for key in now if then.get(key, now[key]) != now[key]]:
        sheet, row, column = key.split("|")
        of = {"name": sheets[sheet].table.loc[row, "name"], "what": HEADLINES[sheet][column]}
        rows.append({**of, "earlier": str(then[key]), "now": now[key]})
    changed = say_count(len(rows), "figure of the priorities and areas", "figures of the priorities and areas")
    said = {"what": "since", "said": f"Since the draft of {say_date(earlier['as_of'])}, {changed} changed."}
    facts = pd.concat([sheets[FACTS].table, pd.DataFrame(said, index=["since"])])
    found = {FACTS: replace(sheets[FACTS], table=facts)}
    return found | ({SINCE: Sheet(pd.DataFrame(rows), "Figures of the last draft, and of this.")} if rows else {})


def _draw(job: Job, outline: Outline, who: Profile) -> bytes | None:
    if job.spots.empty or job.spots["incidents"].isna().all():
        return None
    layer = layer_of(job, outline)
    layers: dict[str, gpd.GeoDataFrame] = {layer: job.areas[layer]} if layer else {}
    return draw_static_map(job.spots, layers=layers, by="incidents", profile=who, ground=job.streets)
