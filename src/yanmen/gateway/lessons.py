"""Keeps the guard's model equal to the registry's: a promoted version is loaded beside the one in use, then takes over.

A version that cannot be loaded leaves the old one in place, and that is on record.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.core.redaction import visible
from yanmen.guard import Guard
from yanmen.store import Store

SHIPPED = "shipped"
"""The name of the installation's own weights, as the registry says it."""
Start = Callable[[Guard], None]
"""Starts what a guard needs beside itself, and makes sure that it answers; raises YanmenError where it does not."""


def _alone(guard: Guard) -> None:
    """A guard that reads everything in this process needs nothing."""
    if guard.cascade is not None and guard.cascade.failure is not None:
        raise guard.cascade.failure


class Lessons:
    """Follows the registry for one process."""

    def __init__(self, store: Store, actor: Ref, start: Start = _alone, clock: Clock = now) -> None:
        """``actor``: the process, under whose name it is recorded."""
        self._store = store
        self._actor = actor
        self._start = start
        self._clock = clock
        self._touched = store.touched("models")
        self.version = SHIPPED
        """The version in use here."""

    def due(self) -> bool:
        """Whether the registry has changed since the last look. As cheap as ``Store.touched``."""
        return self._store.touched("models") != self._touched

    def begin(self, guard: Guard) -> Guard:
        """The guard to begin with: of the version in force, or as it was given where that cannot be loaded. May take seconds."""
        fresh = self._taken(guard)
        if fresh is None:
            self._start(guard)
            return guard
        return fresh

    def again(self, fresh: Guard) -> Guard:
        """A guard that was built anew, with the version in use here. YanmenError where that cannot be loaded. May take seconds."""
        if self.version != SHIPPED and fresh.cascade is not None:
            fresh = fresh.taught(self._store.models.folder(self.version))
        self._start(fresh)
        return fresh

    def take(self, guard: Guard) -> Guard | None:
        """The guard of the version in force now; None where that is in use, or cannot be loaded. May take seconds: in a thread."""
        self._touched = self._store.touched("models")
        return self._taken(guard)

    def _taken(self, guard: Guard) -> Guard | None:
        active = self._store.models.active()
        version = active.version if active else SHIPPED
        if version == self.version or guard.cascade is None:
            return None
        begun = time.monotonic()
        fresh: Guard | None = None
        try:
            folder: Path | None = self._store.models.folder(version) if active else None
            fresh = guard.taught(folder)
            self._start(fresh)
        except (YanmenError, OSError, ValueError) as error:
            if fresh is not None:
                fresh.close()
            said = error.message.en if isinstance(error, YanmenError) else f"{type(error).__name__}: {error}"
            self._tell(
                "model.failed", version, {"model": version, "kept": self.version, "error": visible(said)}
            )
            return None
        milliseconds = round(1_000 * (time.monotonic() - begun))
        data = {"model": version, "before": self.version, "ms": milliseconds}
        self.version = version
        self._tell("model.loaded", version, data)
        return fresh

    def _tell(self, kind: str, version: str, data: dict[str, object]) -> None:
        subject = Ref(kind="guard-model", id=version)
        event = Event(
            id=new_id("evt"), at=self._clock(), kind=kind, actor=self._actor, subject=subject, data=data
        )
        self._store.append(event)
