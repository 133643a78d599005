"""The command line library's own words in Chinese."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

WORDS = re.compile(r"[A-Za-z]{3,}")


def said(*words: str, language: str = "zh") -> str:
    """What ``yanmen`` prints, both streams, from a process of its own: help is made in its language when it is imported."""
    environment = {**os.environ, "YANMEN_LANG": language}
    line = [sys.executable, "-m", "yanmen.cli", *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return done.stdout + done.stderr


def english(text: str, *known: str) -> Iterator[str]:
    """English words of a text that are no names of commands, options, arguments or values."""
    for word in WORDS.findall(re.sub(r"--?[a-z-]+", "", text)):
        if not word.isupper() and word not in {"yanmen", *known}:
            yield word


def test_help_is_chinese_whole() -> None:
    """The root, a group, a command with options of every kind."""
    root = said("--help")
    nouns = re.findall(r"^  ([a-z]+) ", root, re.MULTILINE)

    assert "雁门" in root
    assert "用法:" in root
    formats = ("PyTorch", "NumPy", "safetensors")
    assert list(english(root, *nouns, *formats)) == []
    assert (
        list(english(said("keys", "--help"), "keys", "collect", "create", "list", "rotate", "revoke")) == []
    )
    known = "keys create call guard intel admin default data high normal low".split()
    known += "token tokens usd month day requests request total gpt chat s x".split()  # in examples of values
    assert list(english(said("keys", "create", "--help"), *known)) == []


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("nope", ["nope"]),
        ("keys create", ["keys", "create"]),
        ("keys create --nope", ["keys", "create", "nope"]),
        ("keys create --name x --expires soon", ["keys", "create", "expires", "soon", "integer", "range"]),
        ("keys create --name x --scope root", ["keys", "create", "root", "call", "guard", "intel", "admin"]),
        ("explain", ["explain"]),
        ("explain a b c", ["explain"]),
        ("up --port abc", ["up", "abc", "integer"]),
        ("keys", ["keys", "collect", "create", "list", "rotate", "revoke"]),
    ],
)
def test_wrong_use_is_told_in_chinese(line: str, known: list[str]) -> None:
    """What was typed stands as it was typed."""
    told = said(*line.split())

    assert re.search(r"[\u4e00-\u9fff]", told)
    assert list(english(told, *known)) == []


def test_english_stays_english() -> None:
    """As click has it."""
    told = said("keys", "create", "--help", language="en")

    assert told.startswith("Usage: yanmen keys create [OPTIONS]")
    assert "Show this message and exit." in told
    assert "--name TEXT" in told
