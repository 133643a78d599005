"""What is known of events over all answers is proved before it is used, and holds none of a model's words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway.channels import Channel, Span
from yanmen.gateway.shapes import LONGEST, MOST, Found, Shapes, repeats
from yanmen.gateway.templates import learn
from yanmen.guard import Guard
from yanmen.llm.wire import sse
from yanmen.llm.wire.codec import Piece, Seen
from yanmen.llm.wire.openai import CHAT

DEPTH = 64


def outline(tree: dict[str, Any]) -> Seen:
    """What the chat surface reads in an event."""
    return CHAT.event(tree, "")


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


def tree_of(raw: bytes) -> dict[str, Any]:
    """The JSON in an event."""
    tree: dict[str, Any] = msgspec.json.decode(sse.parse(raw).data or b"null")
    return tree


def taught(*events: bytes) -> Shapes:
    """Shapes that know events in which nothing grows."""
    shapes = Shapes()
    for raw in events:
        tree = tree_of(raw)
        shapes.learn(sse.parse(raw), tree, outline(tree), None, DEPTH)
    return shapes


def taught_text(guard: Guard, raw: bytes) -> Shapes:
    """Shapes that know an event in which a text grows."""
    stream = guard.stream(Text(text="", role="assistant", trust="untrusted"), lambda _: Verdict.ALLOW)
    frame, tree = sse.parse(raw), tree_of(raw)
    span = Span(Channel("/x", "/x", stream, None), "/choices/0/delta/content", 0, 1)
    shapes = Shapes()
    template = learn(frame, tree, span, DEPTH)
    assert template is not None
    shapes.learn(frame, tree, outline(tree), template, DEPTH)
    return shapes


def said(found: Found) -> Seen:
    """What reading the event would have said."""
    piece = Piece("/id", "/id", found.start.name, grows=False, group="")
    growing = tuple(each._replace(text=found.text) for each in found.seen.growing)
    return found.seen._replace(fixed=(piece, *found.seen.fixed), growing=growing, head=found.head)


def test_an_event_of_a_known_shape_is_what_reading_it_would_have_said() -> None:
    """Another id, another time."""
    first, last = event(role="assistant", content=""), event().replace(b'":null', b'":"stop"')
    shapes = taught(first, last)

    start = None
    for raw in (first, last, first):
        other = raw.replace(b"c-1", b"c-2").replace(b"1700000000", b"1800000001")
        known = shapes.known(other, start)

        assert known is not None
        assert said(known) == outline(tree_of(other))
        start = known.start
    known = shapes.known(first, start)
    assert known is not None
    assert known.start.name == "c-1"
    assert shapes.known(first.replace(b"1700000000", b"17000000001"), known.start) is None
    assert shapes.known(first.replace(b"1700000000", b"1700000000.5"), known.start) is None
    assert outline(tree_of(last)).note == ((), (0,))


def test_text_that_grows_may_be_any(guard: Guard) -> None:
    """Escapes and all, with the bytes that stand around it."""
    shapes = taught_text(guard, event(content="the secret words"))
    other = event("c-2", 7, content='said "so"\n三')

    known = shapes.known(other)

    assert known is not None
    assert said(known) == outline(tree_of(other))
    assert known.around is not None
    before, after = known.around
    assert before + msgspec.json.encode('said "so"\n三') + after == other


def test_no_shape_holds_what_a_model_said(guard: Guard) -> None:
    """Nor the id of the answer it was learnt from."""
    shapes = taught_text(guard, event("c-private", content="the secret words"))

    known = shapes.known(event("c-2", content="other"))

    assert known is not None
    assert "secret" not in repr(known)
    assert "private" not in repr(known)


def test_counts_and_words_of_one_answer_are_not_expected_of_the_next() -> None:
    """An event with usage, or with a string of its own, does not repeat."""
    assert repeats(outline(tree_of(event(role="assistant"))))
    assert not repeats(outline({**tree_of(event()), "note": "of this one"}))
    assert not repeats(outline({**tree_of(event()), "usage": {"prompt_tokens": 1, "completion_tokens": 2}}))


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
    shapes = taught(*(event(role=f"role-{number}", content="") for number in range(MOST + 1)))

    assert shapes.known(event(role="role-0", content="")) is None
    assert shapes.known(event(role=f"role-{MOST}", content="")) is not None
