"""The chat completions request: its shape, and every string in it with who said it and how far it is trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yanmen.core.nouns import Role, Trust
from yanmen.llm.wire import requests
from yanmen.llm.wire.codec import Image, Request
from yanmen.llm.wire.names import KEYS, MESSAGE_FIELDS, REQUEST_FIELDS, VALUES
from yanmen.llm.wire.places import escaped
from yanmen.llm.wire.requests import FIELD, Names, Who, is_base64
from yanmen.llm.wire.strict import Malformed

NAMES = Names(REQUEST_FIELDS | MESSAGE_FIELDS, KEYS, VALUES)
_SPEAKERS: Mapping[str, Who] = {
    "system": ("system", "operator"),
    "developer": ("developer", "operator"),
    "user": ("user", "user"),
    "assistant": ("assistant", "untrusted"),
    "tool": ("tool", "untrusted"),
    "function": ("tool", "untrusted"),
}
_BARE = ("role", "content")
"""All that nearly every message has."""
_PAYLOADS = {"url", "data", "file_data"}
"""Keys under which a content part carries media as base64."""
_MEDIA = {
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "input_audio": "audio",
    "audio_url": "audio",
    "video_url": "video",
    "file": "file",
    "input_file": "file",
}
_DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.=+-]*)*;base64,")


def request(body: bytes, *, depth: int, values: int) -> Request:
    """Read a request. Raise Malformed for broken JSON, and with ``wrong-shape`` when it is not a chat request."""
    tree = requests.body(body, NAMES, depth=depth, values=values)
    model = requests.required(tree, "model")
    stream = requests.typed(tree, "stream", bool, default=False)
    user = requests.typed(tree, "user", str, "")
    messages = tree.get("messages")
    if type(messages) is not list or not messages:
        raise Malformed("wrong-shape", "messages must be a list that is not empty")
    walk = _Walk(NAMES)
    for index, message in enumerate(messages):
        walk.message(message, f"/messages/{index}")
    walk.members(tree, "", FIELD, {"messages": None})
    return walk.request(
        tree, model=model, stream=stream, user=user, max_tokens=_most(tree), choices=count(tree, "n")
    )


def count(tree: dict[str, Any], *names: str) -> int:
    """How many answers are asked for: the greatest of these fields; 1 where there is none."""
    asked = [value for name in names if type(value := tree.get(name)) is int]
    return max(1, *asked) if asked else 1


def _most(tree: dict[str, Any]) -> int | None:
    """The bound on an answer's tokens: of two the larger, as some servers read the one and some the other."""
    asked = [
        value for name in ("max_tokens", "max_completion_tokens") if type(value := tree.get(name)) is int
    ]
    return max(asked) if asked else None


class _Walk(requests.Walk):
    """Gathers every string of a chat completions request."""

    def message(self, message: Any, part: str) -> None:
        if type(message) is not dict:
            raise Malformed("wrong-shape", f"{part} must be an object")
        self.names.exact(message)
        speaker = message.get("role")
        if type(speaker) is not str:
            raise Malformed("wrong-shape", f"{part}/role must be a string")
        role, trust = _SPEAKERS.get(speaker, FIELD)
        if (
            len(message) == len(_BARE)
            and type(said := message.get("content")) is str
            and speaker in _SPEAKERS
        ):
            self.said(said, f"{part}/content", role, trust)
            return
        for key, value in message.items():
            below = f"{part}/{escaped(key)}"
            self.key(key, below)
            if key == "content":
                self.content(value, below, role, trust)
            elif key in {"reasoning_content", "reasoning", "refusal"}:
                self.any(value, below, role, trust)
            else:
                self.any(value, below, *FIELD)

    def content(self, content: Any, part: str, role: Role, trust: Trust) -> None:
        if type(content) is str:
            self.said(content, part, role, trust)
        elif type(content) is list:
            for index, piece in enumerate(content):
                below = f"{part}/{index}"
                if type(piece) is not dict:
                    raise Malformed("wrong-shape", f"{below} must be an object")
                self.names.exact(piece)
                self.piece(piece, below, role, trust)
        elif content is not None:
            raise Malformed("wrong-shape", f"{part} must be a string or a list of parts")

    def piece(self, piece: dict[str, Any], part: str, role: Role, trust: Trust) -> None:
        """A content part. What it shows or plays is not examined, and that is said."""
        for key, value in piece.items():
            below = f"{part}/{escaped(key)}"
            if key in _MEDIA:
                self.shown(value, below, _MEDIA[key], role, trust)
                continue
            self.key(key, below)
            self.any(value, below, role, trust)

    def shown(self, value: Any, part: str, kind: str, role: Role, trust: Trust) -> None:
        """A medium, as a string or an object around one."""
        payloads: list[tuple[str, str]] = []
        entries = value.items() if type(value) is dict else [("", value)]
        for key, entry in entries:
            below = f"{part}/{escaped(key)}" if key else part
            if key:
                self.key(key, below)
            if type(entry) is str and (not key or key in _PAYLOADS):
                payloads.append((entry, below))
                self.said(_without_payload(entry, key), below, role, trust)
            else:
                self.any(entry, below, role, trust)
        unexamined = self.media(payloads[-1][0] if payloads else "", part, kind)
        if kind == "image" and len(payloads) == 1:  # of two, nobody knows which one the model will see
            self.images.append(Image(*payloads[0], role, unexamined))


def _without_payload(text: str, key: str) -> str:
    """What is to be read of a media string: nothing of pure base64, the head of a data URL, all of anything else."""
    if head := _DATA_URL.match(text):
        return head[0] if is_base64(text[head.end() :]) else text
    if key in {"data", "file_data"} and is_base64(text):
        return ""
    return text
