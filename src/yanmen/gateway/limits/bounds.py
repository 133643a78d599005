"""What a call may take at most, and what it took: tokens, and money in 1e-9 of the currency, always rounded up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from yanmen.core.config.limits import Limits
from yanmen.policy.globs import matches

Named = TypeVar("Named")

_PICO = 1_000_000
"""A price per million tokens is so many 1e-12 of the currency for one."""
_NANO = 1_000


class Cost(NamedTuple):
    """What a model's tokens cost, in 1e-12 of the currency each, and how many it may say."""

    priced: bool
    input: int
    output: int
    cached: int
    max_output: int
    image: int
    message: int


class Usage(NamedTuple):
    """What a call took."""

    input: int
    output: int
    cached: int = 0
    estimated: bool = False
    """Nobody said: it is counted as bytes, or as all that was reserved."""

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.input + self.output


class Asked(NamedTuple):
    """What a request says of its size."""

    body: int
    """Bytes, without what its pictures, sounds and files weigh."""
    messages: int = 1
    media: int = 0
    choices: int = 1
    output: int | None = None
    """The most tokens of one answer; None: it does not say."""
    answers: bool = True
    """Whether the model writes something (embeddings do not)."""


class Bound(NamedTuple):
    """The most that a call can take."""

    input: int
    output: int
    each: int
    """Tokens of one answer."""


def cost_of(model: str, limits: Limits) -> Cost:
    """What applies to a model: of the patterns that match its name the longest."""
    price = longest(limits.prices, model)
    if price is None:
        return Cost(False, 0, 0, 0, limits.max_output_tokens, limits.image_tokens, limits.message_tokens)
    cached = price.input if price.cached < 0 else price.cached
    paid, answered, kept = (round(each * _PICO) for each in (price.input, price.output, cached))
    return Cost(
        True,
        paid,
        answered,
        kept,
        price.max_output_tokens or limits.max_output_tokens,
        price.image_tokens or limits.image_tokens,
        limits.message_tokens,
    )


def longest(table: Mapping[str, Named], name: str) -> Named | None:
    """The entry of a table of names and patterns: the name itself, or else the longest pattern that matches it."""
    if name in table:
        return table[name]
    found = [pattern for pattern in table if matches(pattern, name)]
    return table[max(found, key=lambda pattern: (len(pattern), pattern))] if found else None


def bound(asked: Asked, cost: Cost) -> Bound:
    """The upper bound: a token is a byte or more, and a template adds no more than is configured."""
    prompt = asked.body + (asked.messages + 1) * cost.message + asked.media * cost.image
    if not asked.answers:
        return Bound(prompt, 0, 0)
    each = cost.max_output if asked.output is None else min(asked.output, cost.max_output)
    return Bound(prompt, max(1, asked.choices) * each, each)


def money(usage: Usage, cost: Cost) -> int:
    """What it costs, in 1e-9 of the currency, rounded up."""
    cached = min(usage.cached, usage.input)
    pico = (usage.input - cached) * cost.input + cached * cost.cached + usage.output * cost.output
    return -(-pico // _NANO)


def most(bound: Bound, cost: Cost) -> int:
    """What it can cost at most: nothing of it is in any cache, unless that were dearer."""
    pico = bound.input * max(cost.input, cost.cached) + bound.output * cost.output
    return -(-pico // _NANO)
