"""W3C trace context: a caller's trace goes on through the gateway to the model. What is malformed is ignored, as if not sent."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

NAME = b"traceparent"
STATE = b"tracestate"
_PARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_LONGEST = 512
"""Bytes of a header that are read; a version to come may be longer than today's 55."""
_SAMPLED = 1


class Trace(NamedTuple):
    """Where a call's span stands: the trace, the caller's span above it (nothing: it is the first), and its own id."""

    id: str
    """32 hex digits."""
    parent: str
    """16 hex digits, or nothing."""
    span: str
    """16 hex digits."""
    sampled: bool
    """Whether whoever began the trace keeps it."""

    @property
    def header(self) -> bytes:
        """What the model is told: our span is the one above its own."""
        return f"00-{self.id}-{self.span}-{int(self.sampled):02x}".encode()


def of(headers: list[tuple[bytes, bytes]]) -> Trace:
    """The trace that a request's headers name, with a span of our own in it; a new one where they name none."""
    given = [value for name, value in headers if name == NAME]
    found = _PARENT.fullmatch(given[0]) if len(given) == 1 and len(given[0]) <= _LONGEST else None
    span = _minted(8)
    if found is None:
        return Trace(id=_minted(16), parent="", span=span, sampled=True)
    version, trace, parent, flags = (part.decode() for part in found.groups()[:4])
    known = version != "ff" and (version != "00" or found[5] is None)
    if not known or not int(trace, 16) or not int(parent, 16):
        return Trace(id=_minted(16), parent="", span=span, sampled=True)
    return Trace(id=trace, parent=parent, span=span, sampled=bool(int(flags, 16) & _SAMPLED))


def _minted(length: int) -> str:
    """So many bytes by chance, in hex; never all zero, which stands for none."""
    return f"{secrets.randbits(8 * length) or 1:0{2 * length}x}"
