"""Whole answers: read strictly, cut, and otherwise left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yanmen.gateway import replies
from yanmen.gateway.commands import Head
from yanmen.gateway.ruling import Garbage
from yanmen.llm.wire.openai import CHAT
from yanmen.llm.wire.places import Cut


def head(kind: str = "application/json", status: int = 200, encoding: bytes = b"") -> Head:
    """A head."""
    return Head(status, [(b"content-type", kind.encode())], encoding)


def read(body: Any, **more: Any) -> replies.Reply:
    """Read a body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return replies.read(head(**more), data, CHAT, depth=64, values=1000)


def test_a_cut_takes_the_token_list_along() -> None:
    """Of its choice; all else stays."""
    logprobs = {"content": [{"token": "hunter2"}]}
    tree = {
        "choices": [
            {"index": 0, "message": {"content": "pw hunter2"}, "logprobs": logprobs},
            {"index": 1, "logprobs": logprobs},
        ]
    }
    cut = json.loads(read(tree).redacted({"/choices/0/message/content": [Cut(3, 10, "[x]")]}) or b"")

    assert cut["choices"][0] == {"index": 0, "message": {"content": "pw [x]"}, "logprobs": None}
    assert cut["choices"][1]["logprobs"] == logprobs


def test_a_cut_in_a_token_list_drops_the_list() -> None:
    """It cannot be mended in place."""
    tree = {
        "choices": [
            {"index": 0, "message": {"content": "no"}, "logprobs": {"content": [{"token": "hunter2"}]}}
        ]
    }
    reply = read(tree)
    (part,) = [text.part for text in reply.texts if text.text == "hunter2"]

    assert json.loads(reply.redacted({part: [Cut(0, 7, "[x]")]}) or b"")["choices"][0]["logprobs"] is None


def test_text_that_is_not_json_is_read_whole() -> None:
    """Error pages, for one."""
    reply = read(b"oops hunter2", kind="text/html; charset=utf-8", status=502)

    assert [text.text for text in reply.texts] == ["oops hunter2"]
    assert reply.redacted({"": [Cut(5, 12, "[x]")]}) == b"oops [x]"


def test_tokens_are_what_the_upstream_says_or_estimates() -> None:
    """Of what the assistant said."""
    said = {"choices": [{"message": {"content": "a" * 40}}]}

    assert read(said).tokens(3) == (3, 10)
    assert read({**said, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}).tokens(3) == (1, 2)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":1}', b'{"a":"\xff"}'])
def test_garbage_is_told(body: bytes) -> None:
    """Fail closed."""
    with pytest.raises(Garbage):
        read(body)


def test_encoded_answers_are_garbage() -> None:
    """They were not asked for and cannot be read."""
    with pytest.raises(Garbage):
        read({}, encoding=b"br")


def test_streams_are_told_by_their_type() -> None:
    """Whatever parameters it has, and whatever status of success."""
    assert replies.is_stream(head("text/event-stream; charset=utf-8"), CHAT)
    assert replies.is_stream(head("text/event-stream", status=201), CHAT)
    assert not replies.is_stream(head("text/event-stream", status=429), CHAT)
    assert not replies.is_stream(head(), CHAT)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 200),
        ("application/octet-stream", 200),
        ("", 200),
        ("text/html", 302),
        ("text/event-stream", 500),
    ],
)
def test_an_answer_that_clients_may_take_for_a_stream_is_garbage(kind: str, status: int) -> None:
    """A secret cut into its events would be found in none of them."""
    with pytest.raises(Garbage, match="neither"):
        read(b'data: {"choices":[{"delta":{"content":"sk-"}}]}\n\n', kind=kind, status=status)


def test_an_error_that_looks_like_json_is_read_as_json() -> None:
    """Whatever it says of itself, its escapes are resolved."""
    reply = read(rb' {"error":{"message":"\u0068unter2"}}', kind="text/plain", status=400)

    assert "hunter2" in [text.text for text in reply.texts]
    with pytest.raises(Garbage):
        read(b'{"error":1,"error":2}', kind="text/plain", status=400)
