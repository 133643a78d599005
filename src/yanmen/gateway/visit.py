"""The way in: one call at the door, from its head to what goes to the model."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec

from yanmen.core.clock import SECOND
from yanmen.core.nouns import Text, Verdict
from yanmen.gateway import emergency, fields, heads, origins, proving, replies, restoring
from yanmen.gateway.commands import (
    Answer,
    Call,
    Command,
    Crowded,
    Errand,
    Examine,
    Forward,
    Head,
    Look,
    Owned,
    ReadBody,
)
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing, Means, Steps
from yanmen.gateway.knowledge import subjects_of
from yanmen.gateway.limits.scopes import may_call, may_enter
from yanmen.gateway.outgoing import Outgoing
from yanmen.gateway.pictures import NOTHING, Shown, in_place, unplaced
from yanmen.gateway.report import Report
from yanmen.gateway.surfaces import Found
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.llm.wire import strict
from yanmen.llm.wire.codec import JSON, Codec, Request, Said
from yanmen.llm.wire.moderations import MODERATIONS
from yanmen.llm.wire.places import rewrite

LONGEST = 500
"""Characters of a name in a path."""


class Visit:
    """One call. Its methods are parts of the door's generator."""

    def __init__(self, means: Means, call: Call, report: Report) -> None:
        """Nothing has been looked at yet."""
        self.hearing = Hearing(means, call, report)
        self.forwarded = False
        """Whether the upstream has seen the call."""

    def look(self, found: Found) -> Steps:
        """A call without a body: the names in its path are all that it says."""
        self._admit()
        yield from self._seated()
        yield from self._named(found)
        if found.surface.owned:
            yield from self._owned((found.names[found.surface.owned],))
        yield from self.hearing.tab.open(self.hearing.key, self.hearing.call.id)
        head = yield from self._forward(found, b"", "")
        yield from Outgoing(self.hearing).whole(head)

    def _named(self, found: Found) -> Steps:
        """Names in a path. What policy would cut out of one names nothing, and is not kept."""
        if not found.names:
            return
        for value in found.names.values():
            if len(value) > LONGEST or any(step == "." or step.startswith("..") for step in value.split("/")):
                raise Refusal("not_found")
        texts = tuple(
            Text(text=value, role="field", trust="untrusted", part=f"/{name}")
            for name, value in found.names.items()
        )
        seen = yield Examine(texts)
        if seen.findings or seen.unexamined:
            self.hearing.report.call = self.hearing.call._replace(path=found.surface.path)
        if self.hearing.judge(seen.findings, seen.unexamined, "in"):
            raise Refusal("not_found")

    def call(self, found: Found) -> Steps:
        """A call with a body: read, judged, forwarded, answered."""
        codec = found.surface.codec
        self._admit()
        yield from self._seated()
        kind = heads.kind(self.hearing.call, found.surface.kinds)
        body: bytes = yield ReadBody()
        self.hearing.report.body(body)
        yield from self._named(found)
        request = self._read(codec, body, kind)
        self.hearing.keep("request", body)
        yield from self._cleared()
        yield from self._owned(request.refers)
        yield from self._afforded(request, len(body))
        strip = self._fields(request.tree)
        shown = (yield Look(request.images)) if request.images else NOTHING
        redact = yield from self._judged(request, shown)
        spans, self.hearing.restored = yield from restoring.masked(
            self.hearing.key.tenant, self.hearing.key.id, request.texts, redact
        )
        spans = {**spans, **in_place(request.images, shown)}
        tree = rewrite(request.tree, spans, request.viewed, codec.view) if spans else request.tree
        for name in strip:
            tree = fields.without(tree, name)
        tree = self.hearing.tab.bounded(codec, request, tree)
        if tree is not request.tree:
            before, body = len(body), codec.written(request, tree)
            yield from self.hearing.tab.grown(self.hearing.call.id, before, len(body))
        head = yield from self._forward(found, body, request.kind)
        outgoing = Outgoing(self.hearing, request.texts)
        yield from outgoing.stream(head) if replies.is_stream(head, codec) else outgoing.whole(head)

    def moderate(self, found: Found) -> Steps:
        """A call that asks what the guard finds: it is told, and nothing is refused. What could not be judged is policy's."""
        self._admit()
        yield from self._seated()
        heads.kind(self.hearing.call, found.surface.kinds)
        body: bytes = yield ReadBody()
        report, call = self.hearing.report, self.hearing.call
        report.body(body)
        request = self._read(found.surface.codec, body, JSON)
        yield from self._cleared()
        yield from self.hearing.tab.open(self.hearing.key, call.id)
        shown = (yield Look(request.images)) if request.images else NOTHING
        seen = yield Examine((*request.texts, *shown.texts), prompt=True)
        before = [one for one in request.unexamined if one.where.part not in shown.read]
        self.hearing.judge((), (*before, *shown.unexamined, *seen.unexamined), "in")
        said = Said(call=call.id, at=call.at // SECOND, model=request.model)
        answer = msgspec.json.encode(MODERATIONS.moderated(said, request.tree, seen.findings))
        report.status, report.bytes_out = 200, len(answer)
        headers = [(b"content-type", b"application/json"), (b"x-request-id", call.id.encode())]
        yield Answer(200, headers, answer)
        yield from self.hearing.conclude("call.allowed")

    def _owned(self, ids: tuple[str, ...]) -> Steps:
        """What the model's server keeps is told to nobody but the key that it was made for."""
        if not ids:
            return
        known = yield Owned(self.hearing.key.tenant, self.hearing.key.id, ids)
        if any(one not in known for one in ids):
            raise Refusal("response_not_found")

    def _read(self, codec: Codec, body: bytes, kind: str) -> Request:
        """The request, and whom it concerns; Refusal where it is none."""
        report, bounds = self.hearing.report, self.hearing.settings.bounds
        try:
            request = codec.request(body, kind, depth=bounds.json_depth, values=bounds.json_values)
        except strict.Malformed as error:
            raise Refusal(error.word, detail=error.detail) from None
        report.model, report.user, report.stream = request.model, request.user, request.stream
        report.places = request.named
        report.texts, report.tokens = len(request.texts), (request.tokens, 0)
        call = self.hearing.call
        self.hearing.subjects = subjects_of(
            self.hearing.key, call.ip, user=request.user, model=request.model, origin=call.origin
        )
        return request

    def _afforded(self, request: Request, size: int) -> Steps:
        """Whether the key may call the model, and the most that the call can take is reserved; Refusal where not."""
        hearing = self.hearing
        may_call(hearing.key, request.model)
        writes = hearing.surface.codec.writes
        yield from hearing.tab.reserve(hearing.key, hearing.call.id, request, size, writes=writes)

    def _judged(self, request: Request, shown: Shown) -> Generator[Command, Any, list[dict[str, Any]]]:
        """What must be redacted of the request and its images."""
        texts = (*request.texts, *shown.texts)
        seen = yield Examine(texts, prompt=True)
        self.hearing.report.seen(seen, texts)
        before = [one for one in request.unexamined if one.where.part not in shown.read]
        findings = unplaced(seen.findings, shown)
        return self.hearing.judge(findings, (*before, *shown.unexamined, *seen.unexamined), "in")

    def _admit(self) -> None:
        """Who calls, and whether anything bars them: before a byte of the body is looked at."""
        keys = self.hearing.surface.keys
        self.hearing.admit(self.hearing.known.caller(self.hearing.call, keys))
        call = self.hearing.call
        self.hearing.subjects = subjects_of(self.hearing.key, call.ip, origin=call.origin)
        self._barred()
        may_enter(self.hearing.key, self.hearing.surface.name, self.hearing.call.ip)
        origins.heed(self.hearing)
        emergency.heed(self.hearing)
        if self.hearing.call.unrecorded:
            raise Refusal("store_unavailable")
        if self.hearing.call.crowded:
            raise Refusal("too_many_calls")

    def _seated(self) -> Steps:
        """No tenant holds all places."""
        if (yield Crowded(self.hearing.key.tenant)):
            raise Refusal("too_many_calls")
        yield from proving.spend(self.hearing)

    def _cleared(self) -> Steps:
        """Nothing bars them either, now that the user and the model are known."""
        self._barred()
        yield from proving.spend(self.hearing)

    def _barred(self) -> None:
        ban = self.hearing.known.standing.refusal(self.hearing.subjects, self.hearing.call.at)
        if ban is None:
            return
        if ban.verdict is Verdict.CHALLENGE:
            proving.prove(self.hearing, ban)
            return
        self.hearing.report.decided(ban)
        raise Refusal("banned", decision=ban)

    def _fields(self, tree: dict[str, Any]) -> list[str]:
        """The fields to strip; Refusal where one is refused. While everything is in shadow all pass, and it is said."""
        policy = self.hearing.known.policy
        strip, refused = fields.taken_up(tree, policy, self.hearing.settings.allow_fields)
        if refused:
            judgement = policy.judge_fields(
                refused, self.hearing.situation("in"), self.hearing.known.standing
            )
            self.hearing.report.decided(judgement.decision, judgement.shadow)
            decision = judgement.decision
            if decision.verdict is Verdict.BLOCK:
                raise Refusal("field_not_allowed", decision=decision, field=decision.because[0].note[:100])
        return strip if strip and self.hearing.clock() >= self.hearing.known.shadow_until else []

    def _forward(self, found: Found, body: bytes, kind: str) -> Generator[Command, Any, Head]:
        call, report, surface, key = self.hearing.call, self.hearing.report, found.surface, self.hearing.key
        model = found.names.get("model", report.model)
        errand = Errand(key.tenant, key.id, model, surface.codec.speaks, key.priority)
        headers = yield from self.hearing.vetted(heads.onward(call, surface.passed), "in")
        headers = [*headers, *heads.ours(call, kind)]
        report.sent_at = self.hearing.clock()
        self.forwarded = self.hearing.tab.sent = True
        try:
            head: Head = yield Forward(
                surface.method, found.upstream, headers, body, self.hearing.subjects, errand
            )
        except UpstreamError as error:
            report.served, self.forwarded = (error.upstream, error.tries), error.sent
            self.hearing.tab.sent = error.sent
            raise
        finally:
            report.upstream = self.hearing.clock() - report.sent_at
        report.status, report.served = head.status, (head.upstream, head.tries)
        return head
