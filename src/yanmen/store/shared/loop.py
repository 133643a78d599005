"""The thread in which the driver lives: everybody else speaks to it and waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from yanmen.store.shared.errors import WHATEVER, Unavailable, told

Value = TypeVar("Value")
CONNECT_SECONDS = 5.0
"""How long a connection may take to be made."""
HANG_SECONDS = 2.0
"""How much later than its own time limit a question is given up for good."""


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self, address: str, patience: float) -> None:
        """Start the thread. ``patience``: seconds until a statement is *unavailable*."""
        self.address = address
        self.patience = patience
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="yanmen-postgresql", daemon=True)
        self._thread.start()

    def ask(self, coroutine: Coroutine[Any, Any, Value], seconds: float | None = None) -> Value:
        """Do something in the loop and wait for it. Unavailable or Refused for whatever the driver raises."""
        if not self.loop.is_running():
            coroutine.close()
            raise Unavailable("the store is closed")
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result((seconds or self.patience) + HANG_SECONDS)
        except WHATEVER as error:
            future.cancel()
            raise told(error) from error

    async def connect(self) -> asyncpg.Connection:
        """A new connection, in the loop."""
        return await asyncpg.connect(
            self.address,
            timeout=min(CONNECT_SECONDS, self.patience),
            command_timeout=self.patience,
            statement_cache_size=256,
            server_settings={
                "application_name": "yanmen",
                "synchronous_commit": "on",
                "timezone": "UTC",
                "lock_timeout": f"{int(self.patience * 1_000)}",
                "idle_in_transaction_session_timeout": f"{int(self.patience * 4_000)}",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        )

    def close(self) -> None:
        """End the thread; harmless when done twice."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(_ended(asyncio.all_tasks(self.loop)))
            self.loop.close()


async def _ended(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel what runs, and let connections that were terminated close."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)
