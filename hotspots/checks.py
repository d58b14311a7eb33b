"""What every room shares: clear errors, checks of what came in, and choices said aloud."""

import difflib
import importlib
import logging
import math
from collections.abc import Iterable
from functools import lru_cache
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
        self.problem, self.given, self.advice = (one_line(text).rstrip(".") for text in (problem, given, advice))
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

    def note(self, error: InputError) -> None:
        """Note what another check refused: as one of a list, after a colon."""
        self.add(error.problem[:1].lower() + error.problem[1:], given=error.given, advice=error.advice)

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
        raise InputError(f"{what} cannot be read", given=f"{name}: {reason}", advice="save it as CSV again") from error
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


def on_index(values: Any, index: pd.Index, *, what: str, advice: str) -> "pd.Series[Any]":
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


def require_metres(frame: Any, *, what: str, place: bool = True, like: Any = None) -> None:
    """Raise `InputError` unless ``frame`` is a GeoDataFrame in a grid of metres, and in that of ``like``.

    With ``place``, also where distances are wrong at its coordinates, whatever the label says.
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
    if wrong := why_no_grid(frame.crs):
        raise InputError(f"{what} must be in a grid of metres", given=wrong, advice=_advise_grid(frame))
    if like is not None and getattr(like, "crs", None) is not None and frame.crs != like.crs:
        grids = f"{frame.crs.to_string()} beside {like.crs.to_string()}"
        advice = f".to_crs('{like.crs.to_string()}')"
        raise InputError(f"{what} must be in the grid of the rest", given=grids, advice=advice)
    if place and len(frame):
        require_on_grid(frame.total_bounds, what=what, crs=frame.crs)


# the British National Grid, and 100 km about it: beyond, distances are wrong whatever the label says
_GRID = (-100_000.0, -100_000.0, 800_000.0, 1_400_000.0)
_BRITAIN = (-9.5, 49.0, 2.5, 61.5)  # degrees, with Northern Ireland
_IRELAND = (-10.8, 51.3, -5.4, 55.5)  # degrees; of Scotland and Wales hardly anything
FAIR, WORST = 0.001, 0.01  # how far distances may be wrong: what is more is said, what is far more refused


def why_no_grid(crs: Any) -> str:
    """Say why distances cannot be taken in a coordinate system; "" for one in metres.

    Examples
    --------
    >>> why_no_grid("EPSG:29902"), why_no_grid("EPSG:4326"), why_no_grid("EPSG:3435")
    ('', 'EPSG:4326, in degrees', 'EPSG:3435, in US survey feet')
    """
    return _why_no_grid(getattr(crs, "srs", str(crs)))


@lru_cache(maxsize=64)
def _why_no_grid(name: str) -> str:
    if name.upper() == CRS:
        return ""
    crs = find_crs(name)
    if crs.is_projected and all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2]):
        return ""
    unit = "degrees" if crs.is_geographic else crs.axis_info[0].unit_name.replace("foot", "feet")
    return f"{crs.to_string()}, in {unit}"


@lru_cache(maxsize=64)
def find_crs(crs: str) -> pyproj.CRS:
    """Coordinate reference system by its name, or `InputError` where there is none of that name."""
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            "There is no such coordinate reference system",
            given=str(crs),
            advice="its code: EPSG:27700 for British metres, EPSG:4326 for degrees",
        ) from error


def advise_grid_of(crs: str) -> str:
    """Advise a grid of metres for the middle of where another system is used, such as one in feet."""
    area = find_crs(crs).area_of_use
    if area is None or area.east - area.west > 20:  # degrees of the world
        return f"{CRS} in Great Britain, elsewhere that country's grid or the UTM zone, such as EPSG:32616"
    return suggest_grid((area.west + area.east) / 2, (area.south + area.north) / 2)


def scale_error(crs: Any, x: float, y: float) -> float:
    """How much too long distances are at a point of a grid: 0.001 is a metre in a kilometre.

    Examples
    --------
    >>> round(scale_error("EPSG:3857", 0, 6_700_000), 1)
    0.6
    """
    # to ten kilometres: a run asks it of one and the same town again and again
    return _scale_error(getattr(crs, "srs", str(crs)), round(x, -4), round(y, -4))


@lru_cache(maxsize=1024)
def _scale_error(crs: str, x: float, y: float) -> float:
    try:
        projection = pyproj.Proj(crs)
        factors = projection.get_factors(*projection(x, y, inverse=True, errcheck=True))
    except pyproj.exceptions.ProjError:
        return math.inf
    return float(max(factors.meridional_scale - 1, factors.parallel_scale - 1, key=abs))


def say_scale(crs: Any, box: Any) -> str:
    """Say by how much distances are wrong in the middle of a box (west, south, east, north); "" if true."""
    west, south, east, north = (float(edge) for edge in box)
    if not all(map(math.isfinite, (west, south, east, north))):
        return ""
    off = scale_error(crs, (west + east) / 2, (south + north) / 2)
    if abs(off) <= FAIR:
        return ""
    name = getattr(crs, "srs", str(crs))
    if not math.isfinite(off):
        return f"{name} does not reach there"
    return f"distances in {name} are {abs(off):.2%} too {'long' if off > 0 else 'short'} there"


def suggest_grid(longitude: float, latitude: float) -> str:
    """Suggest a grid of metres: British, Irish, else the zone of UTM (Universal Transverse Mercator).

    Examples
    --------
    >>> suggest_grid(-1.5, 53.8), suggest_grid(-5.9, 54.6), suggest_grid(151.2, -33.9)
    ('EPSG:27700', 'EPSG:2157', 'EPSG:32756')
    """
    for box, grid in ((_IRELAND, "EPSG:2157"), (_BRITAIN, CRS)):
        if box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]:
            return grid
    return f"EPSG:32{6 if latitude >= 0 else 7}{int((longitude + 180) // 6) % 60 + 1:02d}"


def require_on_grid(box: Any, *, what: str, crs: Any = CRS) -> None:
    """Raise `InputError` where distances of a grid are wrong in a box (west, south, east, north) of it."""
    west, south, east, north = (float(edge) for edge in box)
    given = f"easting {west:,.0f} to {east:,.0f}, northing {south:,.0f} to {north:,.0f}"
    advice = "find out which system these coordinates are in, and label them with that one"
    if crs == CRS:
        if west < _GRID[0] or south < _GRID[1] or east > _GRID[2] or north > _GRID[3]:
            said = f"{what} lie far outside the British National Grid, whatever their label says"
            raise InputError(said, given=given, advice=advice)
        return
    middle = (west + east) / 2, (south + north) / 2
    if all(map(math.isfinite, middle)) and abs(scale_error(crs, *middle)) > WORST:
        frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(middle, strict=True)), crs=crs)
        said = f"{what}: {say_scale(crs, box)}, so this grid is not for this place"
        raise InputError(said, given=given, advice=_advise_grid(frame))


def _advise_grid(frame: gpd.GeoDataFrame) -> str:
    """Advise the grid of the place where the rows lie: elsewhere the British one is far off."""
    box = frame.total_bounds
    if not all(map(math.isfinite, box)):  # no row: nothing is moved
        return f".to_crs('{CRS}')"
    try:
        west, south, east, north = pyproj.Transformer.from_crs(frame.crs, 4326, always_xy=True).transform_bounds(*box)
    except pyproj.exceptions.ProjError:
        west = south = east = north = math.inf
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "find out which system these coordinates are in: this label does not fit them"
    return f".to_crs('{suggest_grid((west + east) / 2, (south + north) / 2)}')"


def read_text(path: Path, *, what: str) -> str:
    """Text of a UTF-8 file with Unix line ends, or `InputError` saying why it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise InputError(f"{what} is not there", given=str(path), advice="check the name and the folder") from error
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
