"""Draw a partnership from a seed: a plain dictionary that can be printed, read, made smaller and lived in.

Every part has a name of its own and is drawn by its own dice, so that leaving one out changes no other.
"""

from __future__ import annotations

import random
from typing import Any

World = dict[str, Any]

CENTRES = ([430000, 433500], [532400, 181300], [182500, 44900], [318500, 176200], [399800, 652900])
FORCES = ("west-yorkshire", "city-of-london", "devon-and-cornwall", "south-wales")
CRIMES = (
    *("Anti-social behaviour", "Anti-social behaviour", "Violence and sexual offences", "Burglary", "Drugs"),
    *("Criminal damage and arson", "Shoplifting", "Vehicle crime", "Robbery", "Public order", "Other theft"),
    *("Bicycle theft", "Possession of weapons", "Other crime", "Theft from the person"),
)
CASES = ("Noise", "Nuisance", "Graffiti", "Fly tipping", "Rowdy behaviour", "Domestic abuse", "Hate incident")
FORCE_KINDS = ("Burglary - residential", "Common assault", "ASB - nuisance", "Criminal damage", "Drugs")
LAYOUTS = {
    "police.uk": CRIMES,
    "police.uk-api": CRIMES,
    "council-asb-cases": CASES,
    "council-asb-requests": CASES,
    "force-asb": CASES,
    "force-crime": FORCE_KINDS,
    "noise-calls": CASES,
    "ambulance": ("Assault", "Overdose"),
}
OFTEN = (*LAYOUTS, "police.uk-api", "police.uk-api")
NOTHING = (
    *("NA", "N/A", "NULL", "None", "nan", "NaN", "-", "--", ".", "?", "0", "TBC", "n/k", "unknown"),
    *("#N/A", "<NA>", "null", "not known", "(blank)", "nil", "Not Recorded", "tba", " - ", "N.A."),
)
FORMS = {
    "police.uk": ("folder", "folder", "zip", "nested zip", "gz in zip", "xlsx", "parquet"),
    "police.uk-api": ("json",),
    "": ("csv", "csv", "csv", "xlsx", "parquet"),
}
# what may be wrong with a source's rows and files: how often, and for which layouts
MESS = {
    "id words": (0.14, "police council force noise ambulance"),
    "id rounded": (0.16, "council force noise ambulance"),
    "id shared": (0.12, "police council force noise ambulance"),
    "ids missing": (0.08, "police council force noise ambulance api"),
    "twice the same": (0.12, "police council force"),
    "bad rows": (0.25, "police council force noise ambulance"),
    "place words": (0.12, "police council force noise"),
    "odd places": (0.25, "police council force noise api"),
    "blank kinds": (0.1, "police council force noise"),
    "latin": (0.13, "council force noise ambulance"),
    "utf-16": (0.09, "council force noise ambulance"),
    "semicolons": (0.1, "council force noise ambulance"),
    "surrogate": (0.45, "api"),
    "null location": (0.5, "api"),
    "overlap": (0.6, "api"),
    "dimension": (0.5, "xlsx"),
    "formulas": (0.3, "xlsx"),
    "extras": (0.26, "folder"),
    "shapes beside": (0.28, "folder"),
    "brackets": (0.12, "police council force noise"),
    "star": (0.12, "council force noise parquet"),
    "cut": (0.06, "folder zip csv xlsx"),
    "bomb": (0.1, "zip folder"),
    "loop": (0.28, "folder"),
    "bytes in the name": (0.3, "folder"),
    "many strays": (0.06, "police council force"),
    "exchanged": (0.17, "council force"),
    "many files": (0.28, "folder"),
}
LAYER_FORMS = ("geojson", "geojson", "gpkg", "styled gpkg", "gpkg with more", "shp")
LAYER_MESS = {
    "holes": 0.15,
    "partial": 0.12,
    "same name twice": 0.08,
    "odd names": 0.35,
    "renamed": 0.12,
    "damaged": 0.07,
    "empty": 0.06,
    "elsewhere": 0.05,
    "null shape": 0.05,
}
ACTS = {
    "type": 7,
    "type both": 4,
    "type keeps mark": 3,
    "type keeps style": 3,
    "type by office": 1.2,
    "type in record": 3,
    "type row": 2,
    "type outside": 2.5,
    "tags dropped": 1.8,
    "copy": 2.5,
    "rename document": 2,
    "rename record": 1.5,
    "rename both": 1.8,
    "move": 1.5,
    "delete document": 1.5,
    "delete record": 3,
    "delete both": 1.8,
    "leave open": 3,
    "damage document": 3,
    "damage record": 2,
    "flatten": 1.8,
    "close": 1.5,
    "copy record": 1.2,
    "type in results": 2,
    "stale lock": 1.8,
}


def draw_world(seed: int) -> World:
    """Draw everything there is to know of a world."""
    dice = random.Random(f"world {seed}")
    months = dice.choice((2, 2, 3, 4, 6, 8, 11, 13, 14, 24, 25, 26, 30, 36))
    passes = min(months - 1, dice.choice((0, 1, 1, 1, 2, 3)))
    if chance(dice, 0.08):
        passes = min(months - 1, 4)
    world: World = {
        "seed": seed,
        "centre": dice.choice(CENTRES),
        "spread": dice.choice((0, 300, 900, 1500, 1500, 2500)),
        "places": dice.choice((1, 2, 6, 12, 25, 40)),
        "start": dice.choice(("2021-04", "2022-01", "2022-11", "2023-02")),
        "months": months,
        "passes": passes,
    }
    world["sources"] = _draw_sources(random.Random(f"sources {seed}"), months)
    world["layers"] = _draw_layers(random.Random(f"layers {seed}"))
    world["config"] = draw_config(random.Random(f"config {seed}"), world)
    world["steps"] = _draw_steps(random.Random(f"steps {seed}"), world)
    return world


def chance(dice: random.Random, share: float) -> bool:
    return dice.random() < share


def _draw_sources(dice: random.Random, months: int) -> dict[str, Any]:
    count = dice.choice((1, 1, 1, 2, 2, 3, 4))
    police = chance(dice, 0.7)
    found: dict[str, Any] = {}
    rows = dice.choice((0, 1, 1, 12, 40, 80, 80, 120, 160, 200, 250))
    rows = dice.choice((1500, 4000)) if chance(dice, 0.06) else rows
    form = dice.choice(FORMS["police.uk"])
    for number in range(count):
        layout = "police.uk" if police and number < max(1, count - 1) else dice.choice(OFTEN)
        form = form if layout == "police.uk" else dice.choice(FORMS.get(layout, FORMS[""]))
        source: dict[str, Any] = {"layout": layout, "form": form, "force": FORCES[number]}
        source["rows"] = max(rows // count, min(rows, 1))
        source["kinds"] = [_draw_kind(dice, k, months) for k in _pick(dice, LAYOUTS[layout], (1, 2, 4, 6))]
        source["missing"] = _pick(dice, range(months), (1, 2)) if chance(dice, 0.25) else []
        source["empty"] = _pick(dice, range(months), (1, 2)) if chance(dice, 0.15) else []
        words = f"{layout.split('-')[-1] if 'api' in layout else layout.split('-')[0]} {form}".replace(
            ".uk", ""
        )
        source["mess"] = [
            m for m, (p, fit) in MESS.items() if {*words.split()} & {*fit.split()} and chance(dice, p)
        ]
        source["word"] = dice.choice(NOTHING)
        found[f"source{number}"] = source
    return found


def _draw_kind(dice: random.Random, name: str, months: int) -> dict[str, Any]:
    kind: dict[str, Any] = {"name": name}
    what = dice.choice(("steady", "steady", "begins", "begins late", "ends", "renamed", "jumps"))
    month = dice.randrange(months)
    if what == "begins late":
        what, month = "begins", max(0, months - 1 - dice.randrange(3))
    if what != "steady":
        kind[what] = month
    return kind


def _pick(dice: random.Random, of: Any, sizes: tuple[int, ...]) -> list[Any]:
    of = list(dict.fromkeys(of))
    return sorted(dice.sample(of, min(dice.choice(sizes), len(of))))


def _draw_layers(dice: random.Random) -> dict[str, Any]:
    count = dice.choice((0, 1, 1, 1, 2, 4))
    found: dict[str, Any] = {}
    shapes = ["grid", *dice.sample(["nested", "straddling", "overlapping", "other year", "centre"], 4)]
    for name, shape in zip(("ward", "plan_area", "pspo", "old_ward"), shapes, strict=False):
        layer = {"shape": shape, "size": dice.choice((1, 2, 2, 3, 3)), "form": dice.choice(LAYER_FORMS)}
        layer["code"] = chance(dice, 0.6)
        layer["mess"] = [m for m, p in LAYER_MESS.items() if chance(dice, p)]
        found[name] = layer
    return dict(list(found.items())[:count])


def draw_config(dice: random.Random, world: World) -> dict[str, Any]:
    """Draw what the configuration says beside its files; `world_config` turns it into TOML."""
    method = dice.choice(("discs", "discs", "dbscan", "cells", "streets"))
    hotspots: dict[str, Any] = {"method": method, "resamples": dice.choice((0, 0, 5))}
    options = {
        "radius": (100, 150, 150, 250),
        "count": (1, 3, 5, 8),
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
        if (key in only and (must or chance(dice, 0.3))) or (key == "backtest" and chance(dice, 0.12)):
            hotspots[key] = dice.choice(values)
    config: dict[str, Any] = {"seed": dice.randrange(100), "hotspots": hotspots}
    config["output"] = {"drafts": dice.choice((0, 1, 1, 2, 2, 3))}
    if chance(dice, 0.75):
        config["output"]["profile"] = dice.choice(("open", "internal", "partner", "public"))
    if chance(dice, 0.35):
        config["output"]["redraft"] = True
    if chance(dice, 0.28):
        config["output"]["drafts"] = [dice.choice(("ward", "street", "worst", "two together"))]
    tables: dict[str, tuple[float, Any]] = {
        "place": (0.4, "Our town"),
        "title": (0.2, dice.choice(("A <b>town</b> & `${more}`", "Trefi Môn"))),
        "profiles": (0.4, _draw_profiles),
        "changes": (0.25, _draw_changes),
        "calendar": (0.3, _draw_calendar),
        "times": (0.15, {"by": ["month"]}),
        "trends": (0.15, {"cell_size": dice.choice((250, 500))}),
        "near_repeats": (0.12, {"permutations": 19}),
        "boards": (0.25, _draw_board),
        "patrols": (0.45, _draw_patrols),
        "cameras": (0.35, {"count": dice.choice((1, 3, 10)), "by": dice.choice(("harm", "incidents"))}),
        "premises": (0.25, {"distance": dice.choice((30, 80))}),
        "nearby": (0.3, {}),
        "harm": (0.3, {"level": dice.choice(("low", "high")), "asb_weight": dice.choice((0, 1, 5))}),
        "study_area": (0.15, dice.choice(("whole", "half"))),
        "agreed": (0.1, dice.choice(("2021", "no counts"))),
        "keys": (
            0.38,
            dice.choice(("unknown key", "windows path", "deep", "huge", "surrogate")),
        ),
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
    return dice.choice(("tables", "csv", "ics", "many"))


def _draw_board(dice: random.Random, world: World) -> dict[str, Any]:
    return {
        "indicators": dice.choice(("board", "clear-hold-build")),
        "area": chance(dice, 0.6),
        "survey": chance(dice, 0.4),
    }


def _draw_patrols(dice: random.Random, world: World) -> dict[str, Any]:
    vehicles = dice.choice((1, 1, 2, 2, 3, 3, 4, 5, 8, 12, 20))
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


def _draw_steps(dice: random.Random, world: World) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [{"do": "init"}] if chance(dice, 0.2) else []
    if chance(dice, 0.6):
        steps.append({"do": "check", "little memory": chance(dice, 0.12)})
    steps.append(_draw_run(dice, first=True))
    runs = dice.choice((1, 1, 1, 2)) if world["passes"] < 4 else 4
    for _ in range(runs):
        acts = dice.choices(list(ACTS), list(ACTS.values()), k=dice.choice((0, 1, 2, 3, 4)))
        steps += [_draw_act(dice, act) for act in acts]
        if world["passes"]:
            steps.append({"do": "month"})
        steps.append(_draw_run(dice, first=False))
    if chance(dice, 0.45):
        words = dice.choices(("type", "type in record", "type both"), k=dice.choice((0, 1)))
        steps += [_draw_act(dice, act) for act in words]
        steps.append({"do": "assess", "plan": dice.randrange(9), "strike": _draw_strike(dice, 0.5)})
        if steps[-1]["strike"]:
            steps.append(_draw_run(dice, first=False) | {"strike": None})
    if chance(dice, 0.4) and world["layers"]:
        steps.append({"do": "pack", "layer": dice.choice([*world["layers"]]), "area": dice.randrange(9)})
    return steps


def _draw_run(dice: random.Random, *, first: bool) -> dict[str, Any]:
    step: dict[str, Any] = {"do": "run", "strike": _draw_strike(dice, 0.04 if first else 0.2)}
    if not first and chance(dice, 0.06):
        step["beside"] = True  # a second configuration, the same folder of plans, at the same time
    if chance(dice, 0.04):
        step["apart"] = True  # in a process of its own
    if not first and chance(dice, 0.5):
        step["previous"] = True
    return step


def _draw_strike(dice: random.Random, share: float) -> dict[str, Any] | None:
    if not chance(dice, share):
        return None
    below = dice.choice(("plans", "plans", "plans", "results"))
    most = 14 if below == "plans" else 90
    full = chance(dice, 0.25)
    return {
        "below": below,
        "number": dice.randint(1, most),
        "writes": dice.choice((0, 0, 1, 3)),
        "full": full,
    }


def _draw_act(dice: random.Random, act: str) -> dict[str, Any]:
    return {
        "do": "act",
        "act": act,
        "plan": dice.randrange(9),
        "field": dice.randrange(60),
        "way": dice.randrange(99),
    }
