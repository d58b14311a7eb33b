from __future__ import annotations

import pandas as pd
import pytest

from hotspots.checks import InputError
from hotspots.patrols.fairness import share_patrol_time

STOPS = pd.DataFrame({"rank": [1, 2], "part": [0, 0], "ward_name": ["Armley", "Gipton & Harehills"]})
PATROLS = pd.DataFrame(
    {"rank": [1, 1, 2, pd.NA], "part": [0, 0, 0, pd.NA], "minutes": [15.0, 15.0, 15.0, 30.0]}
).astype({"rank": "Int64", "part": "Int64"})
CRIMES = pd.DataFrame(
    {
        "source": "police.uk",
        "category": ["Burglary", "Drugs", "Burglary", "Burglary", "Burglary"],
        "harm": [10.0, 40.0, 30.0, 20.0, 7.0],
        "ward_name": ["Armley", "Armley", "Gipton & Harehills", "Otley", None],
    }
)


def test_shares_by_hand():
    table = share_patrol_time(PATROLS, STOPS, CRIMES)
    assert table.index.tolist() == ["Armley", "Gipton & Harehills", "Otley"]
    assert table["minutes"].tolist() == [30, 15, 0]
    assert table["share_of_minutes"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert table["share_of_harm"].tolist() == pytest.approx([0.5, 0.3, 0.2])
    # Without the drugs that patrols find: 10, 30 and 20 of 60.
    assert table["share_without_proactive"].tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 3])
    assert table["difference"].tolist() == pytest.approx([50, 100 * (1 / 3 - 1 / 2), -100 / 3])


def test_shares_by_deprivation_and_by_incidents(caplog):
    deciles = pd.Series({"Armley": 1.8, "Gipton and Harehills": 2.3})
    table = share_patrol_time(PATROLS, STOPS, CRIMES, deciles=deciles, by="incidents")
    assert table.index.tolist() == [2]
    assert table["share_of_incidents"].tolist() == [1.0]
    assert "1 area without a deprivation decile left out: Otley" in caplog.text


def test_what_cannot_be_used_is_said():
    with pytest.raises(InputError, match="lap_name"):
        share_patrol_time(PATROLS, STOPS, CRIMES, area="lap")
    with pytest.raises(InputError, match="by='harms'"):
        share_patrol_time(PATROLS, STOPS, CRIMES, by="harms")
    with pytest.raises(InputError, match="No area has a deprivation decile"):
        share_patrol_time(PATROLS, STOPS, CRIMES, deciles=pd.Series({"Leeds": 3}))
