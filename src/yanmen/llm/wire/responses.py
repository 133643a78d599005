"""The Responses surface: what is asked for, as a text or as items, and ids of what the model's server keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from yanmen.core.nouns import Role
from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import Ending, Image, Request, Said, Seen, Whole, texts_of
from yanmen.llm.wire.generic import Generic, Strings, unread
from yanmen.llm.wire.names import ITEM_FIELDS, KEYS, RESPONSES_FIELDS, VALUES
from yanmen.llm.wire.places import Cut, escaped
from yanmen.llm.wire.requests import FIELD, Names, Walk, Who, is_base64
from yanmen.llm.wire.responses_stream import ResponsesEnding, incomplete, read_event
from yanmen.llm.wire.strict import Malformed

NAMES = Names(RESPONSES_FIELDS | ITEM_FIELDS, KEYS, VALUES)
_SPEAKERS: Mapping[str, Who] = {
    "system": ("system", "operator"),
    "developer": ("developer", "operator"),
    "user": ("user", "user"),
    "assistant": ("assistant", "untrusted"),
    "tool": ("tool", "untrusted"),
}
_TOOL: Who = ("tool", "untrusted")
_STORED = {"file_id", "prompt", "conversation"}
"""Fields that name what somebody else has stored: the model is given what nobody here sees."""
_MEDIA = {
    "image_url": "image",
    "file_url": "file",
    "file_data": "file",
    "audio": "audio",
    "input_audio": "audio",
}


class _Items(Walk):
    """Reads what is put in."""

    def input(self, node: Any, part: str, who: Who = _SPEAKERS["user"]) -> None:
        """A text, or items."""
        if type(node) is str:
            self.said(node, part, *who)
        elif type(node) is list:
            for below, item in requests.each(node, part):
                self.names.exact(item)
                self.item(item, below)
        elif node is not None:
            raise Malformed("wrong-shape", f"{part[1:]} must be a string or a list of items")

    def item(self, item: dict[str, Any], part: str) -> None:
        """A message, a call of a tool or its result, a reference to what is stored."""
        kind, speaker = item.get("type", "message"), item.get("role")
        if kind == "item_reference":
            self.stored(item.get("id"), f"{part}/id")
        if kind == "message" or "content" in item:
            if speaker is not None and type(speaker) is not str:
                raise Malformed("wrong-shape", f"{part}/role must be a string")
            who = _SPEAKERS.get(speaker or "assistant", FIELD)
            self.members(item, part, but={"content": lambda node, at: self.content(node, at, who)})
        elif type(kind) is str and kind.endswith("_output"):
            self.members(item, part, but={"output": lambda node, at: self.content(node, at, _TOOL)})
        elif kind == "reasoning":
            self.members(item, part, but={
                "summary": lambda node, at: self.content(node, at, _SPEAKERS["assistant"]),
                "encrypted_content": self.sealed,
            })  # fmt: skip
        else:
            self.members(item, part, but={"encrypted_content": self.sealed})

    def content(self, node: Any, part: str, who: Who) -> None:
        """A text, or parts of which some are media."""
        if type(node) is str:
            self.said(node, part, *who)
            return
        if type(node) is not list:
            self.any(node, part, *who)
            return
        for index, one in enumerate(node):
            below = f"{part}/{index}"
            if type(one) is dict:
                self.names.exact(one)
                self.piece(one, below, who)
            else:
                self.any(one, below, *who)

    def piece(self, piece: dict[str, Any], part: str, who: Who) -> None:
        """A part of a content. What it shows or plays is not examined, and that is said."""
        shown = [key for key in piece if key in _MEDIA and piece[key] is not None]
        for key, value in piece.items():
            below = f"{part}/{escaped(key)}"
            self.key(key, below)
            if value is None:
                continue
            if key in _STORED:
                self.stored(value, below)
            elif key in _MEDIA and type(value) is str:
                self.shown(value, below, _MEDIA[key], who, alone=len(shown) == 1)
            elif key in _MEDIA:
                self.media(str(value), below, _MEDIA[key])
                if type(value) is dict:
                    self.members(value, below, but={"data": self.payload})
                else:
                    self.any(value, below, *FIELD)
            else:
                self.any(value, below, *who)

    def shown(self, value: str, part: str, kind: str, who: Who, *, alone: bool) -> None:
        """A data URL, an address, or base64."""
        unexamined = self.media(value, part, kind)
        if kind == "image" and alone:
            self.images.append(Image(value, part, who[0], unexamined))
        head, comma, rest = value.partition(",")
        pure = comma and head.startswith("data:") and head.endswith(";base64") and is_base64(rest)
        if pure:
            self.text(head, part, *who)
        elif kind == "image" or not is_base64(value):
            self.said(value, part, *who)

    def stored(self, value: Any, part: str) -> None:
        """What is stored elsewhere under a name: could not judge."""
        self.unexamined.append(unread(str(value), part, "stored elsewhere"))
        self.any(value, part, *FIELD)


class Responses(Generic):
    """``/v1/responses``: made, streamed, read again."""

    named = True
    repeats = True

    def request(self, body: bytes, kind: str, *, depth: int, values: int) -> Request:
        """Read a request."""
        del kind
        tree = requests.body(body, NAMES, depth=depth, values=values)
        walk = _Items(NAMES)
        walk.input(tree.get("input"), "/input")
        walk.input(tree.get("instructions"), "/instructions", _SPEAKERS["system"])
        for name in ("prompt", "conversation"):
            if tree.get(name) is not None:
                walk.stored(tree[name], f"/{name}")
        taken = dict.fromkeys(("input", "instructions", "prompt", "conversation"))
        walk.members(tree, "", but=taken)
        before = requests.typed(tree, "previous_response_id", str, "")
        most = tree.get("max_output_tokens")
        return walk.request(
            tree,
            model=requests.typed(tree, "model", str, ""),
            stream=requests.typed(tree, "stream", bool, False),
            user=requests.typed(tree, "user", str, ""),
            max_tokens=most if type(most) is int else None,
            refers=(before,) if before else (),
        )

    def capped(self, tree: dict[str, Any], tokens: int) -> dict[str, Any]:
        """``max_output_tokens``."""
        return {**tree, "max_output_tokens": tokens}

    def event(self, tree: dict[str, Any], name: str) -> Seen:
        """Read an event."""
        return read_event(self, tree, name)

    def whole(self, tree: dict[str, Any]) -> Whole:
        """Every string, and what of it is encrypted or a medium."""
        walk = Strings()
        walk.any(tree, "", "")
        return texts_of(self, walk.pieces)._replace(unexamined=tuple(walk.unexamined))

    def role(self, part: str) -> Role:
        """``assistant`` for what is put out; ``system`` where the caller's own instructions are said back."""
        if part.startswith(("/instructions", "/response/instructions")):
            return "system"
        return "assistant" if part.startswith(("/output", "/data/")) else "field"

    def cut(
        self, tree: dict[str, Any], cuts: Mapping[str, list[Cut]], viewed: frozenset[str]
    ) -> dict[str, Any] | None:
        """Lists of tokens that would repeat what is cut are emptied."""
        if cuts:
            _forget(tree)
        kept = {part: spans for part, spans in cuts.items() if "/logprobs" not in part}
        return super().cut(tree, kept, viewed)

    def ending(self) -> Ending:
        """What of a response has left."""
        return ResponsesEnding(self.framing)

    def withheld(self, said: Said, safe: str) -> dict[str, Any]:
        """``status: incomplete`` by a content filter."""
        return incomplete({"id": f"resp_{said.call}", "created_at": said.at, "model": said.model}, said, safe)

    def broken(self, said: Said) -> bytes:
        """An ``error`` event, which clients raise."""
        event = {"type": "error", "code": said.code, "message": said.message, "param": said.param}
        return self.framing.event(
            msgspec.json.encode({**event, "sequence_number": 0, **self.error(said)}), name="error"
        )


def _forget(node: Any) -> None:
    """Empty every list of tokens below."""
    for child in node.values() if type(node) is dict else node:
        if type(child) in {dict, list}:
            _forget(child)
    if type(node) is dict and node.get("logprobs"):
        node["logprobs"] = []


RESPONSES = Responses()
