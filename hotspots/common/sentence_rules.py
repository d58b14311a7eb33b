"""Every kind of sentence that depends on the data, the rule that lets it out, and what a run did with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# kind of sentence: what must hold for the data at hand; the method statement lists them in these words
RULES = {
    "change between two periods": "Every source, force and kind counted has records in all months of both.",
    "change of single places": "One place at least changed by more than chance gives one of so many.",
    "ground that nobody chose": "There is neither a study area nor a layer of areas that holds most records.",
    "harm": "Some record of what is spoken of is of a kind to which the harm index gives a weight above 0.",
    "rate per resident": "A layer has numbers of residents; the period of the records is named with it.",
    "records lie outside the areas": "Nine records in ten or more lie in no area of a layer.",
    "season": "The records hold each of the twelve calendar months.",
    "share held by chance": "The ground has at least 20 places, and chance alone would not hold all records.",
    "share of the ground covered": "Hotspots cover half of it at most; 95% of 20 records or more lie on it.",
    "time of day": "Some record of what is spoken of has a time of day that could be read.",
    "trend of a place": "Ten months without a gap, of every source and force, and ground of a known rate.",
    "verdict": "Both the areas with a response and those without have records in both periods.",
}
NOT_ASKED = "nothing in these data or this configuration asked for it"
_notes: ContextVar[dict[str, tuple[list[str], int]] | None] = ContextVar("sentences", default=None)


def may_say(kind: str, holds: Any, *, why: str = "") -> bool:
    """Note whether the rule of a kind of sentence holds here, and give it back."""
    if kind not in RULES:
        raise KeyError(f"{kind} is not among the kinds of sentences in hotspots.common.sentence_rules")
    notes = _notes.get()
    if notes is not None:
        reasons, times = notes.get(kind, ([], 0))
        kept_in = [why] if not holds and why and why not in reasons else []
        notes[kind] = reasons + kept_in, times + bool(holds)
    return bool(holds)


@contextmanager
def note_sentences() -> Iterator[None]:
    """Collect, while open, what `may_say` is asked."""
    token = _notes.set({})
    try:
        yield
    finally:
        _notes.reset(token)


def list_sentences() -> dict[str, dict[str, Any]]:
    """Return for each kind of sentence whether it was said, its rule, and why it was left out anywhere."""
    notes = _notes.get() or {}
    told = {}
    for kind, rule in sorted(RULES.items()):
        reasons, times = notes.get(kind, ([NOT_ASKED], 0))
        told[kind] = {"said": times > 0, "rule": rule} | ({"left_out_because": reasons} if reasons else {})
    return told
