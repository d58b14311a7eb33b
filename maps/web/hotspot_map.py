"""The interactive map: a `folium.Map` to go on with, or one HTML file that opens anywhere."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import InputError, announce, require_columns, require_metres
from hotspots.common.option_classes import take_options
from hotspots.common.plan_words import start_sentence
from hotspots.common.wording import say_count, say_list
from maps.common.escape import clean
from maps.common.layer_kinds import kind_of
from maps.common.page_words import PageWords
from maps.common.palette import AMOUNT, UNDER
from maps.common.small_shapes import require_shapes, with_shapes
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content, kind_given
from maps.disclosure.gate import Profile, profile_named, release
from maps.pictures.still_map import draw_static_map
from maps.pictures.street_names import locate_streets, place_names
from maps.streets.files import take_ground
from maps.streets.pack import prepare_ground
from maps.streets.through import name_landmarks, name_roads
from maps.web._incident_cells import filter_incidents
from maps.web._layers import bounds_of, layer_summary, prepare_layers, shown_layers
from maps.web._one_file import standalone
from maps.web._panel import Panel, measure_spots, prepare_spots
from maps.web._spot_table import has_both, list_periods, table_of
from maps.wording import name_counted, name_one

if TYPE_CHECKING:
    import folium

TITLE = "Crime and anti-social behaviour hotspots"
_LEEDS = [53.8, -1.55]
NO_GROUND = (
    'No streets are drawn: [map] streets = "FILE" puts them under the hotspots,'
    " and `hotspots download streets CONFIG.toml` gets open ones."
)


def draw_map(
    spots: gpd.GeoDataFrame,
    *,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    profile: str | Profile | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    facts: Sequence[str] = (),
    ground: gpd.GeoDataFrame | str | Path | Mapping[str, Any] | None = None,
    filters: Any = None,
    **words: Any,
) -> "folium.Map":
    """Draw hotspots, numbered worst first, with their table and any further layers, as a Folium map.

    Parameters
    ----------
    spots : GeoDataFrame
        Hotspots as `hotspots.find_hotspots` gives them, in EPSG:27700; the index is the rank.
    layers : dict of str to GeoDataFrame, optional
        Further layers by name, in EPSG:27700. What a frame holds is read from its columns and its
        name (incidents, cells, patrols, cameras, places, comparison, streets; anything else is areas).
    profile : str, optional
        "open", "internal", "partner" or "public"; None is "open" for published sources, else "partner".
    groups : dict of str to list of str, optional
        Problem profiles: names for groups of categories, offered beside the categories as filters.
    facts : list of str, optional
        Sentences on the list as a whole, folded: how sure one may be of it, and what chance alone would give.
    ground : GeoDataFrame, str, Path or mapping, optional
        Streets, places, water ... from `maps.read_ground`, or what that takes, drawn under the hotspots: all
        of it within 250 m of each, the main roads of the whole area. None: one line says how to get it.
    filters : Told, optional
        What a run's ledger lets the filters tell (`maps.giving.tell`). None: as the profile's rule has it.
    **words : str
        What the page says of itself: ``title``, ``period``, ``source``, ``note``, ``attribution``,
        ``marking``, ``headline`` and ``counted`` (see `maps.common.page_words`). Without ``counted`` it is
        read from the layer of incidents: "crimes and ASB incidents", or "records" where others are in it.

    Returns
    -------
    folium.Map
        It shows in a notebook without any request to another host.

    Raises
    ------
    InputError
        If a frame is not in EPSG:27700 or lacks columns, or an option is none we know.

    Examples
    --------
    >>> disc = gpd.GeoSeries.from_xy([430000], [433000], crs=27700).buffer(150)
    >>> spots = gpd.GeoDataFrame({"ref": ["SE3033"], "name": ["Boar Lane"], "incidents": [12]}, geometry=disc)
    >>> page = draw_map(spots, period="July 2018", profile="open").get_root().render()
    >>> "12 crimes and ASB incidents in July 2018" in page
    True
    """
    said = take_options(PageWords, words, of="draw_map")
    _check(spots)
    under = take_ground(ground, spots)
    incidents, on = _find_incidents(layers), shown_layers(layers)
    sources = said.sources or ([] if incidents is None else sorted(incidents["source"].unique()))
    who = follow_layers(profile_named(profile, sources=sources), layers)
    released = release(spots, kind="spots", profile=who)
    counted = clean(said.counted or name_counted(incidents))
    measures = measure_spots(released, counted=counted)
    drawn = prepare_layers(layers, spots=spots, profile=who, counted=counted)
    choice: dict[str, Any] = {"profile": who, "groups": groups, "told": filters}
    filters = None if incidents is None else filter_incidents(incidents, spots, **choice)
    said = said.filled(title=TITLE, counted=counted, credit=credit_ground(said.attribution, under))
    about, heading = describe_page(said, who)
    page = {
        **heading,
        "counted": counted,
        "what": "Hotspots",
        "measures": measures,
        "layers": layer_summary(drawn),
        "filters": filters,
        "two": list_periods(released, filters, named=spots.attrs.get("periods")),
        "headline": clean(said.headline),
        "beside": said.beside,
        "facts": [clean(fact) for fact in facts],
        "no_ground": NO_GROUND if under is None or under.empty else "",
        "caption": _caption(released),
        "picture_alt": _describe_picture(released, said.period),
        **table_of(released, profile=who),
    }
    told = prepare_spots(released, measures=measures, period=said.period, profile=who, counted=counted)
    data = {
        "noun": "hotspot",
        "counted": counted,
        "counted_one": name_one(counted),
        "bounds": bounds_of(spots, layers),
        "measures": [{"key": m["key"], "colours": colours_of(m)} for m in measures],
        "under": UNDER,
        "amount": AMOUNT,
        "spots": _with_roads(told, name_roads(released, under), name_landmarks(released, under)),
        "ground": prepare_ground(under, _stood_on(spots, layers), area=next(iter(on.values()), None)),
        "streets": place_names(locate_streets(spots, incidents, profile=who), spots.crs),
        "filters": None if filters is None else vars(filters),
        "layers": drawn,
    }
    m = new_map()
    still = partial(draw_static_map, spots, layers=on, profile=who, counted=counted, ground=under)
    m.add_child(Panel(page=page, data=data, about=about, picture=still, who=who))
    return m


def write_map(spots: "gpd.GeoDataFrame | folium.Map", path: str | Path, **options: Any) -> Path:
    """Write one HTML file that needs no internet, no other file and no installed program but a browser.

    Parameters
    ----------
    spots : GeoDataFrame or folium.Map
        Hotspots, or a map that `draw_map` or Folium made.
    path : str or Path
        The file to write.
    **options
        As for `draw_map`, when ``spots`` are hotspots.

    Returns
    -------
    Path
        The file written; the same bytes for the same input.

    Raises
    ------
    InputError
        As `draw_map`; or if the map needs something from the internet.

    Examples
    --------
    >>> import tempfile
    >>> disc = gpd.GeoSeries.from_xy([430000], [433000], crs=27700).buffer(150)
    >>> spots = gpd.GeoDataFrame({"ref": ["SE3033"], "name": ["Boar Lane"], "incidents": [12]}, geometry=disc)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_map(spots, Path(folder) / "map.html", profile="open").name
    'map.html'
    """
    import folium

    if isinstance(spots, folium.Map):
        if options:
            raise InputError(
                "A map that is already drawn takes no further options",
                given=", ".join(options),
                advice="give them to draw_map",
            )
        return write_page(spots, path)
    return write_page(draw_map(spots, **options), path)


def new_map() -> "folium.Map":
    """Empty map without background, tiles or links to other hosts."""
    import folium

    m = folium.Map(
        location=_LEEDS,
        zoom_start=11,
        tiles=None,
        zoom_control="bottomright",
        zoom_snap=0.25,
        attribution_control=False,
    )
    m.default_js, m.default_css = [], []
    m.options["max_zoom"] = 18
    return m


def colours_of(measure: Mapping[str, Any]) -> list[str]:
    """List the colours of a measure: its own, or those of its legend."""
    return measure.get("colours") or [item["colour"] for item in measure["legend"]]


def describe_page(said: PageWords, who: Profile) -> tuple[dict[str, str], dict[str, str]]:
    """Words of the page about itself: for its metadata, and for its heading and foot."""
    over = f" in {clean(said.period)}" if said.period else ""
    from_ = f" Source: {clean(said.source)}." if said.source else ""
    first = f"{start_sentence(said.counted or '')}{over}.{from_}"
    rest = " ".join(filter(None, (clean(said.note), who.audience)))
    about = {
        "title": clean(said.title),
        "marking": clean(who.marking if said.marking is None else said.marking),
        "summary": f"{first} {rest}".strip(),
    }
    return about, about | {"period": first, "about": rest, "attribution": clean(said.attribution)}


def write_page(drawn: "folium.Map", path: str | Path) -> Path:
    """Write a drawn map as one file that needs nothing."""
    panels = [child for child in drawn._children.values() if isinstance(child, Panel)]
    about = panels[0].about if panels else {"title": "Map", "marking": "", "summary": ""}
    root = drawn.get_root()
    with panels[0].showing_picture() if panels else nullcontext():
        page = root.render()
    html = standalone(page, root=root, **about)
    write_file(Path(path), html.encode("utf-8"))
    return Path(path)


def credit_ground(attribution: str, ground: gpd.GeoDataFrame | None) -> str:
    """Name beside the licences of the records whoever is to be named for the ground."""
    credit = "" if ground is None or ground.empty else ground.attrs.get("credit", "")
    return " ".join(filter(None, (attribution, "" if credit in attribution else credit)))


def _check(spots: gpd.GeoDataFrame) -> None:
    require_metres(spots, what="spots")
    require_columns(spots, ["ref", "name", "incidents"], what="spots")
    require_shapes(spots, what="spots")


def follow_layers(who: Profile, layers: Mapping[str, gpd.GeoDataFrame] | None) -> Profile:
    """Readership of a map with these layers, said aloud where a layer makes it a smaller one."""
    kinds = {name: kind_given(kind_of(name, frame), frame) for name, frame in (layers or {}).items() if len(frame)}
    strict = follow_content(who, kinds.values())
    if strict is not who:
        names = [f"'{clean(name)}'" for name, kind in kinds.items() if follow_content(who, [kind]) is not who]
        announce(f"This map is marked {strict.marking}, not open data: it holds {say_list(names)}.")
    return strict


def _stood_on(spots: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame] | None) -> gpd.GeoDataFrame:
    """Where somebody is sent, and so needs the streets around: hotspots, patrol stops and cameras."""
    sent = [f for n, f in (layers or {}).items() if kind_of(n, f) in ("patrols", "cameras") and len(f)]
    shapes = pd.concat([with_shapes(frame).geometry.rename("geometry") for frame in (spots, *sent)])
    return gpd.GeoDataFrame(geometry=shapes, crs=spots.crs)


def _with_roads(
    prepared: list[dict[str, Any]], roads: list[list[str]], landmarks: list[list[str]]
) -> list[dict[str, Any]]:
    """Say beside where a hotspot is which landmarks stand by it and which main roads lead there."""
    for spot, by, names in zip(prepared, landmarks, roads, strict=True):
        said = [f"By {say_list([clean(name) for name in by])}."] if by else []
        if names:
            said += [f"Main road{'s' * (len(names) > 1)} there: {say_list([clean(name) for name in names])}."]
        (head, where), *others = spot["lines"]
        spot["lines"] = [(head, " ".join([where, *said])), *others]
    return prepared


def _find_incidents(layers: Mapping[str, gpd.GeoDataFrame] | None) -> gpd.GeoDataFrame | None:
    found = [frame for name, frame in (layers or {}).items() if kind_of(name, frame) == "incidents"]
    if len(found) > 1:
        raise InputError("A map takes one layer of incidents", given=f"{len(found)}", advice="pd.concat them")
    return found[0] if found else None


def _describe_picture(spots: gpd.GeoDataFrame, period: str) -> str:
    over = f" in {clean(period)}" if period else ""
    return f"Map of {say_count(len(spots), 'hotspot')}{over}, numbered as in the table, which lists them all."


def _caption(spots: gpd.GeoDataFrame) -> str:
    if not len(spots):
        return "No hotspots"
    weighed = "harm" in spots.columns and spots["harm"].notna().any()
    periods = spots.attrs.get("periods") if has_both(spots).any() else None
    months = f"; before: {clean(periods[0])}, after: {clean(periods[1])}" if periods else ""
    return f"{say_count(len(spots), 'hotspot')}, {'most harmful' if weighed else 'busiest'} first{months}"
