"""The store: one folder, or one PostgreSQL, opened by any number of processes at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from yanmen.core import foreign
from yanmen.core.clock import Clock, now
from yanmen.core.config import Store as Settings
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase
from yanmen.store import embedded
from yanmen.store.accounts import Accounts
from yanmen.store.actions import Actions
from yanmen.store.address import address_of, note, shown
from yanmen.store.campaigns import Campaigns
from yanmen.store.checkpoints import Checkpoint, PublicKey
from yanmen.store.content import Vault
from yanmen.store.counters.balances import Balances
from yanmen.store.cursors import Cursors
from yanmen.store.database import FILE, explained
from yanmen.store.decisions import Decisions
from yanmen.store.engine import Engine, Lock
from yanmen.store.events import Events
from yanmen.store.findings import Findings
from yanmen.store.gathering import gap
from yanmen.store.incidents import Incidents
from yanmen.store.keys import Keys
from yanmen.store.log import Job
from yanmen.store.masks import Masks
from yanmen.store.profiles import Profiles
from yanmen.store.registry import Models
from yanmen.store.reviews import Reviews
from yanmen.store.running import left_behind
from yanmen.store.schema import migrations
from yanmen.store.secret_files import VAULT_KEY, private_folder
from yanmen.store.sessions import Sessions
from yanmen.store.tools import Tools
from yanmen.store.traffic import Traffic
from yanmen.store.usage import Usage

WAIT_SECONDS = 30.0
"""How long a caller waits who asked to wait."""


class Store:
    """The record. State of record is written by events only; everything else here reads what follows from them."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock, engine: Engine) -> None:
        """Use ``Store.open``."""
        self.folder = folder
        self._clock = clock
        self._engine = engine
        self._readers = readers = engine.readers
        self._writer = engine.writer
        vault = partial(engine.secrets, VAULT_KEY)
        self.events = Events(readers)
        self.decisions = Decisions(readers)
        self.keys = Keys(readers)
        self.incidents = Incidents(readers)
        self.actions = Actions(readers)
        self.accounts = Accounts(readers)
        self.traffic = Traffic(readers)
        self.usage = Usage(readers)
        self.findings = Findings(readers)
        self.models = Models(folder, readers, self._run, clock, engine.files)
        self.reviews = Reviews(readers)
        self.campaigns = Campaigns(readers)
        self.tools = Tools(readers)
        self.profiles = Profiles(readers, self._run)
        self.sessions = Sessions(readers, self._run, clock)
        self.cursors = Cursors(readers, self._run)
        self.balances = Balances(readers, self._run)
        self.content = Vault(engine.scrub, readers, self._run, vault, clock)
        self.masks = Masks(readers, self._run, vault, clock, settings.mask_hours)

    @classmethod
    def open(cls, folder: Path, settings: Settings | None = None, clock: Clock = now) -> Store:
        """Open the store of a folder, or the one it names; make it, or bring its schema up to date, where that is needed.

        Raises YanmenError for what the user can mend: a folder that cannot be written, a database that is damaged or
        newer than this code, a signing key that is gone.
        """
        settings = settings or Settings()
        address = address_of(folder, settings.url)
        private_folder(folder)
        try:
            if address:
                from yanmen.store.shared.opening import opened as shared  # noqa: PLC0415  # the driver, where it is wanted

                engine = shared(address, folder, settings, clock)
            else:
                engine = embedded.opened(folder, settings, clock)
        except sqlite3.Error as error:
            where = shown(address) if address else str(folder)
            doing = Phrase(en=f"cannot open the store in {where}", zh=f"无法打开 {where} 中的数据库")
            raise explained(error, doing) from error
        except PermissionError as error:
            why = foreign.system(error)
            raise YanmenError(
                Phrase(en=f"cannot write in {folder}: {why.en}", zh=f"无法写入 {folder}：{why.zh}"),
                hint=Phrase(
                    en="Give this user the right to write there.", zh="请让当前用户对该目录有写权限。"
                ),
            ) from error
        if settings.url:
            note(folder, settings.url)
        store = cls(folder, settings, clock, engine)
        store._look_back(engine.before)
        return store

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder holds a store, or says where it is."""
        return (folder / FILE).is_file() or bool(address_of(folder))

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
        self._writer.settled().result(WAIT_SECONDS)

    def version(self) -> int:
        """A number that differs from the last whenever anybody, in any process, has committed. A few microseconds."""
        return self._engine.watch.version()

    def touched(self, name: str) -> int:
        """Place of the last event that changed ``standing`` (decisions), ``keys``, ``incidents``, ``accounts`` or ``models``.

        As cheap as ``version`` while nothing was committed, and traffic does not move it.
        """
        return self._engine.watch.touched(name)

    @property
    def public_key(self) -> PublicKey:
        """Who signs the log."""
        return self._engine.key()

    @property
    def schema(self) -> int:
        """The number of the last migration, which opening has brought it to."""
        return migrations()[-1][0]

    @property
    def available(self) -> bool:
        """Whether calls may be let through: what is said of them can be kept, as the configuration demands."""
        return self._engine.available()

    def present(self) -> bool:
        """Whether the database is still the one that was opened, and not deleted or replaced."""
        return self._engine.present()

    def lock(self, name: str) -> Lock:
        """A lock that one process at a time has: of this machine, or of all nodes where they share the store."""
        return self._engine.lock(name)

    def checkpoint(self) -> str:
        """The newest signed checkpoint, as a C2SP signed note."""
        (note,) = self._readers.one("SELECT note FROM head")
        return str(note)

    def secrets(self, name: str) -> bytes:
        """32 random bytes of this installation under a name, made at the first call."""
        return self._engine.secrets(name)

    def close(self) -> None:
        """Write what waits and close every connection; harmless when done twice."""
        self._engine.close()

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
