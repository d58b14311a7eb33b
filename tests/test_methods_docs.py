"""What the method pages on reading and severity say is what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from hotspots import duplicates
from hotspots.layout import list_layouts, load_layout
from hotspots.profiles import list_profiles, load_profile
from hotspots.rejects import _ADVICE
from hotspots.severity import USED
from hotspots.severity_mix import mix_weights
from hotspots.severity_weights import list_schemes, read_weights

DOCS = Path(__file__).resolve().parent.parent / "docs" / "methods"
if not DOCS.is_dir():
    pytest.skip("docs/ is not part of the installed package", allow_module_level=True)
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
    for used in USED:
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
