"""The ledger of delivery: minutes claimed by agency, role, place, shift and period, adding up exactly."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, closest_name, require_columns
from hotspots.common.wording import say_count
from hotspots.patrols._duty import list_gaps
from hotspots.patrols._log_columns import OUTPUTS
from hotspots.patrols._shifts import parse_shift
from hotspots.patrols.monthly_return import period_of

KEYS = ("period", "agency", "role", "team", "vehicle", "shift", "ref", "name", "part", "source")
NOT_STATED = "not stated"


def claim_minutes(visits: pd.DataFrame) -> pd.Series:
    """Whole minutes of each visit that its agency may claim: time spent together is shared, never paid twice.

    Of one vehicle on one day (where the log names none, at one place), minutes at which several agencies were
    there at once are shared equally among them. A vehicle's claims add up to its minutes, rounded once.

    Examples
    --------
    >>> log = pd.DataFrame({"date": "2026-12-01", "vehicle": "1", "agency": ["police", "council"], "ref": "A",
    ...     "part": 0, "minutes": 15.0, "arrived": pd.Timestamp("2026-12-01 14:00"),
    ...     "left": pd.Timestamp("2026-12-01 14:15")})
    >>> claim_minutes(log).tolist()
    [8, 7]
    """
    claims = pd.Series(0, index=visits.index, dtype="int64")
    vehicle = _texts(visits, "vehicle")
    place = visits["ref"].astype(str) + " " + visits["part"].astype(str)
    crew = vehicle.where(vehicle.ne(""), "at " + place)
    twice = 0.0
    for _, rows in visits.groupby([visits["date"], crew]):
        shares = _share(rows)
        claims[rows.index] = _whole(shares)
        twice += float(rows["minutes"].sum() - shares.sum())
    if round(twice):
        announce(f"{say_count(round(twice), 'minute')} claimed by more than one visit at once counted once.")
    return claims


def sum_delivery(
    visits: pd.DataFrame,
    *,
    by: Sequence[str] = ("period", "agency"),
    every: str = "month",
    stops: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Sum what was delivered: minutes never alone, but beside visits, places, gaps and harm.

    Parameters
    ----------
    visits : DataFrame
        From `record_visits`.
    by : sequence of str
        Columns of a row: of "period", "agency", "role", "team", "vehicle", "shift", "ref", "name", "part",
        "source".
    every : {"month", "quarter", "year", "week", "day", "all"}
        The period.
    stops : DataFrame, optional
        The stops, with ``harm``: ``harm_dose`` is then the harm of each place times the visits it had.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``visits, places, minutes`` (whole, as of `claim_minutes`),
        ``minutes_low, minutes_high, officer_minutes, median_gap``, where known ``cost`` and ``harm_dose``,
        and what officers recorded: activity, never a result.
    """
    unknown = [key for key in by if key not in KEYS]
    if unknown:
        near = closest_name(unknown[0], KEYS)
        raise InputError("A ledger has no such row", given=repr(unknown[0]), advice=near or ", ".join(KEYS))
    rows = visits.assign(period=period_of(visits["date"], every), claimed=claim_minutes(visits))
    for key in by:
        rows[key] = _texts(rows, key).replace("", NOT_STATED) if key != "part" else rows[key]
    rows["place"] = rows["ref"].astype(str) + " " + rows["part"].astype(str)
    rows["claimed_officers"] = rows["claimed"] * rows["officers"]
    rows["gap"] = list_gaps(visits)
    sums = {"visits": ("place", "size"), "places": ("place", "nunique"), "minutes": ("claimed", "sum")}
    sums |= {name: (name, "sum") for name in ("minutes_low", "minutes_high") if name in rows}
    sums |= {"officer_minutes": ("claimed_officers", "sum"), "median_gap": ("gap", "median")}
    if "cost" in rows:
        rows["cost"] = pd.to_numeric(rows["cost"], errors="coerce")
        sums["cost"] = ("cost", "sum")
    if stops is not None and "harm" in stops.columns:
        harm = stops.drop_duplicates(["ref", "part"]).set_index(["ref", "part"])["harm"]
        rows["harm_dose"] = harm.reindex(pd.MultiIndex.from_frame(rows[["ref", "part"]])).to_numpy()
        sums["harm_dose"] = ("harm_dose", "sum")
    sums |= {name: (name, "sum") for name in OUTPUTS if name in rows}
    return rows.groupby(list(by)).agg(**sums).reset_index()


def account_shifts(visits: pd.DataFrame, *, shift: str | None = None) -> pd.DataFrame:
    """Account for each shift whole: its agencies' minutes at places and between them add up to its length.

    Parameters
    ----------
    visits : DataFrame
        From `record_visits`; a column ``shift`` holds the hours, such as "14:00-22:00".
    shift : str, optional
        The hours of every shift, where the log does not say.

    Returns
    -------
    DataFrame
        One row for each ``date, shift, vehicle, agency``: ``visits, place_minutes, other_minutes, minutes``.
        What is not spent at places (driving, briefing, writing up) is shared equally among the agencies.
    """
    require_columns(visits, [] if shift else ["shift"], what="visits")
    hours = visits["shift"] if shift is None else pd.Series(shift, index=visits.index)
    rows = visits.assign(shift=hours.astype(str), vehicle=_texts(visits, "vehicle"))
    rows["agency"] = _texts(visits, "agency").replace("", NOT_STATED)
    rows["place_minutes"] = claim_minutes(visits)
    found = []
    by_shift: Any = rows.groupby(["date", "shift", "vehicle"])
    for (date, text, vehicle), group in by_shift:
        mine = group.groupby("agency").agg(visits=("place_minutes", "size"), place_minutes=("place_minutes", "sum"))
        left = parse_shift(text).minutes - int(mine["place_minutes"].sum())
        if left < 0:
            announce(f"{date:%d.%m.%Y} {text}: visits claim {-left} minutes more than the shift has.")
        mine["other_minutes"] = _whole(np.full(len(mine), max(left, 0) / len(mine)))
        mine["minutes"] = mine["place_minutes"] + mine["other_minutes"]
        found.append(mine.reset_index().assign(date=date, shift=text, vehicle=vehicle))
    order = ["date", "shift", "vehicle", "agency", "visits", "place_minutes", "other_minutes", "minutes"]
    return pd.concat(found, ignore_index=True)[order] if found else pd.DataFrame(columns=order)


def fill_return(ledger: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Put a ledger into a partnership's own columns: theirs to ours, in their order.

    Examples
    --------
    >>> ledger = pd.DataFrame({"agency": ["council"], "minutes": [90]})
    >>> fill_return(ledger, {"Partner": "agency", "Mins": "minutes"})
      Partner  Mins
    0  council    90
    """
    missing = [ours for ours in columns.values() if ours not in ledger.columns]
    if missing:
        near = closest_name(missing[0], [str(c) for c in ledger.columns])
        raise InputError(
            "The ledger has no such column",
            given=repr(missing[0]),
            advice=f"'{near}'" if near else ", ".join(map(str, ledger.columns)),
        )
    return pd.DataFrame({theirs: ledger[ours] for theirs, ours in columns.items()})


def _texts(visits: pd.DataFrame, column: str) -> pd.Series:
    if column not in visits.columns:
        return pd.Series("", index=visits.index, dtype="str")
    return visits[column].fillna("").astype("str").str.strip()


def _share(rows: pd.DataFrame) -> np.ndarray:
    """Minutes of each visit, those spent at once shared equally among agencies, then among their visits."""
    began, ended = (rows[c].to_numpy(dtype="datetime64[ns]").astype(np.int64) / 6e10 for c in ("arrived", "left"))
    agency = _texts(rows, "agency").to_numpy()
    shares = np.zeros(len(rows))
    edges = np.unique(np.concatenate([began, ended]))
    for low, high in itertools.pairwise(edges):
        here = np.flatnonzero((began <= low) & (ended >= high))
        there = set(agency[here])
        for each in there:
            mine = here[agency[here] == each]
            shares[mine] += (high - low) / len(there) / len(mine)
    span = np.maximum(ended - began, 1e-9)
    return np.where(ended > began, shares * rows["minutes"].to_numpy(dtype=float) / span, 0.0)


def _whole(shares: Any) -> np.ndarray:
    """Round so that the sum is the rounded sum: the largest remainders go up."""
    shares = np.asarray(shares, dtype=float)
    down = np.floor(shares + 1e-9)
    up = round(float(shares.sum())) - int(down.sum())
    whole: np.ndarray = down.astype(np.int64)
    whole[np.argsort(-(shares - down), kind="stable")[: max(up, 0)]] += 1
    return whole
