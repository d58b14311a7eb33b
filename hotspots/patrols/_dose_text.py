"""Doses in words: how often a hotspot is to be visited, for all, a class of them or one."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from hotspots.checks import InputError, Problems
from hotspots.reading.crosswalks import fold_label

PERIODS = ("shift", "day", "week", "month")
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4}
_OFTEN = re.compile(r"(\d+|once|twice|one|two|three)\s*(?:visits?|times?|x)?\s*(?:per|an?|every|each|/)\s*(\w+)")
_NUMBERS = {"once": 1, "one": 1, "twice": 2, "two": 2, "three": 3}
_GAP = re.compile(r"every\s+(\d+(?:\.\d+)?)\s*(minutes?|hours?)")
_WORST = re.compile(r"(?:the\s+)?worst\s+(\d+)")


class Dose(NamedTuple):
    """So many visits a period; ``minutes`` is the gap where the dose was told as one."""

    visits: int
    period: str
    minutes: float = 0.0

    def __str__(self) -> str:
        if self.minutes:
            return f"every {self.minutes:g} minutes"
        return f"{self.visits} per {self.period}" if self.visits else "none"

    def say(self) -> str:
        """Say how often in words: "twice a week", "every 120 minutes"."""
        often = {1: "once", 2: "twice"}.get(self.visits, f"{self.visits} times")
        return str(self) if self.minutes or not self.visits else f"{often} a {self.period}"

    def in_shift(self, hours: float) -> int:
        """Visits of the dose's period; of a dose told as a gap, those that fit in so many minutes."""
        return max(1, int(hours // self.minutes)) if self.minutes else self.visits

    @property
    def spacing(self) -> float:
        """Hours between visits when they are spread evenly; 0 within a shift."""
        return 24 * _DAYS[self.period] / self.visits if self.period in _DAYS and self.visits else 0.0


def parse_dose(text: Any) -> Dose:
    """Read a dose such as "2 per week", "twice a day", "every 2 hours" or "none"."""
    said = text.strip().casefold() if isinstance(text, str) else ""
    if said in ("none", "0", "no visit", "no visits"):
        return Dose(0, "week")
    if gap := _GAP.fullmatch(said):
        minutes = float(gap[1]) * (60 if gap[2].startswith("hour") else 1)
        if minutes > 0:
            return Dose(1, "shift", minutes)
    found = _OFTEN.fullmatch(said)
    period = found[2].removesuffix("s") if found else ""
    number = (_NUMBERS.get(found[1]) or int(found[1])) if found and found[1] != "0" else 0
    if period not in PERIODS or not 1 <= number <= 100:
        raise InputError(
            "A dose is a number of visits per shift, day, week or month",
            given=repr(text),
            advice="'2 per week', 'every 2 hours', or 'none'",
        )
    return Dose(number, period)


def give_doses(stops: pd.DataFrame, dose: Any, kinds: pd.Series) -> list[Dose]:
    """Dose of each stop: one for all; or by name, reference, class ("single", "worst 10") and "other".

    What names one hotspot goes before "worst N", that before its kind, and that before "other".
    """
    if not isinstance(dose, Mapping):
        return [parse_dose(dose)] * len(stops)
    problems, read = Problems("The doses cannot be read"), dict[str, Dose]()
    known = {fold_label(v) for c in ("ref", "name") for v in stops[c]} | {fold_label(k) for k in kinds}
    for label, text in dose.items():
        try:
            read[fold_label(label)] = parse_dose(text)
        except InputError as error:
            problems.add(f"dose of {label}: {error.problem}", given=repr(text), advice="'2 per week'")
        if fold_label(label) not in known | {"other"} and not _WORST.fullmatch(str(label).casefold()):
            problems.add(
                "there is no hotspot or class of that name",
                given=repr(label),
                advice="'single', 'clustered', 'worst 10', a reference, a name, or 'other'",
            )
    problems.raise_any()
    worst = sorted((int(m[1]), d) for k, d in read.items() if (m := _WORST.fullmatch(k)))
    other = read.get("other", Dose(0, "week"))
    ranks = pd.Series(pd.factorize(stops["rank"], sort=True)[0] + 1)
    found = []
    for ref, name, place, kind in zip(stops["ref"], stops["name"], ranks, kinds, strict=True):
        ways = [read.get(fold_label(ref)), read.get(fold_label(name))]
        ways += [next((d for n, d in worst if place <= n), None), read.get(fold_label(kind))]
        found.append(next((d for d in ways if d is not None), other))
    return found
