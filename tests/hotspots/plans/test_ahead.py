"""Events and orders ahead of a plan, beside days counted by hand."""

from __future__ import annotations

import pytest

from hotspots.plans.ahead import list_ahead, say_ahead
from hotspots.plans.record import Plan

BONFIRE = {"name": "Halloween to Bonfire Night", "start": "31 October", "end": "5 November"}


def lines(rows: list[dict[str, object]], day: str, *, end: str = "", late: bool = False) -> list[str]:
    plan = Plan(ref="SE1", title="Boar Lane")
    plan.analysis["ahead"] = list_ahead(rows, day=day)
    plan.set_field("response.end", end)
    return say_ahead(plan, day=day, late=late)


def test_an_event_of_each_year_is_told_once_it_falls_in_the_plan() -> None:
    (said,) = lines([BONFIRE], "2026-09-01")
    assert said.startswith(
        "Halloween to Bonfire Night (31 October 2026 to 5 November 2026): prepare from 3 October 2026: "
    )
    assert "prepare now (since 3 October 2026)" in lines([BONFIRE], "2026-10-20")[0]
    assert "31 October 2026 to 5 November 2026" in lines([BONFIRE], "2026-11-05")[0]
    assert lines([BONFIRE], "2026-11-06") == []  # the next is a year away
    assert "2027" in lines([BONFIRE], "2026-11-06", end="30/11/2027")[0]


@pytest.mark.parametrize(
    ("start", "end", "day", "told"),
    [
        ("24 December", "1 January", "2026-12-31", "24 December 2026 to 1 January 2027"),
        ("24 December", "1 January", "2027-01-01", "24 December 2026 to 1 January 2027"),
        ("2026-12-05", "", "2026-11-01", "5 December 2026"),
        ("29 February", "", "2027-12-01", "29 February 2028"),
    ],
)
def test_days_over_the_year_once_and_in_leap_years(start: str, end: str, day: str, told: str) -> None:
    (said,) = lines([{"name": "A run", "start": start, "end": end}], day)
    assert f"({told})" in said


def test_an_order_is_warned_of_ninety_days_before_and_when_it_is_over() -> None:
    order = [{"name": "PSPO, centre", "ends": "2027-03-31"}]
    assert lines(order, "2026-12-30", late=True) == []
    assert lines(order, "2026-12-30") == ["The order “PSPO, centre” ends on 31 March 2027."]
    assert lines(order, "2026-12-31", late=True) == [
        "The order “PSPO, centre” ends on 31 March 2027, in 90 days: renew it now, or let it end."
    ]
    assert "ended on 31 March 2027: it is not in force" in lines(order, "2027-04-01", late=True)[0]
