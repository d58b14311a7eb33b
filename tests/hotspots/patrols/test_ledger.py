"""The ledger by hand: claims that add up, and nothing paid twice."""

from __future__ import annotations

import pandas as pd
import pytest
from visit_examples import PLAN, STOPS

from hotspots.checks import InputError
from hotspots.patrols.ledger import account_shifts, claim_minutes, fill_return, sum_delivery
from hotspots.patrols.visits import record_visits


def visits(*rows: tuple[str, str, str, str, str], **more) -> pd.DataFrame:
    """Visits on 30 November 2026: ref, arrived, left, agency, vehicle."""
    log = pd.DataFrame(rows, columns=["ref", "arrived", "left", "agency", "vehicle"])
    for column in ("arrived", "left"):
        log[column] = "2026-11-30 " + log[column]
    return record_visits(log.assign(officers=2, **more), PLAN, stops=STOPS)[0]


JOINT = (
    ("SE02", "14:00", "14:15", "police", "7"),
    ("SE02", "14:00", "14:15", "council", "7"),
    ("SE02", "16:00", "16:20", "council", "7"),
)


def test_time_spent_together_is_shared_to_the_minute(caplog):
    done = visits(*JOINT)
    assert claim_minutes(done).sum() == 15 + 20
    table = sum_delivery(done).set_index("agency")
    assert table["minutes"].to_dict() == {"council": 27, "police": 8}
    assert table["visits"].to_dict() == {"council": 2, "police": 1}
    assert "15 minutes claimed by more than one visit at once counted once" in caplog.text


def test_two_agencies_claims_add_up_to_the_shift():
    table = account_shifts(visits(*JOINT, shift="14:00-22:00"))
    assert table["minutes"].sum() == 480
    assert table["other_minutes"].tolist() == [223, 222]
    apart = [("SE02", "14:00", "14:15", "police", "7"), ("SE02", "15:00", "15:10", "police", "8")]
    assert account_shifts(visits(*apart), shift="14:00-22:00")["minutes"].tolist() == [480, 480]


def test_a_shift_claimed_beyond_its_length_is_named(caplog):
    table = account_shifts(visits(("SE02", "14:00", "16:00", "police", "7")), shift="14:00-15:00")
    assert table["minutes"].tolist() == [120]
    assert "claim 60 minutes more than the shift has" in caplog.text


def test_two_crews_without_a_vehicle_are_two_crews():
    done = visits(("SE02", "14:00", "14:15", "police", ""), ("SE01", "14:00", "14:15", "council", ""))
    assert claim_minutes(done).tolist() == [15, 15]


def test_minutes_stand_beside_visits_places_gaps_harm_and_what_was_recorded():
    done = visits(*JOINT, arrests=[1, 0, 2], cost=[10.0, 10.0, "x"])
    table = sum_delivery(done, by=("period", "name"), every="quarter", stops=STOPS.assign(harm=[5.0, 5.0, 9.0]))
    row = table.iloc[0]
    assert (row["period"], row["visits"], row["places"], row["minutes"]) == ("2026Q4", 3, 1, 35)
    assert (row["officer_minutes"], row["harm_dose"], row["arrests"], row["cost"]) == (70, 27, 3, 20)
    # left at 14:15 by both, back at 16:00: the second crew left no gap
    assert row["median_gap"] == pytest.approx((0 + 105) / 2)


def test_an_unknown_row_and_column_are_named():
    with pytest.raises(InputError, match="agency"):
        sum_delivery(visits(*JOINT), by=("agncy",))
    with pytest.raises(InputError, match="'minutes'"):
        fill_return(sum_delivery(visits(*JOINT)), {"Mins": "minuts"})


def test_no_visits_give_an_empty_ledger():
    none = visits(*JOINT).iloc[:0]
    assert len(sum_delivery(none)) == len(account_shifts(none, shift="14:00-22:00")) == 0
