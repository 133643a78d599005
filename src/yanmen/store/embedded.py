"""The embedded engine: SQLite in the data folder, opened by any number of processes of one machine."""

from __future__ import annotations

import os
from contextlib import closing
from functools import partial
from pathlib import Path

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store import schema
from yanmen.store.checkpoints import Checkpoint, PublicKey, read
from yanmen.store.database import COPY, FILE, Readers, Watch, connect
from yanmen.store.engine import Engine
from yanmen.store.locks import FileLock
from yanmen.store.log import begin
from yanmen.store.secret_files import SIGNING_KEY, secret
from yanmen.store.signing import LOCK, Signing
from yanmen.store.writer import Writer


def opened(folder: Path, settings: Settings, clock: Clock) -> Engine:
    """Open the folder's database; make it, or bring its schema up to date, where that is needed."""
    path = folder / FILE
    before = copied(folder)
    signing = Signing(folder / "secrets")
    name = _prepare(folder, signing)
    file = path.stat()
    readers, watch = Readers(path), Watch(path)
    writer = Writer(folder, settings, signing, clock)

    def close() -> None:
        writer.close()
        readers.close()
        watch.close()

    return Engine(
        readers=readers,
        watch=watch,
        writer=writer,
        key=lambda: _key(folder, signing, readers),
        secrets=partial(secret, folder / "secrets"),
        lock=lambda name: FileLock(folder / f"{name}.lock"),
        scrub=partial(_scrub, path),
        present=partial(_present, path, file),
        available=lambda: True,
        close=close,
        before=before if before and before.origin == name else None,
    )


def copied(folder: Path) -> Checkpoint | None:
    """What the copy beside the database says; it is written after each commit, so the log can only be longer."""
    try:
        return read((folder / COPY).read_text("utf-8"))[0]
    except (OSError, ValueError):
        return None


def _prepare(folder: Path, signing: Signing) -> str:
    """Make or migrate the database, see that its key is here, end a rotation that was cut off; the log's name."""
    path = folder / FILE
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(connect(path, writing=True)) as db:
        schema.migrate(db)
        if db.execute("SELECT size FROM head").fetchone() is None:
            begin(db, signing.first())
        signer = signing.current(db)
        if signer is None:
            raise gone(folder)
        lock = FileLock(folder / LOCK)
        if lock.take():
            signing.settle(signer)
            lock.free()
        return signer.public.name


def _key(folder: Path, signing: Signing, readers: Readers) -> PublicKey:
    (note,) = readers.one("SELECT note FROM head") or ("",)
    signer = signing.of(note)
    if signer is None:
        raise gone(folder)
    return signer.public


def gone(folder: Path) -> YanmenError:
    """The key that signed the newest checkpoint is not in the folder."""
    key = folder / "secrets" / SIGNING_KEY
    return YanmenError(
        Phrase(en=f"the log's signing key {key} is gone", zh=f"日志的签名密钥 {key} 不见了"),
        hint=Phrase(
            en="Restore it from a backup; a new key would start a new log.",
            zh="请从备份恢复；换用新密钥等于另起一份日志。",
        ),
    )


def _scrub(path: Path) -> None:
    with closing(connect(path, writing=True)) as db:  # no older page may keep what was erased
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _present(path: Path, opened_as: os.stat_result) -> bool:
    """A file that was deleted or replaced can be read on for ever."""
    try:
        return os.path.samestat(path.stat(), opened_as)
    except OSError:
        return False
