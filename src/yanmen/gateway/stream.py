"""A streamed answer on its way through the guard: events wait until all their text is released, then leave in order.

Untouched events leave as the bytes they came in. Events of one text keep their order; a text that is held back does not
hold back the others. Pure: bytes in, bytes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from yanmen.core.nouns import Finding, Text, Unexamined, Verdict
from yanmen.gateway.channels import Channel, Span, Texts, concluded
from yanmen.gateway.held import Held, Run
from yanmen.gateway.shapes import ID, SHARED, Found, Known, Seen, Start, outline
from yanmen.gateway.templates import MOST, Template, learn
from yanmen.guard import Guard
from yanmen.guard.stream import ALL, Terms, mark
from yanmen.llm.wire import answers, sse, strict
from yanmen.llm.wire.places import Cut, joined, rewrite
from yanmen.llm.wire.unescaped import Unescaped, view_of

DONE = b"[DONE]"
_DONE_EVENT = b"data: [DONE]\n\n"
_ID_PIECE = answers.Piece(ID, ID, "", grows=False, group="")
CHANNELS = 512
"""Growing texts one answer may have (choices × fields × tool calls)."""
REMEMBERED = 1_024
"""Short strings remembered as harmless within one answer: ids and names that every event repeats."""
_encode = msgspec.json.encode


class Garbage(ValueError):  # noqa: N818  # the word of the upstream's own errors
    """The upstream sent what is not an answer: broken events, duplicate keys, too much of something."""


class Ruler(NamedTuple):
    """What policy says, for one call."""

    finding: Callable[[Finding], Verdict]
    unexamined: Callable[[Unexamined], Verdict]
    terms: Terms = ALL


class Limits(NamedTuple):
    """Bounds of an answer."""

    event_bytes: int
    depth: int
    values: int


class AnswerStream:
    """The events of one answer."""

    def __init__(
        self, guard: Guard, ruler: Ruler, limits: Limits, known: Known | None = None, before: Texts = ()
    ) -> None:
        """Nothing has come yet. ``known``: what other answers have taught, kept and added to; ``before``: the prompt."""
        self._guard, self._ruler, self._before = guard, ruler, before
        self._limits = limits
        self._framer = sse.Framer(limits.event_bytes)
        self._channels: dict[str, Channel] = {}
        self._fresh: dict[Channel, None] = {}
        self._held: list[Held] = []
        self._templates: list[Template] = []
        self._harmless: set[str] = set()
        self._known = Known() if known is None else known
        self._whole: dict[str, str] = {}
        self._last: Seen | Found | None = None
        self._start: Start | None = None
        self._ended: set[int] = set()
        self._choices: set[int] = set()
        self._findings: list[Finding] = []
        self._unexamined: list[Unexamined] = []
        self.done = False
        """Whether the stream said its end, or was stopped."""
        self.stopped = False
        """Whether a verdict ended it."""
        self.usage: tuple[int, int] | None = None
        """Prompt and completion tokens, as the upstream said."""

    @property
    def findings(self) -> list[Finding]:
        """All that was found so far."""
        return [*self._findings, *(f for channel in self._channels.values() for f in channel.stream.findings)]

    @property
    def unexamined(self) -> list[Unexamined]:
        """All that could not be judged so far."""
        found = (u for channel in self._channels.values() for u in channel.stream.unexamined)
        return [*self._unexamined, *found]

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

    def closing(self, decision: str, safe: str = "") -> bytes:
        """The end of a stopped stream: a chunk that says ``safe`` and ``content_filter``, and the end mark."""
        delta = {"content": f"\n\n{safe}" if self.left else safe} if safe else {}
        chunk: dict[str, Any] = {**self._last.head} if self._last else {}
        chunk["object"] = "chat.completion.chunk"
        chunk["choices"] = [
            {"index": index, "delta": delta, "logprobs": None, "finish_reason": "content_filter"}
            for index in sorted(self._choices - self._ended) or [0]
        ]
        chunk["decision"] = decision
        return b"data: " + _encode(chunk) + b"\n\ndata: [DONE]\n\n"

    # What comes.

    def _take(self) -> None:
        framer = self._framer
        try:
            while not self.done:
                for template in self._templates:
                    pieces = framer.run(template.prefix, template.suffix)
                    if pieces and (texts := template.texts(pieces)):
                        self._run(template, pieces[: len(texts)], texts)
                        break
                else:
                    if not (raw := framer.next()):
                        return
                    self._one(raw)
        except sse.TooLong:
            raise Garbage("an event is too long") from None

    def _run(self, template: Template, pieces: list[bytes], texts: list[str]) -> None:
        """Events in a row that differ in one growing string only."""
        prefix, suffix, channel, path = template
        start = channel.total
        channel.take("".join(texts))
        self._fresh[channel] = None
        raw = self._framer.skip(sum(map(len, pieces)) + len(pieces) * (len(prefix) + len(suffix)))
        span = Span(channel, path, start, channel.total)
        self._held.append(Held(raw, (span,), channel.groups, Run(prefix, suffix, pieces, texts)))

    def _one(self, raw: bytes) -> None:
        if raw == _DONE_EVENT:
            self._end(raw)
        elif (found := self._known.shapes.known(raw, self._start)) is not None:
            self._start = found.start
            self._familiar(raw, found)
        else:
            self._strange(sse.parse(raw))

    def _end(self, raw: bytes) -> None:
        self._finish_channels()
        if not self.stopped:
            self._held.append(Held(raw, (), None))
            self.done = True

    def _familiar(self, raw: bytes, found: Found) -> None:
        """An event of a shape that other answers have taught."""
        seen, clean = found.seen, self._known.clean
        event = Held(raw, (), seen.groups)
        if found.start.name not in self._harmless:
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

    def _strange(self, frame: sse.Frame) -> None:
        """An event to be read."""
        data = frame.data
        if not frame.plain and (note := sse.rest(frame.raw).strip()):
            self._note(note)
        if self.stopped:
            return
        if data is None or not data.strip():
            self._held.append(Held(frame.raw, (), None))
        elif data.strip() == DONE:
            self._end(frame.raw)
        else:
            self._read(frame, data)

    def _read(self, frame: sse.Frame, data: bytes) -> None:
        try:
            tree = strict.read(data, depth=self._limits.depth, values=self._limits.values)
        except strict.Malformed as error:
            raise Garbage(f"an event is {error}") from None
        if type(tree) is not dict:
            raise Garbage("an event is not an object")
        seen = outline(tree)
        event = Held(frame.raw, (), seen.groups)
        event.spans = tuple([self._grown(piece, piece.text) for piece in seen.growing])
        for piece in seen.fixed:
            self._fixed(piece, event)
        self._keep(event, seen, seen)
        if not event.cuts and not self.stopped:
            self._learn(frame, tree, seen, event)

    def _keep(self, event: Held, seen: Seen, said: Seen | Found) -> None:
        """The event waits, and what it says is remembered."""
        if self.stopped:
            return
        self._held.append(event)
        if not event.cuts:
            self._last = said
        self.usage = seen.usage or self.usage
        self._choices.update(seen.begun)
        self._ended.update(seen.ended)

    def _learn(self, frame: sse.Frame, tree: dict[str, Any], seen: Seen, event: Held) -> None:
        """Keep what events like this one have in common: of this answer, and, where it is the same in all, of every one."""
        depth, template = self._limits.depth, None
        spans = event.spans
        brings = any(span.end > span.start for span in spans)
        if len(spans) == 1 and brings and event.groups is not None and len(self._templates) < MOST:
            template = learn(frame, tree, spans[0], depth)
            if template is not None:
                self._templates.insert(0, template)
        if seen.repeats and (template is not None or not brings):
            self._known.shapes.learn(frame, tree, seen, template, depth)

    def _grown(self, piece: answers.Piece, text: str) -> Span:
        """A piece of a text that grows."""
        channel = self._channels.get(piece.part)
        if channel is None:
            if len(self._channels) >= CHANNELS:
                raise Garbage("an answer of too many parts")
            place = Text(text="", role=answers.role(piece.part), trust="untrusted", part=piece.part)
            stream = self._guard.stream(place, self._ruler.finding, self._before, self._ruler.terms)
            view = Unescaped() if answers.is_json(piece.part) else None
            channel = self._channels[piece.part] = Channel(
                piece.part, piece.group, stream, view, keep=self._guard.concludes
            )
        start = channel.take(text)
        if text:
            self._fresh[channel] = None
        return Span(channel, piece.path, start, channel.total)

    def _fixed(self, piece: answers.Piece, event: Held) -> None:
        """A string that arrives whole. One that comes in pieces all the same is judged with what came before."""
        whole = piece.text
        if piece.group:
            before = self._whole.get(piece.part, "")
            whole = before if before.endswith(whole) else (before + whole)[-512:]
            self._whole[piece.part] = whole
        cuts = self._judged(whole, piece.part)
        if cuts and whole != piece.text:
            self._stop()
        elif cuts:
            event.cuts[piece.path] = joined(cuts)

    def _note(self, note: bytes) -> None:
        """Comments and fields other than data, or no events at all: harmless, or the end."""
        try:
            text = note.decode()
        except UnicodeDecodeError:
            raise Garbage("a comment is not UTF-8") from None
        if self._judged(view_of(text)[0], "/#"):
            self._stop()

    def _judged(self, text: str, part: str) -> list[Cut]:
        """What must be cut of a string; a verdict past that stops the stream."""
        if text in self._harmless or (text in self._known.clean and part in SHARED):
            return []
        place = Text(text=text, role=answers.role(part), trust="untrusted", part=part)
        seen = self._guard.examine((place,), direction="out")
        if not seen.findings and not seen.unexamined:
            kept = self._known.clean if part in SHARED else self._harmless
            if len(kept) < REMEMBERED:
                kept.add(text)
            return []
        self._findings += seen.findings
        self._unexamined += seen.unexamined
        if any(self._ruler.unexamined(one) > Verdict.REDACT for one in seen.unexamined):
            self._stop()
        cuts = []
        for finding in seen.findings:
            verdict = self._ruler.finding(finding)
            if verdict > Verdict.REDACT:
                self._stop()
            elif verdict is Verdict.REDACT:
                cuts.append(Cut(finding.where.start, finding.where.end, mark(finding)))
        return cuts

    # What is decided.

    def _look(self) -> None:
        """Judge what came since the last look, each text once."""
        for channel in self._fresh:
            if channel.look():
                self._stop()
        self._fresh.clear()

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
        seen = concluded(self._guard, self._before, self._channels)
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
        held = self._held
        whole = not self.stopped
        for channel in self._channels.values():
            whole = whole and channel.released == channel.total and not channel.cuts
        for event in held:
            whole = whole and not event.cuts
        if whole:
            out = [event.raw for event in held]
            held.clear()
        else:
            out = self._release()
        return b"".join(out)

    def _release(self) -> list[bytes]:
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
        if self.stopped:
            out += [self._form(event) for event in kept if event.groups is not None and event.begun()]
            kept = []
        self._held[:] = kept
        return out

    def _form(self, event: Held) -> bytes:
        """The event as it leaves: its own bytes, or what was cut taken out of it."""
        cuts = dict(event.cuts)
        for channel, path, start, end in event.spans:
            found = channel.cut(start, end)
            if channel.released < end:
                found.append(Cut(max(channel.released, start) - start, end - start, ""))
            if found:
                cuts[path] = found
        if not cuts:
            return event.raw
        tree = msgspec.json.decode(sse.parse(event.raw).data or b"null")
        answers.drop_logprobs(tree, cuts.keys())
        strings = {path: found for path, found in cuts.items() if not path.endswith(f"/{answers.LOGPROBS}")}
        return sse.with_data(event.raw, _encode(rewrite(tree, strings)))
