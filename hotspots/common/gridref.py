"""Grid references: a permanent, file-safe name for a place."""

from collections.abc import Iterable
from typing import Any

from hotspots.checks import CRS

# east of Ireland, from and to: between Pembrokeshire, the Rhinns of Galloway, Kintyre and Islay
_IRELAND = ((190_000, 250_000, 600_000), (145_000, 600_000, 630_000))
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"


def grid_reference(easting: float, northing: float, crs: Any = CRS) -> str:
    """National Grid reference to the metre (two letters and ten figures); in another grid its own metres.

    Examples
    --------
    >>> grid_reference(430000, 433000), grid_reference(333000.9, 374000, "EPSG:29902")
    ('SE3000033000', 'E333000N374000')
    """
    east, north = int(easting // 1), int(northing // 1)
    lettered = crs == CRS and 0 <= east < 700_000 and 0 <= north < 1_300_000
    if not lettered or any(east < x and low <= north < high for x, low, high in _IRELAND):
        return f"E{east}N{north}"
    column, row = east // 100_000, north // 100_000
    first = (19 - row) - (19 - row) % 5 + (column + 10) // 5
    second = (19 - row) * 5 % 25 + column % 5
    return f"{_LETTERS[first]}{_LETTERS[second]}{east % 100_000:05d}{north % 100_000:05d}"


def unique_references(points: Iterable[tuple[float, float]], *, taken: Iterable[str] = (), crs: Any = CRS) -> list[str]:
    """Grid references of several points, with ``-2``, ``-3`` ... where two fall on the same metre."""
    used, references = set(taken), []
    for easting, northing in points:
        base = reference = grid_reference(easting, northing, crs)
        number = 1
        while reference in used:
            number += 1
            reference = f"{base}-{number}"
        used.add(reference)
        references.append(reference)
    return references
