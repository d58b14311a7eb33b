"""The notebooks run as an analyst would run them, in a kernel of their own, and what they claim is so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from where import REPO

EXAMPLES = REPO / "examples"
if not EXAMPLES.is_dir():
    pytest.skip("examples/ is not part of the installed package", allow_module_level=True)
NAMES = ("first_map", "a_month", "did_it_work", "patrols_and_cameras", "your_own_city")
RUNNER = """
import sys, nbclient, nbformat
book = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(book)
book.cells.append(nbformat.v4.new_code_cell(sys.argv[2]))
nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute()
nbformat.write(book, sys.argv[1])
"""


def run_notebook(name: str, folder: Path, *, claims: str = "", **environment: str) -> list[dict]:
    """Run a notebook in ``folder``, with ``claims`` as a last cell; return all its outputs."""
    for file in (*EXAMPLES.glob("*.py"), EXAMPLES / f"{name}.ipynb"):
        shutil.copyfile(file, folder / file.name)
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, f"{name}.ipynb", claims],
        cwd=folder,
        env=os.environ | {"JUPYTER_PLATFORM_DIRS": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    cells = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def kinds_of(outputs: list[dict]) -> set[str]:
    """MIME types of what a notebook shows."""
    return {kind for output in outputs for kind in output.get("data", {})}


def test_the_notebooks_are_what_their_scripts_make():
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "make_notebooks.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert sorted(p.stem for p in EXAMPLES.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_read_by_people(name):
    cells = json.loads((EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = [cell for cell in cells if cell["cell_type"] == "markdown"]
    assert cells[0] == prose[0]
    assert len(prose) >= 5
    assert not any(cell.get("outputs") for cell in cells)


def test_the_first_map(tmp_path):
    outputs = run_notebook(
        "first_map",
        tmp_path,
        claims="assert len(incidents) == 29_640 and rejects.empty\n"
        "assert spots['note'].head(10).str.contains('prison').any()\n"
        "assert {'observed', 'chance'} <= set(measure_concentration(cells).columns)",
    )
    assert {"text/html", "image/png"} <= kinds_of(outputs)
    assert (tmp_path / "out" / "first-map.html").stat().st_size > 200_000


def test_a_month_in_the_life_of_a_partnership(tmp_path):
    run_notebook(
        "a_month",
        tmp_path,
        claims="from synthetic_exports import BUSY\n"
        "table = pd.read_csv(team / 'november' / 'hotspots.csv')\n"
        "assert set(table['name'].head(len(BUSY))) == set(BUSY)\n"
        "assert table['stability'].head(6).gt(0.9).all() and table['stability'].iloc[6:].lt(0.8).all()",
    )
    team = tmp_path / "out" / "a-month"
    since = pd.read_excel(team / "december" / "tables.xlsx", sheet_name="Since the last run", header=2)
    assert since["Status"].head(6).eq("kept").all()
    assert since["Reference"].head(6).equals(since["Previous"].head(6))
    actions = pd.read_excel(team / "december" / "tables.xlsx", sheet_name="Open actions", header=2)
    assert actions["Overdue"].tolist() == ["yes"]
    page = (team / "armley" / "pack.html").read_text(encoding="utf-8")
    assert "Walk the street with the residents" in page
    assert "OFFICIAL-SENSITIVE" in page


def test_did_it_work_springs_the_trap(tmp_path):
    run_notebook(
        "did_it_work",
        tmp_path,
        claims="total = month.value_counts()\n"
        "assert total['July 2018'] > total['July 2017']\n"
        "assert naive['July 2018'] < 0.9 * naive['July 2017']\n"
        "assert counts['July 2016'].sum() < counts['July 2017'].sum()\n"
        "assert result.verdict.startswith('No clear change')\n"
        "assert forced.verdict.startswith('Not to be trusted')",
    )


def test_patrols_and_cameras_make_a_week_to_hand_out(tmp_path):
    outputs = run_notebook("patrols_and_cameras", tmp_path)
    assert "text/html" in kinds_of(outputs)
    week = tmp_path / "out" / "patrols"
    table = pd.read_csv(week / "timetable.csv", parse_dates=["date", "arrive", "leave"])
    assert table.groupby(["date", "vehicle"]).ngroups == 14
    visits = table[table["activity"] == "visit"].sort_values("arrive")
    assert table.groupby(["date", "vehicle"])["activity"].apply(lambda a: (a == "break").sum()).eq(1).all()
    assert visits["walk"].str.len().gt(0).all()
    assert visits.groupby(["ref", "part"])["name"].first().is_unique
    before = visits.groupby(["date", "ref", "part"])["leave"].shift()
    assert (visits["arrive"] - before).max() <= pd.Timedelta(minutes=120)
    assert table["arrive"].dt.hour.ge(14).all()
    assert (table["leave"] <= table["date"] + pd.Timedelta(hours=22)).all()
    choice = pd.read_csv(week / "patrols.csv")
    assert choice["why"].str.len().gt(0).all()
    assert choice.loc[choice["chosen"], "ward_name"].eq("Armley").any()
    cameras = pd.read_csv(week / "cameras.csv")
    assert len(cameras) == 10
    assert cameras["cumulative_share_of_harm"].is_monotonic_increasing
    assert "OFFICIAL-SENSITIVE" in (week / "patrol-cards.html").read_text(encoding="utf-8")
    assert (week / "patrols.ics").read_bytes().count(b"BEGIN:VEVENT") == 14
    assert "Patrol 1, Monday 23 November" in (week / "patrols.html").read_text(encoding="utf-8")


def test_your_own_city_runs_on_the_packaged_example_as_it_comes(tmp_path):
    outputs = run_notebook(
        "your_own_city", tmp_path, claims="assert len(incidents) == 29_640\nassert splits[0][1] == ['2018-07']"
    )
    assert {"text/html", "image/png"} <= kinds_of(outputs)


def test_your_own_city(tmp_path, shared_data):
    download = shared_data / "police_uk" / "city_of_london_2014_2017.zip"
    outputs = run_notebook(
        "your_own_city",
        tmp_path,
        claims="assert incidents['when'].dt.to_period('M').nunique() == 36\nassert len(splits[0][1]) == 12",
        MY_DOWNLOAD=str(download.resolve()),
    )
    assert {"text/html", "image/png"} <= kinds_of(outputs)
    said = "".join("".join(output.get("text", ())) for output in outputs)
    assert "no Anti-social behaviour in May 2017" in said
    assert (tmp_path / "out" / "our-city.html").is_file()
