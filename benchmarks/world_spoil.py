"""What stops a run by name until somebody puts it right: at most one thing at a time.

Everything else of a world is such that each command works, so that any other refusal is a complaint.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

World = dict[str, Any]


@dataclass(frozen=True)
class Spoil:
    """One thing that stops a run: how a world comes by it, and the words by which it must be named."""

    words: str  # a pattern of the refusal, and of nothing that is said where it is not the cause
    spoil: Callable[[World], bool]  # changes a world of one's own; False where it has no such part
    weight: float = 1
    spared: bool = False  # the run goes on without it, and names it


def _in_source(mess: str, *forms: str) -> Callable[[World], bool]:
    def spoil(world: World) -> bool:
        fit = [s for s in world["sources"].values() if not forms or s["form"] in forms]
        for source in fit[:1]:
            source["mess"].append(mess)
        return bool(fit)

    return spoil


def _in_all(mess: str) -> Callable[[World], bool]:
    def spoil(world: World) -> bool:
        for source in world["sources"].values():
            source["mess"].append(mess)
        return True

    return spoil


def _in_layer(mess: str) -> Callable[[World], bool]:
    def spoil(world: World) -> bool:
        fit = [x for x in world["layers"].values() if x["shape"] not in ("nested", "centre")]
        fit = [x for x in fit if mess != "same name twice" or (x["size"] > 1 and "partial" not in x["mess"])]
        for layer in fit[:1]:
            layer["mess"].append(mess)
            layer["code"] = layer["code"] and mess != "same name twice"
        return bool(fit)

    return spoil


def _in_config(key: str, value: str) -> Callable[[World], bool]:
    def spoil(world: World) -> bool:
        world["config"][key] = value
        return True

    return spoil


def _hot_streets(world: World) -> bool:
    """Ask for hot streets of map points, each of which stands for many addresses."""
    hotspots = world["config"]["hotspots"]
    world["config"]["hotspots"] = {"method": "streets", "resamples": 0}
    rows = sum(s["rows"] for s in world["sources"].values() if "police" in s["layout"])
    return hotspots["method"] != "streets" and rows >= 40 and len(world["sources"]) == 1


SPOILT: dict[str, Spoil] = {
    "cut": Spoil(
        r"not a zip file that can be opened|The workbook cannot be read",
        _in_source("cut", "zip", "nested zip", "gz in zip", "xlsx"),
        3.2,
    ),
    "bomb": Spoil(r"unpacks to a suspicious size", _in_source("bomb", "zip", "nested zip", "gz in zip", "folder"), 2.6),
    "no records": Spoil(
        r"No row of the source files can be used\. Given: files without rows|there is no record in them",
        _in_all("no records"),
        1.2,
    ),
    "dates unread": Spoil(
        r"(Whole files are written|Wrong as a whole|No row .* can be used).*unreadable date",
        _in_source("dates unread"),
        1.3,
    ),
    "areas damaged": Spoil(r"\[areas\.\w+\].* left out", _in_layer("damaged"), 1.7, spared=True),
    "areas empty": Spoil(r"\[areas\.\w+\].* left out.*This file holds no areas", _in_layer("empty"), 1.4, spared=True),
    "areas of one name": Spoil(r"the same 'name' more than once", _in_layer("same name twice"), 2),
    "areas not there": Spoil(r"areas/\w+\.\w+", _in_layer("gone"), 1.4),
    "unknown key": Spoil(r"unknown key.*colour|colour.*unknown key", _in_config("keys", "unknown key"), 1.3),
    "windows path": Spoil(r"single quotes|with /", _in_config("keys", "windows path"), 1.3),
    "deep": Spoil(r"deep|nest", _in_config("keys", "deep"), 1.2),
    "huge": Spoil(r"key0", _in_config("keys", "huge"), 1.2),
    "not Unicode": Spoil(r"UTF-8", _in_config("keys", "surrogate"), 1.3),
    "calendar unclosed": Spoil(
        r"calendar\.ics is left out.*never end", _in_config("calendar", "many"), 1.2, spared=True
    ),
    "streets of map points": Spoil(r"Hot streets need exact coordinates", _hot_streets, 5.5),
}


def spoilt(world: World, what: str) -> World | None:
    """A world with one thing in it that stops a run; None where it has no part that could be so."""
    new = copy.deepcopy(world)
    return new if SPOILT[what].spoil(new) else None


class Situation:
    """What a refusal is judged by: what has gone wrong at the moment."""

    def __init__(self, *, spoilt: str = "", beside: bool = False, full: bool = False) -> None:
        self.spoilt, self.beside, self.full = spoilt, beside, full

    def named(self) -> str:
        """Pattern by which what is wrong is to be named, whether or not the run goes on."""
        return SPOILT[self.spoilt].words if self.spoilt else ""

    def due(self) -> str:
        """Pattern of the refusals that are due now; "" for none."""
        patterns = [SPOILT[self.spoilt].words] if self.spoilt and not SPOILT[self.spoilt].spared else []
        patterns += [r"Another run|another run"] if self.beside else []
        patterns += [r"disk is full|No space left"] if self.full else []
        return "|".join(patterns)
