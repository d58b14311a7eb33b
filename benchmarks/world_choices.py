"""Draw what a partnership's configuration asks for, beside its files."""

from __future__ import annotations

import random
from typing import Any

World = dict[str, Any]


def chance(dice: random.Random, share: float) -> bool:
    return dice.random() < share


def draw_config(dice: random.Random, world: World) -> dict[str, Any]:
    """Draw what the configuration says beside its files; `world_config` turns it into TOML."""
    method = dice.choice(("discs", "discs", "discs", "dbscan", "cells"))
    # of the police's map points each stands for many addresses
    exact = not any("police" in source["layout"] for source in world["sources"].values())
    method = "streets" if exact and chance(dice, 0.45) else method
    hotspots: dict[str, Any] = {"method": method, "resamples": dice.choice((0, 0, 0, 0, 5))}
    options = {
        "radius": (100, 150, 150, 250),
        "count": (1, 2, 3, 5),
        "by": ("incidents", "harm"),
        "merge": (False,),
        "until_share": (0.3, 0.9),
        "max_overlap": (0.3,),
        "spacing": (300,),
        "cell_size": (150, 400),
        "cell_shape": ("hexagon",),
        "backtest": (True,),
        "max_distance": (60,),
        "min_incidents": (2, 5, 12),
    }
    only = {
        "dbscan": ("radius", "by", "min_incidents", "max_diameter"),
        "cells": ("cell_size", "cell_shape"),
        "streets": ("max_distance",),
        "discs": ("radius", "count", "by", "merge", "until_share", "max_overlap"),
    }[method]
    for key, values in options.items():
        must = key in ("count", "min_incidents", "radius")
        if (key in only and (must or chance(dice, 0.3))) or (key == "backtest" and chance(dice, 0.06)):
            hotspots[key] = dice.choice(values)
    config: dict[str, Any] = {"seed": dice.randrange(100), "hotspots": hotspots}
    config["output"] = {"drafts": dice.choice((0, 1, 1, 1, 2, 2, 2, 3))}
    if chance(dice, 0.75):
        config["output"]["profile"] = dice.choice(("open", "internal", "partner", "public"))
    if chance(dice, 0.35):
        config["output"]["redraft"] = True
    if chance(dice, 0.26):
        config["output"]["drafts"] = [dice.choice(("ward", "street", "worst", "two together"))]
    tables: dict[str, tuple[float, Any]] = {
        "place": (0.4, "Our town"),
        "title": (0.2, dice.choice(("A <b>town</b> & `${more}`", "Trefi Môn"))),
        "profiles": (0.25, _draw_profiles),
        "changes": (0.25, _draw_changes),
        "calendar": (0.25, _draw_calendar),
        "times": (0.85, {"by": ["month"]}),
        "trends": (0.1, {"cell_size": dice.choice((250, 500))}),
        "near_repeats": (0.1, {"permutations": 19}),
        "boards": (0.18, _draw_board),
        "patrols": (0.4, _draw_patrols),
        "cameras": (0.3, {"count": dice.choice((1, 1, 3, 10)), "by": dice.choice(("harm", "incidents"))}),
        "premises": (0.15, {"distance": dice.choice((30, 80))}),
        "nearby": (0.2, {}),
        "harm": (0.2, {"level": dice.choice(("low", "high")), "asb_weight": dice.choice((0, 1, 5))}),
        "study_area": (0.15, dice.choice(("whole", "half"))),
        "agreed": (0.15, dice.choice(("2021", "no counts"))),
    }
    for name, (share, value) in tables.items():
        if chance(dice, share):
            config[name] = value(dice, world) if callable(value) else value
    return config


def _draw_profiles(dice: random.Random, world: World) -> dict[str, Any]:
    base = ("nuisance-motorcycles", "youth-asb", "night-time-violence", "serious-violence")
    name = next(iter(world["sources"].values()))["kinds"][0]["name"]
    made: dict[str, Any] = {"one": {"title": "One kind", "categories": [name]}}
    if chance(dice, 0.5):
        given = dice.choice(base)
        made[given] = {"base": given}
    if chance(dice, 0.2):
        made["none"] = {"title": "Nothing", "categories": ["No such kind"]}
    return made


def _draw_changes(dice: random.Random, world: World) -> str:
    return dice.choice(("last month", "year before", "last 12 months", "not there"))


def _draw_calendar(dice: random.Random, world: World) -> str:
    return dice.choice(("tables", "csv", "ics"))


def _draw_board(dice: random.Random, world: World) -> dict[str, Any]:
    return {
        "indicators": dice.choice(("board", "clear-hold-build")),
        "area": chance(dice, 0.6),
        "survey": chance(dice, 0.4),
    }


def _draw_patrols(dice: random.Random, world: World) -> dict[str, Any]:
    vehicles = dice.choice((1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 8, 12, 20))
    made: dict[str, Any] = {"vehicles": vehicles, "officers": vehicles * dice.choice((1, 2, 2))}
    options: dict[str, Any] = {
        "shift": ("10:00-14:00", "22:00-06:00", {"fri": "18:00-02:00"}),
        "visit_minutes": (5, 30),
        "max_gap_minutes": (60, 240),
        "break_minutes": (30,),
        "travel_minutes": (4,),
        "spacing": (200,),
        "by": ("incidents",),
        "weekdays": (["mon", "fri"],),
        "depot": (world["centre"],),
        "slack_minutes": (0,),
    }
    for key, values in options.items():
        if chance(dice, 0.2):
            made[key] = dice.choice(values)
    if chance(dice, 0.5):
        made |= {"start": "dated", "days": dice.choice((1, 2, 7))}
    return made
