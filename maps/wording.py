"""What a map says about a hotspot: plain sentences for councillors, made once for every output."""

import pandas as pd

from hotspots.common.judgement_words import AGAIN, NOT_COMPARED
from hotspots.common.place_names import default_location, name_place
from hotspots.common.plan_words import name_key, start_sentence
from hotspots.common.wording import say_count as say_nouns
from hotspots.common.wording import say_number, say_percentage
from hotspots.finding.details import DOMINATES
from hotspots.plans.scanning import PARTED
from hotspots.reading.kinds import name_kinds
from maps.common.escape import clean
from maps.disclosure.gate import Profile

COUNTED = "crimes and ASB incidents"
RECORDS = "records"
_KEYS = ["source", "category"]


def name_counted(incidents: pd.DataFrame | None) -> str:
    """Name what counts are of: "crimes and ASB incidents", or "records" where other kinds are among them.

    Examples
    --------
    >>> asb = pd.DataFrame({"source": "police.uk", "category": ["Anti-social behaviour"]})
    >>> name_counted(asb), name_counted(asb.assign(raw_unit="call", category="Assault"))
    ('crimes and ASB incidents', 'records')
    """
    if incidents is None or incidents.empty or not set(_KEYS) <= set(incidents.columns):
        return COUNTED
    kinds = name_kinds(incidents[[*_KEYS, *incidents.columns.intersection(["raw_unit"])]].drop_duplicates())
    return COUNTED if set(kinds) <= {"crimes", "ASB incidents"} else RECORDS


def name_one(counted: str) -> str:
    """One of what is counted.

    Examples
    --------
    >>> name_one("crimes and ASB incidents"), name_one("records")
    ('crime or ASB incident', 'record')
    """
    return counted.replace("s and ", " or ").removesuffix("s")


def has(row: pd.Series, column: str) -> bool:
    """Whether a row has that column and something in it."""
    value = row.get(column)
    if isinstance(value, list | tuple | dict):
        return len(value) > 0
    return value is not None and not pd.isna(value) and str(value) != ""


def say_count(row: pd.Series, column: str, profile: Profile) -> str:
    """Count as words: the number, or that it is not shown under the profile, or not known.

    What the profile hides goes with the number of records on its row: where that stands, anything else that
    is missing was never there.
    """
    if has(row, column):
        return say_number(float(row[column]))
    return "not known" if has(row, "incidents") else profile.suppressed or "not known"


def say_counted(row: pd.Series, profile: Profile, counted: str) -> str:
    """Count of a row with what it is of, which agree.

    Examples
    --------
    >>> from maps.disclosure.gate import PROFILES
    >>> say_counted(pd.Series({"incidents": 1}), PROFILES["open"], "records")
    '1 record'
    """
    count = say_count(row, "incidents", profile)
    return f"{count} {name_one(counted) if count == '1' else counted}"


def name_spot(row: pd.Series) -> str:
    """Name a hotspot by its busiest street and, where known, its first area: "Boar Lane, Armley"."""
    return ", ".join(part for part in name_parts(row) if part)


def name_parts(row: pd.Series) -> tuple[str, str]:
    """Busiest street, and first area or "".

    A kind of place ("Parking Area") gets the busiest street beside it, so that people can find it.
    """
    streets = [clean(street) for street in row.get("streets") or []]
    name = name_place([clean(row.get("name") or row.get("ref")), *streets])
    areas = [str(c) for c in row.index if str(c).endswith("_name")]
    return name, clean(next((row[c] for c in areas if has(row, c)), ""))


def describe_spot(
    row: pd.Series, *, rank: int, total: int, period: str, profile: Profile, counted: str = COUNTED
) -> list[tuple[str, str]]:
    """Say in five plain lines where, how many, how bad, which streets, and changed or not."""
    over = f" in {period}" if period else ""
    streets = [clean(street) for street in row.get("streets") or []][:5]
    return [
        ("Where", _say_where(row)),
        ("How many", f"{say_counted(row, profile, counted)}{over}{_say_share(row)}."),
        ("How bad", _say_harm(row, rank=rank, total=total)),
        ("Which streets", f"{', '.join(streets)} (busiest first)." if streets else "No street names given."),
        ("Changed or not", say_change(row)),
    ]


def _say_where(row: pd.Series) -> str:
    parts = row.get("parts")
    several = isinstance(parts, list) and len(parts) > 1
    text = f"{len(parts)} places close together" if several and parts else "One place"
    shares = [c for c in row.index if str(c).endswith("_shares") and has(row, str(c))]
    names = [clean(name) for name, _ in row[shares[0]]] if shares else []
    ref = f" Reference {clean(row['ref'])}." if has(row, "ref") else ""
    return f"{text}{', in ' + ' and '.join(names[:3]) if names else ''}.{ref}"


def _say_share(row: pd.Series) -> str:
    if not has(row, "share_of_incidents"):
        return ""
    return f", {say_percentage(row['share_of_incidents'], decimals=1)} of all those counted"


def _say_harm(row: pd.Series, *, rank: int, total: int) -> str:
    if not has(row, "incidents"):
        return f"Number {rank:,} of {total:,} in this list."
    if not has(row, "harm"):
        return f"Number {rank:,} of {total:,} in this list; its records are counted, not weighed."
    text = f"Harm score {say_number(float(row['harm']))}: number {rank:,} of {total:,} by harm"
    if has(row, "harm_low") and has(row, "harm_high"):
        low, high = say_number(float(row["harm_low"])), say_number(float(row["harm_high"]))
        text += f" (between {low} and {high} if the same records are weighed otherwise)"
    return text + "."


def say_change(row: pd.Series) -> str:
    """Whether it changed, in words; says so when nothing earlier was compared."""
    if has(row, "words"):
        return _sentence(clean(row["words"]))
    if has(row, "trend"):
        return _sentence(clean(row["trend"]))
    if "words" in row.index:
        return "Compared, but the numbers are not shown."
    return f"{start_sentence(NOT_COMPARED)} with an earlier period."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def say_certainty(row: pd.Series) -> list[str]:
    """Lines behind "How sure are we?": chance, range of rank, stability, default locations."""
    lines = []
    if has(row, "expected"):
        lines.append(_say_expected(row))
    if has(row, "rank_low") and has(row, "rank_high"):
        low, high = int(row["rank_low"]), int(row["rank_high"])
        lines.append(f"Its place in the list could be anywhere from {low} to {high} (nine times in ten).")
    if has(row, "stability"):
        lines.append(_say_stability(row))
    if has(row, "largest_offence_share") and float(row["largest_offence_share"]) > DOMINATES:
        lines.append(
            f"A single offence is {say_percentage(float(row['largest_offence_share']))} of its harm:"
            " its place by harm rests on that one event."
        )
    if warning := warn_of_default(row):
        lines.append(warning)
    if row.get("places") == 1:
        lines.append("All records lie on one map point, so the true spread is not known.")
    return lines or ["Not measured for this run."]


def _say_expected(row: pd.Series) -> str:
    said = f"Chance alone would put {_about(row['expected'])} in a place this size"
    if has(row, "expected_nearby"):
        return f"{said}; at the rate of the ground within 500 m it would hold {_about(row['expected_nearby'])}."
    return f"{said}."


def _about(value: float) -> str:
    if value < 0.95:
        return "less than 1 record"
    return say_nouns(round(float(value)), "record")


def _say_stability(row: pd.Series) -> str:
    stability = float(row["stability"])
    often = say_percentage(stability)
    said = f"{start_sentence(AGAIN)} as one place in {often} of re-runs with slightly changed settings"
    if has(row, "found_again") and float(row["found_again"]) - stability > PARTED:
        return (
            f"{said}; in the others it came apart or joined another differently: on average"
            f" {say_percentage(float(row['found_again']))} of its records lay in hotspots again."
        )
    return f"{said}."


def warn_of_default(row: pd.Series) -> str:
    """Warning where a busy map point is one that records default to (hospital, prison ...), else ""."""
    known = "default_location_share" in row  # `find_hotspots` has counted them, by the plans' rule
    others = [] if known else [row.get("name"), *(row.get("streets") or [])[:3]]
    kinds = str(row.get("default_location") or "").split(", ")
    named = [clean(text) for text in [*kinds, *others]]
    found = next((name for name in named if name and default_location(name)), "")
    if not found:
        return ""
    return f"Records often default to such places ({found}): check that it all happened there."


def list_streets(row: pd.Series) -> list[tuple[str, float, float]]:
    """Street name, easting and northing of each part of a hotspot, busiest first."""
    parts = row.get("parts")
    if not isinstance(parts, list):
        return []
    return [
        (clean(part["street"]), float(part["easting"]), float(part["northing"])) for part in parts if part.get("street")
    ]


def describe_item(row: pd.Series, *, kind: str, layer: str, profile: Profile, counted: str = COUNTED) -> list[str]:
    """Say in plain lines what a camera, patrol stop, area, place or comparison area is; may be nothing."""
    if kind == "cameras":
        return _say_camera(row)
    if kind == "patrols":
        return _say_patrol(row)
    if kind == "places":
        what = next((clean(row[c]) for c in ("kind", "type", "amenity") if has(row, c)), "")
        return [name_key(what) or layer]
    if kind == "cells":
        return [f"{say_counted(row, profile, counted)} in this cell."]
    if kind == "comparison":
        role = clean(row.get("role")) or layer
        count = f": {say_counted(row, profile, counted)}" if "incidents" in row.index else ""
        return [f"{role[:1].upper()}{role[1:]}{count}."]
    return []


def _say_camera(row: pd.Series) -> list[str]:
    lines = []
    if has(row, "action"):
        lines.append(f"Advice: {clean(row['action'])}.")
    if has(row, "radius"):
        lines.append(
            f"Reach drawn: {say_number(float(row['radius']))} m in a straight line; buildings and trees are not known."
        )
    if adds := _say_share_of(row, "marginal_"):
        lines.append(f"Adds {adds} to what the sites before it reach.")
    if so_far := _say_share_of(row, "cumulative_"):
        lines.append(f"Together with those before it: {so_far}.")
    return lines or ["Camera."]


def _say_patrol(row: pd.Series) -> list[str]:
    lines = []
    if has(row, "chosen"):
        chosen = "In the patrol plan" if row["chosen"] else "Not in the patrol plan"
        lines.append(f"{chosen}: {clean(row['why'])}." if has(row, "why") else f"{chosen}.")
    if has(row, "visits"):
        first = f", the first at {row['start']:%H:%M}" if isinstance(row.get("start"), pd.Timestamp) else ""
        lines.append(f"{say_nouns(row['visits'], 'visit')}{first}.")
    if has(row, "minutes"):
        lines.append(f"{say_nouns(row['minutes'], 'minute')}{' in all' if has(row, 'visits') else ' a visit'}.")
    if part := _say_share_of(row):
        lines.append(f"{part}.")
    return lines or ["Patrol area."]


def _say_share_of(row: pd.Series, kind: str = "") -> str:
    for of, what in (("harm", "all harm"), ("incidents", "all records")):
        if has(row, f"{kind}share_of_{of}"):
            return f"{say_percentage(row[f'{kind}share_of_{of}'], decimals=1)} of {what}"
    return ""
