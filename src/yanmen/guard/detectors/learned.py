"""Attempts on the model itself, by their sense: the learned cascade, as a detector of single texts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Ref, Text, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.guard.cascade import Cascade, channel_of, questions, worth_reading
from yanmen.guard.classes import LEARNED


@cache
def shipped() -> Cascade:
    """The shipped model, loaded once."""
    return Cascade()


class LearnedAttacks(Detector[Text]):
    """The lexical model, and the encoder for what it does not clear.

    By itself it reads one text, in this process. The guard asks the same models for all the texts of a prompt at once, decoded
    too, and the encoder in processes beside it.
    """

    rules = tuple(LEARNED.values())

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """What the models say of one text."""
        channel, cascade = channel_of(target), shipped()
        if channel is None or not worth_reading(target.text):
            return
        try:
            stretches, _ = cascade.uncleared(target.text, channel)
            asked = questions(target.text, stretches, channel, target, None, b"")
            for question, opinion in zip(asked, cascade.read([one.passage for one in asked]), strict=True):
                finding, _ = cascade.finding(question, opinion)
                if finding is not None:
                    yield finding
        except YanmenError as error:
            where = Where(part=target.part, start=0, end=len(target.text))
            subject = Ref(kind="text", id=target.part or target.role)
            yield Unexamined(
                subject=subject, reason="model-unavailable", detail=error.message.en, where=where
            )
