"""Server-sent events are cut alike however the bytes arrive."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.llm.wire.framing import TooLong
from yanmen.llm.wire.sse import Framer, event, parse, rest, with_data

LINE = st.sampled_from(
    [
        b"data: {}",
        b"data:x",
        b"data:  y",
        b"data",
        b": ping",
        b"event: a",
        b"id: 7",
        b"retry: 5",
        b"odd",
        b"data: [DONE]",
    ]
)
END = st.sampled_from([b"\n", b"\r", b"\r\n"])
STREAM = st.builds(
    lambda bom, lines, tail: bom + b"".join(line + end * count for line, end, count in lines) + tail,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(LINE, END, st.integers(1, 3)), max_size=8),
    st.sampled_from([b"", b"data: cut", b"\r"]),
) | st.binary(max_size=40)


def framed(chunks: list[bytes]) -> list[bytes]:
    """All events of a stream that comes in these chunks."""
    framer = Framer(10_000)
    found: list[bytes] = []
    for chunk in chunks:
        framer.feed(chunk)
        found += iter(framer.next, b"")
    framer.finish()
    return [*found, *iter(framer.next, b"")]


def spoken(stream: bytes) -> list[bytes]:
    """The data of each event, by the letter of the standard (an event without its blank line counts)."""
    text = stream.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: list[bytes] = []
    data: list[bytes] = []
    for line in text.split(b"\n"):
        if not line:
            found += [b"\n".join(data)] if data else []
            data = []
        elif line.partition(b":")[0] == b"data":
            data.append(line.partition(b":")[2].removeprefix(b" "))
    return found + ([b"\n".join(data)] if data else [])


@given(STREAM, st.lists(st.integers(0, 60), max_size=6))
def test_any_chunking_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    """No cut inside a line end, a mark or a blank line changes anything."""
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[a:b] for a, b in itertools.pairwise(places)]

    assert framed(chunks) == framed([stream]) == framed([bytes([byte]) for byte in stream])


@given(STREAM)
def test_events_are_what_the_standard_says(stream: bytes) -> None:
    """Nothing is lost and nothing added: the data agree, and the bytes put together are the stream."""
    events = framed([stream])

    assert [data for event in events if (data := parse(event).data) is not None] == spoken(stream)
    assert stream.startswith(b"".join(events))
    assert not stream[len(b"".join(events)) :].strip(b"\r\n")


def test_lines_of_data_are_joined() -> None:
    """One space after the colon is not part of the data."""
    assert parse(b"data: a\ndata:b\ndata:  c\n\n").data == b"a\nb\n c"
    assert parse(b": only a comment\n\n").data is None
    assert parse(b"data: {}\n\n").plain
    assert not parse(b"id: 1\ndata: {}\n\n").plain
    assert not parse(b"data: {\ndata: }\n\n").plain


def test_a_line_with_another_field_is_dropped() -> None:
    """The event says what it said; of one with no other line nothing is left."""
    assert parse(b"odd: 1\r\nid: 7\r\ndata: {}\r\n\r\n") == parse(b"id: 7\ndata: {}\n\n")
    assert parse(b" data: {}\ndata: []\n\n") == (b"data: []\n\n", b"[]", True, "")
    assert parse(b"Data: {}\n\n").raw == b""
    assert parse(b": ping\n\n").raw == b": ping\n\n"


def test_a_name_is_told_and_is_no_note() -> None:
    """Of two names clients take the last, others may not: then it is more than data and a name."""
    for raw in (event(b"{}", "a.b"), b"event: a.b\r\ndata: {}\r\n\r\n", b"event:a.b\ndata:{}\n\n"):
        frame = parse(raw)
        assert (frame.data, frame.name, frame.plain) == (b"{}", "a.b", True)
    assert not parse(b"event: a\nevent: b\ndata: {}\n\n").plain
    assert not parse(b"event: a\n: note\ndata: {}\n\n").plain
    assert event(b"{}") == b"data: {}\n\n"


def test_an_event_past_the_bound_is_refused_before_it_ends() -> None:
    """Memory is bounded, whether it ends or not."""
    for end in (b"", b"\n\n", b"\r\n\r\n"):
        framer = Framer(100)
        framer.feed(b"data: " + b"x" * 200 + end)
        with pytest.raises(TooLong):
            framer.next()
    framer = Framer(100)
    framer.feed(b"data: " + b"x" * 200 + b"\n\n")
    with pytest.raises(TooLong):
        framer.run(b"data: ", b"\n\n")


def test_data_is_replaced_and_the_rest_kept() -> None:
    """Comments, ids and event names stay."""
    raw = b": hello\r\nid: 3\r\nevent: message\r\ndata: {\r\ndata: }\r\n\r\n"

    assert rest(raw) == b": hello\nid: 3\nevent: message\n"
    assert parse(with_data(raw, b"{}")).data == b"{}"
    assert with_data(b"data: x\n\n", b"y") == b"data: y\n\n"


def test_events_that_begin_and_end_alike_are_shown_together() -> None:
    """As many as come in a row, whole; taken only when they are skipped."""
    framer = Framer(1_000)
    framer.feed(b"<1>\n\n<2>\n\n<3>\n")
    assert framer.run(b"<", b">\n\n") == [b"1", b"2"]
    assert framer.run(b"(", b")\n\n") == []
    assert framer.skip(10) == b"<1>\n\n<2>\n\n"
    assert framer.run(b"<", b">\n\n") == []
    framer.feed(b"\n" + b"".join(b"<%d>\n\n" % number for number in range(1_000)) + b"<odd)\n\n<7>\n\n")
    seen: list[bytes] = []
    while pieces := framer.run(b"<", b">\n\n"):
        seen += pieces
        framer.skip(sum(map(len, pieces)) + 4 * len(pieces))

    assert seen[:1001] == [b"3", *(b"%d" % number for number in range(1_000))]
    assert seen[1001:] == [b"odd)\n\n<7"]  # the caller sees the line break in it


def test_lines_that_end_otherwise_are_no_run() -> None:
    """They are cut one by one."""
    framer = Framer(1_000)
    framer.feed(b"<1>\n\n<2>\r\n\r\n")

    assert framer.run(b"<", b">\n\n") == []
    assert framer.next() == b"<1>\n\n"
