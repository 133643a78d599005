"""What each tier sees in one text."""

from __future__ import annotations

import pytest

from yanmen.cli.tiers import explanation
from yanmen.core import config
from yanmen.core.nouns import Text
from yanmen.guard import Guard
from yanmen.policy import Policy


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """In English."""
    monkeypatch.setenv("YANMEN_LANG", "en")


def said(text: str, guard: Guard, trust: str = "user") -> str:
    """All lines."""
    place = Text(text=text, role="user", trust=trust, part="/text")  # type: ignore[arg-type]  # of those there are
    return "\n".join(explanation(guard, Policy.load(), place))


def test_what_is_off_is_said_to_be_off() -> None:
    """And what nothing was found in has its line."""
    lines = said("Hello there", Guard(config.Guard(learned=False)))

    assert "The learned models are off" in lines
    assert lines.count("nothing") == 2
    assert "Verdict: allow" in lines


def test_a_secret_is_masked() -> None:
    """In every tier."""
    key = "sk-proj-Ab3dEf6hIj9kLmN0pQrStUvWxYz1234"

    assert key not in said(f"the key is {key}", Guard(config.Guard(learned=False)))


def test_what_could_not_be_judged_is_said() -> None:
    """With its reason."""
    assert "could not be judged: too-large" in said(
        "a" * 20, Guard(config.Guard(learned=False, max_text_chars=10))
    )
