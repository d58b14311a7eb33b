"""Stays in hotspots from GPS points: minutes without bias, and the limits that hold the truth."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hotspots.common.places import Floats

# A fix is good to about so many metres; one so far beyond the rim has left; shorter absences do not count.
_ERROR, _MARGIN, _AWAY = 10.0, 25.0, 60.0
# Points inside times the interval: the error is a triangle on one interval, so 95 % lie within this share.
_NEAR = 1 - 0.05**0.5
# So many gaps show a pace (fewer only if all agree); silences longer than an hour are nights, not gaps.
FEW, _FEWEST, _NIGHT = 8, 3, 3600.0


class Pace(NamedTuple):
    """Seconds between fixes, and how they come.

    "even": whatever the vehicle does; "moving": silent where it stands; "unknown": too few to tell.
    """

    seconds: float
    kind: str


class Track(NamedTuple):
    """One vehicle's fixes in order of time: seconds, positions, row of the stop or −1."""

    seconds: Floats
    points: Any
    stop: NDArray[np.int64]


def find_stays(track: Track, shapes: Any, pace: Pace, silence: float) -> pd.DataFrame:
    """Find every stay of a vehicle in a stop."""
    runs = _join(_raw_runs(track, silence), track, shapes, silence)
    measure = _even if pace.kind == "even" else _limits
    rows = [measure(track, shapes, pace, stop, at) for stop, at in runs]
    columns = ["stop", "first", "last", "began", "ended", "seconds", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def find_pace(tracks: list[Track]) -> Pace:
    """Judge how often these vehicles send: every so many seconds whatever they do, or not.

    A tracker that sends when moving, or when the ignition turns, is silent where the vehicle stands: fixes
    are then not a fair sample of the time, and minutes can only be bounded.
    """
    gaps = np.concatenate([np.diff(track.seconds) for track in tracks] or [np.zeros(0)])
    usual = gaps[gaps <= max(_NIGHT, 1.5 * float(np.median(gaps)) if len(gaps) else 0)]
    if len(usual) < _FEWEST:
        return Pace(np.nan, "unknown")
    seconds = float(np.median(usual))
    times = usual / seconds
    regular = np.abs(times - np.round(times)) <= np.maximum(0.3, 1.5 / seconds)
    steady = float((regular & (times <= 3.5)).mean()) >= (0.75 if len(usual) >= FEW else 1)
    stood = [_standing(track, seconds) for track in tracks]
    silent, silences, pairs, stays = np.sum(stood, axis=0)
    if steady and silent <= 0:
        return Pace(seconds, "even")
    moving = (silences >= _FEWEST and silent > 0) or pairs >= max(_FEWEST, 0.6 * stays)
    return Pace(seconds, "moving" if moving and len(usual) >= FEW else "unknown")


def _standing(track: Track, pace: float) -> tuple[float, int, int, int]:
    """Seconds stood in a stop in silence less those with fixes at the pace; silences; lone pairs; stays."""
    gap = np.diff(track.seconds)
    still = np.hypot(*np.diff(shapely.get_coordinates(track.points), axis=0).T) <= 2 * _MARGIN
    inside = (track.stop[:-1] == track.stop[1:]) & (track.stop[1:] >= 0) & still
    long = inside & (gap > 2.5 * pace)
    runs = [at for _, at in _raw_runs(track, np.inf)]
    pairs = sum(len(at) == 2 and bool(inside[at[0]] and gap[at[0]] > 2 * _AWAY) for at in runs)
    return float(gap[long].sum() - gap[inside & ~long].sum()), int(long.sum()), pairs, len(runs)


def _raw_runs(track: Track, silence: float) -> list[tuple[int, NDArray[np.int64]]]:
    """Find fixes one after another in the same stop, without a long silence."""
    cut = (np.diff(track.stop) != 0) | (np.diff(track.seconds) > silence)
    pieces = np.split(np.arange(len(track.stop)), np.flatnonzero(cut) + 1)
    return [(int(track.stop[at[0]]), at) for at in pieces if len(at) and track.stop[at[0]] >= 0]


def _join(
    runs: list[tuple[int, NDArray[np.int64]]], track: Track, shapes: Any, silence: float
) -> list[tuple[int, NDArray[np.int64]]]:
    """Join runs of one stop that only a trembling position, or a moment away, holds apart."""
    joined: list[tuple[int, NDArray[np.int64]]] = []
    latest: dict[int, int] = {}
    for stop, at in runs:
        before = latest.get(stop)
        if before is not None:
            last = int(joined[before][1][-1])
            between = np.arange(last + 1, at[0])
            away = float(track.seconds[at[0]] - track.seconds[last])
            quiet = float(np.diff(track.seconds[last : at[0] + 1]).max())
            near = shapely.dwithin(track.points[between], shapes[stop], _MARGIN)
            if quiet <= silence and (away <= _AWAY or near.all()):
                trembled = between[near & (track.stop[between] < 0)]
                joined[before] = (stop, np.concatenate([joined[before][1], trembled, at]))
                continue
        latest[stop] = len(joined)
        joined.append((stop, at))
    return [(stop, _mostly_inside(track.stop, stop, at)) for stop, at in joined]


def _mostly_inside(stops: NDArray[np.int64], stop: int, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep the fixes just beyond the rim only where at least half of all lie inside."""
    inside = stops[at] == stop
    return at if 2 * inside.sum() >= len(at) else at[inside]


def _even(track: Track, shapes: Any, pace: Pace, stop: int, at: NDArray[np.int64]) -> tuple[Any, ...]:
    """Add half of the gap on either side of each fix; a gap too long for a few lost fixes is not filled."""
    most = max(3.5 * pace.seconds, _AWAY)
    gaps = np.concatenate([[np.inf], np.diff(track.seconds), [np.inf]])
    half = np.where(gaps <= most, gaps, pace.seconds) / 2
    held = half[at] + half[at + 1]
    first, last = int(at[0]), int(at[-1])
    whole = np.diff(track.seconds[first : last + 1])
    unfilled = float((whole[whole > most] - pace.seconds).sum())
    rim = shapely.distance(track.points[at], shapely.boundary(shapes[stop])) <= _ERROR
    around = _beyond_rim(track, shapes[stop], first, last)
    seconds, spread = float(held.sum()), _NEAR * max(float(np.max(held)), pace.seconds)
    low = max(0.0, seconds - spread - float(held[rim].sum() if len(at) > 1 else 0))
    high = seconds + spread + unfilled + float((half[around] + half[around + 1]).sum())
    began, ended = track.seconds[first] - half[first], track.seconds[last] + half[last + 1]
    return (stop, first, last, began, ended, seconds, low, high)


def _beyond_rim(track: Track, shape: Any, first: int, last: int) -> NDArray[np.int64]:
    """Find the fixes right before and after a stay that may have been inside, as far as a fix is good."""
    found: list[int] = []
    for step, start in ((-1, first - 1), (1, last + 1)):
        at = start
        while 0 <= at < len(track.stop) and shapely.dwithin(track.points[at], shape, _ERROR):
            found.append(at)
            at += step
    return np.array(found, dtype=np.int64)


def _limits(track: Track, _: Any, __: Pace, stop: int, at: NDArray[np.int64]) -> tuple[Any, ...]:
    first, last = int(at[0]), int(at[-1])
    began, ended = float(track.seconds[first]), float(track.seconds[last])
    before = track.seconds[first - 1] if first else np.nan
    after = track.seconds[last + 1] if last + 1 < len(track.seconds) else np.nan
    return (stop, first, last, began, ended, ended - began, ended - began, float(after - before))
