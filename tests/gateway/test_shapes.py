"""What is known of events over all answers is proved before it is used, and holds none of a model's words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway.channels import Channel, Span
from yanmen.gateway.shapes import LONGEST, MOST, Seen, Shapes
from yanmen.gateway.templates import learn
from yanmen.guard import Guard
from yanmen.llm.wire import answers, sse

DEPTH = 64


def event(name: str = "c-1", created: int = 1_700_000_000, **delta: Any) -> bytes:
    """An event."""
    choices = [{"index": 0, "delta": delta, "finish_reason": None}]
    tree = {
        "id": name,
        "object": "chat.completion.chunk",
        "created": created,
        "model": "m",
        "choices": choices,
    }
    return b"data: " + msgspec.json.encode(tree) + b"\n\n"


def read(raw: bytes) -> Seen:
    """As the stream reads it."""
    tree = msgspec.json.decode(sse.parse(raw).data or b"null")
    walk = answers.Walk(tree)
    return Seen(tree, walk.pieces, walk.ends)


def taught(raw: bytes) -> Shapes:
    """Shapes that know an event in which nothing grows."""
    shapes = Shapes()
    shapes.learn(sse.parse(raw), read(raw), None, DEPTH)
    return shapes


def taught_text(guard: Guard, raw: bytes) -> Shapes:
    """Shapes that know an event in which a text grows."""
    stream = guard.stream(Text(text="", role="assistant", trust="untrusted"), lambda _: Verdict.ALLOW)
    frame, seen = sse.parse(raw), read(raw)
    span = Span(Channel("/x", "/x", stream, None), "/choices/0/delta/content", 0, 1)
    shapes = Shapes()
    template = learn(frame, seen.tree, span, DEPTH)
    assert template is not None
    shapes.learn(frame, seen, template, DEPTH)
    return shapes


def test_an_event_of_a_known_shape_is_what_reading_it_would_have_said() -> None:
    """Another id, another time."""
    shapes = taught(event(role="assistant", content=""))
    other = event("c-2", 1_800_000_001, role="assistant", content="")

    known = shapes.known(other)

    assert known is not None
    assert (known.tree, list(known.pieces), known.ends) == read(other)[:3]


def test_text_that_grows_may_be_any(guard: Guard) -> None:
    """Escapes and all, with the bytes that stand around it."""
    shapes = taught_text(guard, event(content="the secret words"))
    other = event("c-2", 7, content='said "so"\n三')

    known = shapes.known(other)

    assert known is not None
    assert list(known.pieces) == read(other).pieces
    assert known.around is not None
    before, after = known.around
    assert before + msgspec.json.encode('said "so"\n三') + after == other


def test_no_shape_holds_what_a_model_said(guard: Guard) -> None:
    """Nor the id of the answer it was learnt from."""
    shapes = taught_text(guard, event("c-private", content="the secret words"))

    known = shapes.known(event("c-2", content=""))

    assert known is not None
    assert "secret" not in repr((known, shapes.known(event("c-2", content="other"))))


@pytest.mark.parametrize(
    "other",
    [
        event(role="assistant", content="x"),
        event(role="assistant", content="", tool_calls=[]),
        event(role="assistant", content="").replace(b"17", b"017"),
        event(role="assistant", content="").replace(b"1700000000", b"1e3"),
        event('c"', role="assistant", content=""),
        event("c\\u0041", role="assistant", content=""),
        event("c" * 200, role="assistant", content=""),
        b": " + event(role="assistant", content=""),
    ],
)
def test_whatever_differs_otherwise_is_not_known(other: bytes) -> None:
    """It is read in full."""
    assert taught(event(role="assistant", content="")).known(other) is None


@pytest.mark.parametrize(
    "inside", [b'x","content":"y', b"x\\", b"\xff", b'x"', b'x"}},{"delta":{"content":"y', b"\n", b"\\ud800"]
)
def test_nothing_can_be_put_between(guard: Guard, inside: bytes) -> None:
    """What is not one well-formed string is no event of the shape."""
    shapes = taught_text(guard, event(content="a"))

    assert shapes.known(event(content="MARK").replace(b"MARK", inside)) is None


@pytest.mark.parametrize(
    "raw",
    [
        b'data: {"choices":[{"id":"c-1"}],"id":"c-1","created":1}\n\n',
        b'data: {"a":{"id":"x"},"id":"c-1","created":1}\n\n',
        b'data: {"id":"c-1","a":{"created":5},"created":1}\n\n',
        b'data: {"id":"c-1","choices":[]}\n\n',
        b'event: x\ndata: {"id":"c-1","created":1}\n\n',
        b'data: {"id":"c-1","created":1,"x":"' + b"y" * LONGEST + b'"}\n\n',
    ],
)
def test_what_cannot_be_proved_is_not_learnt(raw: bytes) -> None:
    """The id and the time must be the event's own."""
    assert taught(raw).known(raw) is None


def test_the_number_of_shapes_is_bounded() -> None:
    """At the bound they are dropped, and what comes is learnt anew."""
    shapes = Shapes()
    for number in range(MOST + 1):
        raw = event(role=f"role-{number}", content="")
        shapes.learn(sse.parse(raw), read(raw), None, DEPTH)

    assert shapes.known(event(role="role-0", content="")) is None
    assert shapes.known(event(role=f"role-{MOST}", content="")) is not None
