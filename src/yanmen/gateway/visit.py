"""The way in: one call at the door, from its head to what goes to the model."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from yanmen.core.nouns import Text, Verdict
from yanmen.gateway import fields, heads, replies, restoring
from yanmen.gateway.commands import Call, Command, Examine, Forward, Head, Look, ReadBody
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing, Means, Steps
from yanmen.gateway.knowledge import subjects_of
from yanmen.gateway.outgoing import Outgoing
from yanmen.gateway.pictures import NOTHING, Shown, in_place, unplaced
from yanmen.gateway.report import Report
from yanmen.llm.wire import chat, strict
from yanmen.llm.wire.chat import Request
from yanmen.llm.wire.places import rewrite


class Visit:
    """One call. Its methods are parts of the door's generator."""

    def __init__(self, means: Means, call: Call, report: Report) -> None:
        """Nothing has been looked at yet."""
        self.hearing = Hearing(means, call, report)
        self.forwarded = False
        """Whether the upstream has seen the call."""

    def models(self) -> Steps:
        """``GET /v1/models`` and ``/v1/models/NAME``."""
        self._admit()
        path = self.hearing.call.path.removeprefix("/v1")
        if any(step == "." or step.startswith("..") for step in path.split("/")):
            raise Refusal("not_found")
        if len(path) > len("/models/"):
            yield from self._named(path)
        head = yield from self._forward("GET", quote(path, safe="/:@"), b"")
        yield from Outgoing(self.hearing).whole(head)

    def _named(self, path: str) -> Steps:
        """A model's name in a path. What policy would cut out of it names no model, and is not kept."""
        seen = yield Examine((Text(text=path, role="field", trust="untrusted", part="/model"),))
        if seen.findings or seen.unexamined:
            self.hearing.report.call = self.hearing.call._replace(path="/v1/models/")
        if self.hearing.judge(seen.findings, seen.unexamined, "in"):
            raise Refusal("not_found")

    def chat(self) -> Steps:
        """``POST /v1/chat/completions``."""
        self._admit()
        heads.must_be_json(self.hearing.call)
        body: bytes = yield ReadBody()
        report = self.hearing.report
        report.body(body)
        bounds = self.hearing.settings.bounds
        try:
            request = chat.request(body, depth=bounds.json_depth, values=bounds.json_values)
        except strict.Malformed as error:
            raise Refusal(error.word, detail=error.detail) from None
        report.model, report.user, report.stream = request.model, request.user, request.stream
        report.texts, report.tokens = len(request.texts), (request.tokens, 0)
        self.hearing.keep("request", body)
        self.hearing.subjects = subjects_of(
            self.hearing.key, self.hearing.call.ip, user=request.user, model=request.model
        )
        self._barred()
        strip = self._fields(request.tree)
        shown = (yield Look(request.images)) if request.images else NOTHING
        redact = yield from self._judged(request, shown)
        spans, self.hearing.restored = yield from restoring.masked(
            self.hearing.key.tenant, self.hearing.key.id, request.texts, redact
        )
        spans = {**spans, **in_place(request.images, shown)}
        if spans or strip:
            tree = request.tree
            if spans:
                tree = rewrite(tree, spans, request.viewed, chat.view)
            for name in strip:
                tree = fields.without(tree, name)
            body = msgspec.json.encode(tree)
        head = yield from self._forward("POST", "/chat/completions", body)
        outgoing = Outgoing(self.hearing, request.texts)
        yield from outgoing.stream(head) if replies.is_stream(head) else outgoing.whole(head)

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
        self.hearing.admit(self.hearing.known.caller(self.hearing.call))
        self.hearing.subjects = subjects_of(self.hearing.key, self.hearing.call.ip)
        self._barred()
        if self.hearing.call.crowded:
            raise Refusal("too_many_calls")

    def _barred(self) -> None:
        ban = self.hearing.known.standing.refusal(self.hearing.subjects, self.hearing.call.at)
        if ban is not None:
            self.hearing.report.decided(ban)
            raise Refusal(
                "challenge_required" if ban.verdict is Verdict.CHALLENGE else "banned", decision=ban
            )

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

    def _forward(self, method: str, path: str, body: bytes) -> Generator[Command, Any, Head]:
        report = self.hearing.report
        headers = yield from self.hearing.vetted(heads.onward(self.hearing.call), "in")
        headers = [*headers, *heads.ours(self.hearing.call)]
        report.sent_at = self.hearing.clock()
        self.forwarded = True
        try:
            head: Head = yield Forward(method, path, headers, body, self.hearing.subjects)
        finally:
            report.upstream = self.hearing.clock() - report.sent_at
        report.status = head.status
        return head
