"""Marks of processes that hold events not yet on the disk. A mark without its process says that some may be missing."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from yanmen.core.clock import now
from yanmen.store.secret_files import private_folder, sync_folder


class Mark:
    """A file that this process holds locked for as long as it may lose events; the lock ends with the process."""

    def __init__(self, folder: Path) -> None:
        """Nothing is marked yet."""
        self._folder = folder
        self._handle = -1
        self._path = folder / f"{os.getpid()}-{os.urandom(4).hex()}"

    def set(self) -> None:
        """Mark this process, durably; harmless when done twice."""
        if self._handle >= 0:
            return
        private_folder(self._folder)
        draft = self._folder / f".{self._path.name}"
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, msgspec.json.encode({"pid": os.getpid(), "since": now()}))
        draft.rename(self._path)
        sync_folder(self._folder)
        self._handle = handle

    def clear(self) -> None:
        """All is on the disk: take the mark away."""
        if self._handle >= 0:
            self._path.unlink(missing_ok=True)
            self.leave()

    def leave(self) -> None:
        """Let go of the mark but leave it standing: something was lost after all."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@contextmanager
def left_behind(folder: Path) -> Iterator[list[dict[str, int]]]:
    """What the marks of ended processes say (``pid``, ``since``); they are taken away when the block ends well."""
    held: list[tuple[Path, int]] = []
    said: list[dict[str, int]] = []
    try:
        for path in sorted(folder.glob("[0-9]*")) if folder.is_dir() else ():
            handle = _locked(path)
            if handle is not None:
                held.append((path, handle))
                said.append(_said(handle))
        yield said
        for path, _ in held:
            path.unlink(missing_ok=True)
    finally:
        for _, handle in held:
            os.close(handle)


def _locked(path: Path) -> int | None:
    """A lock on a mark whose process has ended; None while it lives or another process looks at it too."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(handle).st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None


def _said(handle: int) -> dict[str, int]:
    try:
        return msgspec.json.decode(os.read(handle, 1_000), type=dict[str, int])
    except msgspec.MsgspecError:
        return {}
