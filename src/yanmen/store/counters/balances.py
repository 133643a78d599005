"""What of budgets this machine's processes may use before they ask the disk again; and the backlogs of rates.

A budget is authorised in pieces, durably, before any of a piece is used. After a kill, all that was authorised counts as used:
so nothing is spent twice, and at most the pieces that were open are lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from yanmen.core.nouns import Event
from yanmen.store.counters.meters import LARGEST, MONEY, REQUESTS, Bucket, Meter
from yanmen.store.database import Readers
from yanmen.store.log import Job, nothing
from yanmen.store.usage import COLUMNS

if TYPE_CHECKING:
    from yanmen.store.database import Database

PIECE = 100
"""A piece is at least one part in so many of the budget."""
_PUT = (
    "INSERT INTO balances (name, ends, authorised, backlog, seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET ends = excluded.ends, authorised = excluded.authorised, backlog = excluded.backlog, seen = excluded.seen"
)


class Piece(NamedTuple):
    """What came of asking for more of a budget."""

    meter: Meter
    granted: int
    """0: there is not so much left."""
    total: int
    """All that is authorised by now, for whomever."""
    assumed: int = 0
    """What had been authorised before this process asked, and is in no event: it counts as used."""


class Balances:
    """``store.balances``."""

    def __init__(self, readers: Readers, run: Callable[[Job], Any]) -> None:
        """Over a store's readers and writer."""
        self._readers = readers
        self._run = run

    def authorise(self, wanted: Sequence[tuple[Meter, int]], known: Iterable[str]) -> list[Piece]:
        """More of some budgets, durably: at least what is wanted of each, or nothing of it. Waits for the disk.

        ``known``: names this process has asked for before.
        """
        names = frozenset(known)

        def job(db: Database) -> tuple[list[Piece], tuple[Event, ...]]:
            return [
                _authorise(db, meter, amount, first=meter.name not in names) for meter, amount in wanted
            ], ()

        found: list[Piece] = self._run(job)
        return found

    def recorded(self, meter: Meter) -> int:
        """What the events tell of a meter's window, those of this process that wait to be written included. Waits for the disk."""
        self._run(nothing)
        with self._readers.lend() as db:
            return _ledger(db, meter)

    def give_back(self, unused: Sequence[tuple[str, int]]) -> None:
        """What was authorised and never used. Waits for the disk."""

        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            for name, amount in unused:
                db.execute("UPDATE balances SET authorised = authorised - ? WHERE name = ?", (amount, name))
            return None, ()

        self._run(job)

    def keep(self, rates: Sequence[tuple[str, Bucket]], before: int) -> None:
        """Keep the backlogs of rates, and forget windows that ended before a time. Waits for the disk."""
        rows = [(name, 0, 0, bucket.backlog + bucket.held, bucket.seen) for name, bucket in rates]

        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            db.executemany(_PUT, rows)
            db.execute("DELETE FROM balances WHERE ends > 0 AND ends < ?", (before,))
            return None, ()

        self._run(job)

    def rates(self) -> dict[str, Bucket]:
        """The backlogs that were kept."""
        rows = self._readers.all("SELECT name, backlog, seen FROM balances WHERE seen > 0")
        return {name: Bucket(backlog, seen) for name, backlog, seen in rows}


def _authorise(db: Database, meter: Meter, amount: int, *, first: bool) -> Piece:
    row = db.execute("SELECT authorised FROM balances WHERE name = ?", (meter.name,)).fetchone()
    told = _ledger(db, meter) if first or row is None else 0
    before = told if row is None else max(told, int(row[0]))
    room = meter.limit - before
    granted = min(max(amount, meter.limit // PIECE), room) if amount <= room else 0
    total = before + granted
    db.execute(_PUT, (meter.name, meter.ends, total, 0, 0))
    return Piece(meter, granted, total, max(0, before - told) if first else 0)


def _ledger(db: Database, meter: Meter) -> int:
    """What the events tell of a meter's window."""
    sums = {REQUESTS: "sum(calls)", MONEY: "sum(cost)"}.get(meter.measure, "sum(tokens_in) + sum(tokens_out)")
    where = "".join(f" AND {COLUMNS[name]} IN ({', '.join('?' * len(values))})" for name, values in meter.of)
    question = f"SELECT {sums} FROM usage WHERE quarter >= ? AND quarter < ?{where}"  # noqa: S608  # own words
    values = (meter.starts, meter.ends or LARGEST, *(value for _, several in meter.of for value in several))
    row = db.execute(question, values).fetchone()
    return int(row[0] or 0)
