"""Near repeats: whether a crime makes another one likelier near by and soon after (Knox test)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce
from hotspots.common.places import Floats, Ints, coordinates_of, incidents_per_row
from hotspots.common.when import london_clock, precision_of
from hotspots.dbscan._link_places import link_pairs
from hotspots.statistics.many_tests import false_discovery

NO_RATIO = "chance gives no such pair: no ratio"
_CHAIN_COLUMNS = {"chain": "int64", "order": "int64", "days": "int64", "metres": "float64"}


class NearRepeats(NamedTuple):
    """Result of the Knox test."""

    # one row per band of metres and band of days: ``observed`` pairs, ``expected`` (mean of the
    # permutations), ``ratio`` (blank where none is expected, and ``note`` says so), ``p``, ``q``
    table: pd.DataFrame
    # on the index of the incidents that belong to a chain: ``chain`` (1 is the longest), ``order`` in
    # it (1 is the first), ``days`` and ``metres`` from the first
    chains: pd.DataFrame


def find_near_repeats(
    incidents: gpd.GeoDataFrame,
    *,
    distances: Sequence[float] = (0, 100, 200, 300, 400),
    days: Sequence[int] = (7, 14, 21, 28),
    chain: tuple[float, int] = (200, 14),
    permutations: int = 999,
    seed: int = 0,
) -> NearRepeats:
    """Count pairs of incidents by how near and how soon, beside what chance would give.

    Parameters
    ----------
    incidents : GeoDataFrame
        Points in EPSG:27700 dated to the day or better. Places count as often as their incidents.
    distances : sequence of float
        Upper edges of the bands, in metres; 0 is the same spot.
    days : sequence of int
        Upper edges of the bands, in whole days; the first begins at the same day.
    chain : (metres, days)
        Pairs within both are linked; linked incidents form a chain.
    permutations : int
        Times the dates are dealt again to the places.
    seed : int
        Of the permutations.

    Returns
    -------
    NearRepeats
        ``table, chains``.

    Raises
    ------
    InputError
        When the records have months only: a near repeat lasts days, so months cannot show one.

    Notes
    -----
    Knox (1964); Johnson et al. (2007), *Journal of Quantitative Criminology* 23(3). p is the share of
    permutations, the real one included, with as many pairs or more; q adjusts it over the bands.

    Examples
    --------
    >>> when = pd.to_datetime(["2018-07-02", "2018-07-04", "2018-12-01"])
    >>> points = gpd.points_from_xy([0, 50, 9000], [0, 0, 0])
    >>> burglaries = gpd.GeoDataFrame({"when": when, "precision": "day"}, geometry=points, crs=27700)
    >>> find_near_repeats(burglaries, permutations=9).table.query("observed > 0").index.tolist()
    [('over 0 to 100 m', '0 to 7 days')]
    """
    places, times = _edges("distances", distances), _edges("days", days)
    rows = _dated(incidents)
    near, soon, pairs = _pairs(rows, max(places[-1], chain[0]))
    keep = near <= places[-1]
    bands = np.searchsorted(places, near[keep]).astype(np.int64), pairs[keep]
    observed, expected, p = _knox(rows["day"].to_numpy(copy=True), bands, len(places), times, permutations, seed)
    names = [_band_names(places, "m", "same spot", 0), _band_names(times, "days", "same day", 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    columns = {"observed": observed, "expected": expected, "ratio": ratio, "p": p, "q": false_discovery(p)}
    columns["note"] = np.where(expected > 0, "", NO_RATIO)
    table = pd.DataFrame(columns, index=pd.MultiIndex.from_product(names, names=["metres", "days"]))
    return NearRepeats(table, _chains(rows, pairs[(near <= chain[0]) & (soon <= chain[1])], incidents.index))


def _dated(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    exact = (precision_of(incidents) != "month").to_numpy()
    if len(incidents) and not exact.any():
        raise InputError(
            "Near repeats need records dated to the day, and these are dated to the month",
            given="police.uk publishes the month only",
            advice="a police export with dates",
        )
    if not exact.all():
        announce(f"{int((~exact).sum()):,} records dated to the month only are left out of the near repeats.")
    used = incidents[exact]
    xy = coordinates_of(used)
    day = (london_clock(used["when"]).dt.normalize() - pd.Timestamp(1970, 1, 1)) // pd.Timedelta(days=1)
    rows = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "day": day.to_numpy(), "row": np.flatnonzero(exact)})
    rows = rows.loc[rows.index.repeat(incidents_per_row(used))]
    # one order whatever the order of the rows, so that a seed means the same permutations
    return rows.sort_values(["day", "x", "y", "row"]).reset_index(drop=True)


def _pairs(rows: pd.DataFrame, reach: float) -> tuple[Floats, Ints, Ints]:
    from scipy.spatial import cKDTree

    xy, day = rows[["x", "y"]].to_numpy(dtype=float), rows["day"].to_numpy(dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(reach, output_type="ndarray").astype(np.int64)
    apart = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    return apart, np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]), pairs


def _knox(
    day: Any, bands: tuple[Ints, Ints], size: int, times: Floats, permutations: int, seed: int
) -> tuple[Ints, Floats, Floats]:
    space, pairs = bands
    width = len(times)

    def count(dates: Any) -> Ints:
        apart = np.abs(dates[pairs[:, 0]] - dates[pairs[:, 1]])
        time = np.searchsorted(times, apart)
        inside = time < width
        return np.bincount(space[inside] * width + time[inside], minlength=size * width).astype(np.int64)

    observed = count(day)
    draws = np.random.default_rng(seed)
    total, as_many = np.zeros(size * width), np.ones(size * width)
    for _ in range(permutations):
        dealt = count(draws.permutation(day))
        total += dealt
        as_many += dealt >= observed
    return observed, total / max(permutations, 1), as_many / (permutations + 1)


def _chains(rows: pd.DataFrame, linked: Ints, index: pd.Index) -> pd.DataFrame:
    label = link_pairs(linked, len(rows))
    found = rows.assign(label=label, size=np.bincount(label)[label])
    found = found[found["size"] > 1]
    # rows come by date, so the first of each group is the one that began the chain
    first = found.groupby("label")[["x", "y", "day"]].transform("first")
    found = found.assign(
        days=found["day"] - first["day"], metres=np.hypot(found["x"] - first["x"], found["y"] - first["y"])
    )
    longest = found.drop_duplicates("label").sort_values("size", ascending=False, kind="stable")["label"]
    number = {chain: i + 1 for i, chain in enumerate(longest)}
    found = found.assign(chain=found["label"].map(number), order=found.groupby("label").cumcount() + 1)
    found = found.sort_values(["chain", "order"]).drop_duplicates("row")
    return found.set_index(index[found["row"].to_numpy(dtype=np.int64)])[list(_CHAIN_COLUMNS)].astype(_CHAIN_COLUMNS)


def _edges(name: str, values: Sequence[float]) -> Floats:
    edges = np.asarray(list(values), dtype=float)
    if not len(edges) or (edges < 0).any() or (np.diff(edges) <= 0).any():
        raise InputError(f"{name} must rise from 0 upwards", given=str(list(values)), advice="[100, 200, 300]")
    return edges


def _band_names(edges: Floats, unit: str, zero: str, step: int) -> list[str]:
    """Name bands by their edges; days are whole, so the next band begins a day later."""
    names = []
    for i, edge in enumerate(edges):
        if edge == 0:
            names.append(zero)
        elif i == 0:
            names.append(f"0 to {edge:g} {unit}")
        else:
            low = f"{edges[i - 1] + step:g}" if step else f"over {edges[i - 1]:g}"
            names.append(f"{low} to {edge:g} {unit}")
    return names
