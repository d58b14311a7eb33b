"""Rows of a large table that cannot be used: counted by cause, file and month, and a sample of them."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from hotspots.common.words_for_nothing import name_categories
from hotspots.large._columns import BLANK, Rows, Texts, number_texts
from hotspots.large._engines import fetch
from hotspots.reading.duplicates import REPEATED
from hotspots.reading.layouts import Layout
from hotspots.reading.rejects import REJECT_COLUMNS
from hotspots.reading.rows import judge_rows

MOST_FILES = 12  # a sample is fetched from so many files at most: to look into each costs a pass
LEDGER = ["file", "cause", "source", "category", "when", "precision", "rows", "line"]


def text_coordinates(values: pd.Series) -> pd.Series:
    """Coordinates as text, as a file would hold them; "" for none."""
    if not pd.api.types.is_numeric_dtype(values):
        return values.astype("str")
    numbers = values.to_numpy(dtype=float)
    codes, distinct = pd.factorize(numbers)
    texts = np.array(["" if v == BLANK else repr(float(v)) for v in distinct], dtype=object)
    return pd.Series(texts[codes] if len(texts) else [], index=values.index, dtype="str")


def count_bad_rows(rows: Rows, texts: Texts, sites: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Count rows that cannot be used by file, date, category and what is wrong with them."""
    wrong = dates.loc[dates["cause"].ne(""), "text"].tolist()
    causes = sorted(sites["cause"].unique())
    code = sites["cause"].map({cause: i for i, cause in enumerate(causes, 1)}).astype("int64")
    table = code_sites(rows, sites, code.to_numpy(), all_rows=bool(wrong))
    table = table.filter((table["code"] > 0) | table["_when"].isin(wrong)) if wrong else table
    by = [c for c in ("_file", "_when", "_category", "code") if c in table.columns]
    first = {"line": table["_line"].min()} if "_line" in table.columns else {}
    found = fetch(table.group_by(by).aggregate(n=table.count(), **first))
    number_texts(found, texts, [c for c in ("_category",) if c in found.columns])
    named = pd.Series(["", *causes], dtype="object").to_numpy()[found["code"].to_numpy(dtype=np.int64)]
    of_date = found["_when"].map(dict(zip(dates["text"], dates["cause"], strict=True)))
    return found.assign(cause=np.where(of_date.ne(""), of_date, named)).drop(columns="code")


def code_sites(rows: Rows, sites: pd.DataFrame, code: Any, *, all_rows: bool = False) -> Any:
    """Give the rows at these coordinates their code; with ``all_rows`` the others too, with the code 0."""
    import ibis

    table = rows.keyed(rows.table)
    if sites.empty:
        return table.mutate(code=ibis.literal(0, "int64"))
    keys = [c for c in ("_x", "_y", "_key") if c in sites.columns]
    coded = ibis.memtable(sites[keys].add_prefix("of").assign(code=code))
    on = [(table[key], coded[f"of{key}"]) for key in keys]
    joined = table.join(coded, on, how="left" if all_rows else "inner")
    return joined.mutate(code=joined["code"].fill_null(0))


def keep_ledger(
    rows: Rows, judged: Any, dates: pd.DataFrame, layout: Layout, *, names: Mapping[str, str]
) -> pd.DataFrame:
    """Count rejects by file, cause, source, category, date and precision, and give the first line."""
    keys = [c for c in ("_x", "_y", "_raw_key") if c in judged.sites.columns]
    bad = judged.sites.loc[judged.sites["cause"].ne(""), [*keys, "cause"]]
    bad = bad.rename(columns={"_raw_key": "_key"})
    parts = []
    if len(bad) or dates["cause"].ne("").any():
        parts.append(count_bad_rows(rows, judged.texts, bad, dates))
    if len(judged.repeated):
        lost = judged.repeated.assign(n=1, line=judged.repeated.get("_line"))
        parts.append(lost)
        had = lost[lost["before"].ne("")]
        parts.append(had.assign(cause=had["before"], n=-1, line=np.nan))
    if not parts:
        return pd.DataFrame(columns=LEDGER).astype({"rows": "int64", "when": "datetime64[ns]"})
    wanted = ["_file", "_when", "_category", "cause", "n", "line"]
    table = pd.concat([part.reindex(columns=wanted) for part in parts if len(part)], ignore_index=True)
    labels = np.array(label_categories(judged.texts, layout), dtype=object)
    read = dates.set_index("text").loc[table["_when"]]
    table["when"], table["precision"] = read["when"].to_numpy(), read["precision"].astype("str").to_numpy()
    table["category"] = labels[table["_category"].fillna(0).to_numpy(dtype=np.int64)]
    table["file"] = name_files(table["_file"], names)
    table["source"] = layout.source
    keys = ["file", "cause", "source", "category", "when", "precision"]
    ledger = table.groupby(keys, dropna=False, as_index=False).agg(rows=("n", "sum"), line=("line", "min"))
    texts = dict.fromkeys(("file", "cause", "source", "category", "precision"), "str")
    return ledger[ledger["rows"] > 0].reset_index(drop=True).astype(texts)


def count_files(rows: Rows, names: Mapping[str, str]) -> dict[str, int]:
    """Rows of each file, where the engine knows files."""
    if not names or "_file" not in rows.table.columns:
        return {}
    table = rows.table.group_by("_file").aggregate(n=rows.table.count())
    found = fetch(table).set_index("_file")["n"]
    return {names.get(str(path), str(path)): int(n) for path, n in sorted(found.items())}


def label_categories(texts: Texts, layout: Layout) -> list[str]:
    """Category of each distinct text, as the layout labels it."""
    if layout.fixed_category or "_category" not in texts.values:
        return [layout.fixed_category or ""] * max(len(texts.values.get("_category", [])), 1)
    return name_categories(texts.values["_category"], layout.labels)


def take_sample(
    rows: Rows, judged: Any, dates: pd.DataFrame, ledger: pd.DataFrame, *, names: Mapping[str, str], size: int
) -> pd.DataFrame:
    """Fetch some rejected rows whole: the first of each file and cause, or whichever an engine finds."""
    if ledger.empty or size < 1:
        return pd.DataFrame()
    if names and ledger["line"].notna().any():
        return _fetch_lines(rows, choose_sample(ledger, size), names)
    if "_x" not in rows.table.columns:
        return pd.DataFrame()
    few = judged.sites[judged.sites["cause"].ne("")].sort_values(["_x", "_y"]).head(size)
    wanted = rows.table["_x"].isin(few["_x"].unique().tolist())
    wanted &= rows.table["_y"].isin(few["_y"].unique().tolist())
    wanted |= rows.table["_when"].isin(dates.loc[dates["cause"].ne(""), "text"].head(size).tolist())
    found = fetch(rows.table.filter(wanted).order_by(rows.table.columns).limit(size))
    file = name_files(found["_file"], names) if "_file" in found.columns else ""
    return found.assign(_file=file, _line=found.get("_line", -2))


def name_files(paths: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Names of files as a reader knows them: of a table that tells its paths, the last part."""
    known = {p: names.get(p, PurePath(p).name) for p in paths.dropna().unique()}
    return pd.Series([known.get(p, "") for p in paths], index=paths.index, dtype="str")


def choose_sample(ledger: pd.DataFrame, size: int) -> pd.DataFrame:
    """Choose which rows to look at: the first of each file, month, category and cause, rare causes first."""
    known = ledger[ledger["line"].notna()]
    total = known.groupby("cause")["rows"].transform("sum")
    order = known.assign(total=total, turn=known.groupby("cause").cumcount())
    order = order.sort_values(["turn", "total", "cause", "file", "line"], kind="stable")
    files = order["file"].drop_duplicates().head(MOST_FILES)
    return order[order["file"].isin(files)].head(size)


def _fetch_lines(rows: Rows, chosen: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    paths = {name: path for path, name in names.items()}
    table = rows.table
    there = table["_file"].isin([paths[name] for name in chosen["file"].unique()])
    found = fetch(table.filter(there & table["_line"].isin(sorted({int(n) for n in chosen["line"]}))))
    found = found.assign(_file=found["_file"].map(names))
    wanted = set(zip(chosen["file"], chosen["line"].astype("int64"), strict=True))
    pairs = zip(found["_file"], found["_line"].astype("int64"), strict=True)
    return found[[pair in wanted for pair in pairs]]


def judge_sample(
    found: pd.DataFrame, ledger: pd.DataFrame, layout: Layout, end: pd.Timestamp, study_area: Any, *, size: int
) -> pd.DataFrame:
    """Judge the rows of a sample as rows of a file are; what is right but for its ID repeats another's."""
    if found.empty:
        return pd.DataFrame(columns=REJECT_COLUMNS)
    # the first row of a file without lines is 2, as if a header stood above
    asked = found.assign(_line=pd.to_numeric(found["_line"]).astype("int64") + 2, _crs=layout.crs)
    asked = asked.assign(**{c: text_coordinates(asked[c]) for c in ("_x", "_y") if c in asked.columns})
    judged = judge_rows(asked.reset_index(drop=True), layout, end, study_area)
    lines = ledger[ledger["cause"].eq(REPEATED) & ledger["line"].notna()]
    twice = set(zip(lines["file"], lines["line"].astype("int64") + 2, strict=True))
    repeats = [pair in twice for pair in zip(judged["file"], judged["line"], strict=True)]
    repeated = pd.Series(repeats, index=judged.index, dtype=bool)
    judged.loc[repeated, "value"] = judged.loc[repeated, "incident_id"]
    judged.loc[repeated, "cause"] = REPEATED
    bad = judged[judged["cause"].ne("")].sort_values(["file", "line"], kind="stable", ignore_index=True)
    return bad.drop(columns="geometry", errors="ignore").head(size)


def list_rejects(ledger: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """Rejects as a city's, the sample row by row, the others counted in the column ``rows``."""
    keys = ["file", "cause", "source", "category", "when", "precision"]
    shown = sample.reindex(columns=REJECT_COLUMNS).assign(rows=1)
    both = [ledger[[*keys, "rows"]], shown[keys].assign(rows=-1)] if len(shown) else [ledger[[*keys, "rows"]]]
    left = pd.concat(both, ignore_index=True).groupby(keys, dropna=False, as_index=False)["rows"].sum()
    parts = [shown, left[left["rows"] > 0].reindex(columns=[*REJECT_COLUMNS, "rows"])]
    whole = pd.concat([part for part in parts if len(part)] or [shown], ignore_index=True)
    texts = ["value", "incident_id", "place"]
    whole[texts] = whole[texts].astype("object").fillna("").astype("str")
    whole["when"] = pd.to_datetime(whole["when"]).astype("datetime64[ns]")
    whole["line"] = whole["line"].astype("Int64")
    order = ["file", "cause", "line", "category", "when"]
    whole["rows"] = whole["rows"].astype("int64")
    return pd.DataFrame(whole.sort_values(order, kind="stable", ignore_index=True))


def subtract(dated: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Rows that are used, by date and category: all of them less those that are not."""
    keys = ["when", "precision", "category", "source"]
    lost = ledger.loc[ledger["when"].notna(), keys].assign(incidents=-ledger["rows"])
    sums = pd.concat([dated, lost]).groupby(keys)["incidents"].sum()
    return pd.DataFrame(sums[sums > 0].astype("int64").reset_index())
