"""Honest callers: people who chat, applications, agents, jobs at night, monitors; and their bursts, travels and moves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from callers import texts
from yanmen.core.clock import DAY, HOUR, SECOND

KINDS = {"chat": 0.34, "bot": 0.14, "rag": 0.12, "batch": 0.08, "agent": 0.12, "ci": 0.06, "writer": 0.05,
         "translator": 0.05, "monitor": 0.04}  # fmt: skip
"""How many of a hundred are what. Chosen."""


class Call(NamedTuple):
    """One call as the record tells of it."""

    at: int
    key: str
    kind: str
    data: dict[str, Any]


@dataclass
class Place:
    """Where from and with what."""

    country: str
    asn: str
    ip: str
    agent: str

    def data(self) -> dict[str, Any]:
        """As events carry it."""
        return {
            "ip": self.ip,
            "origin": {"country": self.country, "asn": self.asn},
            "client": {"agent": self.agent},
        }


@dataclass
class Honest:
    """One of them. ``chance`` is its own."""

    key: str
    kind: str
    chance: random.Random
    place: Place = field(init=False)
    away: Place = field(init=False)
    """Where it is when it travels, or after it moved its server."""

    def __post_init__(self) -> None:
        """What stays as it is."""
        chance = self.chance
        self.scale = chance.lognormvariate(0, 0.5)
        self.zone = chance.choice((0, 1, 7, 8, 8, 8, -5))
        self.frame = texts.template(chance)
        self.hour = chance.randrange(24)
        person = self.kind in {"chat", "agent"}
        agents = (
            ["Chrome/126 Windows", "Chrome/126 Macintosh", "openai-python/1"]
            if person
            else ["openai-python/1", "node/20"]
        )
        self.place = place(chance, chance.choice(agents))
        self.away = place(chance, self.place.agent)

    def day(self, start: int, *, burst: bool = False, travels: bool = False) -> Iterator[Call]:
        """Its calls of a day."""
        chance = self.chance
        times = list(getattr(self, f"_{self.kind}")(start))
        if burst and times:
            begin = start + chance.randrange(20) * HOUR
            many = int(min(4_000, max(200, len(times) * chance.uniform(3, 12))))
            times += [begin + int(n * chance.uniform(0.6, 1.4) * 5_400 / many * SECOND) for n in range(many)]
        leaves = start + chance.randrange(4, 20) * HOUR
        arrives = leaves + (7 * HOUR if self.kind in {"chat", "agent"} else 0)
        for at in sorted(times):
            if travels and leaves < at < arrives:
                continue
            here = self.away if travels and at >= arrives else self.place
            yield Call(at, self.key, self._ending(), self._data() | here.data())
        if travels:
            self.place, self.away = self.away, self.place

    def _ending(self) -> str:
        said = self.chance.random()
        return "call.refused" if said < 0.003 else "call.failed" if said < 0.012 else "call.allowed"

    def _data(self) -> dict[str, Any]:
        """Sizes and the prompt's sketch."""
        chance = self.chance
        turns, asked, answered = {
            "chat": (chance.randint(1, 15), 400, 250),
            "bot": (chance.randint(2, 9), 500, 120),
            "rag": (2, 3_000, 220),
            "batch": (2, 350, 6),
            "agent": (chance.randint(6, 60), 14_000, 350),
            "ci": (2, 300, 200),
            "writer": (2, 250, 700),
            "translator": (2, 500, 520),
            "monitor": (1, 8, 2),
        }[self.kind]
        text = {
            "rag": lambda: texts.filled(chance, self.frame),
            "batch": lambda: texts.filled(chance, self.frame),
            "writer": lambda: texts.filled(chance, self.frame),
            "ci": lambda: texts.known(f"{self.frame[0]} case {'abcdefghij'[chance.randrange(10)] * 3}"),
            "monitor": lambda: texts.known(f"are you there {self.key}"),
        }.get(self.kind, lambda: texts.free(chance))()
        body = text if self.kind in {"monitor", "ci"} else chance.random()
        return {
            "texts": turns,
            "tokens_in": int(asked * chance.lognormvariate(0, 0.5)),
            "tokens_out": int(answered * chance.lognormvariate(0, 0.6)),
            "status": 200,
            "digest_in": str(body),
            "guard": {"score": 0.01, "sketch": text},
        }

    def _waking(self, start: int, count: float, first: int = 8, last: int = 22) -> Iterator[int]:
        """So many times by day, in sittings."""
        chance = self.chance
        left = int(chance.gauss(count, count**0.5) * self.scale)
        while left > 0:
            at = start + int((chance.uniform(first, last) - self.zone) % 24 * HOUR)
            for _ in range(min(left, chance.randint(2, 14))):
                yield min(at, start + DAY - 1)
                at += int(chance.lognormvariate(3.6, 0.8) * SECOND)
                left -= 1

    def _chat(self, start: int) -> Iterator[int]:
        weekend = start // DAY % 7 in {2, 3}
        return self._waking(start, 8 if weekend else 35)

    def _agent(self, start: int) -> Iterator[int]:
        chance = self.chance
        for _ in range(chance.randint(0, 5)):
            at = start + int((chance.uniform(8, 21) - self.zone) % 24 * HOUR)
            for _ in range(int(chance.lognormvariate(3.3, 0.8))):
                yield min(at, start + DAY - 1)
                at += int(chance.lognormvariate(2.0, 0.7) * SECOND)

    def _steady(self, start: int, count: float) -> Iterator[int]:
        """All day, more by day than by night."""
        chance = self.chance
        for hour in range(24):
            busy = 0.25 if 1 <= (hour + self.zone) % 24 <= 6 else 1.2
            for _ in range(int(chance.gauss(1, 0.25) * count * self.scale * busy / 24)):
                yield start + hour * HOUR + chance.randrange(HOUR)

    def _bot(self, start: int) -> Iterator[int]:
        return self._steady(start, 450)

    def _rag(self, start: int) -> Iterator[int]:
        return self._steady(start, 350)

    def _writer(self, start: int) -> Iterator[int]:
        return self._steady(start, 180)

    def _translator(self, start: int) -> Iterator[int]:
        return self._steady(start, 250)

    def _batch(self, start: int) -> Iterator[int]:
        at = start + self.hour * HOUR + self.chance.randrange(600) * SECOND
        for _ in range(int(400 * self.scale * self.chance.uniform(0.6, 1.5))):
            at += int(self.chance.uniform(1.0, 2.0) * SECOND)
            yield min(at, start + DAY - 1)

    def _ci(self, start: int) -> Iterator[int]:
        for _ in range(self.chance.randint(0, 6)):
            at = start + int(self.chance.uniform(0, 23) * HOUR)
            for n in range(60):
                yield at + n * 2 * SECOND

    def _monitor(self, start: int) -> Iterator[int]:
        return iter(start + n * 60 * SECOND for n in range(1_440))


def place(chance: random.Random, agent: str) -> Place:
    """Somewhere."""
    country = chance.choice(("DE", "CN", "CN", "CN", "FR", "US", "SG", "JP"))
    return Place(
        country,
        f"AS{chance.randrange(1_000, 60_000)}",
        f"{chance.randrange(11, 200)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 250)}",
        agent,
    )


def population(seed: int, count: int) -> list[Honest]:
    """So many."""
    chance = random.Random(seed)
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=count)
    return [Honest(f"key_{seed}_{n}", kind, random.Random(seed * 10_007 + n)) for n, kind in enumerate(kinds)]
