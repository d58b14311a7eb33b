"""Sums, ranks and rates by area, each with its interval."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from area_examples import HALVES, points
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries import attach_areas, centre_area, nest_areas, read_areas, summarise_areas
from boundaries.intervals import rank_interval, shrink_rates, weighted_interval
from boundaries.lookups import join_lookup, read_lookup
from hotspots.checks import InputError


def test_sums_shares_and_ranks_worst_first():
    frame = points((1, 5), (2, 5), (11, 5), (99, 5), harm=[1.0, 2.0, 5.0, 2.0])
    table = summarise_areas(frame, HALVES, layer="ward")
    assert table.index.tolist() == [1, 0, 2]
    assert table["code"].tolist() == ["B", "A", "C"]
    assert table["incidents"].tolist() == [1, 2, 0]
    assert table["harm"].tolist() == [5.0, 3.0, 0.0]
    assert table["share_of_incidents"].tolist() == [0.25, 0.5, 0.0]
    assert table["share_of_harm"].tolist() == [0.5, 0.3, 0.0]
    assert table["rank_by_incidents"].tolist() == [2, 1, 3]
    assert table["rank_by_harm"].tolist() == [1, 2, 3]
    assert table["small_numbers"].all()
    assert table["largest_single_share"].tolist()[:2] == [1.0, 2 / 3]


def test_equal_values_share_the_better_rank():
    table = summarise_areas(points((1, 5), (11, 5)), HALVES, layer="ward")
    assert table["rank_by_incidents"].tolist() == [1, 1, 3]
    assert "harm" not in table


def test_places_give_the_same_sums():
    rows = points(*[(1, 5)] * 3, (11, 5), harm=[1.0, 1.0, 1.0, 4.0], harm_low=[0.5, 0.5, 0.5, 1.0])
    places = points((1, 5), (11, 5), incidents=[3, 1], harm=[3.0, 4.0], harm_low=[1.5, 1.0])
    by_rows, by_places = (summarise_areas(f, HALVES, layer="ward") for f in (rows, places))
    pd.testing.assert_frame_equal(by_rows, by_places)
    assert by_rows["harm_low"].tolist() == [1.0, 1.5, 0.0]


def test_sums_add_up_to_the_reconciliation():
    frame = points((1, 5), (10, 5), (33, 5), (99, 5))
    attached, sums = attach_areas(frame, {"ward": HALVES})
    table = summarise_areas(attached, HALVES, layer="ward")
    assert table["incidents"].sum() == sums.loc["ward", "accepted"] - sums.loc["ward", "outside"] == 3


@pytest.mark.parametrize("by", [(), ["category"]])
def test_no_incidents(by):
    empty = points(harm=pd.Series(dtype=float), category=pd.Series(dtype=str))
    table = summarise_areas(empty, HALVES, layer="ward", by=by)
    assert table["incidents"].tolist() == ([] if by else [0, 0, 0])
    assert table["incidents"].dtype == "int64"
    assert table["share_of_incidents"].isna().all()
    assert table["harm_to"].tolist() == ([] if by else [0.0, 0.0, 0.0])


def test_by_period_and_category_lists_noughts():
    frame = points((1, 5), (1, 5), (11, 5), category=["Drugs", "Robbery", "Drugs"])
    frame["when"] = pd.to_datetime(["2016-07-01", "2016-07-01", "2016-08-01"])
    table = summarise_areas(frame, HALVES, layer="ward", by=["period", "category"])
    assert len(table) == 3 * 2 * 2
    keyed = table.set_index(["period", "category", "code"])
    assert keyed.loc[("2016-07", "Drugs", "A"), "share_of_incidents"] == 1.0
    assert keyed.loc[("2016-08", "Drugs", "B"), "incidents"] == 1
    assert keyed.loc[("2016-08", "Robbery", "A"), "incidents"] == 0
    assert table["incidents"].sum() == 3
    with pytest.raises(InputError, match=r"no column 'categori'.*Try: 'category'"):
        summarise_areas(frame, HALVES, layer="ward", by=["categori"])


def test_an_overlapping_layer_counts_in_each(caplog):
    frame, _ = attach_areas(points((1, 5), (10, 5)), {"pspo": HALVES}, overlapping=["pspo"])
    with caplog.at_level(logging.WARNING):
        table = summarise_areas(frame, HALVES, layer="pspo")
    assert table.set_index("code")["incidents"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert "counted in each" in caplog.text


def test_counts_have_the_exact_interval():
    from statsmodels.stats.rates import confint_poisson

    counts = np.array([0, 1, 5, 40])
    low, high = weighted_interval(counts, counts, 1.0, confidence=0.9)
    expected = np.array([confint_poisson(c, 1, method="exact-c", alpha=0.1) for c in counts])
    assert low[1:] == pytest.approx(expected[1:, 0])
    assert high == pytest.approx(expected[:, 1])
    assert low[0] == 0


def test_harm_has_the_interval_of_its_incidents():
    # Four robberies of 365 days: 365 times the exact interval of four.
    table = summarise_areas(points(*[(1, 5)] * 4, harm=[365.0] * 4), HALVES, layer="ward").set_index("code")
    assert table.loc["A", "harm_from"] == pytest.approx(365 * 1.0899, abs=0.1)
    assert table.loc["A", "harm_to"] == pytest.approx(365 * 10.2416, abs=0.1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 50)), min_size=1, max_size=6))
def test_the_interval_of_harm_holds_it_and_doubles_with_the_weights(offences):
    weight, count = np.array(offences, dtype=float).T
    total, variance, largest = (weight * count).sum(), (weight**2 * count).sum(), weight.max()
    low, high = weighted_interval(total, variance, largest)
    assert low <= total <= high
    twice = weighted_interval(2 * total, 4 * variance, 2 * largest)
    assert np.allclose(twice, (2 * low, 2 * high))


def test_shrinkage_is_marshalls():
    from esda.smoothing import Empirical_Bayes

    events, people = np.array([3.0, 40, 12, 90, 7]), np.array([500.0, 2000, 1500, 2500, 300])
    rate, low, high = shrink_rates(events, people)
    assert rate == pytest.approx(np.asarray(Empirical_Bayes(events, people).r).ravel())
    raw, overall = events / people, events.sum() / people.sum()
    assert ((np.minimum(raw, overall) <= rate) & (rate <= np.maximum(raw, overall))).all()
    assert ((low < rate) & (rate < high)).all()


def test_rates_no_more_different_than_chance_are_all_the_overall_rate():
    rate, low, high = shrink_rates([10, 10, 10], [1000, 1000, 1000])
    assert rate == pytest.approx(0.01)
    assert (low < rate).all()
    assert (high > rate).all()
    nobody = shrink_rates([1], [0])
    assert np.isnan(nobody).all()


def test_rank_intervals_by_hand():
    first, last = rank_interval([10, 8, 1, 0], [20, 12, 9, 0.5])
    # The first two overlap; the second and third overlap; the fourth is below all.
    assert first.tolist() == [1, 1, 2, 4]
    assert last.tolist() == [2, 3, 3, 4]


def test_rates_per_resident_with_their_interval():
    frame = points(*[(1, 5)] * 30, *[(11, 5)] * 5)
    areas = HALVES.assign(population=[1000, 500, 0])
    table = summarise_areas(frame, areas, layer="ward", per=1000).set_index("code")
    assert table.loc["A", "rate"] == 30.0
    assert table.loc["B", "rate"] == 10.0
    assert np.isnan(table.loc["C", "rate"])
    assert table.loc["A", "rate_from"] < 30 < table.loc["A", "rate_to"]
    assert 10 < table.loc["B", "rate_shrunk"] < table.loc["A", "rate_shrunk"] < 30
    assert table["rank_by_rate"].tolist()[:2] == [1, 2]
    assert pd.isna(table.loc["C", "rank_by_rate"])
    assert not table.loc["A", "small_numbers"]
    assert table.loc["B", "small_numbers"]


def test_every_rank_and_rate_comes_with_its_interval():
    areas = HALVES.assign(population=[1000, 500, 100])
    table = summarise_areas(points((1, 5), harm=[3.0]), areas, layer="ward")
    for column in ("incidents", "harm", "rate", "rate_shrunk"):
        assert {f"{column}_from", f"{column}_to"} <= set(table.columns)
    for column in ("rank_by_incidents", "rank_by_harm", "rank_by_rate"):
        assert (table[f"{column}_from"] <= table[column]).all()
        assert (table[column] <= table[f"{column}_to"]).all()


def test_a_population_of_another_vintage(caplog):
    frame = points((1, 5))
    with caplog.at_level(logging.WARNING):
        table = summarise_areas(frame, HALVES, layer="w", population=pd.Series({"A": 10.0, "Z": 5.0}))
    assert "No population, and so no rate, for 2 of 3 areas: Area B B, Area C C." in caplog.text
    assert "Codes with a population but no area: Z." in caplog.text
    assert table["rate"].notna().sum() == 1
    with pytest.raises(InputError, match="fits none of the areas"):
        summarise_areas(frame, HALVES, layer="w", population=pd.Series({"Z": 5.0}))
    with pytest.raises(InputError, match="lacks the column people"):
        summarise_areas(frame, HALVES, layer="w", population="people")


def test_a_city_centre_is_ranked_out_and_gets_no_rate():
    frame = points(*[(1, 5)] * 3, *[(11, 5)] * 2, harm=[1.0] * 5)
    centre = centre_area(easting=0, northing=5, radius=3)
    areas = HALVES.assign(population=[100, 100, 100])
    table = summarise_areas(frame, areas, layer="ward", centre=centre).set_index("code")
    assert table.loc["A", "rank_by_harm"] == 1
    assert table.loc["A", "incidents_without_centre"] == 0
    assert table.loc["B", "rank_by_harm_without_centre"] == 1
    assert table.loc["A", "rate"] == 0
    alone = summarise_areas(frame, centre, layer="centre", population=pd.Series({"City centre": 900.0}))
    assert alone["incidents"].tolist() == [3]
    assert alone["rate"].isna().all()
    assert alone["rate_shrunk"].isna().all()


@pytest.fixture(scope="module")
def wards(shared_data: Path):
    plain = read_areas(shared_data / "areas" / "leeds_wards.geojson", name="WARD_NAME")
    return join_lookup(plain, read_lookup("leeds-2024"))


def july(shared_data: Path, month: str) -> gpd.GeoDataFrame:
    with zipfile.ZipFile(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip") as archive:
        rows = pd.read_csv(archive.open(f"{month}/{month}-west-yorkshire-street.csv"))
    rows = rows.dropna(subset=["Longitude"]).reset_index(drop=True)
    where = gpd.points_from_xy(rows.Longitude, rows.Latitude)
    frame = gpd.GeoDataFrame({"category": rows["Crime type"]}, geometry=where, crs=4326)
    return frame.to_crs(27700)


@pytest.mark.parametrize("month", ["2016-07", "2017-07", "2018-07"])
def test_wards_committees_and_district_have_one_sum(shared_data: Path, wards, month):
    frame = july(shared_data, month)
    layers = {"ward": wards, "committee": nest_areas(wards, "committee"), "district": nest_areas(wards, "district")}
    attached, sums = attach_areas(frame, layers)
    totals = {k: summarise_areas(attached, v, layer=k)["incidents"].sum() for k, v in layers.items()}
    assert len(set(totals.values())) == 1
    assert len(layers["committee"]) == 10
    assert layers["district"]["code"].tolist() == ["E08000035"]
    assert (sums["accepted"] - sums["outside"]).tolist() == [totals["ward"]] * 3


@pytest.mark.parametrize("month", ["2016-07", "2017-07", "2018-07"])
def test_without_the_centre_another_ward_is_first(shared_data: Path, wards, month):
    # METHODS.md: the 800-1,200 m around the centre change the first place by harm in every Leeds month.
    days = {"Violence and sexual offences": 175.29, "Burglary": 246.39, "Robbery": 365.0}
    days |= {"Criminal damage and arson": 12.27, "Drugs": 3.46, "Possession of weapons": 273.75}
    days |= {"Other crime": 10, "Public order": 7.5, "Vehicle crime": 5, "Other theft": 2}
    days |= {"Theft from the person": 2, "Bicycle theft": 2, "Shoplifting": 1, "Anti-social behaviour": 1}
    frame = july(shared_data, month)
    frame["harm"] = frame["category"].map(days).astype(float)
    for radius in (800, 1000, 1200):
        centre = centre_area(easting=430_000, northing=433_500, radius=radius)
        table = summarise_areas(frame, wards, layer="ward", centre=centre)
        first = table.loc[table["rank_by_harm"] == 1, "name"].item()
        then = table.loc[table["rank_by_harm_without_centre"] == 1, "name"].item()
        assert first != then
