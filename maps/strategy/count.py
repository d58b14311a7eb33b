"""The tables of the assessment: what each part counts, when, where and how harmful, as its readers may know."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.intervals import weighted_interval
from hotspots import assign_hotspots, compare_periods
from hotspots.checks import InputError, announce, count_weighed
from hotspots.common.membership import spread_layer
from hotspots.common.places import incidents_per_row
from hotspots.common.plan_words import clean_text
from hotspots.common.sentence_rules import may_say
from hotspots.common.when import precision_of
from hotspots.common.wording import say_list, say_months
from hotspots.reading.covered import SAID, find_covered
from hotspots.reading.crosswalks import crosswalk_categories
from hotspots.reading.problem_profiles import NoClockError, load_profile, match_profile
from maps.disclosure.gate import APART, Profile, name_category
from maps.job.compare import months_of, read_chosen
from maps.job.job import Job
from maps.strategy.figures import Sheet
from maps.strategy.outline import Outline

PRIORITIES, PERIODS, TIMES = "Priorities", "Priorities by period", "Priorities by time"
BY_AREA, BY_SPOT = "Priorities by area", "Priorities by hotspot"
AREAS, SPOTS = "Areas", "Hotspots"
MOST_MONTHS = 6  # more months than these are told by year
SHIFTS = ("midnight to 6 am", "6 am to noon", "noon to 6 pm", "6 pm to midnight")
_Rows = Mapping[str, NDArray[np.bool_]]
_CHANGE = ["before", "after", "percent", "low", "high", "arrow", "words"]


def match_parts(records: pd.DataFrame, outline: Outline, crosswalks: Mapping[str, Any]) -> dict[str, NDArray[np.bool_]]:
    """Find the records of each priority."""
    found = {}
    for part in (part for part in outline.parts if part.kind == "priority"):
        try:
            mine = match_profile(records, load_profile(part.counts), crosswalks=crosswalks or None)
        except NoClockError as error:
            announce(f"{part.title or part.name}: {error}")
            mine = pd.Series(False, index=records.index)
        found[part.name] = np.asarray(mine, dtype=bool)
    return found


def count_priorities(job: Job, outline: Outline, who: Profile) -> dict[str, Sheet]:
    """Count each priority: in all, by period, area, hotspot and time of day, beside all the records.

    Where small counts are hidden, or kinds not named, a priority is told only where each of its kinds is.
    """
    records, timed, walks = job.incidents, job.timed, job.config.crosswalks
    rows = match_parts(records, outline, walks)
    table = pd.DataFrame(index=pd.Index(list(rows), name="part"))
    table["name"] = [part.title or part.name for part in outline.parts if part.name in rows]
    number = incidents_per_row(records)
    kinds = {name: sorted(records.loc[mine, "category"].astype(str).unique()) for name, mine in rows.items()}
    told = {name: _may_name(some, job, who) for name, some in kinds.items()}
    table["filter"] = [say_list(map(clean_text, kinds[n])) if told[n] else "its kinds are not named here" for n in rows]
    table["incidents"] = [int(number[mine].sum()) for mine in rows.values()]
    table["share_of_incidents"] = table["incidents"] / max(int(number.sum()), 1)
    flags = crosswalk_categories(records, crosswalks=walks or None)["proactive"].to_numpy()
    table["detected"] = [bool(mine.any()) and bool(flags[mine].mean() > 0.5) for mine in rows.values()]
    if who.threshold:  # told over the two periods alone, as the sheets of changes are
        table = table.drop(columns=["incidents", "share_of_incidents"])
    table = table.join(_compare(job, rows if timed is records else match_parts(timed, outline, walks)))
    numbers = [c for c in table.columns if c not in ("name", "filter")]
    table[numbers] = table[numbers].astype(object)
    table.loc[[name for name in rows if not told[name]], numbers] = np.nan
    counts = "Records of each priority: in all, before and after. Interval of the change: nineteen times in twenty."
    sheets = {PRIORITIES: Sheet(table, counts)}
    exact = {name: mine for name, mine in rows.items() if told[name]}
    return sheets if who.threshold else sheets | _count_closely(job, exact, table, outline)


def _may_name(kinds: list[str], job: Job, who: Profile) -> bool:
    if who.name == "internal":
        return True
    named = [name_category(kind) for kind in kinds]
    if not who.threshold:
        return APART not in named
    changes = job.periods.changes.get("Changes by category")
    return changes is not None and all(
        kind != APART and kind in changes.index and changes["before"].notna()[kind] for kind in named
    )


def windows_of(job: Job) -> tuple[Any, Any] | None:
    """Earlier and later window of the run, where there are two."""
    found = read_chosen(job.timed, job.config.changes, as_of=job.as_of)
    may_say(SAID, found, why="no month is there a year before as well")
    return None if found is None else (found[1], found[0])


def _compare(job: Job, rows: _Rows) -> pd.DataFrame:
    """Compare the two periods of the run for each priority, judged together, beside all the records."""
    empty, windows = pd.DataFrame(columns=_CHANGE, index=pd.Index([], dtype="str")), windows_of(job)
    if windows is None:
        return empty
    try:
        like = find_covered(job.timed, list(windows)).rows
    except InputError:
        return empty
    there = {name: job.timed[mine & like].assign(part=name) for name, mine in rows.items() if (mine & like).any()}
    if not there:
        return empty
    options: dict[str, Any] = {"before": windows[0], "after": windows[1], "covered": list(windows)}
    options |= {"comparator": job.timed[like], "dispersion": job.periods.spread.get("", 1.0), "as_of": job.as_of}
    found = compare_periods(pd.concat(there.values(), ignore_index=True), by="part", **options)
    table = found[_CHANGE].copy()
    few = table["before"] < 20
    table[["low", "high"]] = (100 * (table[["low", "high"]] - 1)).mask(few)
    return table.assign(percent=table["percent"].mask(few))


def _count_closely(job: Job, rows: _Rows, table: pd.DataFrame, outline: Outline) -> dict[str, Sheet]:
    """Add what only exact counts can tell: harm, periods, areas, hotspots, times of day."""
    records, number, layer = job.incidents, incidents_per_row(job.incidents), layer_of(job, outline)
    hot = assign_hotspots(records, job.spots)
    inside, weighed = hot.notna().to_numpy(), np.asarray(count_weighed(records)) > 0
    harm = np.where(weighed, records["harm"].to_numpy(dtype=float), 0.0) if "harm" in records.columns else weighed
    for name, mine in rows.items():
        table.loc[name, "hot"] = int(number[mine & inside].sum())
        table.loc[name, "hot_share"] = number[mine & inside].sum() / max(number[mine].sum(), 1)
        if may_say("harm", (mine & weighed).any(), why="no record of some priority has a weight above it"):
            table.loc[name, "harm"] = harm[mine].sum()
            table.loc[name, "share_of_harm"] = harm[mine].sum() / harm.sum() if harm.sum() else np.nan
    sheets = {}
    if layer:
        parts = [_per(spread_layer(records[mine], layer), f"{layer}_name", part) for part, mine in rows.items()]
        sheets[BY_AREA] = Sheet(_keyed(parts, table), f"Records of a priority in each area of {layer}.")
    ranked = records.assign(hotspot=hot)
    spots = _keyed([_per(ranked[mine & inside], "hotspot", part) for part, mine in rows.items()], table)
    if len(spots):
        named = {c: job.spots.loc[spots["of"], c].to_numpy() for c in ("name", "ref")}
        sheets[BY_SPOT] = Sheet(spots.drop(columns="of").assign(**named), "Records of a priority in each hotspot.")
    if "when" in job.timed.columns:
        timed = rows if job.timed is records else match_parts(job.timed, outline, job.config.crosswalks)
        sheets |= _count_times(job.timed, {name: timed[name] for name in rows}, table)
    return {name: sheet for name, sheet in sheets.items() if len(sheet.table)}


def _per(rows: pd.DataFrame, column: str, part: str) -> pd.DataFrame:
    """Count one priority's records by a column, most first."""
    sums = pd.Series(incidents_per_row(rows)).groupby(rows[column].to_numpy()).sum()
    made = pd.DataFrame({"of": sums.index, "incidents": sums.to_numpy(), "part": part})
    return made.sort_values(["incidents", "of"], ascending=[False, True])


def _keyed(parts: list[pd.DataFrame], table: pd.DataFrame) -> pd.DataFrame:
    """Stack tables of the priorities, each row under the priority and what it is of."""
    if not parts:
        return pd.DataFrame()
    whole = pd.concat(parts, ignore_index=True)
    of = table.reindex(whole["part"])
    told = {"priority": of["name"].to_numpy(), "filter": of["filter"].to_numpy()}
    whole = whole.assign(**told, share=whole["incidents"] / of["incidents"].to_numpy(dtype=float))
    return whole.set_axis(whole["part"] + "|" + whole["of"].astype(str)).rename_axis(None)


def _count_times(timed: pd.DataFrame, rows: _Rows, table: pd.DataFrame) -> dict[str, Sheet]:
    months, held = timed["when"].dt.to_period("M"), months_of(timed)
    by_year = len(held) > MOST_MONTHS
    spans = (
        [[m for m in held if m.year == y] for y in sorted({m.year for m in held})] if by_year else [[m] for m in held]
    )
    made = []
    for part, mine in rows.items():
        some = timed[mine]
        n = np.array([incidents_per_row(some[months[mine].isin(span)]).sum() for span in spans], dtype=int)
        low, high = weighted_interval(n, n, np.ones(len(n)))
        shown = {"of": [say_months(span) for span in spans], "incidents": n, "low_end": low, "high_end": high}
        made.append(pd.DataFrame(shown).assign(part=part))
    counts = "Records of a priority in each period, with the range that chance alone allows nineteen times in twenty."
    sheets = {PERIODS: Sheet(_keyed(made, table), counts)}
    clock = precision_of(timed).eq("minute").to_numpy()
    if may_say("time of day", clock.any(), why="no record has a time of day"):
        told = timed.assign(shift=(timed["when"].dt.hour // 6).map(dict(enumerate(SHIFTS))))
        whole = _keyed([_per(told[mine & clock], "shift", part) for part, mine in rows.items()], table)
        whole["timed"] = whole.groupby("part")["incidents"].transform("sum")
        whole["share"] = whole["incidents"] / whole["timed"]
        sheets[TIMES] = Sheet(whole, "Records of a priority with a time of day, by quarter of the day.")
    return sheets


def layer_of(job: Job, outline: Outline) -> str:
    """Layer whose areas have a page each: the outline's, else the wards, else the first; "" for none."""
    layers = [layer for layer, given in job.config.areas.items() if layer in job.areas and "easting" not in given]
    if outline.layer and outline.layer not in layers:
        known = ", ".join(layers) or "add [areas.ward] to the configuration"
        raise InputError("The outline names a layer that the run does not have", given=outline.layer, advice=known)
    return outline.layer or next((layer for layer in layers if "ward" in layer), [*layers, ""][0])


def count_places(job: Job, outline: Outline) -> dict[str, Sheet]:
    """Tables of hotspots, and of the areas that have a page each, as the run tells them."""
    sheets, layer = {}, layer_of(job, outline)
    wanted = ["ref", "name", "incidents", "share_of_incidents", "before", "after", "words", f"{layer}_name"]
    spots = pd.DataFrame(job.spots[[c for c in wanted if c in job.spots.columns]])
    spots = spots.rename(columns={f"{layer}_name": "area"}).assign(filter="All kinds.")
    if len(spots):
        sheets[SPOTS] = Sheet(spots, "Records in each hotspot, worst first.")
    if layer:
        sums, title = job.area_sums[layer], layer.replace("_", " ")
        table = pd.DataFrame({c: sums[c] for c in ("code", "name", "incidents", "share_of_incidents") if c in sums})
        changes = job.periods.changes.get(f"Changes by {title}", pd.DataFrame(columns=_CHANGE))
        once = changes[~changes.index.duplicated(keep=False)]
        there = [c for c in _CHANGE if c in once.columns]
        table[there] = once[there].reindex(table["name"]).set_axis(table.index)
        table = table.assign(filter="All kinds.").set_axis(table["code"].astype(str))
        sheets[AREAS] = Sheet(table, f"Records in each area of {title}.")
    return sheets
