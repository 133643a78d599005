"""Constants that are written as calls."""

from __future__ import annotations

from yanmen.supply.pickles.folds import FOLDS
from yanmen.supply.pickles.values import Grouped, Large, Listed, Mapped


def test_bytes_that_protocols_before_3_write_as_text() -> None:
    """``_codecs.encode(text, 'latin1')``."""
    assert FOLDS["latin1"](("\xff\x00", "latin1")) == b"\xff\x00"
    assert FOLDS["latin1"](("中", "latin1")) == Large("bytes", 0)
    assert FOLDS["latin1"]((Large("str", 70_000), "latin1")) == Large("bytes", 70_000)


def test_containers_by_their_names() -> None:
    """With what was kept of their items."""
    made = FOLDS["set"]((Listed([1, 2]),))
    assert isinstance(made, Grouped)
    assert made.items == [1, 2]
    assert FOLDS["frozenset"](()).frozen
    assert FOLDS["list"](((1, 2),)).items == [1, 2]
    assert FOLDS["tuple"]((Listed([1]),)) == (1,)
    assert FOLDS["dict"]((Listed([(1, 2)]),)).pairs == [(1, 2)]
    assert FOLDS["dict"]((Mapped([(1, 2)]),)).pairs == [(1, 2)]
    assert FOLDS["dict"]((Listed([1]),)).lost
    assert FOLDS["bytes"]((Listed([1, 2]),)) == b"\x01\x02"
    assert FOLDS["bytes"]((Listed([999]),)) == Large("bytes", 0)
