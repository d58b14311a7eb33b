"""The page around the map: heading, choices, key and the table of the same rows, as one branca element."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd
from branca.element import Element, MacroElement
from jinja2 import Environment
from markupsafe import Markup

from maps.common.escape import clean, embed_json, escape, mark_pages
from maps.common.palette import CHANGE, SIGNS, choose_classes
from maps.common.small_shapes import encode_points, encode_shapes
from maps.disclosure.added import check_added
from maps.disclosure.gate import Profile
from maps.web._one_file import leaflet_head
from maps.wording import COUNTED, describe_spot, name_spot, say_certainty, say_counted

_PAGES = Environment(finalize=lambda v: v if isinstance(v, Markup) else escape(v))
SCRIPTS = ("map.js", "ground.js", "filters.js", "two.js", "list.js", "details.js", "picture.js")
HARM_NOTE = "Harm adds up a weight for each record, in days, as the harm index gives it: graver crimes weigh more."


def read_template(name: str) -> str:
    """Text of one of the map's templates, with Unix line ends."""
    return (files("maps.web") / "templates" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def fill_template(name: str, **values: Any) -> str:
    """Template filled in, every value escaped unless it is already markup."""
    return str(_PAGES.from_string(read_template(name)).render(**values))


class Raw(Element):
    """Text that goes into the page as it is: branca's own Element would run it as a Jinja template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name, self.text = "Raw", text

    def render(self, **kwargs: Any) -> str:
        """Give the text."""
        return self.text


class Panel(MacroElement):
    """Heading, choices, key and table of a map, with the script that links them."""

    def __init__(
        self,
        *,
        page: dict[str, Any],
        data: dict[str, Any],
        about: dict[str, str],
        picture: Callable[[], bytes],
        who: Profile,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Panel"
        self.page, self.data, self.about, self.picture = page, data, about, picture
        self.who = who
        self.with_picture = False

    @contextmanager
    def showing_picture(self) -> Iterator[None]:
        """While open, pages are rendered with the still picture for print."""
        self.with_picture = True
        try:
            yield
        finally:
            self.with_picture = False

    def render(self, **kwargs: Any) -> Any:
        """Put the pieces where they belong in the figure's head, body and script."""
        figure: Any = self.get_root()
        parent: Any = self._parent
        check_added(parent, self, self.who)
        figure.title = escape(self.about["title"])
        source = "JSON.parse(document.getElementById('sh-data').textContent)"
        call = f"\nsaferMap({parent.get_name()}, {source});"
        # print and browsers without scripts show the still picture; a notebook needs none
        still = base64.b64encode(self.picture()).decode() if self.with_picture else ""
        top = fill_template("page_top.html", picture=still, **self.page)
        bottom = fill_template("page_bottom.html", data=Markup(embed_json(self.data)), **self.page)
        figure.header.add_child(Raw(leaflet_head()), name="safer_head", index=0)
        figure.header.add_child(
            Raw(f"<style>\n{read_template('map.css')}{mark_pages(self.about['marking'])}</style>"), name="safer_style"
        )
        figure.html.add_child(Raw(top), name="safer_top", index=0)
        figure.html.add_child(Raw(bottom), name="safer_bottom")
        figure.script.add_child(Raw("".join(map(read_template, SCRIPTS)) + call), name="safer_script")


def measure_spots(spots: gpd.GeoDataFrame, *, period: str = "", counted: str = COUNTED) -> list[dict[str, Any]]:
    """Ways the hotspots can be coloured: by harm, number and change, as far as the columns are there."""
    over = f", {period}" if period else ""
    found = []
    for key, label, title, note in (
        ("harm", "Harm", f"Harm score of each hotspot{over}", HARM_NOTE),
        ("incidents", "Number", f"Number of {counted} in each hotspot{over}", ""),
    ):
        if key in spots.columns and pd.to_numeric(spots[key]).notna().any():
            classes = choose_classes(spots[key])
            legend = [{"colour": c, "words": w} for c, w in zip(classes.colours, classes.words, strict=True)]
            measure = {"key": key, "label": label, "word": label.lower(), "title": title, "note": note}
            found.append(measure | {"legend": legend, "classes": classes.of(spots[key])})
    if tells_change(spots) and len({clean(a) for a in spots["arrow"]}) > 1:  # one class colours nothing
        found.append(_measure_change(spots, counted))
    return found


def tells_change(spots: gpd.GeoDataFrame) -> bool:
    """Whether any hotspot's change can be told; else there is nothing to colour, as the head says."""
    return "arrow" in spots.columns and bool(spots["arrow"].map(clean).isin(["up", "down"]).any())


def _measure_change(spots: gpd.GeoDataFrame, counted: str) -> dict[str, Any]:
    arrows, known = [clean(a) for a in spots["arrow"]], list(CHANGE)
    legend = [{"colour": CHANGE[a], "words": SIGNS[a]} for a in known if a in arrows]
    return {
        "key": "change",
        "label": "Change",
        "word": "change",
        "title": f"Change in the number of {counted}",
        "note": "Up or down only where chance alone would seldom give it.",
        "legend": legend,
        "classes": [known.index(a) if a in known else -1 for a in arrows],
        "colours": list(CHANGE.values()),
    }


def prepare_spots(
    spots: gpd.GeoDataFrame, *, measures: list[dict[str, Any]], period: str, profile: Profile, counted: str = COUNTED
) -> list[dict[str, Any]]:
    """Each hotspot as the page wants it: shape, classes, and sentences made once."""
    shapes = encode_shapes(spots.geometry, tolerance=0.5)
    at = encode_points(spots.geometry.representative_point())
    two = {"before", "after"} <= set(spots.columns)
    prepared = []
    for i, (rank, row) in enumerate(spots.iterrows()):
        number = int(rank)
        lines = describe_spot(row, rank=number, total=len(spots), period=period, profile=profile, counted=counted)
        prepared.append(
            {
                "n": number,
                "ref": clean(row.get("ref", "")),
                "title": f"{number}. {name_spot(row)}",
                "label": f"Hotspot {number}: {name_spot(row)}, {say_counted(row, profile, counted)}",
                "shape": shapes[i],
                "at": at[i],
                "parts": _part_points(row.geometry, spots.crs),
                "class": {m["key"]: m["classes"][i] for m in measures},
                "lines": lines,
                "sure": say_certainty(row),
                "two": [None if pd.isna(row[c]) else int(row[c]) for c in ("before", "after")] if two else None,
            }
        )
    return prepared


def _part_points(shape: Any, crs: Any) -> list[list[float]]:
    """Where the number stands: once in each part that lies apart, so that they are seen to be one."""
    parts = gpd.GeoSeries(list(getattr(shape, "geoms", [shape])), crs=crs)
    return encode_points(parts.representative_point())
