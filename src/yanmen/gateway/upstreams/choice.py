"""Which upstream serves a call. Pure: the same state and clock choose the same.

Smooth weighted round robin, where an upstream's weight is divided by the calls it has in hand: idle upstreams are taken in
proportion to their weights, and one that is slower than the others is asked less, whatever makes it slow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from yanmen.gateway.upstreams.health import Health
from yanmen.gateway.upstreams.limit import Limit


class Peer:
    """An upstream as the choice sees it."""

    __slots__ = ("calls", "health", "limit", "name")

    def __init__(self, name: str, health: Health, limit: Limit) -> None:
        """It has no call in hand."""
        self.name = name
        self.health = health
        self.limit = limit
        self.calls = 0
        """In hand: sent, and their answers not at their end."""


class Seat:
    """A peer in one plan, with its weight there."""

    __slots__ = ("credit", "model", "peer", "weight")

    def __init__(self, peer: Peer, weight: int, model: str) -> None:
        """``model``: the name it is asked for; empty: as the client wrote it."""
        self.peer = peer
        self.weight = weight
        self.model = model
        self.credit = 0.0


class Plan(NamedTuple):
    """Who may serve a call: the first row that has anybody fit and free."""

    rows: tuple[tuple[Seat, ...], ...]
    peers: frozenset[str]
    """Everybody in it."""


class Choice(NamedTuple):
    """Who serves it, or why nobody does."""

    seat: Seat | None
    full: bool = False
    """Nobody has room, but somebody is fit: it is worth waiting."""
    again: float = 0.0
    """Nobody is fit: when, in the clock's seconds, somebody may be."""


def choose(plan: Plan, now: float, tried: Collection[str] = ()) -> Choice:
    """Choose among those not yet tried. Where all are ejected, one call at a time tries each: see ``_last``."""
    full = False
    for row in plan.rows:
        best: Seat | None = None
        total = 0.0
        for seat in row:
            peer = seat.peer
            if peer.name in tried or not peer.health.fit(now):
                continue
            if peer.calls >= peer.limit.now:
                full = True
                continue
            share = seat.weight / (peer.calls + 1)
            seat.credit += share
            total += share
            if best is None or seat.credit > best.credit:
                best = seat
        if best is not None:
            best.credit -= total
            return Choice(best)
    return Choice(None, full=True) if full else _last(plan.rows, now, tried)


def _last(rows: Sequence[Sequence[Seat]], now: float, tried: Collection[str]) -> Choice:
    """Nobody is fit. A resting one is asked all the same before an ejected one, and an ejected one by one call at a time.

    A call that may fail is better than one that surely does; and an upstream that is back is found by the first call.
    """
    left = [seat for row in rows for seat in row if seat.peer.name not in tried]
    resting = [seat for seat in left if not seat.peer.health.out and seat.peer.calls < seat.peer.limit.now]
    if resting:
        return Choice(min(resting, key=lambda seat: seat.peer.health.resting))
    idle = [seat for seat in left if seat.peer.health.out and not seat.peer.health.trying]
    if idle:
        return Choice(min(idle, key=lambda seat: seat.peer.health.until))
    return Choice(None, again=min((seat.peer.health.until for seat in left), default=now))
