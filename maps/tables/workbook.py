"""Every table in one workbook that opens formatted, says its units and runs nothing."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from maps.common.escape import clean
from maps.common.layer_kinds import kind_of, names_spots
from maps.common.write_whole import write_file
from maps.disclosure.follow import follow_content, kind_given
from maps.disclosure.gate import Profile, profile_named, release
from maps.disclosure.not_finite import known
from maps.tables._column_heads import HEADS, name_head, without_harm
from maps.tables.csv_files import flatten

_WIDEST = 60
_LONGEST = 31  # characters that Excel allows in the name of a sheet
_RESERVED = ("about", "history")  # our own first sheet, and a name that Excel keeps for itself


def write_tables(
    path: str | Path,
    sheets: Mapping[str, pd.DataFrame],
    *,
    profile: str | Profile,
    title: str = "Crime and anti-social behaviour hotspots",
    statement: str = "",
    notes: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    marking: str | None = None,
    as_of: str | pd.Timestamp = "2000-01-01",
) -> Path:
    """Write tables as one Excel workbook, a sheet each, with a first sheet that says what they are.

    Parameters
    ----------
    path : str or Path
        The ``.xlsx`` to write.
    sheets : dict of str to DataFrame
        Tables by sheet name; names that Excel would take for the same one are numbered. What kind a table
        is (and so which of its columns may leave) is read from its name ("Hotspots", "Patrols",
        "Cameras"; else areas) unless ``kinds`` or ``attrs["kind"]`` says.
    profile : str or Profile
        Disclosure profile: "open", "internal", "partner" or "public".
    title, statement : str
        Heading of the workbook, and what it counts, over which period, from which source.
    notes : dict, optional
        A sentence per sheet.
    kinds : dict, optional
        Kind per sheet, as `maps.disclosure.gate.release` knows them; "table" for any other table, whose
        columns must then be named in ``columns``.
    columns : dict, optional
        Columns that may leave, per sheet of kind "table".
    marking : str, optional
        Protective marking; None is the profile's own.
    as_of : str or Timestamp
        Date written into the file as its creation: never today's, so that the bytes are the same.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If a kind or the profile is unknown.
    """
    import xlsxwriter

    who = profile_named(profile)
    of_sheet = {name: (kinds or {}).get(name) or _kind_of_sheet(name, frame) for name, frame in sheets.items()}
    frames = {
        name: release(frame, kind=of_sheet[name], profile=who, columns=(columns or {}).get(name, ()))
        for name, frame in sheets.items()
    }
    who = follow_content(who, [kind_given(of_sheet[n], frame) for n, frame in frames.items() if len(frame)])
    stamp = clean(who.marking if marking is None else marking)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options | {"in_memory": True, "nan_inf_to_errors": False}) as book:
        created = pd.Timestamp(as_of).to_pydatetime().replace(tzinfo=None)
        _set_properties(book, title=title, stamp=stamp, who=who, created=created)
        named = _name_sheets(frames)
        _write_about(book, title, statement, stamp, who, {s: (notes or {}).get(n, "") for n, s in named.items()})
        for number, (name, frame) in enumerate(frames.items()):
            sheet = book.add_worksheet(named[name])
            table = flatten(without_harm(frame))
            table.attrs = dict(frame.attrs)
            _write_sheet(book, sheet, name, table, number=number, stamp=stamp, who=who)
    write_file(Path(path), stream.getvalue())
    return Path(path)


def _kind_of_sheet(name: str, frame: pd.DataFrame) -> str:
    return "spots" if names_spots(name) and "kind" not in frame.attrs else kind_of(name, frame)


def _set_properties(book: Any, *, title: str, stamp: str, who: Profile, created: datetime) -> None:
    words = {"title": clean(title), "category": stamp, "comments": who.audience, "created": created}
    book.set_properties(words)
    book.set_custom_property("Protective marking", stamp or "none")
    book.set_custom_property("Disclosure profile", who.name)


def _write_about(book: Any, title: str, statement: str, stamp: str, who: Profile, notes: Mapping[str, str]) -> None:
    sheet = book.add_worksheet("About")
    bold, wrap = book.add_format({"bold": True, "font_size": 14}), book.add_format({"text_wrap": True})
    head = book.add_format({"bold": True, "bottom": 1})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, clean(title), bold)
    lines = [("Marking", stamp or "none"), ("For whom", who.audience), ("What is counted", clean(statement))]
    row = 2
    for label, text in lines:
        sheet.write_string(row, 0, label, head)
        sheet.write_string(row, 1, text, wrap)
        row += 1
    for name, note in notes.items():
        row += 1
        sheet.write_string(row, 0, name, head)
        sheet.write_string(row, 1, clean(note), wrap)
    _mark_print(sheet, stamp)


def _name_sheets(names: Iterable[str]) -> dict[str, str]:
    """Name each sheet as Excel allows: 31 characters, no brackets, colons, slashes or quotes, none twice."""
    given: dict[str, str] = {}
    taken = set(_RESERVED)
    for name in names:
        plain = "".join("-" if c in "[]:*?/\\'" else c for c in clean(name)) or "Table"
        sheet, number = plain[:_LONGEST].strip(), 1
        while sheet.casefold() in taken:
            number += 1
            end = f" ({number})"
            sheet = plain[: _LONGEST - len(end)].strip() + end
        taken.add(sheet.casefold())
        given[name] = sheet
    return given


def _write_sheet(
    book: Any, sheet: Any, name: str, table: pd.DataFrame, *, number: int, stamp: str, who: Profile
) -> None:
    top = book.add_format({"bold": True, "font_color": "#0b1f33"})
    sheet.write_string(0, 0, f"{stamp}   {clean(name)}".strip(), top)
    heads = _unique([name_head(c, per=table.attrs.get("per", 1000)) for c in table.columns])
    end = max(len(table), 1)
    if len(heads):
        sheet.add_table(
            2,
            0,
            2 + end,
            len(heads) - 1,
            {
                "name": f"Table_{number + 1}",
                "style": "Table Style Light 1",
                "columns": [{"header": head} for head in heads],
            },
        )
    for i, (column, head) in enumerate(zip(table.columns, heads, strict=True)):
        cell_format = book.add_format({"num_format": HEADS.get(column, ("", "General"))[1], "valign": "top"})
        texts = [_write_cell(sheet, 3 + r, i, v, column, cell_format, who) for r, v in enumerate(table[column])]
        sheet.set_column(i, i, min(max([len(head) + 3, *map(len, texts)]), _WIDEST))
    sheet.freeze_panes(3, 0)
    _mark_print(sheet, stamp)


def _write_cell(sheet: Any, row: int, column: int, value: Any, name: str, cell_format: Any, who: Profile) -> str:
    value = known(value)
    if value is None:
        text = who.suppressed if name in ("incidents", "before", "after") else ""
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int | float):
        sheet.write_number(row, column, float(value), cell_format)
        return f"{float(value):,.1f}"
    elif isinstance(value, pd.Timestamp | datetime):
        text = f"{value:%Y-%m-%d}" if value == pd.Timestamp(value).normalize() else f"{value:%Y-%m-%d %H:%M}"
    else:
        text = clean(value)
    sheet.write_string(row, column, text, cell_format)
    return text


def _unique(heads: list[str]) -> list[str]:
    """Excel refuses a table with two equal heads, whatever their case."""
    seen: dict[str, int] = {}
    result = []
    for head in heads:
        key = head.casefold()
        seen[key] = seen.get(key, 0) + 1
        result.append(head if seen[key] == 1 else f"{head} ({seen[key]})")
    return result


def _mark_print(sheet: Any, stamp: str) -> None:
    # Excel reads & as a command in headers.
    safe = stamp.replace("&", "&&")
    sheet.set_header(f"&C&B{safe}" if safe else "")
    sheet.set_footer(f"&L&A&C&B{safe}&RPage &P of &N" if safe else "&L&A&RPage &P of &N")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
