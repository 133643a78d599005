"""One at a time, over all threads and processes of a machine: locks on files, which the system frees when a process dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from yanmen.store.engine import Lock

WAIT_SECONDS = 10.0
"""How long to wait for another holder; each holds it for milliseconds."""
_PAUSE = 0.002


class FileLock:
    """An exclusive lock on a file. Not re-entrant."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made when first taken, and never removed."""
        self._file = file
        self._descriptor = -1

    def take(self) -> bool:
        """Take the lock if nobody has it; True when it is ours, also when it was already."""
        if self._descriptor >= 0:
            return True
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def free(self) -> None:
        """Give the lock back; harmless when it is not ours."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def held(lock: Lock, name: str = "") -> Iterator[None]:
    """Hold a lock; TimeoutError when another holder keeps it for WAIT_SECONDS."""
    end = time.monotonic() + WAIT_SECONDS
    try:
        while not lock.take():
            if time.monotonic() > end:
                raise TimeoutError(f"{name or 'a lock'} is held by another process")
            time.sleep(_PAUSE)
        yield
    finally:
        lock.free()
