"""A text that is delivered while it is being read: released by content, never by clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from yanmen.core.nouns import Exchange, Finding, Ref, Text, Unexamined, Verdict
from yanmen.core.plugins import Detector
from yanmen.guard import stretches
from yanmen.guard.afterwards import BATCH, Afterwards
from yanmen.guard.masking import RESTORED, Restorer
from yanmen.guard.reader import Reader, Seen, extended
from yanmen.guard.readers import Reading, together
from yanmen.guard.runner import run
from yanmen.guard.scan import Plan
from yanmen.guard.spans import Claim

MOST_FINDINGS = 1_000
"""Findings kept of one text; past them it is *could not judge*, and a stream ends."""
Judge = Callable[[Finding], Verdict]
"""Policy's answer to one finding; the same for the same finding."""


class Segment(NamedTuple):
    """A stretch of the original text and what to deliver for it."""

    start: int
    end: int
    replacement: str | None
    """None: the text as it is. Else this instead; of what continues a redacted span: nothing."""


def mark(finding: Finding) -> str:
    """What stands in the place of a redacted span: its safe form, or ``[redacted:secret.openai-key]``."""
    return finding.instead or f"[redacted:{finding.rule.id}]"


def redacted(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, replacement) put in; of spans that overlap the first stands for all."""
    parts: list[str] = []
    done = 0
    for start, end, replacement in sorted(spans, key=lambda span: span[0]):
        if start >= done:
            parts += (text[done:start], replacement)
        done = max(done, end)
    return "".join(parts) + text[done:]


class Late(NamedTuple):
    """Detectors that read a stretch, or the whole, when it has been delivered: they can end the text, but redact nothing in it."""

    texts: tuple[Detector[Text], ...] = ()
    answers: tuple[Detector[Exchange], ...] = ()
    """Only those that judge stretches; those that must see the whole answer are asked at its end (``Guard.examine_exchange``)."""

    def sizes(self) -> tuple[int, ...]:
        """The sizes of their stretches."""
        return tuple(sorted({one.stretch for one in self.texts} | {one.stretch for one in self.answers}))


class Terms(NamedTuple):
    """On what terms a text is passed on."""

    values: Mapping[str, str] = {}
    """What goes back into the place of placeholders, by their names."""
    cuts: frozenset[str] | None = None
    """Ids of the rules whose findings policy may cut, or end the text for; the text is not held back for any other. None: all."""


ALL = Terms()


class TextStream:
    """One streamed text. What it delivers, finds and stops at depends on the text alone, not on how it was cut."""

    __slots__ = (
        "_afterwards", "_before", "_covered", "_ended", "_judge", "_known", "_late", "_length", "_next", "_noted", "_open",
        "_place", "_reader", "_released", "_walks", "_whole", "findings", "stopped", "unexamined",
    )  # fmt: skip

    def __init__(
        self,
        plan: Plan,
        place: Text,
        judge: Judge,
        late: Late | None = None,
        before: tuple[Text, ...] = (),
        beside: Sequence[Reading] = (),
        values: Mapping[str, str] | None = None,
        watched: Plan | None = None,
    ) -> None:
        """Begin; ``place`` says whose text it is and where it stands, ``before`` what it answers.

        ``beside`` are readers of this text that are made of other things than patterns; they hold back and cut like those.
        ``values`` goes back into the place of placeholders. ``watched`` are patterns that policy cuts nothing for.
        """
        if values:
            beside = (*beside, Restorer(values))
        self._reader = together(Reader(plan), beside)
        self._afterwards = Afterwards(watched) if watched is not None else None
        self._noted: list[Finding] = []
        self._late = late
        self._before = before
        sizes = late.sizes() if late else ()
        self._walks = [stretches.Walk(size) for size in sizes if size]
        self._next = min((walk.ends for walk in self._walks), default=-1)
        self._whole: list[str] | None = [] if 0 in sizes else None
        self._known: set[tuple[object, ...]] = set()
        self._place, self._judge = place, judge
        self._released = self._covered = self._length = 0
        self._open: dict[int, tuple[int, bool]] = {}
        self._ended = False
        self.findings: list[Finding] = []
        """In order of place, once the text has ended. An open-ended secret's has its whole span once its end is known."""
        self.stopped: Finding | None = None
        """The finding that ended the stream."""
        self.unexamined: list[Unexamined] = []
        """Why the stream ended without a finding: it could not be judged further."""

    @property
    def ended(self) -> bool:
        """Whether nothing more is read."""
        return self._ended

    def feed(self, piece: str) -> list[Segment]:
        """Read on; answer what may be delivered now, contiguous and in order. After a stop: nothing."""
        if self._ended:
            return []
        if self._late is not None:
            return self._feed_late(piece)
        return self._feed(piece)

    def _feed(self, piece: str) -> list[Segment]:
        reader = self._reader
        seen = reader.feed(piece)
        if self._afterwards is not None:
            self._afterwards.take(piece)
            if reader.decided - self._afterwards.read >= BATCH and not seen:
                self._note(self._afterwards.upto(reader.decided))
                if self.stopped is not None:
                    self._end(reader.decided)
                    return []
        if seen or self._open:
            return self._deliver(seen, reader.decided)
        released, decided = self._released, reader.decided
        if decided <= released:
            return []
        self._released = decided
        return [Segment(released, decided, None)]

    def _feed_late(self, piece: str) -> list[Segment]:
        """The same, with a look back wherever a stretch is full: cut there, so that it is the same at every chunking."""
        segments, rest = self._feed_stretches(piece)
        return segments + self._feed(rest) if rest else segments

    def _feed_stretches(self, piece: str) -> tuple[list[Segment], str]:
        """Read up to the end of the last stretch that the piece fills; the rest is kept for late detectors, and answered."""
        if self._whole is not None:
            self._whole.append(piece)
        segments: list[Segment] = []
        while piece and not self._ended and self._walks:
            room = self._next - self._length
            part, piece = piece[:room], piece[room:]
            self._length += len(part)
            if len(part) < room:
                for walk in self._walks:
                    walk.feed(part)
                return segments, part
            segments += self._feed(part)
            if not self._ended:
                for walk in self._walks:
                    self._look_back(walk.size, walk.feed(part))
                self._next = min(walk.ends for walk in self._walks)
                if self.stopped is not None:
                    self._end(self._length)
        return segments, "" if self._ended else piece

    def finish(self, piece: str = "") -> list[Segment]:
        """The text has ended, with this last piece: everything is decided now."""
        if self._ended:
            return []
        segments: list[Segment] = []
        if self._late is not None:
            segments, piece = self._feed_stretches(piece)
            if self.ended:
                return segments
        seen = self._reader.feed(piece, final=True)
        if self._afterwards is not None:
            self._afterwards.take(piece)
        length = self._reader.decided
        segments += self._deliver(seen, length)
        if not self._ended:
            for position, _ in self._open.values():
                self.findings[position] = extended(self.findings[position], length)
            for walk in self._walks:
                self._look_back(walk.size, walk.finish())
            if self._whole is not None:
                self._look_back(0, (0, "".join(self._whole)))
            self._end(length)
        return segments

    def _end(self, at: int) -> None:
        """Nothing behind this place is read: what was only watched for is noted now."""
        self._ended = True
        if self._afterwards is not None:
            self._note(self._afterwards.finish(at))
        if self._noted:
            self.findings += self._noted
            self.findings.sort(key=lambda one: one.where.start)

    def _note(self, seen: Sequence[Seen]) -> None:
        """Findings that nothing is cut for. One that policy does not let pass after all (a check that failed) ends the text."""
        room = MOST_FINDINGS - len(self._noted)
        if len(seen) > room:
            self.unexamined.append(self._too_many())
            self._afterwards = None
        for one in seen[:room]:
            finding = one.finding(self._place)
            self._noted.append(finding)
            if self.stopped is None and self._judge(finding) is not Verdict.ALLOW:
                self.stopped = finding

    def _look_back(self, size: int, stretch: tuple[int, str] | None) -> None:
        """What late detectors say of a stretch; the first finding that policy does not let pass stops the text."""
        if stretch is None or self._late is None:
            return
        start, text = stretch
        piece = msgspec.structs.replace(self._place, text=text)
        said: list[stretches.Said] = []
        for detector in self._late.texts:
            if detector.stretch == size:
                said += [stretches.moved(one, start) for one in run(detector, piece, piece)]
        for other in self._late.answers:
            if other.stretch == size:
                said += stretches.of_answer(other, self._before, piece, start)
        for one in stretches.once(said, self._known):
            if isinstance(one, Unexamined):
                self.unexamined.append(one)
                continue
            self.findings.append(one)
            if self.stopped is None and self._judge(one) > Verdict.REDACT:
                self.stopped = one

    def _deliver(self, seen: Sequence[Seen], decided: int) -> list[Segment]:
        segments: list[Segment] = []
        stop = -1
        for one in seen:
            if stop >= 0 and one.start > stop:
                break
            if one.claim is None:
                self._close(one, segments)
            elif len(self.findings) == MOST_FINDINGS:
                self._give_up(one, segments)
                stop = one.start
                break
            elif self._judged(one, segments):
                stop = one.start
        if stop >= 0:
            self._end(stop)
        else:
            self._release(decided, segments)
        return segments

    def _judged(self, one: Seen, segments: list[Segment]) -> bool:
        """Take up a finding; answer whether it ends the stream."""
        finding = one.finding(self._place)
        if finding.rule is RESTORED:
            verdict = Verdict.REDACT
        else:
            verdict = self._judge(finding)
            self.findings.append(finding)
        if verdict is not Verdict.ALLOW and self.stopped is None:
            self._release(one.start, segments)
        inside = self._inside()
        if one.entry.marker is not None and isinstance(one.claim, Claim):
            self._open[one.entry.index] = len(self.findings) - 1, verdict is Verdict.REDACT
        if verdict is Verdict.ALLOW or self.stopped is not None:
            return False
        if verdict is not Verdict.REDACT:
            self.stopped = finding
            return True
        if one.start >= self._released and not inside:
            segments.append(Segment(one.start, one.end, mark(finding)))
            self._released = one.end
        self._covered = max(self._covered, one.end)
        return False

    def _close(self, one: Seen, segments: list[Segment]) -> None:
        """The end marker of an open-ended finding: its span is known now."""
        position, covers = self._open.pop(one.entry.index)
        self.findings[position] = extended(self.findings[position], one.end)
        if covers:
            self._release(one.start, segments, closing=True)
            self._covered = max(self._covered, one.end)

    def _give_up(self, one: Seen, segments: list[Segment]) -> None:
        self.unexamined.append(self._too_many())
        self._release(one.start, segments)

    def _too_many(self) -> Unexamined:
        subject = Ref(kind="text", id=self._place.part or self._place.role)
        return Unexamined(subject=subject, reason="too-many", detail=f"more than {MOST_FINDINGS} findings")

    def _inside(self) -> bool:
        return any(covers for _, covers in self._open.values())

    def _release(self, end: int, segments: list[Segment], *, closing: bool = False) -> None:
        """Deliver up to ``end``: nothing for what a redaction covers, the rest as it is."""
        if closing or self._inside():
            self._covered = max(self._covered, end)
        if self._covered > self._released:
            segments.append(Segment(self._released, self._covered, ""))
            self._released = self._covered
        if end > self._released:
            segments.append(Segment(self._released, end, None))
            self._released = end
