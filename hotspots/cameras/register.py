"""A small register of guardian assets: where each stands, when it is reviewed, and the stock of products."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots.checks import CRS, InputError, Problems, name_unread, read_own_table, require_columns
from hotspots.common.windows import read_day

_ASSET = ("ref", "kind", "name", "easting", "northing", "installed", "review", "removed", "notes")
HELPED = "did_it_help"  # in the words of whoever reviewed it; not every register has it
_DATES = ("installed", "review", "removed")
REGISTER_COLUMNS = (*_ASSET, "quantity")


def read_register(path: str | Path, *, as_of: Any, crs: Any = CRS) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read the register of cameras and other assets, and the stock of target-hardening products.

    Parameters
    ----------
    path : path
        A CSV with the columns ``ref, kind, name, easting, northing, installed, review, removed, quantity,
        notes``, and ``did_it_help`` if there. A row with coordinates is an asset that stands somewhere (a
        camera, a light, a sign); a row with a quantity and none is stock (alarms, locks, marking kits).
    as_of : date or str
        The day the answer is for.
    crs : str
        The grid of the eastings and northings: any in metres.

    Returns
    -------
    assets : GeoDataFrame
        In ``crs``: the columns above (no ``quantity``), and ``standing`` (installed, not yet removed) and
        ``due`` ("", "review" on or after its review date). Give ``assets[assets["standing"]]`` to
        `place_cameras` as ``current``.
    stock : DataFrame
        ``kind, name, quantity``, summed over the rows: issues are negative quantities.

    Raises
    ------
    InputError
        For an ``as_of`` that is no date, for missing columns, and for every row that cannot be read, all at
        once, by line.

    Examples
    --------
    >>> import tempfile
    >>> text = '''ref,kind,name,easting,northing,installed,review,removed,quantity,notes
    ... C1,camera,Boar Lane,430100,433300,2026-01-10,2026-07-10,,,
    ... ,door alarm,,,,,,,40,bought
    ... ,door alarm,,,,,,,-12,issued in Armley'''
    >>> file = Path(tempfile.mkdtemp()) / "register.csv"
    >>> _ = file.write_text(text)
    >>> assets, stock = read_register(file, as_of="2026-08-01")
    >>> assets[["ref", "standing", "due"]].to_dict("records")
    [{'ref': 'C1', 'standing': True, 'due': 'review'}]
    >>> stock.to_dict("records")
    [{'kind': 'door alarm', 'name': '', 'quantity': 28}]
    """
    file, day = Path(path), read_day(as_of, "as_of")
    if not file.is_file():
        raise InputError("There is no such register", given=str(path), advice="a CSV file")
    table = read_own_table(file, what="The register", dtype="str", keep_default_na=False)
    require_columns(table, REGISTER_COLUMNS, what="The register")
    name_unread(table, (*REGISTER_COLUMNS, HELPED), what="The register")
    table = table if HELPED in table.columns else table.assign(**{HELPED: ""})
    table = table.apply(lambda column: column.str.strip())
    blank = table[list(REGISTER_COLUMNS)].eq("").all(axis=1)
    return _assets(table[~blank], file, day, crs), _stock(table[~blank])


def _assets(table: pd.DataFrame, file: Path, day: pd.Timestamp, crs: Any) -> gpd.GeoDataFrame:
    problems = Problems(f"The register {file.name} has problems")
    number = {c: pd.to_numeric(table[c], errors="coerce") for c in ("easting", "northing", "quantity")}
    dates = {c: pd.to_datetime(table[c], format="%Y-%m-%d", errors="coerce") for c in _DATES}
    placed = table["easting"].ne("") | table["northing"].ne("")
    for row in table.index:
        given = f"line {row + 2}"
        for column in number:
            if table.loc[row, column] and pd.isna(number[column][row]):
                problems.add(
                    f"{column} is not a number",
                    given=f"{given}: {table.loc[row, column]}",
                    advice="a number in digits, without words or units",
                )
        for column in _DATES:
            if table.loc[row, column] and pd.isna(dates[column][row]):
                problems.add(f"{column} is not a date", given=f"{given}: {table.loc[row, column]}", advice="2026-11-23")
        if placed[row] and (not table.loc[row, "easting"] or not table.loc[row, "northing"]):
            problems.add("easting and northing go together", given=given, advice="both, or neither")
        if not placed[row] and not table.loc[row, "quantity"]:
            problems.add(
                "a row needs coordinates, or a quantity of stock",
                given=given,
                advice="easting and northing, or a number in quantity",
            )
        if dates["removed"][row] < dates["installed"][row]:
            problems.add("removed before it was installed", given=given, advice="mend one of the two dates")
    problems.raise_any()
    assets = table.loc[placed, [*_ASSET, HELPED]].drop(columns=["easting", "northing", *_DATES])
    for column in _DATES:
        assets[column] = dates[column][placed].astype("datetime64[ns]")
    gone = assets["removed"].notna() & (assets["removed"] <= day)
    assets["standing"] = ~gone & ~(assets["installed"] > day)
    due = assets["standing"] & assets["review"].notna() & (assets["review"] <= day)
    assets["due"] = pd.Series("", index=assets.index).mask(due, "review").astype("str")
    points = gpd.points_from_xy(number["easting"][placed], number["northing"][placed])
    return gpd.GeoDataFrame(assets, geometry=points, crs=crs).reset_index(drop=True)


def _stock(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["quantity"].ne("") & table["easting"].eq("")]
    summed = rows.assign(quantity=pd.to_numeric(rows["quantity"])).groupby(["kind", "name"])["quantity"].sum()
    return summed.reset_index().astype({"quantity": "int64"})
