"""A list of cells that somebody else agreed: read by its identifiers, scored and followed like any other."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots import count_cells, read_cells, read_hotspots
from hotspots.checks import InputError

# two hexagons that touch and one far off; 5, 2 and 0 records
POINTS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0] * 5 + [349.9] * 2, [0.0] * 7), crs=27700)
NAMES = ["0006540000200000", "0006540000600000", "0006540064200000"]


@pytest.fixture(scope="module")
def frame():
    """Their identifiers, by the definition: q and r from the middles of the hexagons."""
    cells = read_cells(NAMES)
    assert cells.geometry.iloc[0].contains(shapely.Point(0, 0))
    return pd.DataFrame({"cell_id": NAMES, "force": ["A", "B", "C"]})


@pytest.mark.parametrize("form", ["list", "frame", "csv", "parquet", "gpkg", "whole numbers"])
def test_cells_are_agreed_hotspots_by_their_identifiers_in_any_form(frame, tmp_path, form):
    path = tmp_path / f"list.{form}"
    given = path
    if form == "csv":
        frame.to_csv(path, index=False)
    elif form == "parquet":
        frame.to_parquet(path)
    elif form == "gpkg":
        read_cells(frame).to_file(path)
    else:
        numbers = frame.assign(cell_id=[int(name, 16) for name in NAMES])
        given = {"list": NAMES, "frame": frame, "whole numbers": numbers}[form]
    spots = read_hotspots(given, incidents=POINTS, resamples=0)
    east = count_cells(POINTS, shape="hexagon", size=202).set_index("identifier")["incidents"]
    assert dict(zip(spots["ref"], spots["incidents"], strict=True)) == {n: int(east.get(n, 0)) for n in NAMES}
    assert spots["incidents"].iloc[0] == 5
    if form not in ("list",):
        assert dict(zip(spots["ref"], spots["raw_force"], strict=True)) == dict(zip(NAMES, "ABC", strict=True))


def test_a_table_without_outlines_or_identifiers_is_refused_in_words_for_it(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name,x,y\nThe Square,430000,433000\n")
    with pytest.raises(InputError, match=r"holds no outlines, and no cells known by an identifier.*list\.csv"):
        read_hotspots(path, incidents=POINTS)


def test_a_column_called_identifier_of_something_else_is_no_reference():
    square = gpd.GeoDataFrame({"identifier": ["x", "x"]}, geometry=[shapely.box(-9, -9, 9, 9)] * 2, crs=27700)
    spots = read_hotspots(square, incidents=POINTS, resamples=0)
    assert spots["raw_identifier"].tolist() == ["x", "x"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hex\n0006540000200000\n0006540000200000\n", "An identifier occurs twice"),
        ("", "The list of cells cannot be read"),
    ],
)
def test_a_list_of_cells_with_a_fault_of_its_own_is_told_that_fault_alone(tmp_path, text, said):
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read_hotspots(path, incidents=POINTS)
    assert raised.value.problem == said
    assert "holds no outlines" not in str(raised.value)
