"""The model registry: versions of the guard's model, which of them is in force, and their files.

Files lie once each under ``models/files/SHA256`` in the store's folder; a version is a folder of hard links to them. What
is loaded is verified: every file is read and hashed before anybody sees its path.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from yanmen.core.clock import Clock
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.store.database import Database, Readers
from yanmen.store.engine import Files
from yanmen.store.log import Job
from yanmen.store.models import NAME, SHIPPED, Versions, own, version_of
from yanmen.store.records import ModelVersion
from yanmen.store.secret_files import private_folder, sync_folder

KIND = "guard-model"
"""The kind of a reference to a version."""
LARGEST = 128 << 20
"""Bytes of one file."""
MOST = 16
"""Files of one version."""


class Models(Versions):
    """``store.models``."""

    def __init__(
        self,
        folder: Path,
        readers: Readers,
        run: Callable[[Job], Any],
        clock: Clock,
        files: Files | None = None,
    ) -> None:
        """Over a store's folder, readers and writer; ``files``: where other nodes put theirs."""
        self._files = files
        self._folder = folder / "models"
        super().__init__(readers)
        self._run = run
        self._clock = clock

    def register(
        self, source: Path, *, parent: str, card: dict[str, Any], actor: Ref | None = None
    ) -> ModelVersion:
        """Take a folder of files in as a candidate; the same files twice are one version. Durable on return.

        YanmenError for a folder that is no model: without files, with too many, too large, or oddly named ones.
        """
        paths = sorted(path for path in source.iterdir() if path.is_file())
        if not paths or len(paths) > MOST or not all(NAME.fullmatch(path.name) for path in paths):
            raise _no_model(source)
        files = {path.name: self._keep(path) for path in paths}
        version = version_of(files)
        self._link(version, files)
        at = self._clock()
        found = ModelVersion(version=version, files=files, made=at, parent=own(parent), card=card)
        data = {"model": msgspec.to_builtins(found)}
        event = Event(
            id=new_id("evt"), at=at, kind="model.registered", actor=actor, subject=_ref(version), data=data
        )
        self._run(lambda _: (None, (event,)))
        return self._known(version)

    def find(self, name: str) -> ModelVersion:
        """The version of a name or of the beginning of one; YanmenError where there is none, or more than one."""
        start = name if name.startswith("mdl_") else f"mdl_{name}"
        found = (
            [one for one in self.list() if one.version.startswith(start)] if len(start) > len("mdl_") else []
        )
        if len(found) != 1:
            raise _unknown(name)
        return found[0]

    def promote(self, version: str, *, actor: Ref, reason: str = "", forced: bool = False) -> ModelVersion:
        """Put a version in force, durably; the one before is kept. YanmenError where its files are not what they were."""
        self.folder(version)
        at = self._clock()

        def job(db: Database) -> tuple[None, tuple[Event, ...]]:
            before = _active(db)
            if before == version:
                return None, ()
            data = {"model": version, "before": before or SHIPPED, "reason": reason, "forced": forced}
            return None, (_event("model.promoted", version, at, actor, data),)

        self._run(job)
        return self._known(version)

    def rollback(self, *, actor: Ref, reason: str = "") -> str:
        """Put the version in force again that was before, durably; its name. YanmenError where only the shipped one was."""
        at = self._clock()

        def job(db: Database) -> tuple[str, tuple[Event, ...]]:
            row = db.execute("SELECT version, before FROM models WHERE state = 'active'").fetchone()
            if row is None:
                return "", ()
            version, to = row
            data = {"model": version, "to": to or SHIPPED, "reason": reason}
            return to or SHIPPED, (_event("model.rolled-back", version, at, actor, data),)

        to = str(self._run(job))
        if not to:
            raise YanmenError(
                Phrase(
                    en="the shipped weights are in force already",
                    zh="当前使用的就是出厂权重，没有可回滚的版本",
                ),
                hint=Phrase(en="See `yanmen guard models`.", zh="用 `yanmen guard models` 查看各版本。"),
            )
        return to

    def folder(self, version: str) -> Path:
        """The folder with a version's files, each verified; YanmenError where one is missing or was altered."""
        found = self._known(version)
        home = self._folder / version
        if self._files is not None:
            self._fetch(version, found.files)
        for name, digest in found.files.items():
            path = home / name
            if not path.is_file() or _digest(path) != digest:
                raise YanmenError(
                    Phrase(
                        en=f"{name} of {version} is missing, or is not what was registered",
                        zh=f"{version} 的 {name} 缺失，或与登记时的内容不符",
                    ),
                    hint=Phrase(
                        en="Restore it from a backup, or train again.", zh="请从备份恢复，或重新训练。"
                    ),
                    where=str(path),
                )
        return home

    def _fetch(self, version: str, files: Mapping[str, str]) -> None:
        """Bring what another node registered into this folder."""
        home = private_folder(private_folder(self._folder) / "files")
        missing = [digest for digest in files.values() if not (home / digest).is_file()]
        for digest in missing:
            if self._files is not None and not self._files.fetch(digest, home / digest):
                return
        if missing or not (self._folder / version).is_dir():
            self._link(version, files)

    def _known(self, version: str) -> ModelVersion:
        found = self.get(version)
        if found is None:
            raise _unknown(version)
        return found

    def _keep(self, path: Path) -> str:
        """Take a file in under its hash."""
        if path.stat().st_size > LARGEST:
            raise _no_model(path.parent)
        digest = _digest(path)
        private_folder(self._folder)
        home = private_folder(self._folder / "files")
        kept = home / digest
        if not kept.is_file() or _digest(kept) != digest:
            draft = home / f".{digest}.{os.getpid()}"
            draft.write_bytes(path.read_bytes())
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(kept)
            sync_folder(home)
        if self._files is not None:
            self._files.keep(digest, kept)
        return digest

    def _link(self, version: str, files: Mapping[str, str]) -> None:
        home = private_folder(self._folder / version)
        for name, digest in files.items():
            draft = home / f".{name}.{os.getpid()}"
            draft.unlink(missing_ok=True)
            os.link(self._folder / "files" / digest, draft)
            draft.replace(home / name)
        sync_folder(home)


def _active(db: Database) -> str:
    row = db.execute("SELECT version FROM models WHERE state = 'active'").fetchone()
    return str(row[0]) if row else ""


def _ref(version: str) -> Ref:
    return Ref(kind=KIND, id=version)


def _event(kind: str, version: str, at: int, actor: Ref, data: dict[str, Any]) -> Event:
    return Event(id=new_id("evt"), at=at, kind=kind, actor=actor, subject=_ref(version), data=data)


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _no_model(folder: Path) -> YanmenError:
    return YanmenError(
        Phrase(en=f"{folder} is no folder of a model", zh=f"{folder} 不是模型目录"),
        hint=Phrase(
            en=f"It holds 1 to {MOST} files of at most {LARGEST >> 20} MB, named in small letters.",
            zh=f"目录内应有 1 至 {MOST} 个文件，每个不超过 {LARGEST >> 20} MB，文件名为小写字母。",
        ),
    )


def _unknown(name: str) -> YanmenError:
    return YanmenError(
        Phrase(en=f"there is no model version {name[:80]}", zh=f"没有 {name[:80]} 这个模型版本"),
        hint=Phrase(en="See `yanmen guard models`.", zh="用 `yanmen guard models` 查看各版本。"),
    )
