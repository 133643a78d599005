"""An event of a streamed answer that waits until all its text is released, or a run of events of one text."""

from __future__ import annotations

from yanmen.gateway.channels import Span
from yanmen.llm.wire.places import Cut


class Held:
    """An event that waits."""

    __slots__ = ("cuts", "events", "groups", "raw", "spans", "texts")

    def __init__(self, raw: bytes, spans: tuple[Span, ...], groups: frozenset[str] | None) -> None:
        self.raw = raw
        self.spans = spans
        self.groups = groups
        """None: it stands between all before it and all behind it."""
        self.cuts: dict[str, list[Cut]] = {}
        """What is cut of strings that do not grow, by path."""
        self.events: list[bytes] = []
        """Of a run: its events …"""
        self.texts: list[str] = []
        """… and what each brought."""

    def begun(self) -> bool:
        """Whether some of its text may leave."""
        return any(span.channel.released > span.start for span in self.spans)

    def apart(self) -> list[Held]:
        """The events of a run one by one."""
        if not self.events:
            return [self]
        channel, path, at, _ = self.spans[0]
        out = []
        for raw, text in zip(self.events, self.texts, strict=True):
            out.append(Held(raw, (Span(channel, path, at, at + len(text)),), self.groups))
            at += len(text)
        return out
