"""Computed once, and no thread waits for another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from yanmen.core.cached import cached_property


class Squares:
    """Something with a property."""

    def __init__(self) -> None:
        self.asked = 0

    @cached_property
    def sum(self) -> int:
        """Of the first ten."""
        self.asked += 1
        return sum(number * number for number in range(10))


def test_it_is_computed_once_for_each_instance() -> None:
    """The second look finds the value; another instance has its own."""
    one, two = Squares(), Squares()

    assert (one.sum, one.sum, two.sum) == (285, 285, 285)
    assert (one.asked, two.asked) == (1, 1)
    assert Squares.sum.__doc__ == "Of the first ten."


class Node:
    """Something whose property is computed by two threads at once."""

    def __init__(self, met: Barrier) -> None:
        self.met = met

    @cached_property
    def name(self) -> str:
        """Comes to an end only when the other thread is inside as well."""
        self.met.wait(10)
        return "a node"


def test_threads_are_inside_the_same_property_at_once() -> None:
    """With a lock per property one would stand before it, and the other would wait for it in vain."""
    met = Barrier(2)
    nodes = Node(met), Node(met)
    with ThreadPoolExecutor(2) as threads:
        names = list(threads.map(lambda node: node.name, nodes))

    assert names == ["a node", "a node"]
