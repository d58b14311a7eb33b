"""What lies ahead of a plan: events that come each year or once, and orders that end unless they are renewed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import pandas as pd
from annotated_types import Ge
from pydantic import AfterValidator

from hotspots.checks import InputError
from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_dates import parse_date
from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_count, say_date
from hotspots.files.typed_tables import Table, needed, shown
from hotspots.plans.record import Plan

WARN = 90  # days before an order ends
HALF_YEAR = 183  # days that a plan looks ahead where no end of its response is written


def _when(value: Any) -> Any:
    if parse_date(str(value)) is None and parse_date(f"{value} 2024") is None:
        raise InputError("{key} is not a date", given=repr(str(value)), advice="31 October (each year), or 2026-10-31")
    return str(value)


When = Annotated[Any, AfterValidator(_when)]


class Event(Table):
    """What comes, and must be prepared for."""

    name: str = needed('name = "Halloween to Bonfire Night"')
    start: When = needed('start = "31 October"')
    end: When | None = shown("the first day")
    prepare: str | None = shown("as known by its name")
    days: Annotated[int, Ge(0)] = 28
    place: str | None = shown("everywhere")


class Order(Table):
    """A Public Spaces Protection Order, or another that ends unless it is renewed."""

    name: str = needed('name = "PSPO, city centre"')
    ends: When = needed("ends = 2027-03-31")
    place: str | None = shown("everywhere")


def list_ahead(rows: Iterable[Mapping[str, Any]], *, day: Any) -> list[dict[str, str]]:
    """List what is not over on a day and begins within a year of it, by time; orders that have ended stay."""
    today, found, known = pd.Timestamp(day).date(), [], packaged_toml("plans", "events")
    for row in rows:
        last = "ends" in row
        for start, end in _times(str(row["ends" if last else "start"]), str(row.get("end") or ""), today.year):
            if last or (end >= today and start <= today + dt.timedelta(366)):
                begin = start - dt.timedelta(WARN if last else row.get("days", 28))
                do = "" if last else row.get("prepare") or known.get(row["name"].casefold(), "")
                one = {"name": clean_text(row["name"]), "do": clean_text(do)}
                one |= {"kind": "order" if last else "event", "from": str(begin), "start": str(start), "end": str(end)}
                found.append(one)
    return sorted(found, key=lambda row: (row["start"], row["name"]))


def _times(first: str, last: str, year: int) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day: once, or around each year; over the end of a year if it must be."""
    once = parse_date(first)
    for one in [once.year] if once else [year - 1, year, year + 1]:
        start = once or parse_date(f"{first} {one}")
        ends = [parse_date(last) or parse_date(f"{last} {one + later}") for later in (0, 1)] if last else []
        if start is not None:  # 29 February
            yield start, next((end for end in ends if end and end >= start), start)


def say_ahead(plan: Plan, *, day: Any, late: bool = False) -> list[str]:
    """Say what falls in a plan's time and what to prepare from when; ``late``: only orders that end soon."""
    today, said = pd.Timestamp(day).date(), []
    ends = parse_date(plan.fields()["response.end"])
    until = ends if ends and ends > today else today + dt.timedelta(HALF_YEAR)
    for row in plan.analysis.get("ahead", ()):
        begin, start, end = (dt.date.fromisoformat(row[key]) for key in ("from", "start", "end"))
        if row["kind"] == "order" and (begin <= today or not late):
            soon = f", in {say_count((end - today).days, 'day')}: renew it now, or let it end" if begin <= today else ""
            gone = f" ended on {say_date(end)}: it is not in force unless it was renewed"
            said.append(f"The order “{row['name']}”{gone if end < today else f' ends on {say_date(end)}{soon}'}.")
        elif row["kind"] == "event" and not late and end >= today and start <= until:
            when = say_date(start) if start == end else f"{say_date(start)} to {say_date(end)}"
            due = f"from {say_date(begin)}" if begin > today else f"now (since {say_date(begin)})"
            said.append(f"{row['name']} ({when}): prepare {due}{': ' * bool(row['do'])}{row['do']}.")
    return said
