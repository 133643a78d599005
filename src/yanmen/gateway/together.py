"""Refusals that are the same are recorded together: the first at once, those that follow as one event with their number.

Each is answered only once its event is durable, as every refusal is; what a flood waits for is at most HOLD_SECONDS.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from yanmen.core.nouns import Event
from yanmen.gateway.live import Recorder

HOLD_SECONDS = 0.25
"""Between two events of one caller's refusals by one limit: four a second, however many calls there are."""
AT_ONCE = 1_000
"""Calls of one event; 36 bytes each."""
GROUPS = 10_000
"""Kinds of refusals that are held at once; what is beyond them is recorded one by one."""
NAMES = 50
"""Addresses, models, users that one event counts by name; all further ones are counted together."""
OTHERS = "…"
_TALLIES = {"ips": "ip", "models": "model", "users": "user"}
Kind = tuple[str, ...]


class Group:
    """Refusals that wait to be recorded together."""

    __slots__ = ("calls", "done", "first", "last", "size", "tallies")

    def __init__(self, done: asyncio.Future[None], first: Event) -> None:
        """Begin with one. ``done``: when all of them are on the disk."""
        self.done = done
        self.first = self.last = first
        self.calls: list[str] = []
        self.size = 0
        self.tallies: dict[str, dict[str, int]] = {name: {} for name in _TALLIES}
        self.add(first)

    def add(self, event: Event) -> None:
        """One more."""
        self.last = event
        self.calls.append(event.subject.id if event.subject else "")
        self.size += int(event.data.get("bytes_in", 0))
        for name, field in _TALLIES.items():
            said, counts = str(event.data.get(field) or ""), self.tallies[name]
            if said:
                said = said if said in counts or len(counts) < NAMES else OTHERS
                counts[said] = counts.get(said, 0) + 1

    def told(self, task: asyncio.Task[None]) -> None:
        """Tell all who wait what became of it."""
        error = None if task.cancelled() else task.exception()
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
            self.done.exception()  # told, also where all have gone

    def event(self) -> Event:
        """All of them: the first one's event with their number, their ids, and what differs between them counted."""
        first, last = self.first, self.last
        if len(self.calls) == 1:
            return first
        data: dict[str, Any] = dict(first.data)
        for name in ("digest_in", "guard", "trace"):
            data.pop(name, None)
        for name, field in _TALLIES.items():
            if len(self.tallies[name]) > 1:
                data[field] = ""
                data[name] = self.tallies[name]
        more = {"count": len(self.calls), "calls": self.calls, "bytes_in": self.size, "since": first.at}
        return msgspec.structs.replace(first, at=last.at, data=data | more)


class Held(NamedTuple):
    """A kind of refusal whose last event was written a moment ago."""

    timer: asyncio.TimerHandle
    group: Group | None


class Together:
    """Records refusals. One event loop."""

    def __init__(self, store: Recorder, hold: float = HOLD_SECONDS) -> None:
        """Nothing was refused yet."""
        self._store = store
        self._hold = hold
        self._held: dict[Kind, Held] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def record(self, event: Event) -> None:
        """Record an event; it is on the disk on return, by itself or with others. Raises whatever the store does."""
        kind = kind_of(event)
        held = self._held.get(kind) if kind else None
        if not kind or (held is None and len(self._held) >= GROUPS):
            await asyncio.wrap_future(self._store.append(event))
            return
        if held is None:
            self._rest(kind, None)
            await asyncio.wrap_future(self._store.append(event))
            return
        group = held.group
        if group is None:
            group = Group(asyncio.get_running_loop().create_future(), event)
            self._held[kind] = held._replace(group=group)
        else:
            group.add(event)
        if len(group.calls) >= AT_ONCE:
            held.timer.cancel()
            self._due(kind)
        await asyncio.shield(group.done)

    def _rest(self, kind: Kind, group: Group | None) -> None:
        timer = asyncio.get_running_loop().call_later(self._hold, self._due, kind)
        self._held[kind] = Held(timer, group)

    def _due(self, kind: Kind) -> None:
        """The time of a kind is over: write what waits and hold on, or let go."""
        group = self._held.pop(kind).group
        if group is None:
            return
        self._rest(kind, None)
        task = asyncio.get_running_loop().create_task(self._written(group.event()))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        task.add_done_callback(group.told)

    async def _written(self, event: Event) -> None:
        await asyncio.wrap_future(self._store.append(event))


def kind_of(event: Event) -> Kind:
    """What refusals have in common that are recorded together: whose, by which limit, on which surface; nothing: recorded alone.

    What was found, or decided, in a call stands in its own event.
    """
    data = event.data
    by_limit = "limit" in data or data.get("status") == HTTPStatus.TOO_MANY_REQUESTS
    if (
        event.kind != "call.refused"
        or not by_limit
        or data.get("findings")
        or "decision_id" in data
        or "content" in data
    ):
        return ()
    limit = data.get("limit")
    meter = str(limit.get("meter", "")) if isinstance(limit, dict) else ""
    fields = ("key", "tenant", "surface", "error", "status")
    return (meter, *(str(data.get(name, "")) for name in fields))
