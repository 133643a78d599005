"""What an engine gives the store: whichever it is, the rest is written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from yanmen.store.checkpoints import Checkpoint, PublicKey
from yanmen.store.database import Readers
from yanmen.store.gathering import Gathering


class Watching(Protocol):
    """Tells when the log has grown."""

    def version(self) -> int:
        """A number that differs from the last whenever it has."""

    def touched(self, name: str) -> int:
        """Place of the last event that changed a projection."""


class Files(Protocol):
    """Where files of models lie that another node has registered."""

    def keep(self, digest: str, path: Path) -> None:
        """Give a file to all nodes."""

    def fetch(self, digest: str, path: Path) -> bool:
        """Write a file that another node gave; whether there is one."""


class Lock(Protocol):
    """One holder at a time, on all nodes; free when its holder is gone."""

    def take(self) -> bool:
        """Take it if nobody has it; True when it is ours, also when it was already."""

    def free(self) -> None:
        """Give it back; harmless when it is not ours."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An opened engine."""

    readers: Readers
    watch: Watching
    writer: Gathering
    key: Callable[[], PublicKey]
    """Who signs the log."""
    secrets: Callable[[str], bytes]
    """32 bytes of this installation under a name, the same on every node."""
    lock: Callable[[str], Lock]
    """A lock by its name."""
    scrub: Callable[[], None]
    """Forget what was deleted, as far as the engine can."""
    present: Callable[[], bool]
    """Whether the database is still the one that was opened."""
    available: Callable[[], bool]
    """Whether calls may be let through."""
    close: Callable[[], None]
    before: Checkpoint | None = None
    """What this machine's copy of the newest checkpoint said when the engine was opened."""
    files: Files | None = None
    """None: every process shares this machine's folder."""
