"""What both ways through the door share: who calls, what policy says of what was found, and the record of the call."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple

from yanmen.core.clock import Clock
from yanmen.core.config import Gateway
from yanmen.core.nouns import Decision, Finding, Ref, Unexamined, Verdict
from yanmen.core.proofs import Proved
from yanmen.gateway import heads
from yanmen.gateway.commands import Call, Command, Examine, Headers, Keep, Record
from yanmen.gateway.errors import Refusal
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.limits.tab import Tab
from yanmen.gateway.report import Report
from yanmen.gateway.shapes import Known
from yanmen.gateway.stream import AnswerStream
from yanmen.gateway.surfaces import Surface
from yanmen.gateway.whole import REMEMBERED
from yanmen.guard import Guard
from yanmen.guard.examination import OURS
from yanmen.llm.wire.tokens import ASCII_CHARACTERS
from yanmen.policy import Situation
from yanmen.store import Key

Steps = Generator[Command, Any, None]


class Means(NamedTuple):
    """What a call is heard with."""

    guard: Guard
    known: Knowledge
    settings: Gateway
    clock: Clock
    learnt: Known
    """What answers of this surface have taught of those after them."""
    surface: Surface


class Hearing:
    """One call before policy, from its head to its one event. Its methods are parts of the door's generator."""

    def __init__(self, means: Means, call: Call, report: Report) -> None:
        """Nothing has been looked at yet."""
        self.guard, self.known, self.settings, self.clock, self.learnt, self.surface = means
        self.call = call
        self.report = report
        self.key: Key
        """Who calls, once it is known."""
        self.subjects: tuple[Ref, ...] = ()
        """Whom the call concerns, as far as it is known."""
        self.restored: Mapping[str, str] = {}
        """What goes into the place of placeholders in the answer, by their names."""
        self.last: Decision | None = None
        """Policy's last word."""
        self.proved: Proved | None = None
        """The work that the caller has proved, where that was asked."""
        self.challenged: Decision | None = None
        """What asked for it."""
        self.spent = False
        """Whether it is used up."""
        self.recorded = False
        self.events: AnswerStream | None = None
        """The answer, where it is a stream."""
        self.tab = Tab(self.known.planner, self.clock)
        """What it takes of what its caller may use."""
        self._kept: dict[str, list[bytes]] | None = None

    def admit(self, key: Key) -> None:
        """It is known who calls."""
        self.key = self.report.key = key
        tenant = self.known.tenants.get(key.tenant)
        if tenant is not None and tenant.keep_content:
            self._kept = {}

    def situation(self, direction: Any) -> Situation:
        """What policy is to know of the call, beside what was found."""
        return Situation(
            at=self.clock(),
            subject=Ref(kind="call", id=self.call.id),
            subjects=self.subjects,
            direction=direction,
            surface=self.report.surface,
            tenant=self.key.tenant,
            model=self.report.model,
            country=self.call.origin.country,
            asn=self.call.origin.asn,
            network=self.call.origin.networks,
            shadow_until=self.known.shadow_until,
        )

    def judge(
        self, findings: Sequence[Finding], unexamined: Sequence[Unexamined], direction: str
    ) -> list[dict[str, Any]]:
        """What must be redacted; Refusal where the call may not go on. Nothing found: nothing to ask policy."""
        if not findings and not unexamined:
            return []
        self.report.found(findings, unexamined)
        decision = self.last = self.decide(findings, unexamined, self.situation(direction))
        if decision.verdict is Verdict.CHALLENGE:
            raise Refusal("challenge_required", decision=decision, findings=findings)
        if decision.verdict is Verdict.BLOCK:
            raise Refusal(self._word(findings, unexamined, direction), decision=decision, findings=findings)
        redact: list[dict[str, Any]] = decision.terms.get("redact", [])
        return redact

    def _word(self, findings: Sequence[Finding], unexamined: Sequence[Unexamined], direction: str) -> str:
        """What a block is called: by what was sent, or because we could not look at it."""
        theirs = [one for one in unexamined if one.reason not in OURS]
        if len(theirs) < len(unexamined):
            rest = self.known.policy.judge(findings, theirs, self.situation(direction), self.known.standing)
            if rest.decision.verdict is not Verdict.BLOCK:
                return "guard_overloaded"
        return "content_policy_violation" if direction == "in" else "answer_policy_violation"

    def decide(
        self, findings: Sequence[Finding], unexamined: Sequence[Unexamined], situation: Situation
    ) -> Decision:
        """Policy's decision, on record."""
        judgement = self.known.policy.judge(findings, unexamined, situation, self.known.standing)
        self.report.decided(judgement.decision, judgement.shadow)
        return judgement.decision

    def vetted(self, headers: Headers, direction: str) -> Generator[Command, Any, Headers]:
        """Headers without those whose values policy would cut; Refusal where it would stop the call."""
        clean = self.learnt.clean
        texts = heads.texts(headers, clean)
        if not texts:
            return headers
        seen = yield Examine(texts)
        if not seen.findings and not seen.unexamined:
            if len(clean) < REMEMBERED:
                clean.update(heads.steady(texts))
            return headers
        return heads.without(headers, self.judge(seen.findings, seen.unexamined, direction))

    # The record.

    def conclude(self, kind: str, *, durable: bool = False) -> Steps:
        """Write the call's one event. StoreFailed where it had to be durable and could not be."""
        if self.recorded:
            return
        self.recorded = True
        report = self.report
        if self.events is not None:
            self._measure(self.events)
        self.tab.estimate = report.tokens
        report.used, report.limit = self.tab.used(), self.tab.denied
        yield from self.tab.settle()
        if self._kept is not None and report.key is not None:
            for name, pieces in self._kept.items():
                days = self.known.tenants[report.key.tenant].keep_days
                keep = Keep(report.id, report.key.tenant, name, b"".join(pieces), days)
                report.content[name] = yield keep
        yield Record(report.event(kind), durable)

    def _measure(self, stream: AnswerStream) -> None:
        report = self.report
        report.upstream = self.clock() - report.sent_at
        report.texts += stream.texts
        self.tab.streamed(stream.said, stream.characters)
        report.tokens = stream.usage or (report.tokens[0], -(-stream.characters // ASCII_CHARACTERS))

    def keep(self, name: str, content: bytes) -> None:
        """Of tenants that chose it: the text itself, for the vault."""
        if self._kept is not None:
            self._kept.setdefault(name, []).append(content)
