"""Accounts of the console: who may log in, and as what."""

from __future__ import annotations

import msgspec

from yanmen.core.nouns import Event
from yanmen.store.changes import Change, touch
from yanmen.store.database import Readers
from yanmen.store.records import Account

_PUT = (
    "INSERT INTO accounts (name, role, hash) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET role = excluded.role, hash = excluded.hash"
)


def changed(seq: int, event: Event) -> list[Change]:
    """The changes by ``account.created``, ``.password`` and ``.reset``: ``{"account": {name, role, hash}}``."""
    account = msgspec.convert(event.data["account"], Account)
    return [(_PUT, (account.name, account.role, account.hash)), touch("accounts", seq)]


class Accounts:
    """Reads accounts."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def get(self, name: str) -> Account | None:
        """The account of this name."""
        row = self._readers.one("SELECT role, hash FROM accounts WHERE name = ?", name)
        return Account(name=name, role=row[0], hash=row[1]) if row else None

    def list(self) -> list[Account]:
        """Every account, by name."""
        rows = self._readers.all("SELECT name, role, hash FROM accounts ORDER BY name")
        return [Account(name=name, role=role, hash=digest) for name, role, digest in rows]
