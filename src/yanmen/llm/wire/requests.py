"""What the readers of requests share: who says a string and where it stands, exact names, and media that no text tells of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from yanmen.core.nouns import Ref, Role, Text, Trust, Unexamined, Where
from yanmen.llm.wire.codec import Image, Request
from yanmen.llm.wire.places import KEY, escaped
from yanmen.llm.wire.strict import Malformed, no_variants, read
from yanmen.llm.wire.unescaped import Way, layered

Who = tuple[Role, Trust]
Take = Callable[[Any, str], None] | None
NOBODY: Mapping[str, Take] = {}
FIELD: Who = ("field", "untrusted")
"""Who says what stands in no message."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]*")
_SEALED = re.compile(r"(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
"""32 characters and more of canonical base64, without the dashes of most credentials."""
_KINDS = {bool: "a boolean", str: "a string", dict: "an object", int: "a whole number"}


class Names:
    """The words of one surface, which say nothing by themselves."""

    def __init__(self, fields: Iterable[str], others: Iterable[str], values: Iterable[str]) -> None:
        """``fields``: names of the request and its messages, refused in another case; ``others``: further keys."""
        self.fields = frozenset(fields)
        self.keys = self.fields | frozenset(others)
        self.values = frozenset(values)
        self._folded = {name.casefold(): name for name in self.fields}

    def exact(self, node: dict[str, Any]) -> None:
        """Malformed where a known name is in another case: some parsers would take it for the name, others would not."""
        if self.keys.issuperset(node):
            return
        for key in node:
            if key not in self.fields and self._folded.get(key.casefold(), key) != key:
                raise Malformed("case-variant", ascii(key[:40]))


class Walk:
    """Gathers every string of a request."""

    def __init__(self, names: Names) -> None:
        """Nothing has been read yet."""
        self.names = names
        self.texts: list[Text] = []
        self.unexamined: list[Unexamined] = []
        self.images: list[Image] = []
        self.viewed: set[str] = set()

    def text(self, text: str, part: str, role: Role, trust: Trust) -> None:
        """A string as it stands."""
        if text:
            self.texts.append(Text(text=text, role=role, trust=trust, part=part))

    def said(self, text: str, part: str, role: Role, trust: Trust) -> None:
        """A value: seen with the escapes of JSON in it resolved."""
        if "\\" in text:
            text, way = view(text, part)
            if way is not None:
                self.viewed.add(part)
        self.text(text, part, role, trust)

    def key(self, key: str, below: str) -> None:
        """A key, where it is no word of the surface. ``below``: the part of its value."""
        if key not in self.names.keys:
            self.text(key, below + KEY, *FIELD)

    def any(self, node: Any, part: str, role: Role, trust: Trust) -> None:
        """Every string below a node. The depth is bounded already."""
        kind = type(node)
        if kind is str:
            if node not in self.names.values:
                self.said(node, part, role, trust)
        elif kind is list:
            for index, child in enumerate(node):
                self.any(child, f"{part}/{index}", role, trust)
        elif kind is dict:
            for key, child in node.items():
                below = f"{part}/{escaped(key)}"
                self.key(key, below)
                self.any(child, below, role, trust)

    def members(
        self, node: dict[str, Any], part: str, who: Who = FIELD, but: Mapping[str, Take] = NOBODY
    ) -> None:
        """An object's keys and values. ``but``: what takes single values by their name, or None where they were taken."""
        for key, child in node.items():
            below = f"{part}/{escaped(key)}"
            self.key(key, below)
            if key not in but:
                self.any(child, below, *who)
            elif (take := but[key]) is not None:
                take(child, below)

    def media(self, payload: str, part: str, kind: str) -> Unexamined:
        """A picture, a sound, a document: what it shows or says is not examined, and that is said."""
        digest = hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        subject = Ref(kind="media", id=f"sha256/{digest}")
        unexamined = Unexamined(subject=subject, reason="unsupported", detail=kind, where=Where(part=part))
        self.unexamined.append(unexamined)
        return unexamined

    def request(self, tree: dict[str, Any], **said: Any) -> Request:
        """The request, with all that was gathered."""
        return Request(
            tree,
            texts=tuple(self.texts),
            unexamined=tuple(self.unexamined),
            viewed=frozenset(self.viewed),
            images=tuple(self.images),
            **said,
        )

    def payload(self, payload: Any, part: str) -> None:
        """What is to be read of a medium's bytes: nothing where they are pure base64."""
        if type(payload) is not str or not is_base64(payload):
            self.any(payload, part, *FIELD)

    def sealed(self, value: Any, part: str) -> None:
        """What only its maker can read, a signature or a cipher: nothing to judge while it looks like one."""
        if type(value) is not str or not is_sealed(value):
            self.any(value, part, *FIELD)


def view(text: str, part: str) -> tuple[str, Way | None]:
    """A string of a request as it is judged, and the way back."""
    return layered(text, is_json=part.endswith("/arguments"))


def is_base64(text: str) -> bool:
    """Whether a string is nothing but base64."""
    return _BASE64.fullmatch(text) is not None


def is_sealed(text: str) -> bool:
    """Whether a string looks like a signature or a cipher."""
    return _SEALED.fullmatch(text) is not None


def body(raw: bytes, names: Names, *, depth: int, values: int) -> dict[str, Any]:
    """The object that a request is. Raise Malformed for broken JSON, and for names that parsers read differently."""
    tree = read(raw, depth=depth, values=values)
    if type(tree) is not dict:
        raise Malformed("wrong-shape", "the body must be an object")
    no_variants(tree, names.keys)
    names.exact(tree)
    return tree


def typed(tree: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    """A field of a type, or the default where it is absent or null."""
    value = tree.get(name)
    if value is None:
        return default
    if type(value) is not kind:
        raise Malformed("wrong-shape", f"{name} must be {_KINDS[kind]}")
    return value


def required(tree: dict[str, Any], name: str) -> str:
    """A string that must be there."""
    value: str = typed(tree, name, str, "")
    if not value:
        raise Malformed("wrong-shape", f"{name} must be a string")
    return value


def listed(tree: dict[str, Any], name: str) -> list[Any]:
    """A list that must be there and not be empty."""
    value = tree.get(name)
    if type(value) is not list or not value:
        raise Malformed("wrong-shape", f"{name} must be a list that is not empty")
    return value


def each(node: list[Any], part: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """The objects of a list, with their parts; Malformed where one is none."""
    for index, child in enumerate(node):
        below = f"{part}/{index}"
        if type(child) is not dict:
            raise Malformed("wrong-shape", f"{below} must be an object")
        yield below, child
