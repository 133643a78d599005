"""An answer says once when it is at its end, and whether it was we who ended it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from yanmen.gateway.upstreams.answer import Answer
from yanmen.gateway.upstreams.errors import UpstreamError

Models = Callable[..., Awaitable[Any]]


async def _halved(far: Any) -> None:
    """Says half of its answer, and the rest when asked on."""
    await far.request()
    await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
    await far.left()


async def test_the_end_is_told_once_whoever_made_it(models: Models) -> None:
    """By closing, however often."""
    model, ends = await models(_halved), list[Answer]()
    async with model.pool() as pool:
        answer = await pool.send("POST", "/x", [], b"{}")
        answer.ended = ends.append
        answer.close()
        answer.close()

    assert ends == [answer]
    assert answer.abandoned


async def test_an_upstream_that_breaks_off_did_so_itself(models: Models) -> None:
    """And whoever reads gets what came before."""

    async def breaks(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")

    model, ends = await models(breaks), list[Answer]()
    async with model.pool() as pool:
        answer = await pool.send("POST", "/x", [], b"{}")
        answer.ended = ends.append
        with pytest.raises(UpstreamError):
            await answer.read(100)

    assert ends == [answer]
    assert not answer.abandoned


async def test_an_answer_may_not_take_for_ever(models: Models) -> None:
    """Though bytes come all the time."""

    async def drips(far: Any) -> None:
        await far.request()
        await far.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await far.say(b"x")
            await asyncio.sleep(0.02)

    model = await models(drips)
    async with model.pool(total_seconds=0.3, between_bytes_seconds=0.2) as pool:
        answer = await pool.send("POST", "/x", [], b"{}")
        with pytest.raises(UpstreamError, match="longer than"):
            await answer.read(200_000)
