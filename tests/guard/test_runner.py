"""Failures of detectors are findings."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Text, Unexamined
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.guard.runner import claim, failure, run
from yanmen.guard.spans import Claim, Pattern

TEXT = Text(text="my secret", role="user", trust="user", part="/p")


class _Breaks(Detector[Text]):
    """Says one thing, then breaks."""

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """Find, and raise."""
        yield failure("first", ValueError(), target, 0, 1)
        raise RuntimeError(target.text)


def test_a_detector_that_raises_leaves_what_it_said_and_its_failure() -> None:
    """In this order."""
    said = run(_Breaks(), TEXT, TEXT)

    assert [one.evidence for one in said if isinstance(one, Finding)] == [
        "first: ValueError",
        "_Breaks: RuntimeError",
    ]
    assert {one.rule for one in said if isinstance(one, Finding)} == {DETECTOR_FAILED}


def test_a_check_that_raises_answers_its_error() -> None:
    """And one that does not, its claim."""

    def breaks(_: str) -> Claim:
        raise KeyError

    assert isinstance(claim(Pattern(DETECTOR_FAILED, "a", check=breaks), "a"), KeyError)
    assert claim(Pattern(DETECTOR_FAILED, "a"), "a") == Claim("a")
