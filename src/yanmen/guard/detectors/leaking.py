"""The operator's own words on their way out: an answer that repeats the system prompt, and canaries that were put there."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any, Self

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Exchange, Finding, Phrase, Ref, Rule, Severity, Text, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import mask
from yanmen.guard.detector import SpanDetector
from yanmen.guard.leakage import LEAST, Watch, reference
from yanmen.guard.spans import Claim, Pattern, digest

_FIX = Phrase(
    en="Take whatever must stay secret out of the system prompt: a model can be talked into saying all it was told.",
    zh="凡须保密的内容都不应写入系统提示词：模型总有可能被诱导说出它所知道的一切。",
)
_TAGS = ("class:extraction", "owasp-llm:LLM07", "atlas:AML.T0056", "cwe:200")
PROMPT = Rule(
    id="answer.system-prompt",
    title=Phrase(en="An answer that repeats the system prompt", zh="回答复述了系统提示词"),
    severity=Severity.HIGH,
    fix=_FIX,
    tags=_TAGS,
)
CANARY = Rule(
    id="answer.canary",
    title=Phrase(en="A canary of the system prompt in an answer", zh="回答中出现了系统提示词的金丝雀标记"),
    severity=Severity.CRITICAL,
    fix=_FIX,
    tags=_TAGS,
)
_BETWEEN = r"[\s*_.,|~/·-]{0,1}"
"""What a model that is asked to spell may put between two letters."""
_LEAST, _MOST = 8, 64


class SystemPromptLeak(Detector[Exchange]):
    """Compares an answer with the conversation's own system prompt. On a stream the same comparison runs as the answer comes."""

    rules = (PROMPT,)

    def detect(self, target: Exchange) -> Iterator[Finding | Unexamined]:
        """One finding for each text of the answer that repeats it, word for word or in half of its pieces."""
        operators, others = _operators(target.texts), _others(target.texts)
        told = reference(operators) if operators else None
        if told is None or not told.enough:
            return
        for answer in target.answer:
            if len(answer.text) < LEAST and answer.text.isascii():
                continue
            watch = Watch(told, PROMPT, others)
            if seen := watch.feed(answer.text, final=True):
                yield from (one.finding(answer) for one in seen)
                continue
            if told.tells(answer.text, met=watch.met) and not any(told.tells(one) for one in others):
                yield Finding(
                    rule=PROMPT,
                    subject=told.subject,
                    confidence=0.8,
                    evidence=f"{told.share(answer.text):.0%} of its pieces",
                    where=Where(part=answer.part, start=0, end=len(answer.text)),
                )


def watching(texts: Sequence[Text]) -> Watch | None:
    """What compares an answer to these texts with their system prompt; None: there is none, or one too short to tell."""
    operators = _operators(texts)
    told = reference(operators) if operators else None
    return Watch(told, PROMPT, _others(texts)) if told is not None and told.enough else None


def _operators(texts: Sequence[Text]) -> tuple[str, ...]:
    return tuple(one.text for one in texts if one.role in {"system", "developer"} and one.trust == "operator")


def _others(texts: Sequence[Text]) -> tuple[str, ...]:
    return tuple(one.text for one in texts if one.trust != "operator" and one.role in {"user", "tool"})


class Canaries(SpanDetector):
    """Finds the configuration's canaries: in clear, spelled out, reversed, and in base64."""

    rules = (CANARY,)

    def __init__(self, canaries: tuple[str, ...] = ()) -> None:
        """Take the words. Raises YanmenError for one that is too short to be told from chance, or too long."""
        for number, canary in enumerate(canaries, 1):
            if not _LEAST <= len(canary) <= _MOST:
                raise YanmenError(
                    Phrase(
                        en=f"canary {number} has {len(canary)} characters",
                        zh=f"第 {number} 个金丝雀标记有 {len(canary)} 个字符",
                    ),
                    where="guard.canaries",
                    hint=Phrase(
                        en=f"Choose {_LEAST} to {_MOST} characters that stand nowhere else, e.g. random letters.",
                        zh=f"请选用 {_LEAST} 到 {_MOST} 个别处不会出现的字符，例如随机字母。",
                    ),
                )
        self._canaries = canaries

    @classmethod
    def configured(cls, settings: Any) -> Self:
        """With the configuration's canaries."""
        return cls(settings.canaries)

    def patterns(self) -> tuple[Pattern, ...]:
        """Each canary, and what it becomes."""
        return tuple(pattern for canary in self._canaries for pattern in _patterns_of(canary))


def _patterns_of(canary: str) -> Iterator[Pattern]:
    subject = Ref(kind="secret", id=digest(canary))
    said = Claim(mask(canary), subject, 1.0)

    def check(_: str) -> Claim:
        return said

    for spelled in (canary, canary[::-1]):
        source = _BETWEEN.join(_literal(letter) for letter in spelled.casefold())
        yield Pattern(CANARY, source, "folded", 1.0, check, untrusted=True)
    data = canary.encode("utf-8", "replace")
    for start in range(3):
        # Of base64 only what does not hang on the bytes around it.
        middle = base64.b64encode(b"\0" * start + data)[-(-start * 8 // 6) :].decode().rstrip("=")
        yield Pattern(
            CANARY, "".join(_literal(letter) for letter in middle[:-1]), "raw", 1.0, check, untrusted=True
        )


def _literal(letter: str) -> str:
    return f"\\x{{{ord(letter):x}}}"
