"""The chat completions answer: every string in it, whole or as an event of a stream, and which text it is a piece of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from yanmen.core.nouns import Role, Text
from yanmen.llm.wire.codec import Piece, Usage
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.places import KEY, escaped
from yanmen.llm.wire.unescaped import view_of

ATOMIC = frozenset({"id", "name", "role", "type"})
"""Strings of a delta that arrive whole; all others grow from event to event."""
LOGPROBS = "logprobs"
_TOKEN_LIST = re.compile(r"/choices/\d+/logprobs(?:/|$)")


class Walk:
    """Gathers the pieces of one answer or event."""

    def __init__(self, tree: dict[str, Any]) -> None:
        """Walk the tree. Its depth is bounded already."""
        self.pieces: list[Piece] = []
        self.ends = False
        """Whether a choice says that it has finished, or there is no choice."""
        choices = tree.get("choices")
        if type(choices) is list and choices:
            for position, choice in enumerate(choices):
                self._choice(choice, position)
        else:
            self.ends = True
        for key, value in tree.items():
            if key != "choices" or not (type(value) is list and value):
                self._member(key, value, "", "")

    def _choice(self, choice: Any, position: int) -> None:
        at = f"/choices/{position}"
        if type(choice) is not dict:
            self._any(choice, at)
            return
        whole = f"/choices/{_index(choice, position)}"
        for key, value in choice.items():
            below = f"{at}/{key}"
            if key in {"delta", "message"}:  # some servers write ``message`` in events too
                self._delta(value, below, f"{whole}/message", "", key)
            elif key == "text":
                self._delta(value, below, f"{whole}/text", f"{whole}/text", key)
            elif key == LOGPROBS:
                if value is not None:
                    self._logprobs(value, below, f"{whole if 'delta' in choice else at}/logprobs", choice)
            else:
                if key == "finish_reason" and value is not None:
                    self.ends = True
                self._member(key, value, at, whole)

    def _delta(self, node: Any, path: str, part: str, group: str, name: str) -> None:
        kind = type(node)
        if kind is str:
            atomic = name in ATOMIC
            if not atomic or node not in VALUES:
                self.pieces.append(Piece(path, part, node, not atomic, group))
        elif kind is dict:
            for key, value in node.items():
                if key in KEYS:
                    step = f"/{key}"
                else:
                    self._key(key, path)
                    step = f"/{escaped(key)}"
                self._delta(value, path + step, part + step, group or part + step, key)
        elif kind is list:
            for position, child in enumerate(node):
                below = f"{part}/{_index(child, position)}"
                self._delta(child, f"{path}/{position}", below, below, name)

    def _logprobs(self, node: Any, path: str, part: str, choice: dict[str, Any]) -> None:
        """Tokens joined, as one text; nothing where they only repeat the text of the choice."""
        said = choice.get("delta") or choice.get("message")
        texts: dict[str, list[str]] = {}
        listed_tokens(node, part, texts)
        for name, tokens in texts.items():
            text = "".join(tokens)
            kind = name.removeprefix(part + "/").partition("/")[0]
            if text and not (name.endswith("/token") and type(said) is dict and said.get(kind) == text):
                self.pieces.append(Piece(path, name, text, True, part))

    def _any(self, node: Any, path: str, part: str = "") -> None:
        kind = type(node)
        if kind is str:
            if node and node not in VALUES:
                self.pieces.append(Piece(path, part or path, node, False, ""))
        elif kind is dict:
            for key, child in node.items():
                self._member(key, child, path, part or path)
        elif kind is list:
            for position, child in enumerate(node):
                self._any(child, f"{path}/{position}", f"{part or path}/{position}")

    def _member(self, key: str, value: Any, path: str, part: str) -> None:
        """A key and what stands under it, outside of what grows."""
        kind = type(value)
        if key not in KEYS:
            self._key(key, path)
            key = escaped(key)
        if kind is str:
            if value and value not in VALUES:
                self.pieces.append(Piece(f"{path}/{key}", f"{part}/{key}", value, False, ""))
        elif kind is dict or kind is list:
            self._any(value, f"{path}/{key}", f"{part}/{key}")

    def _key(self, key: str, path: str) -> None:
        if key:
            place = f"{path}/{escaped(key)}{KEY}"
            self.pieces.append(Piece(place, place, key, False, ""))


def texts(tree: dict[str, Any]) -> tuple[tuple[Text, ...], frozenset[str]]:
    """Every string of a whole answer, and the parts that were taken with JSON escapes resolved."""
    found, viewed = [], set()
    for piece in Walk(tree).pieces:
        text, part = piece.text, piece.part if in_logprobs(piece.part) else piece.path
        if is_json(part):
            text, view = view_of(text)
            if view is not None:
                viewed.add(part)
        if text:
            found.append(Text(text=text, role=role(part), trust="untrusted", part=part))
    return tuple(found), frozenset(viewed)


def is_json(part: str) -> bool:
    """Whether the text at a part is JSON inside a string."""
    return part.endswith("/arguments")


def role(part: str) -> Role:
    """``assistant`` for what a message says, ``field`` for all else."""
    return "assistant" if "/message/" in part or part.endswith("/text") else "field"


def in_logprobs(part: str) -> bool:
    """Whether the part is a list of tokens."""
    return _TOKEN_LIST.match(part) is not None


def drop_logprobs(tree: dict[str, Any], parts: Iterable[str]) -> None:
    """Take the token list from every choice below which one of these places lies: it repeats what was cut there."""
    choices, places = tree.get("choices"), tuple(parts)
    for position, choice in enumerate(choices if type(choices) is list else ()):
        below = f"/choices/{position}/"
        if (
            type(choice) is dict
            and choice.get(LOGPROBS) is not None
            and any(p.startswith(below) for p in places)
        ):
            choice[LOGPROBS] = None


def usage(tree: dict[str, Any]) -> Usage | None:
    """Prompt and completion tokens, where the answer or event says them."""
    said = tree.get("usage")
    if type(said) is not dict:
        return None
    prompt, completion = said.get("prompt_tokens"), said.get("completion_tokens")
    if type(prompt) is not int or type(completion) is not int:
        return None
    details = said.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if type(details) is dict else None
    return Usage(prompt, completion, cached if type(cached) is int else None)


def _index(node: Any, position: int) -> int:
    """A choice's or tool call's own number, or else its place in the list."""
    index = node.get("index") if type(node) is dict else None
    return index if type(index) is int else position


def listed_tokens(node: Any, part: str, texts: dict[str, list[str]]) -> None:
    """Strings below ``logprobs`` by what they are a list of; alternatives by their rank."""
    kind = type(node)
    if kind is str:
        texts.setdefault(part, []).append(node)
    elif kind is dict:
        for key, child in node.items():
            if key not in KEYS and key not in {"top_logprobs", "logprob"}:
                texts.setdefault(f"{part}{KEY}", []).append(key)
            listed_tokens(child, f"{part}/{escaped(key)}", texts)
    elif kind is list:
        ranked = part.endswith("/top_logprobs")
        for rank, child in enumerate(node):
            listed_tokens(child, f"{part}/{rank}" if ranked else part, texts)
