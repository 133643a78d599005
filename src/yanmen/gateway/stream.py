"""A streamed answer on its way through the guard: events wait until all their text is released, then leave in order.

Untouched events leave as the bytes they came in. Events of one text keep their order; a text that is held back does not
hold back the others. Pure: bytes in, bytes out. How events are framed and what they say is the surface's own (its Codec).
"""

from __future__ import annotations

from typing import Any

from yanmen.core.nouns import Finding, Text, Unexamined, Verdict
from yanmen.gateway.channels import Channel, Span, Texts, concluded
from yanmen.gateway.held import Held, Queue, Run
from yanmen.gateway.ruling import Garbage, Limits, Ruler
from yanmen.gateway.shapes import ID, Found, Known, Start, repeats
from yanmen.gateway.templates import MOST, Template, learn
from yanmen.gateway.whole import Strings
from yanmen.guard import Guard
from yanmen.llm.wire import strict
from yanmen.llm.wire.codec import Codec, Piece, Said, Seen, Usage
from yanmen.llm.wire.framing import Frame, TooLong
from yanmen.llm.wire.openai import CHAT
from yanmen.llm.wire.unescaped import Unescaped

_ID_PIECE = Piece(ID, ID, "", grows=False, group="")
CHANNELS = 512
"""Growing texts one answer may have (choices × fields × tool calls)."""


class AnswerStream:
    """The events of one answer."""

    def __init__(
        self,
        guard: Guard,
        ruler: Ruler,
        limits: Limits,
        known: Known | None = None,
        before: Texts = (),
        codec: Codec = CHAT,
    ) -> None:
        """Nothing has come yet. ``known``: what other answers have taught, kept and added to; ``before``: the prompt."""
        self._guard, self._ruler, self._before, self._codec = guard, ruler, before, codec
        self._limits = limits
        self._framer = codec.framing.framer(limits.event_bytes)
        self._parse = codec.framing.parse
        self._channels: dict[str, Channel] = {}
        self._fresh: dict[Channel, None] = {}
        self._templates: list[Template] = []
        self._known = Known() if known is None else known
        self._strings = Strings(guard, ruler, codec, self._known.clean)
        self._start: Start | None = None
        self._ending = codec.ending()
        self._queue = Queue(codec, self._ending)
        self._mark_event = codec.framing.event(codec.mark) if codec.mark else None
        self._findings: list[Finding] = []
        self._unexamined: list[Unexamined] = []
        self.said = Usage(None, None)
        """The tokens that the upstream said."""
        self.done = False
        """Whether the stream said its end, or was stopped."""
        self.stopped = False
        """Whether a verdict ended it."""
        self.id = ""
        """The answer's, as far as an event says it apart from its texts."""
        self.silent = False
        """Whether the caller did not ask for the event that says nothing but the usage."""

    @property
    def usage(self) -> tuple[int, int] | None:
        """Prompt and completion tokens, as the upstream said; None where it did not say both."""
        prompt, completion, _ = self.said
        return None if prompt is None or completion is None else (prompt, completion)

    @property
    def findings(self) -> list[Finding]:
        """All that was found so far."""
        found = (f for channel in self._channels.values() for f in channel.stream.findings)
        return [*self._strings.findings, *self._findings, *found]

    @property
    def unexamined(self) -> list[Unexamined]:
        """All that could not be judged so far."""
        found = (u for channel in self._channels.values() for u in channel.stream.unexamined)
        return [*self._strings.unexamined, *self._unexamined, *found]

    @property
    def characters(self) -> int:
        """Characters of growing text that have come."""
        return sum(channel.total for channel in self._channels.values())

    @property
    def texts(self) -> int:
        """Growing texts so far."""
        return len(self._channels)

    @property
    def left(self) -> int:
        """Characters of growing text that may have left."""
        return sum(channel.released for channel in self._channels.values())

    def feed(self, chunk: bytes) -> bytes:
        """Take what one read brought; answer what may leave. Raise Garbage when it is not a stream of answers."""
        self._framer.feed(chunk)
        self._take()
        return self._move()

    def finish(self) -> bytes:
        """The upstream's stream has ended: what was held leaves, as far as it may."""
        if not self.done:
            self._framer.finish()
            self._take()
        if not self.done:
            self._finish_channels()
        return self._move()

    def closing(self, said: Said, safe: str = "") -> bytes:
        """The end of a stopped stream. ``safe``: the operator's words, or nothing."""
        return self._ending.closing(said, f"\n\n{safe}" if safe and self.left else safe)

    # What comes.

    def _take(self) -> None:
        framer = self._framer
        try:
            while not self.done:
                for template in self._templates:
                    if template.channel.closed:
                        continue
                    pieces = framer.run(template.prefix, template.suffix)
                    if pieces and (texts := template.texts(pieces)):
                        self._run(template, pieces[: len(texts)], texts)
                        break
                else:
                    if not (raw := framer.next()):
                        return
                    self._one(raw)
        except TooLong:
            raise Garbage("an event is too long") from None

    def _run(self, template: Template, pieces: list[bytes], texts: list[str]) -> None:
        """Events in a row that differ in one growing string only."""
        prefix, suffix, channel, path = template
        start = channel.take("".join(texts))
        self._fresh[channel] = None
        raw = self._framer.skip(sum(map(len, pieces)) + len(pieces) * (len(prefix) + len(suffix)))
        span = Span(channel, path, start, channel.total)
        self._queue.append(Held(raw, (span,), channel.groups, Run(prefix, suffix, pieces, texts)))

    def _one(self, raw: bytes) -> None:
        if raw == self._mark_event:
            self._end(Held(raw, (), None))
        elif (found := self._known.shapes.known(raw, self._start)) is not None:
            self._start = found.start
            self._familiar(raw, found)
        else:
            self._strange(self._parse(raw))

    def _end(self, event: Held) -> None:
        self._finish_channels()
        if not self.stopped:
            self._queue.append(event)
            self.done = True

    def _familiar(self, raw: bytes, found: Found) -> None:
        """An event of a shape that other answers have taught."""
        seen, clean = found.seen, self._known.clean
        event = Held(raw, (), seen.groups)
        if found.start.name not in self._strings.harmless:
            self._fixed(_ID_PIECE._replace(text=found.start.name), event)
        for piece in seen.fixed:
            if piece.text not in clean:
                self._fixed(piece, event)
        event.spans = tuple([self._grown(piece, found.text) for piece in seen.growing])
        self._keep(event, seen, found)
        if found.around is not None and len(self._templates) < MOST and not event.cuts and not self.stopped:
            prefix, suffix = found.around
            span = event.spans[0]
            self._templates.insert(0, Template(prefix, suffix, span.channel, span.path))

    def _strange(self, frame: Frame) -> None:
        """An event to be read."""
        data, codec = frame.data, self._codec
        if not frame.raw:
            raise Garbage("an event of no known field")
        if frame.name and not codec.named:
            frame = frame._replace(plain=False)
        if not frame.plain and (note := codec.framing.rest(frame.raw).strip()):
            self._strings.note(note)
            if self._strings.stopped:
                self._stop()
                return
        if data is None or not data.strip():
            self._queue.append(Held(frame.raw, (), None))
        elif codec.mark and data.strip() == codec.mark:
            self._end(Held(frame.raw, (), None))
        else:
            self._read(frame, data)

    def _tree(self, frame: Frame, data: bytes) -> dict[str, Any]:
        """An event's JSON, read strictly."""
        try:
            tree = strict.read(data, depth=self._limits.depth, values=self._limits.values)
        except strict.Malformed as error:
            raise Garbage(f"an event is {error}") from None
        if type(tree) is not dict:
            raise Garbage("an event is not an object")
        if self._codec.named and frame.name and tree.get("type", frame.name) != frame.name:
            raise Garbage("an event's name is not its type")
        return tree

    def _read(self, frame: Frame, data: bytes) -> None:
        tree = self._tree(frame, data)
        seen = self._codec.event(tree, frame.name)
        if self.silent and seen.usage is not None and not seen.done and tree.get("choices") == []:
            self._count(seen.usage)
            return
        event = Held(frame.raw, (), seen.groups)
        event.spans = tuple([self._grown(piece, piece.text) for piece in seen.growing])
        if seen.closes:
            self._close(seen.closes)
        if seen.again:
            event.spans += tuple(filter(None, [self._again(piece, event) for piece in seen.again]))
        for piece in seen.fixed:
            self._fixed(piece, event)
        for one in seen.unexamined:
            self._unexamined.append(one)
            if self._ruler.unexamined(one) > Verdict.REDACT:
                self._stop()
        self._keep(event, seen, seen)
        if not (event.cuts or self.stopped or seen.again or seen.closes or seen.done):
            self._learn(frame, tree, seen, event)

    def _keep(self, event: Held, seen: Seen, said: Seen | Found) -> None:
        """The event waits, and what it says is remembered."""
        if self.stopped:
            return
        if seen.note is not None:
            event.said = said
        if self._codec.repeats and type(name := seen.head.get("id")) is str:
            self.id = name
        if seen.usage is not None:
            self._count(seen.usage)
        if seen.done:
            self._end(event)
        else:
            self._queue.append(event)

    def _count(self, usage: Usage) -> None:
        """What the upstream says later takes the place of what it said before."""
        self.said = Usage(*(old if new is None else new for new, old in zip(usage, self.said, strict=True)))

    def _learn(self, frame: Frame, tree: dict[str, Any], seen: Seen, event: Held) -> None:
        """Keep what events like this one have in common: of this answer, and, where it is the same in all, of every one."""
        depth, template = self._limits.depth, None
        spans = event.spans
        brings = any(span.end > span.start for span in spans)
        if len(spans) == 1 and brings and event.groups is not None and len(self._templates) < MOST:
            template = learn(frame, tree, spans[0], depth)
            if template is not None:
                self._templates.insert(0, template)
        if repeats(seen) and (template is not None or not brings):
            self._known.shapes.learn(frame, tree, seen, template, depth)

    def _grown(self, piece: Piece, text: str) -> Span:
        """A piece of a text that grows."""
        channel = self._channels.get(piece.part)
        if channel is None:
            channel = self._channels[piece.part] = self._channel(piece)
        elif channel.closed:
            raise Garbage("a text goes on after its end")
        start = channel.take(text)
        if text:
            self._fresh[channel] = None
        return Span(channel, piece.path, start, channel.total)

    def _channel(self, piece: Piece) -> Channel:
        """A text that begins."""
        if len(self._channels) >= CHANNELS:
            raise Garbage("an answer of too many parts")
        codec, part = self._codec, piece.part
        ruler = self._ruler.sealed() if codec.sealed(part) else self._ruler
        place = Text(text="", role=codec.role(part), trust="untrusted", part=part)
        stream = self._guard.stream(place, ruler.finding, self._before, ruler.terms)
        view = Unescaped() if codec.is_json(part) else None
        keep = self._guard.concludes
        return Channel(part, piece.group, stream, view, keep=keep, repeats=codec.repeats)

    def _again(self, piece: Piece, event: Held) -> Span | None:
        """A text said once more: the same is cut of it as of the first; judged by itself where it is another."""
        channel = self._channels.get(piece.part)
        if channel is not None and channel.says(piece.text):
            return Span(channel, piece.path, 0, channel.total)
        self._fixed(piece, event)
        return None

    def _fixed(self, piece: Piece, event: Held) -> None:
        """A string that arrives whole."""
        if cuts := self._strings.cuts(piece):
            event.cuts[piece.path] = cuts
        if self._strings.stopped:
            self._stop()

    # What is decided.

    def _look(self) -> None:
        """Judge what came since the last look, each text once."""
        for channel in self._fresh:
            if channel.look():
                self._stop()
        self._fresh.clear()

    def _close(self, parts: tuple[str, ...]) -> None:
        """Texts are whole: what was held of them is decided now."""
        for name, channel in self._channels.items():
            if not channel.closed and any(
                name == part or (part.endswith("/") and name.startswith(part)) for part in parts
            ):
                self._fresh.pop(channel, None)
                if channel.finish():
                    self._stop()

    def _finish_channels(self) -> None:
        if len(self._channels) > 1:  # what ends one ends the others where they are
            self._look()
        self._fresh.clear()
        if self.stopped:
            return
        for channel in self._channels.values():
            if channel.finish():
                self._stop()
        self._conclude()
        if any(self._ruler.unexamined(one) > Verdict.REDACT for one in self.unexamined):
            self._stop()

    def _conclude(self) -> None:
        """What is said of the whole answer, which has left: it can end it, and redact nothing."""
        seen = concluded(self._guard, self._codec, self._before, self._channels)
        self._findings += seen.findings
        self._unexamined += seen.unexamined
        if any(self._ruler.finding(one) > Verdict.REDACT for one in seen.findings):
            self._stop()

    def _stop(self) -> None:
        self.stopped = self.done = True

    # What leaves.

    def _move(self) -> bytes:
        if self._fresh and not self.stopped:
            self._look()
        return self._queue.move(self._channels.values(), stopped=self.stopped)
