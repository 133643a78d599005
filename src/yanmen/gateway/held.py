"""An event of a streamed answer that waits until all its text is released, or a run of events of one text."""

from __future__ import annotations

from typing import NamedTuple

from yanmen.gateway.channels import Span
from yanmen.llm.wire.places import Cut


class Run(NamedTuple):
    """Events in a row that differ in one string only."""

    prefix: bytes
    suffix: bytes
    pieces: list[bytes]
    """What each has between: its string as JSON …"""
    texts: list[str]
    """… and as it reads."""


class Held:
    """An event that waits, or a run."""

    __slots__ = ("cuts", "groups", "raw", "run", "spans")

    def __init__(
        self, raw: bytes, spans: tuple[Span, ...], groups: frozenset[str] | None, run: Run | None = None
    ) -> None:
        self.raw = raw
        self.spans = spans
        self.groups = groups
        """None: it stands between all before it and all behind it."""
        self.run = run
        self.cuts: dict[str, list[Cut]] = {}
        """What is cut of strings that do not grow, by path."""

    def begun(self) -> bool:
        """Whether some of its text may leave."""
        return any(span.channel.released > span.start for span in self.spans)

    def apart(self) -> list[Held]:
        """The events of a run one by one."""
        if self.run is None:
            return [self]
        prefix, suffix, pieces, texts = self.run
        channel, path, at, _ = self.spans[0]
        out = []
        for piece, text in zip(pieces, texts, strict=True):
            span = Span(channel, path, at, at + len(text))
            out.append(Held(prefix + piece + suffix, (span,), self.groups))
            at += len(text)
        return out
