"""Everything that a configuration may say: a new key is a line here, and its words in the guide."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import AfterValidator, Field

from hotspots.checks import CRS, InputError, advise_grid_of, why_no_grid
from hotspots.common.calendars import KINDS
from hotspots.files.typed_tables import OneOf, Table, needed, shown
from hotspots.finding.methods import METHODS
from hotspots.plans.ahead import Event, Order
from hotspots.plans.record import FORMS
from hotspots.reading.duplicates import KEEP
from hotspots.timing.profile_times import NEEDS
from maps.config.kinds import (
    AtLeastOne,
    Count,
    Day,
    Entries,
    File,
    Files,
    Folder,
    Names,
    NotNegative,
    Number,
    Own,
    Pairs,
    Period,
    Periods,
    Positive,
    Share,
    Whole,
)

CellShape = Literal["square", "hexagon"]
Measure = Literal["incidents", "harm"]
Readers = Literal["open", "internal", "partner", "public"]
SameMonth = Annotated[str, OneOf(KEEP)]


def _grid(name: str) -> str:
    if wrong := why_no_grid(name):
        raise InputError("{key} is no grid of metres", given=wrong, advice=advise_grid_of(name))
    return name


class Incidents(Table):
    """What to read: records of one source."""

    files: Names | None = shown("needed")
    layout: str | dict[str, Any] = "police.uk"
    same_month: SameMonth = "refuse"
    study_area: File | None = None
    aggregate: bool | Literal["dates", "periods"] | None = shown("by the files")
    unique_ids: bool = True
    since: Day | None = shown("the first record")
    until: Day | None = shown("the last record")
    window: Period | None = shown("all the records")

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether the dates of the list are stated once."""
        if "window" in stated and set(stated) & {"since", "until"}:
            yield InputError("{table} says twice which dates are listed", advice="since and until, or window")


class Grid(Table):
    """The grid that distances are measured in."""

    crs: Annotated[str, AfterValidator(_grid)] = CRS


class Source(Table):
    """What to read: records of one partner among several."""

    files: Names = needed('files = ["2018-07-west-yorkshire-street.csv"]')
    layout: str | dict[str, Any] = "police.uk"
    source: str | None = shown("the layout's")
    same_month: SameMonth = "refuse"


class Area(Table):
    """Boundaries: one layer of areas."""

    file: File | None = shown("see below")
    name: str | None = shown("with `file`")
    code: str | None = shown("the name")
    layer: str | None = shown("the first")
    vintage: int | str | None = None
    within: NotNegative | None = shown("5")
    aliases: dict[str, str] | None = None
    lookup: Own | None = None
    overlapping: bool = False
    nest: str | None = None
    groups: dict[str, Any] | None = None
    of: str = "ward"
    easting: Number | None = None
    northing: Number | None = None
    radius: Positive | None = None

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether it says where its areas are, and what they are called."""
        if not set(stated) & {"file", "nest", "groups", "easting"}:
            yield InputError(
                "{table} does not say where its areas are or what they are made of",
                advice="'file' and 'name', or 'nest', 'groups' or 'easting'",
            )
        if "file" in stated and "name" not in stated:
            yield InputError("{table} must have 'name'", advice="name = the column that holds the areas' names")


class Harm(Table):
    """How bad records are."""

    scheme: Own = "cchi-2026"
    level: Literal["low", "middle", "high"] = "middle"
    asb_weight: NotNegative = 1
    unknown_weight: NotNegative = 1
    offence: str | None = None
    proactive: bool = True


class MapLayout(Table):
    """Columns and classes of streets that the tool does not know."""

    name: str | None = None
    class_: str | None = Field(None, alias="class")
    main: list[str] | None = None
    middle: list[str] | None = None
    local: list[str] | None = None
    path: list[str] | None = None


class Map(Table):
    """The ground under the hotspots."""

    streets: File | None = None
    places: File | None = None
    water: File | None = None
    green: File | None = None
    rail: File | None = None
    buildings: File | None = None
    ground: File | None = None
    layout: MapLayout | None = None


class Nearby(Table):
    """Places that plans count within walking distance."""

    file: File = needed('file = "places.geojson"')
    kind: str = "kind"


class Premises(Table):
    """Licensed premises, tower blocks, schools."""

    file: File = needed('file = "premises.csv"')
    distance: NotNegative = needed("distance = 50")


class Hotspots(Table):
    """What to look for."""

    method: Annotated[str, OneOf(tuple(METHODS))] = "discs"
    radius: Positive = 150
    count: Whole | dict[str, Count] = 100
    by: Measure = "incidents"
    min_incidents: Whole | None = shown("36")
    spacing: NotNegative = 0
    max_overlap: Share = 0
    shrink: NotNegative = 10
    until_share: Share | None = None
    merge: bool = True
    area: str | None = None
    min_harm: NotNegative | None = None
    max_diameter: Positive | None = None
    cell_size: Positive = 250
    cell_shape: CellShape = "square"
    streets: File | None = None
    max_distance: Positive = 30
    resamples: Count | None = shown("40")
    previous: File | None = None
    agreed: File | None = None
    agreed_name: str | None = shown("by name")
    agreed_ref: str | None = shown("by name")
    agreed_kind: str | None = shown("by name")
    agreed_on: Periods | None = shown("not known")
    backtest: bool | Pairs = False


class Changes(Table):
    """Which two periods are compared."""

    after: Period | None = shown("chosen as above")
    before: Period | None = shown("the same months earlier")


class Calendar(Table):
    """What happened when."""

    files: Files | None = None
    kind: Annotated[str, OneOf(KINDS)] = "event"
    events: Entries | None = None
    operations: Entries | None = None
    campaigns: Entries | None = None
    holidays: Entries | None = shown("typical dates")
    peaks: Entries | None = shown("the usual ones")


class Times(Table):
    """When it happens."""

    by: list[Annotated[str, OneOf(tuple(NEEDS))]] | None = shown("all")
    ends: str | None = None
    ends_formats: list[str] | None = shown("year first")


class Trends(Table):
    """Hot month after month."""

    cell_size: Positive = 250
    cell_shape: CellShape = "square"


class NearRepeats(Table):
    """One crime soon after another, near by."""

    categories: list[str] | None = shown("all")
    distances: list[NotNegative] | None = shown("0, 100 ... 400")
    days: list[NotNegative] | None = shown("7, 14, 21, 28")
    chain: Annotated[list[NotNegative], Len(2, 2)] | None = shown("`[200, 14]`")
    permutations: Whole = 999


class Board(Table):
    """Pages a board reads."""

    title: str | None = shown("the name")
    indicators: Own = "board"
    survey: File | None = None
    area: str | None = shown("everything")
    after: Period | None = shown("those of `[changes]`")
    before: Period | None = shown("those of `[changes]`")


class Team(Table):
    """One of several teams that share doses."""

    officers: Whole | None = shown("that of `[patrols]`")
    vehicles: Whole | None = shown("that of `[patrols]`")
    shift: str | dict[str, str] | None = shown("that of `[patrols]`")
    crew: Whole | None = shown("that of `[patrols]`")
    weekdays: list[str] | None = shown("those of `[patrols]`")
    areas: list[str] | None = shown("all")
    depot: Annotated[list[Number], Len(2, 2)] | None = shown("that of `[patrols]`")
    briefing_minutes: NotNegative | None = shown("those of `[patrols]`")
    writing_minutes: NotNegative | None = shown("those of `[patrols]`")
    break_minutes: NotNegative | None = shown("those of `[patrols]`")


class Patrols(Table):
    """What officers can cover."""

    officers: Whole = 4
    vehicles: Whole = 2
    shift: str | dict[str, str] = "14:00-22:00"
    visit_minutes: Positive = 15
    max_gap_minutes: Positive = 120
    break_minutes: NotNegative = 0
    slack_minutes: NotNegative = 10
    travel_minutes: NotNegative | None = shown("by distance")
    speed: Positive = 25
    detour: AtLeastOne = 1.3
    depot: Annotated[list[Number], Len(2, 2)] | None = None
    crew: Whole | None = shown("shared out")
    must_include: list[str | int] | dict[str, str] | None = None
    priority: list[str] | None = None
    max_share_outside_priority: Share | None = None
    minimum_per_area: dict[str, Count] | None = None
    area: str = "ward"
    spacing: NotNegative = 0
    already: list[str | int] | dict[str, Share] | None = None
    weekdays: list[str] | None = shown("all")
    default_locations: bool = False
    streets: File | None = shown("those of `[map]`")
    start: Day | None = None
    days: Whole = 7
    breaks: Count = 1
    dose: str | dict[str, str] | None = None
    least_hours: NotNegative | None = shown("half of what the dose spreads evenly")
    added: dict[str, str] | None = None
    dropped: dict[str, str] | None = None
    briefing_minutes: NotNegative = 0
    writing_minutes: NotNegative = 0
    teams: dict[str, Team] = Field({}, json_schema_extra={"shown": "one team"})
    by: Measure | None = shown('`"harm"`')


class Trial(Table):
    """Days with and without patrols, drawn."""

    places: Whole = 20
    start: Day = needed("start = 2027-01-04")
    days: Whole = 84
    per_day: Whole | None = shown("8 of 20")
    per_week: Whole | None = None
    seed: Count | None = shown("the run's")
    categories: list[str] | None = shown("all")
    detected: bool = False
    day_starts: NotNegative = 0
    side: Literal["fewer", "either"] = "fewer"
    level: Share = 0.05
    washout: Count = 0
    redraws: Whole = 2000
    dispersion: AtLeastOne = 1.3


class Cameras(Table):
    """Where cameras stand."""

    count: Whole = 10
    radius: Positive = 100
    default_locations: bool = False
    candidates: Literal["grid"] | File | None = shown("the places of the records")
    existing: File | None = None
    current: File | None = None
    assets: File | None = None
    profile: str | None = None
    min_gain: Share = 0
    by: Measure | None = shown('`"harm"`')


class Output(Table):
    """What leaves, and for whom."""

    profile: Readers | None = shown('`"open"` for police.uk, else `"partner"`')
    marking: str | None = shown("by profile")
    attribution: str | None = None
    drafts: Count | list[str] | None = shown("5; 0 under `public`")
    quiet: Count = 12
    redraft: bool = False


class Plans(Table):
    """How plans are drafted and kept."""

    folder: Folder | None = None
    problem: str = "largest"
    form: Annotated[str, OneOf(FORMS)] | None = shown("the whole plan")


class Settings(Table):
    """The whole file."""

    seed: Count = 0
    as_of: Day | None = shown("today")
    plans: Folder | Plans | None = None
    events: list[Event] = Field([])
    orders: list[Order] = Field([])
    place: str = "all the data"
    title: str = "Crime and anti-social behaviour hotspots"
    grid: Grid = Grid.holding()
    incidents: Incidents = Incidents.holding()
    sources: dict[str, Source] = Field({})
    areas: dict[str, Area] = Field({})
    harm: Harm = Harm.holding()
    crosswalks: dict[str, Own] = Field({})
    map: Map = Map.holding()
    nearby: Nearby = Nearby.holding()
    premises: dict[str, Premises] = Field({})
    hotspots: Hotspots = Hotspots.holding()
    profiles: dict[str, dict[str, Any]] = Field({})
    changes: Changes = Changes.holding()
    calendar: Calendar = Calendar.holding()
    times: Times = Times.holding()
    trends: Trends = Trends.holding()
    near_repeats: NearRepeats = NearRepeats.holding()
    boards: dict[str, Board] = Field({})
    patrols: Patrols = Patrols.holding()
    trial: Trial = Trial.holding()
    cameras: Cameras = Cameras.holding()
    output: Output = Output.holding()

    def faults(self, stated: Mapping[str, Any]) -> Iterator[InputError]:
        """Say whether it is clear which records are read."""
        one, several = stated.get("incidents"), stated.get("sources")
        files = one.get("files") if isinstance(one, Mapping) else None
        if files and several:
            yield InputError("Files stand both in [incidents] and in [sources]", advice="only [sources.<name>]")
        if not files and not several:
            example = 'files = ["2018-07-west-yorkshire-street.csv"]'
            yield InputError("[incidents] must name its files", advice=example)


class Config(Settings):
    """A checked configuration; files are absolute paths, found from the folder of the TOML file."""

    path: Path
    plans: Folder | None = None
    planning: Plans = Plans.holding()
    files: list[Path] = Field([])
