"""Wards, committees or plan areas shaded by a number, with the interval that belongs to it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, announce, closest_name, require_columns, require_metres
from hotspots.common.option_classes import take_options
from hotspots.common.plan_words import start_sentence
from hotspots.common.wording import say_count as say_nouns
from hotspots.common.wording import say_number
from maps.common.escape import clean
from maps.common.page_words import PageWords
from maps.common.palette import choose_classes
from maps.common.small_shapes import encode_points, encode_shapes, require_shapes
from maps.disclosure.gate import Profile, profile_named, release
from maps.job.unknown_areas import KEY, say_unknown, shade
from maps.streets.files import take_ground
from maps.streets.pack import prepare_ground
from maps.web._area_words import PLACE, VISITORS, say_care, say_first, say_range
from maps.web._panel import HARM_NOTE, Panel, tells_change
from maps.web._spot_table import has_both, most_of, tell_both
from maps.web.hotspot_map import colours_of, credit_ground, describe_page, new_map, write_page
from maps.wording import COUNTED, has, say_change, say_count, say_counted

if TYPE_CHECKING:
    import folium

# Column, what it is called, how one value is said, and the suffixes of its interval.
MEASURES = {
    "incidents": ("Number", "{}"),
    "harm": ("Harm", "harm score {}"),
    "rate": ("Rate", "{} {per}"),
    "rate_shrunk": ("Rate, steadied", "{} {per}, steadied"),
}
_NOTES = {
    "harm": HARM_NOTE,
    "rate_shrunk": "Steadied: the rates of areas with few people are drawn towards the others'.",
}
TITLE = "Crimes and anti-social behaviour by area"


def draw_area_map(
    areas: gpd.GeoDataFrame,
    table: pd.DataFrame | None = None,
    *,
    by: str | None = None,
    per: float = 1000,
    profile: str | Profile | None = None,
    ground: gpd.GeoDataFrame | str | Path | Mapping[str, Any] | None = None,
    **words: Any,
) -> "folium.Map":
    """Draw areas shaded by number, harm or rate, worst first in the table, as a Folium map.

    Parameters
    ----------
    areas : GeoDataFrame
        Areas as from `boundaries.read_areas`, in EPSG:27700.
    table : DataFrame, optional
        Sums as from `boundaries.summarise_areas`, joined by ``code``; None when ``areas`` have them.
        Where both have a figure, it is the table's.
    by : str, optional
        What to shade by at first: "incidents", "harm", "rate" or "rate_shrunk"; None is the rate where
        there is one (a big area has more of everything), else incidents.
    per : float, default 1000
        Residents that the rates are for.
    profile : str, optional
        As for `maps.draw_map`.
    ground : GeoDataFrame, str, Path or mapping, optional
        As for `maps.draw_map`; of the whole area its main roads, rail, broad water and green are drawn.
    **words : str
        As for `maps.draw_map`.

    Returns
    -------
    folium.Map

    Raises
    ------
    InputError
        If there is nothing to shade by, or an area has no shape.

    Examples
    --------
    >>> square = gpd.GeoSeries.from_xy([430000], [433000], crs=27700).buffer(500, cap_style="square")
    >>> wards = gpd.GeoDataFrame({"code": ["E1"], "name": ["Armley"], "incidents": [240]}, geometry=square)
    >>> "Armley" in draw_area_map(wards, period="July 2018", profile="open").get_root().render()
    True
    """
    said = take_options(PageWords, words, of="draw_area_map")
    require_metres(areas, what="areas")
    require_shapes(areas, what="areas")
    whole = _join(areas, table)
    who = profile_named(profile, sources=said.sources)
    released = release(whole, kind="areas", profile=who)
    order = _order(released, by, who)
    ranked = released.sort_values(order[0], ascending=False, kind="stable", na_position="last")
    ranked = ranked.set_axis(pd.RangeIndex(1, len(ranked) + 1, name="rank"))
    shaded = shade(ranked, order)
    counted = said.counted or COUNTED
    measures = [_measure(shaded, column, per=per, counted=counted) for column in order]
    under = take_ground(ground, areas)
    said = said.filled(title=TITLE, counted=counted, credit=credit_ground(said.attribution, under))
    about, heading = describe_page(said, who)
    page = {
        **heading,
        "counted": counted,
        "measures": measures,
        "layers": [],
        "filters": None,
        "what": "Areas",
        "caption": _caption(ranked, order[0]),
        "headline": clean(said.headline),
        "beside": said.beside,
        "first": say_first(ranked, per=per, rate=next((c for c in order if c.startswith("rate")), "rate")),
        "facts": [PLACE, VISITORS],
        "no_ground": "",
        "picture_alt": f"Map of {len(ranked)} areas; the table lists all of them.",
        **_table(ranked, order, per=per, who=who),
    }
    data = {
        "bounds": _bounds(areas),
        "noun": "area",
        "counted": counted,
        "measures": [{"key": m["key"], "colours": colours_of(m)} for m in measures],
        "under": [],
        "spots": _prepare(ranked, measures, per=per, period=said.period, who=who, counted=counted),
        "ground": prepare_ground(under, areas.iloc[:0], area=areas),
        "streets": [],
        "filters": None,
        "layers": [],
    }
    from maps.pictures.still_map import draw_static_areas

    m = new_map()
    still = partial(draw_static_areas, shaded, by=order[0], heading=str(measures[0]["title"]))
    m.add_child(Panel(page=page, data=data, about=about, who=who, picture=still))
    return m


def write_area_map(areas: gpd.GeoDataFrame, path: str | Path, **options: Any) -> Path:
    """Write `draw_area_map` as one HTML file that needs nothing; options as there.

    Parameters
    ----------
    areas : GeoDataFrame
        As for `draw_area_map`.
    path : str or Path
        The file to write.
    **options
        As for `draw_area_map`.

    Returns
    -------
    Path
        The file written; the same bytes for the same input.

    Examples
    --------
    >>> import tempfile
    >>> square = gpd.GeoSeries.from_xy([430000], [433000], crs=27700).buffer(500, cap_style="square")
    >>> wards = gpd.GeoDataFrame({"code": ["E1"], "name": ["Armley"], "incidents": [240]}, geometry=square)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_area_map(wards, Path(folder) / "areas.html", profile="open").name
    'areas.html'
    """
    return write_page(draw_area_map(areas, **options), path)


def _join(areas: gpd.GeoDataFrame, table: pd.DataFrame | None) -> gpd.GeoDataFrame:
    require_columns(areas, ["code", "name"], what="areas")
    if table is None:
        return areas
    require_columns(table, ["code", "incidents"], what="The table of areas")
    if table["code"].duplicated().any():
        raise InputError(
            "The table of areas has more than one row for an area",
            given=str(table["code"].iloc[0]),
            advice="the sums of one layer and one period",
        )
    # what the areas are is theirs, what was counted is the table's: older figures beside them are not shown
    own = {"code", "name", areas.geometry.name}
    figures = table.drop(columns=[c for c in table.columns if c != "code" and c in own | {"geometry"}])
    shapes = areas.drop(columns=[c for c in areas.columns if c in figures.columns and c not in own])
    joined = shapes.merge(figures, on="code", how="left")
    missing = ~joined["code"].isin(figures["code"])
    if missing.any():
        first = joined["name"][missing].iloc[0]
        announce(f"{int(missing.sum()):,} of {len(joined):,} areas without figures, the first {first}.")
    return joined


def _order(released: gpd.GeoDataFrame, by: str | None, who: Profile) -> list[str]:
    present = [c for c in MEASURES if c in released.columns and pd.to_numeric(released[c]).notna().any()]
    if "harm" in present and "incidents" in present and released["harm"].eq(released["incidents"]).all():
        present.remove("harm")  # of 1 a record: the number by another name
    if not present and who.threshold and "incidents" in released.columns:
        raise InputError(
            f"No number of these areas may be shown under profile '{who.name}'",
            given=f"{len(released)} areas, small counts and those beside them left out",
            advice="larger areas (boundaries.group_areas), or a longer period",
        )
    if not present:
        raise InputError("There is nothing to shade the areas by", advice="a table from summarise_areas")
    if {"rate", "rate_shrunk"} <= set(present) and by != "rate_shrunk" and _hardly_steadied(released):
        present.remove("rate_shrunk")
    if by is not None and by not in present:
        near = closest_name(by, present) or present[0]
        raise InputError("The areas cannot be shaded by that", given=f"by='{by}'", advice=f"'{near}'")
    first = by or next(c for c in ("rate_shrunk", "rate", "incidents", "harm") if c in present)
    return [first, *(c for c in present if c != first)]


def _hardly_steadied(released: gpd.GeoDataFrame) -> bool:
    """Whether steadying changes no rate by more than one part in fifty: then there is one rate to tell."""
    rates = released[["rate", "rate_shrunk"]].dropna()
    return bool(rates["rate"].sub(rates["rate_shrunk"]).abs().le(rates["rate"].abs() / 50).all())


def _measure(ranked: gpd.GeoDataFrame, column: str, *, per: float, counted: str) -> dict[str, Any]:
    classes = choose_classes(ranked[column])
    legend = [{"colour": c, "words": w} for c, w in zip(classes.colours, classes.words, strict=True)]
    unknown = ranked.apply(lambda row: bool(say_unknown(row)), axis=1).any()
    label, text = MEASURES[column]
    subject = "" if column == "harm" else counted  # a rate is of something
    said = text.format(subject, per=_per(per)).strip()
    return {
        "key": column,
        "label": label,
        "word": label.lower(),
        "title": start_sentence(said) if subject else "Harm score",
        "note": _NOTES.get(column, ""),
        "legend": [*legend, KEY] if unknown else legend,
        "classes": classes.of(ranked[column]),
    }


def _per(per: float) -> str:
    return f"per {say_number(per)} residents"


def say_interval(row: pd.Series, column: str) -> str:
    """Range that goes with a value: "(between 210 and 270)", or "" where there is none.

    Examples
    --------
    >>> say_interval(pd.Series({"rate": 2.0, "rate_from": 1.5, "rate_to": 3.0}), "rate")
    '(between 1.5 and 3)'
    """
    said = say_range(row, column).replace(" to ", " and ")
    return f"(between {said})" if said else ""


def _prepare(
    ranked: gpd.GeoDataFrame, measures: list[dict[str, Any]], *, per: float, period: str, who: Profile, counted: str
) -> list[dict[str, Any]]:
    shapes = encode_shapes(ranked.geometry, coverage=True)
    at = encode_points(ranked.geometry.representative_point())
    prepared = []
    rated = any(m["key"].startswith("rate") for m in measures)
    for i, (rank, row) in enumerate(ranked.iterrows()):
        name, over = clean(row["name"]), f" in {clean(period)}" if period else ""
        lines = [(m["label"], _say(row, m["key"], per=per, who=who, counted=counted)) for m in measures]
        sure = [PLACE] if any("between" in t for _, t in lines) else []
        lines += [("Read with care", care)] if (care := say_care(row, rated)) else []
        lines += [("Changed or not", say_change(row))] if has(row, "words") else []
        if row.get("small_numbers") is True:
            sure.append("Few records: the order among such areas means little.")
        sure += [unknown] if (unknown := say_unknown(row)) else []
        prepared.append(
            {
                "n": int(str(rank)),
                "ref": clean(row["code"]),
                "title": name,
                "label": f"{name}: {say_counted(row, who, counted)}{over}",
                "shape": shapes[i],
                "at": at[i],
                "class": {m["key"]: m["classes"][i] for m in measures},
                "lines": lines,
                "sure": sure,
            }
        )
    return prepared


def _say(row: pd.Series, column: str, *, per: float, who: Profile, counted: str) -> str:
    many = column == "incidents"
    value = say_counted(row, who, counted) if many else say_count(row, column, who)
    text = MEASURES[column][1].format(value, per=_per(per))
    return f"{text[:1].upper()}{text[1:]} {say_interval(row, column)}".strip() + "."


def _table(ranked: gpd.GeoDataFrame, order: list[str], *, per: float, who: Profile) -> dict[str, Any]:
    rates = [c for c in order if c.startswith("rate")]
    shown = [c for c in order if c not in rates[1:]]
    heads = [{"label": "No.", "number": True}, {"label": "Area", "number": False}]
    per_many = f"Per {say_number(per)}"
    heads += [{"label": per_many if c in rates else MEASURES[c][0], "number": True} for c in shown]
    both, told = has_both(ranked), tells_change(ranked)
    rows = []
    for rank, row in ranked.iterrows():
        cells = [
            {"text": say_count(row, c, who), "range": say_range(row, c), "number": True, "column": c} for c in shown
        ]
        if both.any():
            two = tell_both(row, most_of(ranked), told=told, known=both[rank], profile=who)
            cells.append({**two, "number": False, "column": "arrow"})
        rows.append({"n": int(str(rank)), "name": clean(row["name"]), "cells": cells})
    heads += [{"label": "Before → after", "number": False}] if both.any() else []
    return {"columns": heads, "rows": rows}


def _caption(ranked: gpd.GeoDataFrame, first: str) -> str:
    ranged = any(say_range(row, first) for _, row in ranked.iterrows())
    label = MEASURES[first][0].partition(",")[0].lower()
    likely = "; the likely range under each" if ranged else ""
    return f"{say_nouns(len(ranked), 'area')}, highest {label} first{likely}"


def _bounds(areas: gpd.GeoDataFrame) -> list[list[float]] | None:
    from maps.web._layers import bounds_of

    return bounds_of(areas, None)
