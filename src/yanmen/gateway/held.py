"""Events of a streamed answer that wait until all their text is released, and how they leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from yanmen.gateway.channels import Channel, Span
from yanmen.gateway.shapes import Found
from yanmen.llm.wire.codec import Codec, Ending, Seen
from yanmen.llm.wire.places import Cut

_NOTHING = Seen((), (), None)
"""Stands for an event of which something was cut: what it said of its answer is not said again."""


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

    __slots__ = ("cuts", "groups", "raw", "run", "said", "spans")

    def __init__(
        self,
        raw: bytes,
        spans: tuple[Span, ...],
        groups: frozenset[str] | None,
        run: Run | None = None,
        said: Seen | Found | None = None,
    ) -> None:
        self.raw = raw
        self.spans = spans
        self.groups = groups
        """None: it stands between all before it and all behind it."""
        self.run = run
        self.said = said
        """What was read, where the end of the stream must fit to it."""
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


class Queue:
    """The events of one answer that have come and not left."""

    def __init__(self, codec: Codec, ending: Ending) -> None:
        """``ending`` is told of what leaves."""
        self._codec, self._ending = codec, ending
        self._held: list[Held] = []
        self._altered = False
        """Whether anything was cut."""
        self.append = self._held.append

    def move(self, channels: Iterable[Channel], *, stopped: bool) -> bytes:
        """What may leave now, in order. ``stopped``: and nothing more after it."""
        held = self._held
        whole = not stopped and not self._altered
        for channel in channels:
            whole = whole and channel.released == channel.total and not channel.cuts
        for event in held:
            whole = whole and not event.cuts
        if whole:
            out = [event.raw for event in held]
            for event in held:
                if event.said is not None:
                    self._told(event)
            held.clear()
        else:
            out = self._release(stopped=stopped)
        return b"".join(out)

    def _release(self, *, stopped: bool) -> list[bytes]:
        out: list[bytes] = []
        kept: list[Held] = []
        blocked: set[str] = set()
        wall = False
        for event in [one for held in self._held for one in held.apart()]:
            groups = event.groups
            free = not kept if groups is None else not wall and blocked.isdisjoint(groups)
            if free and all(span.channel.released >= span.end for span in event.spans):
                out.append(self._form(event))
                continue
            kept.append(event)
            if groups is None:
                wall = True
            else:
                blocked |= groups
        if stopped:
            out += [self._form(event) for event in kept if event.groups is not None and event.begun()]
            for event in kept:
                if not event.begun() and event.said is not None:
                    self._ending.lost(_seen(event.said).note)
            kept = []
        self._held[:] = kept
        return out

    def _form(self, event: Held) -> bytes:
        """The event as it leaves: its own bytes, or what was cut taken out of it."""
        if event.said is not None:
            self._told(event)
        cuts = dict(event.cuts)
        for channel, path, start, end in event.spans:
            found = channel.cut(start, end)
            if channel.released < end:
                found.append(Cut(max(channel.released, start) - start, end - start, ""))
            if found:
                cuts[path] = found
        if not cuts and not (self._altered and event.said is not None and _seen(event.said).done):
            return event.raw
        self._altered = True
        framing = self._codec.framing
        tree = msgspec.json.decode(framing.parse(event.raw).data or b"null")
        return framing.with_data(event.raw, msgspec.json.encode(self._codec.cut(tree, cuts, frozenset())))

    def _told(self, event: Held) -> None:
        if event.said is not None:
            self._ending.take(_seen(event.said).note, _NOTHING if event.cuts else event.said)


def _seen(said: Seen | Found) -> Seen:
    return said.seen if isinstance(said, Found) else said
