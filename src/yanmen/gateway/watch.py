"""Keeps what the door knows equal to the store: keys, bans and waivers, within 100 ms on one machine."""

from __future__ import annotations

from yanmen.core.clock import Clock
from yanmen.gateway.knowledge import Knowledge
from yanmen.policy import Standing
from yanmen.store import Store

SECONDS = 0.05
"""How often the store is asked whether anything was committed."""
KINDS = ("key.", "decision.", "action.")
"""Events that can change what stands. Calls commit all the time and change nothing of it."""


class Watch:
    """Looks at the store; cheap while nothing that matters was written."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing has been seen yet."""
        self._store = store
        self._clock = clock
        self._version = -1
        self._seq = 0

    def first(self, known: Knowledge) -> Knowledge:
        """What stands now."""
        self._version = self._store.version()
        self._seq = self._store.events.last_seq()
        return self._read(known)

    def look(self, known: Knowledge) -> Knowledge | None:
        """What stands now, or nothing where it is what is known."""
        version = self._store.version()
        if version == self._version:
            return None
        last = self._store.events.last_seq()
        found = self._store.events.after(self._seq, 1, KINDS)
        self._version, self._seq = version, last
        return self._read(known) if found else None

    def _read(self, known: Knowledge) -> Knowledge:
        keys = self._store.keys.list()
        ids = {key.id: key for key in keys}
        standing = self._store.decisions.standing(self._clock())
        return known._replace(
            keys={key.hash: key for key in keys},
            ids=ids,
            standing=Standing(standing),
            planner=known.planner.renewed(ids, standing),
        )
