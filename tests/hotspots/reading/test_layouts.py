from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Point, Polygon

from hotspots.checks import CRS, InputError
from hotspots.reading._address_lookup import fold_key
from hotspots.reading.coordinates import describe_operation, judge_coordinates, make_points
from hotspots.reading.dates import cap_precision, join_times, parse_dates
from hotspots.reading.incidents import read_incidents
from hotspots.reading.layout_fit import describe_fit, fit_layout, suggest_layouts
from hotspots.reading.layouts import list_layouts, load_layout

MEMPHIS = {
    "source": "Memphis police",
    "target": "EPSG:32136",
    "columns": {"incident_id": "uid", "when": "date", "category": "offense_type"},
    "coordinates": {"kind": "geometry"},
}
OWN: dict[str, Any] = {
    "name": "ours",
    "source": "ours",
    "unit": "case",
    "columns": {"incident_id": "Ref", "when": "Opened", "category": "Type", "x": "E", "y": "N"},
    "coordinates": {"kind": "metres"},
}


def read_text(tmp_path: Path, text: str, **layout: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return read_incidents(path, layout=OWN | layout, as_of="2025-01-01")


@pytest.mark.parametrize("name", list_layouts())
def test_every_packaged_layout_loads_and_says_what_it_is(name: str) -> None:
    layout = load_layout(name)
    assert layout.name == name
    assert layout.description
    assert layout.source


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ({"dates": {"formats": "%d/%m/%Y"}}, r"'formats' must be a list of texts .given: '%d/%m/%Y'"),
        ({"skip": "*.txt"}, r"'skip' must be a list of texts .given: '\*.txt'"),
        ({"columns": OWN["columns"] | {"when": 5}}, r"column of 'when' must be a name, .* .given: 5;"),
    ],
)
def test_a_text_where_a_list_belongs_is_named(layout: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_layout(OWN | layout)


def test_a_layout_with_mistakes_names_all_of_them() -> None:
    bad = {"sorce": "x", "columns": {"when": "d", "wen": "d"}, "coordinates": {"kind": "feet"}, "unit": "row"}
    with pytest.raises(InputError) as error:
        load_layout(bad)
    for part in ("'sorce'", "try: 'source'", "'wen' in [columns]", "try: 'when'"):
        assert part in str(error.value)
    with pytest.raises(InputError) as error:
        load_layout({"columns": {"when": "d"}, "coordinates": {"kind": "feet"}, "unit": "row"})
    for part in ("'feet'", "degrees, geometry", "'row'", "'category'"):
        assert part in str(error.value)


def test_an_unknown_layout_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"police\.uk"):
        load_layout("police_uk")


def test_a_layout_may_come_from_a_file_and_build_on_another(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'base = "council-asb-cases"\nsource = "Leeds LASBT"\n[columns]\nwhen = "Logged"\n', encoding="utf-8-sig"
    )
    layout = load_layout("mine.toml", folder=tmp_path)
    assert (layout.source, layout.columns["when"], layout.unit) == ("Leeds LASBT", ("Logged",), "case")
    assert "Case Reference" in layout.columns["incident_id"]


@pytest.mark.parametrize(
    ("text", "formats", "when", "precision", "cause"),
    [
        ("2024-03-04", (), "2024-03-04", "day", ""),
        ("2024-03-04T05:06", (), "2024-03-04 05:06", "minute", ""),
        ("2024-03-04 05:06:07.123", (), "2024-03-04 05:06:07", "minute", ""),
        ("2024-07-04T05:06:07Z", (), "2024-07-04 06:06:07", "minute", ""),
        ("2024-01-04T05:06:07+00:00", (), "2024-01-04 05:06:07", "minute", ""),
        ("03/04/2024", (), None, "", "day and month ambiguous"),
        ("03/04/2024", ("%d/%m/%Y",), "2024-04-03", "day", ""),
        ("03/04/2024", ("%m/%d/%Y",), "2024-03-04", "day", ""),
        ("03/04/2024", ("%d/%m/%Y", "%m/%d/%Y"), None, "", "day and month ambiguous"),
        ("05/05/2024", (), "2024-05-05", "day", ""),
        ("31/01/2024", (), "2024-01-31", "day", ""),
        ("31/01/2024", ("%m/%d/%Y",), None, "", "unreadable date"),
        ("3 Apr 2024", ("%d %b %Y",), "2024-04-03", "day", ""),
        ("3 Apf 2024", ("%d %b %Y",), None, "", "unreadable date"),
        ("31 Feb 2024", ("%d %b %Y",), None, "", "unreadable date"),
        ("3 April 2024 4:05 PM", ("%d %B %Y %I:%M %p",), "2024-04-03 16:05", "minute", ""),
        ("45385.5", ("excel",), "2024-04-03 12:00", "minute", ""),
        ("31/02/2024", ("%d/%m/%Y",), None, "", "unreadable date"),
        ("0024-01-01", (), None, "", "unreadable date"),
        ("", (), None, "", "unreadable date"),
    ],
)
def test_dates_are_read_as_the_layout_says_and_never_guessed(
    text: str, formats: tuple[str, ...], when: str | None, precision: str, cause: str
) -> None:
    row = parse_dates(pd.Series([text]), formats=formats).iloc[0]
    assert row["when"] == pd.Timestamp(when) if when else pd.isna(row["when"])
    assert (row["precision"], row["cause"]) == (precision, cause)


@given(st.datetimes(min_value=pd.Timestamp("1950-01-01"), max_value=pd.Timestamp("2090-01-01")))
@settings(max_examples=50, deadline=None)
def test_any_moment_written_day_first_is_read_back(moment: pd.Timestamp) -> None:
    text = moment.strftime("%d/%m/%Y %H:%M")
    row = parse_dates(pd.Series([text]), formats=["%d/%m/%Y %H:%M"]).iloc[0]
    assert row["when"] == moment.replace(second=0, microsecond=0)
    unstated = parse_dates(pd.Series([text])).iloc[0]
    assert unstated["cause"] == "day and month ambiguous" or unstated["when"] == row["when"]


def test_a_source_of_days_has_no_clock_and_one_of_months_no_day() -> None:
    dates = parse_dates(pd.Series(["2024-03-02 22:15", "2024-03-02", "2024-03", ""]))
    days = cap_precision(dates, "day")
    assert days["precision"].tolist() == ["day", "day", "month", ""]
    assert days["when"].tolist()[:3] == [*[pd.Timestamp("2024-03-02")] * 2, pd.Timestamp("2024-03-01")]
    months = cap_precision(dates, "month")
    assert months["precision"].tolist() == ["month", "month", "month", ""]
    assert months["when"].tolist()[:3] == [pd.Timestamp("2024-03-01")] * 3


def test_times_of_a_separate_column_are_kept_and_bad_ones_leave_a_day() -> None:
    days = parse_dates(pd.Series(["2024-03-01"] * 5))
    joined = join_times(days, pd.Series(["22:15", "0730", "25:00", "", "09:05:59"]))
    assert joined["precision"].tolist() == ["minute", "minute", "day", "day", "minute"]
    assert joined["when"].dt.strftime("%H:%M").tolist() == ["22:15", "07:30", "00:00", "00:00", "09:05"]


def test_metres_layout_names_degrees_and_places_beyond_the_grid(tmp_path: Path) -> None:
    places = ["430000,433000", "-1.5,53.8", "9e9,1"]
    text = "\n".join(["Ref,Opened,Type,E,N", *(f"{i},2024-01-02,Noise,{p}" for i, p in enumerate(places))])
    incidents, rejects = read_text(tmp_path, text)
    assert (incidents.geometry.x[0], incidents.geometry.y[0]) == (430000, 433000)
    assert rejects["cause"].tolist() == ["degrees in metre columns", "outside Great Britain"]
    assert incidents["raw_unit"].tolist() == ["case"]


def test_semicolons_and_decimal_commas_are_not_mistaken_for_columns(tmp_path: Path) -> None:
    incidents, rejects = read_text(tmp_path, "Ref;Opened;Type;E;N\n1;2024-01-02;Noise;430000;433000\n")
    assert (len(incidents), len(rejects)) == (1, 0)


def test_a_key_finds_its_place_in_the_look_up(tmp_path: Path) -> None:
    (tmp_path / "uprn.csv").write_text("UPRN,X,Y\n0012,430000,433000\n13,430100,433100\n13,1,1\n")
    own = {
        "columns": {"incident_id": "Ref", "when": "Opened", "category": "Type", "key": "UPRN"},
        "coordinates": {"kind": "key"},
        "lookup": {"file": str(tmp_path / "uprn.csv"), "key": "UPRN", "x": "X", "y": "Y", "type": "uprn"},
    }
    text = "Ref,Opened,Type,UPRN\n1,2024-01-02,Noise,12\n2,2024-01-02,Noise,99\n3,2024-01-02,Noise,13\n"
    incidents, rejects = read_text(tmp_path, text, **own)
    assert incidents["incident_id"].tolist() == ["1"]
    assert incidents.geometry.x.tolist() == [430000]
    assert rejects[["cause", "value"]].values.tolist() == [["no coordinates", "key 99"], ["no coordinates", "key 13"]]


def test_rows_without_a_key_do_not_get_the_place_of_a_blank_key(tmp_path: Path, caplog) -> None:
    (tmp_path / "uprn.csv").write_text("UPRN,X,Y\n12,430000,433000\n,430100,433100\n000,430200,433200\n")
    own = {
        "columns": {"incident_id": "Ref", "when": "Opened", "category": "Type", "key": "UPRN"},
        "coordinates": {"kind": "key"},
        "lookup": {"file": str(tmp_path / "uprn.csv"), "key": "UPRN", "x": "X", "y": "Y", "type": "uprn"},
    }
    text = "Ref,Opened,Type,UPRN\n1,2024-01-02,Noise,12\n2,2024-01-02,Noise,\n"
    incidents, rejects = read_text(tmp_path, text, **own)
    assert incidents["incident_id"].tolist() == ["1"]
    assert rejects["incident_id"].tolist() == ["2"]
    assert "stand at several places" not in caplog.text
    (tmp_path / "uprn.csv").write_text("UPRN,X,Y\n12,430000,433000\n,430100,433100\n")
    assert len(read_text(tmp_path, text, **own)[0]) == 1


def test_blank_coordinates_fall_back_on_the_postcode(tmp_path: Path) -> None:
    table = pd.DataFrame({"pcd": ["LS1 4AP"], "lon": ["-1.55"], "lat": ["53.8"]})
    own = {
        "columns": OWN["columns"] | {"key": "Postcode"},
        "lookup": {"file": table, "key": "pcd", "x": "lon", "y": "lat", "type": "postcode", "kind": "degrees"},
    }
    text = "Ref,Opened,Type,E,N,Postcode\n1,2024-01-02,Noise,,,ls14ap\n2,2024-01-02,Noise,430000,433000,ls14ap\n"
    incidents, rejects = read_text(tmp_path, text, **own)
    assert rejects.empty
    assert incidents.geometry.x.between(429000, 431000).all()
    assert incidents.geometry.x[1] == 430000


def test_keys_fold() -> None:
    assert fold_key("ST. JOHN'S RD", kind="street") == fold_key("st johns road", kind="street")
    assert fold_key(" The  Corn Exchange", kind="text") == fold_key("the corn exchange ", kind="text")


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "Ref": ["1", "2", "3", "4"],
            "Opened": pd.to_datetime(["2024-01-02 03:04"] * 4),
            "Type": ["Noise", "Noise", "=1+1", "Noise"],
        },
        geometry=[Point(430000, 433000), MultiPoint([(430100, 433000)]), None, Polygon([(0, 0), (1, 0), (1, 1)])],
        crs=CRS,
    )


@pytest.mark.parametrize("crs", [CRS, "EPSG:4326", "EPSG:3857"])
@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_spatial_formats_read_with_times_and_every_row_accounted_for(tmp_path: Path, suffix: str, crs: str) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"a.{suffix}"
    data = frame().to_crs("EPSG:4326" if suffix == "geojson" else crs)
    data.to_parquet(path) if suffix == "parquet" else data.to_file(path)
    own = {"columns": {k: OWN["columns"][k] for k in ("incident_id", "when", "category")}}
    incidents, rejects = read_incidents(path, layout=OWN | own | {"coordinates": {"kind": "geometry"}})
    assert incidents["incident_id"].tolist() == ["1", "2"]
    assert incidents["when"][0] == pd.Timestamp("2024-01-02 03:04")
    assert incidents.geometry.distance(frame().geometry[:2]).max() < 0.2
    assert rejects[["line", "cause", "category"]].values.tolist() == [
        [4, "no coordinates", "=1+1"],
        [5, "unreadable coordinates", "Noise"],
    ]


def test_excel_reads_dates_numbers_and_the_sheet_asked_for(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "Ref": [1, 2],
            "Opened": pd.to_datetime(["2024-01-02", "2024-04-03"]),
            "Type": ["Noise", "Dogs"],
            "E": [430000.5, None],
            "N": [433000, None],
        }
    )
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"about": ["nothing"]}).to_excel(writer, sheet_name="Notes", index=False)
        rows.to_excel(writer, sheet_name="Data", index=False)
    incidents, rejects = read_incidents(path, layout=OWN | {"sheet": "Data"})
    assert incidents.iloc[0][["incident_id", "precision"]].tolist() == ["1", "day"]
    assert incidents.geometry.x[0] == 430000.5
    assert rejects[["line", "cause"]].values.tolist() == [[3, "no coordinates"]]
    assert rejects["when"].tolist() == [pd.Timestamp("2024-04-03")]
    with pytest.raises(InputError, match="Notes, Data"):
        read_incidents(path, layout=OWN | {"sheet": "Daten"})


def test_the_api_as_json_reads_like_its_csv(tmp_path: Path) -> None:
    record = (
        '{"category":"violent-crime","persistent_id":"p1","month":"2020-09",'
        '"location":{"latitude":"53.8","longitude":"-1.56",'
        '"street":{"id":1,"name":"On or near Royal Park Grove"}},'
        '"id":5,"outcome_status":null}'
    )
    (tmp_path / "a.json").write_text(f"[{record}]")
    incidents, _ = read_incidents(tmp_path / "a.json", layout="police.uk-api")
    row = incidents.iloc[0]
    assert (row["incident_id"], row["category"]) == ("p1", "Violence and sexual offences")
    assert row["place"] == "On or near Royal Park Grove"
    assert row["raw_category"] == "violent-crime"


def test_fit_says_what_was_found_and_suggests_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Ref,Opend,Type,E,N\n1,03/04/2024,Noise,430000,433000\n")
    fit = fit_layout(path, layout=OWN).set_index("meaning")
    assert fit.loc["when", ["found", "nearest"]].tolist() == ["", "Opend"]
    assert fit.loc["x", "found"] == "E"
    fit = fit_layout(path, layout=OWN | {"columns": OWN["columns"] | {"when": "Opend"}}).set_index("meaning")
    assert fit.loc["when", "readable"] == 0


def test_the_35_months_of_the_api_file(shared_data: Path) -> None:
    path = shared_data / "police_uk" / "leeds_north_west_violent_2018_2021.zip"
    incidents, rejects = read_incidents(path, layout="police.uk-api")
    assert len(incidents) + len(rejects) == 6_128
    assert incidents["when"].nunique() == 35
    assert set(incidents["category"]) == {"Violence and sexual offences"}
    # One ID of August 2020 came back, revised, in September: the latest stays.
    assert rejects["cause"].tolist() == ["duplicate Crime ID"]
    twice = rejects["incident_id"].iloc[0]
    assert incidents.set_index("incident_id").loc[twice, "when"] == pd.Timestamp("2020-09-01")


def test_stats19_reads_with_its_clock(shared_data: Path) -> None:
    path = shared_data / "timed" / "leeds_road_collisions_2019_2023.csv.gz"
    incidents, rejects = read_incidents(path, layout="stats19")
    assert (len(incidents), len(rejects)) == (6_900, 0)
    first = incidents.set_index("incident_id").loc["2019131901350"]
    assert (first["when"], first["precision"]) == (pd.Timestamp("2019-09-27 14:55"), "minute")
    assert suggest_layouts(path)["layout"][0] == "stats19"


def test_memphis_reads_with_its_clock_in_its_own_metres(shared_data: Path) -> None:
    path = shared_data / "timed" / "memphis_robberies_2019.geojson"
    incidents, rejects = read_incidents(path, layout=MEMPHIS)
    assert len(incidents) + len(rejects) == 2_245
    assert rejects.empty
    assert incidents.crs == "EPSG:32136"
    assert incidents["when"][0] == pd.Timestamp("2019-01-01 01:30")
    assert incidents["precision"].eq("minute").all()
    incidents, rejects = read_incidents(path, layout={k: v for k, v in MEMPHIS.items() if k != "target"})
    assert rejects["cause"].unique().tolist() == ["outside Great Britain"]


def test_a_month_that_excel_made_a_day_stays_a_month(tmp_path: Path) -> None:
    rows = {"Month": pd.to_datetime(["2024-03-01"]), "Longitude": [-1.5], "Latitude": [53.8], "Crime type": "Drugs"}
    pd.DataFrame(rows).to_excel(tmp_path / "a.xlsx", index=False)
    incidents, _ = read_incidents(tmp_path / "a.xlsx")
    assert incidents[["when", "precision"]].values.tolist() == [[pd.Timestamp("2024-03-01"), "month"]]


def test_ids_that_excel_rewrote_never_make_duplicates(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = "\n".join(f"2.01913E+12,2024-01-02,Noise,{430000 + i},433000" for i in range(3))
    incidents, rejects = read_text(tmp_path, f"Ref,Opened,Type,E,N\n{rows}\n")
    assert incidents["incident_id"].tolist() == ["a.csv:2", "a.csv:3", "a.csv:4"]
    assert rejects.empty
    assert "3 IDs were rewritten by Excel" in caplog.text


def test_a_file_in_which_most_rows_share_an_id_is_spoken_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = "\n".join(f"7,2024-01-02,Noise,{430000 + i},433000" for i in range(3))
    _, rejects = read_text(tmp_path, f"Ref,Opened,Type,E,N\n{rows}\n")
    assert len(rejects) == 2
    assert "leave incident_id out of the layout" in caplog.text


def test_the_fit_in_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Ref,Opened,Typ,E,N\n1,03/04/2024,Noise,430000,433000\n2,2024-01-01,Noise,1,1\n")
    assert describe_fit(fit_layout(path, layout=OWN)) == [
        "a.csv: 4 of the layout's 5 columns found.",
        "a.csv: 50% of the dates in Opened can be read.",
        "a.csv: no column for 'category' (Type), which is needed; the nearest name is Typ.",
    ]


def test_a_header_below_a_title_is_read_from_its_line(tmp_path: Path) -> None:
    title, names = "Cases of the week,,,,\n,,,,\n", "Ref,Opened,Type,E,N\n"
    text = title + names + "1,2024-01-02,Noise,430000,433000\n2,2024-01-02,Noise,,\n"
    incidents, rejects = read_text(tmp_path, text, header=3)
    assert (incidents["incident_id"].tolist(), rejects["line"].tolist()) == (["1"], [5])
    with pytest.raises(InputError, match="header = the number of their line"):
        read_text(tmp_path, text)
    with pytest.raises(InputError, match="number of the header's line"):
        read_text(tmp_path, text, header=0)
    sheet = pd.DataFrame([x.split(",") for x in text.splitlines()]).replace("", None)
    sheet.to_excel(tmp_path / "a.xlsx", index=False, header=False)
    incidents, rejects = read_incidents(tmp_path / "a.xlsx", layout=OWN | {"header": 3})
    assert (incidents["incident_id"].tolist(), rejects["line"].tolist()) == (["1"], [5])


def test_the_operation_used_for_coordinates_can_be_told() -> None:
    assert "British National Grid" in describe_operation()
    assert "accuracy" in describe_operation()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "EPSG:0"}, "no such coordinate reference system"),
        ({"target": "EPSG:4326", "coordinates": {"kind": "degrees"}}, "in metres"),
        ({"columns": OWN["columns"] | {"key": "E"}}, "needs a \\[lookup\\]"),
        ({"lookup": {"file": "x.csv"}}, "needs 'key' and 'x' and 'y'"),
        ({"lookup": {"file": "none.csv", "key": "k", "x": "x", "y": "y"}, "columns": {"key": "PC"}}, "not there"),
        (
            {"lookup": {"file": "x.csv", "key": "k", "x": "x", "y": "y", "type": "uprm"}, "columns": {"key": "PC"}},
            "Unknown type of look-up key.*uprm.*uprn, usrn, postcode, street, text",
        ),
        ({"columns": "Ref"}, "must be a table"),
        ({"base": "police"}, "does not exist"),
    ],
)
def test_a_layout_that_cannot_work_says_why(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    if isinstance(change.get("columns"), dict):
        change = change | {"columns": OWN["columns"] | change["columns"]}
    with pytest.raises(InputError, match=words):
        read_text(tmp_path, "Ref,Opened,Type,E,N,PC\n1,2024-01-02,Noise,,,a\n2,2024-01-02,Noise,1.5,53,b\n", **change)


def test_a_layout_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("name = \n")
    with pytest.raises(InputError, match=r"not valid TOML.*own\.toml"):
        load_layout("own.toml", folder=tmp_path)


def test_metres_of_another_grid_are_judged_by_no_british_bounds() -> None:
    x, y = pd.Series(["595000", "0", "1;5"]), pd.Series(["5962000", "0", "5"])  # Leeds, far north of ours
    judged = judge_coordinates(x, y, kind="metres", target="EPSG:32630")
    assert judged["cause"].tolist() == ["", "coordinates 0,0", "unreadable coordinates"]
    assert judge_coordinates(x, y, kind="metres")["cause"].tolist()[0] == "outside Great Britain"
    assert len(make_points([], [], crs="EPSG:29903")) == 0


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("-7.55716", "49.76681"),  # by OSTN15, where the Ordnance Survey's transformer puts 0,0
        ("-7.5571599", "49.7668072"),
        ("-7.5564", "49.7661"),  # moved without a shift of datum
        ("-7.557", "49.767"),
    ],
)
def test_the_origin_of_the_grid_is_no_place_in_degrees_either(lon: str, lat: str) -> None:
    x, y = (pd.Series([lon, "-6.3", "-7.55716"]), pd.Series([lat, "49.92", "49.80"]))  # beside Scilly, and the sea
    judged = judge_coordinates(x, y, kind="degrees")
    assert judged["cause"].tolist() == ["coordinates 0,0", "", ""]
    numbers = judge_coordinates(x.astype(float), y.astype(float), kind="degrees")
    assert numbers["cause"].tolist() == judged["cause"].tolist()


def test_the_origin_of_the_grid_is_no_place_in_the_metres_of_web_maps() -> None:
    x, y = pd.Series(["-841259.2", "-170000"]), pd.Series(["6405988.5", "7120000"])
    judged = judge_coordinates(x, y, kind="metres", crs="EPSG:3857")
    assert judged["cause"].tolist() == ["coordinates 0,0", ""]
