"""What the rejects say: per file and cause, and whether a whole file was written the wrong way round."""

import re

import pandas as pd

from hotspots.checks import InputError, announce, suggest_grid
from hotspots.common.places import incidents_per_row
from hotspots.reading.coordinates import LOST_DIGITS

REJECT_COLUMNS = [
    "file", "line", "cause", "value", "incident_id", "source", "when", "precision", "category", "place",
]  # fmt: skip
ALL_FILES = "all files"
FUTURE = "future date"
ABROAD = "outside Great Britain"
OFF_AREA = "outside the study area"
_ADVICE = {
    "latitude and longitude swapped": "exchange the two columns, or their names in the layout",
    "National Grid metres in degree columns": "use a layout with coordinates of kind 'metres'",
    "degrees in metre columns": "use a layout with coordinates of kind 'degrees'",
    ABROAD: "check the coordinate columns and their reference system",
    "unreadable coordinates": "check that the coordinate columns hold plain numbers; where commas and points "
    'are in doubt, state decimal = "," or thousands = "," under [coordinates] of the layout',
    LOST_DIGITS: "export the coordinates again as whole numbers, not as 4.3E+05: their last digits are gone",
    "unreadable date": "state the date format in the layout",
    "day and month ambiguous": "state the date format in the layout, for example %d/%m/%Y",
    "wrong number of fields": "save the file again as CSV with quoted text",
    FUTURE: "set as_of to the last day of the data",
}


def rows_per_line(rejects: pd.DataFrame) -> pd.Series:
    """How many rows of the source each line of the rejects stands for: the column ``rows``, or 1."""
    if "rows" in rejects.columns:
        return rejects["rows"].astype("int64")
    return pd.Series(1, index=rejects.index, dtype="int64")


def sum_causes(rejects: pd.DataFrame) -> pd.Series:
    """Rows that are not used by cause, the most frequent first."""
    if rejects.empty:
        return pd.Series(dtype="int64", index=pd.Index([], name="cause", dtype="str"))
    sums = rows_per_line(rejects).groupby(rejects["cause"]).sum()
    return sums.sort_values(ascending=False, kind="stable")


def tabulate_rejects(incidents: pd.DataFrame, rejects: pd.DataFrame) -> pd.DataFrame:
    """Rows per file: read, accepted, and rejected by cause with one example each.

    Parameters
    ----------
    incidents, rejects : DataFrame
        Of `read_incidents` or `read_sources`.

    Returns
    -------
    DataFrame
        ``file, rows, accepted, cause, rejected, example``: one line per file and cause; a file without
        rejects has one line with an empty cause.

    Examples
    --------
    >>> incidents = pd.DataFrame({"category": ["Robbery", "Drugs"]})
    >>> rejects = pd.DataFrame({"file": ["a.csv"], "line": [4], "cause": ["no coordinates"], "value": [""]})
    >>> rejects.attrs["rows_by_file"] = {"a.csv": 3}
    >>> tabulate_rejects(incidents, rejects).drop(columns="file").to_dict("records")
    [{'rows': 3, 'accepted': 2, 'cause': 'no coordinates', 'rejected': 1, 'example': 'line 4'}]
    """
    counts = _rows_by_file(incidents, rejects)
    groups = dict(iter(rejects.groupby("file", sort=False)))
    groups |= {ALL_FILES: rejects} if ALL_FILES in counts else {}
    lines = []
    for file, rows in counts.items():
        mine = groups.get(file, rejects.iloc[:0])
        by_cause = sum_causes(mine)
        base = {"file": file, "rows": rows, "accepted": rows - int(by_cause.sum())}
        for cause, rejected in by_cause.items():
            first = mine[mine["cause"] == cause].iloc[0]
            line = f"line {first['line']}: " if pd.notna(first["line"]) else ""
            example = f"{line}{first['value']}".rstrip(": ")
            lines.append({**base, "cause": cause, "rejected": rejected, "example": example})
        if by_cause.empty:
            lines.append({**base, "cause": "", "rejected": 0, "example": ""})
    return pd.DataFrame(lines, columns=["file", "rows", "accepted", "cause", "rejected", "example"])


def diagnose_rejects(incidents: pd.DataFrame, rejects: pd.DataFrame) -> list[str]:
    """One sentence for each file that is wrong as a whole: over half of its located rows share one fault.

    Located rows are those with some coordinates. An empty list means that no file is wrong as a whole.
    """
    table = tabulate_rejects(incidents, rejects)
    blank = table[table["cause"].eq("no coordinates")].groupby("file")["rejected"].sum()
    located = table["rows"] - table["file"].map(blank).fillna(0)
    wrong = table[table["cause"].isin(list(_ADVICE)) & (table["rejected"] > located / 2)]
    return [
        f"{row.file}: {row.rejected:,} of its {row.rows:,} rows cannot be used: {row.cause} "
        f"({row.example}); try: {_advise(str(row.cause), str(row.example))}"
        for row in wrong.itertuples()
    ]


def _advise(cause: str, example: str) -> str:
    """Advise for a cause; of a place abroad in degrees, the grid that suits it."""
    found = re.search(r"(-?\d+\.?\d*), (-?\d+\.?\d*)$", example)
    longitude, latitude = map(float, found.groups()) if found else (999.0, 999.0)
    if cause != ABROAD or abs(longitude) > 180 or abs(latitude) > 84:
        return _ADVICE[cause]
    return (
        f'for records from abroad, [grid] crs = "{suggest_grid(longitude, latitude)}" (in Python crs=, '
        "for a check --grid), or that country's own grid in metres; else check the coordinate columns"
    )


def refuse_systematic(incidents: pd.DataFrame, rejects: pd.DataFrame, *, late_too: bool = True) -> None:
    """Raise `InputError` when a file is wrong as a whole (see `diagnose_rejects`).

    Files dated wholly after the day that the run stands for are only named while most rows are not: a folder
    that grows may be run again as it was. Where most rows are, that day itself will be wrong, unless an
    earlier month was asked for (not ``late_too``).
    """
    sentences = diagnose_rejects(incidents, rejects)
    late = [sentence for sentence in sentences if sentence.endswith(_ADVICE[FUTURE])]
    if len(late) < len(sentences):
        raise InputError(
            "Whole files are written in a way the layout does not expect",
            given=" | ".join(sentences),
            advice="hotspots check FILE --layout another, or a layout of your own",
        )
    if late_too and late and sum_causes(rejects)[FUTURE] > incidents_per_row(incidents).sum():
        raise InputError(
            "Most rows are dated after the day that the run stands for",
            given=" | ".join(late),
            advice="as_of in the configuration, or --as-of; or take the later files out",
        )
    if late:
        more = f" | and {len(late) - 5:,} more" if len(late) > 5 else ""
        announce(f"Not used, being dated after the day that the run stands for: {' | '.join(late[:5])}{more}.")


def _rows_by_file(incidents: pd.DataFrame, rejects: pd.DataFrame) -> dict[str, int]:
    known = rejects.attrs.get("rows_by_file")
    if known is not None:
        return dict(known)
    used = int(incidents_per_row(incidents).sum())
    return {ALL_FILES: used + int(rows_per_line(rejects).sum())}
