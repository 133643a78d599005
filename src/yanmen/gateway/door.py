"""Door 1, the machine: who may call, what is looked at, what policy says, what leaves. It does no I/O of its own.

``Door.receive(call)`` is a generator of commands; the shell performs them and sends the replies back. One event is
recorded for each call: before the answer of a refused one, with the answer of an allowed one. The guard's fast tier is
pure and reads streams in place; whole texts go by the command Examine, which the shell may send elsewhere.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec

from yanmen.core.clock import Clock, now
from yanmen.core.config import Gateway
from yanmen.gateway import surfaces
from yanmen.gateway import withheld as withheld_as
from yanmen.gateway.commands import Answer, Call, Command, Cut, Gone, StoreFailed, TooLarge
from yanmen.gateway.errors import Refusal
from yanmen.gateway.hearing import Means
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.mcp.visit import Mounted
from yanmen.gateway.outgoing import fault
from yanmen.gateway.report import Pace, Report
from yanmen.gateway.shapes import Known
from yanmen.gateway.upstreams.errors import UpstreamError
from yanmen.gateway.visit import Visit
from yanmen.guard import Guard
from yanmen.llm.wire.codec import Codec


class Door:
    """Decides on calls. One serves them all."""

    def __init__(self, guard: Guard, known: Knowledge, settings: Gateway, clock: Clock = now) -> None:
        """``known`` may be replaced at any time; a call keeps the snapshot it began with."""
        self.guard = guard
        self.known = known
        self.settings = settings
        self.clock = clock
        self._learnt = {name: Known() for name in surfaces.NAMES}
        self._pace = Pace()

    def receive(self, call: Call) -> Generator[Command, Any, None]:
        """Take a call from its head to its end."""
        try:
            found = surfaces.asked(
                surfaces.find(call.method, call.path, self.settings.pass_paths), call.headers
            )
        except Refusal as refusal:
            yield answer(surfaces.speaks(call.path), refusal, call)
            return
        surface = found.surface
        report = Report(call, surface.name, self.known.policy.revision, self.clock, self._pace)
        learnt = self._learnt[surface.name]
        kind = Mounted if surface.visit == "mcp" else Visit
        visit = kind(Means(self.guard, self.known, self.settings, self.clock, learnt, surface), call, report)
        try:
            yield from getattr(visit, surface.visit)(found)
        except Refusal as refusal:
            yield from self._refuse(visit, refusal)
        except UpstreamError as error:
            yield from self._refuse(visit, fault(error))
        except TooLarge:
            limit = self.settings.bounds.body_bytes
            yield from self._refuse(visit, Refusal("request_too_large", limit=limit))
        except Cut as cut:
            report.decided(cut.decision)
            yield from self._refuse(visit, Refusal("banned", decision=cut.decision))
        except StoreFailed:
            yield from self._refuse(visit, Refusal("store_unavailable"))
        except Gone:
            yield from visit.hearing.conclude("call.abandoned")

    def _refuse(self, visit: Visit, refusal: Refusal) -> Generator[Command, Any, None]:
        """Record first; what cannot be recorded is not said."""
        report, text = visit.hearing.report, self.settings.safe_answer
        codec = visit.hearing.surface.codec
        withheld = refusal.say == withheld_as.SAY and text
        report.status = 200 if withheld else codec.status(refusal.status)
        report.error = refusal.code
        kind = "call.failed" if refusal.failed else "call.stopped" if visit.forwarded else "call.refused"
        try:
            yield from visit.hearing.conclude(kind, durable=not refusal.failed)
        except StoreFailed:
            refusal, withheld = Refusal("store_unavailable"), ""
        try:
            if withheld:
                yield withheld_as.answer(codec, refusal, report.call, report.model, text)
            else:
                yield answer(codec, refusal, report.call)
        except Gone:
            return


def answer(codec: Codec, refusal: Refusal, call: Call) -> Answer:
    """A refusal in the shape of a surface."""
    said = refusal.said(call.tongue, call)
    headers = [*refusal.headers(), (b"x-request-id", call.id.encode()), *codec.error_headers(said)]
    return Answer(codec.status(refusal.status), headers, msgspec.json.encode(codec.error(said)))
