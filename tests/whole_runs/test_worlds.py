"""Whole partnerships drawn at random: the generator, how worlds are made small, and six of them lived in."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest
from where import REPO

BENCHMARKS = REPO / "benchmarks"


@pytest.fixture(autouse=True)
def _drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_a_seed_gives_one_world_that_can_be_printed() -> None:
    from world_draw import draw_world

    for seed in range(60):
        world = draw_world(seed)
        assert world == draw_world(seed) == json.loads(json.dumps(world))


def test_every_event_is_drawn_often_enough_to_count_as_tested() -> None:
    from collections import Counter

    from world_draw import LAYER_MESS, MESS, draw_world
    from world_events import drawn_events
    from world_spoil import SPOILT
    from world_steps import ACTS

    drawn = Counter(event for seed in range(500) for event in drawn_events(draw_world(seed)))
    known = [
        *(f"records: {m}" for m in MESS),
        *(f"areas: {m}" for m in LAYER_MESS),
        *(f"step: {a}" for a in ACTS),
        *(f"stopped by: {what}" for what in SPOILT),
    ]
    assert {event: drawn[event] for event in [*known, *drawn] if drawn[event] < 20} == {}


def test_rows_are_the_same_whatever_else_a_world_holds() -> None:
    from world_draw import draw_world
    from world_rows import rows_of

    world = draw_world(5)
    name = sorted(world["sources"])[0]
    alone = {**world, "sources": {name: world["sources"][name]}, "layers": {}, "steps": []}
    assert rows_of(world, name, 0) == rows_of(alone, name, 0)


def test_a_complaint_is_known_again_in_a_smaller_world() -> None:
    from world_shrink import kind_of

    one = "step 3, run: 46 rows used, where 60 to 60 of 61 are good"
    assert kind_of(one) == kind_of("step 1, run: 6 rows used, where 7 to 7 of 7 are good")
    assert kind_of(one) != kind_of("step 1, check: 6 rows used, where 7 to 7 of 7 are good")


def test_smaller_worlds_are_smaller_and_can_be_printed() -> None:
    from world_draw import draw_world
    from world_shrink import candidates

    world = draw_world(11)
    made = [json.dumps(smaller) for smaller in candidates(world)]
    assert made
    assert all(smaller != json.dumps(world) for smaller in made)


@pytest.mark.skipif(sys.platform == "win32", reason="commands are forked")
def test_fixed_worlds_hold() -> None:
    seeds = tomllib.loads((BENCHMARKS / "world_seeds.toml").read_text(encoding="utf-8"))["suite"]
    words = [sys.executable, str(BENCHMARKS / "worlds.py"), "--fixed", "suite", "--jobs", "1", "--quiet", "--no-shrink"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert f"{len(set(seeds.values()))} worlds" in done.stdout
