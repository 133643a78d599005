"""What OpenAI's surfaces have in common, and the two that answer in choices: chat completions and completions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from yanmen.core.nouns import Role
from yanmen.llm.wire import answers, chat
from yanmen.llm.wire.codec import Codec, Ending, Left, Request, Said, Seen, Usage, Whole
from yanmen.llm.wire.places import Cut

DONE = b"[DONE]"
HEAD = ("id", "created", "model")


class OpenAI(Codec):
    """Errors, and the end of a stream."""

    mark = DONE

    def error(self, said: Said) -> dict[str, Any]:
        """``{"error": {"message", "type", "param", "code"[, "decision"]}}``."""
        error: dict[str, Any] = {
            "message": said.message,
            "type": _kind(said.status),
            "param": said.param,
            "code": said.code,
        }
        if said.decision:
            error["decision"] = said.decision
        return {"error": error}


class Choices(OpenAI):
    """Answers that are lists of choices."""

    thing = ""
    """The ``object`` of an answer …"""
    piece = ""
    """… and of an event."""

    def counted(self, tree: dict[str, Any]) -> dict[str, Any]:
        """``stream_options.include_usage``; streams only."""
        options = tree.get("stream_options")
        if type(options) is dict and options.get("include_usage") is True:
            return tree
        return {
            **tree,
            "stream_options": {**(options if type(options) is dict else {}), "include_usage": True},
        }

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Read an event."""
        del name
        walk = answers.Walk(tree)
        groups = frozenset([piece.group for piece in walk.pieces if piece.group])
        begun: list[int] = []
        ended: list[int] = []
        choices = tree.get("choices")
        for position, choice in enumerate(choices if type(choices) is list else ()):
            if type(choice) is dict and type(index := choice.get("index", position)) is int:
                (ended if choice.get("finish_reason") else begun).append(index)
        return Seen(
            fixed=tuple([piece for piece in walk.pieces if piece.text and not piece.grows]),
            growing=tuple([piece for piece in walk.pieces if piece.grows]),
            groups=groups if groups and not walk.ends else None,
            head={name: tree[name] for name in HEAD if name in tree},
            usage=answers.usage(tree),
            note=(tuple(begun), tuple(ended)),
        )

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Read an answer."""
        return Whole(*answers.texts(tree))

    def role(self, part: str) -> Role:
        """``assistant`` for what a choice says."""
        return answers.role(part)

    def cut(
        self, tree: dict[str, Any], cuts: Mapping[str, list[Cut]], viewed: frozenset[str]
    ) -> dict[str, Any] | None:
        """The lists of tokens that would repeat what is cut are dropped."""
        answers.drop_logprobs(tree, cuts.keys())
        return super().cut(
            tree, {part: spans for part, spans in cuts.items() if not answers.in_logprobs(part)}, viewed
        )

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """Both, or nothing."""
        return answers.usage(tree)

    def ending(self) -> Ending:
        """Which choices have begun and not ended."""
        return ChoicesEnding(self)

    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """``finish_reason: content_filter``; the decision's id says that the model did not write it."""
        body: dict[str, Any] = {
            "id": f"chatcmpl-{said.call}",
            "object": self.thing,
            "created": said.at,
            "model": said.model,
            "choices": [
                {"index": 0, **self.saying(safe), "logprobs": None, "finish_reason": "content_filter"}
            ],
        }
        return {**body, "decision": said.decision} if said.decision else body

    @abstractmethod
    def saying(self, safe: str) -> dict[str, Any]:
        """What a choice of an answer says."""

    @abstractmethod
    def adding(self, safe: str) -> dict[str, Any]:
        """What a choice of an event adds."""


class ChoicesEnding:
    """Which choices of a stream a client has seen begin, and not end."""

    def __init__(self, codec: Choices) -> None:
        """Nothing has left."""
        self._codec = codec
        self._begun: set[int] = set()
        self._ended: set[int] = set()
        self._last: Left | None = None

    def take(self, note: Any, left: Left) -> None:
        """An event has left."""
        begun, ended = note
        self._begun.update(begun)
        self._ended.update(ended)
        if left.head:
            self._last = left

    def lost(self, note: Any) -> None:
        """Its choices are not heard of again: their end must be said."""
        begun, ended = note
        self._begun.update(begun, ended)

    def closing(self, said: Said, safe: str) -> bytes:
        """A chunk that says ``safe`` and ``content_filter`` of each choice, and the end mark."""
        chunk: dict[str, Any] = {**self._last.head} if self._last else {}
        chunk["object"] = self._codec.piece
        chunk["choices"] = [
            {"index": index, **self._codec.adding(safe), "logprobs": None, "finish_reason": "content_filter"}
            for index in sorted(self._begun - self._ended) or [0]
        ]
        chunk["decision"] = said.decision
        event = self._codec.framing.event
        return event(msgspec.json.encode(chunk)) + event(DONE)


class Chat(Choices):
    """``/v1/chat/completions``."""

    thing = "chat.completion"
    piece = "chat.completion.chunk"

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a chat request."""
        del kind
        return chat.request(body, depth=depth, values=values)

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """``max_completion_tokens``, or ``max_tokens`` where the request speaks of that."""
        said = [name for name in ("max_tokens", "max_completion_tokens") if tree.get(name) is not None]
        return {**tree, **dict.fromkeys(said or ("max_completion_tokens",), tokens)}

    def saying(self, safe: str) -> dict[str, Any]:
        """A message."""
        return {"message": {"role": "assistant", "content": safe}}

    def adding(self, safe: str) -> dict[str, Any]:
        """A delta."""
        return {"delta": {"content": safe} if safe else {}}


def _kind(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_error"
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"


CHAT = Chat()
