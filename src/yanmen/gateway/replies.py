"""Answers that are not streams: completions, lists of models, errors of the upstream. Read whole, judged, passed on."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from yanmen.core.nouns import Text
from yanmen.gateway.commands import Head
from yanmen.gateway.ruling import Garbage
from yanmen.llm.wire import strict
from yanmen.llm.wire.codec import Codec, Usage, Whole
from yanmen.llm.wire.generic import unread
from yanmen.llm.wire.lines import LINES
from yanmen.llm.wire.places import Cut, cut
from yanmen.llm.wire.sse import EVENTS
from yanmen.llm.wire.tokens import estimate

STREAMS = frozenset({EVENTS.kind, LINES.kind})
"""What a client might read as a stream."""
_WHOLE = ""
"""The part of a body that is not JSON: all of it."""


class Reply(NamedTuple):
    """A whole answer and what there is to judge in it."""

    tree: Any
    """Its JSON object; for other bodies their text, or bytes."""
    seen: Whole
    codec: Codec
    body: bytes

    @property
    def texts(self) -> tuple[Text, ...]:
        """What there is to judge."""
        return self.seen.texts

    def redacted(self, cuts: Mapping[str, list[Cut]]) -> bytes | None:
        """The body without what is cut, and without what would repeat it. None: it cannot stand without that."""
        if type(self.tree) is str:
            return cut(self.tree, cuts.get(_WHOLE, ())).encode()
        if type(self.tree) is not dict:
            return None
        tree = msgspec.json.decode(self.body)
        fresh = self.codec.cut(tree, cuts, self.seen.viewed)
        return None if fresh is None else msgspec.json.encode(fresh)

    @property
    def said(self) -> Usage | None:
        """Tokens, as the upstream says."""
        return self.codec.usage(self.tree) if type(self.tree) is dict else None

    def tokens(self, prompt: int) -> tuple[int, int]:
        """Tokens in and out: as the upstream says, or else estimates."""
        before, after, _ = self.said or Usage(None, None)
        if after is None:
            after = sum(estimate(text.text) for text in self.texts if text.role == "assistant")
        return (prompt if before is None else before, after)


def is_stream(head: Head, codec: Codec) -> bool:
    """Whether the answer is a stream in the framing of the surface. Clients take any status of success for one."""
    return head.status < HTTPStatus.MULTIPLE_CHOICES and _kind(head) == codec.framing.kind


def read(head: Head, body: bytes, codec: Codec, *, depth: int, values: int) -> Reply:
    """Read an answer. Raise Garbage where it says it is JSON and is not, or cannot be read as text.

    Clients read an answer as JSON or as events by what they asked for, whatever it says of itself. So only errors may be
    anything else, and what looks like JSON is read as JSON.
    """
    if head.encoding not in {b"", b"identity"}:
        raise Garbage("the answer is encoded, though that was not asked for")
    kind = _kind(head)
    if kind == "application/json" or kind.endswith("+json"):
        if not body and head.status >= HTTPStatus.BAD_REQUEST:
            return Reply("", Whole(()), codec, body)
        return _json(body, codec, depth, values)
    if head.status < HTTPStatus.MULTIPLE_CHOICES and codec.others and kind.startswith(codec.others):
        return _other(body, kind, codec)
    if head.status < HTTPStatus.BAD_REQUEST or kind in STREAMS:
        raise Garbage("the answer is neither JSON nor a stream")
    if body.lstrip(b" \t\r\n").startswith(b"{"):
        return _json(body, codec, depth, values)
    return _other(body, "text/plain", codec)


def _other(body: bytes, kind: str, codec: Codec) -> Reply:
    """What is not JSON: text, or bytes that nobody here can read."""
    if not kind.startswith("text/"):
        return Reply(body, Whole((), unexamined=(unread(body, _WHOLE, kind),)), codec, body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Garbage("the answer is not text") from None
    found = (Text(text=text, role="assistant", trust="untrusted", part=_WHOLE),) if text else ()
    return Reply(text, Whole(found), codec, body)


def _json(body: bytes, codec: Codec, depth: int, values: int) -> Reply:
    try:
        tree = strict.read(codec.lean(body), depth=depth, values=values)
    except strict.Malformed as error:
        raise Garbage(f"the answer is {error}") from None
    if type(tree) is not dict:
        raise Garbage("the answer is not an object")
    return Reply(tree, codec.whole(tree), codec, body)


def _kind(head: Head) -> str:
    value = next((value for name, value in head.headers if name == b"content-type"), b"")
    return value.decode("latin-1").partition(";")[0].strip().lower()
