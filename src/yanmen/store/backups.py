"""Backups of a store: a folder that holds all of it, made while it is in use, and verified when it comes back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.address import NOTE, address_of
from yanmen.store.audit import Report, signed_checkpoint, verify
from yanmen.store.database import COPY, FILE, UNREAD, connect, explained
from yanmen.store.locks import FileLock, held
from yanmen.store.secret_files import private_folder, sync_folder
from yanmen.store.signing import LOCK

SECRETS, MODELS = "secrets", "models"
PAGES = 1_000
"""Pages copied between two looks at whether somebody writes."""


def create(folder: Path, to: Path) -> Report:
    """Copy a folder's store into a new folder, one state of it, while others write; what verifying the copy says.

    Of a shared store only the secrets and the newest checkpoint: its tables are PostgreSQL's to dump. YanmenError where there is
    no store, or something at the new place already.
    """
    shared = bool(address_of(folder))
    if not shared and not (folder / FILE).is_file():
        raise YanmenError(
            Phrase(en=f"there is no store in {folder}", zh=f"{folder} 中没有数据库"),
            hint=Phrase(en="Name its folder with --data.", zh="请用 --data 指定数据目录。"),
        )
    _fresh(to)
    private_folder(to)
    with held(FileLock(folder / LOCK), "the log's key"):  # nobody rotates between the log and its key
        _copied(folder, to, shared=shared)
    (to / COPY).write_text(signed_checkpoint(to), "utf-8")
    _durable(to)
    return verify(to)


def _copied(folder: Path, to: Path, *, shared: bool) -> None:
    if shared:
        shutil.copy2(folder / NOTE, to / NOTE)
    else:
        _database(folder / FILE, to / FILE)
    for part in (SECRETS, MODELS):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, to / part)


def restore(backup: Path, folder: Path) -> Report:
    """Put a backup in place where no store is; what verifying it there says."""
    if not (backup / FILE).is_file() and not (backup / NOTE).is_file():
        raise YanmenError(
            Phrase(en=f"there is no backup in {backup}", zh=f"{backup} 中没有备份"),
            hint=Phrase(
                en="Name the folder that `backup create` made.", zh="请指定由 `backup create` 生成的目录。"
            ),
        )
    _fresh(folder)
    draft = folder.with_name(f".{folder.name}.restored")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(folder.parent)
    shutil.copytree(backup, draft)
    draft.chmod(0o700)
    _durable(draft)
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
    sync_folder(folder.parent)
    return verify(folder)


def _fresh(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise YanmenError(
            Phrase(en=f"there is something at {folder} already", zh=f"{folder} 已存在且不为空"),
            hint=Phrase(en="Name a folder that is not there yet.", zh="请指定一个尚不存在的目录。"),
        )


def _database(source: Path, target: Path) -> None:
    """One state of the database, by SQLite's own backup, without the write-ahead log beside it."""
    try:
        with closing(connect(source)) as db, closing(sqlite3.connect(target)) as copy:
            db.backup(copy, pages=PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise explained(error, UNREAD) from error
    target.chmod(0o600)


def _durable(folder: Path) -> None:
    for path in folder.rglob("*"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    sync_folder(folder)
