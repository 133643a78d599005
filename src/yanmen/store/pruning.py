"""Bounds the disk: drops the bodies of the oldest events of allowed traffic. Their leaves stay, so the log verifies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from yanmen.core.ids import new_id
from yanmen.core.nouns import Event
from yanmen.store import usage
from yanmen.store.changes import apply
from yanmen.store.database import Database
from yanmen.store.events import decode
from yanmen.store.traffic import Group, calls, group, tokens, uncounted

AT_ONCE = 500
"""Bodies dropped in one commit."""
_PAGES = 2_000  # given back at once
PRUNED = "call.allowed"
"""The only kind of event whose body is ever dropped, and of these none that carries a decision that lasts."""


def used(db: Database) -> int:
    """Bytes of the database file that hold something."""
    (pages,), (free,), (size,) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def file_bytes(db: Database) -> int:
    """Bytes of the database file."""
    (pages,), (size,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)


def places(seqs: Iterable[int]) -> str:
    """SHA-256 in hex over places in the log, eight bytes each: which bodies a ``store.pruned`` speaks for."""
    return hashlib.sha256(b"".join(seq.to_bytes(8, "big") for seq in seqs)).hexdigest()


class Disk:
    """How much the database takes, and giving back what it does not need: the embedded one's."""

    def used(self, db: Database) -> int:
        """Bytes that hold something."""
        return used(db)

    def held(self, db: Database) -> int:
        """Bytes that are taken from the disk."""
        return file_bytes(db)

    def give_back(self, db: Database) -> None:
        """Give some free pages back to the disk."""
        db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()

    def dropped(self, db: Database, bodies: Sequence[bytes]) -> None:
        """These bodies were dropped, inside this commit."""


class Batch:
    """The next bodies to drop: the oldest, until a time or (``everything``) however young they are."""

    def __init__(
        self, start: int, before: int, at: int, *, everything: bool, disk: Disk | None = None
    ) -> None:
        """Look after place ``start``; ``before`` and ``at`` (now) are times in microseconds."""
        self.start = start
        self.dropped = 0
        self._before = before
        self._at = at
        self._everything = everything
        self._disk = disk or Disk()

    def wanted(self, db: Database) -> bool:
        """Whether there is a body to drop. A scan that finds nothing is not made twice: ``start`` moves on."""
        if not (self._everything or self._before):
            return False
        row = db.execute(
            "SELECT seq, at FROM events WHERE seq > ? AND kind = ?"
            " AND seq NOT IN (SELECT place / 2 FROM decisions WHERE until > 0) ORDER BY seq LIMIT 1",
            (self.start, PRUNED),
        ).fetchone()
        if row is None:
            (last,) = db.execute("SELECT size FROM head").fetchone()
            self.start = max(self.start, last)
            return False
        self.start = row[0] - 1
        return self._everything or row[1] < self._before

    def prune(self, db: Database) -> tuple[int, tuple[Event, ...]]:
        """Drop bodies and all that projections hold of them; the counts of traffic are carried on by the event."""
        rows = db.execute(
            "SELECT seq, body FROM events WHERE seq > ? AND kind = ? AND (? OR at < ?)"
            " AND seq NOT IN (SELECT place / 2 FROM decisions WHERE until > 0) ORDER BY seq LIMIT ?",
            (self.start, PRUNED, self._everything, self._before, AT_ONCE),
        ).fetchall()
        if not rows:
            return 0, ()
        groups: dict[Group, list[int]] = {}
        spent: dict[usage.Group, list[int]] = {}
        for seq, body in rows:
            event = decode(body).event
            _add(groups.setdefault(group(event), [0, 0, 0]), (calls(event), *tokens(event)))
            if (used_by := usage.group(event)) is not None:
                _add(spent.setdefault(used_by, [0] * len(usage.SUMS)), usage.sums(event))
            db.execute("DELETE FROM findings WHERE seq = ?", (seq,))
            db.execute("DELETE FROM decisions WHERE place IN (?, ?)", (2 * seq, 2 * seq + 1))
            if "content" in event.data:
                db.execute("DELETE FROM contents WHERE event = ?", (event.id,))
            db.execute("DELETE FROM events WHERE seq = ?", (seq,))
        apply(db, [*uncounted(groups), *usage.uncounted(spent)])
        self._disk.dropped(db, [body for _, body in rows])
        self.dropped, self.start = len(rows), rows[-1][0]
        data: dict[str, Any] = {
            "from": rows[0][0],
            "to": rows[-1][0],
            "count": len(rows),
            "places": places(seq for seq, _ in rows),
            "reason": "size" if self._everything else "age",
            "traffic": [[*where, *counts] for where, counts in sorted(groups.items())],
            "usage": [[*where, *counts] for where, counts in sorted(spent.items())],
        }
        return len(rows), (Event(id=new_id("evt"), at=self._at, kind="store.pruned", data=data),)


def _add(counts: list[int], numbers: Iterable[int]) -> None:
    for index, number in enumerate(numbers):
        counts[index] += number
