"""NumPy's own state: what it may say of an element."""

from __future__ import annotations

import pytest
from tests.supply.pickles.assembly import expression
from tests.supply.pickles.reading import read

from yanmen.supply.pickles.arrays import has_objects, is_array_state, is_code, item_size
from yanmen.supply.pickles.memo import Memo
from yanmen.supply.pickles.values import Made, Value


def _dtype(source: str) -> Value:
    _, streams = read(expression(source))
    return streams[0].value


@pytest.mark.parametrize(
    ("code", "size"),
    [("f8", 8), ("<U3", 12), ("S5", 5), ("O8", 8), ("O", 8), ("M8[ns]", 8), ("?", 1), ("d", 8), ("V16", 16)],
)
def test_the_size_of_an_element(code: str, size: int) -> None:
    """By its code."""
    assert is_code(code)
    assert item_size(_dtype(f"numpy.dtype({code!r}, False, True)")) == size


@pytest.mark.parametrize("code", ["i4,O", "(2,)f8", "", "f8 ", "q8", "os.system", None])
def test_a_compound_code_is_not_taken(code: object) -> None:
    """``i4,O`` makes a type with fields, whose parts are not looked at here."""
    assert not is_code(code)


def test_objects_are_seen_within_fields_and_behind_subtypes() -> None:
    """However deep; and what is not known is taken to hold some."""
    plain = "numpy.dtype('V8', False, True) << (3, '|', None, ('a',), {'a': (numpy.dtype('f8', False, True), 0)}, 8, 1, 16)"
    held = "numpy.dtype('V8', False, True) << (3, '|', None, ('a',), {'a': (numpy.dtype('O8', False, True), 0)}, 8, 1, 63)"
    sub = "numpy.dtype('V8', False, True) << (3, '|', (numpy.dtype('O8', False, True), (1,)), None, None, 8, 1, 63)"
    assert not has_objects(_dtype(plain))
    assert has_objects(_dtype(held))
    assert has_objects(_dtype(sub))
    assert has_objects(Made(kind="unknown", by=None))


def test_a_type_that_was_not_kept_is_taken_to_hold_objects() -> None:
    """Once there is no room left the memo keeps its kind only: raw bytes are not taken for its elements."""
    memo = Memo(pytest.fail)
    memo.room = 0
    memo.add(_dtype("numpy.dtype('f8', False, True)"))
    memo.add(_dtype("numpy.dtype('O8', False, True)"))
    assert has_objects(memo.get(0))
    assert has_objects(memo.get(1))
    assert not is_array_state((1, (2,), memo.get(1), False, b"0123456789abcdef"))
