"""Patrol time delivered against planned: the monthly return, and what officers recorded, kept apart."""

import numpy as np
import pandas as pd

from hotspots.checks import InputError, closest_name
from hotspots.common.wording import say_count, say_date
from hotspots.patrols._duty import list_gaps
from hotspots.patrols._log_columns import OUTPUTS as OUTPUTS


def summarise_visits(
    visits: pd.DataFrame, timetable: pd.DataFrame, *, every: str = "month", max_gap_minutes: float = 120
) -> pd.DataFrame:
    """Make the return: delivered against planned for each hotspot and period.

    Parameters
    ----------
    visits, timetable : DataFrame
        From `record_visits` and `timetable_patrols`.
    every : {"month", "quarter", "year", "week", "day", "all"}
        Period of a row.
    max_gap_minutes : float
        Gap that the plan promised.

    Returns
    -------
    DataFrame
        ``period, ref, name, part, planned_visits, delivered_visits, unplanned_visits, planned_minutes,
        patrol_minutes, planned_officer_minutes, officer_minutes, compliance`` (planned visits delivered,
        over planned), ``median_gap`` and ``share_of_gaps_kept`` (gaps of one day, leaving to next arrival).
    """
    planned = timetable[timetable["activity"] == "visit"].copy()
    planned["period"], done = period_of(planned["date"], every), visits.copy()
    done["period"] = period_of(done["date"], every)
    keys = ["period", "ref", "part"]
    plan = planned.groupby(keys).agg(
        planned_visits=("minutes", "size"),
        planned_minutes=("minutes", "sum"),
        planned_officer_minutes=("officer_minutes", "sum"),
    )
    done["on_plan"] = done["planned_start"].notna()
    real = done.groupby(keys).agg(
        all_visits=("minutes", "size"),
        delivered_visits=("on_plan", "sum"),
        patrol_minutes=("minutes", "sum"),
        officer_minutes=("officer_minutes", "sum"),
    )
    gaps = list_gaps(done)
    kept = gaps.le(max_gap_minutes).astype(float)
    by = [done[k].loc[gaps.index] for k in keys]
    table = plan.join(real, how="outer").fillna(0)
    table["unplanned_visits"] = table.pop("all_visits") - table["delivered_visits"]
    table["compliance"] = table["delivered_visits"] / table["planned_visits"].where(table["planned_visits"] > 0)
    table["median_gap"] = gaps.groupby(by).median()
    table["share_of_gaps_kept"] = kept.groupby(by).mean()
    whole = ["planned_visits", "delivered_visits", "unplanned_visits"]
    table = table.astype(dict.fromkeys(whole, "int64")).reset_index()
    # a place may change its rank and name from one week's list to the next
    latest = pd.concat([done, planned])[["ref", "part", "rank", "name"]]
    latest = latest.drop_duplicates(["ref", "part"], keep="last")
    table = table.merge(latest, on=["ref", "part"]).sort_values(["period", "rank", "part"], ignore_index=True)
    order = ["period", "ref", "name", "part", *whole, "planned_minutes", "patrol_minutes"]
    order += ["planned_officer_minutes", "officer_minutes", "compliance", "median_gap", "share_of_gaps_kept"]
    return table[order]


def summarise_outputs(visits: pd.DataFrame, *, every: str = "month") -> pd.DataFrame:
    """Count what officers recorded (searches, arrests ...): activity, never to be read as a result.

    One row per period; only the outputs that the log had.
    """
    there = [name for name in OUTPUTS if name in visits.columns]
    table = visits.assign(period=period_of(visits["date"], every)).groupby("period")[there].sum()
    return table.astype("int64").reset_index()


def describe_visits(
    visits: pd.DataFrame, timetable: pd.DataFrame, *, max_gap_minutes: float = 120, threshold: int = 0
) -> list[str]:
    """Say in sentences what was delivered, with every count (the ``dosage`` of `assess_plan`).

    Of what officers recorded, counts from 1 up to below ``threshold`` are not shown.
    """
    planned = timetable[timetable["activity"] == "visit"]
    if len(visits) == 0 and len(planned) == 0:
        return ["Delivered: no visits were planned in these days, and none are in the log."]
    if len(visits) == 0:
        return [f"Delivered: no visit is in the log; {say_count(len(planned), 'was', 'were')} planned."]
    on_plan = int(visits["planned_start"].notna().sum())
    first, last = visits["date"].min(), visits["date"].max()
    gaps = list_gaps(visits)
    bound = "measured" in visits.columns and visits["measured"].eq("at least").any()
    least = "at least " if bound else ""
    lines = [
        f"Delivered from {say_date(first)} to {say_date(last)}: {on_plan:,} of "
        f"{say_count(len(planned), 'planned visit')}, and {len(visits) - on_plan:,} not planned.",
        f"Patrol time: {least}{visits['minutes'].sum():,.0f} of {planned['minutes'].sum():,.0f} planned "
        f"minutes; officer time: {least}{visits['officer_minutes'].sum():,.0f} of "
        f"{planned['officer_minutes'].sum():,.0f}.",
    ]
    if len(gaps):
        kept = int(gaps.le(max_gap_minutes).sum())
        promised = f"{kept:,} of {len(gaps):,} were {max_gap_minutes:g} minutes or less; "
        told = promised if np.isfinite(max_gap_minutes) else f"{len(gaps):,} on one day; "
        lines.append(f"Gaps between visits to one hotspot: {told}the middle one was {gaps.median():.0f} minutes.")
    sums = {name.replace("_", " "): int(visits[name].sum()) for name in OUTPUTS if name in visits.columns}
    recorded = [f"{name} {'not shown' if 0 < n < threshold else f'{n:,}'}" for name, n in sums.items()]
    if recorded:
        lines.append(f"Recorded by officers (activity, not a result): {', '.join(recorded)}.")
    return lines


def period_of(dates: pd.Series, every: str) -> pd.Series:
    """Name the period of each date: its month, quarter, year, week or day, or "all"."""
    if every == "all":
        return pd.Series("all", index=dates.index)
    codes = {"month": "M", "week": "W", "day": "D", "quarter": "Q", "year": "Y"}
    if every not in codes:
        near = closest_name(every, codes)
        raise InputError(
            "A return is made every month, quarter, year, week or day, or for all",
            given=repr(every),
            advice=near or "month",
        )
    return pd.Series(dates.dt.to_period(codes[every]).astype("str"))
