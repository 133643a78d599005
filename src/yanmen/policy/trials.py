"""Runs the tests inside policy files. A file whose own tests fail is a bad file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Finding, Noun, Phrase, Ref, Rule, Unexamined, Where
from yanmen.policy.globs import matches
from yanmen.policy.modes import Mode, modes
from yanmen.policy.policy import Policy
from yanmen.policy.schema import Given, TrialText, severity
from yanmen.policy.situation import Judgement, Situation
from yanmen.policy.standing import Standing

_NOBODY = Standing()
_SAYS_NOTHING = Phrase(en="", zh="")


class Failure(Noun, frozen=True):
    """A test inside a file that did not get what it expects."""

    where: str
    """``file:line``."""
    message: Phrase


class Trial(Noun, frozen=True):
    """What the tests inside a policy's files said."""

    count: int
    failures: tuple[Failure, ...] = ()


def run(policy: Policy) -> Trial:
    """Run every test of every file of a policy, against the whole policy; where a mode is laid over it, the mode's tests."""
    mode = policy.mode
    written = [mode] if mode is not None else policy.parts.files
    count, failures = 0, []
    for file in written:
        for number, test in enumerate(file.text.tests):
            count += 1
            if message := _failed(policy, test):
                failures.append(Failure(where=file.document.where(("tests", number)), message=message))
    return Trial(count=count, failures=tuple(failures))


def checked(files: Sequence[Path] = ()) -> Policy:
    """Load a policy and run its tests; YanmenError with ``file:line`` when one fails."""
    policy = Policy.load(files)
    _must_pass(run(policy))
    return policy


def checked_modes(policy: Policy, files: Sequence[Path] = ()) -> Mapping[str, Mode]:
    """The modes that can be laid over a policy, and the tests of these files run over it; YanmenError with ``file:line``.

    The tests of the built-in modes are about the built-in policy: over another one they would say nothing.
    """
    found = modes(files)
    for mode in found.values():
        if mode.document.file in files:
            _must_pass(run(policy.under(mode)))
    return found


def _must_pass(trial: Trial) -> None:
    if trial.failures:
        first = trial.failures[0]
        failed = len(trial.failures)
        raise YanmenError(
            Phrase(
                en=f"{first.message.en} ({failed} of {trial.count} tests fail)",
                zh=f"{first.message.zh}（{trial.count} 个测试中有 {failed} 个未通过）",
            ),
            where=first.where,
            hint=Phrase(
                en="Mend the rule or the test; `yanmen policy check` lists every failure.",
                zh="请修改规则或测试；`yanmen policy check` 会列出全部未通过的测试。",
            ),
        )


def _failed(policy: Policy, test: TrialText) -> Phrase | None:
    """What went wrong with one test, or nothing."""
    several = test.given if isinstance(test.given, list) else [test.given]
    fields = [given.field for given in several if given.field is not None]
    if fields:
        said = [policy.request_field(field) for field in fields]
        if all(word == test.expect for word in said):
            return None
        got = ", ".join(said)
        return Phrase(en=f"expected {test.expect}, got {got}", zh=f"预期 {test.expect}，实际 {got}")
    judgement = _judge(policy, several)
    got = judgement.decision.verdict.word
    by = judgement.decision.because[0].by if judgement.decision.because else ""
    if got != test.expect:
        return Phrase(
            en=f"expected {test.expect}, got {got} (by {by or 'nothing'})",
            zh=f"预期 {test.expect}，实际 {got}（{f'由 {by} 决定' if by else '没有规则参与决定'}）",
        )
    if test.by is not None and test.by != by:
        return Phrase(
            en=f"expected to be decided by {test.by}, was by {by or 'nothing'}",
            zh=f"预期由 {test.by} 决定，实际{f'由 {by} 决定' if by else '没有规则参与决定'}",
        )
    masked = all("mask" in term for term in judgement.decision.terms.get("redact", ()))
    if test.masked is not None and test.masked is not masked:
        return Phrase(
            en=f"expected {'a placeholder' if test.masked else 'a cut'}, got the other",
            zh=f"预期{'替换为占位符' if test.masked else '直接删去'}，实际相反",
        )
    would = judgement.shadow.verdict.word if judgement.shadow else judgement.decision.verdict.word
    if test.would is not None and test.would != would:
        return Phrase(
            en=f"expected {test.would} in shadow, got {would}",
            zh=f"影子模式下预期 {test.would}，实际 {would}",
        )
    return None


def _judge(policy: Policy, several: Sequence[Given]) -> Judgement:
    first = several[0]
    situation = Situation(
        at=0,
        subject=Ref(kind="call", id="test"),
        subjects=(Ref(kind="key", id=first.key), Ref(kind="tenant", id=first.tenant)),
        direction=first.direction,
        surface=first.surface,
        tenant=first.tenant,
        model=first.model,
        country=first.country,
        asn=first.asn,
        network=tuple(first.network),
    )
    unexamined = [_unexamined(given) for given in several if given.unexamined is not None]
    findings = [_finding(given) for given in several if given.rule is not None]
    return policy.judge(findings, unexamined, situation, _NOBODY)


def _finding(given: Given) -> Finding:
    rule = Rule(
        id=given.rule or "",
        title=_SAYS_NOTHING,
        severity=severity(given.severity),
        fix=_SAYS_NOTHING,
        tags=tuple(given.tags),
    )
    where = Where(part=given.part, start=0, end=8 if given.span else 0)
    return Finding(
        rule=rule,
        subject=Ref(kind="text", id="test"),
        confidence=given.confidence,
        evidence="test",
        where=where,
    )


def _unexamined(given: Given) -> Unexamined:
    return Unexamined(
        subject=Ref(kind="text", id="test"), reason=given.unexamined or "", where=Where(part=given.part)
    )


def unknown_globs(policy: Policy, rules: Mapping[str, Rule]) -> list[tuple[str, str]]:
    """``file:line`` and text of each rule pattern that matches nothing in the catalogue: misspelt, or its detector not here."""
    found = []
    for file in policy.parts.files:
        for number, rule in enumerate(file.text.rules):
            patterns = [rule.when.rule] if isinstance(rule.when.rule, str) else rule.when.rule
            for pattern in patterns:
                if not any(matches(pattern, known) for known in rules):
                    where = file.document.where(("rules", number, "when", "rule"))
                    found.append((where, pattern))
    return found
