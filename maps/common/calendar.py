"""The calendar of a run: what happened when, as the charts, the tables and the plans name it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import InputError, announce
from hotspots.common.calendar_files import join_calendars, name_entries, read_calendar_file
from hotspots.common.calendars import KINDS
from hotspots.common.wording import say_date

TABLES = {f"{kind}s": kind for kind in KINDS}  # as the configuration names them


def read_events(given: Mapping[str, Any], *, spare: bool = False) -> pd.DataFrame:
    """Read the calendar of a configuration: its files and the entries written in it."""
    kind = str(given.get("kind", "event"))
    parts = []
    for file in given.get("files", ()):
        try:
            parts.append(read_calendar_file(Path(file), kind=kind))
        except InputError as error:
            if not spare:
                raise
            announce(f"{Path(file).name} is left out of the calendar, and the rest is done: {error}")
    parts += [name_entries(given[table], kind=kind) for table, kind in TABLES.items() if table in given]
    return join_calendars(parts)


def as_records(calendar: pd.DataFrame) -> list[dict[str, str]]:
    """Entries as a plan's record keeps them: plain text, days as 2018-07-31."""
    days = {column: calendar[column].dt.strftime("%Y-%m-%d") for column in ("start", "end")}
    rows = calendar.assign(**days).astype("str").to_dict("records")
    return [{str(key): str(value) for key, value in row.items()} for row in rows]


def say_entry(entry: Mapping[str, Any]) -> str:
    """Say what an entry is and when it was.

    Examples
    --------
    >>> say_entry({"name": "Op Sea", "kind": "operation", "start": "2018-07-02", "end": "2018-07-08"})
    'Op Sea (operation, 2 July 2018 to 8 July 2018)'
    """
    first, last = say_date(entry["start"]), say_date(entry["end"])
    return f"{entry['name']} ({entry['kind']}, {first if first == last else f'{first} to {last}'})"
