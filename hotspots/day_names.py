"""Months and weekdays by name: English whatever language a notebook sets, which strftime would follow."""

from __future__ import annotations

from typing import Any

import pandas as pd

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def name_month(when: Any) -> str:
    """Month and year of a Timestamp, date or Period.

    Examples
    --------
    >>> name_month(pd.Timestamp("2018-07-03"))
    'July 2018'
    """
    return f"{MONTHS[when.month - 1]} {when.year}"


def say_date(when: Any) -> str:
    """Day, month and year in words.

    Examples
    --------
    >>> say_date("2018-07-03")
    '3 July 2018'
    """
    stamp = pd.Timestamp(when)
    return f"{stamp.day} {name_month(stamp)}"
