"""A chart of months, marked with what happened in them; plans and meeting packs share it."""

import io
from typing import Any

import pandas as pd

from hotspots.common.day_names import MONTHS
from hotspots.common.plan_dates import parse_date
from hotspots.plans.record import Plan
from maps.common.palette import ACCENT, INK, LINE

SIZE = (52.0, 58.0)  # millimetres
MOST_MONTHS = 36
MARK = "#b35900"
NOT_SHOWN = "not shown"
_MM = 1 / 25.4


def label_month(month: str) -> str:
    """Name a month shortly.

    Examples
    --------
    >>> label_month("2018-07")
    'Jul 2018'
    """
    stamp = pd.Period(month, freq="M").to_timestamp()
    return f"{MONTHS[stamp.month - 1][:3]} {stamp.year}"


def list_marks(plan: Plan) -> list[dict[str, str]]:
    """List what a plan's chart is marked with: its calendar, and its own response once it has dates."""
    entries = [{str(k): str(v) for k, v in entry.items()} for entry in plan.analysis.get("calendar", ())]
    start, end = (parse_date(plan.people["response"].get(name, "")) for name in ("start", "end"))
    if start is not None:
        last = end if end is not None and end >= start else start
        entries.append({"name": "Response", "kind": "this plan", "start": str(start), "end": str(last)})
    return entries


def marks_in(entries: list[dict[str, str]], months: list[str]) -> list[tuple[str, dict[str, str]]]:
    """Letter and entry of those that fall in the months, in order of time; one letter for one name."""
    inside = [entry for entry in entries if any(entry["start"][:7] <= month <= entry["end"][:7] for month in months)]
    inside.sort(key=lambda entry: (entry["start"], entry["name"]))
    names = list(dict.fromkeys(entry["name"] for entry in inside))
    return [(chr(ord("A") + names.index(entry["name"]) % 26), entry) for entry in inside]


def _place_mark(entry: dict[str, str], months: list[str]) -> tuple[float, float]:
    """Where an entry begins and ends on an axis with one month a step, its middle at the whole number."""
    spans = [
        (place, max(pd.Timestamp(entry["start"]), first), min(pd.Timestamp(entry["end"]), last), first, last)
        for place, (first, last) in enumerate(
            (pd.Period(month, freq="M").start_time, pd.Period(month, freq="M").end_time.normalize()) for month in months
        )
        if entry["start"][:7] <= months[place] <= entry["end"][:7]
    ]
    place, begin, _, first, last = spans[0]
    left = place - 0.5 + (begin - first).days / ((last - first).days + 1)
    place, _, stop, first, last = spans[-1]
    return left, place - 0.5 + ((stop - first).days + 1) / ((last - first).days + 1)


def _mark(axes: Any, entries: list[dict[str, str]], months: list[str]) -> None:
    """Shade the entries of a calendar on the bars of months, a letter above each."""
    for letter, entry in marks_in(entries, months):
        left, right = _place_mark(entry, months)
        axes.axvspan(left, max(right, left + 0.08), color=MARK, alpha=0.3, linewidth=0, zorder=0)
        axes.annotate(
            letter,
            xy=((left + right) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=7,
            color=INK,
        )


def _mark_hidden(axes: Any, places: list[int], top: float) -> None:
    """Hatch the places of months that may not be shown: no bar there would say nought."""
    if not places:
        return
    axes.bar(places, top, width=0.7, facecolor="none", edgecolor=LINE, hatch="////", linewidth=0)
    for place in places:
        said = {"rotation": 90, "ha": "center", "va": "center", "fontsize": 6, "color": INK}
        axes.annotate(NOT_SHOWN, (place, top / 2), **said)


def draw_months(
    months: list[dict[str, object]], marks: list[dict[str, str]] | None = None, *, size: tuple[float, float] = SIZE
) -> bytes:
    """Draw bars of records by month, marked with a calendar; the same bytes for the same counts."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = months[-MOST_MONTHS:]
    counts = [None if row["incidents"] is None else int(str(row["incidents"])) for row in shown]
    known = [count or 0 for count in counts]
    top = max(known, default=0) * 1.15 or 1
    with mpl.rc_context(mpl.rcParamsDefault):
        figure = Figure(figsize=(size[0] * _MM, size[1] * _MM), dpi=150, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.16, 0.24, 0.82, 0.68))
        axes.bar(range(len(known)), known, width=0.7, color=ACCENT)
        _mark_hidden(axes, [place for place, count in enumerate(counts) if count is None], top)
        step = max(1, -(-len(counts) // 6))
        axes.set_xticks(range(0, len(counts), step))
        names = [label_month(str(row["month"])) for row in shown][::step]
        axes.set_xticklabels(names, rotation=45, ha="right", fontsize=7, color=INK)
        axes.tick_params(axis="y", labelsize=7, colors=INK)
        if len(counts) <= 6:
            for place, count in enumerate(counts):
                if count is not None:
                    axes.annotate(f"{count:,}", (place, count), ha="center", va="bottom", fontsize=7, color=INK)
        axes.set_ylim(0, top)
        _mark(axes, marks or [], [str(row["month"]) for row in shown])
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()
