"""What the workbook says of time: months, clock where the records have one, and the board's page."""

from __future__ import annotations

import pandas as pd

from hotspots import assign_hotspots, profile_times, track_indicators
from hotspots.checks import InputError, announce
from maps.compare import choose_windows
from maps.job import Job

CLOCK = {"By weekday": "weekday", "By hour": "hour"}
BOARD = "Board page"


def tabulate_times(job: Job) -> dict[str, pd.DataFrame]:
    """Return tables of months, of the clock as far as the records bear it, and of the board's indicators."""
    tables = {"By month": profile_times(job.incidents, by="month").reset_index()}
    for sheet, by in CLOCK.items():
        if job.incidents["precision"].ne("month").any():
            try:
                tables[sheet] = profile_times(job.incidents, by=by).reset_index()
            except InputError as error:
                announce(f"No sheet '{sheet}': {error.problem}.")
    return tables | _board(job)


def _board(job: Job) -> dict[str, pd.DataFrame]:
    months = sorted(job.incidents["when"].dt.to_period("M").unique())
    given = job.config.changes
    chosen = (given["after"], given.get("before")) if "after" in given else choose_windows(months)
    if chosen is None:
        return {}
    hot = assign_hotspots(job.incidents, job.spots).notna()
    agreed = "agreed" in job.config.hotspots
    try:
        table = track_indicators(
            job.incidents,
            after=chosen[0],
            before=chosen[1],
            as_of=job.as_of,
            hot=hot,
            selected_on=None if agreed else [str(month) for month in months],
        )
    except InputError as error:
        announce(f"No board page: {error.problem}.")
        return {}
    return {BOARD: table.reset_index()}
