"""Expressions of JavaScript."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.script import Script


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a + b * c", s.Op), ("a ? b : c", s.Either), ("a || b", s.Either), ("a = b", s.Put), ("x => y", s.Func)
            , ("async (a, b) => {}", s.Func),
        ("new A(b)", s.Call), ("a.b.c", s.Attr), ("a['b']", s.Item), ("`a${b}`", s.Joined), ("{}", s.Block), ("({a})",
            s.Table), ("[1, , ...b]", s.Seq),
        ("(1, eval)('x')", s.Call), ("!a", s.Unary), ("function () {}", s.Func), ("f`x`", s.Call),
    ],
)  # fmt: skip
def test_each_is_read_as_what_it_is(text: str, kind: type[s.Node]) -> None:
    """Precedence and all."""
    (node,) = Script(text).program()

    assert isinstance(node, kind)


def test_the_last_of_a_sequence_is_its_value() -> None:
    """The first ones are still read."""
    (node,) = Script("(a(), b())").program()

    assert isinstance(node, s.Item)
    assert isinstance(node.of, s.Seq)
    assert len(node.of.items) == 2
