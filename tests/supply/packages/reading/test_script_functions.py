"""Functions and classes of JavaScript."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script import Script


def test_parameters_bind_what_they_take_apart() -> None:
    """Defaults, patterns, the rest; types are passed over."""
    (node,) = Script("function f(a, {b, c: d} = {}, [e], ...g: T[]) { return a }").program()

    assert isinstance(node, s.Func)
    assert [type(one) for one in node.params] == [s.Name, s.Either, s.Seq, s.Star]


def test_brackets_that_are_no_parameters_are_no_arrow() -> None:
    """And the expression after them is read."""
    (node,) = Script("(a)(b)").program()

    assert isinstance(node, s.Call)
