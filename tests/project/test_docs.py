"""The pages say what is so: each is followed to the letter, no figure is typed, no link leads nowhere."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from where import REPO

from hotspots import read_incidents
from hotspots.severity.weights import read_weights
from maps.cli import main
from maps.disclosure.gate import PROFILES

DOCS = REPO / "docs"
if not DOCS.is_dir():
    pytest.skip("docs/ is not part of the installed package", allow_module_level=True)
PAGES = sorted([*REPO.glob("*.md"), *DOCS.rglob("*.md")])
BLOCK = re.compile(r"^( *)```(\w*)([^\n]*)\n(.*?)^\1```", flags=re.MULTILINE | re.DOTALL)
FOLLOWED = (
    "guides/our-own-data.md",
    "guides/ten-cameras.md",
    "guides/what-may-i-send.md",
    "guides/which-hotspots.md",
    "readers/analyst.md",
    "readers/manager.md",
    "readers/planner.md",
)


def blocks_of(page: Path) -> list[tuple[str, str, str]]:
    """Code blocks of a page in order: language, title, text."""
    found = []
    for indent, language, rest, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        text = "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))
        title = re.search(r'title="([^"]+)"', rest)
        found.append((language, title[1] if title else "", text))
    return found


def follow(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Do what a page says, block by block, in the folder one is in; compare what it says will be printed."""
    scope: dict[str, object] = {}
    blocks = blocks_of(page)
    assert blocks, f"{page.name} has nothing to follow"
    for number, (language, title, text) in enumerate(blocks):
        quoted = blocks[number + 1][2] if [b[0] for b in blocks[number + 1 : number + 2]] == ["text"] else ""
        capsys.readouterr()
        printed = io.StringIO()
        if language == "toml":
            assert title, f"{page.name}: a configuration without a file name"
            Path(title).write_text(text, encoding="utf-8")
        elif language == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile(text, page.name, "exec"), scope)
        elif not language:
            for line in text.splitlines():
                printed.write(run_line(line, expected=2 if "Error:" in quoted else 0, capsys=capsys))
        said = " ".join(f"{printed.getvalue()} {capsys.readouterr().out}".split())
        for line in quoted.splitlines():
            assert " ".join(line.split()) in said, f"{page.name} quotes {line!r}, not found in: {said[-1500:]}"


def run_line(line: str, *, expected: int, capsys: pytest.CaptureFixture[str]) -> str:
    """Run one line of a console block and return what it printed."""
    program, *arguments = shlex.split(line)
    if program == "hotspots":
        code = main(arguments)
    else:
        assert line.startswith("python examples/"), line
        script = REPO / arguments[0]
        code = subprocess.run([sys.executable, str(script), *arguments[1:]], check=False).returncode
    said = capsys.readouterr()
    assert code == expected, said.err
    return said.out + said.err


@pytest.fixture(scope="module")
def start(tmp_path_factory) -> tuple[Path, str]:
    """Folder in which the Start page has been followed, but for the installation, and what it said."""
    folder, said = tmp_path_factory.mktemp("start"), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        for command in commands_of(DOCS / "index.md"):
            assert main(command) == 0
    return folder, said.getvalue()


@pytest.fixture(scope="module")
def started(start) -> Path:
    return start[0]


def commands_of(page: Path) -> list[list[str]]:
    """Every ``hotspots`` command that stands in a code block of a page."""
    lines = [line for language, _, text in blocks_of(page) if not language for line in text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("hotspots ")]


def test_the_start_page_is_followed_to_the_letter(started):
    assert [command[0] for command in commands_of(DOCS / "index.md")] == ["init", "check", "run", "pack"]
    page = (DOCS / "index.md").read_text(encoding="utf-8")
    table = page.split("| file | for whom |")[1].split("\n\n")[0]
    promised = re.findall(r"`([^`]+)`", table)
    assert len(promised) >= 9
    for name in promised:
        assert list((started / "our-team" / "results").glob(name)), name
    assert (started / "our-team" / "armley" / "pack.html").is_file()
    assert "`our-team/armley/pack.html`" in page


def test_the_console_says_what_the_start_page_quotes(start):
    quoted = [text for language, _, text in blocks_of(DOCS / "index.md") if language == "text"]
    said = start[1].splitlines()
    assert len(quoted) == 2
    for line in "".join(quoted).splitlines():
        assert line in said, line
    (last_of_check,) = quoted[0].splitlines()
    assert last_of_check.startswith("In all")
    run = next(line for line in said if "rows read =" in line)
    at = said.index(run)
    assert said[at : at + len(quoted[1].splitlines())] == quoted[1].splitlines()


def test_what_is_typed_of_the_start_page_is_what_ci_runs():
    """The line of .ci/run that takes the blocks out of the page takes those that are typed, and no others."""
    (awk,) = re.findall(r"^steps=\$\(awk '(.+)' docs/index\.md\)", (REPO / ".ci" / "run").read_text(), re.M)
    done = subprocess.run(["awk", awk, str(DOCS / "index.md")], capture_output=True, text=True, check=True)
    typed = "".join(text for language, _, text in blocks_of(DOCS / "index.md") if not language)
    assert done.stdout == typed
    assert typed.startswith("python -m pip install .\n")


def test_extras_are_installed_from_the_clone_as_nothing_is_published():
    extras = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = extras["optional-dependencies"]
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"pip install [\"']?safer-hotspots", text), page.name
        for asked in re.findall(r'pip install (?:-e )?"\.\[([\w,]+)\]"', text):
            assert set(asked.split(",")) <= set(extras), page.name


@pytest.mark.parametrize("page", FOLLOWED)
def test_a_page_is_followed_to_the_letter(page, started, tmp_path, monkeypatch, capsys):
    shutil.copytree(started, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    if page == "guides/ten-cameras.md":
        write_posts_and_register(tmp_path)
    follow(DOCS / page, capsys)


def write_posts_and_register(folder: Path) -> None:
    """Lamp-posts and a register, as the guide on cameras takes them for given."""
    from importlib.resources import files

    download = files("maps") / "demo" / "leeds_july_2016_2017_2018.zip"
    (folder / "download.zip").write_bytes(download.read_bytes())
    incidents, _ = read_incidents(folder / "download.zip")
    posts = incidents.iloc[::30][["geometry"]].reset_index(drop=True)
    posts.to_file(folder / "lamp_posts.gpkg", engine="pyogrio")
    middle = posts.geometry.iloc[:3]
    register = pd.DataFrame({"ref": ["C1", "C2", "C3"], "kind": "camera", "name": ["a", "b", "c"]})
    register["easting"], register["northing"] = middle.x.round(), middle.y.round()
    register = register.assign(installed="2026-01-05", review="2026-12-01", removed="", quantity="", notes="")
    register.to_csv(folder / "register.csv", index=False)


def test_every_guide_is_followed_here_or_by_its_own_test():
    # tests/project/test_did_it_work.py, tests/maps/commands/test_trial.py,
    # tests/hotspots/common/test_grids.py, tests/maps/strategy/test_write.py
    own = {"guides/did-it-work.md", "guides/test-as-you-go.md", "guides/outside-great-britain.md", "guides/strategy.md"}
    guides = {p.relative_to(DOCS).as_posix() for f in ("guides", "readers") for p in (DOCS / f).glob("*.md")}
    assert guides == {*FOLLOWED, *own}


def test_no_figure_between_marks_is_typed(started):
    spec = importlib.util.spec_from_file_location("fill_figures", DOCS / "fill_figures.py")
    filler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(filler)
    figures = filler.read_run(started / "our-team" / "results")
    used = set()
    for page in filler.PAGES:
        text = page.read_text(encoding="utf-8")
        used |= {found[1] for found in filler.MARKED.findall(text)}
        assert filler.fill(text, figures) == text, f"{page.name} is stale: python docs/fill_figures.py"
    assert used == set(figures)


def test_the_facts_of_the_front_pages_are_so():
    readme, start = ((p).read_text(encoding="utf-8") for p in (REPO / "README.md", DOCS / "index.md"))
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = project["requires-python"].removeprefix(">=")
    days = read_weights("cchi-2026").set_index("label")["weight"]
    for page in (readme, start):
        assert f"Python {python} or later" in page
    assert f"a robbery {days['Robbery']:.0f} days and a shoplifting {days['Shoplifting']:.0f}" in readme
    which = (DOCS / "guides" / "which-hotspots.md").read_text(encoding="utf-8")
    assert f"A robbery counts {days['Robbery']:.0f}, shoplifting {days['Shoplifting']:.0f}" in which
    assert project["license"] == "MIT"
    assert "MIT licence" in readme


def test_ten_and_fourteen_is_what_chance_does():
    from hotspots.statistics.two_counts import etest_p

    readme = (REPO / "README.md").read_text(encoding="utf-8")
    assert "Ten crimes last July and fourteen this July is what chance does" in " ".join(readme.split())
    assert etest_p(10, 14) > 0.3


def test_the_table_of_profiles_is_the_gates():
    page = (DOCS / "guides" / "what-may-i-send.md").read_text(encoding="utf-8")
    for name, profile in PROFILES.items():
        (row,) = [line for line in page.splitlines() if f"| `{name}` |" in line]
        cells = [cell.strip() for cell in row.split("|")]
        assert cells[3] == (f"1 to {profile.threshold - 1} not shown" if profile.threshold else "shown")
        assert cells[4] == (profile.marking or "none")
        assert (cells[5] == "left out") == (name == "public")


def test_the_measured_figures_of_the_method_statement_stand_on_the_pages_it_names():
    page = (DOCS / "governance" / "method-statement.md").read_text(encoding="utf-8")
    table = page.split("## 4. How right it is")[1].split("\n\n")[1]
    rows = re.findall(r"\| ([\d., %to]+) \| \[[^]]+\]\(\.\./([^)]+)\) \|", table)
    assert len(rows) == table.count("\n") - 1
    for figures, source in rows:
        for figure in re.findall(r"\d[\d.]*", figures):
            assert figure in (DOCS / source).read_text(encoding="utf-8"), (figure, source)


def test_the_false_successes_of_the_method_statement_are_the_ranges_of_the_whole_table():
    page = (DOCS / "governance" / "method-statement.md").read_text(encoding="utf-8")
    change = (DOCS / "methods" / "change.md").read_text(encoding="utf-8")
    shares = re.compile(r"^\| (.+?) \| [^|]+ = ([\d.]+)%[^|]+\| [^|]+ = ([\d.]+)%", re.M)
    rows = [(what, float(naive), float(ours)) for what, naive, ours in shares.findall(change)]
    made_up = [row for row in rows if "nothing happened" in row[0]]
    city = [row for row in rows if row[0].startswith("City of London")]
    assert (len(made_up), len(city)) == (7, 6)
    for kind, place in ((made_up, "simulated places"), (city, "City of London")):
        naive, ours = ({row[i] for row in kind} for i in (1, 2))
        for sums, who in ((naive, "the usual"), (ours, "ours")):
            told = " to ".join(f"{figure:.1f}" for figure in sorted({min(sums), max(sums)}))
            assert re.search(rf"^\| False successes of {who} .*\| {told}% \|", page, re.M), (place, told)
    others = [ours for what, _, ours in made_up if not what.startswith("limit")]
    assert f"at or below {max(others):.1f}%" in page


def test_the_two_pages_on_the_same_21_splits_have_the_same_figures():
    finding, backtest = (
        (DOCS / "methods" / f"{name}.md").read_text(encoding="utf-8") for name in ("hotspots", "backtest")
    )
    table = finding.split("| method | captured, by count |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| \**([\w *]+?)\** \| \**([\d.]+)\** \| \**([\d.]+)\** \|", table, re.M)
    assert len(rows) == 7
    count, harm = backtest.split("By count:")[1].split("By harm (")
    for method, by_count, by_harm in rows:
        for part, figure in ((count, by_count), (harm, by_harm)):
            assert re.search(rf"^\| \**{re.escape(method)}\** \| \**{figure}\** \|", part, re.M), method


def test_the_share_of_asb_is_that_of_the_files(shared_data):
    from hotspots.checks import ASB

    whole, _ = read_incidents(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    leeds = whole[whole["raw_LSOA name"].str.startswith("Leeds") & whole["when"].eq("2016-07-01")]
    later, _ = read_incidents(shared_data / "police_uk" / "leeds_2024_03.zip")
    first, last = (f"{100 * frame['category'].eq(ASB).mean():.0f}%" for frame in (leeds, later))
    for page in ("guides/did-it-work.md", "governance/method-statement.md"):
        text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
        assert re.search(rf"was {first} of (all rows|Leeds's rows) in July 2016 and {last} in March 2024", text)


def test_the_commands_of_the_readme_are_those_that_are_followed_elsewhere():
    followed = {line for page in ("index.md", *FOLLOWED) for line in map(tuple, commands_of(DOCS / page))}
    commands = [tuple(c) for c in commands_of(REPO / "README.md")]
    assert len(commands) >= 4
    assert set(commands) <= followed


def anchors_of(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links_of(page: Path) -> list[str]:
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"<(https?://[^>\s]+)>", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    for target in links_of(page):
        if "://" in target:
            parts = urlsplit(target)
            assert parts.scheme == "https", f"{page.name}: {target}"
            assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", parts.netloc), f"{page.name}: {target}"
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors_of(found), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO).as_posix())
def test_every_table_of_a_page_has_its_head_and_as_many_cells_in_each_row(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    for block in re.findall(r"(?:^ *\|.*\n)+", text, re.M):
        lines = [re.sub(r"`[^`]*`", "", line.strip()) for line in block.splitlines()]
        assert len(lines) > 1, lines
        assert re.fullmatch(r"\|(:?-+:?\|)+", lines[1]), lines[0]
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, lines[0]


def test_every_page_stands_in_the_navigation():
    nav = (REPO / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:")[1]
    named = set(re.findall(r"[\w/-]+\.md", nav))
    assert named == {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}


def load(script: str):
    """A script of the pages, as a module."""
    spec = importlib.util.spec_from_file_location(script, DOCS / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_what_the_commands_say():
    script = load("make_commands")
    assert script.PAGE.read_text(encoding="utf-8") == script.write_page(), "python docs/make_commands.py"
    rows = re.findall(r"^\| `.*\|$", script.write_page(), re.M)
    assert len(rows) >= 20
    assert not [row for row in rows if row.endswith("|  |")], "an option that does not say what it means"


def test_every_sheet_and_file_of_a_run_stands_on_the_page_of_results(started):
    from maps.job import own_backtest as tested
    from maps.job import periods
    from maps.job import time_profiles as times
    from maps.results import _write_tables as pack_tables

    page = (DOCS / "results.md").read_text(encoding="utf-8")
    files, sheets = page.split("## Sheets of")[0], page.split("## Sheets of")[1]
    results = started / "our-team" / "results"
    for path in results.iterdir():
        name = f"{path.name}/" if path.is_dir() else path.name
        assert f"`{name}" in files, name
    of_layer = {"Severity by best fit ward": "Severity by LAYER", "Changes by best fit ward": "Changes by LAYER"}
    written = {of_layer.get(name, name) for name in pd.read_excel(results / "tables.xlsx", sheet_name=None)}
    written = {"Hotspots NAME" if name == "Hotspots ASB" else name for name in written}
    assert len(written) > 20
    named = {getattr(pack_tables, name) for name in ("LISTS", "MORE", "SINCE", "ACTIONS", "UNLISTED", "CHANCE")}
    named |= {tested.SHEET, tested.SPLITS, times.REFUSED, *times.SHEETS.values()}
    named |= {periods.TRENDS, periods.CELL_TRENDS, periods.NEAR, periods.CHAINS}
    told = set(re.findall(r"`([^`]+)`", "\n".join(r.split("|")[1] for r in sheets.splitlines() if r[:3] == "| `")))
    assert written | named <= told, (written | named) - told
    pack = pd.read_excel(started / "our-team" / "armley" / "tables.xlsx", sheet_name=None)
    assert all(f'"{name}"' in page.split("## The pack")[1] for name in pack)


@pytest.mark.parametrize("room", ["hotspots", "boundaries", "maps"])
def test_the_reference_has_every_public_name(room):
    page = (DOCS / "reference" / f"{room}.md").read_text(encoding="utf-8")
    face = importlib.import_module(room)
    public = {f"{getattr(face, name).__module__}.{name}" for name in face.__all__}
    assert public <= set(re.findall(r"^::: (\S+)", page, re.MULTILINE))


def test_the_reference_has_every_function_that_a_page_names():
    import boundaries
    import hotspots
    import maps

    listed = {*hotspots.__all__, *boundaries.__all__, *maps.__all__}
    for page in (DOCS / "reference").glob("*.md"):
        listed |= {name.rsplit(".", 1)[1] for name in re.findall(r"^::: (\S+)", page.read_text(), re.M) if "." in name}
    ours = set()
    for room in ("hotspots", "boundaries", "maps"):
        for file in (REPO / room).rglob("*.py"):
            ours |= set(re.findall(r"^def ([a-z]\w+)", file.read_text(encoding="utf-8"), re.M))
    columns = {"default_location"}  # of hotspots.csv, not the function of that name
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"\b([a-z]+_[a-z_]+)\(", text)) | set(re.findall(r"`(?:\w+\.)*([a-z]+_[a-z_]+)`", text))
        if page.name not in ("errors.md", "rules.md"):  # rules.md is for whoever mends the code
            assert (named & ours) - listed - columns == set(), page.name


def test_every_rule_stands_where_its_page_says() -> None:
    """The page of what cannot happen names functions and modules that are there."""
    names = re.findall(r"`((?:hotspots|boundaries|maps)\.[\w.]+)`", (DOCS / "rules.md").read_text(encoding="utf-8"))
    assert len(names) > 25
    for name in names:
        module, _, attribute = name.rpartition(".")
        if importlib.util.find_spec(module) and hasattr(importlib.import_module(module), attribute):
            continue
        assert importlib.util.find_spec(name), name
