"""A small share of benchmarks/plan_year.py: two plans, five months, nothing lost, every stage right."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
from plan_examples import make_incidents, make_spots
from where import REPO


def test_five_months_of_two_plans_lose_no_word_and_stop_nowhere(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("plan_year", REPO / "benchmarks" / "plan_year.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["plan_year"] = module
    spec.loader.exec_module(module)
    months = pd.period_range("2018-01", "2018-05", freq="M")
    incidents = make_incidents(months=[str(month.start_time.date()) for month in months])
    people = (module.type_word, module.type_record, module.type_copy)
    year = module.live_year(tmp_path, make_spots(), incidents, list(months), plans=2, seed=3, people=people)
    assert (year.stops, year.lost, year.wrong) == ([], [], [])
    assert year.typed >= 8
