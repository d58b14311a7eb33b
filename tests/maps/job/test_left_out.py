"""A layer, calendar or other file beside the records that cannot be read is named; the month is done."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from whole_run_checks import check_results, read_csv, tell

from boundaries import read_layers
from hotspots.checks import InputError
from maps.cli import main
from maps.common.calendar import read_events

EVENT = "BEGIN:VEVENT\r\nSUMMARY:Op\r\nDTSTART;VALUE=DATE:20180705\r\n"
WHOLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n"
TEXT = """
as_of = 2018-07-31
seed = 1
plans = "plans"
[incidents]
files = "2018-07-leeds-street.csv"
[areas.ward]
file = "wards.geojson"
name = "name"
[areas.committee]
of = "ward"
groups = { "Both" = ["North", "South"] }
[areas.town]
file = "town.geojson"
name = "name"
[calendar]
files = ["cut.ics", "whole.ics", "dates.csv"]
[premises.pubs]
file = "pubs.geojson"
distance = 50
[nearby]
file = "places.gpkg"
[boards.north]
area = "ward:North"
[hotspots]
count = 2
resamples = 0
[output]
profile = "internal"
drafts = ["ward:North", "street:Boar Lane"]
"""


def squares(*names: str) -> gpd.GeoDataFrame:
    shapes = [shapely.box(429000, 433000 + 900 * n, 431000, 433900 + 900 * n) for n in range(len(names))]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs="EPSG:27700")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty records, and of each kind of file beside them one that is damaged."""
    team = tmp_path_factory.mktemp("team")
    rows = [f"2018-07,-1.545{n % 3},53.796{n % 7},On or near Boar Lane,Burglary,id{n}" for n in range(30)]
    head = "Month,Longitude,Latitude,Location,Crime type,Crime ID"
    (team / "2018-07-leeds-street.csv").write_text("\n".join([head, *rows, ""]))
    squares("North", "South").to_file(team / "wards.geojson")
    (team / "wards.geojson").write_bytes((team / "wards.geojson").read_bytes()[:300])
    squares("Town").to_file(team / "town.geojson")
    (team / "cut.ics").write_text(WHOLE.format(EVENT))
    (team / "whole.ics").write_text(WHOLE.format(EVENT.replace("Op", "Operation Sea") + "END:VEVENT\r\n"))
    (team / "dates.csv").write_text("name,kind,start,end\nFair,event,soon,later\n")
    (team / "pubs.geojson").write_text("")
    (team / "places.gpkg").write_bytes(b"SQLite format 3\0" + bytes(2000))
    (team / "team.toml").write_text(TEXT)
    return team


@pytest.fixture(scope="module")
def said(team: Path) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        code = main(["run", str(team / "team.toml"), "--out", str(team / "out")])
    assert code == 0, stream.getvalue()
    return stream.getvalue()


def test_each_file_that_cannot_be_read_is_named_once(said: str) -> None:
    for name in ("wards.geojson", "cut.ics", "dates.csv", "pubs.geojson", "places.gpkg"):
        lines = [line for line in said.splitlines() if name in line and "left out" in line]
        assert len(lines) == 1, (name, said)
    assert "[areas.ward] and [areas.committee] are left out" in said
    assert "the plan for ward:North and [boards.north]" in said


def test_all_that_does_not_hang_on_them_is_there(team: Path, said: str) -> None:
    assert tell(check_results(team / "out", said)) == ""
    assert {row["layer"] for row in read_csv(team / "out" / "areas.csv")} == {"town"}
    assert "30 rows read = 30 used + 0 not used" in said
    assert len(list((team / "plans").glob("*boar-lane.docx"))) == 1
    (record,) = (team / "plans").glob("*.toml")
    assert "Operation Sea" in record.read_text()  # the whole calendar is read


def test_a_pack_for_an_area_of_a_layer_that_cannot_be_read_is_refused_by_name(
    team: Path, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pack", str(team / "team.toml"), "--area", "ward:North", "--out", str(team / "pack")]) == 2
    assert "wards.geojson" in capsys.readouterr().err.splitlines()[-1]


def test_what_a_configuration_asks_of_a_whole_file_is_still_refused(
    team: Path, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column that is not there is a mistake of the configuration, which only its writer can put right."""
    wrong = (
        (team / "team.toml")
        .read_text()
        .replace('file = "town.geojson"\nname = "name"', 'file = "town.geojson"\nname = "TOWN"')
    )
    (team / "wrong.toml").write_text(wrong)
    assert main(["run", str(team / "wrong.toml"), "--out", str(team / "out2")]) == 2
    assert "no column 'TOWN'" in capsys.readouterr().err


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "noughts": lambda data: bytes(len(data)),
    "another kind": lambda data: b"%PDF-1.4\n" + bytes(500),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("form", ["geojson", "gpkg", "shp", "parquet"])
def test_every_form_of_areas_damaged_in_every_way_is_left_and_the_others_are_built(
    tmp_path: Path, form: str, damage: str
) -> None:
    path = tmp_path / f"wards.{form}"
    frame = squares("North", "South")
    frame.to_parquet(path) if form == "parquet" else frame.to_file(path)
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    tables = {"ward": {"file": path, "name": "name"}, "centre": {"easting": 430000, "northing": 433500, "radius": 9}}
    left: dict[str, InputError] = {}
    assert [*read_layers(tables, left=left)] == ["centre"]
    assert [*left] == ["ward"]
    with pytest.raises(InputError, match="wards"):
        read_layers(tables)


@pytest.mark.parametrize("text", ["", "not a calendar", WHOLE.format(""), WHOLE.format(EVENT), EVENT * 3])
def test_a_calendar_file_that_cannot_be_used_leaves_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    path = tmp_path / "ours.ics"
    path.write_text(text)
    found = read_events({"files": [path], "operations": {"Sea": "2018-07"}}, spare=True)
    assert found["name"].tolist() == ["Sea"]
    assert "ours.ics is left out" in caplog.text
