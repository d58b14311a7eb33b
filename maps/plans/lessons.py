"""What closed plans taught, told in a new plan for a place like theirs."""

import datetime as dt

from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_date, say_list
from hotspots.plans._response_menu import families_of
from hotspots.plans.record import Plan
from hotspots.plans.stages import closed_on, last_closing
from maps.disclosure.gate import Profile, may_go_with
from maps.plans.closed import Closed, ground_of

_MOST = 3  # closed plans that a new one is told of


def tell_tried(plan: Plan, closed: Closed, who: Profile) -> list[str]:
    """Say what was tried at places like a plan's own, by the closed plans that its readers may see.

    Its own place comes first, then those that share most of its kinds of problem.
    """
    own, ground, found = _families(plan), ground_of(plan), []
    for other in closed.plans.values():
        fit = may_go_with(str(other.document.get("profile", "")), who)
        if not fit or "person" in (plan.covers, other.covers):
            continue
        theirs, area = _families(other), ground_of(other)
        same = ground is not None and area is not None and ground.intersection(area).area > area.area / 2
        alike = len(own & theirs) / max(len(own | theirs), 1)
        said = _say_tried(other)
        if said and (same or alike > 0):
            found.append((not same, -alike, -(closed_on(other) or dt.date.min).toordinal(), said))
    return [said for *_, said in sorted(found)[:_MOST]]


def _families(plan: Plan) -> set[str]:
    total = sum(row["incidents"] for row in plan.scanning.get("types", ())) or 1
    large = [row["type"] for row in plan.scanning.get("types", ()) if row["incidents"] >= 0.1 * total]
    return {family for kind in large for family in families_of(str(kind))}


def _say_tried(plan: Plan) -> str:
    """One closed plan in a line: what was done, what became of it, what was learnt."""
    fields = {tag: " ".join(clean_text(text).split()) for tag, text in plan.fields().items()}
    row = last_closing(plan)
    actions = [fields[tag] for tag in fields if tag.startswith("actions.") and tag.endswith(".action")]
    parts = {"tried": say_list(filter(None, actions)), "verdict": fields["assessment.verdict"]}
    parts["verdict"] = parts["verdict"] or str(row.get("verdict", ""))
    parts |= {"found": plan.assessments[-1]["verdict"] if plan.assessments else ""}
    parts |= {"reason": fields["closing.reason"] or str(row.get("reason", ""))}
    parts |= {"lessons": fields["assessment.lessons"]}
    said = "; ".join(f"{name}: {text.rstrip('.')}" for name, text in parts.items() if text)
    closed = closed_on(plan)
    when = f", closed {say_date(closed)}" if closed else ""
    return f"{plan.title} ({plan.ref}{when}): {said}." if said else ""
