"""The way out: what is cut, stopped and passed on of an answer, and the small steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yanmen.core.config import Bounds
from yanmen.core.keys import new_key
from yanmen.gateway.commands import (
    Answer,
    CloseUpstream,
    Cut,
    Head,
    Record,
    Send,
)
from yanmen.gateway.outgoing import fault
from yanmen.gateway.upstreams.errors import UpstreamError

SECRET = "sk-proj-x9Kd82hFz0qLmN4vB7tYw3RsXcE5uGaJ1oPiDlQ6"
JSON = Head(200, [(b"content-type", b"application/json"), (b"x-request-id", b"theirs")], b"")
EVENTS = Head(200, [(b"content-type", b"text/event-stream")], b"")
FINE = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"fine"},"finish_reason":"stop"}],"odd":1.50}'
DONE = b"data: [DONE]\n\n"


def test_a_secret_is_cut_out_of_the_answer(desk: Any) -> None:
    """Only there."""
    play = desk.play(desk.door(), desk.call(), desk.asked(), JSON, desk.answer(f"it is {SECRET} ok"))

    assert (
        json.loads(play.of(Answer).body)["choices"][0]["message"]["content"]
        == "it is [redacted:secret.openai-key] ok"
    )
    assert (play.data["tokens_in"], play.data["tokens_out"]) == (5, 6)
    assert play.data["decision"]["terms"]["direction"] == "out"


def test_an_answer_that_policy_blocks_is_withheld(desk: Any) -> None:
    """One of our own keys in it: 400, recorded as stopped."""
    play = desk.play(desk.door(), desk.call(), desk.asked(), JSON, desk.answer(f"use {new_key()}"))

    assert play.of(Answer).status == 400
    assert play.of(Record).event.kind == "call.stopped"
    assert "key.leaked" in play.error["message"]


def test_a_secret_in_a_header_of_the_answer_does_not_leave(desk: Any) -> None:
    """Nor does it in the head of a stream; the other headers stay."""
    noted = [(b"x-ratelimit-note", SECRET.encode()), (b"x-ratelimit-reset", b"in about a quarter of an hour")]
    for head, body in ((JSON, [FINE]), (EVENTS, [desk.event("hi") + DONE, b""])):
        play = desk.play(
            desk.door(), desk.call(), desk.asked(), head._replace(headers=[*head.headers, *noted]), *body
        )

        assert SECRET not in str(play.of(Answer).headers)
        assert noted[1] in play.of(Answer).headers
        assert [found["part"] for found in play.data["findings"]] == ["/headers/x-ratelimit-note"]


def test_an_error_of_the_upstream_is_passed_on_and_read(desk: Any) -> None:
    """It may echo the credential."""
    body = json.dumps({"error": {"message": f"bad key {SECRET} ", "type": "x", "code": 1}}).encode()
    play = desk.play(desk.door(), desk.call(), desk.asked(stream=True), JSON._replace(status=401), body)

    assert play.of(Answer).status == 401
    assert SECRET.encode() not in play.of(Answer).body
    assert play.data["error"] == "upstream_status_401"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (JSON, b"not json"),
        (JSON, b'{"a":1,"a":2}'),
        (JSON, b"[1]"),
        (JSON, b""),
        (JSON._replace(encoding=b"gzip"), b"\x1f\x8b"),
        (Head(200, [(b"content-type", b"text/html")], b""), b"\xff"),
    ],
)
def test_garbage_of_the_upstream_is_not_passed_on(desk: Any, head: Head, body: bytes) -> None:
    """502."""
    play = desk.play(desk.door(), desk.call(), desk.asked(), head, body)

    assert (play.of(Answer).status, play.error["code"]) == (502, "upstream_garbage")
    assert play.of(Record).event.kind == "call.failed"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("unreachable", 502), ("timeout", 504), ("garbage", 502), ("broken", 502), ("too-large", 502)],
)
def test_an_upstream_that_fails_is_told(desk: Any, kind: Any, status: int) -> None:
    """Each in its own words."""
    play = desk.play(desk.door(), desk.call(), desk.asked(), UpstreamError(kind, "detail"))

    assert play.of(Answer).status == status
    assert play.of(Record).event.kind == "call.failed"
    assert play.data["error"] == f"upstream_{kind.replace('-', '_')}"


def test_a_stream_is_sent_as_it_is_read(desk: Any) -> None:
    """One send for each read that releases something; the last ends the answer."""
    first, second = desk.event("One. Two. "), desk.event("Three.") + DONE
    play = desk.play(desk.door(), desk.call(), desk.asked(stream=True), EVENTS, first, second, b"")
    sent = b"".join(command.body for command in play.commands if isinstance(command, Answer | Send))

    assert sent == first + second
    assert play.names[-3:] in (["Answer", "Record", "Read"], ["Send", "Record", "Read"])
    assert not [c for c in play.commands if isinstance(c, Answer | Send)][-1].more
    assert (play.of(Record).event.kind, play.data["stream"]) == ("call.allowed", True)


def test_a_stream_is_stopped_on_record_and_then_said(desk: Any) -> None:
    """The upstream is closed at once; the client gets content_filter and the end mark."""
    play = desk.play(
        desk.door(),
        desk.call(),
        desk.asked(stream=True),
        EVENTS,
        desk.event("Hello, here is it, you see: "),
        desk.event(new_key() + " x"),
    )
    tail = [c for c in play.commands if isinstance(c, Answer | Send)][-1]

    assert play.names[-3:-1] == ["CloseUpstream", "Record"]
    assert play.of(Record).durable
    assert play.of(Record).event.kind == "call.stopped"
    assert b'"finish_reason":"content_filter"' in tail.body
    assert play.data["decision_id"].encode() in tail.body
    assert tail.body.endswith(DONE)
    assert play.data["left"] > 0


def test_a_stream_that_breaks_ends_without_the_end_mark(desk: Any) -> None:
    """An error event instead; before anything was sent, a plain error."""
    late = desk.play(
        desk.door(),
        desk.call(),
        desk.asked(stream=True),
        EVENTS,
        desk.event("Hello there. And so on, and on. ") * 2,
        UpstreamError("broken", ""),
    )
    early = desk.play(desk.door(), desk.call(), desk.asked(stream=True), EVENTS, UpstreamError("timeout", ""))
    sent = b"".join(c.body for c in late.commands if isinstance(c, Answer | Send))

    assert b'"code":"upstream_broken"' in sent
    assert b"[DONE]" not in sent
    assert late.of(Record).event.kind == "call.failed"
    assert early.of(Answer).status == 504


def test_garbage_within_a_stream_fails_closed(desk: Any) -> None:
    """Nothing of it leaves."""
    fake = b'data: {"choices":[],"choices":[{"delta":{"content":"hidden"}}]}\n\n'
    late = desk.play(
        desk.door(),
        desk.call(),
        desk.asked(stream=True),
        EVENTS,
        desk.event("Hello there. And so on, and on. ") * 2,
        fake,
    )
    sent = b"".join(c.body for c in late.commands if isinstance(c, Answer | Send))

    assert b"hidden" not in sent
    assert b"[DONE]" not in sent
    assert b"upstream_garbage" in sent
    assert isinstance(late.of(CloseUpstream), CloseUpstream)


def test_a_ban_that_comes_meanwhile_cuts_the_stream(desk: Any) -> None:
    """With the decision, and the end that clients understand."""
    play = desk.play(
        desk.door(),
        desk.call(),
        desk.asked(stream=True),
        EVENTS,
        desk.event("Hello. "),
        Cut(desk.ban("key", "key_1")),
    )

    assert play.of(Record).event.kind == "call.stopped"
    assert (play.data["error"], play.data["decision_id"]) == ("banned", "dec_ban")
    assert b"content_filter" in [c for c in play.commands if isinstance(c, Answer | Send)][-1].body


def test_an_end_mark_that_is_not_the_end_of_the_transfer_does_no_harm(desk: Any) -> None:
    """The client has its whole answer; the connection is not used again."""
    late = UpstreamError("timeout", "nothing came")
    play = desk.play(desk.door(), desk.call(), desk.asked(), EVENTS, desk.event("hi") + DONE, late)

    assert play.of(Record).event.kind == "call.allowed"
    assert play.names[-3:] == ["Answer", "Record", "Read"]


def test_an_answer_past_the_bound_ends(desk: Any) -> None:
    """Whatever the upstream goes on to say."""
    tight = desk.door(bounds=Bounds(answer_bytes=2_000))
    play = desk.play(
        tight,
        desk.call(),
        desk.asked(stream=True),
        EVENTS,
        desk.event("Hello there, and there. "),
        desk.event("x" * 3_000),
    )

    assert play.data["error"] == "upstream_garbage"


def test_upstream_errors_have_their_own_codes() -> None:
    """And keep their detail for the record."""
    refusal = fault(UpstreamError("too-large", "why"))

    assert (refusal.code, refusal.status, refusal.detail) == ("upstream_too_large", 502, "why")
