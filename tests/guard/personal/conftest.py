"""What is found of personal data in a text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.core.nouns import Finding, Text
from yanmen.guard.detectors.personal import Personal

Found = list[tuple[str, str]]


@pytest.fixture(scope="session")
def values() -> Callable[[str], Found]:
    """Kinds and values of the findings with a confidence of half and more."""
    detector = Personal()

    def look(text: str) -> Found:
        said = detector.detect(Text(text=text, role="user", trust="user"))
        found = [one for one in said if isinstance(one, Finding) and one.confidence >= 0.5]
        return [
            (one.rule.id.removeprefix("personal."), text[one.where.start : one.where.end]) for one in found
        ]

    return look
