"""Ranges, one within another, and many sources as one table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yanmen.intel.networks.ranges import V4, V6, Ranges, Table, flat, nothing

LAST = (1 << V4) - 1
PREFIXES = st.tuples(st.integers(0, LAST), st.integers(0, V4))


def value_at(ranges: Ranges, number: int, width: int = V4) -> int:
    """What one source says of an address."""
    table = Table([ranges], width)
    return table.rows[table.find(number)][0]


def test_the_narrower_network_counts() -> None:
    """And behind it the wider one again."""
    ranges = flat([(10, 99, 1), (20, 29, 2), (22, 22, 3)], V4)

    said = [value_at(ranges, number) for number in (9, 10, 19, 20, 22, 23, 29, 30, 99, 100)]
    assert said == [-1, 1, 1, 2, 3, 2, 2, 1, 1, -1]


def test_of_two_alike_the_first_counts() -> None:
    """As the file has them."""
    assert value_at(flat([(0, LAST, 1), (0, LAST, 2)], V4), 5) == 1


def test_the_ends_of_the_world_are_in_it() -> None:
    """First and last address of both families."""
    assert value_at(flat([(LAST, LAST, 1)], V4), LAST) == 1
    last = (1 << V6) - 1
    ranges = flat([(0, 0, 1), (last, last, 2)], V6)
    assert [value_at(ranges, number, V6) for number in (0, 1, last - 1, last)] == [1, -1, -1, 2]


@given(st.lists(PREFIXES, max_size=12), st.lists(st.integers(0, LAST), max_size=20))
def test_ranges_say_what_the_longest_prefix_says(prefixes: list[tuple[int, int]], asked: list[int]) -> None:
    """Compared with a search through all of them."""
    rows = []
    for number, (address, length) in enumerate(prefixes):
        first = address >> (V4 - length) << (V4 - length)
        rows.append((first, first | ((1 << (V4 - length)) - 1), number))
    ranges = flat(rows, V4)
    edges = [edge for row in rows for edge in (row[0], row[1], max(0, row[0] - 1), min(LAST, row[1] + 1))]

    for number in (*asked, *edges):
        holding = [row for row in rows if row[0] <= number <= row[1]]
        expected = min(holding, key=lambda row: (row[1] - row[0], row[2]))[2] if holding else -1
        assert value_at(ranges, number) == expected


def test_many_sources_are_one_table() -> None:
    """Each keeps its own word; neighbours that say the same are one range."""
    table = Table([flat([(10, 19, 0)], V4), nothing(), flat([(15, 29, 0), (30, 39, 0)], V4)], V4)

    said = [table.rows[table.find(number)] for number in (9, 10, 15, 20, 35, 40)]
    assert said == [(-1, -1, -1), (0, -1, -1), (0, -1, 0), (-1, -1, 0), (-1, -1, 0), (-1, -1, -1)]
    assert len(table) == 5
