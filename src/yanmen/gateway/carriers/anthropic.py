"""Carriers of Anthropic's surfaces: messages, and the counting of their tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.gateway.carriers.planted import Planted, Surface, encode, event, pieces, spelt

_USER = {"role": "user", "content": "hi"}
_ASKED = {"model": "m", "max_tokens": 9, "messages": [_USER]}
_SIGNATURE = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w"


def _message(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [*blocks]}
    return {**head, "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}, **more}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


MESSAGES = Surface("messages", "/v1/messages", encode(_message(_text("fine"))))
COUNTED = Surface("count-tokens", "/v1/messages/count_tokens", encode({"input_tokens": 1}))


def messages(text: str) -> Iterator[Planted]:
    """Of messages."""
    for carrier, tree in _requests(text):
        yield MESSAGES.request(carrier, {**_ASKED, **tree})
    for carrier, block in _blocks(text):
        yield MESSAGES.answer(carrier, _ASKED, _message(block))
    yield MESSAGES.answer("second choice", _ASKED, _message(_text("fine"), _text(text)))
    yield MESSAGES.answer("unknown_field", _ASKED, _message(_text("fine"), unknown_field=text))
    yield MESSAGES.answer(
        "error", _ASKED, {"type": "error", "error": {"type": "api_error", "message": f"no {text} "}}
    )
    asked = {**_ASKED, "stream": True}
    for carrier, block, name in _grown():
        yield MESSAGES.stream(carrier, asked, _events(block, name, text))


def counted(text: str) -> Iterator[Planted]:
    """Of prompts whose tokens are counted."""
    for carrier, tree in _requests(text):
        yield COUNTED.request(carrier, {"model": "m", "messages": [_USER], **tree})


def _requests(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "system", {"system": text}
    yield "system part", {"system": [_text("fine"), _text(text)]}
    for role in ("user", "assistant"):
        yield role, {"messages": [{"role": role, "content": text}]}
    yield "content part", {"messages": [{"role": "user", "content": [_text("hi"), _text(text)]}]}
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": text}}
    yield "tool arguments", {"messages": [{"role": "assistant", "content": [call]}]}
    for carrier, content in (("tool result", text), ("tool result part", [_text(text)])):
        result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}
        yield carrier, {"messages": [{"role": "user", "content": [result]}]}
    document = {
        "type": "document",
        "title": "t",
        "source": {"type": "text", "media_type": "text/plain", "data": text},
    }
    yield "document", {"messages": [{"role": "user", "content": [document]}]}
    found = {"type": "search_result", "source": "s", "title": "t", "content": [_text(text)]}
    yield "search result", {"messages": [{"role": "user", "content": [found]}]}
    thought = {"type": "thinking", "thinking": text, "signature": _SIGNATURE}
    turn = {"role": "assistant", "content": [thought, _text("so")]}
    yield "thinking", {"messages": [_USER, turn, _USER]}
    tool = {"name": "f", "description": text, "input_schema": {"type": "object"}}
    yield "tool description", {"tools": [tool]}
    yield "unknown field", {"unknown_field": {"deep": [text]}}
    yield "unknown key", {"unknown_field": {text: 1}}
    image = {"type": "image", "source": {"type": "url", "url": f"https://x/{text}"}}
    yield "media address", {"messages": [{"role": "user", "content": [image]}]}


def _blocks(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "content", _text(text)
    yield "reasoning_content", {"type": "thinking", "thinking": text, "signature": _SIGNATURE}
    yield "tool arguments", {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": text}}


def _grown() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Blocks as they begin, and which of their deltas' members grows."""
    yield "content", _text(""), "text"
    yield "tool arguments", {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}, "partial_json"
    yield "unknown_field", {"type": "unheard_of"}, "unheard_of"


def _events(block: dict[str, Any], name: str, text: str) -> Iterator[bytes]:
    said = f'{{"x":"{spelt(text)}"}}' if name == "partial_json" else text
    kind = "input_json_delta" if name == "partial_json" else f"{name}_delta"
    trees: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**_message(), "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
    ]
    trees += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: piece}}
        for piece in pieces(said)
    ]
    trees.append({"type": "content_block_stop", "index": 0})
    trees.append(
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}
    )
    trees.append({"type": "message_stop"})
    return (event(tree, named=True) for tree in trees)
