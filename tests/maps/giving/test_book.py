"""Numbers that hang together: what a book tells leaves every hidden number as open as the rule would."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.giving.book import Book
from maps.giving.harm import coarsen_harm
from maps.giving.history import Earlier


def enter(book: Book, **columns) -> dict:
    """Each value of each column is a number; all the records together are told."""
    book.enter("all", np.ones(len(book.number), dtype=bool), fixed=True)
    for name, values in columns.items():
        for value in sorted(set(values) - {""}):
            book.enter((name, value), np.asarray(values) == value)
    return book.settle()


def rows(**counts: int) -> list[str]:
    return [name for name, n in counts.items() for _ in range(n)]


def worlds(counts: list[int], sums: list[tuple[list[int], int | None]]) -> list[tuple[int, ...]]:
    """Every way to fill the pieces that fits, by trying all: a sum of None is hidden, so 1 or more."""
    most = sum(counts)

    def fits(world: tuple[int, ...]) -> bool:
        totals = [(sum(world[i] for i in of), value) for of, value in sums]
        return sum(world) == most and all(n >= 1 if value is None else n == value for n, value in totals)

    return [world for world in product(range(most + 1), repeat=len(counts)) if fits(world)]


def test_one_small_number_takes_one_beside_it():
    hidden = enter(Book(np.ones(60, dtype=int), 5), ward=rows(A=3, B=27, C=30))
    assert [key for key, gone in hidden.items() if gone] == [("ward", "A"), ("ward", "B")]


def test_a_ward_that_straddles_two_plan_areas_gives_nothing_back():
    # North holds A and the half of B, South the rest: North less the half of B that South leaves is A
    ward = rows(A=3, B=40, C=50)
    lap = ["North"] * 23 + ["South"] * 70
    hidden = enter(Book(np.ones(93, dtype=int), 5), ward=ward, lap=lap)
    assert hidden["ward", "A"]
    told = {key for key, gone in hidden.items() if not gone}
    assert not {("lap", "North"), ("ward", "B")} <= told
    assert not {("lap", "South"), ("ward", "B")} <= told


def test_of_a_line_all_is_told_or_nothing_and_noughts_tell_nothing():
    book = Book(np.ones(70, dtype=int), 5)
    ward = np.array(rows(A=30, B=40))
    after = np.r_[np.arange(30) < 3, np.arange(40) < 20]
    book.enter("all", ward != "", fixed=True)
    for name in "AB":
        book.enter(name, ward == name)
        for part, mine in (("before", ~after), ("after", after)):
            book.enter((name, part), (ward == name) & mine, line=name)
    hidden = book.settle()
    assert hidden["A", "before"]
    assert hidden["A", "after"]


def test_what_was_told_before_is_an_equation_too():
    # A held 20 in May and holds 23 in June: told again, the difference would be June's 3
    incidents = pd.DataFrame({"when": pd.to_datetime(["2024-05-02"] * 45 + ["2024-06-02"] * 13)})
    ward = np.array(["A"] * 20 + ["B"] * 25 + ["A"] * 3 + ["B"] * 10)
    told = {"area|ward|A": 20, "area|ward|B": 25}
    release = {"as_of": "2024-05-31", "first": "2024-05-02", "last": "2024-05-02", "told": told}
    for earlier, expected in ((Earlier(), []), (Earlier("known", [release]), ["A"])):
        book = Book(np.ones(58, dtype=int), 5)
        for name in "AB":
            book.enter(name, ward == name)
        earlier.enter_into(book, incidents, {name: f"area|ward|{name}" for name in "AB"})
        hidden = book.settle()
        assert [name for name in "AB" if hidden[name]] == expected


def test_a_number_that_was_revised_since_it_was_told_is_hidden():
    incidents = pd.DataFrame({"when": pd.to_datetime(["2024-05-02"] * 20 + ["2024-06-02"] * 20)})
    release = {"as_of": "", "first": "2024-05-02", "last": "2024-05-02", "told": {"area|ward|A": 19}}
    earlier, book = Earlier("known", [release]), Book(np.ones(40, dtype=int), 5)
    book.enter("A", np.ones(40, dtype=bool))
    earlier.enter_into(book, incidents, {"A": "area|ward|A"})
    assert book.settle()["A"]
    assert earlier.revised == {"A"}


def test_no_time_counts_as_given_away():
    book = Book(np.ones(93, dtype=int), 5, seconds=0)
    hidden = enter(book, ward=rows(A=3, B=40, C=50), lap=["North"] * 23 + ["South"] * 70)
    assert hidden["ward", "A"]
    assert hidden["lap", "North"]  # all that shares a record with it
    assert book.lost


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(lambda n: 0 < sum(n) <= 13), st.sampled_from([3, 4]))
def test_every_hidden_number_is_as_open_as_the_rule_would_leave_it(counts, threshold):
    # wards A = pieces 0 and 1, B = 2, C = 3; plan areas North = 0 and 2, South = 1 and 3
    of = {("ward", "A"): [0, 1], ("ward", "B"): [2], ("ward", "C"): [3], ("lap", "N"): [0, 2], ("lap", "S"): [1, 3]}
    held = [i for i, n in enumerate(counts) if n]
    at = [i for i, n in enumerate(counts) for _ in range(n)]
    book = Book(np.ones(len(at), dtype=int), threshold)
    book.enter("all", np.ones(len(at), dtype=bool), fixed=True)
    for key, pieces in of.items():
        book.enter(key, np.isin(at, pieces))
    hidden = book.settle()
    value = {key: sum(counts[i] for i in pieces) for key, pieces in of.items()}
    assert all(hidden[key] == (n > 0) for key, n in value.items() if n < threshold)
    sums = [([held.index(i) for i in of[k] if i in held], None if hidden[k] else value[k]) for k in of]
    fitting = worlds([counts[i] for i in held], sums)
    for key, gone in hidden.items():
        if key == "all" or not gone or key in book.lost:
            continue
        could = {sum(w[held.index(i)] for i in of[key] if i in held) for w in fitting}
        if value[key] < threshold:
            assert min(could) <= 1
            assert max(could) >= threshold - 1
        else:
            assert max(could) - min(could) >= threshold


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (97.0, 97.0),  # 3 of a weight that many others have: nothing follows, and nothing is taken off but digits
        (0.0, 0.0),
    ],
)
def test_harm_of_kinds_that_weigh_alike_is_told_to_two_figures(harm, told):
    counts = np.array([94.0, 3.0]) if harm else np.zeros(2)
    assert coarsen_harm(harm, counts, np.ones(2), np.array([True, True]), threshold=5) == told


def test_harm_is_hidden_where_a_grave_kind_would_follow_from_it():
    # 40 of a day, and 2 of 3,000 days: 6,040 is 6,000 to two figures and to one, and no other mix makes that
    counts, weights = np.array([40.0, 2.0]), np.array([1.0, 3000.0])
    assert np.isnan(coarsen_harm(6040.0, counts, weights, np.array([True, True]), threshold=5))
    # where a kind may be exchanged for another nearly as grave, that is told
    counts, weights = np.array([40.0, 2.0, 9.0]), np.array([1.0, 3000.0, 2990.0])
    assert coarsen_harm(32950.0, counts, weights, np.ones(3, dtype=bool), threshold=5) == 33000.0


def settle(numbers, entries, threshold=5, orders=()):
    book = Book(np.array(numbers), threshold)
    for key, (rows, marks) in entries.items():
        book.enter(key, rows, **marks)
    book.orders += orders
    return book, book.settle()


def test_the_order_of_a_list_is_known_to_the_reader():
    # 4 stands above 3 in a list: the 3 can be 4 only where the one above may be as much
    entries = {"all": ([1, 1, 1, 1], {"fixed": True}), "a": ([1, 0, 0, 0], {}), "b": ([0, 1, 0, 0], {})}
    entries["c"] = ([0, 0, 1, 0], {})
    book, hidden = settle([4, 3, 30, 20], entries, orders=[("c", "a"), ("a", "b")])
    assert (hidden["a"], hidden["b"], book.lost) == (True, True, [])
    worlds = np.array(book.worlds)[:, book.piece]
    assert (worlds[:, [2, 0]] >= worlds[:, [0, 1]]).all()


def test_a_hidden_number_is_no_higher_than_what_is_told_elsewhere_allows():
    entries = {"all": ([1, 1, 1], {"fixed": True}), "a": ([1, 0, 0], {"most": 3}), "b": ([0, 1, 0], {})}
    book, _ = settle([2, 9, 9], entries)
    assert "a" in book.lost  # under 5 it should be able to be 4
    entries["a"] = ([1, 0, 0], {"most": 4})
    assert settle([2, 9, 9], entries)[0].lost == []


def test_ground_is_told_with_the_least_and_most_that_its_worlds_hold():
    entries = {"all": ([1, 1, 1], {"fixed": True}), "a": ([1, 0, 0], {}), "b": ([0, 1, 0], {})}
    book, hidden = settle([3, 9, 9], entries)
    assert hidden["a"]
    rooms = book.rooms(["a", "b"])
    assert rooms[0, 1] <= 1
    assert rooms[0, 2] >= 4


def test_what_was_hidden_before_stays_hidden_beside_what_is_told_now():
    # in May 7 were hidden; now 9 are told, and 2 lie between: May's number would follow
    rows = pd.DataFrame({"when": pd.to_datetime(["2024-05-01", "2024-06-01", "2024-05-01"])})
    release = {"first": "2024-05-01", "last": "2024-05-31", "told": {}, "hidden": ["here"]}
    book = Book(np.array([7, 2, 20]), 5)
    book.enter(("all",), [1, 1, 1], fixed=True)
    book.enter("here", [1, 1, 0])
    book.enter("june", [0, 1, 0])
    Earlier("known", [release]).enter_into(book, rows, {"here": "here"})
    book.settle()
    worlds = np.array([[w[book.piece[0]], w[book.piece[1]]] for w in book.worlds])
    assert np.ptp(worlds[:, 0]) >= 5


def test_what_was_hidden_before_and_is_out_hides_nothing_more():
    # in May 7 of a ward's 9 were hidden, and June's 2 are told apart: hiding the ward now gains nothing
    entries = {"all": ([1, 1, 1], {"fixed": True}), "ward": ([1, 1, 0], {"fixed": True})}
    entries["june"] = ([0, 1, 0], {"fixed": True})
    entries["other"] = ([1, 0, 1], {})
    entries["earlier", 0, "ward", ""] = ([1, 0, 0], {"hidden": True})
    book, hidden = settle([7, 2, 20], entries)
    assert book.lost == [("earlier", 0, "ward", "")]
    assert not hidden["other"]
