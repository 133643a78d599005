"""Maven's versions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from yanmen.intel.advisories.versions import maven


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """Those of the specification, of osv-scalibr and of univers."""
    found = judged("maven", maven.key)

    assert (found["differs"], found["refused"]) == ([], [])
    assert len(found["agrees"]) > 450


def test_the_examples_of_the_specification_hold() -> None:
    """Version Order Specification, POM reference: unequal and equal ones."""
    chains = [
        "1 1.1 1.2", "1-snapshot 1 1-sp", "1-foo2 1-foo10", "1.foo 1-1 1.1", "1-alpha.1 1-beta.1", "1-rc 1-snapshot 1",
    ]  # fmt: skip
    for chain in chains:
        keys = [maven.key(text) for text in chain.split()]
        assert all(left < right for left, right in pairwise(keys)), chain
    for pair in ("1.ga 1-ga", "1-0 1.0", "1.foo 1-foo", "1-a1 1-alpha-1", "1-cr 1-rc", "1.0.0 1"):
        left, right = pair.split()
        assert maven.key(left) == maven.key(right), pair


@pytest.mark.parametrize("text", ["", "1 2", "1" * 600])
def test_what_is_none_is_refused(text: str) -> None:
    """Never taken for some version."""
    with pytest.raises(ValueError, match="no version"):
        maven.key(text)
