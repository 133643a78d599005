"""What the wall dropped: counters of bans and meters, read piece by piece so that no ban waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import Any, NamedTuple

from yanmen.edge.expressions import V4, V6, shown
from yanmen.edge.program import PREFIXES, Network
from yanmen.edge.site import Site
from yanmen.edge.wall import Wall, banned

TOP = 20
"""Sources that are told of, of each kind."""


class Drops(NamedTuple):
    """Packets dropped."""

    banned: int
    metered: int
    """By meters, caps and limits."""
    bans: tuple[tuple[str, int], ...]
    """The bans that dropped most, and how many."""
    sources: tuple[tuple[str, str, int], ...]
    """Meter, address or network, and how many: those that were over most."""
    rules: dict[str, int]
    """By what was exceeded: ``source4``, ``prefix6``, ``caps4``, ``syn``, ``proxy``."""

    @property
    def data(self) -> dict[str, Any]:
        """As events and ``yanmen edge status`` have it."""
        return {
            "banned": self.banned,
            "metered": self.metered,
            "bans": [{"ip": ip, "packets": count} for ip, count in self.bans],
            "sources": [{"meter": meter, "ip": ip, "packets": count} for meter, ip, count in self.sources],
            "rules": self.rules,
        }


class Counters:
    """The counters as they were last read."""

    def __init__(self, wall: Wall, site: Site) -> None:
        """Nothing has been read."""
        self._wall = wall
        self._site = site
        self._seen: dict[tuple[str, bytes], int] = {}
        self._rules: dict[str, int] = {}

    def forget(self, networks: Iterable[Network]) -> None:
        """Bans that were made anew: their counters begin at nothing."""
        for one in networks:
            self._seen.pop((one.set, one.key), None)

    def read(self) -> Drops:
        """What was dropped since the last reading, at once."""
        *_, drops = self.steps()
        if drops is None:
            raise AssertionError("unreachable: the last step has the sum")
        return drops

    def steps(self) -> Iterator[Drops | None]:
        """The same, a few hundred counters a step; the last step has the sum. One that is smaller than it was began anew."""
        now: dict[tuple[str, bytes], int] = {}
        grown: dict[tuple[str, bytes], int] = {}
        for name in self._wall.sets():
            if banned(name) is None and not name.startswith(("source", "prefix")):
                continue
            for piece in self._wall.entries(name):
                for one in piece:
                    if one.packets:
                        where = (name, one.key)
                        now[where] = one.packets
                        before = self._seen.get(where, 0)
                        if one.packets != before:
                            grown[where] = one.packets - (before if one.packets > before else 0)
                yield None
        rules = {
            rule.name.removeprefix("over "): rule.packets
            for rule in self._wall.rules()
            if rule.name.startswith("over ")
        }
        over = {name: packets - self._before(name, packets) for name, packets in rules.items()}
        self._seen, self._rules = now, rules
        yield _sum(grown, {name: count for name, count in over.items() if count})

    def _before(self, name: str, packets: int) -> int:
        before = self._rules.get(name, 0)
        return before if packets >= before else 0


def _sum(grown: dict[tuple[str, bytes], int], over: dict[str, int]) -> Drops:
    bans = {where: count for where, count in grown.items() if banned(where[0]) is not None}
    sources = {where: count for where, count in grown.items() if where not in bans}
    return Drops(
        banned=sum(bans.values()),
        metered=sum(over.values()),
        bans=tuple((_network(*where), count) for where, count in _top(bans)),
        sources=tuple((where[0][:-1], _network(*where), count) for where, count in _top(sources)),
        rules=over,
    )


def _top(counts: dict[tuple[str, bytes], int]) -> list[tuple[tuple[str, bytes], int]]:
    return nlargest(TOP, counts.items(), key=lambda item: item[1])


def _network(name: str, key: bytes) -> str:
    """The address or network that an element of a set stands for."""
    kind = banned(name)
    if kind is not None:
        width, prefix = kind
        return str(Network(width, prefix, int.from_bytes(key, "big") >> (width - prefix)))
    width = V4 if name.endswith("4") else V6
    address = shown(width, key)
    return f"{address}/{PREFIXES[width]}" if name.startswith("prefix") else address
