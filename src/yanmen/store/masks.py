"""What stands behind placeholders: values that a call masked, sealed, given back to the key that sent them, for some hours.

A value is sealed with AES-256-GCM under its tenant's key, the one that kept content is sealed under: erasing the tenant throws
it away. Nothing of this is in any event. A placeholder belongs to a tenant; each of its keys that sent the value may have it
back, and no other. The time runs from the last call that sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yanmen.core.clock import HOUR, Clock
from yanmen.core.nouns import Event
from yanmen.store.content import new_key, seal, tenant_key, unseal
from yanmen.store.database import Database, Readers
from yanmen.store.log import Job

AT_ONCE = 5_000
"""Grants that expire in one commit."""
_KEY = 32  # bytes
_NAMED = "SELECT placeholder, sealed FROM masks WHERE tenant = ? AND placeholder = ?"
_GRANTED = "SELECT expires FROM mask_keys WHERE tenant = ? AND placeholder = ? AND key = ?"
_GRANT = (
    "INSERT INTO mask_keys (tenant, placeholder, key, expires) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (tenant, placeholder, key) DO UPDATE SET expires = excluded.expires"
)


class Masks:
    """``store.masks``."""

    def __init__(
        self,
        readers: Readers,
        run: Callable[[Job], Any],
        secret: Callable[[], bytes],
        clock: Clock,
        hours: int,
    ) -> None:
        """Over a store's readers and writer; values are kept for so many hours."""
        self._readers = readers
        self._run = run
        self._secret = secret
        self._clock = clock
        self._lasts = hours * HOUR

    def key(self, tenant: str) -> bytes:
        """The key that a tenant's placeholders are made with; another one once the tenant was erased."""
        secret = self._secret()
        with self._readers.lend() as db:
            found = tenant_key(db, secret, tenant)

        def job(db: Database) -> tuple[bytes, tuple[Event, ...]]:
            return tenant_key(db, secret, tenant) or new_key(db, secret, tenant), ()

        own = found or bytes(self._run(job))
        return HKDF(SHA256(), _KEY, None, b"yanmen placeholders").derive(own)

    def put(self, tenant: str, key: str, values: Mapping[str, str]) -> set[str]:
        """Keep values by their placeholders, durably; answer the placeholders that another value of the tenant has already.

        Nothing is written where all is kept already and more than half of its time is left.
        """
        now, secret = self._clock(), self._secret()
        with self._readers.lend() as db:
            if all(
                self._fresh(db, secret, (tenant, name, key), value, now) for name, value in values.items()
            ):
                return set()

        def job(db: Database) -> tuple[set[str], tuple[Event, ...]]:
            own = tenant_key(db, secret, tenant) or new_key(db, secret, tenant)
            taken = set()
            for name, value in values.items():
                row = db.execute(_NAMED, (tenant, name)).fetchone()
                if row is None:
                    sealed = seal(own, value.encode("utf-8", "surrogatepass"), _context(tenant, name))
                    db.execute("INSERT INTO masks VALUES (?, ?, ?)", (tenant, name, sealed))
                elif _opened(own, tenant, row) != value:
                    taken.add(name)
                    continue
                db.execute(_GRANT, (tenant, name, key, now + self._lasts))
            return taken, ()

        taken: set[str] = self._run(job)
        return taken

    def get(self, tenant: str, key: str, placeholders: Iterable[str]) -> dict[str, str]:
        """The values behind those placeholders that this key may have back."""
        now, found = self._clock(), dict[str, str]()
        with self._readers.lend() as db:
            own = tenant_key(db, self._secret(), tenant)
            for name in placeholders if own else ():
                granted = db.execute(_GRANTED, (tenant, name, key)).fetchone()
                if granted is not None and granted[0] > now and own is not None:
                    found[name] = _opened(own, tenant, db.execute(_NAMED, (tenant, name)).fetchone())
        return found

    def _fresh(self, db: Database, secret: bytes, grant: tuple[str, str, str], value: str, now: int) -> bool:
        tenant, name, _ = grant
        granted = db.execute(_GRANTED, grant).fetchone()
        if granted is None or granted[0] < now + self._lasts // 2:
            return False
        own = tenant_key(db, secret, tenant)
        return (
            own is not None and _opened(own, tenant, db.execute(_NAMED, (tenant, name)).fetchone()) == value
        )


def expire(db: Database, at: int) -> None:
    """Erase what nobody may have back any more (inside a commit)."""
    gone = db.execute(
        "DELETE FROM mask_keys WHERE (tenant, placeholder, key) IN"
        " (SELECT tenant, placeholder, key FROM mask_keys WHERE expires <= ? LIMIT ?) RETURNING tenant, placeholder",
        (at, AT_ONCE),
    ).fetchall()
    db.executemany(
        "DELETE FROM masks WHERE tenant = ?1 AND placeholder = ?2"
        " AND NOT EXISTS (SELECT 1 FROM mask_keys WHERE tenant = ?1 AND placeholder = ?2)",
        gone,
    )


def _opened(own: bytes, tenant: str, row: tuple[str, bytes]) -> str:
    name, sealed = row
    return unseal(own, sealed, _context(tenant, name)).decode("utf-8", "surrogatepass")


def _context(tenant: str, placeholder: str) -> bytes:
    return f"mask\0{tenant}\0{placeholder}".encode()
