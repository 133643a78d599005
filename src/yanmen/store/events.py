"""Recorded events, read back."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.nouns import Event, Ref
from yanmen.store.database import Readers
from yanmen.store.records import Recorded

decode = msgspec.json.Decoder(Recorded).decode
"""A record from its canonical bytes."""


def event_at(readers: Readers, seq: int) -> Event | None:
    """The event at a place in the log; None where there is none or its body was dropped."""
    row = readers.one("SELECT body FROM events WHERE seq = ?", seq)
    return decode(row[0]).event if row else None


class Events:
    """Reads events in the order of the log."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def after(self, seq: int, limit: int = 1000, kinds: tuple[str, ...] = ()) -> list[Recorded]:
        """Records after a place, oldest first, at most ``limit``; ``kinds`` are prefixes such as ``call.``."""
        where = " OR ".join("substr(kind, 1, ?) = ?" for _ in kinds) or "TRUE"
        values = [value for kind in kinds for value in (len(kind), kind)]
        question = f"SELECT body FROM events WHERE seq > ? AND ({where}) ORDER BY seq LIMIT ?"  # noqa: S608  # own words
        return self._read(self._readers.all(question, seq, *values, limit))

    def before(self, seq: int, limit: int = 100, kinds: tuple[str, ...] = ()) -> list[Recorded]:
        """Records before a place, newest first: the pages of a list that begins with the present."""
        where = " OR ".join("substr(kind, 1, ?) = ?" for _ in kinds) or "TRUE"
        values = [value for kind in kinds for value in (len(kind), kind)]
        question = f"SELECT body FROM events WHERE seq < ? AND ({where}) ORDER BY seq DESC LIMIT ?"  # noqa: S608  # own
        return self._read(self._readers.all(question, seq, *values, limit))

    def of(self, ref: Ref, limit: int = 200) -> list[Recorded]:
        """The newest records whose subject or actor is this, oldest first."""
        question = (
            "SELECT body FROM (SELECT seq, body FROM events WHERE seq IN"
            " (SELECT seq FROM (SELECT seq FROM events WHERE subject = ?1 ORDER BY seq DESC LIMIT ?2) AS one"
            " UNION SELECT seq FROM (SELECT seq FROM events WHERE actor = ?1 ORDER BY seq DESC LIMIT ?2) AS other)"
            " ORDER BY seq DESC LIMIT ?2) AS newest ORDER BY seq"
        )
        return self._read(self._readers.all(question, str(ref), limit))

    def get(self, event: str) -> Recorded | None:
        """The record of the event with this id."""
        row = self._readers.one("SELECT body FROM events WHERE id = ?", event)
        return decode(row[0]) if row else None

    def last_seq(self) -> int:
        """Place of the last record; 0 in an empty log."""
        row = self._readers.one("SELECT size FROM head")
        return int(row[0]) if row else 0

    @staticmethod
    def _read(rows: list[Any]) -> list[Recorded]:
        return [decode(body) for (body,) in rows]
