"""Make a failing world small: whatever can be left out while it still fails in the same way is left out."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from world_draw import World
from world_life import live

MOST_SECONDS = 240


def kind_of(complaint: str) -> str:
    """The kind of a complaint: its words without numbers, names and paths."""
    text = re.sub(r"^step \d+, ", "", complaint)
    text = re.sub(r"typed\d+x\d+z|'[^']*'|\"[^\"]*\"|SE\d\S*|[\w./-]*/[\w./ -]*|\d[\d,.]*", "#", text)
    return " ".join(text.split())[:90]


def make_small(world: World, complaints: list[str], base: Path, **options: Any) -> tuple[World, list[str]]:
    """Give the smallest world found that complains in one of the same ways, and what it complains of."""
    kinds, ends = {kind_of(text) for text in complaints}, time.monotonic() + MOST_SECONDS
    smallest, said, going = world, complaints, True
    while going:
        going = False
        for smaller in candidates(smallest):
            if time.monotonic() > ends:
                return smallest, said
            try:
                now = live(smaller, base, **options).complaints
            except Exception:
                continue
            if kinds & {kind_of(text) for text in now}:
                smallest, said, going = smaller, now, True
                break
    return smallest, said


def candidates(world: World) -> Iterator[World]:
    """Smaller worlds, the greatest steps first."""
    steps = world["steps"]
    for size in (len(steps) // 2, 1):
        for begin in range(0, len(steps), max(size, 1)):
            if size and len(steps) > size:
                yield {**world, "steps": steps[:begin] + steps[begin + size :]}
    for name in world["sources"]:
        if len(world["sources"]) > 1:
            yield {**world, "sources": {k: v for k, v in world["sources"].items() if k != name}}
    if world["layers"]:
        yield {**world, "layers": {}, "steps": [s for s in steps if s["do"] != "pack"]}
    for name in list(world["layers"])[::-1]:
        layers = {k: v for k, v in world["layers"].items() if k != name}
        yield {**world, "layers": layers, "steps": [s for s in steps if s.get("layer") != name]}
    extra = [key for key in world["config"] if key not in ("seed", "hotspots", "output")]
    if len(extra) > 1:
        yield {**world, "config": {k: v for k, v in world["config"].items() if k not in extra}}
    for key in extra:
        yield {**world, "config": {k: v for k, v in world["config"].items() if k != key}}
    yield from _inner(world)
    if world["months"] > 2:
        fewer = max(2, world["months"] // 2)
        yield {**world, "months": fewer, "passes": min(world["passes"], fewer - 1)}
    if world["places"] > 1:
        yield {**world, "places": world["places"] // 2}


def _inner(world: World) -> Iterator[World]:
    for group in ("sources", "layers"):
        for name, part in world[group].items():
            for what in part["mess"]:
                new = copy.deepcopy(world)
                new[group][name]["mess"].remove(what)
                yield new
    for name, source in world["sources"].items():
        for key, value in (("missing", []), ("empty", []), ("rows", source["rows"] // 2)):
            if source[key] != value and (key != "rows" or value):
                new = copy.deepcopy(world)
                new["sources"][name][key] = value
                yield new
        for number in range(len(source["kinds"])):
            if len(source["kinds"]) > 1:
                new = copy.deepcopy(world)
                del new["sources"][name]["kinds"][number]
                yield new
    for table in ("hotspots", "patrols", "output"):
        for key in world["config"].get(table, ()):
            if key not in ("method", "vehicles", "officers", "drafts"):
                new = copy.deepcopy(world)
                del new["config"][table][key]
                yield new
    for number, step in enumerate(world["steps"]):
        for key in ("strike", "beside", "apart", "previous"):
            if step.get(key):
                new = copy.deepcopy(world)
                del new["steps"][number][key]
                yield new
