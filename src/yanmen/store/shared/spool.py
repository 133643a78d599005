"""A bounded file of what could not be delivered yet: durable when ``keep`` returns, delivered in its order, once.

A frame is four bytes of length, four of CRC-32, and JSON. A frame that was torn by a crash was never acknowledged, and ends the
reading. The file is locked by its process; one whose process has ended is taken up by the next that looks.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from yanmen.store.secret_files import private_folder, sync_folder

FOLDER = "spool"
AT_ONCE = 500
"""Frames handed over together."""
_HEAD = struct.Struct(">II")


class Parcel(NamedTuple):
    """One item on its way: all of its events or none."""

    id: str
    """That of its last event: what is delivered twice is recorded once."""
    awaited: bool
    body: bytes
    """A JSON array of events."""


class Spool:
    """One process's file."""

    def __init__(self, folder: Path, most: int) -> None:
        """``most``: bytes that it may take. The file is made when first needed."""
        self._folder = folder / FOLDER
        self._most = most
        self._handle = -1
        self._path = self._folder / f"{os.getpid()}-{os.urandom(4).hex()}"
        self.bytes = 0
        """That wait."""

    @property
    def full(self) -> bool:
        """Whether nothing more goes in."""
        return self.bytes >= self._most

    def keep(self, parcels: Sequence[Parcel]) -> None:
        """Write parcels to the disk. An OSError says that none of them is kept."""
        if self._handle < 0:
            self._open()
        frames = b"".join(_frame(parcel) for parcel in parcels)
        try:
            _write(self._handle, frames, self.bytes)
            os.fdatasync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self.bytes)
            raise
        self.bytes += len(frames)

    def batches(self) -> Iterator[list[Parcel]]:
        """What waits, oldest first, some at a time."""
        if self._handle >= 0:
            yield from _batches(self._handle, self.bytes)

    def clear(self) -> None:
        """All was delivered."""
        if self._handle >= 0:
            os.ftruncate(self._handle, 0)
            os.fdatasync(self._handle)
        self.bytes = 0

    def close(self) -> None:
        """Let go of it; an empty one is removed, another is found by the next process."""
        if self._handle >= 0:
            if not self.bytes:
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1

    def _open(self) -> None:
        private_folder(self._folder)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        sync_folder(self._folder)


class Orphan:
    """The spool of a process that has ended, locked by this one."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    def batches(self) -> Iterator[list[Parcel]]:
        """What waits, oldest first."""
        return _batches(self._handle, os.fstat(self._handle).st_size)

    def close(self, *, delivered: bool) -> None:
        """Be done with it."""
        if delivered:
            self._path.unlink(missing_ok=True)
        os.close(self._handle)


def orphans(folder: Path) -> Iterator[Orphan]:
    """The spools of ended processes; whoever iterates must close each."""
    home = folder / FOLDER
    for path in sorted(home.glob("[0-9]*")) if home.is_dir() else ():
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        if not path.exists():
            os.close(handle)
            continue
        yield Orphan(path, handle)


def _frame(parcel: Parcel) -> bytes:
    body = msgspec.json.encode((parcel.id, parcel.awaited, msgspec.Raw(parcel.body)))
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def _batches(handle: int, size: int) -> Iterator[list[Parcel]]:
    batch: list[Parcel] = []
    at = 0
    while at + _HEAD.size <= size:
        length, check = _HEAD.unpack(os.pread(handle, _HEAD.size, at))
        body = os.pread(handle, min(length, size), at + _HEAD.size)
        if len(body) != length or zlib.crc32(body) != check:
            break
        name, awaited, events = msgspec.json.decode(body, type=tuple[str, bool, msgspec.Raw])
        batch.append(Parcel(name, awaited, bytes(events)))
        at += _HEAD.size + length
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(handle: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(handle, view, at)
        view, at = view[done:], at + done
