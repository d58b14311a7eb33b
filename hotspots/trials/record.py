"""A trial's record: drawn and frozen before its first day, and what of it was changed since."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import tomlkit

from hotspots.checks import CRS, InputError, Problems, read_text, require_columns, require_metres
from hotspots.common.wording import say_date
from hotspots.files.own_toml import parse_toml
from hotspots.trials.design import Bools, Draw

SIDES = ("fewer", "either")
_HEAD = """\
A trial, fixed before its first day: places, days, what is counted, how it will be judged. Leave this file as
it is: whatever is changed in it is named when the trial is judged."""
_PARTS = {"places": "the places", "days": "the days", "measure": "what is counted", "analysis": "how it is judged"}


@dataclass(frozen=True)
class Measure:
    """What is counted on each day."""

    categories: tuple[str, ...] = ()  # none: all
    detected: bool = False  # what police activity itself detects: patrols find more of it, which is no effect
    day_starts: float = 0.0  # hour: a late shift belongs to the day it started on


@dataclass(frozen=True)
class Analysis:
    """How a trial is judged: what would be success, the level, days of washout, redraws and their seed."""

    side: str = "fewer"
    level: float = 0.05
    washout: int = 0
    redraws: int = 2000
    seed: int = 1
    dispersion: float = 1.3


@dataclass(frozen=True)
class Trial:
    """A trial as drawn."""

    draw: Draw  # the procedure and its seed
    start: pd.Timestamp  # its first day
    places: gpd.GeoDataFrame  # ``ref, name, geometry`` in EPSG:27700, one row a place
    measure: Measure
    analysis: Analysis
    on: Bools  # which places (rows) are patrolled on which days (columns)
    changed: tuple[str, ...] = ()  # what in the record is no longer as it was drawn

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Every day."""
        return pd.date_range(self.start, periods=self.draw.days)

    def tabulate(self) -> pd.DataFrame:
        """One row a day and place: ``date, ref, name, on``."""
        places, days = self.on.shape
        return pd.DataFrame(
            {
                "date": np.repeat(self.dates, places),
                "ref": np.tile(self.places["ref"].to_numpy(), days),
                "name": np.tile(self.places["name"].to_numpy(), days),
                "on": self.on.T.ravel(),
            }
        )


def draw_trial(
    places: gpd.GeoDataFrame,
    *,
    start: Any,
    days: int,
    per_day: int | None = None,
    per_week: int | None = None,
    seed: int = 0,
    measure: Measure | None = None,
    analysis: Analysis | None = None,
) -> Trial:
    """Draw the days on which each place is patrolled, and fix how the trial will be judged.

    Parameters
    ----------
    places : GeoDataFrame
        Hotspots or other areas in EPSG:27700 with ``ref`` and ``name``, which do not overlap.
    start : date or str
        First day.
    days : int
        From the first to the last; 14 at least.
    per_day, per_week : int
        One of them: how many places on each day, or how many days of each week at each place.
    seed : int
        Recorded with the draw.
    measure, analysis : Measure, Analysis, optional
        What is counted and how it is judged.

    Examples
    --------
    >>> spots = gpd.GeoDataFrame({"ref": ["A", "B", "C"], "name": ["Boar Lane", "Call Lane", "The Calls"]},
    ...     geometry=gpd.points_from_xy([0, 900, 1800], [0, 0, 0]).buffer(150), crs=27700)
    >>> trial = draw_trial(spots, start="2027-01-04", days=84, per_day=1, seed=7)
    >>> trial.on.sum(axis=0).tolist() == [1] * 84
    True
    """
    require_metres(places, what="places")
    require_columns(places, ["ref", "name"], what="places")
    kept = gpd.GeoDataFrame(
        {"ref": places["ref"].astype(str).to_numpy(), "name": places["name"].astype(str).to_numpy()},
        geometry=places.geometry.to_numpy(),
        crs=places.crs,
    )
    problems = Problems("These places cannot be tried side by side")
    for ref in kept["ref"][kept["ref"].duplicated()].unique():
        problems.add("two places have one reference", given=ref, advice="a reference for each")
    first, second = shapely.STRtree(kept.geometry).query(kept.geometry, predicate="intersects")
    for a, b in zip(first, second, strict=True):
        if a < b and kept.geometry[a].intersection(kept.geometry[b]).area > 1:
            given = f"{kept['name'][a]} and {kept['name'][b]}"
            problems.add("two places overlap: patrols of one are in the other", given=given, advice="one of them")
    problems.raise_any()
    draw = Draw(len(kept), int(days), per_day=per_day, per_week=per_week, seed=seed)
    analysis = analysis or Analysis()
    if analysis.side not in SIDES:
        raise InputError("A trial is judged on one side or both", given=analysis.side, advice="'fewer' or 'either'")
    try:
        day = pd.Timestamp(start).normalize().tz_localize(None)
    except (ValueError, TypeError) as error:
        raise InputError("The first day of the trial cannot be read", given=str(start), advice="2027-01-04") from error
    return Trial(draw, day, kept, measure or Measure(), analysis, draw.table())


def write_trial(trial: Trial, path: str | Path) -> Path:
    """Write the record of a trial; one that stands there is never written over."""
    file = Path(path)
    content = _content(trial)
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    for key, value in content.items():
        document.add(key, tomlkit.item(value))
    document.add("seals", tomlkit.item({part: _seal(content, part) for part in _PARTS}))
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(tomlkit.dumps(document))
    except FileExistsError as error:
        raise InputError(
            "A trial stands there already, and a draw is made once",
            given=file.name,
            advice="another folder for another trial",
        ) from error
    return file


def read_trial(path: str | Path) -> Trial:
    """Read the record of a trial, and find what was changed in it since it was drawn."""
    file = Path(path)
    text = read_text(file, what="The trial")
    raw = parse_toml(text, name=file.name, what="The trial", advice="the file as it was drawn", paths=False)
    try:
        days = {key: value for key, value in raw["days"].items() if key not in ("start", "on")}
        draw = Draw(places=len(raw["places"]), **days)
        on = np.array([[letter == "1" for letter in row] for row in raw["days"]["on"]])
        measure = {**raw["measure"], "categories": tuple(raw["measure"]["categories"])}
        frame = gpd.GeoDataFrame(
            {"ref": [p["ref"] for p in raw["places"]], "name": [p["name"] for p in raw["places"]]},
            geometry=[shapely.from_wkt(p["wkt"]) for p in raw["places"]],
            crs=raw["places"][0].get("crs", CRS),
        )
        start = pd.Timestamp(raw["days"]["start"])
        trial = Trial(draw, start, frame, Measure(**measure), Analysis(**raw["analysis"]), on)
        if on.shape != (draw.places, draw.days):
            raise ValueError("days")
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InputError(
            "This is no record of a trial, or parts of it are gone",
            given=f"{file.name}: {error}",
            advice="the trial.toml that 'hotspots trial draw' wrote",
        ) from error
    seals = raw.get("seals", {})
    changed = [words for part, words in _PARTS.items() if _seal(raw, part) != seals.get(part)]
    if not changed and not np.array_equal(on, draw.table()):
        changed = ["the days, which are not those of the recorded seed"]
    return Trial(**{**vars(trial), "changed": tuple(changed)})


def say_changes(trial: Trial) -> str:
    """Say what was changed after the draw; "" where nothing was."""
    if not trial.changed:
        return ""
    return (
        f"Changed since it was drawn for {say_date(trial.start)}: {' and '.join(trial.changed)}. What "
        "follows is no longer the trial that was agreed."
    )


def _content(trial: Trial) -> dict[str, Any]:
    days = {key: value for key, value in asdict(trial.draw).items() if value is not None and key != "places"}
    measure = asdict(trial.measure)
    measure["categories"] = list(measure["categories"])
    grid = {} if trial.places.crs == CRS else {"crs": trial.places.crs.to_string()}
    rows = zip(trial.places["ref"], trial.places["name"], trial.places.geometry, strict=True)
    return {
        "days": {"start": trial.start.date(), **days, "on": ["".join("01"[int(x)] for x in row) for row in trial.on]},
        "measure": measure,
        "analysis": asdict(trial.analysis),
        "places": [
            {"ref": ref, "name": name, "wkt": shapely.to_wkt(shape, rounding_precision=1), **grid}
            for ref, name, shape in rows
        ],
    }


def _seal(content: dict[str, Any], part: str) -> str:
    text = json.dumps(_bare(content.get(part)), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _bare(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, dt.date) else value
