"""Anthropic's surfaces: messages and the counting of their tokens, with what its clients understand of errors and of ends."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from yanmen.core.nouns import Role
from yanmen.llm.wire import blocks, messages
from yanmen.llm.wire.codec import Codec, Left, Request, Said, Seen, Usage, Whole, texts_of
from yanmen.llm.wire.places import Cut, rewrite

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.PAYMENT_REQUIRED: "billing_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request_too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "overloaded_error",
    HTTPStatus.GATEWAY_TIMEOUT: "timeout_error",
    529: "overloaded_error",
}
"""The API's own words for what went wrong, by status; all other statuses are the caller's fault, or ours."""


class Messages(Codec):
    """``/v1/messages``."""

    speaks = "anthropic"
    named = True

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a messages request."""
        del kind
        return messages.request(body, depth=depth, values=values)

    def written(self, request: Request, tree: dict[str, Any]) -> bytes:
        """Signed blocks that were changed are left out: a signature holds for the text as it stood."""
        return msgspec.json.encode(messages.without_changed(request.tree, tree))

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """``max_tokens``."""
        return {**tree, "max_tokens": tokens}

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Read an event. Blocks come one after the other, so the end of one is a wall, at which its texts are whole."""
        del name
        walk = blocks.Walk(tree)
        kind = tree.get("type")
        part = f"/content/{walk.block}"
        inside = walk.block is not None and kind in {"content_block_start", "content_block_delta"}
        return Seen(
            fixed=tuple([piece for piece in walk.pieces if piece.text and not piece.grows]),
            growing=tuple([piece for piece in walk.pieces if piece.grows]),
            groups=frozenset({part}) if inside else None,
            usage=blocks.usage(tree),
            note=(kind, walk.block) if kind in _TOLD else None,
            closes=(f"{part}/",) if kind == "content_block_stop" else (),
            done=kind in {"message_stop", "error"},
        )

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Read an answer."""
        return texts_of(self, blocks.Walk(tree).pieces)

    def role(self, part: str) -> Role:
        """``assistant`` for what a block says."""
        return "assistant" if part.startswith("/content/") else "field"

    def is_json(self, part: str) -> bool:
        """What a tool is called with, as it grows."""
        return blocks.is_json(part)

    def sealed(self, part: str) -> bool:
        """Thinking is signed."""
        return blocks.sealed(part)

    def cut(self, tree: dict[str, Any], cuts: Mapping[str, list[Cut]], viewed: frozenset[str]) -> Any:
        """Signed blocks out of which something is cut are dropped."""
        return blocks.without_signed(rewrite(tree, cuts, viewed), cuts)

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """As far as it is said."""
        return blocks.usage(tree)

    def ending(self) -> Ending:
        """Which block is open."""
        return Ending(self)

    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """``stop_reason: refusal``, as the API's own classifiers end an answer."""
        return {**_message(said), "content": [{"type": "text", "text": safe}], **_refused(said)}

    def error(self, said: Said) -> dict[str, Any]:
        """``{"type": "error", "error": {"type", "message"}, "request_id"}``, and our own code and decision beside them."""
        error: dict[str, Any] = {"type": _type(said.status), "message": said.message, "code": said.code}
        if said.param is not None:
            error["param"] = said.param
        if said.decision:
            error["decision"] = said.decision
        return {"type": "error", "error": error, "request_id": said.call}

    def error_headers(self, said: Said) -> list[tuple[bytes, bytes]]:
        """The call's id, where its clients look for it."""
        return [(b"request-id", said.call.encode())]

    def broken(self, said: Said) -> bytes:
        """An ``error`` event."""
        return self.framing.event(msgspec.json.encode(self.error(said)), "error")


_TOLD = frozenset({"message_start", "content_block_start", "content_block_stop", "message_delta"})
"""Events that the end of a stream must fit to."""


class Ending:
    """How far a client has seen a message come."""

    def __init__(self, codec: Messages) -> None:
        """Nothing has left."""
        self._codec = codec
        self._begun = False
        self._open: int | None = None
        self._next = 0

    def take(self, note: Any, left: Left) -> None:
        """An event has left."""
        del left
        kind, block = note
        self._begun = True
        if kind == "content_block_start":
            self._open, self._next = block, (block or 0) + 1
        elif kind == "content_block_stop":
            self._open = None

    def lost(self, note: Any) -> None:
        """An event will not leave: nobody has seen it."""

    def closing(self, said: Said, safe: str) -> bytes:
        """The open block ends, ``safe`` is a block of its own, and the message ends with ``refusal``."""
        events: list[dict[str, Any]] = []
        if not self._begun:
            start = {**_message(said), "content": [], "stop_reason": None, "stop_sequence": None}
            events.append({"type": "message_start", "message": start})
        if self._open is not None:
            events.append({"type": "content_block_stop", "index": self._open})
        if safe:
            block, at = {"type": "text", "text": ""}, {"index": self._next}
            events += [
                {"type": "content_block_start", **at, "content_block": block},
                {"type": "content_block_delta", **at, "delta": {"type": "text_delta", "text": safe}},
                {"type": "content_block_stop", **at},
            ]
        events += [
            {"type": "message_delta", "delta": _refused(said), "usage": {"output_tokens": 0}},
            {"type": "message_stop"},
        ]
        event = self._codec.framing.event
        return b"".join([event(msgspec.json.encode(one), one["type"]) for one in events])


def _message(said: Said) -> dict[str, Any]:
    """A message that the model did not write."""
    return {
        "id": f"msg_{said.call}",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _refused(said: Said) -> dict[str, Any]:
    details = {"type": "refusal", "category": None, "explanation": said.message or None}
    told: dict[str, Any] = {"stop_reason": "refusal", "stop_sequence": None, "stop_details": details}
    return {**told, "decision": said.decision} if said.decision else told


def _type(status: int) -> str:
    known = _TYPES.get(status)
    if known is not None:
        return known
    return "api_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"


class Told(Messages):
    """``/v1/messages/count_tokens`` and ``/v1/models``: read like messages, answered with counts and names."""

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """Nothing is generated."""
        del tokens
        return tree

    def role(self, part: str) -> Role:
        """Nobody says anything."""
        del part
        return "field"


MESSAGES = Messages()
COUNT = Told()
