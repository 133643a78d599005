"""What each tier of the guard sees in one text, for a person: the lines of ``yanmen guard explain``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from yanmen.core.clock import now
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Finding, Ref, Text
from yanmen.core.redaction import visible
from yanmen.guard import Examination, Guard
from yanmen.guard.cascade import Cascade, channel_of, questions, snapped, worth_reading
from yanmen.guard.decoding import View, decoded
from yanmen.guard.examination import Channel, Question
from yanmen.guard.model.lexical import language as script
from yanmen.guard.model.lexical import pieces
from yanmen.policy import Policy, Situation, Standing

_MESSAGES = Messages(Path(__file__).parent / "messages" / "guard")
_say = _MESSAGES.say
_WORD = re.compile(r"[\u3400-\u9fff]{1,2}|[^\W\u3400-\u9fff]+")
WORDS = 6
"""Words that are shown as weighing most."""
WEIGHED = 400
"""Words of a stretch that are weighed."""


def explanation(guard: Guard, policy: Policy, text: Text) -> Iterator[str]:
    """The lines, tier by tier, and the verdict."""
    channel = channel_of(text)
    yield _say("text", size=len(text.text), role=text.role, channel=_say(f"channel_{channel or 'none'}"))
    yield _say("patterns")
    yield from _findings(guard.examine([text], direction="out").findings)
    yield _say("disguises")
    said = decoded(text.text)
    for view in said.views:
        start, end = view.span(0, len(view.text))
        yield _say("view", ways=" > ".join(view.ways), start=start, end=end, text=visible(view.text))
    if not said.complete:
        yield _say("incomplete")
    elif not said.views:
        yield _say("nothing")
    yield from _learned(guard, text, channel, said.views)
    yield from _verdict(policy, guard.examine([text]))


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        where = one.where
        title = one.rule.title.say(language())
        yield _say(
            "finding", rule=one.rule.id, confidence=one.confidence, start=where.start, end=where.end,
            title=title, evidence=one.evidence,
        )  # fmt: skip
    if not findings:
        yield _say("nothing")


def _learned(guard: Guard, text: Text, channel: Channel | None, views: Sequence[View]) -> Iterator[str]:
    yield _say("lexical")
    cascade = guard.cascade
    if cascade is None or channel is None:
        yield _say("disabled" if cascade is None else "operator")
        return
    if cascade.failure is not None:
        yield _say("broken", why=cascade.failure.say(language()))
        return
    asked: list[Question] = []
    for view in (None, *views):
        said = text.text if view is None else view.text
        if not worth_reading(said):
            continue
        stretches, _ = cascade.uncleared(said, channel)
        asked += questions(said, stretches, channel, text, view, b"")
        yield from _weighed(cascade, said, channel, view, sum(end - start for start, end in stretches))
    yield _say("encoder")
    if not asked:
        yield _say("not_asked")
    for question in asked:
        yield from _read(cascade, question)


def _weighed(cascade: Cascade, text: str, channel: Channel, view: View | None, size: int) -> Iterator[str]:
    """The stretch that looks most like an attack, and its words by what the logit loses without them."""
    lexical = cascade.lexical()
    limit = lexical.card.channels[channel].clear_below[script(text)]
    worst = max((text[start:end] for start, end in pieces(text)), key=lambda one: lexical.logit(one, channel))
    logit = lexical.logit(worst, channel)
    where = _say("whole") if view is None else " > ".join(view.ways)
    yield _say("uncleared" if size else "cleared", where=where, logit=logit, limit=limit, size=size)
    losses: dict[str, float] = {}
    for found, _ in zip(_WORD.finditer(worst), range(WEIGHED), strict=False):
        without = worst[: found.start()] + worst[found.end() :]
        losses[found[0]] = max(losses.get(found[0], 0.0), logit - lexical.logit(without, channel))
    most = sorted(losses.items(), key=lambda one: -one[1])[:WORDS]
    if words := ", ".join(f"{visible(word)} {loss:+.2f}" for word, loss in most if loss > 0):
        yield _say("words", words=words)


def _read(cascade: Cascade, question: Question) -> Iterator[str]:
    channel = question.passage.channel
    try:
        (opinion,) = cascade.read([question.passage])
    except YanmenError as error:
        yield _say("broken", why=error.say(language()))
        return
    yield _say(
        "opinion",
        where=_say("whole") if question.view is None else " > ".join(question.view.ways),
        probability=opinion.probability,
        word=opinion.attack_class,
        threshold=cascade.lexical().card.channels[channel].threshold,
        confidence=cascade.confidence(opinion.probability, channel),
    )
    start, end = snapped(question.passage.text, opinion.start, opinion.end)
    yield _say("evidence", start=start, end=end, text=visible(question.passage.text[start:end]))


def _verdict(policy: Policy, seen: Examination) -> Iterator[str]:
    situation = Situation(at=now(), subject=Ref(kind="check", id="explain"), surface="guard")
    decision = policy.judge(seen.findings, seen.unexamined, situation, Standing(())).decision
    yield _say("verdict", verdict=decision.verdict.word, score=seen.score)
    for reason in decision.because:
        yield _say("because", rule=reason.rule, by=reason.by)
    for one in seen.unexamined:
        yield _say("missing", reason=one.reason, detail=one.detail)
