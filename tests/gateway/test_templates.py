"""What events have in common is learnt, and proved before it is used."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway.channels import Channel, Span
from yanmen.gateway.templates import Template, learn
from yanmen.guard import Guard
from yanmen.llm.wire import sse

PATH = "/choices/0/delta/content"


def taught(guard: Guard, raw: bytes, path: str = PATH) -> Template | None:
    """What is learnt from an event."""
    stream = guard.stream(Text(text="", role="assistant", trust="untrusted"), lambda _: Verdict.ALLOW)
    frame = sse.parse(raw)
    tree = msgspec.json.decode(frame.data or b"null")
    return learn(frame, tree, Span(Channel("/x", "/x", stream, None), path, 0, 1), 64)


def event(text: str, **more: Any) -> bytes:
    """An event."""
    return b"data: " + msgspec.json.encode({"choices": [{"delta": {"content": text}}], **more}) + b"\n\n"


def test_events_that_differ_in_the_text_only_are_read_by_it(guard: Guard) -> None:
    """Escapes and all; the first that differs otherwise ends the run."""
    template = taught(guard, event("a"))
    assert template is not None
    raw = b"".join([event("one"), event('t"\\wo'), event("三"), event("x", other=1), event("y")])
    framer = sse.Framer(1 << 16)
    framer.feed(raw)
    pieces = framer.run(template.prefix, template.suffix)

    assert template.texts(pieces) == ["one", 't"\\wo', "三"]
    assert template.texts([b'"one"', b'"two",', b'"three"']) == ["one"]
    assert template.texts([b'"x","y"', b'"three"']) == []


@pytest.mark.parametrize(
    "pieces", [[b'"a', b'b"', b'"x","y"'], [b'"a"\n', b'"b"'], [b'["a"', b'"b"]'], [b"", b'"a"']]
)
def test_pieces_cannot_lend_each_other_what_they_lack(guard: Guard, pieces: list[bytes]) -> None:
    """Read together they are as many strings as there are pieces; each by itself is none."""
    template = taught(guard, event("a"))
    assert template is not None

    assert template.texts(pieces) == []


@pytest.mark.parametrize(
    "inside",
    [b'x","content":"y', b"x\\", b"\xff", b'x" "', b'x"}},{"delta":{"content":"y', b"\n", b"\\ud800"],
)
def test_nothing_can_be_put_between(guard: Guard, inside: bytes) -> None:
    """What is not one well-formed string is read in full, and refused there."""
    template = taught(guard, event("a"))
    assert template is not None

    assert template.texts([b'"' + inside + b'"']) == []


@pytest.mark.parametrize(
    "raw",
    [
        event("a", content="b"),
        event('a "content": b'),
        b'data: {"choices":[{"delta":{"c\\u006fntent":"a"}}]}\n\n',
        b'data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n',
        b'id: 1\ndata: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    ],
)
def test_what_cannot_be_proved_is_not_learnt(guard: Guard, raw: bytes) -> None:
    """The name stands twice, is spelt otherwise, or the event has other lines."""
    template = taught(guard, raw)

    assert template is None or raw.startswith(template.prefix)


def test_the_name_may_be_any_field(guard: Guard) -> None:
    """As long as it is a plain word."""
    raw = b'data: {"choices":[{"delta":{"re/ason":"a"}}]}\n\n'

    assert taught(guard, raw, "/choices/0/delta/re~1ason") is None
