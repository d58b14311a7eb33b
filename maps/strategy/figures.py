"""Every number of the assessment is said from a cell of a table, so that it can be followed to its row."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hotspots.common.plan_words import clean_text
from hotspots.common.wording import say_number
from maps.documents.marks import mark_figure, strip_marks

FIRST_ROW = 4  # of a sheet of the workbook: title, blank, headings, then the rows
HIDDEN, CELL = "not shown", "¦"  # CELL parts the cells of a table of the template
_FIGURE = re.compile(r"[^\s(;:.“”]*\d(?:[^\s),;:.“”]|[,.:](?=\d))*")


@dataclass(frozen=True)
class Sheet:
    """A table of the workbook: rows by name, what its numbers count, and the filter of each row (``filter``)."""

    table: pd.DataFrame
    counts: str


@dataclass
class Figures:
    """Says values of the sheets, and keeps where each came from; no number gets into the text but through it."""

    sheets: Mapping[str, Sheet]
    notes: dict[tuple[str, Hashable], int] = field(default_factory=dict)

    def value(self, sheet: str, row: Hashable, column: str) -> Any:
        """Value of a cell."""
        table: Any = self.sheets[sheet].table
        return table.loc[row, column]

    def known(self, sheet: str, row: Hashable, column: str) -> bool:
        """Whether a cell is there and may be told."""
        table = self.sheets[sheet].table if sheet in self.sheets else pd.DataFrame()
        if row not in table.index or column not in table.columns:
            return False
        value = self.value(sheet, row, column)
        return bool(pd.notna(value)) and value != ""

    def say(
        self, sheet: str, row: Hashable, column: str, write: Callable[[Any], str] = say_number, *, quiet: bool = False
    ) -> str:
        """Say a cell with its mark; what may not be told is said to be not shown."""
        if not self.known(sheet, row, column):
            return HIDDEN
        return mark_figure(write(self.value(sheet, row, column)), self._note(sheet, row), quiet=quiet)

    def hush(self, sheet: str, row: Hashable, column: str, write: Callable[[Any], str] = say_number) -> str:
        """Say a cell of a row that has its mark elsewhere."""
        return self.say(sheet, row, column, write, quiet=True)

    def quote(self, sheet: str, row: Hashable, column: str = "said", part: str | None = None) -> str:
        """Quote a cell of text, or a part of it, with a mark on every figure in it."""
        if part is None:
            part = clean_text(self.value(sheet, row, column)) if self.known(sheet, row, column) else ""
        text = " ".join(strip_marks(part).replace(CELL, "/").split())
        return _FIGURE.sub(lambda found: mark_figure(found[0], self._note(sheet, row)), text)

    def _note(self, sheet: str, row: Hashable) -> int:
        return self.notes.setdefault((sheet, row), len(self.notes) + 1)

    def sources(self) -> list[dict[str, Any]]:
        """List where each mark leads: sheet, row, what is counted, and the filter of the row."""
        found = []
        for (name, row), number in self.notes.items():
            sheet = self.sheets[name]
            at = list(sheet.table.index).index(row) + FIRST_ROW
            chosen = str(self.value(name, row, "filter")) if "filter" in sheet.table.columns else ""
            found.append({"note": number, "sheet": name, "row": at, "counts": sheet.counts, "filter": chosen})
        return found
