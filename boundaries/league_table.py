"""The columns of one league table of areas: sums, shares, ranks and rates, each with its interval."""

from typing import Any

import numpy as np
import pandas as pd

from boundaries.intervals import rank_interval, shrink_rates, weighted_interval


def condense_rows(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sum rows up by area and ``by``, keeping what the interval of harm needs.

    ``squared`` is weight squared times incidents, ``single`` the largest weight of one incident.
    """
    if "harm" in rows.columns:
        single = (rows["harm"] / rows["incidents"].where(rows["incidents"] > 0)).fillna(0.0)
        rows = rows.assign(single=single, squared=single * rows["harm"])
    how = {c: "max" if c == "single" else "sum" for c in rows.columns if c not in {"code", *by}}
    # What lies in no area has no code, but counts in the whole that shares are of.
    return rows.groupby([*by, "code"], dropna=False, observed=True).agg(how).reset_index()


def add_sums(
    table: pd.DataFrame, rows: pd.DataFrame, measures: list[str], *, confidence: float, small: int, centre: bool
) -> pd.DataFrame:
    """Add the sum of each measure with interval, share and rank, and the same without the centre."""
    sums = _sum_up(table["code"], rows)
    added: dict[str, Any] = {}
    for measure in sorted(measures, reverse=True):
        added |= _measure_columns(sums, rows, measure, confidence)
        if measure == "incidents":
            added["small_numbers"] = sums["incidents"] < small
    if "harm" in measures:
        largest = rows.groupby("code")["single"].max()
        single = table["code"].map(largest).to_numpy(dtype=float)
        harm = sums["harm"].to_numpy()
        added["largest_single_share"] = np.divide(single, harm, out=np.full(len(harm), np.nan), where=harm > 0)
        added |= {c: sums[c] for c in ("harm_low", "harm_high") if c in sums}
    if centre:
        apart = _sum_up(table["code"], rows[~rows["centre"]])
        for measure in sorted(measures, reverse=True):
            added[f"{measure}_without_centre"] = _whole(apart, measure)
            added[f"rank_by_{measure}_without_centre"] = _rank(apart[measure])
    whole = table.assign(**{k: v.to_numpy() if isinstance(v, pd.Series) else v for k, v in added.items()})
    return _forget_harm(whole, sums) if "weighed" in sums else whole


def _forget_harm(table: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Leave harm blank where there are records, and none has a weight in the index."""
    unweighed = (sums["weighed"].eq(0) & sums["incidents"].gt(0)).to_numpy()
    of_harm = [c for c in table.columns if "harm" in c or c == "largest_single_share"]
    if unweighed.any():
        ranks = {c: "Int64" for c in of_harm if c.startswith("rank_")}
        table[of_harm] = table[of_harm].astype(ranks).mask(pd.Series(unweighed, index=table.index), axis=0)
    return table


def add_rates(
    table: pd.DataFrame, people: "pd.Series[float]", *, per: float, confidence: float, centre: bool
) -> pd.DataFrame:
    """Add rates per resident, raw and shrunk, with intervals; none where nobody lives."""
    events = table["incidents_without_centre" if centre else "incidents"].to_numpy(dtype=float)
    residents = table["code"].map(people).to_numpy(dtype=float)
    residents = np.where(residents > 0, residents, np.nan)
    low, high = weighted_interval(events, events, 1.0, confidence=confidence)
    shrunk = shrink_rates(events, residents, confidence=confidence)
    names = ("rate_shrunk", "rate_shrunk_from", "rate_shrunk_to")
    added: dict[str, Any] = {"population": residents}
    added |= {"rate": events / residents * per}
    added |= {"rate_from": low / residents * per, "rate_to": high / residents * per}
    added |= {name: values * per for name, values in zip(names, shrunk, strict=True)}
    known = np.isfinite(residents)
    first, last = rank_interval(shrunk[1][known], shrunk[2][known])
    ranks = pd.Series(shrunk[0]).rank(method="min", ascending=False).to_numpy()[known]
    for column, values in zip(("", "_from", "_to"), (ranks, first, last), strict=True):
        spread = np.full(len(table), np.nan)
        spread[known] = values
        added[f"rank_by_rate{column}"] = pd.array(spread, dtype="Int64")
    return table.assign(**added)


def _sum_up(codes: "pd.Series[str]", rows: pd.DataFrame) -> pd.DataFrame:
    wanted = ["incidents", "harm", "harm_low", "harm_high", "squared", "weighed"]
    return rows.groupby("code")[[c for c in wanted if c in rows.columns]].sum().reindex(codes).fillna(0.0)


def _measure_columns(sums: pd.DataFrame, rows: pd.DataFrame, measure: str, confidence: float) -> dict[str, Any]:
    plain = measure == "incidents"
    total = float(rows[measure].sum())
    most = 1.0 if plain else float(rows["single"].max()) if len(rows) else 0.0
    low, high = weighted_interval(sums[measure], sums[measure if plain else "squared"], most, confidence=confidence)
    first, last = rank_interval(low, high)
    return {
        measure: _whole(sums, measure),
        f"{measure}_from": low,
        f"{measure}_to": high,
        f"share_of_{measure}": sums[measure] / total if total > 0 else sums[measure] * np.nan,
        f"rank_by_{measure}": _rank(sums[measure]),
        f"rank_by_{measure}_from": first,
        f"rank_by_{measure}_to": last,
    }


def _whole(sums: pd.DataFrame, measure: str) -> "pd.Series[Any]":
    return sums[measure].round().astype("int64") if measure == "incidents" else sums[measure]


def _rank(values: "pd.Series[float]") -> "pd.Series[int]":
    # Sums of the same weights in another order differ in the last digit: they are still the same rank.
    return values.round(6).rank(method="min", ascending=False).astype("int64")
