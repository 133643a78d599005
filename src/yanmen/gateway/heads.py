"""Heads of calls and answers: what a body must say of itself, and headers as carriers of text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from yanmen.core.nouns import Text
from yanmen.gateway import context
from yanmen.gateway.commands import Call, Headers
from yanmen.gateway.errors import Refusal

LEAST = 20
"""Bytes of a header's value below which there is nothing to judge."""
PART = "/headers/"
"""A header's value is the part ``/headers/NAME``."""
_STEADY = frozenset({b"accept", b"accept-language", b"cache-control", b"content-language", b"content-type"})
"""Headers that say the same in nearly every call: what was clean once need not be looked at again."""


def kind(call: Call, kinds: Collection[str]) -> str:
    """The media type that the body says it has; Refusal unless it is one of these, in UTF-8 and not encoded.

    No kinds: it may be any, or none. With its parameters where it has parts: they say where those end.

    Some servers decode a body in whatever ``charset`` says, wherever it stands among the parameters.
    """
    found, encodings = call.header(b"content-type"), call.header(b"content-encoding")
    said = (found[0] if len(found) == 1 else b"").decode("latin-1")
    name, *parameters = said.lower().split(";")
    charsets = {"".join(one.split()).replace('"', "") for one in parameters if "charset" in one}
    if (kinds and name.strip() not in kinds) or charsets - {"charset=utf-8"}:
        raise Refusal("unsupported_media_type")
    if encodings and encodings != [b"identity"]:
        raise Refusal("unsupported_media_type")
    return said if name.startswith("multipart/") else name.strip()


def onward(call: Call, passed: Collection[bytes]) -> Headers:
    """What of the caller's headers goes to the model, as far as the caller says it: see ``ours`` for the rest.

    ``passed``: the headers that the surface passes.
    """
    if call.trace is None:
        return [pair for pair in call.headers if pair[0] in passed]
    gone = {context.NAME} if call.trace.parent else {context.NAME, context.STATE}
    return [pair for pair in call.headers if pair[0] in passed and pair[0] not in gone]


def ours(call: Call, kind: str) -> Headers:
    """What we say to the model ourselves: what the body is, and the call's id. There is nothing in it to judge.

    ``kind``: the body's media type; nothing: there is no body.
    """
    own = [(b"x-request-id", call.id.encode())]
    if call.trace is not None:
        own.append((context.NAME, call.trace.header))
    return [(b"content-type", kind.encode()), *own] if kind else own


def texts(headers: Headers, clean: Collection[str]) -> list[Text]:
    """What there is to judge in headers. ``clean``: values of steady headers that need no second look."""
    found = []
    for name, value in headers:
        if len(value) >= LEAST:
            text = value.decode("latin-1")
            if text not in clean:
                part = PART + name.decode("latin-1")
                found.append(Text(text=text, role="field", trust="untrusted", part=part))
    return found


def steady(seen: Iterable[Text]) -> list[str]:
    """Of texts that were found clean those worth remembering."""
    return [text.text for text in seen if text.part.removeprefix(PART).encode("latin-1") in _STEADY]


def without(headers: Headers, redact: Iterable[Mapping[str, Any]]) -> Headers:
    """The headers but for those that policy would cut something out of."""
    gone = {term["part"] for term in redact}
    return [pair for pair in headers if PART + pair[0].decode("latin-1") not in gone]
