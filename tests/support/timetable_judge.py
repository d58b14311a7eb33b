"""Judge a timetable by its own rows alone: shares nothing with the code that plans."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import pandas as pd


def faults_of(
    timetable: pd.DataFrame,
    *,
    hours: dict[int, tuple[str, str]],
    visit: float = 15,
    speed: float = 25,
    detour: float = 1.3,
    depot: dict[int, tuple[float, float]] | None = None,
    most_gap: float | None = None,
    least_hours: float = 0,
) -> list[str]:
    """Name all that a timetable breaks.

    ``hours`` are those of each vehicle's shift, ``depot`` its place where it has one.
    """
    found: list[str] = []
    seen: dict[tuple, list[tuple[pd.Timestamp, pd.Timestamp]]] = defaultdict(list)
    for (date, vehicle), rows in timetable.groupby(["date", "vehicle"]):
        name = f"{date:%d.%m.} vehicle {vehicle}"
        begin, end = (pd.Timestamp(f"{date:%Y-%m-%d} {clock}") for clock in hours[vehicle])
        end += pd.Timedelta(days=1) if end <= begin else pd.Timedelta(0)
        now, here = begin, (depot or {}).get(vehicle)
        for row in rows.sort_values("order").itertuples():
            if row.activity == "visit":
                there = (row.geometry.x, row.geometry.y)
                metres = math.dist(here, there) * detour if here else 0.0
                if (row.arrive - now).total_seconds() / 60 < metres / (speed * 1000 / 60) - 1e-6:
                    found.append(f"{name}: too little time to drive to {row.name}")
                if abs((row.leave - row.arrive).total_seconds() / 60 - visit) > 1e-6:
                    found.append(f"{name}: a visit of another length")
                seen[(row.ref, row.part)].append((row.arrive, row.leave))
                here = there
            elif row.arrive < now:
                found.append(f"{name}: {row.activity} begins before what stands above has ended")
            now = row.leave
        home = (depot or {}).get(vehicle)
        drive = math.dist(here, home) * detour / (speed * 1000 / 60) if home and here else 0.0
        if (now + pd.Timedelta(minutes=drive) > end and rows.iloc[-1]["activity"] == "visit") or now > end:
            found.append(f"{name}: ends after the shift")
    for place, times in seen.items():
        times.sort()
        for (_, left), (arrive, _) in itertools.pairwise(times):
            gap = (arrive - left).total_seconds() / 60
            if gap < 60 * least_hours - 1e-6:
                found.append(f"{place}: again after {gap:.0f} minutes")
            if most_gap is not None and arrive.date() == left.date() and gap > most_gap + 1e-6:
                found.append(f"{place}: {gap:.0f} minutes alone")
    return found
