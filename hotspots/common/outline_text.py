"""Outlines as text in a plan's record: written to the decimetre, read back without lines that cross."""

from typing import Any

import shapely


def write_outline(shape: Any) -> str:
    """Write an outline to the decimetre: finer than any record, and short enough to read in a file."""
    # rounding alone makes slivers cross themselves, and no ground of theirs could be cut or measured
    return str(shapely.to_wkt(shapely.set_precision(_mend(shape), 0.1), rounding_precision=1))


def read_outline(text: str) -> Any:
    """Read an outline; one whose lines cross, as rounding once left them, is mended."""
    return _mend(shapely.from_wkt(text))


def _mend(shape: Any) -> Any:
    if shapely.is_valid(shape):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
