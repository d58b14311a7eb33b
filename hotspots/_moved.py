"""Modules that had another name before they had rooms: the old name still imports, and says the new one."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

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
