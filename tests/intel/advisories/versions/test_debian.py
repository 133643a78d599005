"""Versions of Debian and Ubuntu."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import debian


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """Dpkg made the generated ones."""
    found = judged("debian", debian.key)

    assert (found["differs"], found["refused"]) == ([], [])
    assert len(found["agrees"]) > 250


def test_a_tilde_comes_before_the_end() -> None:
    """Backports and release candidates."""
    texts = ["1.0~rc1-1", "1.0-1~bpo12+1", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1:0.9-1"]

    assert [texts.index(text) for text in sorted(texts, key=debian.key)] == list(range(len(texts)))


@pytest.mark.parametrize("text", ["", "1 0", "1.0/2", "x:1", "１.0"])
def test_what_is_none_is_refused(text: str) -> None:
    """Never taken for some version."""
    with pytest.raises(ValueError, match="no version"):
        debian.key(text)
