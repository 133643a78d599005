"""Messages of an MCP server before policy: what of them leaves, what is cut, and what an error stands for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, NamedTuple

from yanmen.core.nouns import Finding, Ref, Unexamined
from yanmen.gateway import restoring
from yanmen.gateway.commands import Command, Examine, Look, Offered, Recall
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Hearing
from yanmen.gateway.mcp.detectors.tools import Offer, Tools
from yanmen.gateway.mcp.known import Known
from yanmen.gateway.pictures import NOTHING, Shown, unplaced
from yanmen.llm.wire import mcp
from yanmen.llm.wire.mcp import Body, Message, Tool
from yanmen.llm.wire.places import Cut, cuts

_DETECTOR = Tools()
REFUSED = -32_001
"""JSON-RPC's code for what policy refuses: of the range that is left to implementations."""


class Seen(NamedTuple):
    """What was found in messages."""

    findings: list[Finding]
    unexamined: list[Unexamined]

    def below(self, part: str) -> Seen:
        """What of it stands below a part."""
        return Seen(
            [one for one in self.findings if _within(one.where.part, part)],
            [one for one in self.unexamined if _within(one.where.part, part)],
        )

    def beside(self, parts: Iterable[str]) -> Seen:
        """What of it stands below none of these."""
        places = tuple(parts)
        return Seen(
            [one for one in self.findings if not any(_within(one.where.part, part) for part in places)],
            [one for one in self.unexamined if not any(_within(one.where.part, part) for part in places)],
        )


class Vetted(NamedTuple):
    """Messages that were judged."""

    tree: Any
    """What leaves of them; None: nothing."""
    whole: bool
    """Whether that is all of them, as they came."""
    stopped: Refusal | None
    """The strictest reason why something was withheld."""


def examined(hearing: Hearing, said: mcp.Said) -> Generator[Command, Any, Seen]:
    """What the guard says of messages: they are read by a model, so they are looked at as a prompt is."""
    shown: Shown = (yield Look(said.images)) if said.images else NOTHING
    texts = (*said.texts, *shown.texts)
    hearing.report.texts += len(texts)
    seen = yield Examine(texts, prompt=True)
    hearing.report.seen(seen, texts)
    before = [one for one in said.unexamined if one.where.part not in shown.read]
    return Seen([*unplaced(seen.findings, shown)], [*before, *shown.unexamined, *seen.unexamined])


class Judge:
    """Judges what one server says in one call."""

    def __init__(self, hearing: Hearing, server: str) -> None:
        """Nothing has been judged yet."""
        self._hearing = hearing
        self._server = server

    def vetted(self, body: Body) -> Generator[Command, Any, Vetted]:
        """What leaves. A tool that policy withholds is left out of its list; any other message gives way to an error."""
        said = mcp.answered(body.messages)
        seen: Seen = yield from examined(self._hearing, said)
        tools = {message.at: mcp.tools(message) for message in body.messages}
        offered = [tool for found in tools.values() for tool in found]
        known: Known = (yield Recall()) if offered else {}
        redact: list[dict[str, Any]] = []
        withheld, stopped = self._tools(offered, seen, known, redact)
        errors: dict[str, Refusal] = {}
        for message in body.messages:
            below = seen.below(message.at).beside(tool.at for tool in tools[message.at])
            try:
                redact += self._hearing.judge(below.findings, below.unexamined, "in")
            except Refusal as refusal:
                errors[message.at] = stopped = refusal
        rest = seen.beside(message.at for message in body.messages)
        redact += self._hearing.judge(rest.findings, rest.unexamined, "in")
        yield from self._keep(offered, withheld, known)
        texts = said.texts
        spans = restoring.restored(cuts(redact), texts, self._hearing.restored)
        return self._left(body, said.viewed, spans, withheld, errors, stopped)

    def _tools(
        self, offered: list[Tool], seen: Seen, known: Known, redact: list[dict[str, Any]]
    ) -> tuple[set[str], Refusal | None]:
        """The places of tools that are withheld, and why the last of them is; what is cut of the others is added."""
        withheld: set[str] = set()
        stopped = None
        for tool in offered:
            below = seen.below(tool.at)
            claims = [*below.findings, *_DETECTOR.detect(offer(self._server, tool, known, below.findings))]
            try:
                redact += self._hearing.judge(claims, below.unexamined, "in")
            except Refusal as refusal:
                withheld.add(tool.at)
                stopped = refusal
        return withheld, stopped

    def _keep(self, offered: list[Tool], withheld: set[str], known: Known) -> Generator[Command, Any, None]:
        """Descriptions that are new; of tools never seen before only those that were let through are trusted from now on."""
        fresh = {}
        for tool in offered:
            was = known.get((self._server, tool.name))
            if (tool.at not in withheld) if was is None else (was.latest != tool.digest):
                fresh[tool.name] = tool.digest
        if fresh:
            yield Offered(self._server, fresh, Ref(kind="key", id=self._hearing.key.id))

    def _left(
        self,
        body: Body,
        viewed: frozenset[str],
        spans: Mapping[str, list[Cut]],
        withheld: set[str],
        errors: Mapping[str, Refusal],
        stopped: Refusal | None,
    ) -> Vetted:
        gone = {part for part in spans if any(_within(part, place) for place in (*withheld, *errors))}
        kept = {part: found for part, found in spans.items() if part not in gone}
        if not kept and not withheld and not errors:
            return Vetted(body.tree, whole=True, stopped=None)
        tree = mcp.without(mcp.cut(body.tree, kept, viewed) if kept else body.tree, withheld)
        left = []
        for one, message in zip(tree if body.batch else [tree], body.messages, strict=True):
            if message.at not in errors:
                left.append(one)
            elif message.kind in {"result", "error"}:
                left.append(self.error(message, errors[message.at]))
        if body.batch:
            return Vetted(left or None, whole=False, stopped=stopped)
        return Vetted(left[0] if left else None, whole=False, stopped=stopped)

    def error(self, message: Message, refusal: Refusal) -> dict[str, Any]:
        """What stands in the place of an answer that policy withholds."""
        call = self._hearing.call
        said = refusal.said(call.tongue, call)
        return mcp.error(message.id, REFUSED, said.message, code=said.code, decision=said.decision)


def offer(server: str, tool: Tool, known: Known, claims: Iterable[Finding] = ()) -> Offer:
    """A tool with what is known of it."""
    was = known.get((server, tool.name))
    others = tuple(sorted(where for where, name in known if name == tool.name and where != server))
    trusted = was.digest if was is not None else ""
    return Offer(server, tool.name, tool.at, tool.digest, trusted, others, tuple(claims))


def _within(part: str, place: str) -> bool:
    """Whether a part is a place, or stands below it."""
    return part == place or part.startswith((f"{place}/", f"{place}#"))
