"""Did it work: the response areas before and after, beside areas that had no response."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.assessment._earlier_times import lay_units, list_times
from hotspots.assessment._findings import Finding, Past, find_change
from hotspots.assessment._rings import locate
from hotspots.assessment._verdict_words import explain_finding, write_verdict
from hotspots.assessment._windows_of_response import DISTRUST, Design, design_windows
from hotspots.assessment._zones import lay_zones
from hotspots.assessment.comparison_areas import TOUCHING, in_window, propose_comparators, share_ground
from hotspots.checks import InputError, announce, closest_name, require_columns, require_metres
from hotspots.common.places import collapse_incidents, coordinates_of
from hotspots.common.when import rows_in
from hotspots.common.windows import Window, make_window, name_windows
from hotspots.common.wording import say_count, say_list
from hotspots.reading.covered import Covered, find_covered

ALL = "all records"
_SIDES = ("target", "comparison")
_FAR = 0.3  # comparison areas with fewer than this share of the targets' counts are called quieter


@dataclass(frozen=True)
class Judging:
    """How a response is judged, as far as it is rarely changed."""

    # width in metres of the ring where crime might have moved to, or its ground
    ring: float | gpd.GeoDataFrame = 200
    # areas with a response of their own: ``name``, ``start`` and ``end`` where they are known. None
    # of those that fall into the windows is compared with
    responses: gpd.GeoDataFrame | None = None
    # true goes on with a baseline that overlaps the selection period, and says why not to trust it
    allow_overlap: bool = False
    level: float = 0.90  # 0.90 (two-sided) is a one-sided test at 5%

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError("The level must lie between 0 and 1", given=f"level={self.level}", advice="0.90")


DEFAULT = Judging()


@dataclass(frozen=True)
class Assessment:
    """What changed in the response areas, measure by measure."""

    baseline: Window  # the two windows, as counted
    after: Window
    findings: dict[str, Finding]  # one per measure, in the order asked for
    # every area that was counted: ``role`` ("target", "comparator", "placebo", "ring" or "comparator
    # ring") and ``geometry``
    areas: gpd.GeoDataFrame
    # why, if at all, the result is not to be trusted or to be read with care
    cautions: list[str] = field(default_factory=list)
    selected: str = ""  # name of the period whose counts chose the targets; "" where none was stated

    @property
    def verdict(self) -> str:
        """One sentence on the first measure."""
        return next(iter(self.findings.values())).verdict

    @property
    def table(self) -> pd.DataFrame:
        """One row per measure: counts, expected, ratio, interval, WDD, dispersion, earlier times, verdict."""
        rows = pd.DataFrame([f.row() for f in self.findings.values()], index=list(self.findings))
        return rows.rename_axis("measure")

    def lines(self) -> list[str]:
        """Return the assessment as sentences for a plan or a board paper, what could be seen at all first."""
        number = {role: int((self.areas["role"] == role).sum()) for role in ("target", "comparator")}
        sides = [f"{n} {what} area{'s' * (n != 1)}" for n, what in zip(number.values(), _SIDES, strict=True)]
        chosen = f" Places chosen on {self.selected}." if self.selected else ""
        told = [f"Baseline {self.baseline}; response {self.after}.{chosen} {' beside '.join(sides)}."]
        for finding in self.findings.values():
            told += explain_finding(finding, baseline=self.baseline, after=self.after)
        # a verdict that is not to be trusted has said so itself
        return told + [line for line in self.cautions if not line.startswith(DISTRUST)]


def assess_response(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    *,
    start: Any,
    end: Any,
    selected_on: Any,
    baseline: Any = None,
    measures: Mapping[str, Sequence[str] | None] | None = None,
    direction: str | Mapping[str, str] = "fewer",
    comparator: gpd.GeoDataFrame | None = None,
    others: gpd.GeoDataFrame | None = None,
    covered: Any = None,
    judging: Judging = DEFAULT,
    **plain: Any,
) -> Assessment:
    """Judge whether records fell more in the response areas than in areas without a response.

    Parameters
    ----------
    incidents : GeoDataFrame
        Incidents or places in EPSG:27700 over the baseline, the response and (to propose a comparator)
        the selection period. ``harm`` is used where it is there.
    targets : GeoDataFrame
        The areas that got the response.
    start, end : date
        First and last day of the response. Records dated to the month: its whole months are counted.
    selected_on : window, list of windows or None
        The period whose counts chose the targets; None only where counts had no part in the choice.
    baseline : window, optional
        None means the same calendar months, a year (or as many years as needed) before.
    measures : mapping of str to list of str, optional
        Name of each measure and its categories (None: all). None means one measure, all incidents.
    direction : str or mapping of str to str
        What would be success: "fewer", "more" (after a reporting campaign) or "either".
    comparator : GeoDataFrame, optional
        Areas without a response; a column ``role`` may mark further "placebo" areas. None proposes them.
    others : GeoDataFrame, optional
        Other hotspots of the same selection without a response: candidates, and cut out of the ring.
    covered : window or list of windows, optional
        What the records are known to cover; None means find out.
    judging : Judging
        Ring, responses elsewhere, level and the rest of what is rarely changed.
    **plain
        The same by their plain names, such as ``allow_overlap=True``.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        When the baseline overlaps or comes before the selection period, a window is not covered, a
        measure names no known category, or targets and comparator overlap.

    Notes
    -----
    WDD of Wheeler and Ratcliffe (2018), WDQ of Bowers and Johnson (2003),
    a quasi-Poisson ratio widened by the spread of areas without a response. See docs/methods/change.md.
    """
    judging = replace(judging, **plain)
    require_metres(targets, what="targets", like=incidents)
    if others is not None:
        require_metres(others, what="others", like=targets)
    require_columns(incidents, ["category"] if measures else [], what="incidents")
    if targets.empty:
        raise InputError(
            "There are no target areas to assess", given="an empty table", advice="the areas where the response was"
        )
    design = design_windows(
        incidents, start=start, end=end, baseline=baseline, selected_on=selected_on, allow_overlap=judging.allow_overlap
    )
    like = find_covered(incidents, [design.baseline, design.after], covered=covered)
    if like.gaps:
        incidents = _kept(incidents, targets, like)
    window = make_window(design.baseline.start, design.after.end)
    treated = in_window(judging.responses, window)
    comparator, dropped = _without_response(comparator, treated)
    others = None if others is None else others[~share_ground(others, treated)]
    ring = judging.ring
    compared = _comparator(incidents, targets, comparator, others=others, design=design, ring=ring, responses=treated)
    zones = lay_zones(
        incidents, targets, compared, others=others, ring=ring, baseline=design.baseline, after=design.after
    )
    past, unlike = _look_back(incidents, targets, compared, others, design, judging, covered)
    findings = {}
    for name, categories in (measures or {ALL: None}).items():
        aim = direction if isinstance(direction, str) else direction.get(name, "fewer")
        rows = _rows_of(incidents, categories, name)
        found = find_change(name, zones, rows, past, aim=aim, level=judging.level)
        words = write_verdict(found, baseline=design.baseline, after=design.after, distrust=design.distrust)
        findings[name] = replace(found, verdict=words)
    cautions = like.gaps + design.cautions + dropped + unlike
    chosen_on = name_windows(design.match_on) if selected_on is not None else ""
    return Assessment(design.baseline, design.after, findings, zones.areas, cautions, chosen_on)


def _without_response(
    given: gpd.GeoDataFrame | None, treated: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame | None, list[str]]:
    """Leave comparison areas out that had a response in the windows, and name the responses."""
    if given is None or treated is None:
        return given, []
    held = share_ground(given, treated)
    compared = (given["role"] == "comparator").to_numpy() if "role" in given.columns else np.ones(len(given), bool)
    if not (held & compared).any():
        return given[~held], []
    there = treated[share_ground(treated, given[compared])]
    names = there["name"].map(str) if "name" in there.columns else there.geometry.map(lambda _: "not named")
    number = say_count(int((held & compared).sum()), "comparison area was", "comparison areas were")
    told = f"{number} left out, because a response was made there in the same time: {say_list(dict.fromkeys(names))}."
    announce(told)
    return (given[~held] if (compared & ~held).any() else None), [told]


def _kept(incidents: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, like: Covered) -> gpd.GeoDataFrame:
    """Leave out what lacks a month, aloud; where nothing of the target areas is left, nothing is judged."""
    kept = incidents[like.rows]
    held = [locate(coordinates_of(rows), targets.geometry.to_numpy()).max(initial=-1) for rows in (incidents, kept)]
    if held[0] >= 0 > held[1]:
        raise InputError(
            "No record of the target areas can be compared over both windows",
            given=" ".join(like.gaps),
            advice="another window, or covered= with what is complete",
        )
    for gap in like.gaps:
        announce(gap)
    return kept


def _comparator(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    given: gpd.GeoDataFrame | None,
    *,
    others: gpd.GeoDataFrame | None,
    design: Design,
    ring: float | gpd.GeoDataFrame,
    responses: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    if given is not None:
        require_metres(given, what="comparator", like=targets)
        shared = targets.geometry.union_all().intersection(given.geometry.union_all()).area
        if shared > TOUCHING:
            raise InputError(
                "The comparison areas overlap the target areas",
                given=f"{shared:,.0f} m² in both",
                advice="areas apart from the targets",
            )
        return given
    width = 200.0 if isinstance(ring, gpd.GeoDataFrame) else float(ring)
    proposed = propose_comparators(
        incidents, targets, selected_on=design.match_on, others=others, width=width, responses=responses
    )
    count = int((proposed["role"] == "comparator").sum())
    announce(
        f"No comparison areas were given: {count} areas without a response were taken whose counts in "
        f"{name_windows(design.match_on)} were nearest those of the targets."
    )
    return proposed


def _rows_of(incidents: gpd.GeoDataFrame, categories: Sequence[str] | None, name: str) -> Any:
    if categories is None:
        return np.ones(len(incidents), dtype=bool)
    wanted = [categories] if isinstance(categories, str) else list(categories)
    if not wanted:
        raise InputError(
            f"The measure '{name}' names no category",
            given=f"measures={{'{name}': []}}",
            advice="its categories, or None for all records",
        )
    known = {str(category) for category in incidents["category"].dropna().unique()}
    unknown = [str(category) for category in wanted if category not in known]
    if len(unknown) == len(wanted):
        raise InputError(
            f"No record has a category of the measure '{name}'",
            given=", ".join(unknown),
            advice=closest_name(unknown[0], known) or "one of " + ", ".join(sorted(known)),
        )
    for category in unknown:
        near = closest_name(category, known)
        meant = f"; did you mean {near}?" if near and near not in wanted else "."
        announce(f"No record has the category {category} of the measure '{name}': nothing is counted{meant}")
    return incidents["category"].isin(wanted).to_numpy()


def _look_back(
    incidents: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
    compared: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame | None,
    design: Design,
    judging: Judging,
    covered: Any,
) -> tuple[Past, list[str]]:
    """Ask how like the targets the comparison areas were when chosen, and what such areas did before."""
    roles = compared["role"] if "role" in compared.columns else pd.Series("comparator", compared.index)
    chosen, rest = (compared[(roles == role).to_numpy()] for role in ("comparator", "placebo"))
    rest = rest if others is None else pd.concat([rest[["geometry"]], others[["geometry"]]])
    rows = np.logical_or.reduce([rows_in(incidents, window) for window in design.match_on])
    units = lay_units(incidents, targets, chosen, rest, rows)
    times = list_times(incidents, units, design, responses=judging.responses, covered=covered)
    places = collapse_incidents(incidents[rows])
    means = [
        float(places.incidents[locate(places.xy, areas.geometry.to_numpy()) >= 0].sum()) / len(areas)
        for areas in (targets, chosen)
    ]
    likeness = means[1] / means[0] if means[0] else 1.0
    said = (
        f"The comparison areas were quieter in {name_windows(design.match_on)} ({means[1]:,.0f} records "
        f"each against {means[0]:,.0f}): places as high as the targets come down further by themselves."
    )
    return Past(likeness, units, times), [said] * (likeness < _FAR)
