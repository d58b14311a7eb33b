"""Draw the steps of a life: commands, what people do between them, what goes wrong and is put right."""

from __future__ import annotations

import random
from typing import Any

from world_choices import chance
from world_spoil import SPOILT, spoilt

World = dict[str, Any]
Step = dict[str, Any]
SPOILED = 0.9  # of the worlds hold one thing that stops a run

ACTS = {
    "type": 7,
    "type both": 4,
    "type keeps mark": 4,
    "type keeps style": 4,
    "type by office": 2,
    "type in record": 3,
    "type row": 2.5,
    "type outside": 3,
    "tags dropped": 2.2,
    "copy": 3,
    "rename document": 2,
    "rename record": 2.2,
    "rename both": 2.8,
    "move": 2.4,
    "delete document": 2.4,
    "delete record": 6,
    "delete both": 2.6,
    "leave open": 3,
    "damage document": 3,
    "damage record": 3,
    "flatten": 1.8,
    "close": 2.2,
    "copy record": 2.4,
    "type in results": 2.4,
    "stale lock": 2.2,
}


def draw_steps(dice: random.Random, world: World) -> list[Step]:
    """Draw a life: the months' runs, in half of the worlds with what people do to plans between them."""
    steps: list[Step] = [{"do": "init"}] if chance(dice, 0.12) else []
    if chance(dice, 0.3):
        steps.append({"do": "check", "little memory": chance(dice, 0.2)})
    steps.append(_draw_run(dice, first=True))
    people = chance(dice, 0.5)
    runs = 3 if world["passes"] > 3 else 1 if people or chance(dice, 0.2) else 0
    for number in range(runs):
        kinds = dice.choices(list(ACTS), list(ACTS.values()), k=dice.choice((2, 3, 4, 5, 6))) if people else []
        steps += [_draw_act(dice, act) for act in kinds]
        left = world["passes"] - sum(step["do"] == "month" for step in steps)
        steps += [{"do": "month"}] * min(left, 2 if number < 2 and world["passes"] > 3 else 1)
        steps.append(_draw_run(dice, first=False))
    if chance(dice, 0.42 if people else 0.12):
        steps += _draw_assess(dice)
    if chance(dice, 0.2) and world["layers"]:
        steps.append({"do": "pack", "layer": dice.choice([*world["layers"]]), "area": dice.randrange(9)})
    return _draw_spoilt(dice, world, steps)


def _draw_assess(dice: random.Random) -> list[Step]:
    """Somebody types in a plan, which is then judged; often that is stopped while it writes."""
    number = dice.randrange(9)
    words = dice.choices(("type", "type", "type both", "type in record"), k=dice.choice((0, 1, 1, 2)))
    steps: list[Step] = [_draw_act(dice, act) | {"plan": number} for act in words]
    steps.append({"do": "assess", "plan": number, "strike": None})
    if chance(dice, 0.75):
        steps[-1]["strike"] = _draw_strike(dice, 1) | {"below": "plans", "number": dice.randint(2, 13)}
        steps.append(_draw_run(dice, first=False) | {"strike": None})
    return steps


def _draw_spoilt(dice: random.Random, world: World, steps: list[Step]) -> list[Step]:
    """Let one thing stop a run, which is put right before the next; now and then the life ends there."""
    can = [what for what in SPOILT if spoilt(world, what)]
    if not chance(dice, SPOILED) or not can:
        return steps
    wrong = {"do": "spoil", "what": dice.choices(can, [SPOILT[what].weight for what in can])[0]}
    refused = {"do": "run", "strike": None}
    if chance(dice, 0.2):
        return [*steps, wrong, refused]
    runs = [number for number, step in enumerate(steps) if step["do"] == "run"]
    at = dice.choice(runs)
    return [*steps[:at], wrong, refused, {"do": "mend"}, *steps[at:]]


def _draw_run(dice: random.Random, *, first: bool) -> dict[str, Any]:
    step: dict[str, Any] = {"do": "run", "strike": _draw_strike(dice, 0.05 if first else 0.2)}
    if not first and chance(dice, 0.14):
        step["beside"] = True  # a second configuration, the same folder of plans, at the same time
    if chance(dice, 0.03):
        step["apart"] = True  # in a process of its own
    if not first and chance(dice, 0.5):
        step["previous"] = True
    return step


def _draw_strike(dice: random.Random, share: float) -> dict[str, Any]:
    """Draw where a command is struck; nothing where it is not."""
    if not chance(dice, share):
        return {}
    below = dice.choice(("plans", "plans", "plans", "results"))
    most = 14 if below == "plans" else 90
    full = chance(dice, 0.25)
    return {"below": below, "number": dice.randint(1, most), "writes": dice.choice((0, 0, 1, 3)), "full": full}


def _draw_act(dice: random.Random, act: str) -> dict[str, Any]:
    return {"do": "act", "act": act, "plan": dice.randrange(9), "field": dice.randrange(60), "way": dice.randrange(99)}
