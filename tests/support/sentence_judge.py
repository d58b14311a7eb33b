"""An independent judge of sentences: each kind is looked up in the raw rows; imports nothing of the packages.

`judge(raw, texts)` gives a complaint for every sentence in the texts whose condition does not hold for the
rows as they stand in the files. The patterns and the conditions are this file's own, so that a rule of ours
that lets a sentence out wrongly, or is not asked, is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NAMED = "|".join(MONTHS)
# what the two public harm indices leave without a weight, of the words of police.uk
UNWEIGHED = {"Anti-social behaviour"}
SEASONS = re.compile(r"\b(spring|summer|autumn|winter)\b", re.IGNORECASE)
ELSEWHERE = re.compile(r"\b(station|prison|hospital|court|hmp)\b", re.IGNORECASE)


@dataclass
class Raw:
    """The rows as their files have them, one row for each usable record.

    Columns: ``month`` ("2019-02"), ``who`` (the force or source that gave it), ``kind`` (its category).
    """

    rows: pd.DataFrame
    weighed: bool  # whether any of its kinds is one that a harm index weighs
    clock: bool = False
    residents: bool = False
    ground: str = ""  # the study area or layer that was given, as a sentence names it
    inside: int | None = None  # rows inside the layer of areas, where there is one

    def held(self, who: str) -> set[str]:
        """Months in which a force or source gave anything."""
        return set(self.rows["month"][self.rows["who"].eq(who)])


class Sentence(NamedTuple):
    """A kind of sentence: how it reads, and what must hold of the raw rows."""

    pattern: re.Pattern[str]
    holds: Callable[[Raw, re.Match[str], str], bool]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _months(text: str) -> list[str]:
    """Months of "July 2018", or of "October 2018 to November 2018"."""
    ends = [f"{year}-{MONTHS.index(name) + 1:02d}" for name, year in re.findall(rf"({NAMED}) (\d{{4}})", text)]
    if len(ends) == 1 and (first := re.match(rf"({NAMED}) to", text)):  # "October to November 2018"
        ends.insert(0, f"{ends[0][:4]}-{MONTHS.index(first[1]) + 1:02d}")
    return [str(month) for month in pd.period_range(ends[0], ends[-1], freq="M")] if ends else []


def _windows(sentence: str) -> list[list[str]]:
    """Both windows of a sentence on a change."""
    window = rf"(?:(?:{NAMED}) )?(?:\d{{4}} )?(?:to )?(?:{NAMED}) \d{{4}}"
    found = re.search(rf"({window}) (?:and|beside) ({window})", sentence)
    return [_months(part) for part in found.groups()] if found else []


def _covered(raw: Raw, windows: list[list[str]]) -> list[str]:
    """Forces and sources that gave rows in every month of both windows."""
    wanted = {month for window in windows for month in window}
    return [who for who in raw.rows["who"].unique() if wanted <= raw.held(who)]


def _change_holds(raw: Raw, found: re.Match[str], sentence: str) -> bool:
    """Both windows are covered by somebody, and the sum of all is that of those who cover both, in each."""
    windows = _windows(sentence)
    if len(windows) != 2 or not (whole := _covered(raw, windows)):
        return False
    if not re.match(r"All the (records|data)", found[0]):
        return True  # of a place or a kind, whose rows are not told apart here
    rows = raw.rows[raw.rows["who"].isin(whole)]
    counts = [int(rows["month"].isin(window).sum()) for window in windows]
    return counts == [_number(found["before"]), _number(found["after"])]


def _on_ground(raw: Raw, found: re.Match[str]) -> bool:
    """Whether the ground is the one given, or else is said to be nobody's choice."""
    return raw.ground in found["ground"] if raw.ground else "where records lie" in found["ground"]


def _chance_holds(raw: Raw, found: re.Match[str], sentence: str) -> bool:
    """Places enough to speak of, named ground, and not all of the records by chance alone."""
    return (
        _on_ground(raw, found)
        and len(raw.rows) >= 20
        and _number(found["cells"]) >= 20
        and not re.search(r"\b(over 99|100)% would", sentence)
    )


def _cover_holds(raw: Raw, found: re.Match[str], sentence: str) -> bool:
    share = 0.05 if found["share"].startswith("under") else float(found["share"])
    return _on_ground(raw, found) and len(raw.rows) >= 20 and 0 < share <= 50


def _trend_holds(raw: Raw, found: re.Match[str], sentence: str) -> bool:
    months = sorted(raw.rows["month"].unique())
    span = [str(month) for month in pd.period_range(months[0], months[-1], freq="M")] if months else []
    return len(span) >= 10 and all(set(span) <= raw.held(who) for who in raw.rows["who"].unique())


KINDS = {
    "change between two periods": Sentence(
        re.compile(
            r"(?:All the (?:records|data): )?from (?P<before>[\d,]+) to (?P<after>[\d,]+)\b(?!%)(?=.*"
            r"\b(?:a clear (?:rise|fall)|no clear change|no change)\b)"
        ),
        _change_holds,
    ),
    "change of single places": Sentence(
        re.compile(r"[Cc]olour(?:ed)? (?:the hotspots )?by change|Change in the number of"),
        lambda raw, found, sentence: len(set(raw.rows["month"])) > 1,
    ),
    "ground that nobody chose": Sentence(
        re.compile(r"No study area was given"), lambda raw, found, sentence: "study area" not in raw.ground
    ),
    "harm": Sentence(
        re.compile(
            r"[Hh]arm score|sentence days?\b|days in prison|% of (?:all |the )?harm|by harm\b|[Mm]ost harmful"
        ),
        lambda raw, found, sentence: raw.weighed,
    ),
    "rate per resident": Sentence(
        re.compile(r"per (?:[\d,]+ )?residents?\b"), lambda raw, found, sentence: raw.residents
    ),
    "records lie outside the areas": Sentence(
        re.compile(r"\b(?:[Aa]ll|[\d,]+ of(?: the)?|[\d,]+%)(?: [\d,]+)? records lie (?:in no area|outside)"),
        lambda raw, found, sentence: raw.inside is not None and raw.inside <= len(raw.rows) / 10,
    ),
    "share held by chance": Sentence(
        re.compile(
            r"The busiest [\d.]+% of places \([\d,]+ of (?P<cells>[\d,]+) hexagons[^)]* in (?P<ground>[^)]+)"
        ),
        _chance_holds,
    ),
    "share of the ground covered": Sentence(
        re.compile(r"hotspots? covers? (?P<share>under 0\.1|[\d.]+)% of (?P<ground>.+?) and holds? "),
        _cover_holds,
    ),
    "trend of a place": Sentence(
        re.compile(r"^\s*(?:persistent|emerging|former|intermittent)\.?\s*$", re.IGNORECASE), _trend_holds
    ),
    "time of day": Sentence(
        re.compile(r"[Bb]usiest four hours|\d\d:00 to \d\d:00"), lambda raw, found, sentence: raw.clock
    ),
    "verdict": Sentence(
        re.compile(r"\b[Mm]ore than expected|[Ff]ewer than expected|change beyond the comparison areas"),
        lambda raw, found, sentence: not re.search(r"from 0 to|to 0\b", sentence),
    ),
    "season": Sentence(
        re.compile(r"\b(?:[Bb]usiest|[Mm]ost|[Hh]ighest|[Mm]ore)\b.*\b(?:spring|summer|autumn|winter)\b"),
        lambda raw, found, sentence: raw.rows["month"].str[5:].nunique() == 12,
    ),
}  # fmt: skip
DOORS = re.compile(r"[Ll]icensees|[Dd]oor staff")


def split_sentences(text: str) -> Iterator[str]:
    """Sentences and cells, one at a time."""
    for line in text.splitlines():
        yield from re.split(r"(?<=[.;])\s+(?=[A-Z])", line)


def judge(raw: Raw, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each sentence that should not stand: its kind, and where it stands with its words."""
    found = []
    for name, text in texts.items():
        for sentence in split_sentences(text):
            for kind, (pattern, holds) in KINDS.items():
                match = pattern.search(sentence)
                if match and not holds(raw, match, sentence):
                    found.append((kind, f"{name}: {sentence.strip()[:200]}"))
    return found


def judge_doors(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Plans of places that records only default to, which speak of licensees and door staff."""
    plans = {name: text for name, text in texts.items() if ELSEWHERE.search(name)}
    return [
        ("premises", f"{name}: {sentence.strip()[:200]}")
        for name, text in plans.items()
        for sentence in split_sentences(text)
        if DOORS.search(sentence)
    ]


def spoken(texts: Mapping[str, str]) -> set[str]:
    """Kinds of sentence that stand anywhere: a judge who meets none has judged nothing."""
    every = [sentence for text in texts.values() for sentence in split_sentences(text)]
    return {kind for kind, (pattern, _) in KINDS.items() if any(pattern.search(s) for s in every)}


_JUDGED = re.compile(
    r"from (?P<before>[\d,]+) to (?P<after>[\d,]+)(?: \([^)]*\))?,?"
    r"(?P<windows> between .+?|, [^:;]+? beside [^:;]+?): (?P<word>a clear rise|a clear fall|no clear change)"
)


def contradictions(texts: Mapping[str, str]) -> list[str]:
    """Changes between two counts of the same windows for which two words stand in the texts."""
    said: dict[tuple[str, ...], dict[str, str]] = {}
    for name, text in texts.items():
        for found in _JUDGED.finditer(text):
            key = found["before"], found["after"], found["windows"]
            said.setdefault(key, {}).setdefault(found["word"], name)
    return [f"{' to '.join(key[:2])}{key[2]}: {words}" for key, words in said.items() if len(words) > 1]
