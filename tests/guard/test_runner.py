"""Failures while a text is looked at are findings."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Text, Unexamined, Where
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.guard.runner import claim, run
from yanmen.guard.spans import Claim, Pattern

TEXT = Text(text="my secret", role="user", trust="user", part="/p")


class _Breaks(Detector[Text]):
    """Breaks."""

    def detect(self, target: Text) -> Iterator[Finding | Unexamined]:
        """Raise."""
        raise RuntimeError(target.text)


def test_the_failure_of_a_detector_is_about_the_whole_text() -> None:
    """So that policy can cut it."""
    (said,) = run(_Breaks(), TEXT, TEXT)

    assert isinstance(said, Finding)
    assert said.where == Where(part="/p", start=0, end=len(TEXT.text))


def test_a_check_that_raises_answers_its_error() -> None:
    """And one that does not, its claim."""

    def breaks(_: str) -> Claim:
        raise KeyError

    assert isinstance(claim(Pattern(DETECTOR_FAILED, "a", check=breaks), "a"), KeyError)
    assert claim(Pattern(DETECTOR_FAILED, "a"), "a") == Claim("a")
