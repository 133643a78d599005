"""Values as a person reads them."""

from __future__ import annotations

from tests.supply.pickles.assembly import expression
from tests.supply.pickles.reading import evidence

from yanmen.supply.pickles.expressions import LONGEST, express
from yanmen.supply.pickles.values import Large, Listed


def test_a_call_is_written_as_in_python() -> None:
    """With its arguments, and what they were made from."""
    assert "os.system('id')" in evidence(expression("os.system('id')"))
    assert "builtins.getattr(os.path, 'x')('id', 1)" in evidence(
        expression("builtins.getattr(os.path, 'x')('id', 1)")
    )


def test_what_is_long_deep_or_not_held_is_cut() -> None:
    """Evidence fits on a line, and a list that holds itself ends."""
    assert len(express("a" * 10_000)) == LONGEST + 1
    assert express(Large("bytes", 70_000)) == "<bytes, 70000 bytes>"
    loop = Listed()
    loop.items.append(loop)
    assert express(loop).count("…") == 1
    assert express(tuple(range(9))) == "(0, 1, 2, 3, …)"


def test_control_characters_do_not_reach_a_terminal() -> None:
    """They are written out."""
    assert "\x1b" not in evidence(expression("os.system('\x1b[2J')"))
