"""Answers that are not streams: completions, lists of models, errors of the upstream. Read whole, judged, passed on."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from yanmen.core.nouns import Text
from yanmen.gateway.commands import Head
from yanmen.gateway.stream import Garbage
from yanmen.llm.wire import answers, strict
from yanmen.llm.wire.places import Cut, cut, rewrite
from yanmen.llm.wire.tokens import estimate

EVENTS = "text/event-stream"
_WHOLE = ""
"""The part of a body that is not JSON: all of it."""


class Reply(NamedTuple):
    """A whole answer and what there is to judge in it."""

    tree: Any
    """Its JSON object; for other bodies their text."""
    texts: tuple[Text, ...]
    viewed: frozenset[str]

    def redacted(self, cuts: Mapping[str, list[Cut]]) -> bytes:
        """The body without what is cut; the lists of tokens that would repeat it are dropped."""
        if type(self.tree) is str:
            return cut(self.tree, cuts.get(_WHOLE, ())).encode()
        tree = msgspec.json.decode(msgspec.json.encode(self.tree))
        answers.drop_logprobs(tree, cuts.keys())
        strings = {part: spans for part, spans in cuts.items() if not answers.in_logprobs(part)}
        return msgspec.json.encode(rewrite(tree, strings, self.viewed))

    def tokens(self, prompt: int) -> tuple[int, int]:
        """Tokens in and out: as the upstream says, or else estimates."""
        said = answers.usage(self.tree) if type(self.tree) is dict else None
        return said or (prompt, sum(estimate(text.text) for text in self.texts if text.role == "assistant"))


def is_stream(head: Head) -> bool:
    """Whether the answer is a stream of server-sent events. Clients take any status of success for one."""
    return head.status < HTTPStatus.MULTIPLE_CHOICES and _kind(head) == EVENTS


def read(head: Head, body: bytes, *, depth: int, values: int) -> Reply:
    """Read an answer. Raise Garbage where it says it is JSON and is not, or cannot be read as text.

    Clients read an answer as JSON or as events by what they asked for, whatever it says of itself. So only errors may be
    anything else, and what looks like JSON is read as JSON.
    """
    if head.encoding not in {b"", b"identity"}:
        raise Garbage("the answer is encoded, though that was not asked for")
    kind = _kind(head)
    if kind == "application/json" or kind.endswith("+json"):
        if not body and head.status >= HTTPStatus.BAD_REQUEST:
            return Reply("", (), frozenset())
        return _json(body, depth, values)
    if head.status < HTTPStatus.BAD_REQUEST or kind == EVENTS:
        raise Garbage("the answer is neither JSON nor a stream")
    if body.lstrip(b" \t\r\n").startswith(b"{"):
        return _json(body, depth, values)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Garbage("the answer is not text") from None
    found = (Text(text=text, role="assistant", trust="untrusted", part=_WHOLE),) if text else ()
    return Reply(text, found, frozenset())


def _json(body: bytes, depth: int, values: int) -> Reply:
    try:
        tree = strict.read(body, depth=depth, values=values)
    except strict.Malformed as error:
        raise Garbage(f"the answer is {error}") from None
    if type(tree) is not dict:
        raise Garbage("the answer is not an object")
    texts, viewed = answers.texts(tree)
    return Reply(tree, texts, viewed)


def _kind(head: Head) -> str:
    value = next((value for name, value in head.headers if name == b"content-type"), b"")
    return value.decode("latin-1").partition(";")[0].strip().lower()
