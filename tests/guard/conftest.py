"""What the guard's tests share: one guard, made keys, and a way to write a match of any pattern."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.core import config
from yanmen.core.nouns import Finding, Text
from yanmen.guard import Guard
from yanmen.guard.grammar import Assertion, Choice, Class, Literal, Node, Repeat, Sequence
from yanmen.guard.model.card import FOLDER

_ALPHABET = [chr(code) for code in range(32, 127)] + [
    "字",
    "\u200b",
    "\ufe01",
    "\U000e0041",
    "\u202e",
    "\x1b",
    "\x01",
]


@pytest.fixture(scope="session")
def guard() -> Guard:
    """One guard with the built-in detectors, but for the learned ones: what it says hangs on no model."""
    return Guard(config.Guard(learned=False))


@pytest.fixture(scope="session")
def found(guard: Guard) -> Callable[[str], list[Finding]]:
    """The findings in a user's text."""

    def look(text: str) -> list[Finding]:
        return list(guard.examine([Text(text=text, role="user", trust="user", part="/p")]).findings)

    return look


@pytest.fixture(scope="session")
def written() -> Callable[[Node, int], str]:
    """Write a text that a pattern matches, by chance with a seed."""

    def write(node: Node, seed: int) -> str:
        return _write(node, random.Random(seed))

    return write


def _write(node: Node, chance: random.Random) -> str:
    match node:
        case Literal(character):
            return character
        case Class(text):
            return chance.choice(_members(text))
        case Sequence(items):
            return "".join(_write(item, chance) for item in items)
        case Choice(items):
            return _write(chance.choice(items), chance)
        case Repeat(item, least, most):
            return "".join(_write(item, chance) for _ in range(chance.randint(least, min(most, least + 3))))
        case Assertion():
            return ""


def _members(text: str) -> list[str]:
    expression = re.compile(re.sub(r"\\x\{([0-9a-fA-F]+)\}", lambda code: f"\\U{int(code[1], 16):08x}", text))
    members = [character for character in _ALPHABET if expression.fullmatch(character)]
    return members or [next(chr(code) for code in range(sys.maxunicode) if expression.fullmatch(chr(code)))]


@pytest.fixture(scope="session")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float, float], Path]:
    """Make a model folder of the shipped weights, which clears below a logit and stops from a probability on."""

    def make(clear_below: float, threshold: float) -> Path:
        folder = tmp_path_factory.mktemp("model")
        card = json.loads((FOLDER / "card.json").read_text("utf-8"))
        for channel in card["channels"].values():
            channel["threshold"] = threshold
            channel["early_below"] = {}
            channel["clear_below"] = dict.fromkeys(channel["clear_below"], clear_below)
        (folder / "card.json").write_text(json.dumps(card), "utf-8")
        for name in card["files"]:
            (folder / name).symlink_to(FOLDER / name)
        return folder

    return make
