"""Rows of a file judged one by one: date, place, category, and the cause where a row cannot be used."""

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hotspots.checks import CRS
from hotspots.common.windows import read_day
from hotspots.common.words_for_nothing import blank_nothing, blank_rounded, name_categories, plain_ids
from hotspots.reading._address_lookup import locate_keys
from hotspots.reading.coordinates import judge_coordinates, make_points, within_area
from hotspots.reading.dates import cap_precision, join_times, parse_dates
from hotspots.reading.layouts import Layout
from hotspots.reading.rejects import OFF_AREA
from hotspots.reading.written_numbers import plain_numbers

UNREAD_CLOCK = "raw_unread_clock"  # marks rows whose time of day was written and not understood


def end_of(as_of: Any) -> pd.Timestamp:
    """First moment after the day ``as_of`` (None: today); rows dated then or later are future dates."""
    day = pd.Timestamp.now().normalize() if as_of is None else read_day(as_of, "as_of")
    return day + pd.Timedelta(days=1)


def judge_rows(rows: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any) -> pd.DataFrame:
    """Contract columns, points and the cause ("" for accepted) of every row."""
    dates = parse_dates(rows["_when"], formats=layout.formats)
    late = dates["when"] >= end  # by the day: 24:15 of the last one is not the future
    if "_time" in rows.columns:
        dates = join_times(dates, rows["_time"])
    dates = cap_precision(dates, layout.precision)
    date_cause = dates["cause"].mask(late, "future date")
    said: list[str] = []
    places = _written_places(rows, layout, said)
    judged = pd.DataFrame(
        {
            "file": rows["_file"],
            "line": rows["_line"],
            "cause": date_cause.where(date_cause.ne(""), places["cause"]).astype("object"),
            "value": _values(rows, date_cause, places),
            "incident_id": _ids(rows),
            "source": layout.source,
            "when": dates["when"],
            "precision": dates["precision"].astype("str"),
            "category": _categories(rows, layout),
            "place": text_of(rows, "_place"),
            "area": blank_nothing(text_of(rows, "_area")),
        }
    )
    if "unread" in dates.columns:
        judged["unread"] = dates["unread"]
    judged["geometry"] = _points(judged, places, layout)
    if study_area is not None:
        _reject_outside(judged, study_area, layout)
    if said:
        judged.attrs["said"] = [
            f"Commas, points and gaps in coordinates are made plain, such as {said[0]}; if that is wrong, "
            "state decimal or thousands under [coordinates] of the layout."
        ]
    return judged


def _written_places(rows: pd.DataFrame, layout: Layout, said: list[str]) -> pd.DataFrame:
    """Coordinates as numbers with ``cause``, ``written`` and ``crs``; blanks filled through the look-up."""
    x, y = (rows[c] if c in rows.columns and is_numeric_dtype(rows[c]) else text_of(rows, c) for c in ("_x", "_y"))
    kind = {"geometry": "degrees", "key": "degrees"}.get(layout.kind, layout.kind)
    crs = rows["_crs"]
    metres = crs.eq(CRS) & (layout.kind == "geometry")
    plain = [_plain(values, rows["_file"], kind, layout, said) for values in (x, y)]
    own = layout.crs if kind == layout.kind else None
    places = judge_coordinates(*plain, kind=kind, target=layout.target, crs=own)
    if metres.any():
        places[metres] = judge_coordinates(x[metres], y[metres], kind="metres", target=layout.target, crs=CRS)
    written = _write(x, y, places["cause"])
    if layout.lookup is not None and "_key" in rows.columns:
        blank = places["cause"].eq("no coordinates")
        kind = layout.lookup.get("kind", "metres")
        found = locate_keys(blank_nothing(rows.loc[blank, "_key"]), layout)
        plain = [_plain(found[c], rows.loc[blank, "_file"], kind, layout, said) for c in ("x", "y")]
        own = layout.target if kind == "metres" else None
        places[blank] = judge_coordinates(*plain, kind=kind, target=layout.target, crs=own)
        written = written.mask(blank, "key " + text_of(rows, "_key"))
        crs = crs.mask(blank, layout.target if kind == "metres" else "EPSG:4326")
    return places.assign(written=written, crs=crs)


def _plain(values: pd.Series, files: pd.Series, kind: str, layout: Layout, said: list[str]) -> pd.Series:
    """Numbers without commas and gaps, each file's column by itself; ``said`` gains an example."""
    if is_numeric_dtype(values) or layout.kind == "geometry":
        return values
    signs: dict[str, Any] = {"grid": layout.crs == CRS, "decimal": layout.decimal, "thousands": layout.thousands}
    parts = []
    for _, texts in values.groupby(files.to_numpy(), sort=False):
        plain, example = plain_numbers(texts, kind=kind, **signs)
        parts.append(plain)
        said += [example] if example else []
    return pd.concat(parts).reindex(values.index) if len(parts) > 1 else (parts or [values])[0]


def _write(x: pd.Series, y: pd.Series, cause: pd.Series) -> pd.Series:
    """Coordinates as they were written, of the rows that have some and cannot be used."""
    wrong = cause.ne("") & cause.ne("no coordinates")
    texts = [s[wrong].map(repr).astype("str") if is_numeric_dtype(s) else s[wrong] for s in (x, y)]
    return (texts[0] + ", " + texts[1]).reindex(x.index, fill_value="")


def text_of(rows: pd.DataFrame, column: str) -> pd.Series:
    """Read a column as text without blanks around it; "" throughout where it is absent."""
    if column not in rows.columns:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].fillna("").astype("str").str.strip()


def _categories(rows: pd.DataFrame, layout: Layout) -> pd.Series:
    if layout.fixed_category:
        return pd.Series(layout.fixed_category, index=rows.index, dtype="str")
    written = text_of(rows, "_category")
    distinct = written.unique().tolist()
    return written.map(dict(zip(distinct, name_categories(distinct, layout.labels), strict=True))).astype("str")


def _values(rows: pd.DataFrame, date_cause: pd.Series, places: pd.DataFrame) -> pd.Series:
    """Offending text of the rows that have a cause, cut to 200 characters."""
    value = pd.Series("", index=rows.index, dtype="object")
    at_place = places["cause"].ne("")
    value[at_place] = places.loc[at_place, "written"]
    at_date = date_cause.ne("")
    value[at_date] = text_of(rows[at_date], "_when")
    return value.astype("str").str.slice(0, 200)


def own_ids(rows: pd.DataFrame) -> pd.Series:
    """IDs of the source; words for nothing and numbers that lost their digits are none: many share them."""
    return blank_rounded(plain_ids(blank_nothing(text_of(rows, "_incident_id"))))


def event_keys(rows: pd.DataFrame, own: pd.Series) -> pd.Series:
    """Give what tells a row from others: its ID; else its event's number, which holds within a month only.

    A number of the API is no ID of the police's: it counts only on rows that are the same to the letter.
    """
    number = blank_nothing(text_of(rows, "_event_id"))
    bare = own.eq("") & number.ne("")
    if not bare.any():
        return own
    facts = pd.DataFrame({c: text_of(rows[bare], c) for c in ("_when", "_category", "_x", "_y", "_force")})
    return own.mask(bare, number[bare].str.cat(facts, sep=" "))


def _ids(rows: pd.DataFrame) -> pd.Series:
    own = own_ids(rows)
    return own.where(own.ne(""), rows["_file"] + ":" + rows["_line"].astype("str"))


def _points(judged: pd.DataFrame, places: pd.DataFrame, layout: Layout) -> pd.Series:
    points = pd.Series(None, index=judged.index, dtype="object")
    usable = judged["cause"].eq("")
    for crs in places.loc[usable, "crs"].unique():
        mine = usable & places["crs"].eq(crs)
        points[mine] = make_points(places.loc[mine, "x"], places.loc[mine, "y"], crs=crs, target=layout.target)
    return points


def _reject_outside(judged: pd.DataFrame, study_area: Any, layout: Layout) -> None:
    usable = judged.index[judged["cause"].eq("")]
    points = np.asarray(judged.loc[usable, "geometry"], dtype=object)
    outside = usable[~within_area(points, study_area, target=layout.target)]
    judged.loc[outside, "cause"] = OFF_AREA
    judged.loc[outside, "value"] = [f"{p.x:.0f}, {p.y:.0f}" for p in judged.loc[outside, "geometry"]]
