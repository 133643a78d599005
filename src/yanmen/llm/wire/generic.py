"""Answers of which only this is known: they are JSON. Every string of one is looked at, and of a stream every string may grow."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from yanmen.core.nouns import Ref, Role, Unexamined, Where
from yanmen.llm.wire.codec import Codec, Ending, Left, Piece, Said, Seen, Usage, Whole, texts_of
from yanmen.llm.wire.names import KEYS, VALUES
from yanmen.llm.wire.openai import OpenAI
from yanmen.llm.wire.places import KEY, escaped

ORDER = "/"
"""The group of a stream whose events keep their order, all of them."""
MEDIA = frozenset({"b64_json", "partial_image_b64", "audio", "data", "result"})
"""Keys under which media stand as base64."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
SHORTEST = 256
"""Characters of base64 from which on it is taken for a medium. Below, it is read as text."""


class Strings:
    """Gathers every string of a tree."""

    def __init__(self, *, grows: bool = False, media: bool = True) -> None:
        """``grows``: each goes on where the last event's at its place ended. ``media``: base64 under their keys is not read."""
        self.pieces: list[Piece] = []
        self.unexamined: list[Unexamined] = []
        self._grows, self._media = grows, media

    def any(self, node: Any, path: str, part: str) -> None:
        """Every string below a node. The depth is bounded already."""
        kind = type(node)
        if kind is str:
            if node and node not in VALUES:
                self.pieces.append(Piece(path, part, node, self._grows, ORDER if self._grows else ""))
        elif kind is dict:
            for key, child in node.items():
                self.member(key, child, path, part)
        elif kind is list:
            for position, child in enumerate(node):
                self.any(child, f"{path}/{position}", f"{part}/{position}")

    def member(self, key: str, child: Any, path: str, part: str) -> None:
        """A key and what stands under it."""
        if key not in KEYS:
            place = f"{path}/{escaped(key)}{KEY}"
            self.pieces.append(Piece(place, place, key, grows=False, group=""))
        step = f"/{escaped(key)}"
        if type(child) is str and self._media and key in MEDIA and is_medium(child):
            self.unexamined.append(unread(child, part + step))
        else:
            self.any(child, path + step, part + step)


def is_medium(text: str) -> bool:
    """Whether a string is a medium in base64, with or without the head of a data URL."""
    head, comma, rest = text.partition(",")
    body = rest if comma and head.startswith("data:") and head.endswith(";base64") else text
    return len(body) >= SHORTEST and is_encoded(body)


def is_encoded(text: str) -> bool:
    """Whether a string is nothing but base64, in which no words can stand apart."""
    return _BASE64.fullmatch(text) is not None


def unread(payload: str | bytes, part: str, detail: str = "media") -> Unexamined:
    """That a medium was not examined."""
    data = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
    subject = Ref(kind="media", id=f"sha256/{hashlib.sha256(data).hexdigest()[:16]}")
    return Unexamined(subject=subject, reason="unsupported", detail=detail, where=Where(part=part))


class Generic(OpenAI):
    """Answers of which nothing else is known."""

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Every string."""
        walk = Strings()
        walk.any(tree, "", "")
        return texts_of(self, walk.pieces)._replace(unexamined=tuple(walk.unexamined))

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Every string goes on where the last one at its place ended."""
        del name
        walk = Strings(grows=True)
        walk.any(tree, "", "")
        return Seen(
            fixed=tuple([piece for piece in walk.pieces if not piece.grows]),
            growing=tuple([piece for piece in walk.pieces if piece.grows]),
            groups=frozenset({ORDER}),
            usage=self.usage(tree),
            unexamined=tuple(walk.unexamined),
        )

    def role(self, part: str) -> Role:
        """Nobody knows who says it: the model, then."""
        del part
        return "assistant"

    def usage(self, tree: dict[str, Any]) -> Usage | None:
        """By either of the names that OpenAI gives it."""
        said = tree.get("usage")
        if type(said) is not dict:
            return None
        before = said.get("input_tokens", said.get("prompt_tokens"))
        after = said.get("output_tokens", said.get("completion_tokens"))
        if type(before) is not int:
            return None
        details = said.get("input_tokens_details", said.get("prompt_tokens_details"))
        cached = details.get("cached_tokens") if type(details) is dict else None
        return Usage(before, after if type(after) is int else 0, cached if type(cached) is int else None)

    def ending(self) -> Ending:
        """It ends with an error: nothing is known that would say *stopped*."""
        return Broken(self)

    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """An error, with the operator's words."""
        return self.error(said._replace(message=safe))


class Broken:
    """The end of a stream that has no way to say that policy stopped it: an error, and its end mark."""

    def __init__(self, codec: Codec) -> None:
        """Nothing of what leaves matters."""
        self._codec = codec

    def take(self, note: Any, left: Left) -> None:
        """Nothing to remember."""

    def lost(self, note: Any) -> None:
        """Nothing to remember."""

    def closing(self, said: Said, safe: str) -> bytes:
        """The error."""
        code = said.code or "content_policy_violation"
        return self._codec.broken(said._replace(status=400, code=code, message=safe or said.message))
