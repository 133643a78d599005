"""One growing text of a streamed answer: what of it has come, what may leave, and what stands in its place."""

from __future__ import annotations

from typing import NamedTuple

from yanmen.guard import Segment, TextStream
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.unescaped import Unescaped


class Span(NamedTuple):
    """What one event holds of a channel: a place in the event, and offsets in the channel's text."""

    channel: Channel
    path: str
    start: int
    end: int


class Channel:
    """A growing text. Offsets are characters of the text as the upstream sent it."""

    __slots__ = ("cuts", "groups", "part", "pieces", "released", "stream", "total", "view")

    def __init__(self, part: str, group: str, stream: TextStream, view: Unescaped | None) -> None:
        """``view``: the text is JSON and is judged with its escapes resolved."""
        self.part = part
        self.groups = frozenset({group})
        """Events of one group keep their order."""
        self.stream = stream
        self.view = view
        self.total = 0
        """What has come."""
        self.released = 0
        """What may leave."""
        self.cuts: list[Cut] = []
        """Spans that leave as something else, in order."""
        self.pieces: list[str] = []
        """What came since the last look."""

    def take(self, text: str) -> int:
        """Take a piece; answer the offset it starts at."""
        start = self.total
        self.total = start + len(text)
        self.pieces.append(text)
        return start

    def look(self) -> bool:
        """Judge what came, all at once. Whether the text must end here."""
        pieces = self.pieces
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        pieces.clear()
        if self.view is not None:
            text = self.view.feed(text)
        stream = self.stream
        self._settle(stream.feed(text))
        return stream.stopped is not None or bool(stream.unexamined)

    def finish(self) -> bool:
        """The text is whole: judge what came since the last look with the end. Whether it must end before its end."""
        text = "".join(self.pieces)
        self.pieces.clear()
        if self.view is not None:
            text = self.view.feed(text) + self.view.finish()
        self._settle(self.stream.finish(text))
        return self.stream.stopped is not None or self.released < self.total

    def cut(self, start: int, end: int) -> list[Cut]:
        """The cuts within a span, as offsets in it; a mark stands where its cut begins."""
        found = []
        for cut in self.cuts:
            if cut.start < end and cut.end > start:
                mark = cut.mark if cut.start >= start else ""
                found.append(Cut(max(cut.start, start) - start, min(cut.end, end) - start, mark))
        return found

    def _settle(self, segments: list[Segment]) -> None:
        view = self.view
        for start, end, replacement in segments:
            if replacement is not None:
                self.cuts.append(
                    Cut(start, end, replacement)
                    if view is None
                    else Cut(view.raw(start), view.raw(end), replacement)
                )
        if segments:
            end = segments[-1].end
            if view is None:
                self.released = end
            else:
                self.released = view.raw(end)
                view.forget(end)
