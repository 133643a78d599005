"""A call in flight, and how it can be interrupted; and what the shell works with."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, Protocol, cast

from yanmen.core.nouns import Decision, Event, Ref
from yanmen.gateway.commands import Cut, Errand, Gone, Headers
from yanmen.gateway.restoring import Vault
from yanmen.guard import Examination, Guard
from yanmen.store.counters import Amounts


class Reply(Protocol):
    """The answer of an upstream: the pool's, or the self-test's own."""

    status: int
    headers: Headers
    complete: bool
    """Whether all of it has come, read or not."""
    upstream: str
    """Who answers, by its name in the configuration."""
    tries: int
    """How many upstreams were asked."""

    def header(self, name: bytes) -> bytes:
        """The first header of this name as received, or empty."""

    async def __anext__(self) -> bytes:
        """What came since the last call."""

    async def read(self, limit: int) -> bytes:
        """The whole body."""

    def close(self) -> None:
        """Be done with it."""


class Recorder(Protocol):
    """What keeps events: the store, or the self-test's own."""

    def append(self, *events: Event) -> Future[int]:
        """Write; done when durable."""

    def append_soon(self, *events: Event) -> None:
        """Write soon."""

    @property
    def available(self) -> bool:
        """Whether calls may be let through."""

    @property
    def content(self) -> Content:
        """The vault."""

    @property
    def masks(self) -> Vault:
        """What stands behind placeholders."""


class Content(Protocol):
    """What keeps texts, of those who chose it."""

    def put(self, event_id: str, tenant: str, name: str, text: bytes, days: int, /) -> str:
        """Keep a text for some days; its commitment."""


class Upstream(Protocol):
    """What makes calls: the fleet, or the self-test's own."""

    async def send(self, method: str, path: str, headers: Headers, body: bytes, errand: Errand, /) -> Reply:
        """Make a call and answer with the head of its reply; UpstreamError where there is none."""


class Live:
    """A call in flight, and how it can be interrupted."""

    __slots__ = (
        "begun",
        "cut",
        "glanced",
        "gone",
        "leases",
        "recorded",
        "reply",
        "spent",
        "started",
        "subjects",
        "task",
        "tenant",
        "waiting",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Nothing has happened yet. ``loop``: the running one, where it is known; to ask for it is a system call."""
        self.task = cast("asyncio.Task[Any]", asyncio.current_task(loop))
        self.subjects: tuple[Ref, ...] = ()
        self.tenant: str | None = None
        """Whose place it holds, once it has one."""
        self.leases: dict[str, Amounts] = {}
        """What is reserved for it."""
        self.reply: Reply | None = None
        self.gone = self.recorded = self.started = self.waiting = False
        self.cut: Decision | None = None
        self.glanced: tuple[Guard, Examination] | None = None
        """What a guard saw that is to be settled by its encoder."""
        self.spent = self.begun = 0.0
        """Seconds of our own before the last time we waited for others, and when we went on."""

    def leave(self, _: object = None) -> None:
        """The client has gone."""
        self.gone = True
        if self.waiting:
            self.task.cancel()

    def stop(self, decision: Decision) -> None:
        """A decision ends it."""
        if self.cut is None and not self.gone:
            self.cut = decision
            if self.waiting:
                self.task.cancel()

    def begin(self) -> None:
        """Something that may take long begins; Gone or Cut where it must not."""
        if (self.gone or self.cut is not None) and (outcome := self._outcome()):
            raise outcome
        self.waiting = True

    def interrupted(self) -> Exception | None:
        """Why the wait was cancelled; None where it was not for this call's sake."""
        outcome = self._outcome()
        if outcome is not None:
            self.task.uncancel()
        return outcome

    def _outcome(self) -> Exception | None:
        """Why it must not go on waiting, told once for a cut."""
        if self.gone:
            return Gone()
        if self.cut is not None:
            decision, self.cut = self.cut, None
            self.subjects = ()
            return Cut(decision)
        return None
