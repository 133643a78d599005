"""Anthropic's codec: events read, errors of its own types, and ends that fit to what a client has seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message

from yanmen.llm.wire.anthropic import MESSAGES
from yanmen.llm.wire.codec import Said, Seen, Usage
from yanmen.llm.wire.places import Cut

SAID = Said(
    call="call_1", at=0, model="m", code="content_policy_violation", message="withheld", decision="dec_1"
)


def seen(kind: str, **more: Any) -> Seen:
    """An event, read."""
    return MESSAGES.event({"type": kind, **more}, kind)


def closed(*events: dict[str, Any], safe: str = "") -> list[dict[str, Any]]:
    """The events of the end, after these have left."""
    ending = MESSAGES.ending()
    for event in events:
        one = MESSAGES.event(event, event["type"])
        if one.note is not None:
            ending.take(one.note, one)
    blocks = ending.closing(SAID, safe).decode().strip().split("\n\n")
    found = []
    for block in blocks:
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


def built(events: list[dict[str, Any]]) -> Message:
    """What the real client makes of events."""
    message: Any = None
    buffers: dict[int, bytes] = {}
    for event in events:
        message = accumulate_event(event=event, current_snapshot=message, json_bufs=buffers)  # type: ignore[arg-type]
    assert isinstance(message, Message)
    return message


START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    },
}
OPEN = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "so far"}}
STOP = {"type": "content_block_stop", "index": 0}


def test_blocks_keep_their_order_and_are_whole_at_their_end() -> None:
    """Nothing of the next block leaves before the end of the one before it."""
    inside = seen("content_block_delta", index=2, delta={"type": "text_delta", "text": "x"})
    end = seen("content_block_stop", index=2)

    assert set(inside.groups or ()) == {"/content/2"}
    assert (end.groups, end.closes, end.done) == (None, ("/content/2/",), False)
    assert seen("message_stop").done
    assert seen("error", error={"type": "api_error", "message": "busy"}).done
    assert seen("ping").groups is None
    assert seen("message_start", message=START["message"]).usage == Usage(3, 1)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ([], ""),
        ([START], ""),
        ([START, OPEN], ""),
        ([START, OPEN, TEXT], "so far"),
        ([START, OPEN, TEXT, STOP], "so far"),
    ],
)
@pytest.mark.parametrize("safe", ["", "sorry"])
def test_an_end_fits_to_whatever_has_left(before: list[dict[str, Any]], text: str, safe: str) -> None:
    """The real client puts it together and sees a refusal."""
    message = built([*before, *closed(*before, safe=safe)])

    assert message.stop_reason == "refusal"
    assert message.stop_details is not None
    assert message.stop_details.explanation == "withheld"
    texts = [block.text for block in message.content if block.type == "text"]
    assert [one for one in texts if one] == [one for one in (text, safe) if one]


def test_errors_are_of_the_types_that_its_clients_know() -> None:
    """By status; with our code and decision beside them."""
    types = {
        status: MESSAGES.error(SAID._replace(status=status))["error"]["type"]
        for status in (400, 401, 403, 404, 405, 413, 415, 429, 502, 503, 504)
    }

    assert types == {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        405: "invalid_request_error",
        413: "request_too_large",
        415: "invalid_request_error",
        429: "rate_limit_error",
        502: "api_error",
        503: "overloaded_error",
        504: "timeout_error",
    }
    assert MESSAGES.error(SAID)["error"]["decision"] == "dec_1"
    assert MESSAGES.broken(SAID._replace(status=502)).startswith(b"event: error\ndata: {")
    assert MESSAGES.error_headers(SAID) == [(b"request-id", b"call_1")]


def test_thinking_is_whole_or_gone() -> None:
    """In an answer out of which something is cut."""
    tree = {"content": [{"type": "thinking", "thinking": "abc"}, {"type": "text", "text": "abc"}]}
    cuts = {f"/content/{i}/{name}": [Cut(0, 1, "_")] for i, name in enumerate(("thinking", "text"))}

    assert MESSAGES.cut(tree, cuts, frozenset()) == {"content": [{"type": "text", "text": "_bc"}]}
    assert MESSAGES.sealed("/content/0/thinking")


def test_an_answer_withheld_is_a_message_that_refuses() -> None:
    """The client reads it as one."""
    message = Message.model_validate(MESSAGES.withheld(SAID, "sorry"))

    assert (message.stop_reason, message.content[0].type) == ("refusal", "text")


def test_a_request_goes_on_without_signed_blocks_that_were_changed() -> None:
    """And with a bound on its tokens where limits ask for one."""
    body = {
        "model": "m",
        "messages": [
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "x"}],
            }
        ],
    }
    request = MESSAGES.request(json.dumps(body).encode(), "application/json", depth=64, values=1_000)
    changed = json.loads(json.dumps(body).replace('"x"', '"y"'))

    assert json.loads(MESSAGES.written(request, changed))["messages"][0]["content"] == [
        {"type": "text", "text": "y"}
    ]
    assert MESSAGES.capped(body, 7)["max_tokens"] == 7
