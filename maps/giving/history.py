"""What a readership was given before, kept beside the results: the difference of two releases is a number.

``releases.json`` holds what was told, and the names of what was hidden, without its numbers; it is for the
analyst, with a day after which it is to be deleted.
"""

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import announce
from hotspots.common.wording import say_count
from maps.disclosure.gate import Profile
from maps.disclosure.not_finite import strict_json
from maps.giving.book import Book, round_half_up

RELEASES = "releases.json"
KEEP_MONTHS = 36


@dataclass(frozen=True)
class Earlier:
    """Earlier releases to one readership."""

    # "known"; "unknown" where nothing was found; "missing" where results are named that have no list
    state: str = "unknown"
    # each with ``as_of, first, last`` (of the records), ``told`` (the number by what it counts) and
    # ``hidden`` (names alone). A name may end in the days it counts: "area|ward|E1@2024-01-01/2024-01-31"
    releases: list[dict[str, Any]] = field(default_factory=list)
    # for the public, the same as partners were told: they read both
    beside: list[dict[str, Any]] = field(default_factory=list)
    # filled by `enter_into`: what was told and no longer follows from the records
    revised: set[Hashable] = field(default_factory=set)

    def of_partners(self) -> "Earlier":
        """Return what partners were told, as far as the public's results know."""
        return Earlier(self.state, self.beside)

    def enter_into(self, book: Book, incidents: gpd.GeoDataFrame, names: Mapping[Hashable, str]) -> None:
        """Enter what was told before, and what lies between then and now, into a book of places.

        ``names`` are those under which the book's keys were told.
        """
        keys = {name: key for key, name in names.items()}
        when = incidents["when"] if "when" in incidents.columns else None
        for number, release in enumerate(self.releases):
            if when is None or when.min() < pd.Timestamp(release["first"]):
                continue  # other records than then: no difference of the two is of these alone
            then = (when.isna() | when.le(pd.Timestamp(release["last"]))).to_numpy(dtype=bool)
            hidden = dict.fromkeys(release.get("hidden", ()))
            for name, value in {**hidden, **release["told"]}.items():
                base, _, span = name.partition("@")
                if (key := keys.get(base)) is None:
                    continue
                rows = book.rows[key] & (then if not span else _within(when, span))
                counted = int(book.number[rows].sum())
                if value is None or value == counted:  # what was hidden is hidden still
                    if counted:
                        marks = {"hidden": True} if value is None else {"fixed": True}
                        book.enter(("earlier", number, key, span), rows, **marks)
                elif value == round_half_up(counted, book.nearest or 1):
                    book.enter(("earlier", number, key, span), rows, fixed=True)
                elif not span:
                    self.revised.add(key)  # what was told and what follows now are two equations
                    book.marks[key] |= {"hidden": True}
                    continue
                if value is not None and not span:
                    book.enter(("since", number, key), book.rows[key] & ~then, silent=True)


def _within(when: pd.Series, span: str) -> Any:
    first, last = (pd.Timestamp(day) for day in span.split("/"))
    return when.between(first, last + pd.Timedelta(days=1), inclusive="left").to_numpy(dtype=bool)


def read_earlier(folders: Iterable[Path | None], who: Profile) -> Earlier:
    """Read what a readership was given before, from the results named and those about to be replaced."""
    if not who.threshold:
        return Earlier("known")
    found: dict[str, dict[str, Any]] = {}
    state = "unknown"
    for folder in folders:
        if folder is None or not folder.is_dir() or not (folder / "manifest.json").is_file():
            continue
        try:
            kept = json.loads((folder / RELEASES).read_text(encoding="utf-8"))
            found |= {str(sorted(r.items())): r for r in kept["releases"] if r["told"] is not None}
            state = "known"
        except (OSError, ValueError, KeyError, TypeError):
            state = "missing" if state == "unknown" else state
    mine = [r for r in found.values() if r["profile"] == who.name]
    return Earlier(state, mine, [r for r in found.values() if r["profile"] != who.name])


def say_earlier(earlier: Earlier, who: Profile) -> str:
    """Say what is known of earlier releases; "" where nothing is hidden."""
    if not who.threshold:
        return ""
    if earlier.state == "known":
        known = say_count(len(earlier.releases), "earlier release")
        return f"Checked against {known} under profile '{who.name}'."
    return (
        "Earlier releases unknown: where these readers were given counts of the same areas before, the "
        "difference of the two may be one month's small number. Write into the folder of the last results, "
        "or name it as previous under [hotspots]."
    )


def write_history(folder: Path, earlier: Earlier, *, job: Any, told: Mapping[str, Mapping[str, int | None]]) -> None:
    """Add this release to those before, in a file for the analyst alone; ``told`` is by profile."""
    when = job.incidents["when"].dropna() if "when" in job.incidents.columns else pd.Series(dtype="object")
    span = {"first": str(when.min()), "last": str(when.max())} if len(when) else {"first": "", "last": ""}
    now = [
        {
            "profile": name,
            "as_of": str(job.as_of),
            "told": {key: n for key, n in sorted(numbers.items()) if n is not None},
            "hidden": sorted(key for key, n in numbers.items() if n is None),
        }
        | span
        for name, numbers in told.items()
    ]
    until = pd.Timestamp(job.as_of) + pd.DateOffset(months=KEEP_MONTHS)
    kept = [r for r in (*earlier.releases, *earlier.beside) if r not in now]
    text = strict_json({"delete_after": f"{until:%Y-%m-%d}", "releases": [*kept, *now]}, indent=1)
    (folder / RELEASES).write_bytes((text + "\n").encode())
    announce(
        f"{RELEASES} lists what these readers were given; it is for the analyst, to be deleted after {until:%Y-%m-%d}."
    )


def name_disc(name: str, spot: pd.Series) -> str:
    """Name a hotspot by its ground: the same name later is the same ground."""
    box = "|".join(f"{x:.1f}" for x in (*spot.geometry.bounds, spot.geometry.area))
    return f"spot|{name}|{box}"
