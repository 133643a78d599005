"""One call at the door: the prompt in, the answer out."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from yanmen.core.clock import Clock
from yanmen.core.config import Gateway
from yanmen.core.nouns import Decision, Finding, Ref, Text, Unexamined, Verdict
from yanmen.gateway import fields, heads, replies
from yanmen.gateway.commands import (
    Answer,
    Call,
    CloseUpstream,
    Command,
    Cut,
    Examine,
    Forward,
    Gone,
    Head,
    Headers,
    Keep,
    Read,
    ReadAll,
    ReadBody,
    Record,
    Send,
    StoreFailed,
)
from yanmen.gateway.errors import Refusal
from yanmen.gateway.knowledge import Knowledge, subjects_of
from yanmen.gateway.report import Report
from yanmen.gateway.shapes import Known
from yanmen.gateway.stream import REMEMBERED, AnswerStream, Garbage, Limits
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.guard import Guard
from yanmen.llm.wire import chat, strict
from yanmen.llm.wire.places import cuts, rewrite
from yanmen.llm.wire.tokens import ASCII_CHARACTERS
from yanmen.policy import Situation

Steps = Generator[Command, Any, None]
DRAIN_SECONDS = 1.0
"""How long an upstream has to end its transfer after the end mark."""
SSE = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"))


class Means(NamedTuple):
    """What a visit works with."""

    guard: Guard
    known: Knowledge
    settings: Gateway
    clock: Clock
    learnt: Known
    """What answers have taught of those after them."""


class Visit:
    """One call. Its methods are parts of the door's generator."""

    def __init__(self, means: Means, call: Call, report: Report) -> None:
        """Nothing has been looked at yet."""
        self.guard, self.known, self.settings, self.clock, self.learnt = means
        self.call = call
        self.report = report
        self.forwarded = False
        """Whether the upstream has seen the call."""
        self.recorded = False
        self._subjects: tuple[Ref, ...] = ()
        self._kept: dict[str, list[bytes]] | None = None
        self._events: AnswerStream | None = None
        self._begun = False

    # The way in.

    def models(self) -> Steps:
        """``GET /v1/models`` and ``/v1/models/NAME``."""
        self._admit()
        path = self.call.path.removeprefix("/v1")
        if any(step == "." or step.startswith("..") for step in path.split("/")):
            raise Refusal("not_found")
        if len(path) > len("/models/"):
            yield from self._named(path)
        head = yield from self._forward("GET", quote(path, safe="/:@"), b"")
        yield from self._plain(head)

    def _named(self, path: str) -> Steps:
        """A model's name in a path. What policy would cut out of it names no model, and is not kept."""
        seen = yield Examine((Text(text=path, role="field", trust="untrusted", part="/model"),))
        if seen.findings or seen.unexamined:
            self.report.call = self.call._replace(path="/v1/models/")
        if self._judge(seen.findings, seen.unexamined, "in"):
            raise Refusal("not_found")

    def chat(self) -> Steps:
        """``POST /v1/chat/completions``."""
        self._admit()
        heads.must_be_json(self.call)
        body: bytes = yield ReadBody()
        report = self.report
        report.body(body)
        bounds = self.settings.bounds
        try:
            request = chat.request(body, depth=bounds.json_depth, values=bounds.json_values)
        except strict.Malformed as error:
            raise Refusal(error.word, detail=error.detail) from None
        report.model, report.user, report.stream = request.model, request.user, request.stream
        report.texts, report.tokens = len(request.texts), (request.tokens, 0)
        self._keep("request", body)
        self._subjects = subjects_of(self._key, self.call.ip, user=request.user, model=request.model)
        self._barred()
        strip = self._fields(request.tree)
        seen = yield Examine(request.texts)
        redact = self._judge(seen.findings, (*request.unexamined, *seen.unexamined), "in")
        if redact or strip:
            tree = request.tree
            if redact:
                tree = rewrite(tree, cuts(redact), request.viewed, chat.view)
            for name in strip:
                tree = fields.without(tree, name)
            body = msgspec.json.encode(tree)
        head = yield from self._forward("POST", "/chat/completions", body)
        if replies.is_stream(head):
            yield from self._stream(head)
        else:
            yield from self._plain(head)

    def _admit(self) -> None:
        """Who calls, and whether anything bars them: before a byte of the body is looked at."""
        self._key = self.report.key = self.known.caller(self.call)
        tenant = self.known.tenants.get(self._key.tenant)
        if tenant is not None and tenant.keep_content:
            self._kept = {}
        self._subjects = subjects_of(self._key, self.call.ip)
        self._barred()
        if self.call.crowded:
            raise Refusal("too_many_calls")

    def _barred(self) -> None:
        ban = self.known.standing.refusal(self._subjects, self.call.at)
        if ban is not None:
            self.report.decided(ban)
            raise Refusal(
                "challenge_required" if ban.verdict is Verdict.CHALLENGE else "banned", decision=ban
            )

    # Judging.

    def _fields(self, tree: dict[str, Any]) -> list[str]:
        """The fields to strip; Refusal where one is refused. While everything is in shadow all pass, and it is said."""
        policy = self.known.policy
        strip, refused = fields.taken_up(tree, policy, self.settings.allow_fields)
        if refused:
            judgement = policy.judge_fields(refused, self._situation("in"), self.known.standing)
            self.report.decided(judgement.decision, judgement.shadow)
            decision = judgement.decision
            if decision.verdict is Verdict.BLOCK:
                raise Refusal("field_not_allowed", decision=decision, field=decision.because[0].note[:100])
        return strip if strip and self.clock() >= self.known.shadow_until else []

    def _situation(self, direction: Any) -> Situation:
        return Situation(
            at=self.clock(),
            subject=Ref(kind="call", id=self.call.id),
            subjects=self._subjects,
            direction=direction,
            surface=self.report.surface,
            tenant=self._key.tenant,
            model=self.report.model,
            shadow_until=self.known.shadow_until,
        )

    def _judge(
        self, findings: Sequence[Finding], unexamined: Sequence[Unexamined], direction: str
    ) -> list[dict[str, Any]]:
        """What must be redacted; Refusal where the call may not go on. Nothing found: nothing to ask policy."""
        if not findings and not unexamined:
            return []
        self.report.found(findings, unexamined)
        decision = self._decide(findings, unexamined, self._situation(direction))
        if decision.verdict is Verdict.CHALLENGE:
            raise Refusal("challenge_required", decision=decision, findings=findings)
        if decision.verdict is Verdict.BLOCK:
            say = "content_policy_violation" if direction == "in" else "answer_policy_violation"
            raise Refusal(say, decision=decision, findings=findings)
        redact: list[dict[str, Any]] = decision.terms.get("redact", [])
        return redact

    def _decide(
        self, findings: Sequence[Finding], unexamined: Sequence[Unexamined], situation: Situation
    ) -> Decision:
        judgement = self.known.policy.judge(findings, unexamined, situation, self.known.standing)
        self.report.decided(judgement.decision, judgement.shadow)
        return judgement.decision

    # The way out.

    def _forward(self, method: str, path: str, body: bytes) -> Generator[Command, Any, Head]:
        report = self.report
        headers = yield from self._vetted(heads.onward(self.call), "in")
        headers = [*headers, *heads.ours(self.call)]
        report.sent_at = self.clock()
        self.forwarded = True
        try:
            head: Head = yield Forward(method, path, headers, body, self._subjects)
        finally:
            report.upstream = self.clock() - report.sent_at
        report.status = head.status
        return head

    def _plain(self, head: Head) -> Steps:
        """An answer that is not a stream: looked at whole."""
        report, bounds = self.report, self.settings.bounds
        body: bytes = yield ReadAll(bounds.answer_bytes)
        report.first_byte = self.clock()
        report.upstream = report.first_byte - report.sent_at
        try:
            reply = replies.read(head, body, depth=bounds.json_depth, values=bounds.json_values)
        except Garbage as error:
            raise Refusal("upstream_garbage", detail=str(error)) from None
        report.texts += len(reply.texts)
        report.tokens = reply.tokens(report.tokens[0])
        seen = yield Examine(reply.texts)
        if redact := self._judge(seen.findings, seen.unexamined, "out"):
            body = reply.redacted(cuts(redact))
        self._keep("answer", body)
        report.bytes_out = len(body)
        if head.status >= HTTPStatus.BAD_REQUEST:
            report.error = f"upstream_status_{head.status}"
        headers = yield from self._headers(head)
        yield Answer(head.status, headers, body)
        yield from self.conclude("call.allowed")

    def _stream(self, head: Head) -> Steps:
        bounds = self.settings.bounds
        situation = self._situation("out")
        limits = Limits(bounds.event_bytes, bounds.json_depth, bounds.json_values)
        stream = self._events = AnswerStream(self.guard, self.known.ruler(situation), limits, self.learnt)
        headers = yield from self._headers(head)
        try:
            out = yield from self._deliver(stream, headers)
        except Garbage as error:
            self._final(stream, situation)
            yield from self._break(Refusal("upstream_garbage", detail=str(error)), b"")
        except UpstreamError as error:
            out = b"" if stream.done else stream.finish()
            decision = self._final(stream, situation)
            if stream.stopped:
                yield from self._stop(stream, out, decision, headers)
            else:
                yield from self._break(fault(error), out)
        except Cut as cut:
            self._final(stream, situation)
            self.report.decided(cut.decision)
            self.report.error = "banned"
            yield from self._stop(stream, b"", cut.decision, headers)
        else:
            decision = self._final(stream, situation)
            if stream.stopped:
                yield from self._stop(stream, out, decision, headers)
            else:
                yield from self.conclude("call.allowed")
                if stream.done:
                    yield from self._drain()

    def _drain(self) -> Steps:
        """The end of the transfer, so that the connection can be used again. All is said and recorded: nothing hangs on it."""
        try:
            yield Read(DRAIN_SECONDS)
        except (Gone, Cut, UpstreamError):
            return

    def _deliver(self, stream: AnswerStream, headers: Headers) -> Generator[Command, Any, bytes]:
        """Read, judge, send: one of each for what one read brought. What a stop leaves to be sent is answered."""
        report, limit = self.report, self.settings.bounds.answer_bytes
        total = 0
        while True:
            chunk: bytes = yield Read()
            if not report.first_byte:
                report.first_byte = self.clock()
            total += len(chunk)
            if total > limit:
                raise Garbage(f"more than {limit} bytes")
            out = stream.feed(chunk) if chunk else stream.finish()
            if stream.stopped:
                return out
            ended = stream.done or not chunk
            if out or ended:
                yield self._part(out, headers, more=not ended)
            if ended:
                return b""

    def _part(self, out: bytes, headers: Headers, *, more: bool) -> Command:
        """Some of the answer; the first part brings the head along, so that what fails before it is a plain error."""
        self.report.bytes_out += len(out)
        self._keep("answer", out)
        if self._begun:
            return Send(out, more)
        self._begun = True
        return Answer(200, headers, out, more)

    def _final(self, stream: AnswerStream, situation: Situation) -> Decision | None:
        """Policy's decision on all that was found, for the record; None where nothing was."""
        findings, unexamined = stream.findings, stream.unexamined
        if not findings and not unexamined:
            return None
        self.report.found(findings, unexamined)
        return self._decide(findings, unexamined, situation)

    def _stop(self, stream: AnswerStream, out: bytes, decision: Decision | None, headers: Headers) -> Steps:
        """End a stream by a verdict: on record first, then said."""
        self.report.left = stream.left
        if not self.report.error:
            self.report.error = "content_policy_violation"
        name = decision.id if decision else ""
        yield CloseUpstream()
        try:
            yield from self.conclude("call.stopped", durable=True)
        except StoreFailed:
            yield from self._say(Refusal("store_unavailable"), out)
            return
        if not self._begun and name:
            headers = [*headers, (b"x-yanmen-decision", name.encode())]
        try:
            yield self._part(out + stream.closing(name), headers, more=False)
        except Gone:
            return

    def _break(self, refusal: Refusal, out: bytes) -> Steps:
        """The upstream failed within its answer: an error event, and no end mark."""
        if not self._begun and not out:
            raise refusal
        yield CloseUpstream()
        self.report.error = refusal.code
        yield from self.conclude("call.failed")
        yield from self._say(refusal, out)

    def _say(self, refusal: Refusal, out: bytes) -> Steps:
        try:
            yield self._part(out + b"data: " + refusal.body(self.call.tongue) + b"\n\n", [*SSE], more=False)
        except Gone:
            return

    def _headers(self, head: Head) -> Generator[Command, Any, Headers]:
        own = (b"x-request-id", self.call.id.encode())
        kept = [pair for pair in head.headers if pair[0] not in {b"x-request-id", b"content-length"}]
        kept = yield from self._vetted(kept, "out")
        return [*kept, own]

    def _vetted(self, headers: Headers, direction: str) -> Generator[Command, Any, Headers]:
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
        return heads.without(headers, self._judge(seen.findings, seen.unexamined, direction))

    # The record.

    def conclude(self, kind: str, *, durable: bool = False) -> Steps:
        """Write the call's one event. StoreFailed where it had to be durable and could not be."""
        if self.recorded:
            return
        self.recorded = True
        report = self.report
        if self._events is not None:
            self._measure(self._events)
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
        report.tokens = stream.usage or (report.tokens[0], -(-stream.characters // ASCII_CHARACTERS))

    def _keep(self, name: str, content: bytes) -> None:
        """Of tenants that chose it: the text itself, for the vault."""
        if self._kept is not None:
            self._kept.setdefault(name, []).append(content)


def fault(error: UpstreamError) -> Refusal:
    """What is said of an upstream that failed."""
    return Refusal(f"upstream_{error.kind.replace('-', '_')}", detail=error.detail)
