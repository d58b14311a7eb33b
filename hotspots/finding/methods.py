"""What each method of finding takes: one frozen class a method; checks, messages and pages follow from it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, ClassVar, NamedTuple

import geopandas as gpd

from hotspots.checks import InputError, Problems, closest_name
from hotspots.common.wording import say_list
from hotspots.finding.harm_mix import SHRINK


class Rule(NamedTuple):
    """What a number must be, in words and in code, and what to try where it is not."""

    must: str
    holds: Callable[[Any], bool]
    advice: str


def option(default: Any, says: str, rule: Rule | None = None) -> Any:
    """One option: its default, what it means, and what its number must be (None may stand for none)."""
    return field(default=default, metadata={"says": says, "rule": rule})


def _above_0(value: float) -> bool:
    return math.isfinite(value) and value > 0


@dataclass(frozen=True)
class Method:
    """What every method takes; None for the count means no limit."""

    name: ClassVar[str] = ""

    count: int | Mapping[str, int] | None = option(
        100,
        "the most hotspots to keep; of discs, how many to pick (those that touch become one hotspot), also "
        "area by area: `{'South': 5}`",
        Rule(
            "count must be a whole number from 0 upwards",
            lambda count: count >= 0 and float(count).is_integer(),
            advice="100",
        ),
    )

    def check(self) -> None:
        """Raise one `InputError` for everything that cannot be used."""
        problems = Problems("These options cannot be used")
        self.note_faults(problems)
        problems.raise_any()

    def note_faults(self, problems: Problems) -> None:
        """Note every value that cannot be, and what cannot be asked for together."""
        sound = len(problems.found)
        rules = {one.name: one.metadata["rule"] for one in fields(self) if one.metadata["rule"]}
        for name, rule in rules.items():
            given = getattr(self, name)
            many = given if isinstance(given, Mapping) else {name: given}
            for what, value in many.items():
                if value is None and (getattr(type(self), name) is None or name == "count"):
                    continue
                if not isinstance(value, Real) or math.isnan(value):
                    problems.add(f"{what} must be a number", given=f"{what}={value!r}", advice="digits, no text")
                elif not rule.holds(value):
                    problems.add(rule.must, given=f"{name}={value}", advice=rule.advice)
        if len(problems.found) == sound:
            self._check_together(problems)

    def _check_together(self, problems: Problems) -> None:
        """Note what cannot be asked for together."""
        if isinstance(self.count, Mapping):
            problems.add("count by area is for discs", given=f"method={self.name!r}", advice="method='discs'")


_RADIUS = Rule("radius must be above 0 metres", _above_0, advice="150")


@dataclass(frozen=True)
class Discs(Method):
    """The best patrollable discs, of one radius."""

    name = "discs"

    radius: float = option(150, "metres, of every disc", _RADIUS)
    area: str | None = option(
        None, "the column of areas that a `count` by area speaks of; a disc is where most of it lies"
    )
    max_overlap: float = option(
        0,
        "the largest share of a disc that another may cover, 0 to 1",
        Rule("max_overlap is a share of a disc's area, 0 to 1", lambda share: 0 <= share <= 1, advice="0.2"),
    )
    spacing: float = option(
        0,
        "metres, the least between centres",
        Rule("spacing must be 0 metres or more", lambda far: math.isfinite(far) and far >= 0, advice="50"),
    )
    until_share: float | None = option(
        None,
        "stop once the discs hold this share of all incidents (or harm)",
        Rule("until_share must be above 0 and at most 1", lambda share: 0 < share <= 1, advice="0.25"),
    )
    shrink: float = option(
        SHRINK,
        "by harm: incidents of the city's own mix added to that of each place, to choose; 0 adds none, and "
        "with `until_share` none are",
        Rule("shrink must be 0 or more", lambda more: math.isfinite(more) and more >= 0, advice="10"),
    )
    merge: bool = option(True, "discs whose rims are at most 10 m apart become one hotspot, with its `parts`")

    def _check_together(self, problems: Problems) -> None:
        if self.count is None and self.until_share is None:
            problems.add("say when to stop", given="count=None, until_share=None", advice="count=100")
        if isinstance(self.count, Mapping) and self.area is None:
            problems.add("count by area needs the column of areas", advice="area='zone_name'")


@dataclass(frozen=True)
class Clusters(Method):
    """Dense clusters of any shape (DBSCAN)."""

    name = "dbscan"

    radius: float = option(150, "metres, the reach of a place", _RADIUS)
    min_incidents: int | None = option(
        None,
        "incidents within the radius that make a core; None means 36",
        Rule("min_incidents must be 1 or more", lambda least: least >= 1, advice="36"),
    )
    min_harm: float | None = option(
        None,
        "harm within the radius that a core needs as well; None means none",
        Rule("min_harm must be 0 days or more", lambda least: least >= 0, advice="365"),
    )
    max_diameter: float | None = option(
        None,
        "metres; a wider cluster is split into the discs inside it; None means never",
        Rule("max_diameter must be two radii or more", _above_0, advice="twice the radius or more"),
    )

    def _check_together(self, problems: Problems) -> None:
        super()._check_together(problems)
        if self.max_diameter is not None and not self.max_diameter >= 2 * self.radius:
            problems.add(
                "max_diameter must be two radii or more",
                given=f"max_diameter={self.max_diameter}",
                advice="twice the radius or more",
            )


@dataclass(frozen=True)
class Cells(Method):
    """Touching cells of a grid with a significant Gi*."""

    name = "cells"

    cell_size: float = option(
        250, "metres, a cell's side", Rule("cell_size must be above 0 metres", _above_0, advice="250")
    )
    cell_shape: str = option("square", "`square` or `hexagon`")


@dataclass(frozen=True)
class Streets(Method):
    """Hot streets of a network, for exact coordinates only."""

    name = "streets"

    streets: gpd.GeoDataFrame | None = field(
        default=None, metadata={"says": "lines in EPSG:27700, with a column `name` if there is one", "rule": None}
    )
    max_distance: float = option(
        30,
        "metres from a street within which an incident belongs to it",
        Rule("max_distance must be above 0 metres", lambda far: far > 0, advice="30"),
    )


METHODS: dict[str, type[Method]] = {one.name: one for one in (Discs, Clusters, Cells, Streets)}


def options_of(method: str | None = None) -> list[str]:
    """Names of the options of a method, or of all of them.

    Examples
    --------
    >>> options_of("cells")
    ['count', 'cell_size', 'cell_shape']
    """
    named = METHODS.values() if method is None else [METHODS[method]]
    return list(dict.fromkeys(one.name for each in named for one in fields(each)))


def read_method(method: str | Method, options: Mapping[str, Any]) -> Method:
    """Return a checked method from its name and options, or from its class."""
    known = require_one_of("method", getattr(method, "name", method), METHODS)
    problems = Problems("These options cannot be used")
    for name in options:
        if isinstance(method, Method):
            problems.add(f"{name} is said in the method itself", given=f"method={method!r}"[:60])
        elif name not in options_of():
            nearest = closest_name(name, options_of())
            problems.add(f"unknown option '{name}'", advice=nearest or ", ".join(options_of(known)))
        elif name not in options_of(known):
            owners = [each for each in METHODS if name in options_of(each)]
            problems.add(
                f"{name} is for {say_list(map(_in_words, owners))}",
                given=f"method={known!r}",
                advice=f"method={owners[0]!r}",
            )
    own = {name: value for name, value in options.items() if name in options_of(known)}
    found = method if isinstance(method, Method) else METHODS[known](**own)
    found.note_faults(problems)
    problems.raise_any()
    return found


def _in_words(method: str) -> str:
    return "DBSCAN" if method == "dbscan" else method


def require_one_of(name: str, given: Any, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return a choice, or raise `InputError` with the nearest one that there is."""
    if given not in known:
        nearest = closest_name(str(given), known)
        raise InputError(
            f"{name} must be one of {', '.join(known)}",
            given=f"{name}={given!r}",
            advice=f"{name}={nearest!r}" if nearest else "",
        )
    return str(given)
