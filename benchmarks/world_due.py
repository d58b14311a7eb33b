"""Which refusals the ingredients of a world explain: any other is a complaint."""

from __future__ import annotations

from typing import Any

from world_draw import World
from world_files import Ledger


class Situation:
    """What a refusal is judged by: what was written, and what is going on at the moment."""

    def __init__(self, ledger: Ledger, *, beside: bool = False, full: bool = False) -> None:
        self.ledger, self.beside, self.full = ledger, beside, full


def mess(world: World, *names: str) -> bool:
    return any(set(names) & set(source["mess"]) for source in world["sources"].values())


def layer_mess(world: World, *names: str) -> bool:
    return any(set(names) & set(layer["mess"]) for layer in world["layers"].values())


# what may be refused: words of the refusal, and the ingredient that makes it due
DUE: list[tuple[str, Any]] = [
    (
        r"No row of the source files can be used|nothing.*usable|No row of .* can be used",
        lambda w, s: s.ledger.least == 0,
    ),
    (
        r"holds? no (rows|data|table)|no (rows|record)|is empty|nothing to read|No files? of records",
        lambda w, s: (
            s.ledger.rows == 0
            or any(x["empty"] or x["missing"] or x["rows"] < 50 for x in w["sources"].values())
        ),
    ),
    (r"same force and month", lambda w, s: mess(w, "many files", "overlap")),
    (
        r"cut|damaged|not a zip|cannot be (read|opened)|is not a|not whole|could not be read",
        lambda w, s: mess(w, "cut"),
    ),
    (r"unpack|too large|bomb|limit", lambda w, s: mess(w, "bomb")),
    (
        r"coordinates|exchanged|outside|swapped|axes",
        lambda w, s: mess(w, "exchanged", "bad rows", "many strays"),
    ),
    (r"not (dates|a date)|month|dated", lambda w, s: mess(w, "bad rows") and s.ledger.rows < 60),
    (
        r"areas?|layer|damaged|cannot be read|GeoPackage|JSON|file",
        lambda w, s: layer_mess(w, "damaged", "empty", "null shape"),
    ),
    (r"same name|twice|codes", lambda w, s: layer_mess(w, "same name twice")),
    (
        r"streets? .*exact|map points|snapped|Hot streets|street",
        lambda w, s: w["config"]["hotspots"]["method"] == "streets",
    ),
    (r"near repeats", lambda w, s: "near_repeats" in w["config"]),
    (
        r"not there|no area|renamed|names no|without incidents|not one of|No area",
        lambda w, s: layer_mess(w, "renamed", "partial", "odd names"),
    ),
    (r"board", lambda w, s: "boards" in w["config"]),
    (r"2009-01|no (records|data) in|before", lambda w, s: w["config"].get("changes") == "not there"),
    (r"months|periods|window|records in", lambda w, s: "changes" in w["config"] and w["months"] < 25),
    (r"split|record|backtest|month", lambda w, s: w["config"]["hotspots"].get("backtest")),
    (
        r"officers|stop can be kept|order of the stops|vehicle|shift|No round",
        lambda w, s: "patrols" in w["config"],
    ),
    (r"must name its files", lambda w, s: any(not files for files in s.ledger.files.values())),
    (r"needs a clock", lambda w, s: "profiles" in w["config"]),
    (r"calendar", lambda w, s: w["config"].get("calendar") == "many"),
    (
        r"unknown key|not valid TOML|path|deep|keys|UTF-8|one pair of single quotes|nest",
        lambda w, s: "keys" in w["config"],
    ),
    (r"A plan was asked for|street", lambda w, s: isinstance(w["config"]["output"]["drafts"], list)),
    (r"Another run|another run|is (writing|using)", lambda w, s: s.beside),
    (r"study area|outside", lambda w, s: "study_area" in w["config"]),
    (r"agreed", lambda w, s: "agreed" in w["config"]),
    (r"disk is full|No space left|system refused|allow", lambda w, s: s.full),
]
