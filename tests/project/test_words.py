"""One vocabulary: what the glossary keeps out stands nowhere in what people read."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point
from what_people_read import badly_written, outputs
from where import REPO

from maps.cli import main

DEMO = Path(str(files("maps"))) / "demo"
GLOSSARY = REPO / "docs" / "glossary.md"
pytestmark = pytest.mark.skipif(not GLOSSARY.is_file(), reason="the pages are not here")

# everything on at once, small: two Julys, a council's requests, plans, patrols, profiles, premises
CONFIG = f"""
as_of = 2018-08-31
plans = "plans"
[sources.police]
files = ["2017.csv", "2018.csv"]
[sources.council]
files = "council.csv"
layout = {{ base = "police.uk", name = "council", source = "council", unit = "request" }}
[areas.ward]
file = '{DEMO / "leeds_best_fit_wards.geojson"}'
name = "ward"
[profiles.asb]
base = "serious-violence"
[premises.shops]
file = "shops.geojson"
distance = 50
[hotspots]
count = 12
resamples = 9
[patrols]
officers = 4
vehicles = 2
shift = "15:00-21:00"
start = 2018-09-03
days = 1
[cameras]
count = 3
radius = 100
[output]
drafts = 2
profile = "internal"
"""


def forbidden() -> list[tuple[re.Pattern[str], list[str]]]:
    """Each row of the glossary's second table: its words as one pattern, and where they may stand."""
    table = GLOSSARY.read_text(encoding="utf-8").split("| we do not say |")[1]
    rows = [line.split("|")[1:4] for line in table.splitlines()[2:] if line.startswith("|")]
    found = []
    for words, _, places in rows:
        said = "|".join(re.escape(word) for word in re.findall(r"`([^`]+)`", words))
        found.append((re.compile(rf"\b({said})\b", re.IGNORECASE), re.findall(r"`([^`]+)`", places)))
    return found


def breaches(text: str) -> list[str]:
    """Each forbidden word of a text, with what stands around it."""
    found = []
    for pattern, places in forbidden():
        left = text
        for place in places:
            left = re.sub(re.escape(place), "", left, flags=re.IGNORECASE)
        found += [left[max(0, m.start() - 50) : m.end() + 30] for m in pattern.finditer(left)]
    return found


def prepare(folder: Path) -> None:
    """Two short Julys of the police with a row that cannot be placed, a council's requests, a shop."""
    with zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as archive:
        head, *rows = archive.read("2017-07/2017-07-leeds-street.csv").decode().splitlines()
        later = archive.read("2018-07/2018-07-leeds-street.csv").decode().splitlines()[1:]
    nowhere = ",".join("" if i in (4, 5) else value for i, value in enumerate(later[0].split(",")))
    texts = {"2017": rows[:1500], "2018": [*later[:1500], nowhere], "council": later[1500:1700]}
    for name, lines in texts.items():
        (folder / f"{name}.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    shop = gpd.GeoDataFrame({"name": ["The Shop"]}, geometry=[Point(430_266, 433_384)], crs=27700)
    shop.to_file(folder / "shops.geojson")
    (folder / "team.toml").write_text(CONFIG, encoding="utf-8")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, str]:
    """Everything that the commands write and say, by where it stands."""
    folder = tmp_path_factory.mktemp("words")
    prepare(folder)
    config, said = str(folder / "team.toml"), io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        assert main(["run", config, "--out", str(folder / "results")]) == 0, said.getvalue()
        assert main(["check", str(folder / "2018.csv")]) == 0, said.getvalue()
        pack = ["pack", config, "--area", "ward:Roundhay", "--out", str(folder / "pack")]
        assert main(pack) == 0, said.getvalue()
        (first, *_) = sorted((folder / "plans").glob("*.toml"))
        when = ["--start", "2018-07-01", "--end", "2018-07-31", "--allow-overlap"]
        late = ["--incidents", str(folder / "2017.csv"), str(folder / "2018.csv")]
        assert main(["assess", str(first), *late, *when, "--out", str(folder / "out")]) == 0, said.getvalue()
        assert main(["init", str(folder / "start")]) == 0
    return {"the command line": said.getvalue(), **dict(outputs(folder))}


def test_the_tables_of_the_glossary_can_be_read():
    assert len(forbidden()) >= 15
    assert breaches("the incidents of July") == ["the incidents of July"]
    assert breaches("12 ASB incidents; see rejects.csv; Inner Ring Road") == []
    assert breaches("in the ring around it") != []


def test_nothing_that_people_read_has_a_word_that_we_keep_out(told):
    assert {Path(name).suffix for name in told} >= {".html", ".docx", ".xlsx", ".ics"}
    assert len(told) > 12
    found = {name: list(dict.fromkeys(breaches(text)))[:5] for name, text in told.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_figures_are_written_one_way_in_all_that_people_read(told):
    found = {name: list(badly_written(text, name))[:5] for name, text in told.items()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "said",
    [
        "28 % of the records", "under 5 per cent", "29640 rows", "1 records", "1 planned visits",
        "cover 0.0%", "33 per 1,000.", "on 2018-08-31", "no records in 2018-08", "Mon 3 Sep", "wards 3–9",
    ],
)  # fmt: skip
def test_a_figure_written_otherwise_is_found(said):
    assert list(badly_written(said, "page.html"))


def test_other_kinds_of_record_are_not_called_crimes(told):
    assert "Records in July 2017 and July 2018." in told["results/map.html"]
    for page in ("results/map.html", "results/areas.html", "pack/pack.html"):
        assert "crimes and asb incidents" not in told[page].casefold(), page


def test_the_help_of_every_command_keeps_to_the_vocabulary(capsys):
    for command in ([], ["run"], ["demo"], ["check"], ["assess"], ["pack"], ["init"]):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
    assert breaches(capsys.readouterr().out.replace("--incidents", "")) == []


FOLDERS, SINGLE = (("guides", "readers", "governance"), ("index", "configuration", "scale", "results", "commands"))
PAGES = [
    REPO / "README.md",
    *(REPO / "docs" / f"{name}.md" for name in SINGLE),
    *sorted(page for folder in FOLDERS for page in (REPO / "docs" / folder).glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_for_everybody_keep_to_the_vocabulary(page):
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert list(dict.fromkeys(breaches(text))) == []


def test_the_files_of_a_folder_to_start_in_keep_to_the_vocabulary():
    """Names of folders and keys may stand, as code does on a page."""
    start = Path(str(files("maps"))) / "commands" / "start"
    for file in sorted(start.iterdir()):
        text = re.sub(r"\b(hotspots check )?incidents\b/?|\"[^\"]*\"", " ", file.read_text(encoding="utf-8"))
        assert list(dict.fromkeys(breaches(text))) == [], file.name


def test_months_and_days_are_named_in_english_whatever_the_language():
    """A notebook may set a language; strftime and the calendar's names would follow it."""
    follows = re.compile(r":[^{}\"']*%[aAbBp]\b[^{}\"']*\}|strftime\([^)]*%[aAbBp]|calendar\.(month|day)_(name|abbr)")
    code = {str(p): p.read_text("utf-8") for room in ("hotspots", "maps") for p in (REPO / room).rglob("*.py")}
    code = {name: re.sub(r"^ *(>>>|\.\.\.).*$", "", text, flags=re.MULTILINE) for name, text in code.items()}
    assert {name: follows.findall(text) for name, text in code.items() if follows.search(text)} == {}
