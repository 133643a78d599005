"""The shared engine: PostgreSQL, opened by any number of processes of any number of machines."""

from __future__ import annotations

import hashlib
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.address import shown
from yanmen.store.checkpoints import Signer
from yanmen.store.database import COPY
from yanmen.store.embedded import copied
from yanmen.store.engine import Engine
from yanmen.store.log import begin
from yanmen.store.secret_files import LENGTH, SIGNING_KEY, VAULT_KEY, secret
from yanmen.store.shared import schema
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.courier import Courier
from yanmen.store.shared.files import SharedFiles
from yanmen.store.shared.integrator import Integrator
from yanmen.store.shared.locks import SharedLock
from yanmen.store.shared.loop import Loop
from yanmen.store.shared.notices import Notices
from yanmen.store.shared.readers import SharedReaders
from yanmen.store.signing import Signing
from yanmen.store.writer import Copy

CLOSE_SECONDS = 3.0
"""How long whoever waits for an answer is waited for at the end."""
_CHECK = "INSERT INTO installation VALUES ('vault', ?) ON CONFLICT (name) DO NOTHING"


def opened(address: str, folder: Path, settings: Settings, clock: Clock) -> Engine:
    """Connect; make the tables, or bring them up to date, where that is needed."""
    loop = Loop(address, settings.patience_seconds)
    try:
        before = copied(folder)
        signer = _prepare(loop, folder, address)
        integrator = Integrator(loop, settings, lambda: signer, clock, Copy(folder / COPY))
        notices = Notices(loop, integrator.look)
        courier = Courier(folder, settings, clock, loop, notices)
    except BaseException:
        loop.close()
        raise
    readers = SharedReaders(loop)

    def close() -> None:
        courier.close()
        integrator.close()
        notices.finish(time.monotonic() + CLOSE_SECONDS)
        readers.close()
        loop.close()

    return Engine(
        readers=readers,
        watch=notices,
        writer=courier,
        key=lambda: signer.public,
        secrets=partial(_secret, folder / "secrets"),
        lock=lambda name: SharedLock(loop, name),
        scrub=partial(_scrub, loop),
        present=lambda: True,
        available=lambda: courier.available,
        close=close,
        before=before if before and before.origin == signer.public.name else None,
        files=SharedFiles(loop),
    )


def _prepare(loop: Loop, folder: Path, address: str) -> Signer:
    """Make or migrate the tables, and see that this machine has the keys of this store."""
    secrets = folder / "secrets"
    with closing(Connection(loop, seconds=60.0)) as db:
        schema.migrate(db)
        head = db.execute("SELECT note FROM head").fetchone()
        signing = Signing(secrets)
        if head is not None and not (signing.present and (secrets / VAULT_KEY).exists()):
            raise _strange(folder, address)
        if head is None:
            secret(secrets, VAULT_KEY)  # Before the log begins: who finds it begun looks for this key.
            begin(db, signing.first())
        signer = signing.current(db)
        check = hashlib.sha256(b"yanmen vault check" + secret(secrets, VAULT_KEY)).hexdigest()
        db.execute(_CHECK, (check,))
        (known,) = db.execute("SELECT value FROM installation WHERE name = 'vault'").fetchone()
        if known != check or signer is None:
            raise _strange(folder, address)
    return signer


def _strange(folder: Path, address: str) -> YanmenError:
    where = shown(address)
    return YanmenError(
        Phrase(
            en=f"this machine has not the keys of the store at {where}", zh=f"本机没有 {where} 上数据库的密钥"
        ),
        hint=Phrase(
            en=f"Copy secrets/log and secrets/vault of another node into {folder}/secrets.",
            zh=f"请将其他节点的 secrets/log 与 secrets/vault 复制到 {folder}/secrets。",
        ),
    )


def _secret(folder: Path, name: str) -> bytes:
    """The two secrets of a store lie on every node; all others follow from them."""
    if name in {SIGNING_KEY, VAULT_KEY}:
        return secret(folder, name)
    return HKDF(SHA256(), LENGTH, None, f"yanmen secret {name}".encode()).derive(secret(folder, VAULT_KEY))


def _scrub(loop: Loop) -> None:
    """Rows that were deleted are overwritten in time; this begins with it."""
    with closing(Connection(loop, seconds=60.0)) as db:
        db.script("VACUUM contents, tenant_keys, masks, mask_keys")
