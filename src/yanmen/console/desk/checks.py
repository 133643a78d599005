"""The guard for people who have a gateway already: texts or messages in, findings and verdicts out. Texts are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from yanmen.console.desk.decisions import shape as decision_of
from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import (
    SEVERITIES,
    VERDICTS,
    Asked,
    DecisionShape,
    SeverityWord,
    Shape,
    VerdictWord,
)
from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import (
    Event,
    Finding,
    Phrase,
    Ref,
    Role,
    Text,
    Trust,
    Unexamined,
    Verdict,
    finding_data,
)
from yanmen.guard import Examination, redacted
from yanmen.llm.wire import chat
from yanmen.llm.wire.strict import Malformed
from yanmen.policy import Judgement, Situation

MOST = 256
"""Items of one request."""
TRUST: dict[Role, Trust] = {
    "system": "operator",
    "developer": "operator",
    "user": "user",
    "assistant": "untrusted",
    "tool": "untrusted",
    "field": "untrusted",
}
"""How far a text is trusted by who said it, where nothing else is said; as the gateway takes it."""


class AskedText(Asked, frozen=True):
    """One text to look at."""

    text: Annotated[str, Meta(max_length=1_000_000)]
    role: Role = "user"
    trust: Trust | None = None
    """Nothing: by the role."""


class AskedCheck(Asked, frozen=True):
    """Texts, or the ``messages`` of a chat completions request as they are; one of the two."""

    texts: Annotated[tuple[AskedText, ...], Meta(max_length=MOST)] = ()
    messages: Annotated[tuple[dict[str, Any], ...], Meta(max_length=MOST)] = ()
    direction: Literal["in", "out"] = "in"
    """``in``: on its way to the model; ``out``: an answer of the model."""


class FindingOf(Shape, frozen=True):
    """What was found in a text, and where: characters from ``start`` to ``end``."""

    rule: str
    title: Phrase
    fix: Phrase
    severity: SeverityWord
    confidence: float
    evidence: str
    start: int
    end: int
    fingerprint: str
    verdict: VerdictWord
    """What policy says of this finding by itself."""


class UnexaminedOf(Shape, frozen=True):
    """What could not be judged. A text with such an entry is not clean."""

    reason: str
    detail: str
    start: int
    end: int


class Checked(Shape, frozen=True):
    """What is to be said of one text."""

    part: str
    """Which text: a JSON pointer into the request."""
    verdict: VerdictWord
    clean: bool
    """Nothing was found and nothing was left unexamined."""
    findings: list[FindingOf]
    unexamined: list[UnexaminedOf]
    redacted: str | None
    """The text as policy lets it pass; nothing where it does not pass."""
    decision: DecisionShape | None
    """Recorded where the verdict is more than allow."""
    shadow: DecisionShape | None
    """What would have been decided, were nothing in shadow; only where that is stricter."""


class Checks(Shape, frozen=True):
    """What is to be said of each text, and of all together."""

    id: str
    """Names this check in the record: the events' subject is ``check:ID``."""
    verdict: VerdictWord
    """The strictest of all."""
    clean: bool
    policy: str
    items: list[Checked]


def check(house: House, caller: Caller, asked: AskedCheck) -> Checks:
    """Look at texts and say what policy makes of what is found; recorded as ``guard.checked`` events before it is answered."""
    texts, given = _texts(asked)
    name, at = new_id("chk"), house.clock()
    policy, standing = house.policies.policy, house.standing()
    subjects = tuple(
        ref
        for ref in (
            caller.ref,
            Ref(kind="tenant", id=caller.tenant),
            Ref(kind="ip", id=caller.address) if caller.address else None,
        )
        if ref is not None
    )
    situation = Situation(
        at=at,
        subject=Ref(kind="check", id=name),
        subjects=subjects,
        direction=asked.direction,
        surface="guard",
        tenant=caller.tenant,
        shadow_until=house.shadow_until(),
    )
    looked = house.guard.examine(texts)
    items, events = [], []
    for text in texts:
        part = _of(looked, given, text)
        judgement = policy.judge(part.findings, part.unexamined, situation, standing)
        words = [policy.verdict(finding, situation, standing)[0] for finding in part.findings]
        items.append(_item(house, text, part, judgement, words))
        events.append(_event(caller, text, part, judgement, situation))
    house.commit(*events)
    return Checks(
        id=name,
        verdict=VERDICTS[max((VERDICTS.index(item.verdict) for item in items), default=0)],
        clean=all(item.clean for item in items),
        policy=policy.revision,
        items=items,
    )


def _texts(asked: AskedCheck) -> tuple[Sequence[Text], Sequence[Unexamined]]:
    """The texts to look at, and what is known already not to be readable (pictures, sound)."""
    if bool(asked.texts) == bool(asked.messages):
        raise YanmenError(
            Phrase(en="give either texts or messages", zh="texts 与 messages 须给且只给一个"),
            hint=Phrase(en='For example {"texts": [{"text": "…"}]}.', zh='例如 {"texts": [{"text": "…"}]}。'),
        )
    if asked.texts:
        return [
            Text(text=one.text, role=one.role, trust=one.trust or TRUST[one.role], part=f"/texts/{index}")
            for index, one in enumerate(asked.texts)
        ], ()
    body = msgspec.json.encode({"model": "guard", "messages": asked.messages})
    try:
        request = chat.request(body, depth=64, values=200_000)
    except Malformed as error:
        raise YanmenError(
            Phrase(en=str(error), zh=f"messages 无法接受：{foreign.said(error.detail).zh}"),
            hint=Phrase(
                en="Write messages as the chat completions API takes them.",
                zh="messages 的写法与对话补全（chat completions）接口相同。",
            ),
        ) from error
    texts = [text for text in request.texts if text.part.startswith("/messages/")]
    silent = {one.where.part for one in request.unexamined} - {text.part for text in texts}
    texts += [Text(text="", role="field", trust="untrusted", part=part) for part in sorted(silent)]
    return texts, request.unexamined


def _of(looked: Examination, given: Sequence[Unexamined], text: Text) -> Examination:
    """What was said of one text."""
    return Examination(
        findings=tuple(one for one in looked.findings if one.where.part == text.part),
        unexamined=tuple(one for one in (*looked.unexamined, *given) if one.where.part == text.part),
    )


def _item(
    house: House, text: Text, said: Examination, judgement: Judgement, words: Sequence[Verdict]
) -> Checked:
    decision, shadow = judgement.decision, judgement.shadow
    spans = [(one["start"], one["end"], one["with"]) for one in decision.terms.get("redact", [])]
    return Checked(
        part=text.part,
        verdict=VERDICTS[decision.verdict],
        clean=not (said.findings or said.unexamined),
        findings=[_finding(one, word) for one, word in zip(said.findings, words, strict=True)],
        unexamined=[
            UnexaminedOf(reason=one.reason, detail=one.detail, start=one.where.start, end=one.where.end)
            for one in said.unexamined
        ],
        redacted=redacted(text.text, spans) if decision.verdict <= Verdict.REDACT else None,
        decision=decision_of(house, decision) if decision.verdict is not Verdict.ALLOW else None,
        shadow=decision_of(house, shadow) if shadow is not None else None,
    )


def _finding(finding: Finding, verdict: Verdict) -> FindingOf:
    return FindingOf(
        rule=finding.rule.id,
        title=finding.rule.title,
        fix=finding.rule.fix,
        severity=SEVERITIES[finding.rule.severity],
        confidence=finding.confidence,
        evidence=finding.evidence,
        start=finding.where.start,
        end=finding.where.end,
        fingerprint=finding.fingerprint,
        verdict=VERDICTS[verdict],
    )


def _event(
    caller: Caller, text: Text, said: Examination, judgement: Judgement, situation: Situation
) -> Event:
    data: dict[str, Any] = {
        "surface": "guard",
        "part": text.part,
        "role": text.role,
        "trust": text.trust,
        "direction": situation.direction,
        "tenant": caller.tenant,
        "ip": caller.address,
        "chars": len(text.text),
        "digest_in": hashlib.sha256(text.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "findings": [finding_data(one) for one in said.findings],
        "unexamined": [msgspec.to_builtins(one) for one in said.unexamined],
        "verdict": judgement.decision.verdict.word,
        "policy": judgement.decision.policy,
    }
    if judgement.decision.verdict is not Verdict.ALLOW:
        data["decision"] = msgspec.to_builtins(judgement.decision)
        data["decision_id"] = judgement.decision.id
    if judgement.shadow is not None:
        data["shadow"] = msgspec.to_builtins(judgement.shadow)
    return Event(
        id=new_id("evt"),
        at=situation.at,
        kind="guard.checked",
        actor=caller.ref,
        subject=situation.subject,
        data=data,
    )
