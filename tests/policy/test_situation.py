"""What policy is told."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.core.nouns import Ref
from yanmen.policy import Situation


def test_the_key_is_found_among_the_subjects(situation: Callable[..., Situation]) -> None:
    """Or nothing, for a call without one."""
    assert situation().key == "key_1"
    assert situation(subjects=(Ref(kind="ip", id="127.0.0.1"),)).key == ""
