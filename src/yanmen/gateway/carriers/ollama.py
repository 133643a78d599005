"""Carriers of Ollama's surfaces: chat, generate, embeddings, and what is told of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from yanmen.gateway.carriers.planted import Planted, Surface, encode, pieces

LINES = "application/x-ndjson"
_USER = {"role": "user", "content": "hi"}
_DONE = {
    "model": "m",
    "created_at": "2026-01-01T00:00:00Z",
    "done": True,
    "done_reason": "stop",
    "eval_count": 3,
}
_CHATTED = {"model": "m", "messages": [_USER], "stream": False}
_GENERATED = {"model": "m", "prompt": "hi", "stream": False}


def _said(**message: Any) -> dict[str, Any]:
    return {**_DONE, "message": {"role": "assistant", "content": "", **message}}


CHAT = Surface("ollama-chat", "/api/chat", encode(_said(content="fine")))
GENERATE = Surface("ollama-generate", "/api/generate", encode({**_DONE, "response": "fine"}))
EMBED = Surface("ollama-embed", "/api/embed", encode({"model": "m", "embeddings": [[0.5]]}))


def chat(text: str) -> Iterator[Planted]:
    """Of chats."""
    for carrier, message, more in _messages(text):
        yield CHAT.request(carrier, {**_CHATTED, "messages": [message], **more})
    call = {"function": {"name": "f", "arguments": {"x": text}}}
    yield CHAT.answer("content", _CHATTED, _said(content=text))
    yield CHAT.answer("reasoning_content", _CHATTED, _said(thinking=text))
    yield CHAT.answer("tool arguments", _CHATTED, _said(tool_calls=[call]))
    yield CHAT.answer("unknown_field", _CHATTED, {**_said(content="fine"), "unknown_field": text})
    yield CHAT.answer("error", _CHATTED, {"error": f"no {text} "})
    for carrier, field in (("content", "content"), ("reasoning_content", "thinking")):
        yield _stream(CHAT, carrier, _CHATTED, [_said(**{field: piece}) for piece in pieces(text)], _said())
    yield _stream(CHAT, "tool call", _CHATTED, [_said(tool_calls=[call])], _said())


def generate(text: str) -> Iterator[Planted]:
    """Of completions."""
    yield GENERATE.request("user", {**_GENERATED, "prompt": text})
    for field in ("system", "suffix"):
        yield GENERATE.request(field, {**_GENERATED, field: text})
    yield GENERATE.request("unknown field", {**_GENERATED, "unknown_field": {"deep": [text]}})
    yield GENERATE.request("unknown key", {**_GENERATED, "unknown_field": {text: 1}})
    for carrier, field in (("content", "response"), ("reasoning_content", "thinking")):
        yield GENERATE.answer(carrier, _GENERATED, {**_DONE, "response": "", field: text})
        lines = [{**_DONE, "response": "", field: piece} for piece in pieces(text)]
        yield _stream(GENERATE, carrier, _GENERATED, lines, {**_DONE, "response": "", "context": [1]})
    yield GENERATE.answer("error", _GENERATED, {"error": f"no {text} "})


def embed(text: str) -> Iterator[Planted]:
    """Of embeddings."""
    yield EMBED.request("user", {"model": "m", "input": text})
    yield EMBED.request("content part", {"model": "m", "input": ["hi", text]})
    yield EMBED.request("unknown field", {"model": "m", "input": "hi", "unknown_field": {"deep": [text]}})
    yield EMBED._replace(path="/api/embeddings").request("prompt", {"model": "m", "prompt": text})
    yield EMBED.answer("error", {"model": "m", "input": "hi"}, {"error": f"no {text} "})


def models(text: str) -> Iterator[Planted]:
    """Of what is told of models."""
    listed = encode({"models": [{"name": f"{text} ", "digest": "a" * 64}]})
    yield Planted("ollama-models", "answer", "list", "/api/tags", b"", listed, "GET")
    told = encode({"modelfile": "FROM m", "template": "{{ .Prompt }}", "license": f"{text} "})
    yield Planted("ollama-models", "answer", "details", "/api/show", encode({"model": "m"}), told)


def _messages(text: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for role in ("system", "user", "assistant"):
        yield role, {"role": role, "content": text}, {}
    yield "thinking", {"role": "assistant", "content": "", "thinking": text}, {}
    call = {"function": {"name": "f", "arguments": {"x": text}}}
    yield "tool arguments", {"role": "assistant", "content": "", "tool_calls": [call]}, {}
    yield "tool result", {"role": "tool", "tool_name": "f", "content": text}, {}
    function = {"name": "f", "description": text, "parameters": {"type": "object"}}
    yield "tool description", _USER, {"tools": [{"type": "function", "function": function}]}
    yield "unknown field", _USER, {"unknown_field": {"deep": [text]}}
    yield "unknown key", _USER, {"unknown_field": {text: 1}}


def _stream(
    surface: Surface,
    carrier: str,
    asked: dict[str, Any],
    trees: Iterable[dict[str, Any]],
    last: dict[str, Any],
) -> Planted:
    """A stream of lines; it is what is asked for by saying nothing."""
    lines = [*({**tree, "done": False} for tree in trees), last]
    asked = {key: value for key, value in asked.items() if key != "stream"}
    return surface.stream(carrier, asked, [encode(line) + b"\n" for line in lines], LINES)
