"""The columns of a large table that matter, and how its rows are counted by them on the engine."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from hotspots.checks import InputError, announce
from hotspots.large._engines import fetch, is_blank
from hotspots.large.duckdb_files import join_date
from hotspots.reading.layout_fit import match_columns
from hotspots.reading.layouts import Layout

TEXTS = ("category", "place", "key", "area", "offence", "force")
BLANK = -9e99  # stands for a coordinate that is missing: an engine joins on it, on nothing it does not


@dataclass(frozen=True)
class Rows:
    """A table's columns by meaning (``_x, _y, _when, _category`` ...), not yet run."""

    table: Any
    numeric: bool  # whether coordinates are numbers; else they are text
    # text columns that the engine groups by their hash: eight bytes instead of a name, four times as
    # fast
    hashed: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """Columns that a group of rows has in common, but for its date."""
        return [c for c in ("_x", "_y", *(f"_{t}" for t in TEXTS)) if c in self.table.columns]

    def keyed(self, table: Any) -> Any:
        """Give a table with the hashes of texts in place of the texts."""
        return table.mutate(**{name: hash_of(table[name]) for name in self.hashed})

    def plainly(self) -> "Rows":
        """Give the same rows, grouped by the texts themselves."""
        texts = {name: self.table[name].fill_null("").strip() for name in self.hashed}
        return replace(self, table=self.table.mutate(**texts), hashed=())


@dataclass
class Texts:
    """Distinct texts of each text column; what the counted rows hold are positions in them."""

    values: dict[str, list[str]] = field(default_factory=dict)
    hashes: dict[str, pd.Series] = field(default_factory=dict)


def choose_columns(table: Any, layout: Layout, *, clock: bool = False) -> Rows:
    """Choose the columns that matter, named by their meaning; ``clock`` keeps the time of day of moments."""
    import ibis

    table = join_date(table)
    actual, lacking = match_columns(table.columns, layout)
    if "year_month" in table.columns and actual.get("when", "month").casefold() == "month":
        actual, lacking = {**actual, "when": "year_month"}, [m for m in lacking if m != "when"]
        announce("The date is put together from the columns, or partitions, of year and month.")
    if lacking:
        raise InputError(
            f"The table lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}",
            given=f"columns {', '.join(table.columns)}",
            advice="another layout",
        )
    numeric = all(m in actual and _is_number(table[actual[m]]) for m in ("x", "y"))
    duck = ibis.get_backend(table).name == "duckdb"
    columns, hashed = {}, []
    for meaning in ("x", "y", "when", *TEXTS, "incident_id"):
        if meaning not in actual:
            continue
        column = table[actual[meaning]]
        if meaning in ("x", "y") and numeric:
            value = column.cast("float64")
            columns[f"_{meaning}"] = ibis.cases((is_blank(value), BLANK), else_=value)
        elif meaning in TEXTS and duck:
            columns[f"_{meaning}"] = column.cast("string")  # blanks come off the few distinct texts
            hashed.append(f"_{meaning}")
        else:
            text = _as_text(column, clock=clock)
            columns[f"_{meaning}"] = _strip_few(text) if duck else text.fill_null("").strip()
    extra = {"_file": "filename", "_line": "file_row_number"}
    columns |= {name: table[c] for name, c in extra.items() if c in table.columns}
    return Rows(table.select(**columns), numeric, tuple(hashed))


def _is_number(column: Any) -> bool:
    return bool(column.type().is_floating() or column.type().is_integer())


def _as_text(column: Any, *, clock: bool) -> Any:
    kind = column.type()
    if kind.is_timestamp():
        return column.strftime("%Y-%m-%d %H:%M:%S" if clock else "%Y-%m-%d")
    return column.strftime("%Y-%m-%d") if kind.is_date() else column.cast("string")


def _strip_few(text: Any) -> Any:
    """Strip the texts that have blanks around them: to look is cheap, to strip 60 million is not."""
    import ibis

    blank = (text < "!") | (text.right(1) < "!")  # a blank or control character comes first, or last
    return ibis.cases((text.isnull(), ""), (blank, text.strip()), else_=text)  # noqa: PD003  of Ibis


def hash_of(column: Any) -> Any:
    """DuckDB's own hash of a text: 64 bits."""
    import ibis

    def hashed(text):  # type: ignore[no-untyped-def]
        """DuckDB's own."""

    return ibis.udf.scalar.builtin(hashed, name="hash", signature=(("string",), "uint64"))(column)


def count_groups(rows: Rows, by: list[str], table: Any) -> pd.DataFrame:
    """Rows of each combination of the columns ``by``, in the column ``n``."""
    keyed = rows.keyed(table)
    return fetch(keyed.group_by(by).aggregate(n=keyed.count()))


def read_texts(rows: Rows, texts: Texts, names: list[str]) -> bool:
    """Read the distinct texts of hashed columns; False where two texts share a hash."""
    for name in names:
        if name in rows.hashed and name not in texts.hashes:
            column = rows.table[name]
            pairs = rows.table.select(hash=hash_of(column), text=column).distinct()
            table = fetch(pairs).sort_values("hash", ignore_index=True)
            if table["hash"].duplicated().any():
                return False
            texts.hashes[name] = table.set_index("hash")["text"].fillna("").astype("str").str.strip()
    return True


def number_texts(frame: pd.DataFrame, texts: Texts, names: list[str]) -> None:
    """Put positions in sorted lists of distinct texts in place of texts and hashes."""
    for name in names:
        if name in texts.hashes:
            known = texts.hashes[name]
            codes, distinct = pd.factorize(known.to_numpy(dtype=object), sort=True)
            hashes = known.index.to_numpy(dtype=np.uint64)
            at = np.searchsorted(hashes, frame[name].to_numpy(dtype=np.uint64))
            frame[name] = codes.astype(np.int32)[at]
        elif name in texts.values:
            frame[name] = pd.Index(texts.values[name]).get_indexer(pd.Index(frame[name].astype(object)))
            continue
        else:
            codes, distinct = pd.factorize(frame[name].to_numpy(dtype=object), sort=True)
            frame[name] = codes.astype(np.int32)
        texts.values[name] = [str(text) for text in distinct]
