"""Carriers of the Responses surface, made and kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.gateway.carriers.planted import Planted, Surface, encode, event, pieces, spelt

_PATH = "/v1/responses"
_ASKED = {"model": "m", "input": "hi"}


def _response(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": [*output], **more}


def _message(text: str, kind: str = "output_text") -> dict[str, Any]:
    field = "refusal" if kind == "refusal" else "text"
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": kind, field: text}]}


def _call(arguments: str) -> dict[str, Any]:
    return {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": arguments}


def _summary(text: str) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": text}]}


MADE = Surface("responses", _PATH, encode(_response(_message("fine"))))


def responses(text: str) -> Iterator[Planted]:
    """Of responses that are made."""
    for carrier, tree in _requests(text):
        yield MADE.request(carrier, {"model": "m", **tree})
    for carrier, item in _items(text):
        yield MADE.answer(carrier, _ASKED, _response(item))
    yield MADE.answer("second choice", _ASKED, _response(_message("fine"), _message(text)))
    yield MADE.answer("unknown_field", _ASKED, _response(_message("fine"), unknown_field=text))
    yield MADE.answer("error", _ASKED, {"error": {"message": f"no {text} "}})
    asked = {**_ASKED, "stream": True}
    for carrier, kind, field, item in _grown(text):
        yield MADE.stream(carrier, asked, _events(kind, field, item))
    whole = [{"type": "response.completed", "sequence_number": 1, "response": _response(_message(text))}]
    yield MADE.stream("only at the end", asked, [event(one, named=True) for one in whole])


def kept(text: str) -> Iterator[Planted]:
    """Of responses that are read again. They must be the caller's own."""
    for carrier, item in _items(text):
        body = encode(_response(item))
        yield Planted("responses-kept", "answer", carrier, f"{_PATH}/resp_1", b"", body, "GET")
    listed = encode({"object": "list", "data": [_message(text)]})
    yield Planted("responses-kept", "answer", "input item", f"{_PATH}/resp_1/input_items", b"", listed, "GET")


def _requests(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "user", {"input": text}
    for role in ("system", "developer", "user", "assistant"):
        yield f"{role} item" if role == "user" else role, {"input": [{"role": role, "content": text}]}
    yield "instructions", {"input": "hi", "instructions": text}
    parts = [{"type": "input_text", "text": "hi"}, {"type": "input_text", "text": text}]
    yield "content part", {"input": [{"type": "message", "role": "user", "content": parts}]}
    yield "tool arguments", {"input": [_call(f'{{"x": "{spelt(text)}"}}')]}
    yield "tool result", {"input": [{"type": "function_call_output", "call_id": "call_1", "output": text}]}
    listed = [{"type": "input_text", "text": text}]
    yield "tool result part", {"input": [{"type": "function_call_output", "call_id": "c", "output": listed}]}
    yield "reasoning", {"input": [_summary(text)]}
    tool = {"type": "function", "name": "f", "description": text, "parameters": {"type": "object"}}
    yield "tool description", {"input": "hi", "tools": [tool]}
    yield "unknown field", {"input": "hi", "unknown_field": {"deep": [text]}}
    yield "unknown key", {"input": "hi", "unknown_field": {text: 1}}
    image = {"type": "input_image", "image_url": f"https://x/{text}"}
    yield "media address", {"input": [{"role": "user", "content": [image]}]}


def _items(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "content", _message(text)
    yield "refusal", _message(text, "refusal")
    yield "reasoning_content", _summary(text)
    yield "tool arguments", _call(f'{{"x":"{text}"}}')


def _grown(text: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    yield "content", "output_text", "text", _message(text)
    yield "refusal", "refusal", "refusal", _message(text, "refusal")
    yield "reasoning_content", "reasoning_summary_text", "text", _summary(text)
    yield "tool arguments", "function_call_arguments", "arguments", _call(f'{{"x":"{spelt(text)}"}}')
    yield "unknown_field", "unheard_of", "text", {"type": "unheard_of", "text": text}


def _events(kind: str, field: str, item: dict[str, Any]) -> Iterator[bytes]:
    """All that a server says of one item: it begins, it grows, it is whole, and it is said again."""
    inner = (item.get("content") or item.get("summary") or [item])[0]
    text = inner[field]
    place = {"item_id": "i1", "output_index": 0}
    if inner is not item:
        place["summary_index" if "summary" in item else "content_index"] = 0
    trees: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response()},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "content": [], "summary": []},
        },
    ]
    if inner is item:
        trees[1]["item"] = {**item, field: ""}
    trees += [{"type": f"response.{kind}.delta", **place, "delta": piece} for piece in pieces(text)]
    trees.append({"type": f"response.{kind}.done", **place, field: text})
    if inner is not item:
        trees.append({"type": "response.content_part.done", **place, "part": inner})
    trees.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    trees.append({"type": "response.completed", "response": _response(item, status="completed")})
    for number, tree in enumerate(trees):
        yield event({**tree, "sequence_number": number}, named=True)
