"""Where patrol time goes beside where harm is: by area and deprivation, with and without what police find."""

import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce, require_columns
from hotspots.common.wording import say_count
from hotspots.reading.crosswalks import flag_proactive, fold_label
from hotspots.severity.demand import check_measure


def share_patrol_time(
    patrols: pd.DataFrame,
    stops: pd.DataFrame,
    incidents: pd.DataFrame,
    *,
    area: str = "ward",
    deciles: pd.Series | None = None,
    by: str = "harm",
) -> pd.DataFrame:
    """Set the share of patrol minutes beside the share of harm, by area or by deprivation decile.

    Parameters
    ----------
    patrols : DataFrame
        A timetable (planned) or the visits of `record_visits` (delivered).
    stops : DataFrame
        The choice behind it, with ``<area>_name``.
    incidents : DataFrame
        All incidents of the period, with ``<area>_name``, ``category``, ``source`` and the measure.
    area : str
        Layer: ward, for instance.
    deciles : Series, optional
        Mean deprivation decile (1 the most deprived) by name of area: rows are then deciles, rounded.
    by : {"harm", "incidents"}
        What patrol time is set beside.

    Returns
    -------
    DataFrame
        Index: area or decile. ``minutes, share_of_minutes, share_of_<by>, share_without_proactive`` (what
        police activity itself detects, drugs and weapons, left out: more patrols find more of it), and
        ``difference`` (of minutes less the latter, in percentage points).

    Raises
    ------
    InputError
        When ``by`` is neither measure, the area is not attached, or deciles do not name the areas.

    Examples
    --------
    >>> stops = pd.DataFrame({"rank": [1], "part": [0], "ward_name": ["Armley"]})
    >>> patrols = pd.DataFrame({"rank": [1, 1], "part": [0, 0], "minutes": [15.0, 15.0]})
    >>> crimes = pd.DataFrame({"source": "police.uk", "category": "Burglary", "harm": [30.0, 10.0],
    ...                        "ward_name": ["Armley", "Otley"]})
    >>> share_patrol_time(patrols, stops, crimes)["share_of_harm"].to_dict()
    {'Armley': 0.75, 'Otley': 0.25}
    """
    check_measure(by)
    column = f"{area}_name"
    for frame, what in ((stops, "stops"), (incidents, "incidents")):
        require_columns(frame, [column], what=what)
    require_columns(incidents, [by] if by == "harm" else [], what="incidents")
    weight = incidents[by] if by in incidents.columns else pd.Series(1.0, incidents.index)
    where = stops.drop_duplicates(["rank", "part"]).set_index(["rank", "part"])[column]
    key = pd.MultiIndex.from_frame(patrols[["rank", "part"]])
    spent = patrols["minutes"].where(patrols["rank"].notna(), 0).to_numpy(dtype=float)
    minutes = pd.Series(spent).groupby(where.reindex(key).fillna("").to_numpy()).sum().drop("", errors="ignore")
    located = incidents[column].fillna("").astype(str)
    everything = weight.groupby(located).sum().drop("", errors="ignore")
    other = weight.where(~flag_proactive(incidents), 0.0).groupby(located).sum().drop("", errors="ignore")
    table = pd.DataFrame({"minutes": minutes, by: everything, "without": other}).fillna(0.0)
    table = table if deciles is None else _by_decile(table, deciles)
    total = table.sum().replace(0, np.nan)
    shares = pd.DataFrame(
        {
            "minutes": table["minutes"],
            "share_of_minutes": table["minutes"] / total["minutes"],
            f"share_of_{by}": table[by] / total[by],
            "share_without_proactive": table["without"] / total["without"],
        }
    )
    shares["difference"] = 100 * (shares["share_of_minutes"] - shares["share_without_proactive"])
    shares.index.name = area if deciles is None else "decile"
    return shares if deciles is not None else shares.sort_values(f"share_of_{by}", ascending=False, kind="stable")


def _by_decile(table: pd.DataFrame, deciles: pd.Series) -> pd.DataFrame:
    known = {fold_label(name): value for name, value in deciles.items()}
    found = pd.Series([known.get(fold_label(name), np.nan) for name in table.index], index=table.index)
    lost = found.isna()
    if lost.all() and len(table):
        raise InputError(
            "No area has a deprivation decile",
            given=f"areas such as {table.index[0]}",
            advice="join_lookup(areas, read_lookup(...)) with a column of deciles",
        )
    if lost.any():
        announce(
            f"{say_count(lost.sum(), 'area')} without a deprivation decile left out: {', '.join(table.index[lost])}."
        )
    return table[~lost].groupby(found[~lost].round().astype("int64")).sum().sort_index()
