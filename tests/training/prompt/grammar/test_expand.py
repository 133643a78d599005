"""Templates and their slots."""

from __future__ import annotations

import base64
import random

import pytest
from training.prompt.grammar.expand import Expansion, Seed


def _expansion(seed: int = 1) -> Expansion:
    slots = {"who": ["Ann", "Ben", "Cem"], "greeting": ["hi «who!»"], "loop": ["«loop»"]}
    return Expansion(
        random.Random(seed), slots, {"task": [Seed("task:000", "sing"), Seed("task:001", "dance")]}
    )


def test_slots_nest_and_a_bound_one_stays_the_same() -> None:
    """The same name in every place."""
    for seed in range(10):
        said = _expansion(seed).fill("«greeting» and «who!»")
        first, _, second = said.removeprefix("hi ").partition(" and ")
        assert first == second


def test_a_payload_is_remembered() -> None:
    """So whole payloads can be held out."""
    expansion = _expansion()
    text = expansion.fill("please «task»")

    assert (text, expansion.group("none")) in {("please sing", "task:000"), ("please dance", "task:001")}
    assert _expansion().group("none") == "none"


def test_alternatives_may_be_empty_and_may_hold_slots() -> None:
    """From the inside out."""
    assert {_expansion(seed).fill("«a «task»||b»") for seed in range(40)} == {"a sing", "a dance", "", "b"}


def test_a_slot_may_be_encoded() -> None:
    """The payload is still remembered."""
    expansion = _expansion()

    assert base64.b64decode(expansion.fill("«base64:task»")).decode() in {"sing", "dance"}
    assert expansion.seeds


def test_an_unknown_slot_and_an_endless_one_are_errors() -> None:
    """A misspelt name never ends in a training text."""
    with pytest.raises(KeyError):
        _expansion().fill("«whom»")
    with pytest.raises(RecursionError):
        _expansion().fill("«loop»")
