"""Coordinates with commas, points and gaps, and those whose digits are gone."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots import read_incidents
from hotspots.checks import InputError
from hotspots.reading.coordinates import LOST_DIGITS, judge_coordinates
from hotspots.reading.layouts import load_layout
from hotspots.reading.written_numbers import plain_numbers

METRES = {
    "name": "ours",
    "source": "council cases",
    "columns": {"when": "Date", "category": "Type", "x": "E", "y": "N"},
    "coordinates": {"kind": "metres"},
}


def plain(values: list[str], kind: str = "metres", **options: str) -> list[str]:
    return plain_numbers(pd.Series(values), kind=kind, **options)[0].tolist()


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        (["443,576", "98"], "metres", ["443576", "98"]),
        (["443,576.25"], "metres", ["443576.25"]),
        (["443.576", "430.050"], "metres", ["443576", "430050"]),
        (["443.576,5"], "metres", ["443576.5"]),
        (["443 576", "443\u202f577", "443\u00a0578"], "metres", ["443576", "443577", "443578"]),
        (["443'576", "443’577"], "metres", ["443576", "443577"]),
        (["430050,5"], "metres", ["430050.5"]),
        (["53,8012", "53,801"], "degrees", ["53.8012", "53.801"]),
        (["-1,5478"], "degrees", ["-1.5478"]),
        (["53.801", "-1.5"], "degrees", ["53.801", "-1.5"]),
    ],
)
def test_where_nothing_is_in_doubt_numbers_are_read(values, kind, wanted):
    assert plain(values, kind) == wanted


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["443,576", "430050,5"], "metres"),  # thousands, or decimals
        (["53,8", "-1.5"], "degrees"),
        (["53.801.234"], "degrees"),
        (["1,5,3"], "degrees"),
        (["SE 300 335"], "metres"),
        (["1'5"], "metres"),
    ],
)
def test_where_signs_are_in_doubt_they_stay_and_nothing_is_read(values, kind):
    read = pd.to_numeric(pd.Series(plain(values, kind)), errors="coerce")
    assert read[pd.Series(values).str.contains("[, ']|[.].*[.]", regex=True)].isna().all()


def test_a_point_that_may_stand_between_thousands_is_not_read_as_a_place_at_sea():
    assert plain(["443.576", "430123.45"])[0] == "in doubt"


def test_other_grids_have_small_numbers_so_the_layout_must_say():
    assert plain_numbers(pd.Series(["443,576"]), kind="metres", grid=False)[1] == ""
    assert plain(["443,576"], thousands=",") == ["443576"]
    assert plain(["443,576"], decimal=",") == ["443.576"]
    assert plain(["443.576"], thousands=".") == ["443576"]


@given(st.integers(1_000, 1_299_999), st.sampled_from([",", ".", " ", "'", "\u202f"]))
def test_every_easting_comes_back_whatever_separates_its_thousands(number, sign):
    column = [f"{number:,}".replace(",", sign), f"{654321:,}".replace(",", sign)]
    assert plain(column) == [str(number), "654321"]


@given(st.floats(49.6, 61, allow_nan=False).map(lambda v: round(v, 6)))
def test_every_latitude_comes_back_from_its_decimal_comma(number):
    assert float(plain([repr(number).replace(".", ","), "53,80021"], "degrees")[0]) == number


def write(path, east, north):
    rows = [f'2024-03-01,Noise,"{e}","{n}"' for e, n in zip(east, north, strict=True)]
    path.write_text("\n".join(["Date,Type,E,N", *rows]) + "\n")
    return path


def test_files_are_decided_each_by_itself_and_it_is_said_once(tmp_path, caplog):
    write(tmp_path / "a.csv", ["443,576"], ["433,000"])
    write(tmp_path / "b.csv", ["443.577"], ["433000"])
    used, _ = read_incidents(tmp_path, layout=METRES, as_of="2024-12-31")
    assert used.geometry.x.tolist() == [443_576, 443_577]
    assert caplog.text.count("Commas, points and gaps in coordinates are made plain") == 1
    assert '"443,576" as 443576' in caplog.text


def test_a_file_in_doubt_is_told_which_keys_help(tmp_path, caplog):
    path = write(tmp_path / "a.csv", ["443,576", "430050,5"], ["433000", "433000"])
    _, rejects = read_incidents(path, layout=METRES, as_of="2024-12-31")
    assert rejects["cause"].tolist() == ["unreadable coordinates"] * 2
    assert 'state decimal = "," or thousands = "," under [coordinates]' in caplog.text
    stated = METRES | {"coordinates": {"kind": "metres", "decimal": ",", "thousands": "."}}
    used, _ = read_incidents(path, layout=stated, as_of="2024-12-31")
    assert used.geometry.x.tolist() == [443.576, 430050.5]


@pytest.mark.parametrize("signs", [{"decimal": ";"}, {"thousands": "x"}, {"decimal": ",", "thousands": ","}])
def test_signs_that_cannot_be_are_refused(signs):
    with pytest.raises(InputError, match=r"decimal|thousands"):
        load_layout(METRES | {"coordinates": {"kind": "metres", **signs}})


@pytest.mark.parametrize("lost", ["4.30E+05", "4.3e5", "4,30E+05", "43.0E+04", "4.3E+005"])
@pytest.mark.parametrize("axis", ["E", "N"])
def test_eastings_and_northings_that_lost_their_digits_are_not_used(tmp_path, lost, axis):
    columns = {"E": ["430050"], "N": ["433550"]} | {axis: [lost]}
    _, rejects = read_incidents(
        write(tmp_path / "a.csv", columns["E"], columns["N"]), layout=METRES, as_of="2024-12-31"
    )
    assert rejects[["cause", "value"]].to_numpy().tolist() == [[LOST_DIGITS, f"{columns['E'][0]}, {columns['N'][0]}"]]


@pytest.mark.parametrize(
    ("lon", "lat", "cause"),
    [
        ("-1.55E+00", "53.8012", LOST_DIGITS),
        ("-1.5478", "5.38E+01", LOST_DIGITS),
        ("-1.5478E0", "53.8012", ""),
        ("-8.2e-05", "51.4779", ""),  # beside Greenwich, as pandas writes it
        ("0e0", "0", "coordinates 0,0"),
        ("1e10", "-1e10", "outside Great Britain"),
    ],
)
def test_degrees_must_tell_four_decimals_where_they_have_an_exponent(lon, lat, cause):
    judged = judge_coordinates(pd.Series([lon]), pd.Series([lat]), kind="degrees")
    assert judged["cause"].tolist() == [cause]
