"""The driver's thread."""

from __future__ import annotations

import asyncio
import time

import pytest

from yanmen.store.shared.errors import Unavailable
from yanmen.store.shared.loop import Loop


async def _slow() -> None:
    await asyncio.sleep(60)


def test_a_question_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is told, and does not wait for ever."""
    monkeypatch.setattr("yanmen.store.shared.loop.HANG_SECONDS", 0.05)
    loop = Loop("postgresql://nowhere", 0.05)
    begun = time.monotonic()

    with pytest.raises(Unavailable, match="in time"):
        loop.ask(_slow())
    loop.close()

    assert time.monotonic() - begun < 30


def test_after_the_end_nothing_is_asked() -> None:
    """And ending twice is harmless."""
    loop = Loop("postgresql://nowhere", 1)
    loop.close()
    loop.close()

    with pytest.raises(Unavailable, match="closed"):
        loop.ask(_slow())


def test_nobody_at_the_address_is_unavailable() -> None:
    """At once, by the system's own word."""
    loop = Loop("postgresql://yanmen@127.0.0.1:1/yanmen", 5)

    with pytest.raises(Unavailable):
        loop.ask(loop.connect())
    loop.close()
