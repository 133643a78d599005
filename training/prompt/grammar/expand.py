"""Expands a template into a text.

A template is text with slots in «angle quotes»:

- `«name»`: one value of the slot or payload pool `name`; values may hold slots themselves.
- `«name!»`: the same, and the same value wherever `«name!»` stands again in this text.
- `«?name»`: the slot, or nothing.
- `«a|b|»`: one of the alternatives, which may be empty.
- `«base64:name»`: the slot's value after the mutation of that name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from training.prompt.grammar.mutations import MUTATIONS

SLOT: Final = re.compile(r"«([^«»]*)»")
DEPTH: Final = 8  # templates nest by three levels; more is a loop


@dataclass(frozen=True, slots=True)
class Seed:
    """A payload: what an attacker wants, or what a benign text is about."""

    group: str
    text: str


@dataclass(slots=True)
class Expansion:
    """One text in the making: its source of chance, the slots it sees, and the payloads it took."""

    rng: random.Random
    slots: Mapping[str, Sequence[str]]
    pools: Mapping[str, Sequence[Seed]]
    bound: dict[str, str] = field(default_factory=dict)
    seeds: list[str] = field(default_factory=list)

    def group(self, otherwise: str) -> str:
        """The names of the payloads taken, or another name where there were none."""
        return "+".join(sorted(set(self.seeds))) or otherwise

    def fill(self, template: str, depth: int = 0) -> str:
        """Fill all slots. Raises KeyError for a slot that nothing defines."""
        if depth > DEPTH:
            raise RecursionError(template)
        while SLOT.search(template):  # from the inside out: alternatives may hold slots
            template = SLOT.sub(lambda found: self._slot(found.group(1), depth), template)
        return template

    def _slot(self, name: str, depth: int) -> str:
        if "|" in name:
            return self.rng.choice(name.split("|"))
        if name.startswith("?"):
            return self._slot(name[1:], depth) if self.rng.random() < 0.5 else ""  # noqa: PLR2004
        if ":" in name:
            mutation, _, inner = name.partition(":")
            return MUTATIONS[mutation](self._slot(inner, depth), self.rng)
        if name.endswith("!"):
            if name not in self.bound:
                self.bound[name] = self._slot(name[:-1], depth)
            return self.bound[name]
        if name in self.slots:
            return self.fill(self.rng.choice(self.slots[name]), depth + 1)
        seed = self.rng.choice(self.pools[name])
        self.seeds.append(seed.group)
        return self.fill(seed.text, depth + 1)
