"""Modules that had another name before they had rooms: the old name still imports, and says the new one."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED = {
    "hotspots.agreed": "hotspots.finding.agreed_list",
    "hotspots.calendars": "hotspots.common.calendars",
    "hotspots.comparators": "hotspots.assessment.comparison_areas",
    "hotspots.concentration": "hotspots.statistics.concentration",
    "hotspots.coverage": "hotspots.reading.months_covered",
    "hotspots.covered": "hotspots.reading.covered",
    "hotspots.crosswalk": "hotspots.reading.crosswalks",
    "hotspots.displacement": "hotspots.statistics.displacement",
    "hotspots.dosage": "hotspots.patrols.monthly_return",
    "hotspots.fit": "hotspots.reading.layout_fit",
    "hotspots.forecast": "hotspots.backtest.scores",
    "hotspots.kinds": "hotspots.reading.kinds",
    "hotspots.layout": "hotspots.reading.layouts",
    "hotspots.lists": "hotspots.finding.compare_lists",
    "hotspots.own_areas": "hotspots.reading.area_only_rows",
    "hotspots.plan_assess": "hotspots.plans.assess",
    "hotspots.plan_names": "hotspots.plans.person_names",
    "hotspots.plan_toml": "hotspots.plans.toml_file",
    "hotspots.premises": "hotspots.repeats.premises",
    "hotspots.profiles": "hotspots.reading.problem_profiles",
    "hotspots.records": "hotspots.repeats.describe_records",
    "hotspots.rejects": "hotspots.reading.rejects",
    "hotspots.selection": "hotspots.change.chosen_by_counts",
    "hotspots.severity_mix": "hotspots.severity.offence_mix",
    "hotspots.severity_table": "hotspots.severity.by_area",
    "hotspots.severity_weights": "hotspots.severity.weights",
    "hotspots.sites": "hotspots.cameras.candidate_sites",
    "hotspots.sources": "hotspots.reading.sources",
    "hotspots.tracking": "hotspots.change.track_indicators",
    "hotspots.two_counts": "hotspots.statistics.two_counts",
    "hotspots.weighed": "hotspots.severity.weighed_kinds",
    "maps.plan_store": "maps.plans.store",
}

# names that were on a room's face: importable from there as before, at home in their modules
FURTHER = {
    "boundaries.compare_vintages": "boundaries.vintages",
    "boundaries.group_codes": "boundaries.vintages",
    "boundaries.join_lookup": "boundaries.lookups",
    "boundaries.join_vintages": "boundaries.vintages",
    "boundaries.measure_overlaps": "boundaries.overlaps",
    "boundaries.read_lookup": "boundaries.lookups",
    "hotspots.read_cells": "hotspots.cells.identifiers",
    "hotspots.draw_concentration": "hotspots.statistics.concentration",
    "hotspots.draw_times": "hotspots.timing.draw_times",
    "hotspots.explain_weights": "hotspots.severity.weigh",
    "hotspots.find_possible_duplicates": "hotspots.reading.sources",
    "hotspots.label_cells": "hotspots.cells.count_and_score",
    "hotspots.list_crosswalks": "hotspots.reading.crosswalks",
    "hotspots.list_profiles": "hotspots.reading.problem_profiles",
    "hotspots.list_schemes": "hotspots.severity.weights",
    "hotspots.list_unmatched": "hotspots.reading.crosswalks",
    "hotspots.read_crosswalk": "hotspots.reading.crosswalks",
    "hotspots.read_register": "hotspots.cameras.register",
    "hotspots.share_patrol_time": "hotspots.patrols.fairness",
    "hotspots.suggest_layouts": "hotspots.reading.layout_fit",
    "hotspots.summarise_backtest": "hotspots.backtest.backtest",
    "hotspots.tabulate_severity": "hotspots.severity.by_area",
    "maps.patrol_layers": "maps.results.patrol_cards",
}


def find_further(room: str, otherwise: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a room's ``__getattr__`` that also finds the names it had on its face before."""

    def find(name: str) -> Any:
        home = FURTHER.get(f"{room}.{name}")
        return otherwise(name) if home is None else getattr(importlib.import_module(home), name)

    return find


class _Moved(MetaPathFinder, Loader):
    """Gives the module of today under the name of before: one module, whichever name it is asked by."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        now = MOVED[spec.name]
        warnings.warn(f"{spec.name} is {now} now; the old name goes with version 1.0", DeprecationWarning, 2)
        module = importlib.import_module(now)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # importing under another name had set it anew


if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
    sys.meta_path.append(_Moved())
