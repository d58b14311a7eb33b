"""The workbook: formatted, with units, nothing read as a formula, the same bytes each time."""

from __future__ import annotations

import zipfile

import openpyxl
import pandas as pd
import pytest
from map_examples import HOSTILE, make_spots

from hotspots.checks import InputError
from maps.tables.workbook import write_tables


def write(tmp_path, sheets, **options):
    options = {"profile": "open", "as_of": "2018-07-31"} | options
    path = write_tables(tmp_path / "tables.xlsx", sheets, **options)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "{="])
def test_text_that_looks_like_a_formula_stays_text(tmp_path, start):
    text = f'{start}HYPERLINK("http://example.org","x")'
    book = write(tmp_path, {"Hotspots": make_spots(1, name=[text])})
    sheet = book["Hotspots"]
    cell = sheet.cell(4, 3)
    assert cell.data_type == "s"
    assert cell.value == text.strip()
    for part in zipfile.ZipFile(tmp_path / "tables.xlsx").namelist():
        if "worksheets" in part:
            assert b"<f>" not in zipfile.ZipFile(tmp_path / "tables.xlsx").read(part)


def test_headings_carry_units_and_numbers_are_numbers(tmp_path):
    sheet = write(tmp_path, {"Hotspots": make_spots(2)})["Hotspots"]
    heads = [c.value for c in sheet[3]]
    assert heads[:4] == ["Rank (1 the worst)", "Reference", "Name", "Records (number)"]
    assert "Harm score (days)" in heads
    row = dict(zip(heads, [c.value for c in sheet[4]], strict=True))
    assert row["Records (number)"] == 100
    assert row["Share of records (%)"] == 0.1
    assert sheet.cell(4, heads.index("Share of records (%)") + 1).number_format == "0.0%"
    assert sheet.freeze_panes == "A4"


def test_the_same_input_gives_the_same_bytes(tmp_path):
    data = []
    for i in (1, 2):
        path = tmp_path / f"{i}.xlsx"
        write_tables(path, {"Hotspots": make_spots()}, profile="open", as_of="2018-07-31")
        data.append(path.read_bytes())
    assert data[0] == data[1]


def test_first_sheet_says_what_is_counted_and_for_whom(tmp_path):
    book = write(
        tmp_path,
        {"Hotspots": make_spots()},
        profile="partner",
        statement="Crimes in July 2018",
        notes={"Hotspots": "Worst first."},
    )
    said = " ".join(str(c.value) for row in book["About"] for c in row if c.value)
    assert "OFFICIAL-SENSITIVE" in said
    assert "Crimes in July 2018" in said
    assert "Worst first." in said
    assert book.properties.category == "OFFICIAL-SENSITIVE"
    assert "OFFICIAL-SENSITIVE" in book["Hotspots"].oddHeader.center.text
    assert book.properties.created.isoformat().startswith("2018-07-31")


def test_small_numbers_are_words_and_unneeded_columns_are_gone(tmp_path):
    spots = make_spots(3, incidents=[40, 3, 4], raw_Victim=["SECRET"] * 3)
    sheet = write(tmp_path, {"Hotspots": spots}, profile="partner")["Hotspots"]
    assert [sheet.cell(r, 4).value for r in (4, 5, 6)] == [40, "not shown", "not shown"]
    assert "SECRET" not in str([[c.value for c in row] for row in sheet])


def test_other_tables_need_their_columns_named(tmp_path):
    frame = pd.DataFrame({"month": ["July 2018"], "incidents": [12], "officer": ["SECRET"]})
    book = write(
        tmp_path, {"By month": frame}, kinds={"By month": "table"}, columns={"By month": ["month", "incidents"]}
    )
    assert [c.value for c in book["By month"][3]] == ["Month", "Records (number)"]


def test_headings_say_what_people_say_and_asb_incidents_stay(tmp_path):
    columns = ["ASB incidents", "incidents from council", "comparator_before", "incidents_to"]
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=columns)
    book = write(tmp_path, {"Kinds": frame}, kinds={"Kinds": "table"}, columns={"Kinds": columns})
    assert [c.value for c in book["Kinds"][3]] == [
        "ASB incidents",
        "Records from council",
        "Comparison area before",
        "Records, high end of the range",
    ]


def test_hostile_names_and_empty_tables_are_written(tmp_path):
    book = write(tmp_path, {f"Hotspots {HOSTILE}": make_spots(1, name=[HOSTILE]), "Wards": make_spots().iloc[:0]})
    assert book.worksheets[1].cell(4, 3).value == HOSTILE
    assert book.worksheets[2].max_row >= 3


def test_an_unknown_profile_is_named(tmp_path):
    with pytest.raises(InputError, match="'partner'"):
        write(tmp_path, {"Hotspots": make_spots()}, profile="partners")


def test_sheets_that_excel_takes_for_one_are_numbered_and_none_is_lost(tmp_path):
    long = "Hotspots Nuisance motorcycles in parks"
    names = [f"{long} by day", f"{long} by night", "Wards", "WARDS", "About", "Hotspots [a]", "Hotspots -a-"]
    path = write_tables(
        tmp_path / "t.xlsx",
        {name: make_spots(1) for name in names},
        profile="open",
        kinds=dict.fromkeys(names, "spots"),
        notes={names[1]: "The second list."},
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "About",
        "Hotspots Nuisance motorcycles i",  # 31 characters
        "Hotspots Nuisance motorcycl (2)",
        "Wards",
        "WARDS (2)",
        "About (2)",
        "Hotspots -a-",
        "Hotspots -a- (2)",
    ]
    notes = {row[0].value: row[1].value for row in book["About"].iter_rows(max_col=2)}
    assert notes["Hotspots Nuisance motorcycl (2)"] == "The second list."


def test_rates_say_per_what_and_what_is_counted(tmp_path):
    table = pd.DataFrame({"code": ["E1"], "name": ["Armley"], "incidents": [60], "rate": [6.0]})
    table = table.assign(rate_from=4.6, rate_to=7.7, rate_shrunk=6.1)
    heads = [c.value for c in write(tmp_path, {"Areas": table})["Areas"][3]]
    assert "Rate (records per 1,000 residents)" in heads
    assert "Rate, low end of the range (records per 1,000 residents)" in heads
    table.attrs["per"] = 100
    heads = [c.value for c in write(tmp_path, {"Areas": table})["Areas"][3]]
    assert "Rate, steadied (records per 100 residents)" in heads
