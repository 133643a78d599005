"""The forms that tables speak of."""

from __future__ import annotations

import pytest

from yanmen.supply.pickles.shapes import arguments, shape
from yanmen.supply.pickles.values import Large, Listed, Made, Mapped


@pytest.mark.parametrize(
    ("form", "value", "fits"),
    [
        ("int", 1, True),
        ("int", "1", False),
        ("int|none", None, True),
        ("bytes", Large("bytes", 9), True),
        ("bytes", Large("str", 9), False),
        ("true", 1, True),
        ("false", False, True),
        ("'b'", "b", True),
        ("'b'", b"b", False),
        ("tuple(int)", (1, 2), True),
        ("tuple(int)", (1, "a"), False),
        ("list(int)", Listed([1]), True),
        ("list(int)", Listed([1], lost=True), False),
        ("plain", (1, Listed(["a"])), True),
        ("plain", (1, Made(kind="x", by=None)), False),
        ("any", Made(kind="unknown", by=None), False),
        ("attributes", Mapped([("a", 1)]), True),
        ("attributes", Mapped([("__setstate__", 1)]), False),
        ("attributes", Mapped([], lost=True), False),
        ("attributes", Mapped([(1, 1)]), False),
        ("slots", Mapped([("__class__", 1)]), False),
        (["int", "str"], (1, "a"), True),
        (["int", "str"], (1,), False),
        (False, 0, True),
        (True, 0, False),
        ("ndarray", Made(kind="ndarray", by=None), True),
        ("dtype", Made(kind="ndarray", by=None), False),
    ],
)
def test_a_form_fits_or_not(form: object, value: object, fits: bool) -> None:
    """What was not kept fits nothing that asks for it."""
    assert shape(form)(value) is fits


def test_arguments_in_order_with_what_may_be_missing() -> None:
    """``x?`` at the end may be missing, ``x*`` is any number."""
    form = arguments(["int", "str?", "bytes*"])
    assert form((1,))
    assert form((1, "a", b"", b""))
    assert not form(())
    assert not form((1, "a", "b"))
    assert not arguments([])((1,))
