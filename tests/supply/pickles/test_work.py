"""How much work one file may be."""

from __future__ import annotations

import io

import pytest

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.streams import read_streams
from yanmen.supply.pickles.work import TooLarge, Work

_SYSTEM = b"\x80\x04cos\nsystem\n\x8c\x02id\x85R0"


def _read(data: bytes, left: int) -> Journal:
    journal = Journal(Work(left))
    read_streams(io.BytesIO(data), len(data), journal, lambda: None)
    return journal


def test_work_ends() -> None:
    """At nothing left, not before."""
    Work(0).look()
    with pytest.raises(TooLarge):
        Work(-1).look()


def test_more_steps_than_a_look_may_take_are_said() -> None:
    """Too large: unknown, and never safe."""
    data = b"\x80\x04" + b"N0" * 30_000 + b"N."
    assert _read(data, 10_000_000).proof == "proven_safe"
    journal = _read(data, 20_000)
    assert journal.proof == "unknown"
    assert [reason for reason, _ in journal.misses] == ["too-large"]


def test_what_was_found_before_the_end_of_work_stays() -> None:
    """Padding hides nothing that came before it."""
    assert _read(_SYSTEM + b"N0" * 30_000 + b"N.", 20_000).proof == "unsafe"


def test_streams_and_strings_share_the_work_of_their_file() -> None:
    """A thousand short streams, or strings that are pickles, are no way around it."""
    assert _read(b"\x80\x04N." * 1_000, 100_000).proof == "unknown"
    inner = b"\x80\x04" + b"N0" * 100 + b"N."
    string = b"\x8c" + bytes([len(inner)]) + inner + b"0"
    assert _read(b"\x80\x04" + string * 500 + b"N.", 50_000).proof == "unknown"


def test_a_thousand_claims_cost_more_than_a_thousand_numbers() -> None:
    """Putting evidence into words is what is slow."""
    numbers, claims = b"\x80\x04" + b"N0" * 3_000 + b"N.", b"\x80\x04" + b"I 1\n0" * 3_000 + b"N."
    assert _read(claims, 200_000).misses.keys() >= {("too-large", next(iter(_too_large(claims))))}
    assert _read(numbers, 200_000).proof == "proven_safe"


def _too_large(data: bytes) -> set[str]:
    return {detail for reason, detail in _read(data, 200_000).misses if reason == "too-large"}
