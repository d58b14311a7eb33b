"""What the method pages on reading and severity say is what the code does."""

from __future__ import annotations

import importlib.util
import logging
import re
import tomllib
from pathlib import Path

import pytest
from where import REPO

from hotspots.reading import duplicates
from hotspots.reading.layouts import list_layouts, load_layout
from hotspots.reading.problem_profiles import list_profiles, load_profile
from hotspots.reading.rejects import _ADVICE
from hotspots.severity.offence_mix import mix_weights
from hotspots.severity.weights import list_schemes, read_weights

DOCS = REPO / "docs" / "methods"
if not DOCS.is_dir():
    pytest.skip("docs/ is not part of the installed package", allow_module_level=True)
LOGS = ("choosing", "published")  # what was tried and what came out again: no methods of their own
METHODS = sorted(page for page in DOCS.glob("*.md") if page.stem not in LOGS)
SECTIONS = ("Formulas", "Defaults, and why", "When it misleads", "Sources")
READING = (DOCS / "reading.md").read_text("utf-8")
SEVERITY = (DOCS / "severity.md").read_text("utf-8")


def test_every_layout_with_its_source_and_unit_is_on_the_page() -> None:
    for name in list_layouts():
        layout = load_layout(name)
        assert f"| `{name}` | {layout.source} | {layout.unit} |" in READING
    assert f"{'Ten' if len(list_layouts()) == 10 else len(list_layouts())} come with the package" in READING


def test_every_cause_is_on_the_page() -> None:
    causes = {*_ADVICE, "no coordinates", "coordinates 0,0", "outside the study area", "future date"}
    for cause in causes | {duplicates.REPEATED, duplicates.SAME_MONTH}:
        assert f"| {cause} |" in READING


def test_the_layouts_and_profiles_written_on_the_page_load() -> None:
    blocks = [tomllib.loads(b) for b in re.findall(r"```toml\n(.*?)```", READING, re.DOTALL)]
    load_layout(blocks[0]["incidents"]["layout"])
    assert load_layout(blocks[1]).unit == "case"
    for name, profile in blocks[2]["profiles"].items():
        load_profile(profile, name=name)
    for name in list_profiles():
        assert f"`{name}`" in READING


def test_the_schemes_and_ways_of_finding_a_weight_are_on_the_page() -> None:
    for name in list_schemes():
        assert f"| `{name}`" in SEVERITY
    for used in ("offence", "category", "fallback", "crosswalk", "ASB", "unknown", "left out"):
        assert f'"{used}"' in SEVERITY or used == "left out"


def test_the_numbers_derived_on_the_page_are_those_computed() -> None:
    ours = mix_weights("west-yorkshire-2017-18", "cchi-2026-subgroups").set_index("label")["weight"]
    for category in ("Burglary", "Violence and sexual offences", "Drugs", "Possession of weapons"):
        assert f"= **{ours[category]:.2f} days**" in SEVERITY
    ons = mix_weights("west-yorkshire-2017-18", "ons-css-2019-part").set_index("label")
    for category in ("Drugs", "Possession of weapons", "Violence and sexual offences"):
        row = ons.loc[category]
        shares = f"{row['weighed']:,} of {row['offences']:,}"
        expected = f"| {category} | {row['weight']:.2f} | {shares} | {row['low']:.2f} | {row['high']:.2f} |"
        assert expected in SEVERITY
    national, west = (read_weights(n).set_index("label") for n in ("cchi-2026", "cchi-2026-west-yorkshire"))
    for category in ("Violence and sexual offences", "Burglary", "Criminal damage and arson", "Drugs"):
        row = national.loc[category]
        cells = [row["low"], row["weight"], west.loc[category, "weight"], row["high"]]
        assert f"| {category} | {' | '.join(f'{c:.2f}' for c in cells)} |" in SEVERITY


@pytest.mark.parametrize("page", METHODS, ids=lambda page: page.stem)
def test_every_page_has_its_idea_picture_formulas_defaults_limits_and_sources(page: Path) -> None:
    text = page.read_text("utf-8")
    parts = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert {*SECTIONS} <= set(parts), set(SECTIONS) - set(parts)
    assert "```text" in parts["Formulas"]
    assert parts["Defaults, and why"].count("\n| ") >= 5
    assert len(re.findall(r"\w+", parts["When it misleads"])) >= 40
    assert re.search(r"\b(19|20)\d\d\b|https://", parts["Sources"])
    assert "*Incidents* " in text.split("## ")[0], "what the word means on this page"
    pictures = re.findall(r"!\[([^]]+)\]\(([^)]+\.png)\)", text)
    assert pictures
    for words, file in pictures:
        assert len(words.split()) >= 8, words
        assert (page.parent / file).is_file()


def test_the_script_draws_every_small_picture_anew(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("draw_ideas", DOCS / "draw_ideas.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    log = logging.getLogger("safer_hotspots")
    level = log.level
    script.main(tmp_path)
    log.setLevel(level)  # the script is quiet; tests after this one listen
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {f"{name}.png" for name in script.PICTURES}
    for name in drawn:
        assert 1000 < (tmp_path / name).stat().st_size < 60_000
        assert 1000 < (DOCS / name).stat().st_size < 60_000
        assert f"]({name})" in (DOCS / name).with_suffix(".md").read_text("utf-8")


def test_the_defaults_of_the_pages_are_those_of_the_code() -> None:
    import inspect

    from boundaries.attach import WITHIN
    from hotspots import assess_response, find_hotspots, weigh_incidents
    from hotspots.finding._by_dbscan import MIN_INCIDENTS
    from hotspots.finding.methods import Discs
    from hotspots.finding.stability import RESAMPLES
    from hotspots.patrols.options import Times, Travel

    def default(function, name: str) -> str:
        return inspect.signature(function).parameters[name].default

    told = {
        "severity": [
            f"| `scheme` | `{default(weigh_incidents, 'scheme')}` |",
            f"| `asb_weight` | {default(weigh_incidents, 'asb_weight'):.0f} day |",
        ],
        "hotspots": [
            f"| `radius` | {default(find_hotspots, 'radius'):g} m |",
            f"| `count` | {default(find_hotspots, 'count')} |",
            f'| `by` | `"{default(find_hotspots, "by")}"` |',
            f"| `min_incidents` | {MIN_INCIDENTS} |",
            f"| re-runs | {RESAMPLES} draws",
        ],
        "boundaries": [f"| `within` | {WITHIN:g} m |"],
        "change": [f"| surroundings | {default(assess_response, 'judging').ring:g} m |"],
        "patrols": [
            f"| `visit_minutes` | {Times().visit_minutes:g} |",
            f"| `max_gap_minutes` | {Times().max_gap_minutes:g} |",
            f"| `slack_minutes` | {Times().slack_minutes:g} |",
            f"| `speed`, `detour` | {Travel().speed:g} km/h, {Travel().detour} |",
        ],
    }
    for page, lines in told.items():
        text = (DOCS / f"{page}.md").read_text("utf-8")
        for line in lines:
            assert line in text, line
    config = (DOCS.parent / "configuration.md").read_text("utf-8")
    assert f"| `min_incidents` | {MIN_INCIDENTS} |" in config
    assert f"| `spacing` | {Discs.spacing:g} | metres that centres" in config
    assert f"| `within` | {WITHIN:g} |" in config


def test_the_options_of_every_method_are_on_the_page_as_its_class_has_them() -> None:
    spec = importlib.util.spec_from_file_location("make_options", REPO / "docs" / "make_options.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = script.PAGE.read_text("utf-8")
    assert page == script.fill_page(page), "run python docs/make_options.py"
    assert "| `cell_size` | `cells` | 250 |" in page
