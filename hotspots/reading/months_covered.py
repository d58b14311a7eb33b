"""Coverage: which months each source and category covers, where an export was cut, what is missing."""

from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import require_columns
from hotspots.common.places import incidents_per_row
from hotspots.common.when import london_clock
from hotspots.common.wording import name_month, say_count, say_date, say_runs
from hotspots.reading.publishers import publishers_of
from hotspots.reading.rejects import rows_per_line

# A gap is called missing when chance would leave it empty less than once in a thousand times: over many
# months and categories, once in a hundred would cry wolf.
UNLIKELY = 0.001
OF_ONE = "(all of one publisher)"
COLUMNS = ["source", "publisher", "category", "rows", "first", "last", "months", "missing", "cut", "whole"]


def check_coverage(incidents: pd.DataFrame, rejects: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find which months each source and category covers.

    Parameters
    ----------
    incidents : DataFrame
        Incidents or places.
    rejects : DataFrame, optional
        Their rejects: rows without coordinates have a date, and cover it.

    Returns
    -------
    DataFrame
        One row per source ("(all)"), per publisher of a source that has several (its forces or offices), and
        per source and category: ``rows``, ``first`` and ``last`` (days),
        ``months`` (with a record), ``missing`` (months without one between the source's first and last,
        where chance alone would hardly leave them empty), ``cut`` (months that stop early or start late, such
        as an export that ends on the 28th), ``whole`` (nothing is missing or cut).

    Notes
    -----
    With n records in m months, chance leaves a month empty with probability exp(-n/m); less than 1 in 1000
    counts as missing. The last days of a month are judged the same way.
    """
    rows = _rows(incidents, rejects)
    lines = []
    for source, mine in rows.groupby("source", sort=True):
        months = pd.period_range(mine["when"].min(), mine["when"].max(), freq="M")
        lines.append(_line(str(source), "(all)", mine, months))
        if len(set(mine["publisher"])) > 1:
            for who, part in mine.groupby("publisher", sort=True):
                lines.append(_line(str(source), "(all)", part, months) | {"publisher": str(who), "category": OF_ONE})
        for category, part in mine.groupby("category", sort=True):
            lines.append(_line(str(source), str(category), part, months))
    table = pd.DataFrame(lines, columns=COLUMNS)
    return table.astype({"rows": "int64", "months": "int64", "whole": bool}) if len(table) else table


def _rows(incidents: pd.DataFrame, rejects: pd.DataFrame | None) -> pd.DataFrame:
    columns = ["source", "category", "when", "precision"]
    require_columns(incidents, columns, what="incidents")
    parts = [
        pd.DataFrame(incidents[columns]).assign(
            when=london_clock(incidents["when"]), n=incidents_per_row(incidents), publisher=publishers_of(incidents)
        )
    ]
    if rejects is not None and len(rejects):
        dated = rejects["when"].notna() & ~rejects["cause"].str.startswith(("duplicate", "same force", "future"))
        late = rejects.loc[dated]
        parts.append(late[columns].assign(n=rows_per_line(rejects)[dated], publisher=publishers_of(late)))
    rows = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    return rows[rows["when"].notna() & rows["n"].gt(0)]


def _line(source: str, category: str, rows: pd.DataFrame, months: pd.PeriodIndex) -> dict[str, Any]:
    counts = rows.groupby(rows["when"].dt.to_period("M"))["n"].sum().reindex(months, fill_value=0)
    empty = counts.index[counts.eq(0)]
    missing = list(empty) if np.exp(-counts.mean()) < UNLIKELY or category == "(all)" else []
    cut = _cut_months(rows[rows["precision"].ne("month")])
    last = rows["when"].max()
    if rows["precision"].to_numpy()[int(np.argmax(rows["when"].to_numpy()))] == "month":
        last = last + pd.offsets.MonthEnd(0)
    return {
        "source": source,
        "publisher": "(all)",
        "category": category,
        "rows": int(rows["n"].sum()),
        "first": rows["when"].min().normalize(),
        "last": last.normalize(),
        "months": int(counts.gt(0).sum()),
        "missing": ", ".join(str(m) for m in missing),
        "cut": "; ".join(cut),
        "whole": not missing and not cut,
    }


def _cut_months(rows: pd.DataFrame) -> list[str]:
    """Months whose first or last days are empty though their daily rate makes that unlikely."""
    found = []
    for month, part in rows.groupby(rows["when"].dt.to_period("M"), sort=True):
        days = part["when"].dt.day
        first, last, length = int(days.min()), int(days.max()), month.days_in_month
        rate = part["n"].sum() / (last - first + 1)
        name = name_month(month)
        if last < length and np.exp(-rate * (length - last)) < UNLIKELY:
            found.append(f"{name} ends on the {_ordinal(last)}")
        if first > 1 and np.exp(-rate * (first - 1)) < UNLIKELY:
            found.append(f"{name} starts on the {_ordinal(first)}")
    return found


def _ordinal(number: int) -> str:
    ending = "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def describe_coverage(coverage: pd.DataFrame) -> list[str]:
    """Sentences on a table of `check_coverage`, for the command line: one per source, and its gaps."""
    sentences = []
    for source, rows in coverage.groupby("source", sort=False):
        whole = rows[rows["category"].eq("(all)")].iloc[0]
        sentences.append(
            f"{source}: {say_count(whole['rows'], 'row')}, {say_date(whole['first'])} to "
            f"{say_date(whole['last'])}, {say_count(whole['months'], 'month')}."
        )
        if whole["missing"]:
            sentences.append(f"{source} has no records in {say_runs(str(whole['missing']).split(', '))}.")
        if whole["cut"]:
            sentences.append(f"{source}: {whole['cut']}.")
        own = set(whole["missing"].split(", "))
        for row in rows[~rows["category"].isin(["(all)", OF_ONE])].to_dict("records"):
            gaps = [m for m in str(row["missing"]).split(", ") if m and m not in own]
            if gaps:
                sentences.append(f"{source} has no {row['category']} in {say_runs(gaps)}.")
    return sentences
