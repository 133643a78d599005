"""The way out: what a model answers, whole or streamed, looked at before it leaves."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from http import HTTPStatus
from typing import Any

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Decision, Text
from yanmen.gateway import replies, restoring, withheld
from yanmen.gateway.commands import (
    Answer,
    CloseUpstream,
    Command,
    Cut,
    Examine,
    Gone,
    Head,
    Headers,
    Own,
    Read,
    ReadAll,
    Send,
    StoreFailed,
)
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing, Steps
from yanmen.gateway.ruling import Garbage, Limits
from yanmen.gateway.stream import AnswerStream
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.guard.stream import Terms
from yanmen.llm.wire.codec import Said
from yanmen.llm.wire.places import cuts
from yanmen.policy import Situation

DRAIN_SECONDS = 1.0
"""How long an upstream has to end its transfer after the end mark."""


class Outgoing:
    """One answer on its way to the caller. Its methods are parts of the door's generator."""

    def __init__(self, hearing: Hearing, before: Sequence[Text] = ()) -> None:
        """Nothing has come yet. ``before``: the prompt that is answered."""
        self.hearing = hearing
        self._codec = hearing.surface.codec
        self._before = before
        self._begun = False

    def whole(self, head: Head) -> Steps:
        """An answer that is not a stream: looked at whole."""
        report, bounds = self.hearing.report, self.hearing.settings.bounds
        body: bytes = yield ReadAll(bounds.answer_bytes)
        report.first_byte = self.hearing.clock()
        report.upstream = report.first_byte - report.sent_at
        try:
            reply = replies.read(head, body, self._codec, depth=bounds.json_depth, values=bounds.json_values)
        except Garbage as error:
            raise Refusal("upstream_garbage", detail=str(error)) from None
        report.texts += len(reply.texts)
        report.tokens = reply.tokens(report.tokens[0])
        self.hearing.tab.answered(reply.said, len(body), head.status)
        seen = yield Examine(reply.texts, before=self._before)
        redact = self.hearing.judge(seen.findings, (*reply.seen.unexamined, *seen.unexamined), "out")
        sealed = self._codec.sealed
        if spans := restoring.restored(cuts(redact), reply.texts, self.hearing.restored, sealed):
            fresh = reply.redacted(spans)
            if fresh is None:
                raise Refusal(withheld.SAY, decision=self.hearing.last, findings=seen.findings)
            body = fresh
        self.hearing.keep("answer", body)
        report.bytes_out = len(body)
        if head.status >= HTTPStatus.BAD_REQUEST:
            report.error = f"upstream_status_{head.status}"
        headers = yield from self._headers(head)
        if head.status < HTTPStatus.BAD_REQUEST and type(reply.tree) is dict:
            yield from self._own(reply.tree.get("id"))
        yield Answer(head.status, headers, body)
        yield from self.hearing.conclude("call.allowed")

    def stream(self, head: Head) -> Steps:
        """An answer that is a stream: judged, and passed on, as it comes."""
        bounds = self.hearing.settings.bounds
        situation = self.hearing.situation("out")
        limits = Limits(bounds.event_bytes, bounds.json_depth, bounds.json_values)
        hearing = self.hearing
        cuts = hearing.known.policy.cuts(hearing.guard.rules, "out")
        ruler = hearing.known.ruler(situation)._replace(terms=Terms(hearing.restored, cuts))
        stream = AnswerStream(hearing.guard, ruler, limits, hearing.learnt, self._before, self._codec)
        stream.silent = hearing.tab.silent
        hearing.events = stream
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
            self.hearing.report.decided(cut.decision)
            self.hearing.report.error = "banned"
            yield from self._stop(stream, b"", cut.decision, headers)
        else:
            decision = self._final(stream, situation)
            if stream.stopped:
                yield from self._stop(stream, out, decision, headers)
            else:
                yield from self._own(stream.id)
                yield from self.hearing.conclude("call.allowed")
                if stream.done:
                    yield from self._drain()

    def _own(self, name: Any) -> Steps:
        """What the model's server keeps of this call is the caller's."""
        if self.hearing.surface.keeps and type(name) is str and name:
            yield Own(self.hearing.key.tenant, self.hearing.key.id, (name[:200],))

    def _drain(self) -> Steps:
        """The end of the transfer, so that the connection can be used again. All is said and recorded: nothing hangs on it."""
        try:
            yield Read(DRAIN_SECONDS)
        except (Gone, Cut, UpstreamError):
            return

    def _deliver(self, stream: AnswerStream, headers: Headers) -> Generator[Command, Any, bytes]:
        """Read, judge, send: one of each for what one read brought. What a stop leaves to be sent is answered."""
        report, limit = self.hearing.report, self.hearing.settings.bounds.answer_bytes
        total = 0
        while True:
            chunk: bytes = yield Read()
            if not report.first_byte:
                report.first_byte = self.hearing.clock()
            total += len(chunk)
            if total > limit:
                raise Garbage(f"more than {limit} bytes")
            out = stream.feed(chunk) if chunk else stream.finish()
            if stream.stopped:
                return out
            ended = stream.done or not chunk
            self.hearing.tab.whole = ended
            if not ended and self.hearing.tab.spent(stream.characters):
                yield from self._break(Refusal("output_limit_reached"), out)
                return b""
            if out or ended:
                yield self._part(out, headers, more=not ended)
            if ended:
                return b""

    def _part(self, out: bytes, headers: Headers, *, more: bool) -> Command:
        """Some of the answer; the first part brings the head along, so that what fails before it is a plain error."""
        self.hearing.report.bytes_out += len(out)
        self.hearing.keep("answer", out)
        if self._begun:
            return Send(out, more)
        self._begun = True
        return Answer(200, headers, out, more)

    def _final(self, stream: AnswerStream, situation: Situation) -> Decision | None:
        """Policy's decision on all that was found, for the record; None where nothing was."""
        findings, unexamined = stream.findings, stream.unexamined
        if not findings and not unexamined:
            return None
        self.hearing.report.found(findings, unexamined)
        return self.hearing.decide(findings, unexamined, situation)

    def _stop(self, stream: AnswerStream, out: bytes, decision: Decision | None, headers: Headers) -> Steps:
        """End a stream by a verdict: on record first, then said."""
        self.hearing.report.left = stream.left
        if not self.hearing.report.error:
            self.hearing.report.error = "content_policy_violation"
        name = decision.id if decision else ""
        said = self._said(decision, stream)
        yield CloseUpstream()
        try:
            yield from self.hearing.conclude("call.stopped", durable=True)
        except StoreFailed:
            yield from self._say(Refusal("store_unavailable"), out)
            return
        if not self._begun and name:
            headers = [*headers, (b"x-yanmen-decision", name.encode())]
        try:
            yield self._part(
                out + stream.closing(said, self.hearing.settings.safe_answer), headers, more=False
            )
        except Gone:
            return

    def _said(self, decision: Decision | None, stream: AnswerStream) -> Said:
        """What is said of a stream that is stopped."""
        call, model = self.hearing.call, self.hearing.report.model
        if decision is None:
            return Said(call=call.id, at=call.at // SECOND, model=model, code=self.hearing.report.error)
        say = "banned" if self.hearing.report.error == "banned" else withheld.SAY
        refusal = Refusal(say, decision=decision, findings=stream.findings)
        return refusal.said(call.tongue, call, model)

    def _break(self, refusal: Refusal, out: bytes) -> Steps:
        """The upstream failed within its answer: an error event, and no end mark."""
        if not self._begun and not out:
            raise refusal
        yield CloseUpstream()
        self.hearing.report.error = refusal.code
        yield from self.hearing.conclude("call.failed")
        yield from self._say(refusal, out)

    def _say(self, refusal: Refusal, out: bytes) -> Steps:
        call, codec = self.hearing.call, self._codec
        kind = f"{codec.framing.kind}; charset=utf-8".encode()
        headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
        said = refusal.said(call.tongue, call, self.hearing.report.model)
        try:
            yield self._part(out + codec.broken(said), headers, more=False)
        except Gone:
            return

    def _headers(self, head: Head) -> Generator[Command, Any, Headers]:
        own = (b"x-request-id", self.hearing.call.id.encode())
        kept = [pair for pair in head.headers if pair[0] not in {b"x-request-id", b"content-length"}]
        kept = yield from self.hearing.vetted(kept, "out")
        told = self.hearing.tab.headers
        if told:
            kept = [pair for pair in kept if not pair[0].startswith(b"x-ratelimit-")]
        return [*kept, *told, own]


def fault(error: UpstreamError) -> Refusal:
    """What is said of an upstream that failed."""
    if error.kind == "no-route":
        return Refusal("model_not_found", detail=error.detail)
    say = f"upstream_{error.kind.replace('-', '_')}"
    return Refusal(say, detail=error.detail, retry_after=error.retry_after)
