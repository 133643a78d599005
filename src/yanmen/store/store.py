"""The store: one folder, opened by any number of processes at once."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from yanmen.core import foreign
from yanmen.core.clock import Clock, now
from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase
from yanmen.store import schema
from yanmen.store.accounts import Accounts
from yanmen.store.actions import Actions
from yanmen.store.campaigns import Campaigns
from yanmen.store.checkpoints import Checkpoint, PublicKey, Signer, read
from yanmen.store.content import Vault
from yanmen.store.counters.balances import Balances
from yanmen.store.cursors import Cursors
from yanmen.store.database import COPY, FILE, Readers, Watch, connect, explained
from yanmen.store.decisions import Decisions
from yanmen.store.events import Events
from yanmen.store.findings import Findings
from yanmen.store.incidents import Incidents
from yanmen.store.keys import Keys
from yanmen.store.log import Job, begin
from yanmen.store.masks import Masks
from yanmen.store.profiles import Profiles
from yanmen.store.registry import Models
from yanmen.store.reviews import Reviews
from yanmen.store.running import left_behind
from yanmen.store.secret_files import SIGNING_KEY, VAULT_KEY, private_folder, secret
from yanmen.store.sessions import Sessions
from yanmen.store.traffic import Traffic
from yanmen.store.usage import Usage
from yanmen.store.writer import Writer, gap

WAIT_SECONDS = 30.0
"""How long a caller waits who asked to wait."""


class Store:
    """The record. State of record is written by events only; everything else here reads what follows from them."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock, signer: Signer) -> None:
        """Use ``Store.open``."""
        path = folder / FILE
        self.folder = folder
        self.public_key: PublicKey = signer.public
        self._clock = clock
        self._file = path, path.stat()
        self._readers = readers = Readers(path)
        self._watch = Watch(path)
        self._writer = Writer(folder, settings, signer, clock)
        self.events = Events(readers)
        self.decisions = Decisions(readers)
        self.keys = Keys(readers)
        self.incidents = Incidents(readers)
        self.actions = Actions(readers)
        self.accounts = Accounts(readers)
        self.traffic = Traffic(readers)
        self.usage = Usage(readers)
        self.findings = Findings(readers)
        self.models = Models(folder, readers, self._run, clock)
        self.reviews = Reviews(readers)
        self.campaigns = Campaigns(readers)
        self.profiles = Profiles(readers, self._run)
        self.sessions = Sessions(readers, self._run, clock)
        self.cursors = Cursors(readers, self._run)
        self.balances = Balances(readers, self._run)
        self.content = Vault(path, readers, self._run, lambda: self.secrets(VAULT_KEY), clock)
        self.masks = Masks(readers, self._run, lambda: self.secrets(VAULT_KEY), clock, settings.mask_hours)

    @classmethod
    def open(cls, folder: Path, settings: Settings | None = None, clock: Clock = now) -> Store:
        """Open the store of a folder; make it, or bring its schema up to date, where that is needed.

        Raises YanmenError for what the user can mend: a folder that cannot be written, a database that is damaged or
        newer than this code, a signing key that is gone.
        """
        private_folder(folder)
        try:
            before = _copied(folder)
            signer = _prepare(folder)
            store = cls(folder, settings or Settings(), clock, signer)
        except sqlite3.Error as error:
            doing = Phrase(en=f"cannot open the store in {folder}", zh=f"无法打开 {folder} 中的数据库")
            raise explained(error, doing) from error
        except PermissionError as error:
            why = foreign.system(error)
            raise YanmenError(
                Phrase(en=f"cannot write in {folder}: {why.en}", zh=f"无法写入 {folder}：{why.zh}"),
                hint=Phrase(
                    en="Give this user the right to write there.", zh="请让当前用户对该目录有写权限。"
                ),
            ) from error
        store._look_back(before if before and before.origin == signer.public.name else None)
        return store

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder holds a store."""
        return (folder / FILE).is_file()

    def append(self, *events: Event) -> Future[int]:
        """Write events, all or none; the future has the place of the last once all are on the disk.

        Never blocks; any thread. The future fails with ValueError for an event that is not what its
        kind demands, and with StoreError (a YanmenError and an OSError) when the disk refuses.
        """
        return self._writer.append(events)

    def append_soon(self, *events: Event) -> None:
        """Write events of allowed traffic within 100 ms. What cannot be kept is counted and told by ``store.gap``."""
        self._writer.append_soon(events)

    def flush(self) -> None:
        """Wait until everything appended so far, by any thread of this process, is on the disk."""
        self._run(lambda _: (None, ()))

    def version(self) -> int:
        """A number that differs from the last whenever anybody, in any process, has committed. A few microseconds."""
        return self._watch.version()

    def touched(self, name: str) -> int:
        """Place of the last event that changed ``standing`` (decisions), ``keys``, ``incidents``, ``accounts`` or ``models``.

        As cheap as ``version`` while nothing was committed, and traffic does not move it.
        """
        return self._watch.touched(name)

    def present(self) -> bool:
        """Whether the database still lies where it was opened: one that was deleted or replaced can be read on for ever."""
        path, opened = self._file
        try:
            return os.path.samestat(path.stat(), opened)
        except OSError:
            return False

    def checkpoint(self) -> str:
        """The newest signed checkpoint, as a C2SP signed note."""
        (note,) = self._readers.one("SELECT note FROM head")
        return str(note)

    def secrets(self, name: str) -> bytes:
        """32 random bytes of this installation under a name, made at the first call."""
        return secret(self.folder / "secrets", name)

    def close(self) -> None:
        """Write what waits and close every connection; harmless when done twice."""
        self._writer.close()
        self._readers.close()
        self._watch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, job: Job) -> Any:
        return self._writer.run(job).result(WAIT_SECONDS)

    def _look_back(self, before: Checkpoint | None) -> None:
        """Record what is to be seen of how the last processes ended, and of a log that is shorter than it was."""
        with left_behind(self.folder / "running") as marks:
            events = [gap("not-closed", self._clock(), **mark, milliseconds=100) for mark in marks]
            last = self.events.last_seq()
            if before is not None and before.size > last:
                data = {"size": last, "was": before.size, "root": before.root.hex()}
                events.append(Event(id=new_id("evt"), at=self._clock(), kind="store.rolled-back", data=data))
            if events:
                self.append(*events).result(WAIT_SECONDS)


def _prepare(folder: Path) -> Signer:
    """Make or migrate the database; answer who signs its log."""
    path = folder / FILE
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    key = folder / "secrets" / SIGNING_KEY
    with closing(connect(path, writing=True)) as db:
        schema.migrate(db)
        head = db.execute("SELECT size FROM head").fetchone()
        if head is not None and not key.exists():
            raise YanmenError(
                Phrase(en=f"the log's signing key {key} is gone", zh=f"日志的签名密钥 {key} 不见了"),
                hint=Phrase(
                    en="Restore it from a backup; a new key would start a new log.",
                    zh="请从备份恢复；换用新密钥等于另起一份日志。",
                ),
            )
        signer = Signer(secret(key.parent, key.name))
        if head is None:
            begin(db, signer)
    return signer


def _copied(folder: Path) -> Checkpoint | None:
    """What the copy beside the database says; it is written after each commit, so the log can only be longer."""
    try:
        return read((folder / COPY).read_text("utf-8"))[0]
    except (OSError, ValueError):
        return None
