"""Where from and with what a key is used: what is its own, what is new, and what no one owner can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from yanmen.core.clock import DAY, HOUR

MOST = 24
"""Countries, systems and clients of one key that are known."""
SETTLED, OFTEN = 2 * DAY, 20
"""What a key has used for so long, and so many times, is its own. Chosen: two days are not once by chance."""
FRESH = 2 * HOUR
"""How long what is new stays new."""
BACK_AND_FORTH = 3
"""Moves within that time that no one owner makes."""
LONGEST = 120
HIDDEN = frozenset({"tor", "vpn", "hosting", "proxy"})
"""Networks whose country is not the user's."""
KINDS = ("country", "system", "client")


class Used(msgspec.Struct, array_like=True):
    """When a thing was first and last used, and how often."""

    first: int
    last: int
    calls: int = 1

    def settled(self, at: int) -> bool:
        """Whether it is the caller's own."""
        return at - self.first >= SETTLED and self.calls >= OFTEN


class Seen(NamedTuple):
    """What a call's event says of its place."""

    country: str = ""
    system: str = ""
    """The autonomous system, or the network where that is not known."""
    client: str = ""
    hidden: bool = False


def seen(data: Mapping[str, Any], network: str) -> Seen:
    """Of an event of a call; what is not known is empty."""
    origin, client = data.get("origin"), data.get("client")
    origin = origin if isinstance(origin, dict) else {}
    client = client if isinstance(client, dict) else {}
    networks = origin.get("networks")
    return Seen(
        country=str(origin.get("country", ""))[:LONGEST],
        system=(str(origin.get("asn", "")) or network)[:LONGEST],
        client="|".join(str(client.get(name, "")) for name in ("agent", "ja4")).strip("|")[:LONGEST],
        hidden=isinstance(networks, list) and not HIDDEN.isdisjoint(map(str, networks)),
    )


class Places(msgspec.Struct):
    """The places of one key."""

    known: dict[str, dict[str, Used]] = msgspec.field(default_factory=lambda: {kind: {} for kind in KINDS})
    fresh: dict[str, tuple[str, str, int]] = msgspec.field(default_factory=dict)
    """By kind: what is new, what was used before it, and since when; of a key that has its own for long."""
    moved: tuple[str, str] = ("", "")
    """Two countries within an hour, at the last call."""
    moves: list[int] = msgspec.field(default_factory=list)
    """When such moves were: a server that is moved goes once, two who share a key go back and forth."""

    def take(self, now: Seen, at: int) -> None:
        """One call."""
        self.fresh = {kind: one for kind, one in self.fresh.items() if at - one[2] < FRESH}
        self.moves = [one for one in self.moves if at - one < FRESH]
        self._travel(now, at)
        for kind, name in zip(KINDS, now[:3], strict=True):
            if name:
                self._use(kind, name, at)

    def is_new(self, now: Seen) -> tuple[str, ...]:
        """The kinds of which this place is one of the new."""
        return tuple(
            kind
            for kind, name in zip(KINDS, now[:3], strict=True)
            if kind in self.fresh and self.fresh[kind][0] == name
        )

    def _travel(self, now: Seen, at: int) -> None:
        """Note a move between countries that are not both the key's own, within an hour, hidden networks apart."""
        self.moved = ("", "")
        known = self.known["country"]
        last = max(known.items(), key=lambda item: item[1].last, default=None)
        if last is None or not now.country or now.hidden or last[0] == now.country:
            return
        own = [one for one in (known.get(now.country), last[1]) if one is not None and one.settled(at)]
        if at - last[1].last < HOUR and len(own) < 2:  # noqa: PLR2004  # both are its own
            self.moved = (last[0], now.country)
            self.moves = [*self.moves[1 - BACK_AND_FORTH :], at]

    def _use(self, kind: str, name: str, at: int) -> None:
        known = self.known[kind]
        found = known.get(name)
        if found is not None:
            found.last, found.calls = at, found.calls + 1
            return
        own = max(
            (one for one in known if known[one].settled(at)), key=lambda one: known[one].last, default=""
        )
        if own:
            self.fresh[kind] = (name, own, at)
        known[name] = Used(first=at, last=at)
        if len(known) > MOST:
            del known[min(known, key=lambda one: known[one].last)]
