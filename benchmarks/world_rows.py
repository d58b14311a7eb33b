"""The rows of a world's sources, month by month, and what must become of each."""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from world_draw import World

STREETS = (
    *("High Street", "Station Road", "Park Lane", "Church Street", "Mill Road", "Supermarket", "Parking Area"),
    *("Albion Place", "Boar Lane", "Queen's Road", "Victoria Avenue", "Elm Grove", "The Headrow", "Shopping Area"),
)
ODD_STREETS = (
    *("Great St Helen'S", "Rock`n`Roll ${Bar} Lane", "<b>Bold</b> Street", "=1+1 Close", "Marks & Spencer Way"),
    *("Heol Ynys Môn", 'The "Quoted" Arms', "King’s Road", "O'Connell Street", "A" * 120, "Rue\tTab", "-", "Straße 7"),
)
# kinds of police.uk that had another name in earlier years
RENAMED = {
    "Violence and sexual offences": "Violent crime",
    "Drugs": "Other crime",
    "Public order": "Public disorder and weapons",
}
MANY = 240  # files of one month, a row in each
OUTSIDE = ((0.0, 0.0), (99_999_999.0, 5.0), (-400_000.0, 1_300_000.0))


@dataclass
class Row:
    """One line of a file: what stands in it, and its fate ("used", "bad", "twice", "either")."""

    id: str
    number: int
    month: str
    day: int
    clock: str
    kind: str
    place: str
    east: float | str
    north: float | str
    fate: str = "used"
    marks: set[str] = field(default_factory=set)


def month_name(world: World, index: int) -> str:
    """Month number ``index`` of a world, as 2023-04."""
    year, month = map(int, world["start"].split("-"))
    whole = year * 12 + month - 1 + index
    return f"{whole // 12}-{whole % 12 + 1:02d}"


@lru_cache(maxsize=64)
def _places(seed: int, east: int, north: int, spread: int, count: int, odd: bool) -> list[tuple[float, float, str]]:
    dice = random.Random(f"places {seed}")
    names = [*STREETS, *(ODD_STREETS if odd else ())]
    dice.shuffle(names)
    made = []
    for number in range(count):
        x, y = (dice.uniform(-spread, spread) for _ in range(2))
        if number % 3 and made:  # near an earlier one, so that something is a hotspot
            x, y = made[number // 3][0] - east + x / 15, made[number // 3][1] - north + y / 15
        made.append((float(round(east + x)), float(round(north + y)), names[number % len(names)]))
    return made


def places_of(world: World, *, odd: bool = False) -> list[tuple[float, float, str]]:
    """Give the places of a town: easting, northing, street."""
    return _places(world["seed"], *world["centre"], world["spread"], max(1, world["places"]), odd)


def rows_of(world: World, name: str, month: int) -> list[Row]:
    """Give the rows of one source in one month, in the order of its file."""
    source = world["sources"][name]
    if month in source["missing"] or month in source["empty"] or "no records" in source["mess"]:
        return []
    dice = random.Random(f"rows {world['seed']} {name} {month}")
    many = source["rows"] / world["months"]
    count = int(many) + (dice.random() < many % 1)
    if source["rows"] == 1 or not month:  # what has records has one in its first month
        count = 0 if month else max(1, count)
    if "many files" in source["mess"] and month == 0:
        count = MANY
    kinds = [(k, 5 if month >= k.get("jumps", 10**6) else 1) for k in source["kinds"] if _alive(k, month)]
    if not kinds:
        return []
    places = places_of(world, odd="odd places" in source["mess"])
    weights = [1 / (1 + n) for n in range(len(places))]
    exact = world["config"]["hotspots"]["method"] == "streets" and "police" not in source["layout"]
    rows = []
    for number in range(count):
        kind = dice.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        east, north, street = dice.choices(places, weights)[0]
        if exact:
            east, north = east + dice.randint(-25, 25), north + dice.randint(-25, 25)
        label = _label(kind, month, source["layout"])
        clock = f"{dice.randrange(24):02d}:{dice.randrange(60):02d}"
        text = f"{world['seed']}{name}{month}-{number}"
        ids = (
            hashlib.sha256(text.encode()).hexdigest()
            if "police" in source["layout"]
            else f"{name[-1]}/{month:02d}{number:05d}"
        )
        rows.append(
            Row(
                ids,
                month * 100_000 + number,
                month_name(world, month),
                dice.randint(1, 28),
                clock,
                label,
                street,
                east,
                north,
            )
        )
    for mess in sorted(source["mess"], key=lambda name: name in ("twice the same", "overlap")):
        if mess in MESSES:
            rows = MESSES[mess](rows, source, random.Random(f"{mess} {world['seed']} {name} {month}"))
    if "police" in source["layout"]:
        for row in rows:
            if row.kind == "Anti-social behaviour" and "id" not in row.marks:
                row.id = ""
    return rows


def _alive(kind: dict[str, Any], month: int) -> bool:
    return kind.get("begins", 0) <= month < kind.get("ends", 10**6)


def _label(kind: dict[str, Any], month: int, layout: str) -> str:
    if month >= kind.get("renamed", 10**6):
        return kind["name"]
    if "renamed" not in kind:
        return kind["name"]
    return RENAMED.get(kind["name"], "Other crime") if "police" in layout else f"{kind['name']} (old)"


def _some(rows: list[Row], dice: random.Random, share: float) -> list[Row]:
    return [row for row in rows if dice.random() < share]


def _word_ids(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows:
        if row.kind == "Anti-social behaviour" or dice.random() < 0.3:
            row.id, row.marks = source["word"], {"id"}
    return rows


def _round_ids(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    spelling = ("1.3{}E+13", "1.3{}e+13", "1,3{}E+13", "1.3{}e13", "1.3{}E+0013")[len(source["word"]) % 5]
    for row in rows:
        row.id, row.marks = spelling.format(dice.randrange(2)), {"id"}
    return rows


def _share_id(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    """One ID on rows of other kinds and places; where they hardly differ, they may be one that came back."""
    some, first = rows[: max(5, len(rows) // 3)], None
    for row in some:
        first = first or row
        far = isinstance(row.east, float) and math.hypot(row.east - first.east, row.north - first.north) > 150
        other = row.kind != first.kind or ("police" not in source["layout"] and row.day != first.day)
        row.marks.add("far" if far and other else "near")
    clear = len(source["kinds"]) > 1 and sum("far" in row.marks for row in some) > 1
    for row in some:
        row.id, row.marks, row.fate = "REF-1", {"id"}, row.fate if clear else "either"
    return rows


def _no_ids(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows:
        row.id, row.marks = "", {"id"}
    return rows


def _twice(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    real = [row for row in rows if not row.marks and row.kind != "Anti-social behaviour" and row.fate == "used"]
    return [*rows, *(Row(**{**vars(row), "fate": "twice", "marks": {"id"}}) for row in real[:2])]


def _bad(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    if "many files" in source["mess"] and len(rows) >= MANY:
        return rows  # a file of one row would be wrong as a whole
    for row in _some(rows[1:], dice, 0.05)[: len(rows) // 6]:
        what = dice.choice(("none", "outside", "letters", "date"))
        row.fate = "bad"
        if what == "date":
            row.month = dice.choice(("", "2023-13", "soon"))
        elif what == "outside":
            row.east, row.north = dice.choice(OUTSIDE)
        else:
            row.east = "" if what == "none" else "here"
            row.north = "" if what == "none" else row.north
    return rows


def _word_places(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in _some(rows, dice, 0.4):
        row.place = source["word"]
    return rows


def _blank_kinds(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in _some(rows, dice, 0.2):
        row.kind, row.fate = (dice.choice(("", " ", source["word"])), "either" if row.fate == "used" else row.fate)
        row.marks.add("id")
    return rows


def _no_location(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows[1:3]:
        row.marks, row.fate = {*row.marks, "null"}, "bad"
    return rows


def _surrogate(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows[:1]:
        row.place = "Half \ud83d Lane"
    return rows


def _overlap(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    again = [row for row in rows if row.fate == "used" and dice.random() < 0.5]
    return [
        *rows,
        # a few rows without an ID may be the same events or others like them
        *(
            Row(**{**vars(row), "fate": "twice" if row.id else "either", "marks": {*row.marks, "other file"}})
            for row in again
        ),
    ]


def _strays(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows[: 1 + len(rows) // 10]:
        if row.fate == "used":
            row.east, row.north = dice.choice(((350_000.0, 800_000.0), (620_000.0, 310_000.0), (250_000.0, 60_000.0)))
    return rows


def _exchange(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows:
        row.east, row.north = row.north, row.east
        row.fate = "either"
    return rows


def _formulas(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows[5:6]:
        row.marks, row.fate = {*row.marks, "formula"}, "bad"
    return rows


def _unread(rows: list[Row], source: Any, dice: random.Random) -> list[Row]:
    for row in rows:
        row.month, row.fate = "soon", "bad"
    return rows


MESSES = {
    "ids missing": _no_ids,
    "id words": _word_ids,
    "id rounded": _round_ids,
    "id shared": _share_id,
    "place words": _word_places,
    "blank kinds": _blank_kinds,
    "bad rows": _bad,
    "twice the same": _twice,
    "null location": _no_location,
    "surrogate": _surrogate,
    "overlap": _overlap,
    "many strays": _strays,
    "exchanged": _exchange,
    "formulas": _formulas,
    "dates unread": _unread,
}
