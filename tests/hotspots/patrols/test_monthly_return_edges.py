"""The monthly return where a plan or a log stops short, by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from visit_examples import LOG, PLAN, STOPS, plan, write

from hotspots.checks import InputError
from hotspots.patrols.monthly_return import describe_visits, summarise_outputs, summarise_visits
from hotspots.patrols.visits import record_visits

MORE = """ref,part,arrived,left,officers,penalty_notices
SE01,2,2026-12-02 10:00,2026-12-02 10:15,2,4
SE01,2,2026-12-02 12:16,2026-12-02 12:30,2,1
"""


@pytest.fixture
def visits(tmp_path):
    return record_visits(write(tmp_path / "log.csv", LOG), PLAN, stops=STOPS)[0]


def test_a_stop_that_was_never_planned_is_in_the_return(tmp_path):
    extra, _ = record_visits(write(tmp_path / "more.csv", MORE), PLAN, stops=STOPS)
    table = summarise_visits(extra, PLAN, every="all").set_index(["name"])
    row = table.loc["Call Lane"]
    assert (row["planned_visits"], row["delivered_visits"], row["unplanned_visits"]) == (0, 0, 2)
    assert pd.isna(row["compliance"])
    # left at 10:15, back at 12:16: 121 minutes, one too many
    assert (row["median_gap"], row["share_of_gaps_kept"]) == (121, 0)
    whole = table[["planned_visits", "delivered_visits", "unplanned_visits"]]
    assert whole.dtypes.astype(str).tolist() == ["int64"] * 3
    assert "0 of 1 were 120 minutes or less; the middle one was 121 minutes." in describe_visits(extra, PLAN)[2]
    assert describe_visits(extra, PLAN)[-1].endswith(": penalty notices 5.")


@pytest.mark.parametrize(
    ("every", "periods"),
    [
        ("day", ["2026-11-30", "2026-11-30", "2026-12-01"]),
        ("week", ["2026-11-30/2026-12-06"] * 2),
        ("month", ["2026-11", "2026-11", "2026-12"]),
        ("all", ["all", "all"]),
    ],
)
def test_periods_of_a_return(visits, every, periods):
    assert summarise_visits(visits, PLAN, every=every)["period"].tolist() == periods
    outputs = summarise_outputs(visits, every=every)
    assert outputs["period"].tolist() == periods[:1]
    assert outputs.dtypes.astype(str).tolist()[1:] == ["int64"] * (outputs.shape[1] - 1)


def test_without_two_visits_on_one_day_there_is_no_gap(visits):
    table = summarise_visits(visits.iloc[:1], PLAN)
    assert table["median_gap"].isna().all()
    assert table["share_of_gaps_kept"].isna().all()
    assert not any(line.startswith("Gaps") for line in describe_visits(visits.iloc[:1], PLAN))


def test_a_planned_visit_made_in_another_month_has_no_share_of_that_month(visits):
    late = visits.iloc[:1].assign(date=pd.Timestamp("2026-12-02"))
    table = summarise_visits(late, PLAN.iloc[:1]).set_index("period")
    assert table["delivered_visits"].to_dict() == {"2026-11": 0, "2026-12": 1}
    assert table.loc["2026-11", "compliance"] == 0
    assert pd.isna(table.loc["2026-12", "compliance"])


def test_nothing_planned_and_nothing_done(visits):
    table = summarise_visits(visits.iloc[:0], PLAN.iloc[:0])
    assert len(table) == 0
    late = plan((2, "2027-01-04 10:00"))
    assert summarise_visits(visits.iloc[:0], late)["compliance"].tolist() == [0]


def test_a_period_misspelt_is_put_right(visits):
    with pytest.raises(InputError, match=r"Try: week"):
        summarise_visits(visits, PLAN, every="weeks")
    with pytest.raises(InputError, match=r"Try: month"):
        summarise_visits(visits, PLAN, every="fortnight")


def test_where_nothing_was_planned_and_nothing_done_it_says_so(visits):
    none = "Delivered: no visits were planned in these days, and none are in the log."
    assert describe_visits(visits.iloc[:0], PLAN.iloc[:0]) == [none]
    assert describe_visits(visits.iloc[:0], PLAN.iloc[:1]) == ["Delivered: no visit is in the log; 1 was planned."]
    for count in (1, len(visits)):
        assert none not in describe_visits(visits.iloc[:count], PLAN.iloc[:0])


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (1, "not shown"), (4, "not shown"), (5, "5"), (6, "6")])
def test_few_outputs_are_not_shown_below_a_threshold(visits, count, said):
    done = visits.iloc[:1].assign(searches=9, arrests=count)
    (line,) = [text for text in describe_visits(done, PLAN, threshold=5) if text.startswith("Recorded")]
    assert line == f"Recorded by officers (activity, not a result): searches 9, arrests {said}."


def test_a_place_has_its_latest_name_and_places_stand_by_rank(visits):
    later = PLAN.assign(name=PLAN["name"] + " (new)", rank=100 - PLAN["rank"])
    table = summarise_visits(visits.iloc[:0], pd.concat([PLAN, later]), every="all")
    assert table["name"].str.endswith(" (new)").all()
    assert table.index.tolist() == list(range(len(table)))
    ranks = later.drop_duplicates(["ref", "part"]).set_index(["ref", "part"])["rank"]
    assert [ranks[key] for key in zip(table["ref"], table["part"], strict=True)] == sorted(ranks)
