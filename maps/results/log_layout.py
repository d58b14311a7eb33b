"""The names of a log's columns, and of a return's, as its keepers have them: a small TOML file."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from hotspots.checks import Problems, read_text
from hotspots.files.own_toml import parse_toml
from hotspots.files.typed_tables import OneOf, Table, read_table
from hotspots.patrols.ledger import KEYS


class LogLayout(Table):
    """Our names of columns and the log's; a return's headings and our columns; what a row of it is of."""

    columns: dict[str, Any] = Field({})
    return_: dict[str, Any] | None = Field(None, alias="return")
    rows: list[Annotated[str, OneOf(tuple(KEYS))]] = Field(["period", "agency"])


def read_log_layout(layout: str | Path | None) -> LogLayout:
    """Read such a file; without one the log has our names."""
    if layout is None:
        return LogLayout.holding()
    what, problems = "The layout of the log", Problems("The layout of the log has problems")
    text = read_text(Path(layout), what=what)
    raw = parse_toml(text, name=Path(layout).name, what=what, advice="[columns], [return] and rows")
    asked = read_table(LogLayout, raw, problems, text=text)
    problems.raise_any()
    return asked
