"""Words that judge stand in one module, with what each needs; what could have been seen is right by trial."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from where import REPO

from hotspots import compare_periods
from hotspots.change.compare_periods import say_apart
from hotspots.common.judgement_words import NOT_TOLD, WORDS, say_seen
from hotspots.statistics.displacement import detectable_fall
from hotspots.statistics.ratio_of_ratios import Spread, judge_counts
from hotspots.statistics.two_counts import etest_p, visible_change
from maps.job.compare import say_places
from maps.web._panel import measure_spots

HOME = "judgement_words.py"
ALSO_PLAIN = {"none", "former"}  # words of every day, which judge only as a class of trend


def spelt(path: Path) -> list[str]:
    """Texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_no_other_module_spells_a_word_that_judges():
    pattern = re.compile(rf"\b({'|'.join(re.escape(w) for w in WORDS if w not in ALSO_PLAIN)})\b", re.IGNORECASE)
    files = [p for room in ("hotspots", "boundaries", "maps") for p in (REPO / room).rglob("*.py") if p.name != HOME]
    found = [(path.name, text) for path in files for text in spelt(path) if pattern.search(text)]
    assert len(files) > 100
    assert found == []


def test_each_word_says_where_it_may_stand_and_what_it_needs():
    assert all(word.where and word.needs for word in WORDS.values())


@pytest.mark.parametrize("power", [0.5, 0.8])
@pytest.mark.parametrize("count", [50, 100, 400])
def test_a_true_fall_of_that_size_is_called_one_so_often(count, power):
    """Tried with the exact E-test that calls the change, on 2,000 draws of both counts."""
    fall = float(visible_change(count, power=power))
    rng = np.random.default_rng(7)
    before, after = rng.poisson(count, 2000), rng.poisson(count * (1 - fall), 2000)
    pairs = pd.DataFrame({"b": before, "a": after}).value_counts()
    called = sum(n for (b, a), n in pairs.items() if a < b and etest_p(b, a) < 0.05)
    assert called / 2000 == pytest.approx(power, abs=0.06)


def test_the_limits_of_four_counts_are_those_of_the_guide():
    """METHODS: 44, 32 and 10 per cent half the time; 64, 47 and 15 four times in five."""
    assert [round(100 * detectable_fall(n)) for n in (50, 100, 1000)] == [44, 32, 10]
    assert [round(100 * detectable_fall(n, power=0.8)) for n in (50, 100, 1000)] == [64, 47, 15]


def test_what_an_assessment_calls_four_times_in_five_is_more_than_what_it_calls_half_the_time():
    judged = judge_counts((400, 400), (400, 400), spread=Spread(1.0, 1000, 999, True))
    assert 0 < judged.detectable < judged.likely < 1


def test_of_small_counts_no_fall_can_be_seen():
    assert np.isnan(visible_change(1, power=0.5))
    assert say_seen(float("nan"), float("nan")).startswith("counts as small as these")
    assert float(visible_change(100, power=0.5, places=85)) > float(visible_change(100, power=0.5))


def frame(*rows):
    table = pd.DataFrame(rows, columns=["when", "source", "incidents"])
    return table.assign(when=pd.to_datetime(table["when"]), precision="month")


def test_the_whole_is_said_first_with_both_counts_and_sources_that_part_in_one_sentence():
    rows = frame(
        ("2017-07", "police.uk", 300), ("2018-07", "police.uk", 200),
        ("2017-07", "council", 100), ("2018-07", "council", 180),
    )  # fmt: skip
    whole = compare_periods(rows, after="2018-07", by="source").attrs["whole"]
    assert whole.startswith("All the records: from 400 to 380 (20 fewer) between July 2017 and July 2018: ")
    assert whole.endswith("council from 100 to 180, police.uk from 300 to 200.")
    assert say_apart(pd.DataFrame({"before": [30, 40], "after": [50, 60]}, index=["a", "b"])) == ""
    small = pd.DataFrame({"before": [30, 40, 3], "after": [50, 30, 9]}, index=["a", "b", "c"])
    assert say_apart(small) == ""  # the whole less the others would give it back


def test_where_nothing_can_be_told_of_single_places_that_is_said_once_and_not_coloured():
    level = pd.DataFrame({"arrow": ["level"] * 3, "no_arrow": [""] * 3, "words": ["from 9 to 8: as before"] * 3})
    assert say_places(level).startswith("Nothing can be told of single hotspots: none of the 3 compared")
    spots = level.assign(incidents=[9, 8, 7])
    assert [one["key"] for one in measure_spots(spots, period="")] == ["incidents"]
    risen = spots.assign(arrow=["up", "level", ""])
    assert [one["key"] for one in measure_spots(risen, period="")] == ["incidents", "change"]
    reason = pd.DataFrame({"arrow": [""], "no_arrow": ["not compared: chosen on one month"]})
    assert say_places(reason) == f"Of single hotspots {NOT_TOLD} (not compared: chosen on one month)."
