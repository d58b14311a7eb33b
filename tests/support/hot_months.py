"""Months in which a cell is hot."""

from __future__ import annotations


def only(periods: int, *months: int) -> list[int]:
    """Hot in these months, the first being 1."""
    return [int(i + 1 in months) for i in range(periods)]
