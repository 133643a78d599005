"""RPM's versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import rpm


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """A letter for an epoch and a hyphen without a release are refused."""
    found = judged("rpm", rpm.key)

    assert found["differs"] == []
    assert len(found["agrees"]) > 130
    assert all(":" in case or "- " in case or case.endswith("-") for case in found["refused"])


def test_one_without_a_release_is_never_taken_to_be_mended() -> None:
    """Fixed in 1.0-5: of 1.0 it is not known, so it counts as before."""
    texts = ["1.0~rc1-1", "1.0", "1.0-0", "1.0-5.el9_4", "1.0^git1-1", "1.0.1-1", "1:0-1"]

    assert sorted(set(texts), key=rpm.key) == texts


@pytest.mark.parametrize("text", ["", "a b", "1-2-3"])
def test_what_is_none_is_refused(text: str) -> None:
    """Never taken for some version."""
    with pytest.raises(ValueError, match="no version"):
        rpm.key(text)
