"""What an MCP server says, on its way to the caller: one body, or events, each a message that is judged whole."""

from __future__ import annotations

from collections.abc import Generator
from http import HTTPStatus
from typing import Any

import msgspec

from yanmen.core.nouns import Text
from yanmen.gateway import replies
from yanmen.gateway.commands import (
    Answer,
    CloseUpstream,
    Command,
    Cut,
    Examine,
    Gone,
    Head,
    Read,
    ReadAll,
    StoreFailed,
)
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing, Steps
from yanmen.gateway.mcp.judging import REFUSED, Judge, Vetted
from yanmen.gateway.outgoing import Outgoing, fault
from yanmen.gateway.ruling import Garbage
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.llm.wire import framing, mcp, strict
from yanmen.llm.wire.mcp import Body
from yanmen.llm.wire.sse import EVENTS

Identity = str | int


class Answers(Outgoing):
    """One answer of an MCP server."""

    def __init__(self, hearing: Hearing, server: str, asked: Body | None = None) -> None:
        """``asked``: the messages that it answers; None: a stream of what the server says by itself, or the end of a session."""
        super().__init__(hearing)
        self._judge = Judge(hearing, server)
        requests = [one for one in asked.messages if one.kind == "request"] if asked else []
        self._pending: dict[Identity, None] = {one.id: None for one in requests if one.id is not None}
        """Ids of requests that have no answer yet."""

    def answer(self, head: Head) -> Steps:
        """Judge it and pass it on."""
        if head.status >= HTTPStatus.BAD_REQUEST:
            yield from self.whole(head)
        elif replies.is_stream(head, self._codec):
            yield from self._events(head)
        else:
            yield from self._one(head)

    def _one(self, head: Head) -> Steps:
        """A body of messages, or none."""
        report, bounds = self.hearing.report, self.hearing.settings.bounds
        raw: bytes = yield ReadAll(bounds.answer_bytes)
        report.first_byte = self.hearing.clock()
        report.upstream = report.first_byte - report.sent_at
        kind = "call.allowed"
        if raw:
            vetted = yield from self._judge.vetted(self._read(raw))
            raw = raw if vetted.whole else msgspec.json.encode(vetted.tree)
            kind = self._outcome(vetted)
        self.hearing.keep("answer", raw)
        headers = yield from self._headers(head)
        if kind != "call.allowed":
            yield from self.hearing.conclude(kind, durable=True)
        report.bytes_out = len(raw)
        yield Answer(head.status, headers, raw)
        yield from self.hearing.conclude(kind)

    def _read(self, raw: bytes) -> Body:
        bounds = self.hearing.settings.bounds
        try:
            return mcp.body(raw, depth=bounds.json_depth, values=bounds.json_values)
        except strict.Malformed as error:
            raise Refusal("upstream_garbage", detail=f"the answer is {error}") from None

    def _outcome(self, vetted: Vetted) -> str:
        """What becomes of the call, for its record."""
        if vetted.stopped is None:
            return "call.allowed"
        self.hearing.report.error = vetted.stopped.code
        return "call.stopped"

    # Streams.

    def _events(self, head: Head) -> Steps:
        """Events, each judged before it leaves. The first that policy withholds is the last."""
        headers = yield from self._headers(head)
        framer = EVENTS.framer(self.hearing.settings.bounds.event_bytes)
        yield self._part(b"", headers, more=True)
        try:
            yield from self._deliver_events(framer)
        except (Garbage, framing.TooLong) as error:
            yield from self._end(
                "call.failed", Refusal("upstream_garbage", detail=str(error) or "an event is too long")
            )
        except UpstreamError as error:
            yield from self._end("call.failed", fault(error))
        except Cut as cut:
            self.hearing.report.decided(cut.decision)
            yield from self._end("call.stopped", Refusal("banned", decision=cut.decision))
        except Refusal as refusal:
            yield from self._end("call.failed" if refusal.failed else "call.stopped", refusal)

    def _deliver_events(self, framer: framing.Framer) -> Steps:
        report = self.hearing.report
        while True:
            chunk: bytes = yield Read()
            report.first_byte = report.first_byte or self.hearing.clock()
            if chunk:
                framer.feed(chunk)
            else:
                framer.finish()
            out: list[bytes] = []
            while raw := framer.next():
                vetted = yield from self._event(raw, out)
                if vetted is not None and vetted.stopped is not None:
                    yield from self._end("call.stopped", vetted.stopped, b"".join(out))
                    return
            if out or not chunk:
                yield self._part(b"".join(out), [], more=bool(chunk))
            if not chunk:
                yield from self.hearing.conclude("call.allowed")
                return

    def _event(self, raw: bytes, out: list[bytes]) -> Generator[Command, Any, Vetted | None]:
        """Judge one event; what leaves of it is added to ``out``."""
        frame = EVENTS.parse(raw)
        raw = frame.raw
        if notes := EVENTS.rest(raw).strip():
            yield from self._note(notes)
        if frame.data is None or not frame.data.strip():
            out.append(raw)
            return None
        body = self._read(frame.data)
        vetted = yield from self._judge.vetted(body)
        for message in body.messages:
            if message.kind in {"result", "error"} and message.id is not None:
                self._pending.pop(message.id, None)
        if vetted.whole:
            out.append(raw)
        elif vetted.tree is not None:
            out.append(EVENTS.with_data(raw, msgspec.json.encode(vetted.tree)))
        return vetted

    def _note(self, notes: bytes) -> Steps:
        """Ids, comments and names of events: what policy would cut out of one ends the stream."""
        try:
            text = Text(text=notes.decode(), role="field", trust="untrusted", part="/#")
        except UnicodeDecodeError:
            raise Garbage("a comment is not UTF-8") from None
        seen = yield Examine((text,))
        if self.hearing.judge(seen.findings, seen.unexamined, "in"):
            raise Refusal("content_policy_violation", decision=self.hearing.last, findings=seen.findings)

    def _end(self, kind: str, refusal: Refusal, out: bytes = b"") -> Steps:
        """The last that leaves: on record first, and every request that is still open is answered with the reason."""
        yield CloseUpstream()
        self.hearing.report.error = refusal.code
        try:
            yield from self.hearing.conclude(kind, durable=kind == "call.stopped")
        except StoreFailed:
            refusal, out = Refusal("store_unavailable"), b""
        call = self.hearing.call
        said = refusal.said(call.tongue, call)
        errors = [
            mcp.error(identity, REFUSED, said.message, code=said.code, decision=said.decision)
            for identity in self._pending
        ]
        out += b"".join([EVENTS.event(msgspec.json.encode(one), "message") for one in errors])
        try:
            yield self._part(out, [], more=False)
        except Gone:
            return
