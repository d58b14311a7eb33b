"""A hidden number is "not shown", whether small or beside one; what was never there is "not known"."""

from __future__ import annotations

import pandas as pd
import pytest
from map_examples import make_incidents, make_spots

from maps.disclosure.gate import PROFILES
from maps.pictures.month_chart import draw_months
from maps.tables.csv_files import list_as_text
from maps.web._incident_cells import filter_incidents
from maps.web._panel import read_template
from maps.wording import say_change, say_count


def test_hidden_and_absent_are_told_apart():
    hidden = pd.Series({"incidents": None, "rate": None})
    nobody = pd.Series({"incidents": 40, "rate": None})  # nobody lives there
    assert say_count(hidden, "rate", PROFILES["public"]) == "not shown"
    assert say_count(nobody, "rate", PROFILES["public"]) == "not known"
    assert say_count(hidden, "rate", PROFILES["open"]) == "not known"


def test_nothing_hidden_is_called_small():
    assert list_as_text([("A", 0.9), ("B", float("nan"))]) == "A 90.0%; B (not shown)"
    assert say_change(pd.Series({"words": None})) == "Compared, but the numbers are not shown."
    assert "small number" not in read_template("filters.js").casefold()


def test_a_hidden_month_has_no_number_and_says_so(monkeypatch: pytest.MonkeyPatch):
    from matplotlib.axes import Axes

    said = []
    monkeypatch.setattr(Axes, "annotate", lambda _, text, *args, **more: said.append(text))
    rows = [{"month": "2018-06", "incidents": 12}, {"month": "2018-07", "incidents": None}]
    draw_months([*rows, {"month": "2018-08", "incidents": 0}])
    assert said == ["not shown", "12", "0"]


def test_records_without_a_date_stand_under_no_month():
    spots = make_spots(1)
    rows = make_incidents(spots)
    rows.loc[rows.index[0], "when"] = pd.NaT
    found = filter_incidents(rows, spots, profile=PROFILES["open"])
    assert found.months == ["July 2017", "July 2018", "no date"]
    hidden = filter_incidents(rows, spots, profile=PROFILES["partner"])
    assert hidden.months == found.months
