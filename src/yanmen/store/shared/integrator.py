"""The one process, of all nodes, that gives events their places: elected by an advisory lock, relieved when it stands still."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store.checkpoints import Signer
from yanmen.store.gathering import gap
from yanmen.store.housekeeping import Housekeeping
from yanmen.store.log import MISTAKES, Item, Job, write
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.disk import Counted
from yanmen.store.shared.loop import Loop
from yanmen.store.shared.notices import CHANNEL
from yanmen.store.shared.schema import LOCK
from yanmen.store.writer import Copy

ELECTION = LOCK + 1
TRY_SECONDS = 0.5
"""Between two tries to be elected, while another is; each is told when the place is free."""
LOOK_SECONDS = 0.1
"""How long the one in office sleeps when nobody tells it anything."""
RELIEF_SECONDS = 10.0
"""Something waits for so long, and for so long the one in office has said nothing to PostgreSQL, which does not know yet that it is
dead. One that was elected since may be about to write it."""
LAST_SECONDS = 5.0
"""How long the one in office goes on, when its process ends, until nothing waits."""
COMMIT_SECONDS = 15.0
"""Patience with one statement of a large commit; whoever waits for less is told meanwhile."""
AT_ONCE = 1_000
AT_ONCE_BYTES = 4 << 20
"""A commit begins with no more than so many items, and so many bytes."""
_TAKE = (
    "SELECT place, id, awaited, body FROM (SELECT *, sum(length(body)) OVER (ORDER BY place) - length(body) AS before"
    " FROM (SELECT * FROM pending ORDER BY place LIMIT ?) AS first) AS summed WHERE before < ? ORDER BY place"
)
_TOLD = "SELECT pg_notify(?, ?)"
_OLDEST = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(delivered))::float8, 0) FROM pending"
_RELIEVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = 0 AND objid = ? AND pid IN (SELECT pid FROM pg_stat_activity"
    " WHERE clock_timestamp() - state_change > ? * interval '1 second')"
)
_events = msgspec.json.Decoder(list[Event]).decode
_logger = logging.getLogger("yanmen.store")


class Integrator:
    """A thread that stands for election, and integrates while it is in office."""

    def __init__(
        self, loop: Loop, settings: Settings, signer: Callable[[], Signer], clock: Clock, copy: Copy
    ) -> None:
        """Start it. ``signer``: who signs the log, asked for at each commit."""
        self._loop = loop
        self._signer = signer
        self._clock = clock
        self._copy = copy
        self._disk = Counted(settings)
        self._house = Housekeeping(settings, clock, self._disk)
        self._db: Connection | None = None
        self._wake = threading.Event()
        self._ending = threading.Event()
        self.elected = False
        self._thread = threading.Thread(target=self._run, name="yanmen-integrator", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Something waits, or the place is free. Any thread."""
        self._wake.set()

    def close(self) -> None:
        """Integrate what waits, if in office, and leave it."""
        self._ending.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._term()
            except sqlite3.Error as error:
                _logger.warning("integrator: %s", error)
            finally:
                self._leave()
            self._wake.wait(0 if self._ending.is_set() else TRY_SECONDS)
            self._wake.clear()

    def _term(self) -> None:
        """Stand for election until elected, then hold office until the end."""
        db = self._db = Connection(self._loop, seconds=max(COMMIT_SECONDS, self._loop.patience))
        while not db.execute("SELECT pg_try_advisory_lock(?)", (ELECTION,)).fetchone()[0]:
            if self._ending.is_set():
                return
            self._relieve(db)
            self._wake.wait(TRY_SECONDS)
            self._wake.clear()
        self.elected = True
        self._copy.renew(db)
        end = float("inf")
        while time.monotonic() < end:
            self._wake.clear()
            busy = self._integrate(db)
            if self._ending.is_set():
                end = min(end, time.monotonic() + LAST_SECONDS)
                if not busy:
                    return
            if not busy:
                self._keep_house(db)
                self._wake.wait(LOOK_SECONDS)

    def _leave(self) -> None:
        db, self._db, self.elected = self._db, None, False
        if db is None:
            return
        with contextlib.suppress(sqlite3.Error):
            if not db.closed and not db.in_transaction:
                db.execute("SELECT pg_advisory_unlock_all()")
                db.execute(_TOLD, (CHANNEL, "pending"))
        db.quit()

    @staticmethod
    def _relieve(db: Connection) -> None:
        (waits,) = db.execute(_OLDEST).fetchone()
        if waits > RELIEF_SECONDS:
            db.execute(_RELIEVE, (ELECTION, RELIEF_SECONDS))

    def _integrate(self, db: Connection) -> bool:
        """One commit; whether there was something to do."""
        rows = db.execute(_TAKE, (AT_ONCE, AT_ONCE_BYTES)).fetchall()
        if rows:
            self._commit(db, rows)
        return bool(rows)

    def _commit(self, db: Connection, rows: Sequence[tuple[int, str, bool, bytes]]) -> None:
        try:
            self._transaction(db, [Item(tuple(_events(body))) for *_, body in rows], rows)
        except (sqlite3.IntegrityError, *MISTAKES) as error:
            if len(rows) > 1:
                for row in rows:
                    self._commit(db, [row])
            else:
                self._refuse(db, rows[0], error)

    def _transaction(
        self, db: Connection, items: Sequence[Item], rows: Sequence[tuple[int, str, bool, bytes]]
    ) -> None:
        db.execute("BEGIN")
        try:
            _whole(write(db, self._signer(), items))
            self._disk.add(db, [row[3] for row in rows])
            if rows:
                db.execute("DELETE FROM pending WHERE place = ANY (?)", ([row[0] for row in rows],))
            db.execute(_TOLD, (CHANNEL, "head"))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise
        self._copy.renew(db)

    def _refuse(self, db: Connection, row: tuple[int, str, bool, bytes], error: Exception) -> None:
        """Nobody can record this one: whoever waits is told, and for what nobody waits there is a gap."""
        place, item, awaited, body = row

        def job(db: Any) -> tuple[None, tuple[Event, ...]]:
            db.execute(
                "INSERT INTO refused (id, reason) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                (item, str(error)[:500]),
            )
            db.execute("DELETE FROM pending WHERE place = ?", (place,))
            lost = gap("not-writable", self._clock(), count=_count(body))
            return None, () if awaited else (lost,)

        self._transaction(db, [Item((), None, job)], ())

    def _keep_house(self, db: Connection) -> None:
        for job in self._house.due(db):
            self._transaction(db, [Item((), None, self._counted(job))], ())
        self._disk.tell(db, full=self._house.full)

    def _counted(self, job: Job) -> Job:
        """A job that says how many bytes it has dropped."""

        def wrapped(db: Any) -> tuple[Any, tuple[Event, ...]]:
            value, events = job(db)
            self._disk.add(db, [msgspec.json.encode(event) for event in events])
            return value, events

        return wrapped


def _count(body: bytes) -> int:
    """How many events an item holds; 1 where nobody can say."""
    try:
        return len(_events(body))
    except MISTAKES:
        return 1


def _whole(outcomes: Sequence[Any]) -> None:
    """Raise the first exception among outcomes: one commit, all or none."""
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
