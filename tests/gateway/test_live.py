"""A call in flight is interrupted where it waits, and told why."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from yanmen.core.nouns import Decision, Ref, Verdict
from yanmen.gateway.commands import Cut, Gone
from yanmen.gateway.live import Live

BAN = Decision(id="dec_1", at=1, subject=Ref(kind="key", id="key_1"), verdict=Verdict.BLOCK)


def interrupted(how: Any) -> Exception | None:
    """Why a call that waits for ever was woken."""

    async def call() -> Exception | None:
        live = Live()
        live.begin()
        asyncio.get_running_loop().call_soon(how, live)
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            return live.interrupted()
        return None

    return asyncio.run(call())


def test_a_client_that_leaves_wakes_its_call() -> None:
    """And so does a ban; a cancellation of somebody else's is not the call's."""
    assert isinstance(interrupted(Live.leave), Gone)
    assert isinstance(interrupted(lambda live: live.stop(BAN)), Cut)
    assert interrupted(lambda live: live.task.cancel()) is None


def test_what_came_before_a_wait_is_told_at_its_beginning() -> None:
    """A ban once: what is said of it may be waited for; a client that left stays gone."""

    async def call() -> None:
        live = Live()
        live.subjects = (BAN.subject,)
        live.stop(BAN)
        with pytest.raises(Cut):
            live.begin()
        assert list(live.subjects) == []
        live.begin()
        live.waiting = False
        live.leave()
        live.stop(BAN)
        for _ in range(2):
            with pytest.raises(Gone):
                live.begin()

    asyncio.run(call())
