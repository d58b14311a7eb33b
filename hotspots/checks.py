"""What every room shares: clear errors, checks of what came in, and choices said aloud."""

from __future__ import annotations

import difflib
import importlib
import logging
import math
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

CRS = "EPSG:27700"
ASB = "Anti-social behaviour"
WEIGHED, SCHEME = "weighed", "harm_scheme"  # a column, and in attrs the name of the weights

_log = logging.getLogger("safer_hotspots")


class InputError(ValueError):
    """Something the user gave cannot be used: says what is wrong, what was given, what to try.

    Parameters
    ----------
    problem : str
        One sentence: what is wrong.
    given : str, optional
        What was given: file, line, value.
    advice : str, optional
        One sentence: what to try.

    Examples
    --------
    >>> print(InputError("The radius must be above 0 metres", given="radius=-5", advice="Use 150."))
    The radius must be above 0 metres. Given: radius=-5. Try: Use 150.
    """

    def __init__(self, problem: str, *, given: str = "", advice: str = "") -> None:
        self.problem, self.given, self.advice = (
            one_line(text).rstrip(".") for text in (problem, given, advice)
        )
        parts = [self.problem]
        if self.given:
            parts.append(f"Given: {self.given}")
        if self.advice:
            parts.append(f"Try: {self.advice}")
        super().__init__(". ".join(parts) + ".")


class UnreadableError(InputError):
    """A file beside the records that cannot be read: where no number hangs on it, a run goes without."""


def one_line(text: str) -> str:
    r"""Text without what no console can show: bytes that are no letters become a mark.

    Examples
    --------
    >>> one_line("a\x00b")
    'a\ufffdb'
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


class Problems:
    """Collects every problem of one input, to raise them at once."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.found: list[str] = []

    def add(self, problem: str, *, given: str = "", advice: str = "") -> None:
        """Note one problem, with what was given and what to try."""
        notes = [f"given: {given}"] * bool(given) + [f"try: {advice}"] * bool(advice)
        self.found.append(problem + (f" ({'; '.join(notes)})" if notes else ""))

    def raise_any(self) -> None:
        """Raise one `InputError` that lists everything noted; do nothing when all is well."""
        if self.found:
            raise InputError(f"{self.title}: {'; '.join(self.found)}")


def announce(message: str) -> None:
    """Say aloud a choice made for the user (shown in notebooks and on the command line).

    It goes to the logger ``safer_hotspots`` at level WARNING, which Python shows even where nobody
    has configured logging; silence it with ``logging.getLogger("safer_hotspots").setLevel("ERROR")``.
    """
    _log.warning(one_line(message))


def closest_name(word: str, known: Iterable[str]) -> str | None:
    """Nearest known name to a mistyped one, or None when nothing is near.

    Examples
    --------
    >>> closest_name("raduis", ["radius", "count"])
    'radius'
    """
    by_fold = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def read_own_table(path: Any, *, what: str, **options: Any) -> pd.DataFrame:
    """Read a CSV file of the user's own, in UTF-8, or raise `InputError` with what is wrong with it.

    ``options`` go to `pandas.read_csv`.
    """
    name = Path(str(getattr(path, "name", path))).name
    try:
        table: pd.DataFrame = pd.read_csv(path, encoding="utf-8-sig", **options)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is not text in UTF-8", given=name, advice="save it as 'CSV UTF-8' in Excel"
        ) from error
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0] or "it is empty"
        raise InputError(
            f"{what} cannot be read", given=f"{name}: {reason}", advice="save it as CSV again"
        ) from error
    return _without_last_comma(table, what=what, name=name)


def _without_last_comma(table: pd.DataFrame, *, what: str, name: str) -> pd.DataFrame:
    """Undo what pandas makes of a comma at the end of every row: the first column as the index."""
    if isinstance(table.index, pd.RangeIndex):
        return table
    whole = table.reset_index()
    last = whole.iloc[:, -1]
    if table.index.nlevels > 1 or not (last.isna() | last.astype("str").str.strip().eq("")).all():
        raise InputError(
            f"{what} has rows with more entries than there are headings",
            given=f"{name}: {len(table.columns)} headings",
            advice="a heading for every column, and quotes round entries with a comma",
        )
    return whole.iloc[:, :-1].set_axis(table.columns, axis=1)


def require_columns(frame: pd.DataFrame, columns: Iterable[str], *, what: str) -> None:
    """Raise `InputError` naming every missing column and those that are there."""
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise InputError(
            f"{what} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}",
            given=f"columns {', '.join(map(str, frame.columns)) or '(none)'}",
            advice="rename the column, or name the right one",
        )


def name_unread(frame: pd.DataFrame, known: Iterable[str], *, what: str) -> None:
    """Say which columns of a user's table nothing here reads."""
    others = [str(name) for name in frame.columns if name not in set(known)]
    if others:
        announce(f"{what} has columns that are not read: {', '.join(map(repr, others))}.")


def count_weighed(incidents: pd.DataFrame, *, strict: bool = False) -> Any:
    """Count the records of each row that a harm index has a weight for: where none, harm is not spoken of.

    From the column ``weighed`` of `hotspots.severity.weighed_kinds.add_harm`. A harm without it is its
    giver's word for all records; ``strict`` takes one that is 1 for each, or of ASB alone, for the number
    that it is.
    """
    if WEIGHED in incidents.columns:
        return incidents[WEIGHED].to_numpy(dtype="int64")
    counts = np.asarray(incidents.get("incidents", np.ones(len(incidents))), dtype="int64")
    harm = incidents.get("harm", pd.Series(np.nan, index=incidents.index)).to_numpy(dtype=float)
    asb = incidents.get("category", pd.Series("", index=incidents.index)).eq(ASB).to_numpy()
    if np.isnan(harm).all() or (strict and (asb | (harm == counts)).all()):
        return np.zeros(len(incidents), dtype="int64")
    return counts


def on_index(values: Any, index: pd.Index, *, what: str, advice: str) -> pd.Series[Any]:
    """Give one value for each record its index: a Series has its own, anything else stands in their order.

    Examples
    --------
    >>> on_index([7, -1], pd.Index(["a", "b"]), what="The labels", advice="labels.loc[...]").to_dict()
    {'a': 7, 'b': -1}
    """
    table = isinstance(values, pd.DataFrame) or getattr(values, "ndim", 1) != 1
    if table or not hasattr(values, "__len__") or isinstance(values, (str, bytes, dict)):
        raise InputError(f"{what} must be a Series or a sequence", given=type(values).__name__, advice=advice)
    given = values if isinstance(values, pd.Series) else None
    if len(values) != len(index) or (given is not None and not given.index.equals(index)):
        raise InputError(
            f"{what} must be one for each incident, in their order or on their index",
            given=f"{len(values):,} values for {len(index):,} incidents",
            advice=advice,
        )
    return pd.Series(values, index=index) if given is None else given


def require_metres(frame: Any, *, what: str, place: bool = True) -> None:
    """Raise `InputError` unless ``frame`` is a GeoDataFrame in EPSG:27700 (British National Grid, metres).

    With ``place``, also where its coordinates lie far off that grid.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            f"{what} must be a GeoDataFrame", given=type(frame).__name__, advice="geopandas.GeoDataFrame(...)"
        )
    if frame.crs is None:
        raise InputError(
            f"{what} has no coordinate reference system",
            given="crs=None",
            advice="state the one that its numbers are in, with .set_crs(...)",
        )
    if frame.crs != CRS:
        raise InputError(
            f"{what} must be in British National Grid metres",
            given=f"{frame.crs.to_string()}",
            advice=_advise_grid(frame),
        )
    if place:
        require_on_grid(frame.total_bounds, what=what)


# the British National Grid, and 100 km about it: beyond, distances are wrong whatever the label says
_GRID = (-100_000.0, -100_000.0, 800_000.0, 1_400_000.0)
_BRITAIN = (-9.5, 49.0, 2.5, 61.5)  # degrees, with Northern Ireland


def require_on_grid(box: Any, *, what: str) -> None:
    """Raise `InputError` where a box (west, south, east, north) in EPSG:27700 reaches far off the grid."""
    west, south, east, north = (float(edge) for edge in box)
    if west < _GRID[0] or south < _GRID[1] or east > _GRID[2] or north > _GRID[3]:
        raise InputError(
            f"{what} lie far outside the British National Grid, whatever their label says",
            given=f"easting {west:,.0f} to {east:,.0f}, northing {south:,.0f} to {north:,.0f}",
            advice="find out which system these coordinates are in, and label them with that one",
        )


def _advise_grid(frame: gpd.GeoDataFrame) -> str:
    """Advise the British grid to British data alone: elsewhere its distances are wrong by half and more."""
    box = frame.total_bounds
    if not all(map(math.isfinite, box)):  # no row: nothing is moved
        return f".to_crs('{CRS}')"
    try:
        west, south, east, north = pyproj.Transformer.from_crs(
            frame.crs, 4326, always_xy=True
        ).transform_bounds(*box)
    except pyproj.exceptions.ProjError:
        west = south = east = north = math.inf
    if west >= _BRITAIN[0] and south >= _BRITAIN[1] and east <= _BRITAIN[2] and north <= _BRITAIN[3]:
        return f".to_crs('{CRS}')"
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "find out which system these coordinates are in: this label does not fit them"
    return (
        f"data of Great Britain or Northern Ireland: these lie near latitude {(south + north) / 2:.1f}, "
        f"longitude {(west + east) / 2:.1f}, where the British grid would give wrong distances"
    )


def read_text(path: Path, *, what: str) -> str:
    """Text of a UTF-8 file with Unix line ends, or `InputError` saying why it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise InputError(
            f"{what} is not there", given=str(path), advice="check the name and the folder"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is not UTF-8 text", given=str(path), advice="save it as UTF-8 in your editor"
        ) from error
    except OSError as error:
        raise InputError(
            f"{what} cannot be read",
            given=f"{path}: {error.strerror}",
            advice="close it if it is open in another program",
        ) from error


def require_installed(module: str, *, extra: str) -> ModuleType:
    """Import an optional library, or say what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            f"This needs the optional library {module}",
            given="it is not installed",
            advice=f'the extra safer-hotspots[{extra}]; from a clone: python -m pip install ".[{extra}]"',
        ) from error
