"""One growing text of a streamed answer: what of it has come, what may leave, and what stands in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yanmen.core.nouns import Exchange, Text
from yanmen.guard import Examination, Guard, Segment, TextStream
from yanmen.llm.wire.codec import Codec
from yanmen.llm.wire.places import Cut
from yanmen.llm.wire.unescaped import Unescaped

Texts = Sequence[Text]


class Span(NamedTuple):
    """What one event holds of a channel: a place in the event, and offsets in the channel's text."""

    channel: Channel
    path: str
    start: int
    end: int


class Channel:
    """A growing text. Offsets are characters of the text as the upstream sent it."""

    __slots__ = (
        "closed", "cuts", "groups", "kept", "part", "pieces", "released", "sent", "stream", "total", "view",
    )  # fmt: skip

    def __init__(
        self,
        part: str,
        group: str,
        stream: TextStream,
        view: Unescaped | None,
        *,
        keep: bool = False,
        repeats: bool = False,
    ) -> None:
        """``view``: the text is JSON and is judged with its escapes resolved. ``keep``: it is needed whole at its end.

        ``repeats``: it will be said once more when it is whole.
        """
        self.part = part
        self.kept: list[str] | None = [] if keep else None
        """The text as it was judged."""
        self.sent: list[str] | None = [] if repeats else None
        """The text as it came."""
        self.closed = False
        """Whether it is whole."""
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
        if self.sent is not None:
            self.sent.append(text)
        return start

    def says(self, text: str) -> bool:
        """Whether a text is all that came."""
        return len(text) == self.total and self.sent is not None and "".join(self.sent) == text

    def look(self) -> bool:
        """Judge what came, all at once. Whether the text must end here."""
        pieces = self.pieces
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        pieces.clear()
        if self.view is not None:
            text = self.view.feed(text)
        if self.kept is not None:
            self.kept.append(text)
        stream = self.stream
        self._settle(stream.feed(text))
        return stream.stopped is not None or bool(stream.unexamined)

    def finish(self) -> bool:
        """The text is whole: judge what came since the last look with the end. Whether it must end before its end."""
        if self.closed:
            return self.stream.stopped is not None or self.released < self.total
        self.closed = True
        text = "".join(self.pieces)
        self.pieces.clear()
        if self.view is not None:
            text = self.view.feed(text) + self.view.finish()
        if self.kept is not None:
            self.kept.append(text)
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


def concluded(guard: Guard, codec: Codec, before: Texts, channels: Mapping[str, Channel]) -> Examination:
    """What detectors of whole answers say of one that has come to its end."""
    if not guard.concludes or not channels:
        return Examination()
    said = tuple(
        Text(text="".join(channel.kept or ()), role=codec.role(part), trust="untrusted", part=part)
        for part, channel in channels.items()
    )
    return guard.examine_exchange(Exchange(texts=tuple(before), answer=said), streamed=True)
