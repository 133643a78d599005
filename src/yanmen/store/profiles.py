"""What was usual so far, in the words of whoever watches. No part of the record: lost, it is learnt anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yanmen.core.nouns import Event
from yanmen.store.database import Database, Readers
from yanmen.store.log import Job

LARGEST = 16 << 20
"""Bytes of one profile."""
_PUT = "INSERT INTO profiles (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body"


class Profiles:
    """Keeps some bytes for each name."""

    def __init__(self, readers: Readers, run: Callable[[Job], Any]) -> None:
        """Over a store's readers and writer."""
        self._readers = readers
        self._run = run

    def get(self, name: str) -> bytes:
        """The bytes; none before the first ``set``."""
        row = self._readers.one("SELECT body FROM profiles WHERE name = ?", name)
        return bytes(row[0]) if row else b""

    def set(self, name: str, body: bytes) -> None:
        """Keep bytes, durably. Waits for the disk."""
        if len(body) > LARGEST:
            raise ValueError(f"a profile of {len(body)} bytes; {LARGEST} are kept")

        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            db.execute(_PUT, (name, body))
            return None, ()

        self._run(job)
