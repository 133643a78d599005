"""Stack, marks, memo and containers."""

from __future__ import annotations

import pytest
from tests.supply.pickles.reading import proof, read

from yanmen.supply.pickles.values import concrete


@pytest.mark.parametrize(
    ("stream", "value"),
    [
        (b"(I1\nI2\nt.", (1, 2)),
        (b"(I1\nl.", [1]),
        (b"(I1\nI2\nd.", {1: 2}),
        (b"]K\x01a.", [1]),
        (b"](K\x01K\x02e.", [1, 2]),
        (b"}K\x01K\x02s.", {1: 2}),
        (b"}(K\x01K\x02K\x03K\x04u.", {1: 2, 3: 4}),
        (b").", ()),
        (b"K\x01\x85.", (1,)),
        (b"K\x01K\x02\x86.", (1, 2)),
        (b"K\x01K\x02K\x03\x87.", (1, 2, 3)),
        (b"\x8f(K\x01\x90.", {1}),
        (b"(K\x01\x91.", frozenset({1})),
        (b"K\x01K\x020.", 1),
        (b"K\x012\x86.", (1, 1)),
        (b"K\x01(K\x02K\x031.", 1),
        (b"K\x01(0.", 1),
        (b"K\x05p0\n0g0\n.", 5),
        (b"K\x05q\x070h\x07.", 5),
        (b"K\x05r\x07\0\0\x000j\x07\0\0\0.", 5),
        (b"K\x05\x940h\0.", 5),
    ],
)
def test_each_container(stream: bytes, value: object) -> None:
    """As the language's own unpickler makes it."""
    _, streams = read(stream)
    assert concrete(streams[0].value) == value


@pytest.mark.parametrize(
    "stream", [b"0.", b"t.", b"K\x01\x86.", b"a.", b"s.", b"2.", b"1.", b"h\x00.", b"K\x01K\x02a."]
)
def test_an_empty_stack_breaks_the_stream(stream: bytes) -> None:
    """So does a place in the memo that was never filled, and a number that is no list is no place to append to."""
    assert proof(stream) == "unknown"
