"""Harm only where there are weights: a council's cases are counted, and nothing calls the sum days."""

from __future__ import annotations

import json
import logging
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries import summarise_areas
from hotspots import draft_plan, find_hotspots, weigh_incidents
from hotspots.checks import ASB, count_weighed
from hotspots.severity.by_area import tabulate_severity
from hotspots.severity.weighed_kinds import add_harm, say_weights
from maps import draw_map
from maps.cli import main

CLAIMS = re.compile(r"\bharm\b|sentence days?|in prison|most harmful", re.IGNORECASE)
ONCE = "None of these kinds has a weight in the harm index (cchi-2026): everything here is counted, not weighed."
IN_PLANS = "None of these kinds has a weight in a harm index: records are counted, not weighed."
LAYOUT = """
name = "ours"
source = "{source}"
unit = "{unit}"
[columns]
incident_id = "Ref"
when = "Date"
category = "Type"
place = "Street"
x = "Easting"
y = "Northing"
[coordinates]
kind = "metres"
[dates]
formats = ["%d/%m/%Y"]
"""


def write_cases(path: Path, kinds: list[str], *, rows: int = 60) -> None:
    """Cases on a few streets of one kilometre square, a kind for each in turn."""
    lines = ["Ref,Date,Type,Street,Easting,Northing"]
    for i in range(rows):
        at = f"Street {i % 5},{430100 + 40 * (i % 5)},{433100 + 900 * (i % 7 == 0)}"
        lines.append(f"R{i},{1 + i % 28:02d}/03/2024,{kinds[i % len(kinds)]},{at}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(folder: Path, *, kinds: list[str], unit: str = "case", profile: str = "internal", more: str = "") -> Path:
    write_cases(folder / "cases.csv", kinds)
    (folder / "layout.toml").write_text(LAYOUT.format(source="our cases", unit=unit), encoding="utf-8")
    (folder / "run.toml").write_text(
        "as_of = 2024-04-30\nseed = 1\n[incidents]\nfiles = 'cases.csv'\nlayout = 'layout.toml'\n"
        f"[hotspots]\ncount = 3\nresamples = 0\n[output]\nprofile = '{profile}'\ndrafts = 1\n{more}",
        encoding="utf-8",
    )
    assert main(["run", str(folder / "run.toml"), "--out", str(folder / "out")]) == 0
    return folder / "out"


def words_of(path: Path) -> str:
    """What people read of a page, document or workbook."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml")]
        return re.sub(r"<[^>]+>", " ", " ".join(parts))
    text = path.read_text(encoding="utf-8")
    data = re.search(r'id="sh-data"[^>]*>(.*?)</script>', text, flags=re.DOTALL)
    shown = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    return shown + (data.group(1) if data else "")


def claims_in(folder: Path) -> dict[str, list[str]]:
    """What pages, documents and the workbook say of harm beside the one sentence."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".docx", ".xlsx"):
            text = " ".join(words_of(path).split())
            text = text.replace(ONCE, "").replace(IN_PLANS, "")
            if hits := [text[max(0, m.start() - 40) : m.end() + 40] for m in CLAIMS.finditer(text)]:
                found[path.name] = hits
    return found


@pytest.mark.parametrize(
    ("unit", "kinds", "profile"),
    [
        ("case", ["Noise", "Drugs", "Nuisance"], "internal"),
        ("request", ["Burglary", "Fly-tipping"], "partner"),  # a request about burglary is no recorded burglary
        ("incident", ["Noise nuisance", "Bonfire, unlit"], "public"),
    ],
)
def test_a_run_of_cases_without_weights_speaks_by_number_and_says_so_once(tmp_path, capsys, unit, kinds, profile):
    out = run(tmp_path, kinds=kinds, unit=unit, profile=profile)
    console = "".join(capsys.readouterr())
    assert claims_in(out) == {}
    assert console.count(ONCE) == 1
    assert "of the harm" not in console
    assert words_of(out / "map.html").count(ONCE) == 1
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["harm"] == ONCE
    spots = pd.read_csv(out / "hotspots.csv")
    assert spots["harm"].isna().all()  # the column stays, blank
    assert spots["incidents"].dropna().is_monotonic_decreasing
    sheets = pd.read_excel(out / "tables.xlsx", sheet_name=None, header=2)
    assert "Weights used" in sheets


def test_whatever_was_to_be_chosen_by_harm_is_chosen_by_number_and_that_is_said(tmp_path, capsys):
    more = "[cameras]\nby = 'harm'\ncount = 2\n[patrols]\nby = 'harm'\nofficers = 2\nvehicles = 1\n"
    run(tmp_path, kinds=["Noise"], more=more)
    said = "".join(capsys.readouterr())
    for table in ("cameras", "patrols"):
        assert f"[{table}] by = harm is left aside: no record has a weight, so numbers decide." in said


def mixed(*, robberies: int, cases: int) -> gpd.GeoDataFrame:
    """Robberies at one place, a council's cases at another 2 km away."""
    n = robberies + cases
    return gpd.GeoDataFrame(
        {
            "source": ["force"] * robberies + ["council"] * cases,
            "raw_unit": ["crime"] * robberies + ["case"] * cases,
            "category": ["Robbery"] * robberies + ["Noise"] * cases,
            "place": ["On or near High Street"] * robberies + ["On or near Low Street"] * cases,
            "when": pd.Timestamp("2024-03-01"),
            "precision": "day",
        },
        geometry=gpd.points_from_xy([430000] * robberies + [432000] * cases, [433000] * n),
        crs=27700,
    )


def test_a_place_without_a_weight_among_others_has_no_harm():
    rows = add_harm(mixed(robberies=30, cases=50))
    spots = find_hotspots(rows, count=2, resamples=0, by="incidents")
    harm = dict(zip(spots["streets"].str[0], spots["harm"], strict=True))
    assert harm["High Street"] == 30 * 365
    assert pd.isna(harm["Low Street"])
    page = draw_map(spots, profile="internal").get_root().render()
    assert "Number 2 of 2 in this list; its records are counted, not weighed." in page
    low = spots.index[spots["streets"].str[0].eq("Low Street")][0]
    plan = str(vars(draft_plan(spots.loc[low], incidents=rows, spots=spots, as_of="2024-04-30")))
    assert "sentence day" not in plan
    assert IN_PLANS in plan
    high = str(vars(draft_plan(spots.loc[3 - low], incidents=rows, spots=spots, as_of="2024-04-30")))
    assert "10,950 sentence days" in high
    assert "weighed by the Cambridge Crime Harm Index 2026" in high


def test_our_own_weight_of_asb_is_told_apart_and_is_no_most_harmful_kind():
    both = mixed(robberies=2, cases=0)
    asb = mixed(robberies=0, cases=998).assign(source="police.uk", raw_unit="crime", category=ASB)
    rows = add_harm(pd.concat([both, asb.set_geometry([both.geometry.iloc[0]] * 998)], ignore_index=True))
    spots = find_hotspots(rows, count=1, resamples=0)
    plan = str(vars(draft_plan(spots.loc[1], incidents=rows, spots=spots, as_of="2024-04-30")))
    assert "Harm score: 1,728 days" in plan  # 2 x 365 and 998 of our own
    assert "998 of these days are a weight of ours, for the 998 of 1,000" in plan
    assert "Robbery: 730 of 730 sentence days" in plan


def test_areas_and_severity_tables_leave_blank_what_no_weight_stands_behind():
    import shapely

    rows = add_harm(mixed(robberies=3, cases=5)).assign(ward_name=["East"] * 3 + ["West"] * 5)
    areas = gpd.GeoDataFrame(
        {"code": ["E", "W", "N"], "name": ["East", "West", "North"]},
        geometry=[shapely.box(x, 432000, x + 1000, 434000) for x in (429500, 431500, 433500)],
        crs=27700,
    )
    table = summarise_areas(rows, areas, layer="ward").set_index("name")
    assert table["incidents"].to_dict() == {"East": 3, "West": 5, "North": 0}
    assert table["harm"].fillna(-1).to_dict() == {"East": 1095, "West": -1, "North": 0}
    assert pd.isna(table.loc["West", "rank_by_harm"])
    scores = tabulate_severity(rows, by="ward_name")["score"]
    assert scores["East"] == 1095
    assert pd.isna(scores["West"])


def test_the_sentence_names_scheme_shares_by_source_and_our_own_weight():
    rows = add_harm(mixed(robberies=30, cases=50), asb_weight=2)
    said = say_weights(rows)
    assert said.startswith("Harm is weighed by cchi-2026: for each crime the days in prison a court would start")
    assert "a weight for 38% of the records: none of council and all of force." in said
    assert "count 2 days each: a weight of ours" in said
    few = say_weights(add_harm(mixed(robberies=3, cases=50)), threshold=5)
    assert "a weight for some of the records" in few


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("label,weight\nNoise,0\nDrugs,0\n", "None of these kinds has a weight above 0 in the harm index (own.csv)"),
        ("label,weight\nNoise,4\n", "Harm is weighed by own.csv. The index has a weight for 50% of the records."),
        ("label,weight\nNoise,4\nDrugs,1\n", "Harm is weighed by own.csv."),
    ],
)
def test_a_scheme_of_ones_own_weighs_what_it_lists(tmp_path, weights, said):
    (tmp_path / "own.csv").write_text(weights, encoding="utf-8")
    rows = pd.DataFrame({"source": "council", "raw_unit": "case", "category": ["Noise", "Drugs"] * 20})
    harmed = add_harm(rows, scheme=tmp_path / "own.csv")
    assert say_weights(harmed, scheme=tmp_path / "own.csv").startswith(said)
    assert "prison" not in say_weights(harmed, scheme=tmp_path / "own.csv")
    assert ("harm" in harmed.columns) == ("4" in weights)


def test_harm_that_counts_each_record_once_is_the_number_by_another_name():
    asb = mixed(robberies=0, cases=40).assign(source="police.uk", category=ASB)
    spots = find_hotspots(asb.assign(harm=weigh_incidents(asb)), count=1, resamples=0)
    assert spots["harm"].isna().all()
    assert not CLAIMS.search(words_of_map(spots))


def words_of_map(spots: gpd.GeoDataFrame) -> str:
    page = draw_map(spots, profile="internal").get_root().render()
    return re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from(["Robbery", "Drugs", "Noise", ASB, "", "Witchcraft"]), max_size=8),
    st.sampled_from(["crime", "case", "call"]),
)
def test_harm_is_there_exactly_where_some_record_has_a_weight(kinds, unit):
    rows = pd.DataFrame({"source": "ours", "raw_unit": unit, "category": pd.Series(kinds, dtype="object")})
    weighed = unit == "crime" and any(kind in ("Robbery", "Drugs") for kind in kinds)
    harmed = add_harm(rows)
    assert bool(count_weighed(harmed).any()) == weighed
    assert ("harm" in harmed.columns) == (weighed or not kinds)
    assert (
        say_weights(harmed).startswith("None of these")
        if kinds and not weighed
        else "None of" not in say_weights(harmed)
    )


def test_the_code_that_the_source_weighs_twice_is_named(caplog):
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        weigh_incidents(pd.DataFrame({"category": ["88C"]}), scheme="ons-css-2019-part")
    assert "88C" in caplog.text
    assert "69.0 and 1,026.9" in caplog.text
