"""Harmful content in questions and answers, as far as it is measured; banks of words are for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Ref, Text, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.guard.content import model, scheme
from yanmen.guard.content.model import Model
from yanmen.guard.model.lexical import language
from yanmen.guard.spans import digest

LANGUAGES = frozenset({"zh"})
"""What is judged. The model has learnt English, too, but finds one benign English prompt in eight of published sets."""
_LEAST = 6
"""Characters below which a text says too little to be judged."""


class HarmfulContent(Detector[Text]):
    """Judges Chinese texts of users and answers, in stretches. Operators' texts and documents are not judged: they may quote."""

    rules = tuple(scheme.judged().values())
    stretch = 768

    def __init__(self, judging: Model | None = None) -> None:
        """``judging``: another model than the one that comes with Yanmen."""
        self._model = judging

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """The window that is most surely harmful, if one is. Other languages are left to banks of words."""
        if (
            target.role not in {"user", "assistant"}
            or target.trust == "operator"
            or len(target.text) < _LEAST
            or language(target.text) not in LANGUAGES
        ):
            return
        said = (self._model or model.shipped()).judge(target.text)
        if said is not None:
            yield Finding(
                rule=scheme.judged()[said.kind],
                subject=Ref(kind="text", id=digest(target.text[said.start : said.end])),
                confidence=round(said.confidence, 4),
                evidence=f"{said.kind}, {said.end - said.start} characters",
                where=Where(part=target.part, start=said.start, end=said.end),
            )
