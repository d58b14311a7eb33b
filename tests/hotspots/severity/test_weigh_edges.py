"""Each way to a weight by hand: what comes first, what is passed on, and what is said of the rest."""

from __future__ import annotations

import logging

import pandas as pd
import pytest

from hotspots.checks import ASB, InputError
from hotspots.severity.weigh import explain_weights, list_unweighed, weigh_incidents


def frame(*categories, **columns) -> pd.DataFrame:
    return pd.DataFrame({"category": list(categories), **columns})


def used(explained: pd.DataFrame) -> list[tuple]:
    return list(explained[["weight", "used", "matched"]].itertuples(index=False, name=None))


def test_every_option_reaches_the_weights():
    rows = frame("Nonsense", "Nonsense", code=["Robbery", ""])
    assert weigh_incidents(rows, offence="code", unknown_weight=3).tolist() == [365, 3]
    ours = {"council": pd.DataFrame({"value": ["Fly tip"], "category": ["Robbery"]})}
    council = frame("Fly tip", source=["council"])
    assert weigh_incidents(council, crosswalks=ours).tolist() == [365]
    assert explain_weights(council, crosswalks=ours)["used"].tolist() == ["crosswalk"]
    assert list_unweighed(council).values.tolist() == [["council", "Fly tip", 1]]
    assert list_unweighed(council, crosswalks=ours).empty


def test_one_label_of_two_sources_weighs_as_each_means_it():
    ours = {
        "council": pd.DataFrame({"value": ["Incident"], "category": ["Robbery"]}),
        "wardens": pd.DataFrame({"value": ["Incident"], "category": ["Drugs"]}),
    }
    rows = frame("Incident", "Incident", "Incident", source=["council", "wardens", "council"])
    robbery, drugs = weigh_incidents(frame("Robbery", "Drugs"))
    assert robbery != drugs
    assert weigh_incidents(rows, crosswalks=ours).tolist() == [robbery, drugs, robbery]


def test_a_code_of_several_stands_for_each():
    rows = frame(*["Nonsense"] * 4, raw_offence=["1", "4.10", "4.2", "4.3"])
    homicide = (7973.393423, "offence", "homicide")
    assert used(explain_weights(rows, scheme="ons-css-2019-part")) == [homicide] * 3 + [(1, "unknown", "")]


def test_each_step_says_the_label_that_was_weighed():
    rows = frame("Homicide", "burglary", "Drugs", ASB, "Witchcraft")
    assert used(explain_weights(rows, scheme="cchi-2026-subgroups", asb_weight=2, unknown_weight=4)) == [
        (5475, "category", "Homicide"),
        (244.68, "fallback", "Burglary"),
        (3.66, "fallback", "Drugs"),
        (2, "ASB", ASB),
        (4, "unknown", ""),
    ]
    noise = frame("Neighbour dispute", source=["council ASB cases"])
    assert used(explain_weights(noise, asb_weight=2)) == [(2, "ASB", ASB)]


def test_what_police_activity_detects_weighs_as_the_rest_unless_asked():
    rows = frame("Drugs", source=["police.uk"])
    assert used(explain_weights(rows)) == [(3.66, "category", "Drugs")]
    assert used(explain_weights(rows, proactive=False)) == [(0, "left out", "Drugs")]


def test_a_blank_category_is_unknown_and_named_as_blank(caplog):
    rows = frame("", None, "Witchcraft")
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        assert weigh_incidents(rows).tolist() == [1, 1, 1]
    assert ": (blank) (2), Witchcraft (1)." in caplog.text
    assert list_unweighed(rows).values.tolist() == [["", "", 2], ["", "Witchcraft", 1]]


def test_what_is_left_out_is_said(caplog):
    rows = frame("Drugs", "Drugs", "Possession of weapons", source="police.uk")
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        weigh_incidents(rows, proactive=False)
    assert (
        "3 records are of kinds that police activity itself detects; they weigh 0 as asked: "
        "Drugs (2), Possession of weapons (1)." in caplog.text
    )


def test_twenty_unknown_categories_are_named_the_most_frequent_first(caplog):
    # kind 00 once, kind 01 twice ... kind 20 twenty-one times
    names = [f"kind {k:02}" for k in range(21)]
    rows = frame(*names, incidents=range(1, 22), source="s")
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        weigh_incidents(rows)
    listed = ", ".join(f"kind {k:02} ({k + 1})" for k in range(20, 0, -1))
    assert f"231 records are of categories that the scheme does not weigh; each weighs 1: {listed}." in (caplog.text)
    table = list_unweighed(rows)
    assert table["category"].tolist() == names[::-1]
    assert table.index.tolist() == list(range(21))


def test_equally_frequent_unknown_categories_stay_in_order(caplog):
    names = [f"kind {k:02}" for k in range(40)]
    rows = frame(*names, "many", "many", source="s")
    assert list_unweighed(rows)["category"].tolist() == ["many", *names]
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        weigh_incidents(rows)
    assert ", ".join(["many (2)", *(f"{name} (1)" for name in names[:19])]) in caplog.text


@pytest.mark.parametrize("name", ["asb_weight", "unknown_weight"])
@pytest.mark.parametrize("days", [-1, float("nan")])
def test_a_weight_below_nothing_is_named(name, days):
    with pytest.raises(InputError, match=f"^{name} must be 0 days or more"):
        weigh_incidents(frame("Robbery"), **{name: days})
