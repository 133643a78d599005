"""The integrator's office for a moment, for what only one may do while no node runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.integrator import ELECTION
from yanmen.store.shared.loop import Loop


@contextlib.contextmanager
def in_office(address: str, patience: float = 15.0) -> Iterator[Connection]:
    """A connection that may write the log; YanmenError while a node is in office."""
    loop = Loop(address, patience)
    try:
        with closing(Connection(loop, seconds=patience)) as db:
            (free,) = db.execute("SELECT pg_try_advisory_lock(?)", (ELECTION,)).fetchone()
            if not free:
                raise YanmenError(
                    Phrase(en="a node is writing the log", zh="有节点正在写入日志"),
                    hint=Phrase(
                        en="Stop every node, rotate, copy secrets/log to all of them, and start them again.",
                        zh="请先停止所有节点，轮换后将 secrets/log 复制到每个节点，再启动。",
                    ),
                )
            try:
                yield db
            finally:
                if not db.closed:
                    db.execute("SELECT pg_advisory_unlock_all()")
    finally:
        loop.close()
