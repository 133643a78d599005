"""Those who are to be found: scrapers, extractors, thieves of keys, probers. Each plays one day."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from callers import texts
from callers.honest import Call, Honest, place
from yanmen.core.clock import HOUR, SECOND

Play = Callable[[str, int, random.Random, Honest], Iterator[Call]]


def _data(text: str, chance: random.Random, asked: int, answered: int, turns: int = 1) -> dict[str, Any]:
    return {
        "texts": turns,
        "tokens_in": int(asked * chance.lognormvariate(0, 0.3)),
        "tokens_out": int(answered * chance.lognormvariate(0, 0.4)),
        "status": 200,
        "digest_in": str(chance.random()),
        "guard": {"score": 0.01, "sketch": text},
    }


def _times(start: int, chance: random.Random, pause: float, hours: float) -> Iterator[int]:
    at = start + int(chance.uniform(0, max(0.1, 23.5 - hours)) * HOUR)
    end = at + int(hours * HOUR)
    while at < end:
        yield at
        at += int(chance.uniform(0.6, 1.4) * pause * SECOND)


def scraper(key: str, start: int, chance: random.Random, _: Honest) -> Iterator[Call]:
    """One question with another number, every few seconds for hours."""
    here, frame = place(chance, "python-requests/2").data(), texts.template(chance)[0]
    for n, at in enumerate(_times(start, chance, chance.uniform(2, 6), chance.uniform(2, 5))):
        yield Call(at, key, "call.allowed", _data(texts.known(f"{frame} {n}"), chance, 60, 90) | here)


def extractor(key: str, start: int, chance: random.Random, _: Honest) -> Iterator[Call]:
    """Filled templates, long answers, one in seven seconds."""
    here, frames = place(chance, "openai-python/1").data(), [texts.template(chance) for _ in range(6)]
    for at in _times(start, chance, chance.uniform(5, 9), chance.uniform(3, 8)):
        text = texts.filled(chance, chance.choice(frames))
        yield Call(at, key, "call.allowed", _data(text, chance, 80, 650) | here)


def slow_extractor(key: str, start: int, chance: random.Random, _: Honest) -> Iterator[Call]:
    """The same, all day, one in thirty-five seconds; prompts that have nothing in common."""
    here = place(chance, "openai-python/1").data()
    for at in _times(start, chance, 35, 23):
        yield Call(at, key, "call.allowed", _data(texts.free(chance), chance, 60, 800) | here)


def spread_extractor(key: str, start: int, chance: random.Random, _: Honest) -> Iterator[Call]:
    """Eight keys of one network, each one in a minute."""
    here, frames = place(chance, "openai-python/1").data(), [texts.template(chance) for _ in range(3)]
    for n in range(8):
        for at in _times(start, chance, 55, 10):
            text = texts.filled(chance, chance.choice(frames))
            yield Call(at, f"{key}_{n}", "call.allowed", _data(text, chance, 80, 650) | here)


def thief(key: str, start: int, chance: random.Random, victim: Honest) -> Iterator[Call]:
    """Uses a stolen key from elsewhere, much."""
    del key
    here = place(chance, "aiohttp/3").data() | {
        "origin": {"country": "BR", "asn": f"AS{chance.randrange(99)}"}
    }
    for at in _times(start, chance, chance.uniform(1, 3), chance.uniform(1, 4)):
        yield Call(at, victim.key, "call.allowed", _data(texts.free(chance), chance, 500, 400) | here)


def quiet_thief(key: str, start: int, chance: random.Random, victim: Honest) -> Iterator[Call]:
    """Uses a stolen key from elsewhere with the owner's own client, some twenty times an hour."""
    del key
    here = place(chance, victim.place.agent).data() | {
        "origin": {"country": "BR", "asn": f"AS{chance.randrange(99)}"}
    }
    for at in _times(start, chance, 170, 14):
        yield Call(at, victim.key, "call.allowed", _data(texts.free(chance), chance, 500, 400) | here)


def prober(key: str, start: int, chance: random.Random, victim: Honest) -> Iterator[Call]:
    """An owner's own key begins to try what is refused, and models that are not there."""
    del key
    for at in _times(start, chance, 9, 1.5):
        ending = chance.choices(("call.allowed", "call.refused", "call.failed"), (4, 4, 2))[0]
        data = _data(texts.free(chance), chance, 150, 60) | victim.place.data()
        yield Call(at, victim.key, ending, data | {"status": 200 if ending == "call.allowed" else 403})


PLAYS: dict[str, Play] = {
    "scraper": scraper,
    "extractor": extractor,
    "slow extractor": slow_extractor,
    "extractor over eight keys": spread_extractor,
    "thief": thief,
    "quiet thief": quiet_thief,
    "prober": prober,
}
