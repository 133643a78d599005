"""What OpenAI's surfaces have in common."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.llm.wire.codec import Said, Seen
from yanmen.llm.wire.openai import CHAT

SAID = Said(call="call_1", at=7, model="m", status=429, code="too_many_calls", message="no", decision="dec_1")


def chunk(*choices: dict[str, Any]) -> Seen:
    """An event that was read."""
    return CHAT.event({"id": "c1", "created": 1, "model": "m", "choices": list(choices)}, "")


def test_an_error_is_of_a_kind_that_clients_raise() -> None:
    """By its status."""
    kinds = {400: "invalid_request_error", 429: "rate_limit_error", 503: "server_error"}

    assert {s: CHAT.error(SAID._replace(status=s))["error"]["type"] for s in kinds} == kinds
    assert CHAT.error(SAID)["error"]["decision"] == "dec_1"
    assert "decision" not in CHAT.error(SAID._replace(decision=""))["error"]
    assert CHAT.broken(SAID).startswith(b'data: {"error":')


def test_a_stream_that_is_stopped_ends_each_choice_once() -> None:
    """Those that have ended are not ended again; those of which nothing could leave are."""
    ending = CHAT.ending()
    one, two = chunk({"index": 0, "delta": {}}), chunk({"index": 1, "delta": {}, "finish_reason": "stop"})
    ending.take(one.note, one)
    ending.take(two.note, two)
    ending.lost(chunk({"index": 2, "delta": {}}).note)
    end = ending.closing(SAID, "sorry").split(b"\n\n")
    tree = msgspec.json.decode(end[0].removeprefix(b"data: "))

    assert [(c["index"], c["delta"], c["finish_reason"]) for c in tree["choices"]] == [
        (0, {"content": "sorry"}, "content_filter"),
        (2, {"content": "sorry"}, "content_filter"),
    ]
    assert (tree["id"], tree["decision"], end[1]) == ("c1", "dec_1", b"data: [DONE]")


def test_bounds_and_counts_are_put_into_the_fields_of_the_surface() -> None:
    """What stands there already is kept."""
    assert CHAT.capped({"model": "m"}, 9) == {"model": "m", "max_completion_tokens": 9}
    assert CHAT.capped({"max_tokens": 99}, 9) == {"max_tokens": 9}
    assert CHAT.counted({"stream_options": {"x": 1}}) == {"stream_options": {"x": 1, "include_usage": True}}
    request = CHAT.request(
        b'{"model":"m","n":3,"max_tokens":9,"max_completion_tokens":7,"messages":[{"role":"user","content":"hi"}]}',
        "application/json", depth=9, values=99,
    )  # fmt: skip
    assert (request.max_tokens, request.choices) == (9, 3)
