"""Lines of JSON are cut alike however the bytes arrive."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.llm.wire.framing import TooLong
from yanmen.llm.wire.lines import Framer, event, parse, rest, with_data

STREAM = st.lists(
    st.sampled_from([b'{"a":1}', b"\n", b"\r\n", b" ", b'"x"', b"\xe9\x9b\x81"]), max_size=12
).map(b"".join)


def framed(chunks: list[bytes]) -> list[bytes]:
    """All events of a stream that comes in these chunks."""
    framer = Framer(1_000)
    found: list[bytes] = []
    for chunk in chunks:
        framer.feed(chunk)
        found += iter(framer.next, b"")
    framer.finish()
    return [*found, *iter(framer.next, b"")]


@given(STREAM, st.lists(st.integers(0, 60), max_size=6))
def test_any_chunking_gives_the_same_lines(stream: bytes, cuts: list[int]) -> None:
    """The last counts also where nothing ends it."""
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[a:b] for a, b in itertools.pairwise(places)]
    lines = [line for line in stream.split(b"\n") if line.strip()]

    assert framed(chunks) == framed([stream])
    assert [data.strip() for raw in framed(chunks) if (data := parse(raw).data) and data.strip()] == [
        line.strip() for line in lines
    ]
    assert all(line.endswith(b"\n") for line in framed(chunks)[:-1])


def test_a_line_is_data_and_nothing_else() -> None:
    """Its end is not part of it."""
    assert parse(b"{}\r\n").data == b"{}"
    assert parse(b"\n").data is None
    assert parse(b"{}\n").plain
    assert rest(b"{}\n") == b""
    assert with_data(b"{}\n", b"[]") == event(b"[]", "name") == b"[]\n"


def test_a_line_past_the_bound_is_refused_before_it_ends() -> None:
    """Memory is bounded."""
    framer = Framer(10)
    framer.feed(b"x" * 11)
    with pytest.raises(TooLong):
        framer.next()


def test_lines_that_begin_and_end_alike_are_shown_together() -> None:
    """As events are."""
    framer = Framer(1_000)
    framer.feed(b"<1>\n<2>\n<3")

    assert framer.run(b"<", b">\n") == [b"1", b"2"]
    assert framer.skip(8) == b"<1>\n<2>\n"
    assert framer.next() == b""
