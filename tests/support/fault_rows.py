"""Bad rows by the thousand, each with the cause that a person would give, and the check of them all."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,"
    "LSOA code,LSOA name,Crime type,Last outcome category,Context"
)
METRES: dict[str, Any] = {"base": "police.uk", "name": "metres", "coordinates": {"kind": "metres"}}
STUDY = shapely.box(420_000, 425_000, 440_000, 445_000)  # metres; the good rows lie well inside
AS_OF = "2018-08-31"
FINE, ANY = "", "any"  # a row that must be used; a row that may be used or not, but must be found again

XY: dict[str, list[tuple[str, str]]] = {
    "no coordinates": [("", ""), ("nan", "NaN"), (" ", " "), ("NULL", "53.8"), ("-", "-"), ("", "53.8")],
    "coordinates 0,0": [("0", "0"), ("0.0", "0.000000"), ("-0", "0"), ("0e0", "0")],
    "latitude and longitude swapped": [("53.8", "-1.5"), ("53.79", "-1.55")],
    "National Grid metres in degree columns": [("430050", "433550"), ("430050.5", "433550.25")],
    "unreadable coordinates": [
        *(("abc", "53.8"), ("-1.5", "north"), ("1e999", "53.8"), ("--1.5", "53.8"), ("1.5.3", "53.8")),
        *(('"53,8"', '"-1,5"'), ("1°32'W", "53°48'N"), ("=1+1", "53.8"), ("0x1F", "53.8"), ("inf", "53.8")),
        *(("-1.5 W", "53.8"), ("9" * 400, "53.8"), ("\u22121.5", "53.8"), ("#REF!", "#REF!"), ("1e", "53.8")),
        *(("-1.5", "<b>53.8</b>"), ("True", "53.8"), ("1,5".replace(",", "'"), "53.8")),
    ],
    "outside Great Britain": [
        *(("2.3522", "48.8566"), ("-74.0", "40.7"), ("1e10", "-1e10"), ("-1e308", "53.8"), ("-1.5", "1e30")),
        *(("-1.5", "-53.8"), ("-153.8", "53.8"), ("9" * 25, "53.8")),
    ],
    "outside the study area": [("-3.19", "55.95"), ("-0.12", "51.5"), ("-5.05", "50.26")],
}
WHEN: dict[str, list[str]] = {
    "unreadable date": [
        *("soon", "2018-13", "", "0000-00", "2018-02-30", "99999-01", "20180", "2018/99", "1e5", "2018-07-32"),
        *("=TODAY()", "July 20l8", "1899-12", "-2018-07", "2018-07 24:61", "'2018-07", "nan", "NaT", "inf"),
        *("9" * 300, "2018-07-01T25:00", "31/02/2018", "25/12/2017", "#VALUE!", "Julember 2018", "0", "2018--07"),
    ],
    "day and month ambiguous": ["03/04/2018", "1/2/2018", "05-06-2018", "07.08.2018", "03/04/18"],
    "future date": ["2031-01", "2199-12", "2030-12-31", "2018-09", "Sep-18"],
}
TEXT = [
    *("On or near Boar Lane", "On or near Ffordd y Môr", "إيجبت ستريت", "通り", "👮 Street", "\u202eenaL raoB"),
    *('"On or near A, B and C"', '"The ""Red Lion"" pub"', "=HYPERLINK(1)", "@SUM(A1)", "+1", "-1", "\tx"),
    *("<script>alert(1)</script>", "x" * 5000, "'; DROP TABLE x; --", "%s%n{}", "a\0b", "\x1b[31mred", "\x07"),
    *("\ufeffx", "e\u0301" * 20, "null", "..\\..\\x", "\u2028", "\x0b\x0c", "C:\\con", "\x85", "\xa0"),
]


@dataclass(frozen=True)
class BadRow:
    """One row as written: its lines, its ID, and the cause that must be given ("" where it must be used)."""

    text: str
    ident: str
    cause: str
    lines: int = 1


def make_rows(count: int, *, seed: int, metres: bool = False) -> list[BadRow]:
    """Rows of every cause and nonsense besides, about a quarter of them good."""
    dice = random.Random(seed)
    kinds = [_good, _good_text, _bad_place, _bad_when, _wrong_width, _open, _two_lines]
    kinds = [_good, _metre_rows] if metres else [*kinds, _bad_place, _bad_when]
    rows = [dice.choice(kinds)(dice, f"{seed:04x}{n:060x}", metres) for n in range(count)]
    for n in range(10, count, 20):  # an ID that has been seen: of two good rows of a file the first stays
        good = [row for row in rows[n - 10 : n] if row.cause == FINE and row.ident in row.text]
        if good:
            rows[n] = BadRow(good[0].text, good[0].ident, "duplicate Crime ID", good[0].lines)
    return rows


def _row(dice: random.Random, ident: str, metres: bool, **cells: str) -> str:
    x, y = dice.uniform(-1.60, -1.50), dice.uniform(53.76, 53.84)
    at = (f"{x:.6f}", f"{y:.6f}")
    if metres:
        at = (f"{dice.uniform(425_000, 435_000):.0f}", f"{dice.uniform(430_000, 440_000):.0f}")
    given = {"Crime ID": ident, "Month": "2018-07", "Reported by": "Force", "Falls within": "Force"}
    given |= {"Longitude": at[0], "Latitude": at[1], "Location": "On or near Boar Lane"}
    given |= {"Crime type": dice.choice(["Burglary", "Anti-social behaviour", "Drugs"])} | cells
    return ",".join(given.get(name, "") for name in HEADER.split(","))


def _good(dice: random.Random, ident: str, metres: bool) -> BadRow:
    month = dice.choice(["2018-07", "Jul-18", "July 2018", "2018-07-09", "2018-07-31 23:59"])
    return BadRow(_row(dice, ident, metres, Month=month), ident, FINE)


def _good_text(dice: random.Random, ident: str, metres: bool) -> BadRow:
    cells = {name: dice.choice(TEXT) for name in ("Location", "LSOA name", "Context", "Falls within")}
    return BadRow(_row(dice, ident, metres, **cells), ident, FINE)


def _bad_place(dice: random.Random, ident: str, metres: bool) -> BadRow:
    cause = dice.choice(list(XY))
    x, y = dice.choice(XY[cause])
    return BadRow(_row(dice, ident, metres, Longitude=x, Latitude=y), ident, cause)


def _metre_rows(dice: random.Random, ident: str, metres: bool) -> BadRow:
    wrong = [("-1.5", "53.8"), ("53.8", "-1.5")], "degrees in metre columns"
    out = [("-430050", "433550"), ("430050", "1e9"), ("9" * 20, "1")], "outside Great Britain"
    far = [("533000", "180000"), ("325000", "674000")], "outside the study area"
    odd = [("SE 300 335", "SE"), ("430050m", "433550"), ('"430;050"', "433550")], "unreadable coordinates"
    lost = [("4.30E+05", "433550"), ("430050", "4.3e5")], "coordinates that lost their digits"
    plain = [('"430,050"', '"433,550"'), ("430 050", "433 550"), ("430'050", "433550")], FINE
    places, cause = dice.choice([wrong, out, far, odd, lost, plain])
    x, y = dice.choice(places)
    return BadRow(_row(dice, ident, metres, Longitude=x, Latitude=y), ident, cause)


def _bad_when(dice: random.Random, ident: str, metres: bool) -> BadRow:
    cause = dice.choice(list(WHEN))
    return BadRow(_row(dice, ident, metres, Month=dice.choice(WHEN[cause])), ident, cause)


def _wrong_width(dice: random.Random, ident: str, metres: bool) -> BadRow:
    cells = _row(dice, ident, metres).split(",")
    cut: list[Callable[[], list[str]]] = [
        lambda: cells[: dice.randint(1, 11)],
        lambda: cells + ["more"] * dice.randint(1, 40),
        lambda: [*cells, ""],
        lambda: ["   "],
        lambda: ["\0"],
        lambda: ["total: 17"],
    ]
    return BadRow(",".join(dice.choice(cut)()), "", "wrong number of fields")


def _open(dice: random.Random, ident: str, metres: bool) -> BadRow:
    """Odd enough that either is right: digits of other scripts, underscores, quotation marks inside."""
    odd = dice.choice(
        [
            {"Longitude": "\uff0d\uff11.5"},
            {"Month": "\u0662\u0660\u0661\u0668-\u0660\u0667"},
            {"Longitude": "-1_0.5"},
            {"Location": 'The "Red Lion'},
            {"Month": "2018-7"},
            {"Latitude": "5.38e1"},
            {"Crime ID": "2.01913E+12"},
            {"Crime type": ""},
            {"Crime type": "x" * 3000},
        ]
    )
    return BadRow(_row(dice, ident, metres, **odd), "" if "Crime ID" in odd else ident, ANY)


def _two_lines(dice: random.Random, ident: str, metres: bool) -> BadRow:
    return BadRow(_row(dice, ident, metres, Context='"first line\nsecond line"'), ident, FINE, lines=2)


def write_rows(folder: Path, rows: list[BadRow], *, per_file: int = 500) -> dict[tuple[str, int], BadRow]:
    """Write rows to files of a force each; give each row by its file and its line there."""
    folder.mkdir(parents=True, exist_ok=True)
    placed = {}
    for number, first in enumerate(range(0, len(rows), per_file)):
        name, line, text = f"f{number:03d}.csv", 2, [HEADER]
        for row in rows[first : first + per_file]:
            placed[name, line] = row
            text.append(row.text.replace(",Force,", f",Force {number},", 1))
            line += row.lines
        (folder / name).write_bytes(("\n".join(text) + "\n").encode())
    return placed


def check_rows(folder: Path, placed: dict[tuple[str, int], BadRow], *, metres: bool = False) -> list[str]:
    """Read the files and say what does not hold: each row used, or listed with file, line and right cause."""
    from hotspots import read_incidents

    incidents, rejects = read_incidents(folder, layout=METRES if metres else "police.uk", study_area=STUDY, as_of=AS_OF)
    wrong = []
    if len(incidents) + len(rejects) != len(placed):
        wrong.append(f"{len(incidents)} used + {len(rejects)} not used is not {len(placed)} rows")
    found = dict(zip(zip(rejects["file"], rejects["line"], strict=True), rejects["cause"], strict=True))
    used = set(incidents["incident_id"])
    wrong += [f"{key} is not a row that was written" for key in found if key not in placed]
    for (file, line), row in placed.items():
        cause = found.get((file, line), FINE)
        if row.cause not in (ANY, cause):
            wrong.append(f"{file} line {line}: {cause or 'used'}, not {row.cause or 'used'}: {row.text[:150]!r}")
        elif cause == FINE and row.ident and row.ident not in used:
            wrong.append(f"{file} line {line}: neither used nor listed: {row.text[:150]!r}")
    return wrong


def tear(folder: Path, *, seed: int, wounds: int) -> int:
    """Damage files at random: stray quotation marks, NUL, line ends and cut lines; give the files' count."""
    dice = random.Random(seed)
    files = sorted(folder.glob("*.csv"))
    for path in files:
        data = bytearray(path.read_bytes())
        for _ in range(wounds):
            at = dice.randint(len(HEADER) + 1, len(data) - 2)
            data[at : at + dice.choice([0, 1, 1, 30])] = dice.choice([b'"', b"\0", b"\r", b"\n", b",", b"\xff", b""])
        path.write_bytes(bytes(data))
    return len(files)


def check_torn(folder: Path) -> list[str]:
    """Every line of a damaged file that still is as it was must be used or listed, and no row twice."""
    from hotspots import read_incidents

    incidents, rejects = read_incidents(folder, study_area=STUDY, as_of=AS_OF, same_month="both")
    counts = rejects.attrs["rows_by_file"]
    wrong = []
    if len(incidents) + len(rejects) != sum(counts.values()):
        wrong.append(f"{len(incidents)} used + {len(rejects)} not used is not {sum(counts.values())} rows")
    if rejects.duplicated(["file", "line"]).any() or incidents["incident_id"].duplicated().any():
        wrong.append("a row is there twice")
    known = set(incidents["incident_id"]) | set(rejects["incident_id"])
    lines = set(zip(rejects["file"], rejects["line"], strict=True))
    for path in sorted(folder.glob("*.csv")):
        for number, line in enumerate(path.read_bytes().split(b"\n")[1:], start=2):
            text = line.decode("utf-8", "replace")
            whole = text.count(",") == HEADER.count(",") and re.fullmatch(r"[0-9a-f]{64},[^\"\ufffd]*", text)
            if whole and text.isprintable() and text[:64] not in known and (path.name, number) not in lines:
                wrong.append(f"{path.name} line {number} is neither used nor listed: {text[:100]!r}")
    return wrong
