"""Look-ups: what is known of each area beside its shape, keyed on code and vintage."""

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd

from boundaries.names import fold_name
from boundaries.vintages import changed_codes
from boundaries.yes_no_columns import read_flags
from hotspots.checks import InputError, announce, closest_name, read_own_table, require_columns
from hotspots.common.wording import say_count


def read_lookup(source: str | Path) -> pd.DataFrame:
    """Read a look-up that ships with the package, or a CSV file of one's own.

    Parameters
    ----------
    source : str or Path
        "leeds-2024" (33 wards: committee, district, population, deprivation, priority flag), or the path
        of a CSV with the columns ``code, name`` and any others. ``aliases`` holds other spellings of the
        name, "; " between; ``vintage`` the year of the codes; ``priority`` true or false (yes or
        no, 1 or 0).

    Returns
    -------
    DataFrame
        The columns of the file; codes and names as text.

    Raises
    ------
    InputError
        No such look-up, no ``code`` or ``name`` column, a code twice, a priority that is neither yes nor no.

    Examples
    --------
    >>> leeds = read_lookup("leeds-2024")
    >>> len(leeds), leeds["committee"].nunique(), int(leeds["priority"].sum())
    (33, 10, 6)
    """
    shipped = {Path(f.name).stem: f for f in files("boundaries").joinpath("data").iterdir()}
    chosen = shipped.get(str(source), Path(source))
    if isinstance(chosen, Path) and not chosen.is_file():
        near = closest_name(str(source), shipped)
        raise InputError(
            "No such look-up",
            given=str(source),
            advice=f"'{near}'" if near else f"a CSV file, or {', '.join(sorted(shipped))}",
        )
    with chosen.open("rb") as file:
        table = read_own_table(file, what="The look-up", dtype={"code": str, "name": str, "aliases": str})
    require_columns(table, ["code", "name"], what=f"the look-up {source}")
    if "priority" in table.columns:
        table["priority"] = read_flags(table["priority"], what=Path(str(source)).name)
    twice = table.loc[table["code"].duplicated(), "code"]
    if len(twice):
        raise InputError(
            "The look-up has a code more than once", given=", ".join(twice.head(5)), advice="one row for each code"
        )
    return table


def join_lookup(areas: gpd.GeoDataFrame, lookup: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add a look-up's columns to areas: by code where the file has codes, else by name.

    Codes of another vintage are never matched by name, because a ward that kept its name may not have
    kept its ground: they are left without values, and the codes that changed are said aloud.

    Parameters
    ----------
    areas : GeoDataFrame
        As from `read_areas`. Areas whose code is their name (the file had none) are matched by name,
        "&" and "and" alike, aliases known, and take the look-up's code and vintage.
    lookup : DataFrame
        As from `read_lookup`: ``code, name`` and others.

    Returns
    -------
    GeoDataFrame
        ``areas`` with the look-up's other columns (those it lacked), missing where not in the look-up.

    Raises
    ------
    InputError
        None of the areas is in the look-up.

    Examples
    --------
    >>> import shapely
    >>> ward = gpd.GeoDataFrame({"code": ["Hunslet and Riverside"], "name": ["Hunslet and Riverside"]},
    ...     geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:27700")
    >>> join_lookup(ward, read_lookup("leeds-2024"))[["code", "name", "committee"]].values.tolist()
    [['E05011399', 'Hunslet & Riverside', 'Inner South']]
    """
    require_columns(areas, ["code", "name"], what="areas")
    require_columns(lookup, ["code", "name"], what="the look-up")
    nameless = bool(len(areas)) and bool((areas["code"] == areas["name"]).all())
    codes = _codes_by_name(areas, lookup) if nameless else areas["code"]
    known = lookup.set_index("code")
    hit = codes.isin(known.index)
    _report_misses(areas, lookup, hit, nameless)
    facts = known.reindex(codes).set_axis(areas.index)
    added = {c: facts[c] for c in facts.columns if c not in {"name", "aliases", *areas.columns}}
    if "priority" in added:
        added["priority"] = added["priority"].isin([True])
    if nameless:
        added |= {"code": codes.where(hit, areas["code"]), "name": facts["name"].where(hit, areas["name"])}
    joined = areas.assign(**added)
    order = ["code", "name", *(["vintage"] if "vintage" in joined else [])]
    rest = [c for c in joined.columns if c not in {*order, joined.geometry.name}]
    return joined[[*order, *rest, joined.geometry.name]]


def _codes_by_name(areas: gpd.GeoDataFrame, lookup: pd.DataFrame) -> "pd.Series[str]":
    names = {fold_name(name): code for name, code in zip(lookup["name"], lookup["code"], strict=True)}
    if "aliases" in lookup.columns:
        for others, code in zip(lookup["aliases"].fillna(""), lookup["code"], strict=True):
            names |= {fold_name(other): code for other in str(others).split(";") if other.strip()}
    announce("These areas have no codes: the look-up was joined by name.")
    codes = pd.Series([names.get(fold_name(name)) for name in areas["name"]], index=areas.index, dtype="str")
    twice = areas["name"][codes.duplicated(keep=False) & codes.notna()]
    if len(twice):
        raise InputError(
            "Several areas have the same name in the look-up", given=", ".join(twice.head(5)), advice="areas with codes"
        )
    return codes


def _report_misses(areas: gpd.GeoDataFrame, lookup: pd.DataFrame, hit: "pd.Series[bool]", nameless: bool) -> None:
    if hit.all():
        return
    missed = areas[~hit]
    changes = "" if nameless else changed_codes(missed, lookup)
    some = ", ".join(missed["name"].head(8)) + (" ..." if len(missed) > 8 else "")
    if not hit.any():
        raise InputError(
            "None of the areas is in the look-up",
            given=f"{say_count(len(areas), 'area')} ({some}){changes}",
            advice="take the look-up and the areas of one vintage",
        )
    announce(f"The look-up lacks {len(missed):,} of {say_count(len(areas), 'area')}: {some}{changes}.")
