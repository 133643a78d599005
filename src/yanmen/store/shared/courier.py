"""Brings what a process appends to PostgreSQL, and says what becomes of it while PostgreSQL is not to be had."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, NamedTuple

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store.database import UNWRITTEN, explained
from yanmen.store.gathering import Gathering
from yanmen.store.log import MISTAKES, Item, draft, nothing, performed
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.errors import Refused
from yanmen.store.shared.loop import Loop
from yanmen.store.shared.notices import PLACE, Notices
from yanmen.store.shared.schema import LOCK
from yanmen.store.shared.spool import Orphan, Parcel, Spool, orphans

SPOOLED = ("call.", "transport.", "guard.", "process.", "selftest.", "store.")
"""Kinds of events that may wait on this machine. What people and playbooks do is told to be done only when all nodes know."""
JOBS = LOCK + 2
"""The advisory lock of jobs."""
RETRY_SECONDS = 0.1
LOOK_SECONDS = 5.0
"""Between two looks for what ended processes of this machine have left."""
_DELIVER = "SELECT yanmen_deliver(?, ?, ?)"
_PREFIX = len(b'{"seq":1,"event":')


class Pack(NamedTuple):
    """An item on its way."""

    item: Item
    parcel: Parcel | None
    """None: it has no events."""
    outcome: Any
    """What its future is to have; an exception where it was not fit."""


class Courier(Gathering):
    """Delivers; what is delivered is durable, and has its place in the log once the integrator has seen it."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock, loop: Loop, notices: Notices) -> None:
        """Connects when there is something to deliver."""
        super().__init__(folder, settings, clock)
        self._loop = loop
        self._notices = notices
        self._folder = folder
        self._spools = settings.when_unavailable == "spool"
        self._spool = Spool(folder, settings.spool_bytes)
        self._db: Connection | None = None
        self._out: sqlite3.Error | None = None
        self._unsure: set[str] = set()
        self._last = ""
        self._looked = 0.0
        self._begin()

    @property
    def available(self) -> bool:
        """Whether calls may be let through: PostgreSQL takes what is said of them, or (by configuration) the spool does."""
        return self._out is None or (self._spools and not self._spool.full)

    @property
    def waiting(self) -> int:
        """Bytes in this process's spool."""
        return self._spool.bytes

    @property
    def _full(self) -> bool:
        return self._notices.full

    @property
    def _sleep(self) -> float:
        return RETRY_SECONDS if self._out else 1.0

    def _end(self) -> None:
        if self._db is not None:
            self._db.close()
        self._spool.close()

    def _commit(self, batch: list[Item]) -> None:
        if self._out is not None and not self._notices.answers:
            self._set_aside(batch, self._out)
            return
        try:
            self._hand_over()
            self._transaction(batch)
        except (Refused, *MISTAKES) as error:
            self._apart(batch, error)
        except sqlite3.Error as error:
            self._disconnect(error)
            self._set_aside(batch, error)
        else:
            self._out = None
            self._unsure.clear()

    def _transaction(self, batch: Sequence[Item]) -> None:
        db = self._connection()
        jobs = any(item.job not in {None, nothing} for item in batch)
        if jobs:
            db.execute("BEGIN")
            db.execute("SELECT pg_advisory_xact_lock(?)", (JOBS,))  # one at a time, as each believes
        packs: list[Pack] = []
        try:
            packs += [self._packed(db, item) for item in batch]
            parcels = {pack.parcel.id: pack.parcel for pack in reversed(packs) if pack.parcel is not None}
            known = self._deliver(db, list(reversed(parcels.values()))) if parcels else set()
            if jobs:
                db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise
        for pack in packs:
            if pack.parcel is None or parcels[pack.parcel.id] is pack.parcel:
                self._delivered(pack, known)
            else:  # of several with one id that came at once the first is taken
                self._settle(pack.item, _used(pack.parcel.id))
        self._notices.look()

    def _delivered(self, pack: Pack, known: AbstractSet[str]) -> None:
        """Settle an item, or have it settled once it stands in the log."""
        item, parcel = pack.item, pack.parcel
        if parcel is None:
            if item.job is nothing and self._last and item.future is not None:
                self._notices.wait_for(self._last, item.future, None)
            else:
                self._settle(item, pack.outcome)
        elif parcel.id in known and parcel.id not in self._unsure:
            self._settle(item, _used(parcel.id))
        else:
            self._last = parcel.id
            if item.future is not None:
                self._notices.wait_for(parcel.id, item.future, pack.outcome)

    @staticmethod
    def _packed(db: Connection, item: Item) -> Pack:
        """Run an item's job and make a parcel of its events."""
        try:
            value, events = (None, ()) if item.job is nothing else performed(db, item)
            body = packed(events)
        except MISTAKES as error:
            return Pack(item, None, error)
        if not events:
            return Pack(item, None, value)
        return Pack(item, Parcel(events[-1].id, item.future is not None, body), value if item.job else PLACE)

    @staticmethod
    def _deliver(db: Connection, parcels: Sequence[Parcel]) -> set[str]:
        """Hand parcels over; the ids of those that were there already."""
        columns = tuple(list(column) for column in zip(*parcels, strict=True))
        return {name for (name,) in db.execute(_DELIVER, columns).fetchall()}

    def _hand_over(self) -> None:
        """Deliver what waits on this machine, before anything newer."""
        if self._spool.bytes:
            for batch in self._spool.batches():
                self._deliver(self._connection(), batch)
            self._spool.clear()
        if time.monotonic() >= self._looked:
            self._looked = time.monotonic() + LOOK_SECONDS
            for orphan in orphans(self._folder):
                self._adopt(orphan)

    def _adopt(self, orphan: Orphan) -> None:
        delivered = False
        try:
            for batch in orphan.batches():
                self._deliver(self._connection(), batch)
            delivered = True
        finally:
            orphan.close(delivered=delivered)

    def _apart(self, batch: list[Item], error: Exception) -> None:
        """One of them does not fit: each alone, so that only that one fails."""
        if len(batch) == 1:
            self._settle(batch[0], ValueError(f"the event cannot be recorded: {error}"))
            return
        for item in batch:
            self._commit([item])

    def _set_aside(self, batch: list[Item], error: sqlite3.Error) -> None:
        """PostgreSQL does not answer: by configuration into the spool; else whoever waits is told, and the rest waits."""
        if self._spools and not self._spool.full:
            batch = self._spooled(batch)
        soon = [item for item in batch if item.future is None and item.job is None]
        for item in batch:
            if item.future is not None:
                self._settle(item, explained(error, UNWRITTEN))
        if self._closing:
            self._losses.add("write-failed", sum(len(item.events) for item in soon))
        elif soon:
            self._unsure.update(item.events[-1].id for item in soon)
            self._queue.extendleft(reversed(soon))
            time.sleep(RETRY_SECONDS)

    def _spooled(self, batch: list[Item]) -> list[Item]:
        """Keep what may be kept on this machine; answer the rest."""
        parcels: list[Parcel] = []
        kept: list[Item] = []
        rest: list[Item] = []
        for item in batch:
            if item.job is not None or not all(event.kind.startswith(SPOOLED) for event in item.events):
                rest.append(item)
                continue
            try:
                parcels.append(Parcel(item.events[-1].id, item.future is not None, packed(item.events)))
                kept.append(item)
            except MISTAKES as error:
                self._settle(item, error)
        try:
            self._spool.keep(parcels)
        except OSError:
            return batch
        for item in kept:
            self._settle(item, 0)
        return rest

    def _between(self) -> None:
        if self._out is not None and not self._notices.answers:
            return
        try:
            if self._out is not None:
                self._connection().execute("SELECT 1")  # with nothing to hand over nothing would be proven
            self._hand_over()
            self._out = None
        except sqlite3.Error as error:
            self._disconnect(error)

    def _lost(self, event: Event) -> bool:
        if self._out is not None:
            return False
        try:
            self._transaction([Item((event,))])
        except sqlite3.Error as error:
            self._disconnect(error)
            return False
        return True

    def _connection(self) -> Connection:
        if self._db is None or self._db.closed:
            self._db = Connection(self._loop)
        return self._db

    def _disconnect(self, error: sqlite3.Error) -> None:
        self._out = error
        if self._db is not None:
            self._db.close()
            self._db = None


def _used(name: str) -> ValueError:
    return ValueError(f"the id {name} was used before")


def packed(events: Sequence[Event]) -> bytes:
    """Events as a JSON array of their canonical bytes; one of MISTAKES where one is not what its kind demands."""
    return b"[" + b",".join(draft(1, event).body[_PREFIX:-1] for event in events) + b"]"
