"""Heads of calls and answers: what a body must say of itself, and headers as carriers of text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from yanmen.core.nouns import Text
from yanmen.gateway import context
from yanmen.gateway.commands import Call, Headers
from yanmen.gateway.errors import Refusal
from yanmen.gateway.upstreams.headers import REQUEST

JSON = (b"content-type", b"application/json")
LEAST = 20
"""Bytes of a header's value below which there is nothing to judge."""
PART = "/headers/"
"""A header's value is the part ``/headers/NAME``."""
_CALLERS = REQUEST - {b"content-type", b"x-request-id"}
_STEADY = frozenset({b"accept", b"accept-language", b"cache-control", b"content-language", b"content-type"})
"""Headers that say the same in nearly every call: what was clean once need not be looked at again."""


def must_be_json(call: Call) -> None:
    """Refusal unless the body says that it is JSON, in UTF-8 and not encoded.

    Some servers decode a body in whatever ``charset`` says, wherever it stands among the parameters.
    """
    kinds, encodings = call.header(b"content-type"), call.header(b"content-encoding")
    kind, *parameters = (kinds[0] if len(kinds) == 1 else b"").decode("latin-1").lower().split(";")
    charsets = {"".join(one.split()).replace('"', "") for one in parameters if "charset" in one}
    if kind.strip() != "application/json" or charsets - {"charset=utf-8"}:
        raise Refusal("unsupported_media_type")
    if encodings and encodings != [b"identity"]:
        raise Refusal("unsupported_media_type")


def onward(call: Call) -> Headers:
    """What of the caller's headers goes to the model, as far as the caller says it: see ``ours`` for the rest."""
    if call.trace is None:
        return [pair for pair in call.headers if pair[0] in _CALLERS]
    gone = {context.NAME} if call.trace.parent else {context.NAME, context.STATE}
    return [pair for pair in call.headers if pair[0] in _CALLERS and pair[0] not in gone]


def ours(call: Call) -> Headers:
    """What we say to the model ourselves: what the body is, and the call's id. There is nothing in it to judge."""
    own = [(b"x-request-id", call.id.encode())]
    if call.trace is not None:
        own.append((context.NAME, call.trace.header))
    return [JSON, *own] if call.method == "POST" else own


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
