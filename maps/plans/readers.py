"""Which open plans may be handed out with a run: those written for its readers, or for more."""

from collections.abc import Sequence
from pathlib import Path

from hotspots.checks import announce
from hotspots.plans.record import Plan
from hotspots.plans.toml_file import read_plan
from maps.disclosure.gate import Profile, may_go_with
from maps.plans.closed import read_closed
from maps.plans.shelf import Shelf, look_through


def closed_for(folder: str | Path | None, who: Profile) -> list[Plan]:
    """Find the closed plans that may be spoken of under a profile."""
    plans = read_closed(folder).plans.values() if folder else []
    return [plan for plan in plans if may_go_with(str(plan.document.get("profile", "")), who)]


def plans_for(folder: str | Path | None, who: Profile, *, say: bool = False) -> list[Plan]:
    """Open plans that may be spoken of under a profile: those written for its readers, or for more.

    Nothing is written. Where a document cannot be read, its plan is told of as the record has it; ``say``
    names such plans.
    """
    shelf = look_through(folder) if folder else Shelf()
    plans = shelf.known()
    if say:
        shelf.say(done="told of only as far as they can be read")
    kept = [plan for plan in plans if may_go_with(str(plan.document.get("profile", "")), who)]
    _say_left(len(plans) - len(kept), who)
    return kept


def documents_for(documents: Sequence[Path], who: Profile) -> list[Path]:
    """Those documents of open plans that may stand among the outputs of a profile; the others are counted."""
    records = sorted({path.with_suffix(".toml") for path in documents})
    fit = {one: may_go_with(str(read_plan(one).document.get("profile", "")), who) for one in records}
    _say_left(list(fit.values()).count(False), who)
    return [path for path in documents if fit[path.with_suffix(".toml")]]


def _say_left(left: int, who: Profile) -> None:
    if left:
        were = "plan was written for fewer readers" if left == 1 else "plans were written for fewer readers"
        announce(f"{left} open {were} than profile '{who.name}' has, and left out of the results.")
