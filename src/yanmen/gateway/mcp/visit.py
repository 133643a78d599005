"""A call to an MCP server behind the door: who calls, what is asked of which tool, and what goes on to the server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator
from typing import Any

import msgspec

from yanmen.core.nouns import Finding, Ref
from yanmen.gateway import heads, restoring
from yanmen.gateway.commands import Command, Errand, Forward, Head, Own, Owned, ReadBody, Recall
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Steps
from yanmen.gateway.knowledge import subjects_of
from yanmen.gateway.limits.scopes import may_call
from yanmen.gateway.mcp.answers import Answers
from yanmen.gateway.mcp.detectors.tools import Offer, Tools
from yanmen.gateway.mcp.judging import examined
from yanmen.gateway.mcp.known import Known
from yanmen.gateway.mcp.mounts import SPEAKS
from yanmen.gateway.surfaces import Found
from yanmen.gateway.visit import Visit
from yanmen.llm.wire import mcp, strict
from yanmen.llm.wire.codec import JSON
from yanmen.llm.wire.jsonrpc import JsonRpc
from yanmen.llm.wire.mcp import Body, Message

_MIRRORS = ("mcp-method", "mcp-name", "mcp-param-")
"""Headers that repeat the message, for whoever reads no bodies."""
_DETECTOR = Tools()
SESSION = b"mcp-session-id"
_SESSION = re.compile(rb"[!-~]{1,256}")
"""Visible ASCII, as the specification has it."""


class Mounted(Visit):
    """One call to an MCP server."""

    def mcp(self, found: Found) -> Steps:
        """``POST``: messages; ``GET``: what the server says by itself; ``DELETE``: the end of a session."""
        self._admit()
        server = found.names["mount"]
        if server not in self.hearing.settings.mcp:
            raise Refusal("not_found")
        yield from self._seated()
        self.hearing.report.model = f"mcp/{server}"
        yield from self._about(server)
        may_call(self.hearing.key, self.hearing.report.model)
        yield from self._of_session(server)
        yield from self.hearing.tab.open(self.hearing.key, self.hearing.call.id)
        if found.surface.method == "POST":
            yield from self._post(found, server)
        else:
            head = yield from self._sent(found, server, b"", "")
            yield from Answers(self.hearing, server).answer(head)

    def _post(self, found: Found, server: str) -> Steps:
        hearing = self.hearing
        kind = heads.kind(hearing.call, (JSON,))
        raw: bytes = yield ReadBody()
        hearing.report.body(raw)
        hearing.keep("request", raw)
        body = self._read_messages(raw)
        if not body.batch and body.messages[0].kind == "request":
            hearing.surface = hearing.surface._replace(codec=JsonRpc(body.messages[0].id))
        self._mirrored(body)
        called = [message for message in body.messages if message.called]
        yield from self._about(server, *(message.called for message in called))
        said = mcp.asked(body.messages)
        seen = yield from examined(hearing, said)
        known: Known = (yield Recall()) if called else {}
        claims = [one for message in called for one in _claims(server, message, known)]
        redact = hearing.judge([*seen.findings, *claims], seen.unexamined, "in")
        spans, hearing.restored = yield from restoring.masked(
            hearing.key.tenant, hearing.key.id, said.texts, redact
        )
        if spans:
            raw = msgspec.json.encode(mcp.cut(body.tree, spans, said.viewed))
        head = yield from self._sent(found, server, raw, kind)
        yield from Answers(hearing, server, body).answer(head)

    def _about(self, server: str, *tools: str) -> Steps:
        """Whom and what the call concerns: bans of a server and of a tool hold as all do."""
        hearing = self.hearing
        hearing.subjects = (
            *subjects_of(hearing.key, hearing.call.ip, model=hearing.report.model),
            Ref(kind="mcp", id=server),
            *(Ref(kind="tool", id=f"{server}/{tool}") for tool in tools),
        )
        yield from self._cleared()

    def _of_session(self, server: str) -> Steps:
        """A session is nobody's but the key's that began it."""
        said = self.hearing.call.header(SESSION)
        if len(said) > 1 or any(not _SESSION.fullmatch(one) for one in said):
            raise Refusal("wrong-shape", detail="mcp-session-id")
        if said:
            name = session(server, said[0])
            known = yield Owned(self.hearing.key.tenant, self.hearing.key.id, (name,))
            if name not in known:
                raise Refusal("not_found")

    def _read_messages(self, raw: bytes) -> Body:
        bounds = self.hearing.settings.bounds
        try:
            return mcp.body(raw, depth=bounds.json_depth, values=bounds.json_values)
        except strict.Malformed as error:
            raise Refusal(error.word, detail=error.detail) from None

    def _mirrored(self, body: Body) -> None:
        """Refusal where a header says something else than the message: two readers would see two requests."""
        for name, value in self.hearing.call.headers:
            text = name.decode("latin-1")
            if not text.startswith(_MIRRORS):
                continue
            if body.batch or not mcp.mirrored(body.messages[0], text, value):
                raise Refusal("wrong-shape", detail=f"the header {text[:60]} differs from the body")

    def _sent(self, found: Found, server: str, body: bytes, kind: str) -> Generator[Command, Any, Head]:
        hearing, call, key = self.hearing, self.hearing.call, self.hearing.key
        mirrors = {name for name, _ in call.headers if name.startswith(b"mcp-param-")}
        headers = yield from hearing.vetted(heads.onward(call, found.surface.passed | mirrors), "in")
        headers = [*headers, *heads.ours(call, kind)]
        hearing.report.sent_at = hearing.clock()
        self.forwarded = hearing.tab.sent = True
        errand = Errand(key.tenant, key.id, server, SPEAKS, key.priority)
        try:
            head: Head = yield Forward(
                found.surface.method, found.upstream, headers, body, hearing.subjects, errand
            )
        finally:
            hearing.report.upstream = hearing.clock() - hearing.report.sent_at
        hearing.report.status, hearing.report.served = head.status, (head.upstream, head.tries)
        begun = [session(server, value) for name, value in head.headers if name == SESSION]
        if begun:
            yield Own(key.tenant, key.id, tuple(begun))
        return head


def session(server: str, name: bytes) -> str:
    """A session as the store knows whose it is: by a hash, for its name opens it."""
    return f"mcp/{server}/{hashlib.sha256(name).hexdigest()[:40]}"


def _claims(server: str, message: Message, known: Known) -> list[Finding]:
    """What is to be said of the tool that is called: that it was described otherwise when it was first seen."""
    was = known.get((server, message.called))
    if was is None:
        return []
    offer = Offer(server, message.called, f"{message.at}/params/name", was.latest, was.digest)
    return list(_DETECTOR.detect(offer))
