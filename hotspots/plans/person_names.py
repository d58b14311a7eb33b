"""Plans hold roles and references, never names: what looks like one is refused, or pointed out."""

import re
from functools import cache

from hotspots.checks import InputError, Problems, announce
from hotspots.common.packaged import packaged_toml
from hotspots.common.plan_words import start_sentence
from hotspots.plans.record import Plan

_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Master|Dr)\.?\s+[A-Z][\w'’-]+")
_BIRTH = re.compile(r"\b(?:d\.?o\.?b\.?|born\s+(?:on|in)?\s*\d|date of birth)", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:first name|surname|forename|full name|alias|aka|named|called|name)\s*:?\s+[A-Z]\w+")
_PAIR = re.compile(r"\b([A-Z][a-z'’-]+)\s+([A-Z][a-z'’-]+)\b")
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/_.-]{2,39}$")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(packaged_toml("powers", "name_words")[name].split())


def find_names(text: str, *, strict: bool = False) -> list[str]:
    """Words that look like a person's name, or like a date of birth."""
    found = [match[0] for pattern in (_TITLE, _BIRTH, _LABEL) for match in pattern.finditer(text)]
    for match in _PAIR.finditer(text):
        first, last = match.groups()
        if {first, last} & _words("not_names"):
            continue
        if (first in _words("first") or strict) and not any(match[0] in said for said in found):
            found.append(match[0])
    return found


def refuse_names(plan: Plan) -> None:
    """Refuse a plan for a person that holds what looks like a name; point it out in other plans."""
    problems = Problems("A plan for a person holds references only, never names")
    if plan.covers != "person":
        seen = [tag for tag, text in plan.fields().items() if find_names(text)]
        if seen:
            announce(f"Plan {plan.ref}: these fields may hold a name, write a role instead: {', '.join(seen)}.")
        return
    if not _REFERENCE.match(plan.ref):
        problems.add("the reference must be a case number", given=repr(plan.ref), advice="V1234 or 13/24-567")
    for tag, text in plan.fields().items():
        exact = tag in ("heading.reference", "heading.owner", "sign_off.role")
        for words in find_names(text, strict=exact):
            problems.add(f"{tag} looks like a name", given=repr(words), advice="the role and a reference")
    problems.raise_any()


def draft_person_plan(reference: str, *, role: str, as_of: str) -> Plan:
    """Open a blank plan for a repeat victim or offender: a form, with a reference and no name.

    Parameters
    ----------
    reference : str
        The case number in the force's or council's own system: letters, figures and at least one digit.
    role : str
        "repeat victim" or "repeat offender".
    as_of : str
        The day it is opened, as an ISO date.

    Returns
    -------
    Plan
        With ``covers`` "person" and every field blank.

    Raises
    ------
    InputError
        When the reference looks like a name, or the role is another.

    Examples
    --------
    >>> draft_person_plan("V1234", role="repeat victim", as_of="2018-08-31").title
    'Repeat victim V1234'
    """
    if role not in ("repeat victim", "repeat offender"):
        raise InputError("The role is not one we know", given=repr(role), advice="'repeat victim' or 'repeat offender'")
    title = f"{start_sentence(role)} {reference}"
    plan = Plan(ref=reference, title=title, covers="person", opened=as_of, drafted=as_of)
    refuse_names(plan)
    return plan
