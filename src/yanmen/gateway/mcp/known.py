"""What is known of the tools that MCP servers offer: the store's word, kept at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

from yanmen.core.clock import Clock, now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.gateway.commands import Offered, Recall, StoreFailed
from yanmen.store import Tool

SECONDS = 10.0
"""How long a write may take before the answer is refused."""
Known = Mapping[tuple[str, str], Tool]
"""By server and name."""


class Tools(Protocol):
    """The store's projection of them."""

    def list(self) -> list[Tool]:
        """All."""


class Record(Protocol):
    """The store, as far as tools go."""

    @property
    def tools(self) -> Tools:
        """What was seen."""

    def touched(self, name: str, /) -> int:
        """Place of the last event that changed them."""

    def append(self, *events: Event) -> Future[int]:
        """Write; done when durable."""


class Offers:
    """Tools that were seen, and those that are seen now."""

    def __init__(self, store: Record, clock: Clock = now) -> None:
        """The store is the caller's."""
        self._store = store
        self._clock = clock
        self._at = -1
        self._known: Known = {}

    def known(self) -> Known:
        """As of the last change anybody made."""
        at = self._store.touched("tools")
        if at != self._at:
            self._known = {(tool.server, tool.name): tool for tool in self._store.tools.list()}
            self._at = at
        return self._known

    @property
    def performers(self) -> dict[type, tuple[Callable[..., Coroutine[Any, Any, Any]], bool]]:
        """What performs the door's commands, for its shell."""
        return {Recall: (self._recall, False), Offered: (self._offered, False)}

    async def _recall(self, command: Recall, *others: object) -> Known:
        del command, others
        try:
            return self.known()
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreFailed from error

    async def _offered(self, command: Offered, *others: object) -> None:
        """Durable when done: what is trusted must not be forgotten."""
        del others
        event = Event(
            id=new_id("evt"),
            at=self._clock(),
            kind="mcp.tools-seen",
            actor=command.actor,
            subject=Ref(kind="mcp", id=command.server),
            data={"server": command.server, "tools": dict(command.tools)},
        )
        try:
            async with asyncio.timeout(SECONDS):
                await asyncio.wrap_future(self._store.append(event))
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreFailed from error
