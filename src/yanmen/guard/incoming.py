"""The way in: what the texts of a prompt say beyond the patterns in each. Decoded, cleared or left unsure, read together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from yanmen.core.nouns import Finding, Ref, Text, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.guard import conversation
from yanmen.guard.cascade import Cascade, channel_of, pattern_score, questions, suspicious, worth_reading
from yanmen.guard.decoding import View, decoded
from yanmen.guard.examination import Channel, Question
from yanmen.guard.memory import Memory

MOST_UNSURE = 96
"""Passages of one examination that the encoder is asked about; past them it could not be judged."""
VIEWED = ("prompt.", "secret.", "key.", "personal.")
"""What is looked for behind disguises."""
Patterns = Callable[[Text], Sequence[Finding]]


class Notes:
    """What is said of the texts of one prompt, while they are looked at."""

    def __init__(self, deadline: float) -> None:
        """Nothing yet. ``deadline``: on the monotonic clock."""
        self.deadline = deadline
        self.findings: list[Finding] = []
        self.unexamined: list[Unexamined] = []
        self.unsure: list[Question] = []
        self.score = 0.0
        self.part = ""

    def scored(self, score: float, part: str) -> None:
        """A text has this score."""
        if score > self.score:
            self.score, self.part = score, part

    def missed(self, text: Text, reason: str, detail: str = "") -> None:
        """A text could not be judged; said once for each reason."""
        said = unexamined(text, reason, detail)
        if said not in self.unexamined[-4:]:
            self.unexamined.append(said)

    def late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self.deadline


class Incoming:
    """Looks at the texts of prompts. Holds no text."""

    def __init__(self, patterns: Patterns, cascade: Cascade | None, memory: Memory) -> None:
        """``patterns``: everything the patterns find in a text; ``cascade``: None where nothing learned is to judge."""
        self._patterns = patterns
        self._cascade = cascade
        self._memory = memory

    def look(
        self, text: Text, known: bytes, notes: Notes, found: Sequence[Finding], *, bare: bool = False
    ) -> None:
        """Look at one text, of which the patterns have said ``found``; ``known``: what it is remembered by if it is clean.

        ``bare``: it is known not to be disguised.
        """
        before = len(notes.unexamined), len(notes.unsure)
        channel = channel_of(text)
        score = max(map(pattern_score, found), default=0.0)
        clean = not found
        views: Sequence[View] = () if bare else self._views(text, notes)
        for view in views:
            seen = self._behind(text, view, found)
            notes.findings += seen
            clean = clean and not seen
            score = max(score, max(map(pattern_score, seen), default=0.0))
        if channel is not None and self._cascade is not None:
            score = max(score, self._learned(text, views, channel, notes, known if clean else b""))
        notes.scored(score, text.part)
        if clean and known and before == (len(notes.unexamined), len(notes.unsure)):
            self._memory.keep(known, score)

    def together(
        self, texts: Sequence[Text], turns: conversation.Joined | None, notes: Notes, *, clear: bool = False
    ) -> None:
        """Look at what reaches over the edges of texts.

        ``clear``: it is known that no pattern is in the user's turns together, in the open or disguised.
        """
        for joined in conversation.messages(texts):
            whole = msgspec.structs.replace(joined.places[0], text=joined.text)
            for finding in self._patterns(whole):
                notes.findings += joined.spread(finding)
        if turns is not None and not notes.late():
            if not clear:
                self._across(turns, notes)
            if self._cascade is not None and self._cascade.failure is None:
                self._windows(turns, self._cascade, notes)

    def _across(self, turns: conversation.Joined, notes: Notes) -> None:
        whole = Text(text=turns.text, role="user", trust="user")
        known = self._memory.digest(turns.text, "user")
        if self._memory.score(known) is None:
            found = list(self._patterns(whole))
            for view in self._views(whole, notes):
                found += self._behind(whole, view, found)
            across = [one for finding in found for one in turns.spread(finding)]
            notes.findings += across
            notes.scored(max(map(pattern_score, across), default=0.0), turns.places[-1].part)
            if not across:
                self._memory.keep(known, 0.0)

    def _windows(self, turns: conversation.Joined, cascade: Cascade, notes: Notes) -> None:
        for start, end in conversation.windows(turns):
            piece = turns.text[start:end]
            known = self._memory.digest(f"turns\n{piece}", "user")
            if not worth_reading(piece) or self._memory.score(known) is not None:
                continue
            stretches, _ = cascade.uncleared(piece, "user")
            if not stretches:
                self._memory.keep(known, 0.0)
                continue
            number = turns.of(end - 1)
            low = turns.starts[number] - (turns.cut if number == 0 else 0)
            across = low, low + len(turns.places[number].text)
            (question,) = questions(piece, [(0, len(piece))], "user", turns.places[number], None, known)
            self._ask(notes, question._replace(offset=start, across=across))

    def _views(self, text: Text, notes: Notes) -> Sequence[View]:
        if notes.late():
            notes.missed(text, "timed-out")
            return ()
        said = decoded(text.text)
        if not said.complete:
            notes.missed(text, "too-deep", "more disguises than are taken off")
        return said.views

    def _behind(self, text: Text, view: View, found: Sequence[Finding]) -> list[Finding]:
        """What the patterns find in a view, at its places in the text; what they found there already is left out."""
        known = {(one.rule.id, one.where.start, one.where.end) for one in found}
        said: list[Finding] = []
        for one in self._patterns(msgspec.structs.replace(text, text=view.text)):
            if not one.rule.id.startswith(VIEWED):
                continue
            start, end = view.span(one.where.start, one.where.end)
            covered = any(one.rule.id == rule and low < end and start < high for rule, low, high in known)
            if not covered:
                known.add((one.rule.id, start, end))
                said.append(
                    msgspec.structs.replace(
                        one,
                        confidence=suspicious(one.confidence),
                        evidence=visible(f"{' > '.join(view.ways)}: {one.evidence}"),
                        where=Where(part=text.part, start=start, end=end),
                    )
                )
        return said

    def _learned(
        self, text: Text, views: Sequence[View], channel: Channel, notes: Notes, known: bytes
    ) -> float:
        """The score of what the lexical model clears; the rest is asked."""
        cascade = self._cascade
        if cascade is None:
            return 0.0
        if cascade.failure is not None:
            notes.missed(text, "model-unavailable", cascade.failure.message.en)
            return 0.0
        best = 0.0
        for view in (None, *views):
            said = text.text if view is None else view.text
            if not worth_reading(said):
                continue
            if notes.late():
                notes.missed(text, "timed-out")
                return best
            stretches, score = cascade.uncleared(said, channel)
            best = max(best, score)
            for question in questions(said, stretches, channel, text, view, known):
                self._ask(notes, question)
        return best

    def _ask(self, notes: Notes, question: Question) -> None:
        if len(notes.unsure) < MOST_UNSURE:
            notes.unsure.append(question)
        else:
            notes.missed(question.place, "too-much", f"more than {MOST_UNSURE} passages for the encoder")


def unexamined(text: Text, reason: str, detail: str = "") -> Unexamined:
    """All of a text could not be judged."""
    where = Where(part=text.part, start=0, end=len(text.text))
    subject = Ref(kind="text", id=text.part or text.role)
    return Unexamined(subject=subject, reason=reason, detail=visible(detail), where=where)
