"""Where a calendar comes from: an .ics file of any calendar program, or names with their dates."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.checks import InputError, Problems, announce, read_text
from hotspots.common.calendars import COLUMNS, KINDS, read_calendar
from hotspots.common.windows import read_window

_DAY = pd.Timedelta(days=1)


def read_calendar_file(path: str | Path, *, kind: str = "event") -> pd.DataFrame:
    """Read a calendar from a CSV (see `hotspots.read_calendar`) or an iCalendar file."""
    path = Path(path)
    if path.suffix.casefold() != ".ics":
        return read_calendar(path)
    return _from_ics(read_text(path, what="The calendar"), name=path.name, kind=kind)


def name_entries(entries: Mapping[str, Any], *, kind: str) -> pd.DataFrame:
    """Make a calendar of names and when they were."""
    rows, problems = [], Problems("The calendar cannot be used")
    for name, when in entries.items():
        for one in when if isinstance(when, list) else [when]:
            try:
                window = read_window(str(one) if isinstance(one, dt.date) else one)
            except InputError as error:
                problems.add(f"'{name}': {error.problem}", given=str(one), advice=error.advice)
                continue
            rows.append((name, kind, window.start, window.last_day))
    problems.raise_any()
    return _sorted(pd.DataFrame(rows, columns=COLUMNS))


def join_calendars(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put calendars together in order of time, each entry once."""
    known = [part for part in parts if len(part)]
    if not known:
        return _sorted(pd.DataFrame(columns=COLUMNS))
    return _sorted(pd.concat(known, ignore_index=True).drop_duplicates())


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype({"name": "str", "kind": "str"})
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column])
    return table.sort_values(["start", "end", "name"], kind="stable").reset_index(drop=True)


def _from_ics(text: str, *, name: str, kind: str) -> pd.DataFrame:
    # a long line is folded: it goes on in the next one, which begins with a blank
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    problems, rows = Problems(f"The calendar {name} cannot be used"), []
    torn = 0
    for number, entry in enumerate(unfolded.split("BEGIN:VEVENT")[1:], 1):
        body, closed, _ = entry.partition("END:VEVENT")
        if not closed:
            torn += 1
            continue
        given = _properties(body)
        title = given.get("SUMMARY", ("", ""))[1] or f"entry {number}"
        try:
            start, end = _dates(given)
        except ValueError:
            said = f"entry {number} ('{title}') has no dates that can be read"
            problems.add(said, advice="a first and a last day")
            continue
        if "RRULE" in given:
            announce(f"'{title}' in {name} repeats: only its first time is marked.")
        own = given.get("CATEGORIES", ("", ""))[1].casefold().split(",")
        found = [k for k in KINDS if k in own or f"{k}s" in own]
        rows.append((title, found[0] if found else kind, start, max(start, end)))
    if torn:
        problems.add(f"{torn:,} of its entries never end", advice="export it again: it may be cut off")
    problems.raise_any()
    if not rows:
        raise InputError("The calendar holds no entry", given=name, advice="an .ics file with events in it")
    return _sorted(pd.DataFrame(rows, columns=COLUMNS))


def _properties(body: str) -> dict[str, tuple[str, str]]:
    """Parameters and value of each property of one entry; of the entry itself, not of its alarms."""
    first, *alarms = body.split("BEGIN:VALARM")
    own = first + "".join(alarm.partition("END:VALARM")[2] for alarm in alarms)
    found: dict[str, tuple[str, str]] = {}
    for line in own.splitlines():
        if match := re.match(r"([A-Z-]+)((?:;[^:]*)?):(.*)", line.strip()):
            value = match[3].replace("\\n", " ").replace("\\N", " ")
            found.setdefault(match[1], (match[2], re.sub(r"\\(.)", r"\1", value).strip()))
    return found


def _dates(given: Mapping[str, tuple[str, str]]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day; the end of a whole-day entry is the day after it."""
    start = _moment(given["DTSTART"][1]) if "DTSTART" in given else None
    if start is None:
        raise ValueError
    if "DTEND" in given:
        end = _moment(given["DTEND"][1])
        # an entry up to midnight, or to a date, does not reach into that day
        back = end == end.normalize() and end > start
        return start.normalize(), (end - _DAY if back else end).normalize()
    if days := re.fullmatch(r"P(\d+)([DW])", given.get("DURATION", ("", ""))[1]):
        length = int(days[1]) * (7 if days[2] == "W" else 1)
        return start.normalize(), (start + (length - 1) * _DAY).normalize()
    return start.normalize(), start.normalize()


def _moment(text: str) -> pd.Timestamp:
    """Time of a value such as 20180824 or 20180824T120000, by its own clock; London's for UTC."""
    match = re.match(r"(\d{8})(?:T(\d{6})(Z?))?", text)
    if not match:
        raise ValueError
    moment = pd.to_datetime(match[1] + (match[2] or "000000"), format="%Y%m%d%H%M%S")
    return moment.tz_localize("UTC").tz_convert("Europe/London").tz_localize(None) if match[3] else moment
