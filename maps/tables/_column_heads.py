"""What people read above the columns of a table, with units."""

import csv
import re
from importlib.resources import files

import pandas as pd

from hotspots.common.judgement_words import AGAIN
from hotspots.common.plan_words import start_sentence
from maps.common.escape import clean

# Heading with its unit, and the number format, of the columns that our tables have.
_ROWS = (files("maps.tables") / "column_heads.csv").read_text(encoding="utf-8").splitlines()
HEADS = {row["column"]: (row["head"], row["format"]) for row in csv.DictReader(_ROWS)}
HEADS["stability"] = (f"{start_sentence(AGAIN)} as one place in re-runs (%)", "0%")
_OF_HARM = ("largest_offence_share", "one_offence", "largest_single_share")
# Words of column names that people do not read; what they read instead stands in the glossary.
_SAID = {
    "incidents": "records",
    "rejected": "not used",
    "accepted": "used",
    "comparator": "comparison area",
    "asb": "ASB",
}


def name_head(column: str, *, per: float) -> str:
    """Heading of a column with its unit; ``per`` is how many residents a rate is for."""
    head = HEADS.get(column, (_plain_head(column), ""))[0]
    return head.replace("per 1,000 residents", f"per {per:,g} residents")


def _plain_head(column: str) -> str:
    """Heading of a column that has none of its own: what its name says, in the words that people read."""
    words = clean(column).replace("_", " ")
    for ours, said in _SAID.items():
        words = re.sub(rf"(?<!ASB )\b{ours}\b", said, words)
    return words[:1].upper() + words[1:]


def without_harm(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns that speak of harm where none of them holds anything.

    Examples
    --------
    >>> without_harm(pd.DataFrame({"incidents": [3], "harm": [float("nan")]})).columns.tolist()
    ['incidents']
    """
    spoken = [c for c in table.columns if "harm" in str(c) or c in _OF_HARM]
    holds = table[spoken].drop(columns="one_offence", errors="ignore").notna().any(axis=None)
    return table if holds else table.drop(columns=spoken)
