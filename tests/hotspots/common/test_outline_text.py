"""Outlines of a plan: whatever their slivers, they can be cut and measured after being written and read."""

import pytest
import shapely
from shapely.geometry import Polygon

from hotspots.common.outline_text import read_outline, write_outline

CORNERS = [(0, 0), (10, 0), (10, 10), (5.04, 0.04), (5, 10), (0, 10)]
# rounding lets the spike touch the edge below it
SPIKE = Polygon([(430_000 + x, 433_000 + y) for x, y in CORNERS])


def test_rounding_alone_breaks_an_outline_and_writing_does_not():
    assert not shapely.from_wkt(shapely.to_wkt(SPIKE, rounding_precision=1)).is_valid
    back = read_outline(write_outline(SPIKE))
    assert back.is_valid
    assert back.area == pytest.approx(SPIKE.area, abs=0.5)


def test_an_outline_of_an_older_record_is_mended_and_a_sound_one_is_itself():
    old = read_outline(shapely.to_wkt(SPIKE, rounding_precision=1))
    assert old.is_valid
    assert old.intersection(SPIKE).area == pytest.approx(SPIKE.area, abs=0.5)
    square = "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))"
    assert shapely.to_wkt(read_outline(square)) == shapely.to_wkt(shapely.from_wkt(square))


def test_an_outline_that_crosses_itself_is_mended_before_it_is_written():
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert read_outline(write_outline(bow)).area == 2
