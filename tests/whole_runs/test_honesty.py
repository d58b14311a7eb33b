"""The claims of benchmarks/honesty.py, kept true by a small run of it."""

from __future__ import annotations

import importlib.util
import logging
import sys
from types import ModuleType

import numpy as np
import pytest
from where import REPO

from hotspots.statistics.ratio_of_ratios import exact_limits

SCRIPT = REPO / "benchmarks" / "honesty.py"


@pytest.fixture(scope="module")
def honesty() -> ModuleType:
    if not SCRIPT.is_file():
        pytest.skip(f"the benchmark is not at hand (looked in {SCRIPT})")
    spec = importlib.util.spec_from_file_location("honesty", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["honesty"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def shares(honesty: ModuleType, scenario, series: int) -> tuple[float, float]:
    """Share of series called a success by the naive practice and by ours."""
    rng = np.random.default_rng(11)
    naive, ours = [], []
    for _ in range(series):
        counts, targets = honesty.simulate(scenario, rng)
        quarters = counts.reshape(len(counts), 12, 3).sum(axis=2)
        naive.append(honesty.naive_success(quarters[:, 0], quarters[:, 1]))
        ours.append(honesty.judge_counted(counts, targets) == "fall")
    return float(np.mean(naive)), float(np.mean(ours))


@pytest.mark.parametrize(("targets", "baseline"), [(20, 1200), (20, 400), (5, 400), (1, 400)])
def test_where_nothing_happened_success_is_called_about_one_time_in_twenty(honesty, targets, baseline):
    naive, ours = shares(honesty, honesty.Scenario("nothing", targets, baseline), 600)
    assert naive > 0.25
    # 7% is the limit on 2,000 series; 600 may stray two standard errors from it
    assert ours <= 0.07 + 2 * (0.07 * 0.93 / 600) ** 0.5
    assert ours >= 0.02


@pytest.mark.parametrize(("baseline", "fall"), [(400, 0.40), (250, 0.50)])
@pytest.mark.parametrize("targets", [20, 5, 1])
def test_a_real_fall_is_found_four_times_in_five(honesty, targets, baseline, fall):
    assert shares(honesty, honesty.Scenario("fall", targets, baseline * 1.1, fall), 200)[1] >= 0.8


def test_counts_alone_and_the_whole_assessment_agree(honesty):
    rng = np.random.default_rng(3)
    for scenario in (honesty.Scenario("nothing", 5, 400), honesty.Scenario("fall", 5, 400, 0.4)):
        for _ in range(3):
            counts, targets = honesty.simulate(scenario, rng)
            assert honesty.judge_counted(counts, targets) == honesty.judge_simulated(counts, targets)


def test_real_series_without_a_response(honesty, shared_data):
    city = honesty.read_city(shared_data)
    found = [honesty.judge_real(part, 12, 20) for part in city]
    naive, ours = ([hit for part in found for hit in part[i]] for i in (0, 1))
    assert np.mean(naive) > 0.31
    low, high = exact_limits(sum(ours), len(ours))
    assert low <= 0.05 <= high
