"""The dates, periods and time profiles of a configuration, each with its line where it cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hotspots.checks import InputError, Problems, closest_name
from hotspots.common.calendar_files import name_entries
from hotspots.common.windows import read_window, read_windows
from hotspots.timing.profile_times import NEEDS
from maps.common.calendar import TABLES
from maps.config._schema import line_of

NO_COUNTS = "no counts"  # what "agreed_on" says where counts had no part in the choice


def check_times(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    """Note a day, a period, a calendar entry or a time profile that cannot be."""
    as_of = raw.get("as_of") or dt.datetime.now(tz=dt.UTC).date()
    _check_date(raw, text, problems)
    _check_windows(raw, text, problems, as_of=as_of)
    _check_agreed(raw, text, problems, as_of=as_of)
    _check_backtest(raw, text, problems, as_of=as_of)
    _check_calendar(raw, text, problems)
    _check_profiles(raw, text, problems)


def _check_date(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    value = raw.get("as_of")
    if isinstance(value, str):
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            problems.add(
                f"line {line_of(text, '', 'as_of')}: 'as_of' is not a date",
                given=repr(value),
                advice="2018-07-31",
            )


def _check_windows(raw: Mapping[str, Any], text: str, problems: Problems, *, as_of: Any) -> None:
    boards = raw.get("boards", {})
    tables = {"changes": raw.get("changes")}
    tables |= {f"boards.{name}": table for name, table in boards.items()} if isinstance(boards, dict) else {}
    for table, content in tables.items():
        for key in ("after", "before") if isinstance(content, dict) else ():
            name = content.get(key)  # type: ignore[union-attr]
            if isinstance(name, str):
                try:
                    read_window(name, as_of=as_of)
                except InputError as error:
                    problems.add(f"line {line_of(text, table, key)}: {error}")


def _check_agreed(raw: Mapping[str, Any], text: str, problems: Problems, *, as_of: Any) -> None:
    hotspots = raw.get("hotspots")
    stated = hotspots.get("agreed_on") if isinstance(hotspots, dict) else None
    if isinstance(stated, str | list) and stated != NO_COUNTS:
        try:
            read_windows(stated, as_of=as_of)
        except InputError as error:
            problems.add(
                f"line {line_of(text, 'hotspots', 'agreed_on')}: {error}", advice=f'or "{NO_COUNTS}"'
            )


def _check_backtest(raw: Mapping[str, Any], text: str, problems: Problems, *, as_of: Any) -> None:
    hotspots = raw.get("hotspots")
    pairs = hotspots.get("backtest") if isinstance(hotspots, dict) else None
    for pair in pairs if isinstance(pairs, list) else ():
        where = f"line {line_of(text, 'hotspots', 'backtest')}: 'backtest'"
        if not isinstance(pair, list) or len(pair) != 2:
            advice = '[["2016-07", "2017-07"]]'
            problems.add(f"{where} must hold pairs of periods", given=repr(pair), advice=advice)
            continue
        for window in pair:
            try:
                read_windows(window, as_of=as_of)
            except InputError as error:
                problems.add(f"{where}: {error}")


def _check_calendar(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    """Note calendar entries without a date that can be read."""
    calendar = raw.get("calendar")
    for table, kind in TABLES.items() if isinstance(calendar, dict) else ():
        entries = calendar.get(table)  # type: ignore[union-attr]
        for name, when in entries.items() if isinstance(entries, dict) else ():
            try:
                name_entries({name: when}, kind=kind)
            except InputError as error:
                line = line_of(text, f"calendar.{table}", name)
                problems.add(f"line {line}: {error.problem.partition(': ')[2]}")


def _check_profiles(raw: Mapping[str, Any], text: str, problems: Problems) -> None:
    """Note time profiles that there are not."""
    times = raw.get("times")
    asked = times.get("by") if isinstance(times, dict) else None
    for by in asked if isinstance(asked, list) else ():
        if by not in NEEDS:
            near = closest_name(str(by), NEEDS)
            problems.add(
                f"line {line_of(text, 'times', 'by')}: there is no such time profile",
                given=repr(by),
                advice=f"'{near}'" if near else "one of " + ", ".join(NEEDS),
            )
