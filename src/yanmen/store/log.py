"""The log itself: within one write transaction, gives events their places, stores them and renews the checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

import msgspec

from yanmen.core.nouns import Event
from yanmen.store import projections, traffic, usage
from yanmen.store.changes import Change, apply, bounded, encode, insert
from yanmen.store.checkpoints import Signer
from yanmen.store.database import Database
from yanmen.store.merkle import Frontier, leaf_hash

SPARSE = 1_000
"""One signed checkpoint is kept for each so many records; the newest always."""
LARGEST = 1 << 20
"""Bytes of one record."""
MISTAKES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    msgspec.MsgspecError,
)
"""What an event or a job may be refused for; everything else is the database's trouble and concerns the whole commit."""

Job = Callable[[Database], tuple[Any, tuple[Event, ...]]]
"""Work inside a commit: answers a value, and the events that record it."""


class Item(NamedTuple):
    """What waits to be written: all of its events or none."""

    events: tuple[Event, ...]
    future: Future[Any] | None = None
    """Who waits for it; None for events of allowed traffic."""
    job: Job | None = None


def nothing(_: Database) -> tuple[None, tuple[Event, ...]]:
    """A job that does nothing: its future is done when everything before it is."""
    return None, ()


class Draft(NamedTuple):
    """A record about to be written."""

    seq: int
    body: bytes
    row: tuple[int, str, int, str, str | None, str | None, bytes]
    changes: list[Change]


def record(seq: int, event: Event) -> bytes:
    """The canonical bytes of a record: what ``encode(Recorded(seq, event))`` gives, without the detour."""
    return b'{"seq":%d,"event":%b}' % (seq, encode(event))


def draft(seq: int, event: Event) -> Draft:
    """Everything a record writes, computed before anything is written; one of MISTAKES where the event is not fit."""
    try:
        body = record(seq, event)
    except UnicodeEncodeError:  # half a surrogate pair, which JSON texts may hold and UTF-8 may not
        event = _whole(event)
        body = record(seq, event)
    if len(body) > LARGEST:
        raise ValueError(f"an event of {len(body)} bytes; {LARGEST} are allowed")
    actor, subject = event.actor, event.subject
    row = (
        seq,
        event.id,
        bounded(event.at),
        event.kind,
        f"{actor.kind}:{actor.id}" if actor else None,
        f"{subject.kind}:{subject.id}" if subject else None,
        body,
    )
    return Draft(seq, body, row, projections.changes(seq, event))


def begin(db: Database, signer: Signer) -> None:
    """Sign the empty log of a new database."""
    note = signer.sign(0, Frontier().root())
    db.execute(
        "INSERT INTO head (one, size, peaks, note) VALUES (1, 0, x'', ?) ON CONFLICT (one) DO NOTHING",
        (note,),
    )


def write(db: Database, signer: Signer, items: Sequence[Item]) -> list[Any]:
    """Write items inside the open transaction.

    Answers for each what its future is to have: the place of its last event, a job's value, or one of MISTAKES, in
    which case nothing of that item was written.
    """
    size, peaks = db.execute("SELECT size, peaks FROM head").fetchone()
    frontier = Frontier(size, peaks)
    written: list[Draft] = []
    outcomes: list[Any] = []
    for item in items:
        place = size + len(written)
        try:
            value, events = performed(db, item)
            drafts = [draft(seq, event) for seq, event in enumerate(events, place + 1)]
        except MISTAKES as error:
            outcomes.append(error)
            continue
        written += drafts
        outcomes.append(value if item.job else place + len(drafts))
    if written:
        leaves = [leaf_hash(each.body) for each in written]
        for leaf in leaves:
            frontier.append(leaf)
        rows = [(each.seq, leaf) for each, leaf in zip(written, leaves, strict=True)]
        insert(db, "INSERT INTO log (seq, leaf) VALUES (?, ?)", rows)
        insert(
            db,
            "INSERT INTO events (seq, id, at, kind, actor, subject, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [each.row for each in written],
        )
        apply(db, usage.together(traffic.together([change for each in written for change in each.changes])))
        _sign(db, signer, size, frontier)
    return outcomes


def performed(db: Database, item: Item) -> tuple[Any, tuple[Event, ...]]:
    """What an item writes, its job run: the job's value, and the events. One of MISTAKES undoes what the job did."""
    if item.job is None:
        return None, item.events
    db.execute("SAVEPOINT job")
    try:
        value, events = item.job(db)
        for event in events:
            draft(1, event)
    except MISTAKES:
        db.execute("ROLLBACK TO job")
        db.execute("RELEASE job")
        raise
    db.execute("RELEASE job")
    return value, (*item.events, *events)


def _sign(db: Database, signer: Signer, before: int, frontier: Frontier) -> None:
    note = signer.sign(frontier.size, frontier.root())
    db.execute("UPDATE head SET size = ?, peaks = ?, note = ?", (frontier.size, bytes(frontier), note))
    if before == 0 or before // SPARSE != frontier.size // SPARSE:
        db.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", (frontier.size, note))


def _whole(event: Event) -> Event:
    return msgspec.convert(_mended(msgspec.to_builtins(event)), Event)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_mended(name): _mended(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(each) for each in value]
    return value
