"""Further sheets go through the gate: no sensitive name, small count, or column of a stranger's."""

from __future__ import annotations

import zipfile
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots import read_incidents
from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
COUNTED = ("Records by kind", "Priorities", "Unknown categories", "Repeat points")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """1,500 records of one month, two of them rapes; three premises with a licensee and a telephone."""
    folder = tmp_path_factory.mktemp("gate")
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        text = archive.read("2018-07/2018-07-leeds-street.csv").decode()
    head, *rows = text.splitlines()[:1501]
    chosen = [i for i, row in enumerate(rows) if row.endswith(",Burglary")][:2]
    for i in chosen:
        rows[i] = f"{rows[i].removesuffix('Burglary')}Rape"
    assert len(chosen) == 2
    (folder / "july.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    incidents, _ = read_incidents(folder / "july.csv")
    busy = incidents.geometry.value_counts()
    few = busy.index[busy.eq(2)][0]
    shapes = gpd.GeoSeries([*busy.index[:2], few], crs="EPSG:27700")
    people = {"licensee": "LICENSEE-SECRET", "phone": "0113 SECRET"}
    pubs = gpd.GeoDataFrame({"name": ["The First", "The Second", "The Quiet"], **people}, geometry=shapes)
    pubs.to_file(folder / "pubs.gpkg")
    return folder


def run(folder: Path, profile: str) -> dict[str, pd.DataFrame]:
    text = (
        "as_of = 2018-08-31\n[incidents]\nfiles = 'july.csv'\n[hotspots]\ncount = 5\nresamples = 0\n"
        f"[areas.ward]\nfile = '{DEMO / 'leeds_best_fit_wards.geojson'}'\nname = 'ward'\n"
        "[premises.pubs]\nfile = 'pubs.gpkg'\ndistance = 1\n"
        f"[output]\ndrafts = 0\nprofile = '{profile}'\n"
    )
    (folder / "team.toml").write_text(text, encoding="utf-8")
    out = folder / profile
    assert main(["run", str(folder / "team.toml"), "--out", str(out)]) == 0
    return pd.read_excel(out / "tables.xlsx", sheet_name=None, header=None)


def texts(sheets: dict[str, pd.DataFrame]) -> str:
    return " | ".join(str(cell) for sheet in sheets.values() for cell in sheet.to_numpy().ravel())


@pytest.mark.parametrize("profile", ["partner", "public"])
def test_sheets_whose_small_numbers_cannot_be_hidden_are_left_out_and_named(folder, profile):
    sheets = run(folder, profile)
    assert not set(sheets) & set(COUNTED)
    assert not [name for name in sheets if name.startswith("Severity by")]
    weights = pd.DataFrame(sheets["Weights used"].iloc[3:, 1:].to_numpy())  # kinds and weights, no numbers
    assert "Records (number)" not in sheets["Weights used"].iloc[2].tolist()
    assert weights[0].eq("Kinds of few records (not named)").sum() == 1  # the two rapes are in it
    said = texts(sheets)
    assert "Rape" not in said
    assert "Not in this workbook" in said
    assert "Severity by ward" in said
    cover = sheets["Coverage"].to_numpy().ravel().tolist()
    assert "(all)" in cover
    assert 1500 in cover


def test_what_officers_do_and_plan_is_not_for_the_public(folder):
    assert "What more officers add" not in run(folder, "public")
    assert "What more officers add" in run(folder, "partner")


@pytest.mark.parametrize("profile", ["open", "partner", "public"])
def test_premises_tell_their_name_and_numbers_and_nothing_else(folder, profile):
    sheets = run(folder, profile)
    assert "SECRET" not in texts(sheets)
    pubs = sheets["Premises pubs"]
    rows = {row[1]: row for row in pubs.to_numpy().tolist()}
    assert {"The First", "The Second", "The Quiet"} <= set(rows)
    if profile == "open":
        assert 2 in rows["The Quiet"][2:]
    else:  # two records are few: they go with harm and share, and nobody's cumulative share tells them
        assert "not shown" in rows["The Quiet"]
        assert 2 not in rows["The Quiet"][2:]
        heads = pubs.iloc[2].tolist()
        assert pubs.iloc[3:, heads.index("Cumulative share")].isna().all()


def test_every_file_hides_the_same_areas(folder):
    run(folder, "partner")
    out = folder / "partner"
    rows = pd.read_csv(out / "areas.csv").set_index("code")["incidents"]
    layer = gpd.read_file(out / "hotspots.gpkg", layer="ward").set_index("code")["incidents"]
    sheet = pd.read_excel(out / "tables.xlsx", sheet_name="Areas", header=2).set_index("Code")["Records (number)"]
    hidden = set(rows.index[rows.isna()])
    assert hidden  # 1,500 records over 33 wards: some hold a handful
    assert set(layer.index[layer.isna()]) == hidden
    assert set(sheet.index[sheet.eq("not shown")]) == hidden


@pytest.mark.parametrize("profile", ["internal", "partner", "public"])
def test_a_list_of_sensitive_cases_alone_does_not_leave(folder, profile, capsys):
    plain = run(folder, profile)
    text = (folder / "team.toml").read_text(encoding="utf-8")
    text += "[profiles.unsaid]\ntitle = 'The worst'\ncategories = ['Rape']\n"
    text += "[profiles.asb]\ntitle = 'ASB'\ncategories = ['Anti-social behaviour']\n"
    (folder / "lists.toml").write_text(text, encoding="utf-8")
    out = folder / f"lists-{profile}"
    capsys.readouterr()
    assert main(["run", str(folder / "lists.toml"), "--out", str(out)]) == 0
    said = capsys.readouterr().err
    sheets = pd.read_excel(out / "tables.xlsx", sheet_name=None, header=None)
    assert "Hotspots ASB" in set(sheets) - set(plain)
    assert ("Hotspots The worst" in sheets) == (profile == "internal")
    names = [path.read_bytes() for path in (out / "map.html", out / "hotspots.gpkg", out / "tables.xlsx")]
    assert any(b"The worst" in name or b"unsaid" in name for name in names) == (profile == "internal")
    assert ("The worst" in texts(sheets)) == (profile == "internal")
    assert ("The list 'The worst' is of sensitive cases" in said) == (profile != "internal")
