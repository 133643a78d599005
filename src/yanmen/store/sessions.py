"""Sessions of the console. No part of the record: losing them logs people out, no more."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from yanmen.core.clock import SECOND, Clock
from yanmen.core.nouns import Event
from yanmen.store.accounts import Accounts
from yanmen.store.database import Database, Readers
from yanmen.store.log import Job
from yanmen.store.records import Account


class Sessions:
    """Makes, knows and ends sessions."""

    def __init__(self, readers: Readers, run: Callable[[Job], Any], clock: Clock) -> None:
        """Over a store's readers and writer."""
        self._readers = readers
        self._accounts = Accounts(readers)
        self._run = run
        self._clock = clock

    def create(self, account: str, seconds: float) -> str:
        """A new session's token: 256 bits of chance, of which only the hash is stored. Waits for the disk."""
        token = secrets.token_urlsafe(32)
        expires = self._clock() + int(seconds * SECOND)
        self._do(
            "INSERT INTO sessions (hash, account, expires) VALUES (?, ?, ?)", _hash(token), account, expires
        )
        return token

    def account(self, token: str) -> Account | None:
        """Whose session it is; None once it has ended or its account is gone."""
        question = "SELECT account FROM sessions WHERE hash = ? AND expires > ?"
        row = self._readers.one(question, _hash(token), self._clock())
        return self._accounts.get(row[0]) if row else None

    def end(self, token: str) -> None:
        """End a session; harmless when done twice."""
        self._do("DELETE FROM sessions WHERE hash = ?", _hash(token))

    def end_all(self, account: str) -> None:
        """End every session of an account, e.g. when its password changes."""
        self._do("DELETE FROM sessions WHERE account = ?", account)

    def _do(self, statement: str, *values: object) -> None:
        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            db.execute(statement, values)
            return None, ()

        self._run(job)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
