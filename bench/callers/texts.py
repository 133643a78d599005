"""What callers ask, as sketches: free texts, templates with filled slots, questions that differ in numbers. Sizes are in tokens."""

from __future__ import annotations

import random
from functools import lru_cache

from yanmen.guard.sketch import sketch

_SYLLABLES = "ka to mi ren sol var din pel os an ur tes ching lo fa bri que mon ta xi hou ze".split()


def words(chance: random.Random, count: int) -> list[str]:
    """So many made-up words, some more often than others."""
    stock = _stock(chance.randrange(40))
    return [stock[min(int(chance.paretovariate(0.6)) - 1, len(stock) - 1)] for _ in range(count)]


@lru_cache(maxsize=64)
def _stock(number: int) -> list[str]:
    chance = random.Random(number)
    return ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(3_000)]


@lru_cache(maxsize=400_000)
def known(text: str) -> str:
    """The sketch of a text that may come again."""
    return sketch(text)


def free(chance: random.Random) -> str:
    """A text of its own."""
    return known(" ".join(words(chance, chance.randint(6, 60))))


def template(chance: random.Random) -> tuple[str, int]:
    """A frame, and how many words its slots take."""
    return " ".join(words(chance, chance.randint(25, 70))), chance.randint(3, 12)


def filled(chance: random.Random, frame: tuple[str, int]) -> str:
    """The frame with other contents."""
    return known(f"{frame[0]} {' '.join(words(chance, frame[1]))}")
