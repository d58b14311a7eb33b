"""Counted groups of rows judged as rows of a file are: each distinct coordinate, date and ID once."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.checks import announce
from hotspots.common.places import Ints
from hotspots.large._columns import BLANK, Texts
from hotspots.large._rejects import label_categories, text_coordinates
from hotspots.reading.duplicates import REPEATED, drop_shared_ids, mark_duplicate_ids
from hotspots.reading.layouts import Layout
from hotspots.reading.publishers import FORCE
from hotspots.reading.rows import judge_rows
from hotspots.reading.street_spellings import settle_spelling

_SOME_DAY = "1900-01-01"


@dataclass
class Judged:
    """Groups of rows, and what became of them."""

    # positions ``site, class, _category, _place`` ... of each group, its number of rows ``n`` and
    # ``cause`` (a position in ``causes``)
    groups: pd.DataFrame
    sites: pd.DataFrame  # distinct coordinates as the engine holds them, judged: ``cause, value, geometry``
    causes: list[str]  # the first is "": rows that are used
    # rows with the ID of another, one by one: ``_file, _line, _when, _category, cause, before``
    # (their own cause), ``value``
    repeated: pd.DataFrame
    texts: Texts


def judge_groups(
    groups: pd.DataFrame,
    repeats: pd.DataFrame | None,
    dates: pd.DataFrame,
    texts: Texts,
    layout: Layout,
    end: pd.Timestamp,
    study_area: Any,
) -> Judged:
    """Judge each distinct coordinate and date once, and the rows that share an ID one by one.

    ``groups`` and ``repeats`` have their texts as positions (see `number_texts`) and stand together: first
    the groups, then the repeated rows.
    """
    sites, site = _judge_sites(groups, texts, layout, end, study_area)
    causes = ["", *sorted({*dates["cause"], *sites["cause"], REPEATED} - {""})]
    number = {cause: i for i, cause in enumerate(causes)}
    classes = dates.drop_duplicates("class")
    of_class = np.zeros(len(dates) + 1, dtype=np.int8)
    of_class[classes["class"].to_numpy()] = classes["cause"].map(number).to_numpy()
    by_date = of_class[groups["class"].to_numpy()]
    by_site = sites["cause"].map(number).to_numpy(dtype=np.int8)[site]
    groups = groups.assign(site=site, cause=np.where(by_date > 0, by_date, by_site).astype(np.int8))
    if repeats is None or repeats.empty:
        return Judged(groups, sites, causes, pd.DataFrame(), texts)
    kinds = np.array(label_categories(texts, layout), dtype=object)
    groups, repeated = _settle(groups, repeats, dates, causes, kinds, sites)
    return Judged(groups, sites, causes, repeated, texts)


def _judge_sites(
    groups: pd.DataFrame, texts: Texts, layout: Layout, end: pd.Timestamp, study_area: Any
) -> tuple[pd.DataFrame, Ints]:
    own = [c for c in ("_x", "_y", "_raw_key", "_key") if c in groups.columns]
    parts = [pd.factorize(groups[c].to_numpy(), use_na_sentinel=False)[0].astype(np.int64) for c in own]
    mixed = np.zeros(len(groups), dtype=np.int64)
    for part in parts:  # three parts of a few million each would not fit into one number: two at a time
        mixed = pd.factorize(mixed * (int(part.max(initial=0)) + 1) + part)[0].astype(np.int64)
    first = np.unique(mixed, return_index=True)[1]
    sites = groups[own].iloc[first].reset_index(drop=True)
    asked = pd.DataFrame({c: _plain(sites[c]) for c in ("_x", "_y") if c in sites.columns})
    if "_key" in sites.columns:
        asked["_key"] = np.array(texts.values["_key"], dtype=object)[sites["_key"]]
    asked = asked.assign(_when=_SOME_DAY, _file="", _line=0, _crs=layout.crs)
    judged = judge_rows(asked, layout, max(end, pd.Timestamp(1901, 1, 1)), study_area)
    for sentence in judged.attrs.pop("said", []):
        announce(sentence)
    return sites.assign(**{c: judged[c] for c in ("cause", "value", "geometry")}), mixed


def _plain(values: pd.Series) -> pd.Series:
    """Coordinates as texts, or as numbers where the engine holds numbers: NaN for none."""
    numbers = pd.api.types.is_numeric_dtype(values)
    return values.mask(values.eq(BLANK)) if numbers else text_coordinates(values)


def _settle(
    groups: pd.DataFrame,
    repeats: pd.DataFrame,
    dates: pd.DataFrame,
    causes: list[str],
    categories: Any,
    sites: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count rows that share an ID one by one: out of their group, and in again as they are settled."""
    own = groups.iloc[len(groups) - len(repeats) :]
    when = repeats["_when"].map(dates.set_index("text")["when"])
    names = np.array(causes, dtype=object)
    rows = pd.DataFrame(
        {
            "cause": names[own["cause"].to_numpy()],
            "when": when.to_numpy(),
            "file": repeats["_file"].to_numpy() if "_file" in repeats else "",
            "value": "",
            "category": categories[own["_category"].to_numpy() if "_category" in own else 0],
            "geometry": sites["geometry"].to_numpy()[own["site"].to_numpy()],
        }
    )
    before = rows["cause"].copy()
    ids = drop_shared_ids(rows, repeats["_incident_id"].reset_index(drop=True))
    mark_duplicate_ids(rows, ids, rows=int(groups["n"].sum()))
    settled = own.assign(cause=rows["cause"].map({c: i for i, c in enumerate(causes)}).to_numpy(np.int8))
    lost = rows["cause"].eq(REPEATED).to_numpy()
    repeated = repeats.reset_index(drop=True).assign(
        cause=rows["cause"],
        before=before,
        value=rows["value"],
        site=own["site"].to_numpy(),
        _category=own["_category"].to_numpy() if "_category" in own else 0,
        **({"_force": own["_force"].to_numpy()} if "_force" in own else {}),
    )
    whole = pd.concat([groups, settled[lost].assign(n=1), own[lost].assign(n=-1)], ignore_index=True)
    return whole, repeated[lost]


def place_groups(judged: Judged, dates: pd.DataFrame, layout: Layout, *, column: str) -> gpd.GeoDataFrame:
    """Places of the groups that are used: one row per point, category, place text, source and ``column``.

    Texts of one coordinate (1.50 and 1.5), and categories of one label, come together.
    """
    used = judged.groups[judged.groups["cause"].eq(0)]
    point, points = number_points(judged.sites, used["site"].to_numpy())
    labels = label_categories(judged.texts, layout)
    label, names = pd.factorize(np.array(labels, dtype=object), sort=True)
    keys = [(point, len(points), "geometry")]
    of_group = used["_category"].to_numpy() if "_category" in used else np.zeros(len(used), dtype=np.int64)
    keys.append((label[of_group], len(names), "category"))
    lists: dict[str, Any] = {"category": names}
    for name, called in (("_place", "place"), ("_offence", "raw_offence"), ("_force", FORCE)):
        if name in used.columns:
            values: Any = np.array(judged.texts.values[name], dtype=object)
            code = used[name].to_numpy()
            if called == "place":
                rows = np.bincount(code, used["n"].to_numpy(), len(values))
                spelling, values = pd.factorize(settle_spelling(pd.Series(values), incidents=rows), sort=True)
                code = spelling[code] if len(values) else code
            keys.append((code, len(values), called))
            lists[called] = np.array(values, dtype=object)
    period, periods = _number_periods(dates, used["class"].to_numpy(), column)
    keys.append((period, len(periods), "period"))
    codes, counts = _sum(keys, used["n"].to_numpy())
    # few texts, many rows: to take from texts is quick, to make texts of objects is not
    table = {name: pd.Series(pd.array(lists[name], dtype="str").take(codes[name])) for name in lists}
    points = points[codes["geometry"]]
    frame = pd.DataFrame(
        {"category": table["category"], "place": table.get("place", pd.Series("", table["category"].index))}
    ).astype("str")
    frame["source"] = pd.Series(layout.source, index=frame.index, dtype="str")
    for name in periods.columns:
        frame[name] = periods[name].to_numpy()[codes["period"]]
    frame["incidents"] = counts
    for name in ("raw_offence", FORCE):
        if name in table:
            frame[name] = table[name]
    if layout.unit != "crime":
        frame["raw_unit"] = pd.Series(layout.unit, index=frame.index, dtype="str")
    if frame.empty:
        announce("No row of the table could be used.")
    geometry = gpd.GeoSeries(points, index=frame.index, crs=layout.target)
    return gpd.GeoDataFrame(frame, geometry=geometry)


def number_points(sites: pd.DataFrame, site: Ints) -> tuple[Ints, Any]:
    """Find the number of each group's point, west to east, and the points, one object each."""
    good = sites.index[sites["cause"].eq("")].to_numpy()
    points = sites["geometry"].to_numpy(dtype=object)[good]
    xy = shapely.get_x(points) + 1j * shapely.get_y(points)
    _, first, which = np.unique(xy, return_index=True, return_inverse=True)
    number = np.full(len(sites), -1, dtype=np.int64)
    number[good] = which.reshape(-1)
    return number[site], points[first]


def _number_periods(dates: pd.DataFrame, of_group: Ints, column: str) -> tuple[Ints, pd.DataFrame]:
    """Find the number of each group's window or date, and what they are; no column for one whole."""
    columns = {"window": ["window"], "when": ["when", "precision"]}.get(column, [])
    known = dates[dates["cause"].eq("")].sort_values(["when", "text"]).drop_duplicates("class")
    if not columns:
        return np.zeros(len(of_group), dtype=np.int64), pd.DataFrame(index=[0])
    periods = known[columns].drop_duplicates().reset_index(drop=True)
    periods[columns[-1]] = periods[columns[-1]].astype("str")
    named = pd.MultiIndex.from_frame(known[columns].astype({columns[-1]: "str"}))
    number = np.full(len(dates) + 1, -1, dtype=np.int64)
    number[known["class"].to_numpy()] = pd.MultiIndex.from_frame(periods).get_indexer(named)
    return number[of_group], periods


def _sum(keys: list[tuple[Ints, int, str]], counts: Ints) -> tuple[dict[str, Ints], Ints]:
    """Add up ``counts`` over equal keys, in order of the keys; nothing is kept where nothing is left."""
    mixed: Any = np.zeros(len(counts), dtype=np.int64)
    spans = [max(size, 1) for _, size, _ in keys]
    if np.prod([float(s) for s in spans]) > 2.0**62:
        frame = pd.DataFrame({name: code for code, _, name in keys})
        mixed = frame.groupby(list(frame.columns), sort=True).ngroup().to_numpy(dtype=np.int64)
        first = np.unique(mixed, return_index=True)[1]
        total = np.bincount(mixed, counts, len(first)).astype(np.int64)
        kept = total > 0
        return {name: frame[name].to_numpy()[first][kept] for name in frame.columns}, total[kept]
    for (code, _, _), span in zip(keys, spans, strict=True):
        mixed = mixed * span + code
    distinct, which = np.unique(mixed, return_inverse=True)
    total = np.bincount(which.reshape(-1), counts, len(distinct)).astype(np.int64)
    distinct, total = distinct[total > 0], total[total > 0]
    codes: dict[str, Any] = {}
    for (_, _, name), span in zip(reversed(keys), reversed(spans), strict=True):
        codes[name], distinct = distinct % span, (distinct // span).astype(np.int64)
    return codes, total
