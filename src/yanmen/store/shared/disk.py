"""How much the record takes on PostgreSQL: counted as it is written, for the files of a server say little of what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from yanmen.core.config import Store as Settings
from yanmen.store.database import Database
from yanmen.store.pruning import Disk

AROUND = 400
"""Bytes that a record takes beside its own: its leaf, its columns, its part of the indexes (measured: 380)."""
_BEYOND = (
    "SELECT bytes + (SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0)::bigint"
    " FROM unnest(ARRAY['contents', 'masks', 'model_files']) AS name) FROM bound"
)


class Counted(Disk):
    """The bound of the shared store: bytes of records, counted, and of the vault's tables, measured."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.max_bytes
        self._told = False

    def used(self, db: Database) -> int:
        """Bytes that hold something."""
        (found,) = db.execute(_BEYOND).fetchone()
        return int(found)

    def held(self, db: Database) -> int:
        """The same: PostgreSQL uses its files again by itself, and does not give them back."""
        return self.used(db)

    def give_back(self, db: Database) -> None:
        """Left to autovacuum."""

    def dropped(self, db: Database, bodies: Sequence[bytes]) -> None:
        """So many records were pruned (inside their commit)."""
        db.execute(
            "UPDATE bound SET bytes = greatest(0, bytes - ?)", (sum(map(len, bodies)) + AROUND * len(bodies),)
        )

    def add(self, db: Database, bodies: Sequence[bytes]) -> None:
        """So many were written (inside their commit)."""
        if bodies:
            db.execute("UPDATE bound SET bytes = bytes + ?", (sum(map(len, bodies)) + AROUND * len(bodies),))

    def tell(self, db: Database, *, full: bool) -> None:
        """Say on all nodes whether more of allowed traffic is recorded."""
        if full != self._told:
            db.execute("UPDATE bound SET full_up = ?", (full,))
            self._told = full
