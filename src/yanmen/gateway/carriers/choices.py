"""Carriers of the surfaces that answer in choices: chat completions and completions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.gateway.carriers.planted import Planted, Surface, encode, event, pieces, spelt

DONE = b"data: [DONE]\n\n"
_USER = {"role": "user", "content": "hi"}
_ASKED = {"model": "m", "messages": [_USER]}
_HEAD = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m"}


def _completion(message: dict[str, Any], index: int = 0) -> dict[str, Any]:
    said = {"index": index, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    first = [{"index": 0, "message": {"role": "assistant", "content": "fine"}, "finish_reason": "stop"}]
    return {**_HEAD, "choices": [*(first if index else []), said]}


CHAT = Surface("chat", "/v1/chat/completions", encode(_completion({"content": "fine"})))
COMPLETIONS = Surface(
    "completions", "/v1/completions", encode({**_HEAD, "choices": [{"index": 0, "text": "fine"}]})
)


def messages(text: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every carrier of a chat request: its name, the message, and what stands beside the messages."""
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": f'{{"x": "{spelt(text)}"}}'},
    }
    for role in ("system", "developer", "user", "assistant"):
        yield role, {"role": role, "content": text}, {}
    yield (
        "content part",
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "text", "text": text}]},
        {},
    )
    yield "name", {"role": "user", "content": "hi", "name": text}, {}
    yield "tool arguments", {"role": "assistant", "content": None, "tool_calls": [call]}, {}
    yield "tool result", {"role": "tool", "tool_call_id": "call_1", "content": text}, {}
    function = {"name": "f", "description": text, "parameters": {"type": "object"}}
    yield "tool description", _USER, {"tools": [{"type": "function", "function": function}]}
    yield "unknown field", _USER, {"unknown_field": {"deep": [text]}}
    yield "unknown key", _USER, {"unknown_field": {text: 1}}
    media = {"type": "image_url", "image_url": {"url": f"https://x/{text}"}}
    yield "media address", {"role": "user", "content": [media]}, {}


def chat(text: str) -> Iterator[Planted]:
    """Of chat completions."""
    for carrier, message, more in messages(text):
        yield CHAT.request(carrier, {"model": "m", "messages": [message], **more})
    arguments = {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": f'{{"x":"{text}"}}'}}]}
    for field in ("content", "reasoning_content", "refusal"):
        yield CHAT.answer(field, _ASKED, _completion({field: text}))
    yield CHAT.answer("second choice", {**_ASKED, "n": 2}, _completion({"content": text}, index=1))
    yield CHAT.answer("unknown_field", _ASKED, _completion({"content": "fine", "unknown_field": text}))
    yield CHAT.answer("tool arguments", _ASKED, _completion(arguments))
    yield CHAT.answer("error", _ASKED, {"error": {"message": f"no {text} "}})
    asked = {**_ASKED, "stream": True}
    for field in ("content", "reasoning_content", "refusal", "unknown_field"):
        yield CHAT.stream(field, asked, _deltas([{field: piece} for piece in pieces(text)]))
    yield CHAT.stream(
        "second choice", {**asked, "n": 2}, _deltas([{"content": piece} for piece in pieces(text)], index=1)
    )
    calls = [
        {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        for piece in pieces(f'{{"x":"{spelt(text)}"}}')
    ]
    yield CHAT.stream("tool arguments", asked, _deltas(calls))


def completions(text: str) -> Iterator[Planted]:
    """Of completions."""
    asked = {"model": "m", "prompt": "hi"}
    yield COMPLETIONS.request("user", {"model": "m", "prompt": text})
    yield COMPLETIONS.request("content part", {"model": "m", "prompt": ["hi", text]})
    yield COMPLETIONS.request("suffix", {**asked, "suffix": text})
    yield COMPLETIONS.request("unknown field", {**asked, "unknown_field": {"deep": [text]}})
    yield COMPLETIONS.request("unknown key", {**asked, "unknown_field": {text: 1}})
    for index, carrier in enumerate(("content", "second choice")):
        choices = [{"index": at, "text": text if at == index else "fine"} for at in range(index + 1)]
        yield COMPLETIONS.answer(carrier, {**asked, "n": index + 1}, {**_HEAD, "choices": choices})
        events = [event({"choices": [{"index": index, "text": piece}]}) for piece in pieces(text)]
        yield COMPLETIONS.stream(carrier, {**asked, "n": index + 1, "stream": True}, [*events, DONE])
    tokens = {"tokens": [*pieces(text)], "token_logprobs": [], "top_logprobs": None, "text_offset": []}
    yield COMPLETIONS.answer("tokens", asked, {"choices": [{"index": 0, "text": "fine", "logprobs": tokens}]})
    yield COMPLETIONS.answer("error", asked, {"error": {"message": f"no {text} "}})


def _deltas(deltas: list[dict[str, Any]], index: int = 0) -> Iterator[bytes]:
    for delta in deltas:
        yield event({"id": "c1", "choices": [{"index": index, "delta": delta}]})
    yield DONE
