"""The vault: prompts and answers of tenants that asked for it, sealed, for a time; erased for good when asked.

A text is sealed with AES-256-GCM under its tenant's key; that key is wrapped under one derived from the installation's
``vault`` secret. Its commitment, SHA-256 over a random salt (kept sealed with the text) and the text, goes into the
event's data as ``content: {name: commitment}``: it proves what was said while the text is there, and says nothing once it
is gone. Erasing a tenant throws its key away.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yanmen.core.clock import DAY, Clock
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.store.database import Database, Readers
from yanmen.store.log import Job

LARGEST = 16 << 20
"""Bytes of one text."""
KEEP_DAYS = 30
AT_ONCE = 500
"""Texts that expire in one commit."""
_VERIFY = Phrase(en="Run `yanmen audit verify`.", zh="请运行 `yanmen audit verify`。")
_NONCE, _SALT, _KEY = 12, 32, 32  # bytes


class Content(NamedTuple):
    """A row of the vault."""

    event: str
    name: str
    tenant: str
    expires: int
    commitment: str
    sealed: bytes


class Vault:
    """``store.content``."""

    def __init__(
        self,
        scrub: Callable[[], None],
        readers: Readers,
        run: Callable[[Job], Any],
        secret: Callable[[], bytes],
        clock: Clock,
    ) -> None:
        """Over a store's readers and writer; ``secret`` is asked for when the first text comes.

        ``scrub`` makes the engine forget what was deleted, as far as it can.
        """
        self._scrub = scrub
        self._readers = readers
        self._run = run
        self._secret = secret
        self._clock = clock

    def put(self, event_id: str, tenant: str, name: str, text: bytes, days: int = KEEP_DAYS) -> str:
        """Keep a text for some days; answer its commitment, once it is on the disk. Waits; any thread."""
        if len(text) > LARGEST:
            raise ValueError(f"a text of {len(text)} bytes; {LARGEST} are kept")
        salt, secret, expires = os.urandom(_SALT), self._secret(), self._clock() + days * DAY
        commitment = committed(salt, text)

        def job(db: Database) -> tuple[str, tuple[Event, ...]]:
            key = tenant_key(db, secret, tenant) or new_key(db, secret, tenant)
            context = _context(event_id, name, tenant, expires)
            row = (event_id, name, tenant, expires, commitment, seal(key, salt + text, context))
            db.execute("INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?)", row)
            return commitment, ()

        return str(self._run(job))

    def get(self, event_id: str, name: str) -> bytes | None:
        """The text, or None where there is none any more; a YanmenError where it was altered."""
        question = "SELECT * FROM contents WHERE event = ? AND name = ? AND expires > ?"
        with self._readers.lend() as db:
            row = db.execute(question, (event_id, name, self._clock())).fetchone()
            return opened(db, self._secret(), Content(*row)) if row else None

    def names(self, event_id: str) -> list[str]:
        """What is kept of an event, e.g. ``["answer", "prompt"]``."""
        rows = self._readers.all("SELECT name FROM contents WHERE event = ? ORDER BY name", event_id)
        return [name for (name,) in rows]

    def erase(
        self,
        *,
        tenant: str | None = None,
        event_id: str | None = None,
        actor: Ref | None = None,
        reason: str = "",
    ) -> int:
        """Erase what is kept of a tenant or of an event, for good; answer how many texts. Recorded as ``content.erased``."""
        if (tenant is None) == (event_id is None):
            raise ValueError("erase a tenant or an event")
        at = self._clock()

        def job(db: Database) -> tuple[int, tuple[Event, ...]]:
            column, value = ("tenant", tenant) if tenant is not None else ("event", event_id)
            found = db.execute(
                f"DELETE FROM contents WHERE {column} = ? RETURNING event, name",  # noqa: S608  # own words only
                (value,),
            ).fetchall()
            if tenant is not None:
                db.execute("DELETE FROM masks WHERE tenant = ?", (tenant,))
                db.execute("DELETE FROM mask_keys WHERE tenant = ?", (tenant,))
                found += db.execute(
                    "DELETE FROM tenant_keys WHERE tenant = ? RETURNING tenant, ''", (tenant,)
                ).fetchall()
            count = sum(1 for _, name in found if name)
            data = {column: value, "count": count, "reason": reason}
            subject = Ref(kind=column, id=str(value))
            event = Event(
                id=new_id("evt"), at=at, kind="content.erased", actor=actor, subject=subject, data=data
            )
            return count, (event,) if found else ()

        count = int(self._run(job))
        self._scrub()
        return count


def expire(db: Database, at: int) -> tuple[int, tuple[Event, ...]]:
    """Erase texts whose time is over (inside a commit); the event names them."""
    rows = db.execute("SELECT event, name FROM contents WHERE expires <= ? LIMIT ?", (at, AT_ONCE)).fetchall()
    if not rows:
        return 0, ()
    db.executemany("DELETE FROM contents WHERE event = ? AND name = ?", rows)
    data = {"reason": "expired", "count": len(rows), "contents": [list(row) for row in rows]}
    return len(rows), (Event(id=new_id("evt"), at=at, kind="content.erased", data=data),)


def committed(salt: bytes, text: bytes) -> str:
    """The commitment to a text."""
    return hashlib.sha256(salt + text).hexdigest()


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt under a fresh nonce, which is put in front."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Undo ``seal``; a YanmenError where a byte of either differs."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except (InvalidTag, ValueError) as error:
        raise YanmenError(
            Phrase(
                en="kept content cannot be opened: it was altered, or data/secrets/vault is another one",
                zh="无法打开留存内容：内容已被改动，或 data/secrets/vault 已被换掉",
            ),
            hint=_VERIFY,
        ) from error


def opened(db: Database, secret: bytes, row: Content) -> bytes:
    """The text of a row, checked against its commitment."""
    key = tenant_key(db, secret, row.tenant)
    context = _context(row.event, row.name, row.tenant, row.expires)
    plain = unseal(key or b"\0" * _KEY, row.sealed, context)
    salt, text = plain[:_SALT], plain[_SALT:]
    if committed(salt, text) != row.commitment:
        raise YanmenError(
            Phrase(en="kept content does not fit its commitment", zh="留存内容与其承诺值不符"), hint=_VERIFY
        )
    return text


def tenant_key(db: Database, secret: bytes, tenant: str) -> bytes | None:
    """The key of a tenant, unwrapped."""
    row = db.execute("SELECT sealed FROM tenant_keys WHERE tenant = ?", (tenant,)).fetchone()
    return unseal(_wrapping(secret, tenant), row[0], tenant.encode()) if row else None


def new_key(db: Database, secret: bytes, tenant: str) -> bytes:
    """Make the key of a tenant that has none (inside a commit)."""
    key = os.urandom(_KEY)
    sealed = seal(_wrapping(secret, tenant), key, tenant.encode())
    db.execute("INSERT INTO tenant_keys VALUES (?, ?)", (tenant, sealed))
    return key


def _wrapping(secret: bytes, tenant: str) -> bytes:
    return HKDF(SHA256(), _KEY, None, b"yanmen vault " + tenant.encode()).derive(secret)


def _context(event: str, name: str, tenant: str, expires: int) -> bytes:
    return "\0".join((event, name, tenant, str(expires))).encode()
