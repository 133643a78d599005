"""API keys: the projection that says whose key is good for what."""

from __future__ import annotations

from typing import Any

import msgspec

from yanmen.core.config.limits import allowance_data
from yanmen.core.nouns import Event
from yanmen.store.changes import Change, bounded, encode, touch
from yanmen.store.database import Readers
from yanmen.store.records import Key

_COLUMNS = "id, hash, name, tenant, scopes, created, expires, revoked, replaces, terms"
_TERMS = ("team", "models", "surfaces", "ips", "limits", "priority")
"""Fields of a key that stand in one column, as JSON; those that say nothing are left out."""
_INSERT = f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  # own words only
_PLAIN = Key(id="", hash="", name="", created=0)
_END = "UPDATE keys SET expires = ?1 WHERE id = ?2 AND (expires = 0 OR expires > ?1)"
_RESTORE = "UPDATE keys SET expires = ? WHERE id = ? AND expires = ?"
_REVOKE = "UPDATE keys SET revoked = ? WHERE id = ? AND revoked = 0"


def created(seq: int, event: Event) -> list[Change]:
    """The changes by ``key.created``: ``{"key": Key}``."""
    return [_insert(msgspec.convert(event.data["key"], Key)), touch("keys", seq)]


def rotated(seq: int, event: Event) -> list[Change]:
    """The changes by ``key.rotated``: ``{"key": the new Key, "replaces": id, "until": when the old one ends}``."""
    until = max(1, bounded(event.data["until"]))
    end: Change = (_END, (until, str(event.data["replaces"])))
    return [_insert(msgspec.convert(event.data["key"], Key)), end, touch("keys", seq)]


def revoked(seq: int, event: Event) -> list[Change]:
    """The changes by ``key.revoked``: ``{"key": id, "reason": str}``."""
    return [(_REVOKE, (bounded(event.at), str(event.data["key"]))), touch("keys", seq)]


def restored(seq: int, event: Event) -> list[Change]:
    """The changes by ``key.rotation-undone``: ``{"key": the new id, "replaces": id, "until", "expires": when that one ends}``.

    An old key whose end somebody else has set meanwhile keeps that end.
    """
    data = event.data
    back: Change = (_RESTORE, (bounded(data["expires"]), str(data["replaces"]), bounded(data["until"])))
    return [(_REVOKE, (bounded(event.at), str(event.data["key"]))), back, touch("keys", seq)]


def _insert(key: Key) -> Change:
    times = (bounded(key.created), bounded(key.expires), bounded(key.revoked))
    return _INSERT, (
        key.id,
        key.hash,
        key.name,
        key.tenant,
        encode(key.scopes).decode(),
        *times,
        key.replaces,
        encode(_terms(key)).decode(),
    )


def _terms(key: Key) -> dict[str, Any]:
    said = {name: getattr(key, name) for name in _TERMS}
    terms = {name: value for name, value in said.items() if value != getattr(_PLAIN, name)}
    if "limits" in terms:
        terms["limits"] = allowance_data(key.limits)
    return terms


class Keys:
    """Reads keys."""

    def __init__(self, readers: Readers) -> None:
        """Over a store's readers."""
        self._readers = readers

    def by_hash(self, digest: str) -> Key | None:
        """The key whose text has this SHA-256, in hex."""
        return self._one(f"SELECT {_COLUMNS} FROM keys WHERE hash = ?", digest)  # noqa: S608  # own words only

    def get(self, key: str) -> Key | None:
        """The key with this id."""
        return self._one(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", key)  # noqa: S608  # own words only

    def list(self) -> list[Key]:
        """Every key, oldest first, revoked ones too."""
        rows = self._readers.all(f"SELECT {_COLUMNS} FROM keys ORDER BY created, id")  # noqa: S608  # own words only
        return [_key(row) for row in rows]

    def _one(self, question: str, value: str) -> Key | None:
        row = self._readers.one(question, value)
        return _key(row) if row else None


def _key(row: tuple[Any, ...]) -> Key:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    terms = msgspec.json.decode(values.pop("terms"))
    return msgspec.convert(values | terms | {"scopes": msgspec.json.decode(values["scopes"])}, Key)
