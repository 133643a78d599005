"""Failures of detectors are findings."""

from __future__ import annotations

from collections.abc import Iterator

from yanmen.core.nouns import Finding, Unexamined, Where
from yanmen.core.plugins import DETECTOR_FAILED, Detector
from yanmen.core.running import failure, run


class _Breaks(Detector[str]):
    """Says one thing, then breaks."""

    def detect(self, target: str) -> Iterator[Finding | Unexamined]:
        """Find, and raise."""
        yield failure("first", ValueError(), Where())
        raise RuntimeError(target)


def test_a_detector_that_raises_leaves_what_it_said_and_its_failure() -> None:
    """In this order; the error's words, which may quote the target, are left out."""
    said = run(_Breaks(), "my secret", Where(part="a.py"))

    assert [one.evidence for one in said if isinstance(one, Finding)] == [
        "first: ValueError",
        "_Breaks: RuntimeError",
    ]
    assert {one.rule for one in said if isinstance(one, Finding)} == {DETECTOR_FAILED}
    assert said[1].where.part == "a.py"
