"""Events of one stream differ in one string only: learn the rest once, and read the others by that string alone.

A template is learnt from an event that was read strictly, and proved by reading it again with another string put in. An
event that has its exact bytes before and after a single well-formed JSON string can then hold nothing else.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from yanmen.gateway.channels import Channel, Span
from yanmen.llm.wire import strict
from yanmen.llm.wire.framing import Frame

MOST = 16
"""Templates kept of one stream."""
_PROBE = "yanmen\x01probe"
_LITERAL = rb'"\s*:\s*("(?:[^"\\]|\\.)*")'
_string = msgspec.json.Decoder(str).decode
_strings = msgspec.json.Decoder(list[str]).decode
_encode = msgspec.json.encode


class Template(NamedTuple):
    """The bytes of an event around its one growing string."""

    prefix: bytes
    suffix: bytes
    channel: Channel
    path: str

    def texts(self, pieces: list[bytes]) -> list[str]:
        """The strings that these pieces of events are, up to the first that is not exactly one.

        All at once: with a line break between them, which no string may hold, none can begin in one piece and end in another.
        """
        together = b",\n".join(pieces)
        if together.count(b"\n") == len(pieces) - 1:
            try:
                found = _strings(b"[" + together + b"]")
                if len(found) == len(pieces):
                    return found
            except (msgspec.MsgspecError, UnicodeDecodeError):
                pass
        return self._one_by_one(pieces)

    @staticmethod
    def _one_by_one(pieces: list[bytes]) -> list[str]:
        found: list[str] = []
        for piece in pieces:
            if b"\n" in piece:
                break
            try:
                found.append(_string(piece))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                break
        return found


def learn(frame: Frame, tree: Any, span: Span, depth: int) -> Template | None:
    """The template of an event whose only growing string is the span; None where it cannot be proved to be one."""
    raw, data, name = frame.raw, frame.data, span.path.rpartition("/")[2]
    if not data or not frame.plain or not re.fullmatch(r"\w+", name, re.ASCII):
        return None
    pattern = b'"' + name.encode()
    if data.count(pattern + b'"') != 1 or not (found := re.search(pattern + _LITERAL, data)):
        return None
    before, after = data[: found.start(1)], data[found.end(1) :]
    try:
        probed = strict.read(before + _encode(_PROBE) + after, depth=depth, values=len(data))
    except strict.Malformed:
        return None
    if not _proved(probed, tree, span.path):
        return None
    at = raw.find(data)
    prefix, suffix = raw[: at + len(before)], after + raw[at + len(data) :]
    return Template(prefix, suffix, span.channel, span.path)


def _proved(probed: Any, tree: Any, path: str) -> bool:
    """Whether the two differ in the string at the path only, and the probe stands there."""
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    node, other = probed, tree
    for step in steps:
        at: Any = int(step) if type(node) is list else step
        node, other = node[at], other[at]
    if type(node) is not dict or node.get(last) != _PROBE:
        return False
    node[last] = other[last]
    return bool(probed == tree)
