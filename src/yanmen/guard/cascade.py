"""The learned tiers: the lexical model clears what is surely no attack, and what it does not clear is for the encoder to read.

Confidence is a calibrated probability, moved so that the threshold of each channel (in the model's card) stands at one half:
what a channel must be surer of to stop is weighed before it reaches policy, which then has one number for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Ref, Text, Where
from yanmen.guard.classes import rule_of
from yanmen.guard.decoding import View
from yanmen.guard.examination import Channel, Opinion, Passage, Question
from yanmen.guard.model.lexical import Lexical, language, pieces
from yanmen.guard.spans import digest

if TYPE_CHECKING:
    from yanmen.guard.model.encoder import Encoder

SUSPECT = 0.35
"""Confidence from which on a finding is made of what the encoder says; policy stops at one half."""
SURE = 0.8
"""Confidence from which on a pattern's finding stops a call by the built-in policy."""
CLEARED = 0.05
"""The highest score of what the lexical model clears."""
STRETCH = 1_200
"""Characters that the encoder is given at once."""
SHORTEST, NAME = 8, 32
"""Characters of a text, and of a single ASCII word, that is too short to be an attack."""
SOFT = frozenset({"escapes", "leetspeak", "letters set apart", "look-alikes"})
"""Disguises that honest texts wear too: what is found behind them keeps its class."""
_SENTENCE = 240
_NAME = re.compile(r"[!-~]*")
_STOPS = re.compile(r"[.!?;](?=\s|$)|[。！？；\n]")


def channel_of(text: Text) -> Channel | None:
    """How a text is judged; the operator's own words by patterns only.

    Turns of a conversation are the user's. So are fields: a tool's description orders the model about by its nature, and
    only what an attack would say is one there. Other texts (tool results, documents) are data, in which any order is out of place.
    """
    if text.trust == "operator":
        return None
    return "user" if text.trust == "user" or text.role in {"assistant", "field"} else "data"


def worth_reading(text: str) -> bool:
    """Whether the learned models can make something of a text: not of one short name or number, such as ``guided_json``."""
    return len(text) >= SHORTEST and (len(text) >= NAME or not _NAME.fullmatch(text))


class Cascade:
    """A model folder in use. Pure inference: the encoder is loaded when it is first asked in this process."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the lexical model. Where it cannot be loaded, ``failure`` says why, and nothing is ever cleared."""
        self.folder = folder
        self.failure: YanmenError | None = None
        self.version = ""
        self._lexical: Lexical | None = None
        self._encoder: Encoder | None = None
        self._lock = Lock()
        try:
            self._lexical = Lexical.load(*_folder(folder))
            self.version = self._lexical.card.version
        except YanmenError as error:
            self.failure = error

    def lexical(self) -> Lexical:
        """The lexical model. Raises the YanmenError that kept it from being loaded."""
        if self._lexical is None:
            raise self.failure or AssertionError
        return self._lexical

    def uncleared(self, text: str, channel: Channel) -> tuple[list[tuple[int, int]], float]:
        """The stretches that the encoder must read, in order, and the score of the rest. Raises YanmenError without a model."""
        lexical = self.lexical()
        limits = lexical.card.channels[channel].clear_below
        limit, score = limits[language(text)], 0.0
        stretches: list[tuple[int, int]] = []
        long = False
        for start, end in pieces(text):
            piece = text[start:end] if start or end < len(text) else text
            long = long or piece is not text
            bound = min(limit, limits[language(piece)]) if long else limit
            logit = lexical.logit(piece, channel)
            if logit < bound:
                score = max(score, CLEARED / (1 + exp(min(bound - logit, 30.0))))
            elif stretches and start <= stretches[-1][1] and end - stretches[-1][0] <= STRETCH:
                stretches[-1] = stretches[-1][0], end
            else:
                stretches.append((start, end))
        return stretches, score

    def confidence(self, probability: float, channel: Channel) -> float:
        """A calibrated probability with the channel's threshold moved to one half."""
        threshold = self.lexical().card.channels[channel].threshold
        return moved(probability, threshold)

    def encoder(self) -> Encoder:
        """The encoder, in this process. Raises YanmenError where it cannot be loaded."""
        with self._lock:
            if self._encoder is None:
                from yanmen.guard.model.encoder import Encoder  # noqa: PLC0415  # ONNX Runtime: where it is used only

                self._encoder = Encoder.load(*_folder(self.folder))
            return self._encoder

    def read(self, passages: Sequence[Passage]) -> list[Opinion]:
        """What the encoder says of each passage, in this process. Raises YanmenError where it cannot be loaded."""
        return opinions(self.encoder(), passages)

    def finding(self, question: Question, opinion: Opinion) -> tuple[Finding | None, float]:
        """What an opinion comes to: a finding, if it is worth one, and the score.

        The evidence quotes nothing: unlike a pattern's match, a sentence that looks like an attack may hold anything.
        """
        confidence = self.confidence(opinion.probability, question.passage.channel)
        ways = question.view.ways if question.view is not None else ()
        hard = [way for way in ways if way not in SOFT]
        if hard and confidence >= SUSPECT:
            confidence = suspicious(confidence)
        if confidence < SUSPECT:
            return None, confidence
        start, end = snapped(question.passage.text, opinion.start, opinion.end)
        said = f"{opinion.attack_class}, {end - start} characters"
        where = _where(question, start, end)
        return Finding(
            rule=rule_of("encoded" if hard else opinion.attack_class),
            subject=Ref(kind="text", id=digest(question.passage.text)),
            confidence=round(confidence, 4),
            evidence=f"{' > '.join(ways)}: {said}" if ways else said,
            where=where,
        ), confidence


def _folder(folder: Path | None) -> tuple[Path, ...]:
    return () if folder is None else (folder,)


def opinions(encoder: Encoder, passages: Sequence[Passage]) -> list[Opinion]:
    """What an encoder says of each passage.

    Each window is run by itself: the int8 model scales its activations by the largest of a batch, so that beside others
    a text would be judged otherwise than alone.
    """
    result = []
    for passage in passages:
        windows = encoder.windows(passage.text, passage.channel)
        judged = encoder.judge(windows, early=language(passage.text))
        reading = encoder.reading(passage.channel, judged)
        start, end = reading.span
        result.append(Opinion(reading.probability, reading.attack_class, start, end))
    return result


def moved(probability: float, threshold: float) -> float:
    """The probability under odds by which the threshold is one half."""
    p, t = (min(max(one, 1e-6), 1 - 1e-6) for one in (probability, threshold))
    return 1 / (1 + exp(log((1 - p) / p) - log((1 - t) / t)))


def suspicious(confidence: float) -> float:
    """The confidence of what was found behind a disguise: half the doubt."""
    return 1 - (1 - confidence) / 2


def pattern_score(finding: Finding) -> float:
    """What a pattern's finding adds to the score of its text: one half where policy would stop the call for it, and more."""
    if not finding.rule.id.startswith("prompt."):
        return 0.0
    return finding.confidence if finding.confidence >= SURE else 0.6 * finding.confidence


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentences that a stretch lies in, if they are not too long; of an empty stretch the whole text."""
    if end <= start:
        return 0, len(text)
    before = [stop.end() for stop in _STOPS.finditer(text, max(start - _SENTENCE, 0), start)]
    after = _STOPS.search(text, max(end - 1, start), min(end + _SENTENCE, len(text)))
    first = before[-1] if before else max(start - _SENTENCE, 0) if start <= _SENTENCE else start
    last = after.end() if after else len(text) if len(text) - end <= _SENTENCE else end
    while first < start and text[first].isspace():
        first += 1
    return first, max(last, end)


def _where(question: Question, start: int, end: int) -> Where:
    """The place of a stretch of a passage in its text."""
    start, end = start + question.offset, end + question.offset
    if question.view is not None:
        start, end = question.view.span(start, end)
    if question.across is not None:
        low, high = question.across
        start, end = max(start, low), min(end, high)
        if end <= start:
            start, end = low, high
        start, end = start - low, end - low
    return Where(part=question.place.part, start=start, end=end)


def questions(
    text: str,
    stretches: Sequence[tuple[int, int]],
    channel: Channel,
    place: Text,
    view: View | None,
    known: bytes,
) -> list[Question]:
    """What to ask the encoder of the stretches that were not cleared."""
    return [
        Question(Passage(_valid(text[start:end]), channel), place, start, view, None, known)
        for start, end in stretches
    ]


def _valid(text: str) -> str:
    """The text without lone surrogates, which no UTF-8 can spell; each becomes U+FFFD."""
    return text if text.isascii() else _LONE.sub("\ufffd", text)


_LONE = re.compile("[\ud800-\udfff]")
