"""The response menu: what has been tried elsewhere against such problems; nothing is chosen here."""

from functools import cache
from typing import Any

import pandas as pd

from hotspots.common.packaged import packaged_toml
from hotspots.common.place_names import ELSEWHERE
from hotspots.common.wording import SMALL_BASE, say_date, say_list

THREE_E = ("Engage", "Educate", "Enforce")
# A type counts as part of the problem from this share of the incidents, or of the harm.
PART_OF_PROBLEM = 0.10
# One robbery outweighs a year of ASB in days, and is no recurring problem.
LEAST_RECORDS = 3
# How much more usual than in the whole data a type may count for: it leads, but does not drown the rest.
MOST_UNUSUAL = 3.0


@cache
def read_menu() -> dict[str, Any]:
    """Responses, powers and techniques from the dated data files."""
    menu = {name: packaged_toml("powers", name) for name in ("responses", "powers", "techniques")}
    techniques = {
        int(n): f"{title} ({group})"
        for group, rows in menu["techniques"].items()
        if isinstance(rows, dict)
        for n, title in rows.items()
    }
    return {
        "responses": menu["responses"]["response"],
        "families": menu["responses"]["families"],
        "powers": {k: v for k, v in menu["powers"].items() if isinstance(v, dict)},
        "techniques": techniques,
        "dated": menu["powers"]["dated"],
        "expires": menu["powers"]["expires"],
    }


def fits_setting(row: dict[str, Any], setting: str) -> bool:
    """Whether a response makes sense at a kind of place (see `hotspots.common.place_names.setting_of`)."""
    here = {setting, *(["default"] if setting in ELSEWHERE else [])}
    return not here & set(row.get("not_at", ())) and bool(here & set(row.get("only_at", here)))


def in_force(power: str, day: Any = None) -> bool:
    """Whether a power can be used on a day (None: now), by its date of commencement.

    Examples
    --------
    >>> in_force("dispersal", "2018-08-31"), in_force("dispersal", "2014-01-01"), in_force("respect_order")
    (True, False, False)
    """
    since = read_menu()["powers"][power]["in_force"]
    return bool(since) and (day is None or since <= pd.Timestamp(day).date())


def families_of(category: str) -> list[str]:
    """Name the families of problem that a category belongs to.

    Examples
    --------
    >>> families_of("Violence and sexual offences"), families_of("Other crime")
    (['violence'], [])
    """
    folded = category.casefold()
    found = read_menu()["families"].items()
    return [family for family, words in found if any(word in folded for word in words)]


def patrol_advice(family: str) -> dict[str, str]:
    """Say what a patrol looks for and whom it speaks to, for a family of problem or "any"."""
    return dict(packaged_toml("powers", "patrol_advice")[family])


def problem_families(types: pd.DataFrame, *, everywhere: pd.Series | None = None) -> dict[str, list[str]]:
    """Families that make up a problem, the largest (or most unusual) first, with their categories."""
    share = types["incidents"] / max(types["incidents"].sum(), 1)
    if "harm" in types and types["harm"].sum() > 0:
        share = pd.concat([share, types["harm"] / types["harm"].sum()], axis=1).max(axis=1)
    found: dict[str, list[str]] = {}
    order = share
    if everywhere is not None and everywhere.sum() > 0:
        usual = types["type"].map(everywhere / everywhere.sum()).fillna(0)
        here = types["incidents"] / max(types["incidents"].sum(), 1)
        order = share * (here / usual.where(usual > 0, 1.0)).clip(upper=MOST_UNUSUAL)
    for i in order.sort_values(ascending=False, kind="stable").index:
        if share[i] >= PART_OF_PROBLEM and types["incidents"][i] >= LEAST_RECORDS:
            for family in families_of(types["type"][i]):
                found.setdefault(family, []).append(str(types["type"][i]))
    return found


def suggest_responses(
    types: pd.DataFrame,
    *,
    count: int = 9,
    setting: str = "street",
    licensed: bool = True,
    everywhere: pd.Series | None = None,
    day: Any = None,
) -> list[dict[str, Any]]:
    """Responses to consider for a problem: each E in turn, the largest type of problem first."""
    few = types["incidents"].sum() < SMALL_BASE  # which make no pattern: people are asked before anything
    families = {} if few else problem_families(types, everywhere=everywhere)
    order = [*families, "any"]
    menu = [r for r in read_menu()["responses"] if licensed or not r.get("licensed")]
    menu = [r for r in menu if not (few and r["three_e"] == "Enforce")]
    menu = [r for r in menu if "power" not in r or in_force(r["power"], day)]
    responses = [r for r in menu if fits_setting(r, setting) and set(r["suits"]) & set(order)]
    by_e = [_take_turns([r for r in responses if r["three_e"] == e], order) for e in THREE_E]
    turns = [row[i] for i in range(len(responses)) for row in by_e if i < len(row)]
    chosen = [_option(row, families) for row in turns[:count]]
    return sorted(chosen, key=lambda row: THREE_E.index(row["three_e"]))


def _take_turns(responses: list[dict[str, Any]], order: list[str]) -> list[dict[str, Any]]:
    """Put responses so that each family of problem has its turn, the first first, "any" last."""
    seen: dict[str, int] = {}
    places = []
    for number, row in enumerate(responses):
        family = min((s for s in row["suits"] if s in order), key=order.index)
        turn = seen[family] = seen.get(family, 0) + 1
        # what is made for such a place comes before what suits any
        places.append(("only_at" not in row, family == "any", turn, order.index(family), number))
    return [responses[place[-1]] for place in sorted(places)]


def _option(row: dict[str, Any], families: dict[str, list[str]]) -> dict[str, Any]:
    menu = read_menu()
    categories = [c for suit in row["suits"] for c in families.get(suit, ())]
    power = menu["powers"].get(row.get("power", ""))
    return {
        "action": row["action"],
        "three_e": row["three_e"],
        "side": row["side"],
        "technique": menu["techniques"][row["technique"]],
        "power": f"{power['name']} ({power['law']}): {power['conditions']}" if power else "",
        "lead": row["lead"],
        "owner": row["owner"],
        "why": ", ".join(dict.fromkeys(categories)) or "any problem",
    }


def menu_note(day: Any = None) -> str:
    """Say what the menu is, its date, until when it was to be checked, and what is not in force."""
    menu = read_menu()
    until = say_date(menu["expires"])
    past = day is not None and pd.Timestamp(day).date() >= menu["expires"]
    checked = f"They were to be checked by {until}: check before use." if past else f"To be checked by {until}."
    waiting = [power["name"] for name, power in menu["powers"].items() if not in_force(name, day)]
    named = f" Not in force by this list, so not suggested: {say_list(waiting)}." if waiting else ""
    return (
        f"Suggestions to choose from, change or drop; none is chosen. Powers as of "
        f"{say_date(menu['dated'])}: a summary, not legal advice. {checked}{named}"
    )
