"""A week of patrols read back from the results of the run that drew it."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, Problems, read_own_table, require_columns
from hotspots.common.wording import say_count
from hotspots.reading.dates import parse_dates

TIMETABLE, LAYERS, MANIFEST = Path("patrols") / "timetable.csv", Path("hotspots.gpkg"), Path("manifest.json")
_MOMENTS = ("date", "arrive", "leave")
_NUMBERS = ("minutes", "officers", "officer_minutes")
_WHOLE = ("rank", "part")
_NEEDED = ("activity", "ref", "name", *_MOMENTS, *_NUMBERS, *_WHOLE)
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")  # as Excel in Britain saves them
_ADVICE = "the folder of a run with start and days under [patrols], for others than the public"


class Week(NamedTuple):
    """A timetable, the stops it was drawn for, and the longest gap in minutes that was promised."""

    timetable: pd.DataFrame
    stops: gpd.GeoDataFrame
    gap: float

    @property
    def days(self) -> set[pd.Timestamp]:
        """Days that the timetable holds."""
        return set(self.timetable["date"])


def files_of_week(results: str | Path) -> list[Path]:
    """List the files that `read_week` reads."""
    return [Path(results) / name for name in (TIMETABLE, LAYERS, MANIFEST)]


def read_week(results: str | Path) -> Week:
    """Read timetable, stops and promised gap from the results of a run."""
    folder = Path(results)
    return Week(read_timetable(folder), read_stops(folder), _read_gap(folder))


def read_timetable(folder: Path) -> pd.DataFrame:
    """Read the timetable of a run or a trial; raise `InputError` with every cell that cannot be read."""
    path = folder / TIMETABLE
    if not path.is_file():
        raise InputError("The results hold no timetable of patrols", given=str(folder), advice=_ADVICE)
    table = read_own_table(path, what="The timetable", dtype="str", keep_default_na=False)
    require_columns(table, _NEEDED, what="The timetable")
    visits = table["activity"].eq("visit")
    problems, read = Problems("The timetable cannot be read"), {}
    for name in _MOMENTS:
        read[name] = parse_dates(table[name], formats=_DAY_FIRST)["when"]
        _name_unreadable(problems, table, name, read[name].isna(), "2018-07-02 14:05")
    for name in _NUMBERS:
        read[name] = pd.to_numeric(table[name], errors="coerce")
        _name_unreadable(problems, table, name, read[name].isna(), "15")
    for name in _WHOLE:
        number = pd.to_numeric(table[name], errors="coerce")
        _name_unreadable(problems, table, name, visits & ~number.mod(1).eq(0), "1")
        read[name] = number.where(number.mod(1).eq(0)).astype("Int64")
    problems.raise_any()
    return table.assign(**read)


def _name_unreadable(problems: Problems, table: pd.DataFrame, name: str, bad: pd.Series, example: str) -> None:
    if bad.any():
        first = int(bad.to_numpy().argmax())
        problems.add(
            f"{say_count(bad.sum(), 'cell')} of its column '{name}'",
            given=f"line {first + 2}: {table[name].iloc[first]!r}",
            advice=example,
        )


def read_stops(folder: Path) -> gpd.GeoDataFrame:
    """Read every stop that patrols of a run could have made, chosen or not."""
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        return gpd.read_file(folder / LAYERS, layer="patrols")
    except (DataLayerError, DataSourceError, OSError) as error:
        raise InputError("The results hold no stops of patrols", given=str(folder / LAYERS), advice=_ADVICE) from error


def read_names(folder: Path) -> dict[str, str]:
    """Read what the map of a run calls each hotspot, by its reference."""
    import pyogrio

    if "hotspots" not in pyogrio.list_layers(folder / LAYERS)[:, 0]:
        return {}
    named = gpd.read_file(folder / LAYERS, layer="hotspots", columns=["ref", "name"], ignore_geometry=True)
    return dict(zip(named["ref"].astype(str), named["name"], strict=True))


def _read_gap(folder: Path) -> float:
    """Return the gap that the run was asked to keep: the default where it says none, infinite with doses."""
    try:
        asked = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["parameters"]["patrols"]
        return math.inf if "dose" in asked else float(asked.get("max_gap_minutes", 120))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The results hold no record of their run", given=str(folder / MANIFEST), advice=_ADVICE
        ) from error
