"""Pages about time: when it happens, in pictures, and the pages a board reads; as Word and as a web page."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hotspots.common.calendars import letter_entries, list_overlapping
from hotspots.common.wording import say_figure
from hotspots.timing.draw_times import draw_times
from maps.common.calendar import as_records, say_entry
from maps.common.write_whole import write_file
from maps.disclosure.gate import Profile
from maps.documents.blocks import Block, Bullets, Document, Grid, Heading, Picture, Pictures, Text
from maps.documents.to_html import render_html
from maps.documents.to_word import render_word
from maps.job.board_pages import Board, hide_board
from maps.job.periods import Periods
from maps.job.time_profiles import SHEETS, hide_times, name_bin, say_profile

TITLES = {
    "month": "Month by month",
    "calendar month": "Calendar months",
    "season": "Seasons",
    "weekday": "Days of the week",
    "hour": "Hours of the day",
    "weekday_hour": "Hours of the week",
    "holidays": "School holidays and term",
    "peaks": "Peaks of the year",
}
_WIDTHS = (0.16, 0.1, 0.1, 0.13, 0.17, 0.34)


def write_time_pages(
    periods: Periods, folder: Path, *, profile: Profile, words: dict[str, Any], as_of: Any
) -> list[Path]:
    """Write ``times.html``, ``times.docx``, a picture of each profile in ``times/``, and ``boards/``."""
    pictures = draw_profiles(periods, profile, title=str(words["title"]))
    written = []
    for by, png in pictures.items():
        path = folder / "times" / f"{SHEETS[by].lower().replace(' ', '-')}.png"
        write_file(path, png)
        written.append(path)
    day = str(as_of)
    page = lay_out_times(periods, pictures, profile=profile, words=words, day=day)
    written += _write(page, folder / "times")
    for board in periods.boards:
        page = lay_out_board(board, profile=profile, words=words, day=day)
        written += _write(page, folder / "boards" / _stem(board.name))
    return written


def _write(page: Document, stem: Path) -> list[Path]:
    word, html = (stem.with_name(stem.name + suffix) for suffix in (".docx", ".html"))
    write_file(word, render_word(page))
    write_file(html, render_html(page).encode())
    return [word, html]


def _stem(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "board"


def draw_profiles(periods: Periods, who: Profile, *, title: str) -> dict[str, bytes]:
    """Draw each profile as PNG; months are marked with the calendar."""
    drawn = {}
    for by, profile in periods.times.profiles.items():
        marks: dict[str, Any] = {}
        if by == "month" and len(periods.calendar):
            marks = {"calendar": periods.calendar, "letters": letter_entries(periods.calendar)}
        figure = draw_times(hide_times(profile, who), title=f"{TITLES[by]}: {title}", **marks)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
        drawn[by] = stream.getvalue()
    return drawn


def lay_out_times(
    periods: Periods, pictures: dict[str, bytes], *, profile: Profile, words: dict[str, Any], day: str
) -> Document:
    """Blocks of the page on when it happens: each profile, then what is not there and why."""
    counted = str(words.get("counted", "records"))
    said = f"{words['period']}. Source: {words['source']}. Counted: {counted}. {words.get('note', '')}"
    blocks: list[Block] = [Text(said.strip(), note=True)]
    for by, png in pictures.items():
        table = hide_times(periods.times.profiles[by], profile)
        sentence = say_profile(table)
        caption = f"{TITLES[by]}: {counted} a day." if by != "weekday_hour" else f"{TITLES[by]}: {counted}."
        blocks += [
            Heading(TITLES[by]),
            Pictures((Picture(png, f"{caption} {_describe(table)}", caption, 17.0),)),
            Text(sentence),
        ]
        if by == "month":
            blocks += _key(periods, table)
        blocks += [Text(warning) for warning in periods.times.warnings.get(by, ())]
    refused = [f"{SHEETS.get(by, by)}: {reason}" for by, reason in periods.times.refused.items()]
    if refused:
        blocks += [Heading("Not shown, and why"), Bullets(tuple(refused))]
    blocks.append(Text(profile.audience, note=True))
    title = f"When it happens: {words['title']}"
    return Document(title, "Time profiles", str(words["marking"]), day, tuple(blocks), keywords="time profiles")


def _key(periods: Periods, table: pd.DataFrame) -> list[Block]:
    """Say which entry each letter on the chart of months stands for."""
    months = [str(label) for label in table.index]
    if periods.calendar.empty or not months:
        return []
    last = pd.Period(months[-1], freq="M").end_time.normalize()
    shown = list_overlapping(periods.calendar, start=f"{months[0]}-01", end=last)
    letters = letter_entries(periods.calendar)
    items = [f"{letters[row['name']]}: {say_entry(row)}" for row in as_records(shown)]
    return [Text("On the calendar:"), Bullets(tuple(items))] if items else []


def _describe(table: pd.DataFrame) -> str:
    """Say a picture's numbers for whoever cannot see it; the busiest twelve where there are many."""
    known = table.dropna(subset=["incidents"])
    rows = known if len(known) <= 24 else known.nlargest(12, "incidents")
    head = "" if len(known) <= 24 else "Busiest: "
    pairs = zip(rows.index, rows["incidents"], strict=True)
    return head + "; ".join(f"{name_bin(label)} {number:,.0f}" for label, number in pairs) + "."


def lay_out_board(board: Board, *, profile: Profile, words: dict[str, Any], day: str) -> Document:
    """Blocks of a board's page: one row for each indicator, with its trace, change and words."""
    said = [f"{board.area.partition(':')[2]}, beside all the records. " if board.area else ""]
    said += [f"Source: {words['source']}. The change compares the two periods named above each column."]
    told = Text("".join(said), note=True)
    blocks = [told, *show_board(board, profile), Text(profile.audience, note=True)]
    title = f"{board.title}: {words['title']}"
    return Document(title, board.title, str(words["marking"]), day, tuple(blocks), keywords="board page")


def show_board(board: Board, profile: Profile) -> list[Block]:
    """Table of a board's page, what its stars stand for, its warnings, and how to read it."""
    table, attrs = hide_board(board.table, profile), board.table.attrs
    windows = (str(attrs["before"]), str(attrs["after"]))
    header = ("Indicator", *windows, "Change (95% interval)", "Months, 12 to a line", "In words")
    rows = tuple(_row(row) for row in table.to_dict("records"))
    blocks: list[Block] = [*map(Text, attrs["warnings"])]  # first: what the table leaves out
    blocks.append(Grid(board.title, header, rows, _WIDTHS, numbers=(1, 2)))
    if attrs["calendar"]:
        blocks.append(Text(f"Months with a star: {'; '.join(attrs['calendar'])}."))
    return [*blocks, Text(_READ, note=True)]


_READ = (
    "A change is called clear where chance alone would give it less than once in twenty, over all that is "
    "compared with it. An interval that holds 0 means: it may have gone either way. One that does not may "
    "still be chance where many are compared. The figures do not say why."
)


def _row(row: dict[Any, Any]) -> tuple[str, ...]:
    share = bool(row["kind"] == "share" or np.isfinite(row["points"]))
    figures = [say_figure(row[name], share=share) for name in ("before", "after")]
    words = row["words"] + (f" ({row['note']})" if row["note"] else "")
    trace = "\n".join(split_trace(row["sparkline"]))
    return (row["name"], *figures, row["change"], trace, words)


def split_trace(trace: str, *, each: int = 12) -> Sequence[str]:
    """Cut a trace of months into lines of a year, a star staying with its month."""
    months = re.findall(r".\*?", trace)
    return ["".join(months[at : at + each]) for at in range(0, len(months), each)]
