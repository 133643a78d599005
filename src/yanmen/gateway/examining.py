"""How the shell has texts examined: by the fast tiers here, and what is unsure by the encoder's processes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from yanmen.core.nouns import Exchange, Text
from yanmen.gateway.commands import Examine
from yanmen.guard import Examination, Guard
from yanmen.guard.examination import Late, Opinion


def looked(guard: Guard, command: Examine) -> Examination:
    """What the guard says of texts without its encoder."""
    texts, prompt, before = command
    seen = guard.glance(texts) if prompt else guard.examine(texts, direction="out")
    if not guard.exchange_detectors or (before is None and not prompt):
        return seen
    exchange = (
        Exchange(texts=tuple(texts))
        if prompt
        else Exchange(texts=tuple(before or ()), answer=_answers_own(texts))
    )
    more = guard.examine_exchange(exchange)
    if not more.findings and not more.unexamined:
        return seen
    return msgspec.structs.replace(
        seen, findings=(*seen.findings, *more.findings), unexamined=(*seen.unexamined, *more.unexamined)
    )


def _answers_own(texts: Sequence[Text]) -> tuple[Text, ...]:
    """Without the caller's own instructions where an answer says them back: that is no leak."""
    return tuple(text for text in texts if text.role != "system")


async def answers(guard: Guard, seen: Examination) -> Sequence[Opinion | Late]:
    """What the encoder says of what is unsure. Past the deadline: that it is late."""
    seconds = guard.settings.deadline_seconds
    asked = guard.ask(seen.unsure, seconds)
    if asked is None:
        return await asyncio.to_thread(guard.opinions, seen.unsure)
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(asked)
    except TimeoutError:
        return [asked.late()] * len(seen.unsure)
