"""Which open plans may be handed out with a run: those written for its readers, or for more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotspots.checks import announce
from hotspots.plan_record import Plan
from hotspots.plan_toml import read_plan
from maps.disclosure import Profile, may_go_with
from maps.plan_store import open_plans


def plans_for(folder: str | Path | None, who: Profile) -> list[Plan]:
    """Open plans that may be spoken of under a profile: those written for its readers, or for more."""
    plans = open_plans(folder).values() if folder else ()
    return [plan for plan in plans if may_go_with(str(plan.document.get("profile", "")), who)]


def documents_for(documents: Sequence[Path], who: Profile) -> list[Path]:
    """Those documents of open plans that may stand among the outputs of a profile; the others are counted."""
    records = {path.with_suffix(".toml") for path in documents}
    profiles = {record: str(read_plan(record).document.get("profile", "")) for record in sorted(records)}
    kept = [path for path in documents if may_go_with(profiles[path.with_suffix(".toml")], who)]
    if left := sum(not may_go_with(profile, who) for profile in profiles.values()):
        were = "plan was written for fewer readers" if left == 1 else "plans were written for fewer readers"
        announce(f"{left} open {were} than profile '{who.name}' has, and not copied into the results.")
    return kept
