from __future__ import annotations

import logging

import pandas as pd
import pytest
from pandas.testing import assert_series_equal

from hotspots.checks import ASB, InputError
from hotspots.severity import weigh_incidents
from hotspots.severity_weights import WEIGHT_COLUMNS, list_schemes, read_weights


def frame(*categories: str) -> pd.DataFrame:
    return pd.DataFrame({"category": list(categories)}, index=range(10, 10 + len(categories)))


@pytest.mark.parametrize(
    ("scheme", "level", "expected"),
    [
        ("cchi-2026", "middle", [194.21, 244.68, 11.18, 3.66]),
        ("cchi-2026-west-yorkshire", "middle", [175.29, 246.39, 12.27, 3.46]),
        ("cchi-2026", "low", [159.07, 190.70, 4.94, 3.25]),
        ("cchi-2026", "high", [235.12, 252.52, 18.19, 3.96]),
    ],
)
def test_category_days_of_the_2026_table(scheme: str, level: str, expected: list[float]) -> None:
    rows = frame("Violence and sexual offences", "Burglary", "Criminal damage and arson", "Drugs")
    assert_series_equal(
        weigh_incidents(rows, scheme=scheme, level=level), pd.Series(expected, index=rows.index, name="harm")
    )


@pytest.mark.parametrize("level", ["low", "middle", "high"])
def test_fixed_categories_have_one_weight_at_every_level(level: str) -> None:
    rows = frame(
        "Robbery", "Possession of weapons", "Other crime", "Public order", "Vehicle crime", "Other theft",
        "Theft from the person", "Bicycle theft", "Shoplifting",
    )  # fmt: skip
    assert weigh_incidents(rows, level=level).tolist() == [365, 273.75, 10, 7.5, 5, 2, 2, 2, 1]


def test_asb_stands_apart_with_its_own_weight() -> None:
    assert weigh_incidents(frame(ASB, "Robbery"), asb_weight=0.5).tolist() == [0.5, 365]
    assert weigh_incidents(frame(ASB, "Robbery"), asb_weight=0).tolist() == [0, 365]


def test_collapsed_places_weigh_as_their_rows() -> None:
    rows = frame("Robbery", ASB, "Unheard of").assign(incidents=[3, 4, 5])
    assert weigh_incidents(rows).tolist() == [1095, 4, 5]


def test_an_unknown_category_is_announced_with_its_count_and_never_weighs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="safer_hotspots"):
        harm = weigh_incidents(frame("Witchcraft", "Witchcraft", "Robbery"))
    assert harm.tolist() == [1, 1, 365]
    assert "Witchcraft (2)" in caplog.text


def test_labels_match_regardless_of_capitals_and_ampersand() -> None:
    assert weigh_incidents(frame("VIOLENCE & SEXUAL OFFENCES")).tolist() == [194.21]


def test_unknown_scheme_and_level_name_what_there_is() -> None:
    with pytest.raises(InputError, match="cchi-2026"):
        weigh_incidents(frame("Robbery"), scheme="cchi-2025")
    with pytest.raises(InputError, match="low, middle or high"):
        weigh_incidents(frame("Robbery"), level="median")
    with pytest.raises(InputError, match="asb_weight"):
        weigh_incidents(frame("Robbery"), asb_weight=-1)


def test_empty_in_typed_empty_out_and_input_unchanged() -> None:
    rows = frame()
    harm = weigh_incidents(rows)
    assert (len(harm), harm.dtype, list(rows.columns)) == (0, "float64", ["category"])


@pytest.mark.parametrize("scheme", list_schemes())
def test_every_weights_file_is_whole(scheme: str) -> None:
    weights = read_weights(scheme)
    assert list(weights.columns) == WEIGHT_COLUMNS
    assert weights["label"].is_unique
    assert weights.notna().all(axis=None)
    assert (weights["low"] <= weights["weight"]).all()
    assert (weights["weight"] <= weights["high"]).all()
