"""Options of one idea in one frozen class: read from keywords, a misspelt one named with the nearest."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from hotspots.checks import Problems, closest_name

T = TypeVar("T")


def take_options(kind: type[T], given: Mapping[str, Any], *, of: str) -> T:
    """Return the options that a class has, or raise `InputError` for every name that it does not.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Page:
    ...     title: str = ""
    >>> take_options(Page, {"titles": "Leeds"}, of="draw_map")
    Traceback (most recent call last):
    hotspots.checks.InputError: draw_map cannot use these options: unknown option 'titles' (try: title).
    """
    known = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    problems = Problems(f"{of} cannot use these options")
    for name in given:
        if name not in known:
            problems.add(f"unknown option '{name}'", advice=closest_name(name, known) or ", ".join(known))
    problems.raise_any()
    return kind(**given)
