"""Strings of a streamed answer that arrive whole: names, ids, comments. Judged one by one, and most of them once only."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Text, Unexamined, Verdict
from yanmen.gateway.ruling import Garbage, Ruler
from yanmen.gateway.shapes import SHARED
from yanmen.guard import Guard
from yanmen.guard.stream import mark
from yanmen.llm.wire.codec import Codec, Piece
from yanmen.llm.wire.places import Cut, joined
from yanmen.llm.wire.unescaped import view_of

REMEMBERED = 1_024
"""Short strings remembered as harmless within one answer: ids and names that every event repeats."""
_TAIL = 512
"""Characters of what came before in the same place that a string is judged with."""


class Strings:
    """The strings of one answer that do not grow."""

    def __init__(self, guard: Guard, ruler: Ruler, codec: Codec, clean: set[str]) -> None:
        """``clean``: what was harmless in other answers; kept and added to."""
        self._guard, self._ruler, self._codec = guard, ruler, codec
        self._clean = clean
        self._whole: dict[str, str] = {}
        self.harmless: set[str] = set()
        """What was clean in this answer."""
        self.findings: list[Finding] = []
        self.unexamined: list[Unexamined] = []
        self.stopped = False
        """Whether a verdict on one of them ends the answer."""

    def cuts(self, piece: Piece) -> list[Cut]:
        """What must be cut of a string. One that comes in pieces all the same is judged with what came before."""
        text = whole = piece.text
        if piece.group:
            before = self._whole.get(piece.part, "")
            whole = before if before.endswith(text) else (before + text)[-_TAIL:]
            self._whole[piece.part] = whole
        seen, way = view_of(whole) if self._codec.is_json(piece.part) else (whole, None)
        cuts = self._judged(seen, piece.part)
        if cuts and whole != text:
            self.stopped = True
        if cuts and way is not None:
            cuts = [Cut(way.raw(cut.start), way.raw(cut.end), cut.mark) for cut in cuts]
        return joined(cuts)

    def note(self, note: bytes) -> None:
        """Comments and fields other than data, or no events at all: harmless, or the end."""
        try:
            text = note.decode()
        except UnicodeDecodeError:
            raise Garbage("a comment is not UTF-8") from None
        if self._judged(view_of(text)[0], "/#"):
            self.stopped = True

    def _judged(self, text: str, part: str) -> list[Cut]:
        """What must be cut; a verdict past that stops the stream."""
        if text in self.harmless or (text in self._clean and part in SHARED):
            return []
        place = Text(text=text, role=self._codec.role(part), trust="untrusted", part=part)
        seen = self._guard.examine((place,), direction="out")
        if not seen.findings and not seen.unexamined:
            kept = self._clean if part in SHARED else self.harmless
            if len(kept) < REMEMBERED:
                kept.add(text)
            return []
        self.findings += seen.findings
        self.unexamined += seen.unexamined
        ruler = self._ruler.sealed() if self._codec.sealed(part) else self._ruler
        if any(ruler.unexamined(one) > Verdict.REDACT for one in seen.unexamined):
            self.stopped = True
        cuts = []
        for finding in seen.findings:
            verdict = ruler.finding(finding)
            if verdict > Verdict.REDACT:
                self.stopped = True
            elif verdict is Verdict.REDACT:
                cuts.append(Cut(finding.where.start, finding.where.end, mark(finding)))
        return cuts
