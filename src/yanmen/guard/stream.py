"""A text that is delivered while it is being read: released by content, never by clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from yanmen.core.nouns import Finding, Ref, Text, Unexamined, Verdict
from yanmen.core.plugins import Detector
from yanmen.guard.reader import Reader, Seen, extended
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
    """What stands in the place of a redacted span: ``[redacted:secret.openai-key]``."""
    return f"[redacted:{finding.rule.id}]"


def redacted(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, replacement) put in; of spans that overlap the first stands for all."""
    parts: list[str] = []
    done = 0
    for start, end, replacement in sorted(spans, key=lambda span: span[0]):
        if start >= done:
            parts += (text[done:start], replacement)
        done = max(done, end)
    return "".join(parts) + text[done:]


class TextStream:
    """One streamed text. What it delivers, finds and stops at depends on the text alone, not on how it was cut."""

    __slots__ = (
        "_covered", "_ended", "_judge", "_late", "_open", "_place", "_reader", "_released", "_whole",
        "findings", "stopped", "unexamined",
    )  # fmt: skip

    def __init__(self, plan: Plan, place: Text, judge: Judge, late: Sequence[Detector[Text]] = ()) -> None:
        """Begin; ``place`` says whose text it is and where it stands.

        ``late`` are detectors that are not made of span patterns: they read the whole text at its end, when it has been delivered,
        so they can end the call but redact nothing.
        """
        self._reader = Reader(plan)
        self._late: Sequence[Detector[Text]] = late
        self._whole: list[str] = []
        self._place, self._judge = place, judge
        self._released = self._covered = 0
        self._open: dict[int, tuple[int, bool]] = {}
        self._ended = False
        self.findings: list[Finding] = []
        """In order of place. An open-ended secret's has its whole span once its end is known."""
        self.stopped: Finding | None = None
        """The finding that ended the stream."""
        self.unexamined: list[Unexamined] = []
        """Why the stream ended without a finding: it could not be judged further."""

    def feed(self, piece: str) -> list[Segment]:
        """Read on; answer what may be delivered now, contiguous and in order. After a stop: nothing."""
        if self._ended:
            return []
        reader = self._reader
        seen = reader.feed(piece)
        if self._late:
            self._whole.append(piece)
        if seen or self._open:
            return self._deliver(seen, reader.decided)
        released, decided = self._released, reader.decided
        if decided <= released:
            return []
        self._released = decided
        return [Segment(released, decided, None)]

    def finish(self, piece: str = "") -> list[Segment]:
        """The text has ended, with this last piece: everything is decided now."""
        if self._ended:
            return []
        seen = self._reader.feed(piece, final=True)
        if self._late and piece:
            self._whole.append(piece)
        length = self._reader.decided
        segments = self._deliver(seen, length)
        if not self._ended:
            for position, _ in self._open.values():
                self.findings[position] = extended(self.findings[position], length)
            self._read_whole()
        self._ended = True
        return segments

    def _read_whole(self) -> None:
        text = msgspec.structs.replace(self._place, text="".join(self._whole))
        for detector in self._late:
            for said in run(detector, text):
                if isinstance(said, Unexamined):
                    self.unexamined.append(said)
                    continue
                self.findings.append(said)
                if self.stopped is None and self._judge(said) > Verdict.REDACT:
                    self.stopped = said

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
            self._ended = True
        else:
            self._release(decided, segments)
        return segments

    def _judged(self, one: Seen, segments: list[Segment]) -> bool:
        """Take up a finding; answer whether it ends the stream."""
        finding = one.finding(self._place)
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
        subject = Ref(kind="text", id=self._place.part or self._place.role)
        self.unexamined.append(
            Unexamined(subject=subject, reason="too-many", detail=f"more than {MOST_FINDINGS} findings")
        )
        self._release(one.start, segments)

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
