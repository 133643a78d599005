"""The chat completions request: its shape, and every string in it with who said it and how far it is trusted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from yanmen.core.nouns import Ref, Role, Text, Trust, Unexamined, Where
from yanmen.llm.wire.codec import Image, Request
from yanmen.llm.wire.names import KEYS, MESSAGE_FIELDS, REQUEST_FIELDS, VALUES
from yanmen.llm.wire.places import KEY, escaped
from yanmen.llm.wire.strict import Malformed, no_variants, read
from yanmen.llm.wire.unescaped import Way, layered

_SPEAKERS: Mapping[str, tuple[Role, Trust]] = {
    "system": ("system", "operator"),
    "developer": ("developer", "operator"),
    "user": ("user", "user"),
    "assistant": ("assistant", "untrusted"),
    "tool": ("tool", "untrusted"),
    "function": ("tool", "untrusted"),
}
_BARE = ("role", "content")
"""All that nearly every message has."""
_FIELD: tuple[Role, Trust] = ("field", "untrusted")
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
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]*")
_DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.=+-]*)*;base64,")
_FOLDED = {name.casefold(): name for name in REQUEST_FIELDS | MESSAGE_FIELDS}


def request(body: bytes, *, depth: int, values: int) -> Request:
    """Read a request. Raise Malformed for broken JSON, and with ``wrong-shape`` when it is not a chat request."""
    tree = read(body, depth=depth, values=values)
    if type(tree) is not dict:
        raise Malformed("wrong-shape", "the body must be an object")
    no_variants(tree, KEYS)
    _exact_names(tree, REQUEST_FIELDS)
    model = _typed(tree, "model", str, "")
    if not model:
        raise Malformed("wrong-shape", "model must be a string")
    stream = _typed(tree, "stream", bool, False)
    user = _typed(tree, "user", str, "")
    messages = tree.get("messages")
    if type(messages) is not list or not messages:
        raise Malformed("wrong-shape", "messages must be a list that is not empty")
    walk = _Walk()
    for index, message in enumerate(messages):
        walk.message(message, f"/messages/{index}")
    for key, value in tree.items():
        if key not in KEYS:
            walk.text(key, f"/{escaped(key)}{KEY}", *_FIELD)
        if key != "messages":
            walk.any(value, f"/{escaped(key)}", *_FIELD)
    return Request(
        tree,
        model,
        stream,
        user,
        tuple(walk.texts),
        tuple(walk.unexamined),
        frozenset(walk.viewed),
        tuple(walk.images),
        _most(tree),
        count(tree, "n"),
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


def _typed(tree: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = tree.get(name)
    if value is None:
        return default
    if type(value) is not kind:
        raise Malformed("wrong-shape", f"{name} must be a {'string' if kind is str else 'boolean'}")
    return value


def _exact_names(node: dict[str, Any], names: frozenset[str]) -> None:
    """A known name in another case is refused: some parsers would take it for the name, others would not."""
    if names.issuperset(node):
        return
    for key in node:
        if key not in names and _FOLDED.get(key.casefold(), key) != key:
            raise Malformed("case-variant", ascii(key[:40]))


class _Walk:
    """Gathers every string of a request."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.unexamined: list[Unexamined] = []
        self.images: list[Image] = []
        self.viewed: set[str] = set()

    def text(self, text: str, part: str, role: Role, trust: Trust) -> None:
        if text:
            self.texts.append(Text(text=text, role=role, trust=trust, part=part))

    def message(self, message: Any, part: str) -> None:
        if type(message) is not dict:
            raise Malformed("wrong-shape", f"{part} must be an object")
        _exact_names(message, MESSAGE_FIELDS)
        speaker = message.get("role")
        if type(speaker) is not str:
            raise Malformed("wrong-shape", f"{part}/role must be a string")
        role, trust = _SPEAKERS.get(speaker, _FIELD)
        if (
            len(message) == len(_BARE)
            and type(said := message.get("content")) is str
            and speaker in _SPEAKERS
        ):
            self.said(said, f"{part}/content", role, trust)
            return
        for key, value in message.items():
            below = f"{part}/{escaped(key)}"
            if key not in KEYS:
                self.text(key, below + KEY, *_FIELD)
            if key == "content":
                self.content(value, below, role, trust)
            elif key in {"reasoning_content", "reasoning", "refusal"}:
                self.any(value, below, role, trust)
            else:
                self.any(value, below, *_FIELD)

    def content(self, content: Any, part: str, role: Role, trust: Trust) -> None:
        if type(content) is str:
            self.said(content, part, role, trust)
        elif type(content) is list:
            for index, piece in enumerate(content):
                below = f"{part}/{index}"
                if type(piece) is not dict:
                    raise Malformed("wrong-shape", f"{below} must be an object")
                _exact_names(piece, MESSAGE_FIELDS)
                self.piece(piece, below, role, trust)
        elif content is not None:
            raise Malformed("wrong-shape", f"{part} must be a string or a list of parts")

    def piece(self, piece: dict[str, Any], part: str, role: Role, trust: Trust) -> None:
        """A content part. What it shows or plays is not examined, and that is said."""
        for key, value in piece.items():
            below = f"{part}/{escaped(key)}"
            if key in _MEDIA:
                self.media(value, below, _MEDIA[key], role, trust)
                continue
            if key not in KEYS:
                self.text(key, below + KEY, *_FIELD)
            self.any(value, below, role, trust)

    def media(self, value: Any, part: str, kind: str, role: Role, trust: Trust) -> None:
        payloads: list[tuple[str, str]] = []
        entries = value.items() if type(value) is dict else [("", value)]
        for key, entry in entries:
            below = f"{part}/{escaped(key)}" if key else part
            if key and key not in KEYS:
                self.text(key, below + KEY, *_FIELD)
            if type(entry) is str and (not key or key in _PAYLOADS):
                payloads.append((entry, below))
                self.said(_without_payload(entry, key), below, role, trust)
            else:
                self.any(entry, below, role, trust)
        payload = payloads[-1][0] if payloads else ""
        digest = hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        subject = Ref(kind="media", id=f"sha256/{digest}")
        unexamined = Unexamined(subject=subject, reason="unsupported", detail=kind, where=Where(part=part))
        self.unexamined.append(unexamined)
        if kind == "image" and len(payloads) == 1:  # of two, nobody knows which one the model will see
            self.images.append(Image(*payloads[0], role, unexamined))

    def any(self, node: Any, part: str, role: Role, trust: Trust) -> None:
        """Every string below a node. The depth is bounded already."""
        kind = type(node)
        if kind is str:
            if node not in VALUES:
                self.said(node, part, role, trust)
        elif kind is list:
            for index, child in enumerate(node):
                self.any(child, f"{part}/{index}", role, trust)
        elif kind is dict:
            for key, child in node.items():
                below = f"{part}/{escaped(key)}"
                if key not in KEYS:
                    self.text(key, below + KEY, *_FIELD)
                self.any(child, below, role, trust)

    def said(self, text: str, part: str, role: Role, trust: Trust) -> None:
        """A value: seen with the escapes of JSON in it resolved."""
        if "\\" in text:
            text, way = view(text, part)
            if way is not None:
                self.viewed.add(part)
        self.text(text, part, role, trust)


def view(text: str, part: str) -> tuple[str, Way | None]:
    """A string of a request as it is judged, and the way back."""
    return layered(text, is_json=part.endswith("/arguments"))


def _without_payload(text: str, key: str) -> str:
    """What is to be read of a media string: nothing of pure base64, the head of a data URL, all of anything else."""
    if head := _DATA_URL.match(text):
        return head[0] if _BASE64.fullmatch(text, head.end()) else text
    if key in {"data", "file_data"} and _BASE64.fullmatch(text):
        return ""
    return text
