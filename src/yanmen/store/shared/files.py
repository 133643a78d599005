"""Files of the guard's models, in pieces, for all nodes."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop

PIECE = 4 << 20
"""Bytes of a piece."""
_SECONDS = 60.0
_PUT = "INSERT INTO model_files (digest, part, body) VALUES (?, ?, ?) ON CONFLICT (digest, part) DO NOTHING"


class SharedFiles:
    """Keeps and fetches files by their SHA-256; whoever fetches one verifies it."""

    def __init__(self, loop: Loop) -> None:
        """Connects when asked."""
        self._loop = loop

    def keep(self, digest: str, path: Path) -> None:
        """Give a file to all nodes, durably."""
        with closing(Connection(self._loop, seconds=_SECONDS)) as db, path.open("rb") as file:
            db.execute("BEGIN")
            part = 0
            while body := file.read(PIECE):
                db.execute(_PUT, (digest, part, body))
                part += 1
            db.execute("COMMIT")

    def fetch(self, digest: str, path: Path) -> bool:
        """Write a file that another node gave; whether there is one."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        question = "SELECT body FROM model_files WHERE digest = ? AND part = ?"
        with closing(Connection(self._loop, seconds=_SECONDS)) as db, draft.open("wb") as file:
            part = 0
            while row := db.execute(question, (digest, part)).fetchone():
                file.write(row[0])
                part += 1
            file.flush()
            os.fsync(file.fileno())
        if part:
            draft.replace(path)
        else:
            draft.unlink()
        return bool(part)
