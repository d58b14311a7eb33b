"""The command ``hotspots delivered``: the ledger of patrols, from a log and the runs that planned them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots import record_visits
from hotspots.checks import InputError, announce
from hotspots.common.wording import say_date, say_months
from hotspots.patrols.ledger import account_shifts, fill_return, sum_delivery
from hotspots.patrols.monthly_return import OUTPUTS, describe_visits
from maps.common.escape import clean
from maps.common.swap_folder import clear_errors, replace_folder
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content
from maps.disclosure.gate import Profile, profile_named
from maps.documents.blocks import Document, Grid, Heading, Text
from maps.documents.to_html import render_html
from maps.giving.release_list import write_release_list
from maps.results.delivered_visits import join_weeks
from maps.results.log_layout import LogLayout, read_log_layout
from maps.results.manifest import count_rows, list_inputs, refuse_within, write_manifest
from maps.results.week_files import files_of_week
from maps.tables.csv_files import write_csv, write_rejects

# What a few persons could be known by: in-house only.
_SMALL = ("ref", "shift", "vehicle")
_TABLES = {
    "by-period": ("period",),
    "by-agency": ("period", "agency"),
    "by-role": ("period", "agency", "role"),
    "by-place": ("period", "ref", "name"),
    "by-shift": ("period", "shift", "vehicle"),
}
_HEADS = {
    "minutes_low": "minutes, at least",
    "minutes_high": "minutes, at most",
    "median_gap": "middle gap",
    "harm_dose": "harm times visits",
}
_KEPT_DAYS = 366


def account_delivery(
    log: str | Path,
    results: Sequence[str | Path],
    out: str | Path,
    *,
    layout: str | Path | None = None,
    every: str = "month",
    profile: str = "internal",
) -> None:
    """Write the ledger of delivery: by agency, role, place and shift, and a return in one's own columns."""
    who = follow_content(profile_named(profile), ["visits"])
    if who.name == "public":
        raise InputError(
            "Where patrols were is not published", given=f"profile={profile!r}", advice="internal or partner"
        )
    given, asked = [Path(log), *(f for r in results for f in files_of_week(r))], read_log_layout(layout)
    given += [Path(layout)] if layout else []
    refuse_within(Path(out), given)
    with replace_folder(Path(out)) as folder, clear_errors(Path(out)):
        week = join_weeks(results)
        visits, rejects = record_visits(log, week.timetable, stops=week.stops, columns=asked.columns or None)
        tables = _tables(visits, week.stops, every, asked, who)
        for name, table in tables.items():
            columns = list(table.columns)
            write_csv(table, folder / f"{name}.csv", kind="table", profile=who, columns=columns)
        lines = describe_visits(visits, week.timetable, threshold=who.threshold)
        write_file(folder / "delivered.html", render_html(_page(lines, tables, visits, who)).encode())
        if who.name == "internal":
            write_rejects(rejects, folder / "visits-not-used.csv")
        write_release_list(folder, who, marking=None, holds={"": ["visits"]})
        rows = count_rows(len(visits), rejects)
        parameters = {"every": every, "profile": who.name, "layout": Path(layout).name if layout else None}
        inputs = list_inputs([path for path in given if path.exists()], Path(log).parent)
        write_manifest(folder, {"inputs": inputs, "rows": rows, "parameters": parameters})
    print(f"Delivered: {len(visits):,} visits. Open {Path(out) / 'delivered.html'}")


def _tables(
    visits: pd.DataFrame, stops: pd.DataFrame, every: str, asked: LogLayout, who: Profile
) -> dict[str, pd.DataFrame]:
    """Tables of the ledger that these readers may have."""
    wanted = {name: by for name, by in _TABLES.items() if set(by) <= {*visits.columns, "period"}}
    if asked.return_ is not None:
        wanted["return"] = tuple(asked.rows)
    if who.name != "internal":
        wanted = {name: by for name, by in wanted.items() if not set(by) & set(_SMALL)}
    found = {n: sum_delivery(visits, by=by, every=every, stops=stops) for n, by in wanted.items()}
    if who.threshold:
        found = {name: _hide(table, who.threshold) for name, table in found.items()}
    if "return" in found:
        found["return"] = fill_return(found["return"], asked.return_ or {})
    if who.name == "internal" and "shift" in visits.columns:
        try:
            found["shifts"] = account_shifts(visits)
        except InputError as error:
            announce(f"Shifts are not accounted for: {error}")
    return found


def _hide(table: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Leave out what officers recorded where some row has few: one hidden cell would follow from the rest."""
    counts = [c for c in table.columns if c in OUTPUTS]
    few = [c for c in counts if (table[c].between(1, threshold - 1)).any()]
    if few:
        announce(f"Not shown, for some row has fewer than {threshold}: {', '.join(few)}.")
    return table.drop(columns=few)


def _page(lines: Sequence[str], tables: Mapping[str, pd.DataFrame], visits: pd.DataFrame, who: Profile) -> Document:
    last = visits["date"].max() if len(visits) else pd.NaT
    until = f" Delete it by {say_date(last + pd.Timedelta(days=_KEPT_DAYS))}." if pd.notna(last) else ""
    blocks: list[Any] = [Text(line) for line in lines]
    blocks.append(
        Text(
            "Minutes alone reward sitting still: read them beside visits, places and gaps. What officers "
            f"recorded is activity, and says nothing about whether crime fell.{until}",
            note=True,
        )
    )
    for name, table in tables.items():
        heads = tuple(_HEADS.get(str(c), str(c).replace("_", " ")) for c in table.columns)
        cells = tuple(tuple(_cell(v) for v in row) for row in table.itertuples(index=False))
        blocks += [Heading(name.replace("-", " ").capitalize(), 2)]
        blocks += [Grid(name, heads, cells, (1 / max(len(heads), 1),) * len(heads))]
    stamp = "" if pd.isna(last) else f"{last:%Y-%m-%d}"
    return Document("Patrols delivered", "Ledger", clean(who.marking), stamp, tuple(blocks))


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return say_date(value)
    if re.fullmatch(r"\d{4}-\d\d", str(value)):
        return say_months([pd.Period(value)])
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else clean(value)
