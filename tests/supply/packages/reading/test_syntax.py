"""The small language."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax
from yanmen.supply.packages.reading.node import Node
from yanmen.supply.packages.reading.python import Python


def test_both_languages_become_the_same() -> None:
    """A call of a member with a constant."""
    for dialect, text in ((Python, "a.b('c')"), (Node, "a.b('c');")):
        (node,) = dialect.parse(text)

        assert isinstance(node, syntax.Call)
        assert isinstance(node.fn, syntax.Attr)
        assert isinstance(node.args[0], syntax.Const)
