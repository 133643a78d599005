"""The learned cascade as a detector of single texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.nouns import Text, Unexamined
from yanmen.guard.cascade import Cascade
from yanmen.guard.detectors import learned
from yanmen.guard.detectors.learned import LearnedAttacks


def test_without_a_model_nothing_is_called_clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """But for texts that it does not judge."""
    cascade = Cascade(tmp_path)
    monkeypatch.setattr(learned, "shipped", lambda: cascade)
    asked = Text(text="hello there, friend", role="user", trust="user", part="/p")
    (said,) = LearnedAttacks().detect(asked)

    assert isinstance(said, Unexamined)
    assert said.reason == "model-unavailable"
    assert not list(
        LearnedAttacks().detect(Text(text="hello there, friend", role="system", trust="operator"))
    )
    assert not list(LearnedAttacks().detect(Text(text="hi", role="user", trust="user")))
