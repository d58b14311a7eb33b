"""Draw a partnership from a seed: a plain dictionary that can be printed, read, made smaller and lived in.

Every part has a name of its own and is drawn by its own dice, so that leaving one out changes no other.
"""

from __future__ import annotations

import random
from typing import Any

from world_choices import chance, draw_config
from world_steps import draw_steps

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
    "police.uk": ("folder", "folder", "folder", "zip", "nested zip", "gz in zip", "xlsx", "parquet"),
    "police.uk-api": ("json",),
    "": ("csv", "csv", "csv", "xlsx", "parquet"),
}
# what may be odd of a source's rows and files, which a run copes with: how often, and for which layouts
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
    "utf-16": (0.11, "council force noise ambulance"),
    "semicolons": (0.14, "council force noise ambulance"),
    "surrogate": (0.45, "api"),
    "null location": (0.5, "api"),
    "overlap": (0.6, "api"),
    "dimension": (0.5, "xlsx"),
    "formulas": (0.3, "xlsx"),
    "extras": (0.26, "folder"),
    "shapes beside": (0.28, "folder"),
    "brackets": (0.12, "police council force noise"),
    "star": (0.12, "council force noise parquet"),
    "loop": (0.28, "folder"),
    "bytes in the name": (0.3, "folder"),
    "many strays": (0.06, "police council force"),
    "exchanged": (0.17, "council force"),
    "many files": (0.28, "folder"),
}
LAYER_FORMS = ("geojson", "geojson", "gpkg", "styled gpkg", "gpkg with more", "shp")
LAYER_MESS = {"holes": 0.15, "partial": 0.14, "odd names": 0.35, "renamed": 0.14, "elsewhere": 0.1}


def draw_world(seed: int) -> World:
    """Draw everything there is to know of a world."""
    dice = random.Random(f"world {seed}")
    months = dice.choice((2, 2, 3, 4, 6, 8, 11, 13, 14, 24, 25, 26, 30, 36))
    passes = min(months - 1, dice.choice((0, 0, 1, 1, 1, 2, 3)))
    if chance(dice, 0.1):
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
    world["steps"] = draw_steps(random.Random(f"steps {seed}"), world)
    if "study_area" in world["config"] and sum(s["rows"] for s in world["sources"].values()) < 40:
        world["config"]["study_area"] = "whole"  # of few records none may lie in the half
    if any(step["do"] == "act" for step in world["steps"]):
        _let_plans_be(world)
    elif seed % 40 in (11, 12):  # a single record, which chance alone draws too seldom
        name, source = next(iter(world["sources"].items()))
        world["sources"] = {name: source | {"rows": 1}}
    # in most worlds pictures are made but not painted, which takes as long as all the rest
    world["pictures"] = chance(random.Random(f"pictures {seed}"), 0.15)
    return world


def _let_plans_be(world: World) -> None:
    """Where people work on plans, there are records enough for some, and most are drafted again."""
    output, sources = world["config"]["output"], world["sources"].values()
    output["drafts"] = output["drafts"] or 2
    for source in sources:
        source["rows"] = max(source["rows"], 80 // len(sources))
    if sum(source["rows"] for source in sources) < 120:
        output["profile"] = "internal"  # whose readers may see small numbers
    if "min_incidents" in world["config"]["hotspots"]:
        world["config"]["hotspots"]["min_incidents"] = 2
    if world["seed"] % 3:
        output["redraft"] = True


def _draw_sources(dice: random.Random, months: int) -> dict[str, Any]:
    count = dice.choice((1, 1, 1, 1, 2, 2, 3, 4))
    police = chance(dice, 0.7)
    found: dict[str, Any] = {}
    rows = dice.choice((1, 1, 12, 40, 80, 80, 120, 120, 160, 200, 250))
    rows = dice.choice((1500, 4000)) if chance(dice, 0.06) else rows
    form = dice.choice(FORMS["police.uk"])
    for number in range(count):
        layout = "police.uk" if police and number < max(1, count - 1) else dice.choice(OFTEN)
        form = form if layout == "police.uk" else dice.choice(FORMS.get(layout, FORMS[""]))
        source: dict[str, Any] = {"layout": layout, "form": form, "force": FORCES[number]}
        source["rows"] = max(rows // count, min(rows, 1))
        source["kinds"] = [_draw_kind(dice, k, months) for k in _pick(dice, LAYOUTS[layout], (1, 2, 4, 6))]
        source["kinds"][0] = {"name": source["kinds"][0]["name"]}  # so that the first month has records
        source["missing"] = _pick(dice, range(1, months), (1, 2)) if chance(dice, 0.25) else []
        source["empty"] = _pick(dice, range(1, months), (1, 2)) if chance(dice, 0.15) else []
        words = f"{layout.split('-')[-1] if 'api' in layout else layout.split('-')[0]} {form}".replace(".uk", "")
        source["mess"] = [m for m, (p, fit) in MESS.items() if {*words.split()} & {*fit.split()} and chance(dice, p)]
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
    count = dice.choice((0, 1, 1, 1, 1, 1, 2, 2, 4))
    found: dict[str, Any] = {}
    shapes = ["grid", *dice.sample(["nested", "straddling", "overlapping", "other year", "centre"], 4)]
    for name, shape in zip(("ward", "plan_area", "pspo", "old_ward"), shapes, strict=False):
        layer = {"shape": shape, "size": dice.choice((1, 2, 2, 3, 3)), "form": dice.choice(LAYER_FORMS)}
        layer["code"] = chance(dice, 0.6)
        layer["mess"] = [m for m, p in LAYER_MESS.items() if chance(dice, p)]
        found[name] = layer
    return dict(list(found.items())[:count])
