"""Known faults put back into the code, each by name, so that it can be seen that fresh worlds find it.

``python benchmarks/worlds.py --break NAME --worlds 50 --until-found``. A patch is made in the child in which
a command runs. It need not be the old code: it does to a user what the old code did.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def replace(module: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put another function in the place of one, wherever it was imported to."""
    old = getattr(import_module(module), name)
    new = make(old)
    for loaded in list(sys.modules.values()):
        if getattr(loaded, "__name__", "").split(".")[0] in ("hotspots", "boundaries", "maps"):
            for key, value in list(vars(loaded).items()):
                if value is old:
                    setattr(loaded, key, new)


def wrapped(old: Any, new: Any) -> Any:
    return functools.wraps(old)(new)


def count_from_nothing() -> None:
    """What is infinite passes the door, and the workbook refuses it."""

    def known(old: Any) -> Any:
        return wrapped(old, lambda v: v if isinstance(v, float) and math.isinf(v) else old(v))

    def cells(old: Any) -> Any:
        return wrapped(old, lambda frame: frame.copy())

    replace("maps.finite", "known", known)
    replace("maps.finite", "known_cells", cells)


def three_vehicles() -> None:
    def split(old: Any) -> Any:
        def fails(*given: Any, vehicles: int, **options: Any) -> Any:
            return [][0] if vehicles > 2 else old(*given, vehicles=vehicles, **options)

        return wrapped(old, fails)

    replace("hotspots.rounds", "split_stops", split)


def styled_geopackage() -> None:
    def choose(old: Any) -> Any:
        def fails(source: Any, layers: Any, layer: Any, want: str, name: str) -> Any:
            if layer is None and want == "areas" and len(layers) > 1:
                checks = import_module("hotspots.checks")
                given = f"{name}: {', '.join(found for found, _ in layers)}"
                raise checks.InputError(
                    "This file has more than one layer of areas", given=given, advice="layer"
                )
            return old(source, layers, layer, want, name)

        return wrapped(old, fails)

    replace("hotspots.geofiles", "_choose", choose)


def stated_extent() -> None:
    """A workbook is read as far as it says that it goes."""
    import openpyxl.worksheet._read_only as reader

    reader.ReadOnlyWorksheet.reset_dimensions = lambda self: None


def nested_zip() -> None:
    """A zip in a zip is passed over, and nobody says so."""
    readers = import_module("hotspots.readers")
    readers.DEPTH = 0


def no_limit() -> None:
    """What is packed is unpacked, whatever it comes to."""
    unpacking = import_module("hotspots.unpacking")
    unpacking.MAX_BYTES = unpacking.MAX_RATIO = 1 << 60


def name_with_a_star() -> None:
    """A file whose own name is a pattern's brings its neighbours along."""

    def expand(old: Any) -> Any:
        from pathlib import Path

        def neighbours(pattern: Any) -> Any:
            path = Path(pattern)
            return sorted(path.parent.glob(path.name)) if "*" in path.name else old(pattern)

        return wrapped(old, neighbours)

    replace("hotspots.finding", "expand", expand)


def square_brackets() -> None:
    """Brackets in the name of a folder are signs of a pattern."""

    def expand(old: Any) -> Any:
        from pathlib import Path

        def as_pattern(pattern: Any) -> Any:
            return [] if "[2024]" in str(Path(pattern)) else old(pattern)

        return wrapped(old, as_pattern)

    replace("hotspots.finding", "expand", expand)


def agreed_on() -> None:
    mainlist = import_module("maps.mainlist")
    mainlist.OURS = tuple(name for name in mainlist.OURS if name != "agreed_on")


FAULTS: dict[str, Callable[[], None]] = {
    "count from nothing": count_from_nothing,
    "three vehicles": three_vehicles,
    "styled geopackage": styled_geopackage,
    "stated extent": stated_extent,
    "nested zip": nested_zip,
    "no limit": no_limit,
    "name with a star": name_with_a_star,
    "square brackets": square_brackets,
    "agreed on": agreed_on,
}
