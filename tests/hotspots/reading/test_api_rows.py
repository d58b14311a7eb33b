"""Rows of the police.uk API in every form they reach us in, and tables of which nothing is usable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from hotspots import read_incidents
from hotspots.checks import InputError
from maps.cli import main


def row(number: int, *, ident: str = "", month: str = "2024-03", **changes: Any) -> dict[str, Any]:
    street = {"id": number, "name": f"On or near Street {number}"}
    place = {"latitude": f"53.8{number:03d}", "longitude": f"-1.5{number:03d}", "street": street}
    kind = "burglary" if ident else "anti-social-behaviour"
    whole = {"category": kind, "location": place, "persistent_id": ident, "id": number, "month": month}
    return whole | changes


def read(source: Any, **options: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return read_incidents(source, layout="police.uk-api", as_of="2024-12-31", **options)


def put(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as the ending of the name says; ``_`` in it flattens names with underscores."""
    flat = pd.json_normalize(rows, sep="_" if "_" in path.stem else ".")
    if path.suffix == ".json":
        path.write_text(json.dumps(rows))
    elif path.suffix == ".geojson":
        x, y = (flat[f"location.{axis}"].astype(float) for axis in ("longitude", "latitude"))
        table = flat[["category", "persistent_id", "id", "month"]].assign(street=flat["location.street.name"])
        gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=4326).to_file(path)
    else:
        flat.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["{}.json", "{}.csv", "{}_.csv", "{}.geojson"])
def test_events_of_two_requests_that_overlap_are_counted_once(tmp_path, name):
    north = [row(i) for i in range(8)] + [row(20, ident="f" * 64)]
    south = [row(i) for i in range(4, 12)] + [row(20, ident="f" * 64)]
    files = [put(tmp_path / name.format(k), rows) for k, rows in (("a", north), ("b", south))]
    used, rejects = read(files)
    assert used["category"].value_counts().to_dict() == {"Anti-social behaviour": 12, "Burglary": 1}
    assert rejects["cause"].tolist() == ["duplicate Crime ID"] * 5


def test_a_number_of_the_api_counts_only_on_rows_that_are_the_same(tmp_path):
    other_month = [row(1, month="2024-04")]
    numbered_by_row = [row(2, id=1)]  # a file that numbers its own rows
    files = [put(tmp_path / f"{i}.json", rows) for i, rows in enumerate([[row(1)], other_month, numbered_by_row])]
    assert len(read(files)[0]) == 3


@pytest.mark.parametrize(
    "place", [{"location": None}, {"location": {}}, {"location": {"latitude": None, "longitude": None}}, {}]
)
@pytest.mark.parametrize("together", [True, False])
def test_rows_that_lack_their_place_have_no_coordinates_and_the_others_are_used(tmp_path, place, together):
    bare = [row(i) for i in range(3)]
    for one in bare:
        del one["location"]
        one |= place
    placed = [row(i) for i in range(10, 15)]
    put(tmp_path / "a.json", [*bare, *placed] if together else placed)
    if not together:
        put(tmp_path / "b.json", bare)
    used, rejects = read(tmp_path)
    assert (len(used), rejects["cause"].tolist()) == (5, ["no coordinates"] * 3)


def test_an_answer_without_a_record_is_no_fault_beside_others(tmp_path):
    put(tmp_path / "a.json", [row(1)])
    (tmp_path / "b.json").write_text("[]")
    used, rejects = read(tmp_path)
    assert (len(used), rejects.attrs["rows_by_file"]) == (1, {"a.json": 1, "b.json": 0})
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(InputError, match="there is no record in them"):
        read(tmp_path)


def test_columns_of_another_name_are_a_fault_still(tmp_path):
    rows = [{"category": "burglary", "month": "2024-03", "northwards": 53.8, "id": 1}]
    with pytest.raises(InputError, match=r"lacks the columns? location\.longitude"):
        read(put(tmp_path / "a.csv", rows))
    with pytest.raises(InputError, match=r"lacks the columns? location\.longitude"):
        read(put(tmp_path / "a.json", rows))


@pytest.mark.parametrize("half", [r"\ud83d", r"\udc6e", r"\uD800 x"])
def test_half_of_a_character_is_read_with_the_mark_for_one(tmp_path, half):
    text = json.dumps([row(1), row(2, **{"context": "HALF", "odd KEY": "1"})])
    path = tmp_path / "a.json"
    path.write_text(text.replace("HALF", half).replace("KEY", half).replace("Street 2", f"Street {half}"))
    used, _ = read(path)
    mark = "\ufffd" + half[6:]
    assert used["place"].tolist() == ["On or near Street 1", f"On or near Street {mark}"]
    assert used["raw_context"].iloc[1] == mark
    used.to_csv(tmp_path / "out.csv")  # nothing that no file can hold
    whole = tmp_path / "b.json"
    whole.write_text(text.replace("HALF", r"\ud83d\udc6e"))
    assert read(whole)[0]["raw_context"].iloc[1] == "\U0001f46e"


COUNCIL = """
name = "ours"
source = "council cases"
columns = {when = "Date", category = "Type", x = "E", y = "N"}
coordinates = {kind = "metres"}
"""
NOTHING = {
    "no coordinates": "2024-03-01,Noise,,433000",
    "unreadable coordinates": "2024-03-01,Noise,somewhere,433000",
    "coordinates that lost their digits": "2024-03-01,Noise,4.30E+05,433000",
    "coordinates 0,0": "2024-03-01,Noise,0,0",
    "degrees in metre columns": "2024-03-01,Noise,-1.5,53.8",
    "outside Great Britain": "2024-03-01,Noise,9430000,433000",
    "unreadable date": "soon,Noise,430000,433000",
    "day and month ambiguous": "03/04/2024,Noise,430000,433000",
    "future date": "2199-03-01,Noise,430000,433000",
    "wrong number of fields": "2024-03-01,Noise",
    "files without rows": "",
}


@pytest.mark.parametrize(("cause", "line"), NOTHING.items())
def test_check_stops_a_script_where_no_row_can_be_used_and_says_so_once(tmp_path, capsys, cause, line):
    (tmp_path / "layout.toml").write_text(COUNCIL)
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Date,Type,E,N", *[line] * (20 if line else 0)]) + "\n")
    assert main(["check", str(path), "--layout", str(tmp_path / "layout.toml")]) == 2
    said = capsys.readouterr()
    assert f"No row of these files can be used. Given: {'20 rows: ' if line else ''}{cause}" in said.err
    assert said.err.count("cannot be used: ") <= 1
    assert "Traceback" not in said.err
