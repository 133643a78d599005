"""Answers that say what the supplied context does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Self

from yanmen.core.nouns import Exchange, Finding, Phrase, Ref, Rule, Severity, Text, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.guard.grounding.support import LONGEST, Context, judge, shipped
from yanmen.guard.model.lexical import language
from yanmen.guard.spans import digest

UNSUPPORTED = Rule(
    id="grounding.unsupported",
    title=Phrase(en="A sentence that the supplied context does not support", zh="所提供的资料不支持该句"),
    severity=Severity.INFO,
    fix=Phrase(
        en="Show the sentence with the passages it should rest on, or ask the model to answer from them alone.",
        zh="请将该句与其应当依据的段落一并展示，或要求模型只根据这些段落作答。",
    ),
    tags=("class:grounding", "owasp-llm:LLM09", "tc260:A5-a"),
)
ABSTAINED = "abstained"
"""The reason of what is not judged on purpose; the built-in policy lets it pass."""
LEAST_CONTEXT = 40
"""Characters of a context below which it is none."""
_MARKED = re.compile(
    r"<(context|documents?|passages?|sources?|knowledge|资料|参考|上下文)>(.{40,}?)</\1>|"
    r"(?:^|\n)\s{0,4}(?:context|documents?|passages?|sources?|资料|参考资料|上下文|已知信息)\s?[:：]\s{0,3}\n?(.{40,}?)"
    r"(?=\n\s{0,4}(?:question|query|user|answer|问题|提问)\s?[:：]|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""How retrieved passages are marked in a user's message."""


class Grounding(Detector[Exchange]):
    """Compares each sentence of an answer with its call's context: results of tools, documents, marked passages. Off by default.

    Without a context it says nothing. Where there is one and it cannot judge, it says why.
    """

    rules = (UNSUPPORTED,)

    def __init__(self, *, active: bool = False) -> None:
        """``active``: judge; False: say nothing."""
        self._active = active

    @classmethod
    def configured(cls, settings: Any) -> Self:
        """As ``guard.grounding`` says."""
        return cls(active=settings.grounding)

    def detect(self, target: Exchange) -> Iterator[Finding | Unexamined]:
        """A finding for each unsupported sentence, or one reason for not judging an answer."""
        if not self._active or not target.answer:
            return
        passages, question = supplied(target.texts)
        if sum(map(len, passages)) < LEAST_CONTEXT:
            return
        context: Context | None = None
        for answer in target.answer:
            if answer.role != "assistant":
                continue
            if why := _unable(passages, answer.text):
                yield _abstained(answer, why)
                continue
            context = context or Context(passages, question)
            yield from _findings(answer, context)


def _findings(answer: Text, context: Context) -> Iterator[Finding | Unexamined]:
    limit = shipped().threshold
    said = judge(answer.text, context)
    if not said:
        yield _abstained(answer, "no sentence claims anything")
    for one in said:
        if one.unsupported >= limit:
            odds = one.unsupported * (1 - limit) / max((1 - one.unsupported) * limit, 1e-9)
            yield Finding(
                rule=UNSUPPORTED,
                subject=Ref(kind="text", id=digest(answer.text[one.start : one.end])),
                confidence=round(odds / (1 + odds), 4),
                evidence=f"{one.end - one.start} characters, unsupported with {one.unsupported:.2f}",
                where=Where(part=answer.part, start=one.start, end=one.end),
            )


def supplied(texts: Sequence[Text]) -> tuple[list[str], str]:
    """The context of a call, and the last question of its user."""
    passages: list[str] = []
    question = ""
    for text in texts:
        if text.trust == "untrusted" and (
            text.role == "tool" or "/documents" in text.part or "/context" in text.part
        ):
            passages.append(text.text)
        elif text.role == "user":
            marked = [found[2] or found[3] for found in _MARKED.finditer(text.text[: 2 * LONGEST])]
            passages += marked
            question = _MARKED.sub(" ", text.text[: 2 * LONGEST]) if marked else text.text[:LONGEST]
    return passages, question


def _unable(passages: Sequence[str], answer: str) -> str:
    """Why an answer cannot be judged; empty: it can."""
    if language(answer) != "en" or language(" ".join(passages)[:LONGEST]) != "en":
        return "only English is measured"
    if sum(map(len, passages)) > LONGEST:
        return f"a context of more than {LONGEST} characters"
    if len(answer) > LONGEST:
        return f"an answer of more than {LONGEST} characters"
    return ""


def _abstained(answer: Text, why: str) -> Unexamined:
    subject = Ref(kind="text", id=answer.part or answer.role)
    return Unexamined(
        subject=subject, reason=ABSTAINED, detail=f"grounding: {why}", where=Where(part=answer.part)
    )
