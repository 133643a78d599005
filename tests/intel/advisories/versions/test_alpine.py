"""Alpine's versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import alpine


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """Apk calls what is refused invalid, and orders it by chance."""
    found = judged("alpine", alpine.key)

    assert found["differs"] == []
    assert len(found["agrees"]) > 900
    assert {"1 > 1-ruff", "0..8 = 0..8", "1.2 > 1.2_blah", "a < b"} <= set(found["refused"])
    assert len(found["refused"]) == 33


def test_a_patch_level_comes_after_its_release() -> None:
    """Sudo 1.9.5p2 is no release candidate; _p and _rc differ."""
    assert alpine.key("1.9.5") < alpine.key("1.9.5p2-r0") < alpine.key("1.9.6_rc1") < alpine.key("1.9.6")
    assert alpine.key("1.2_rc1") < alpine.key("1.2") < alpine.key("1.2_p1")


@pytest.mark.parametrize("text", ["", "v1.2", "1.2-r", "1.2 ", "1" * 600])
def test_what_is_none_is_refused(text: str) -> None:
    """Never taken for some version."""
    with pytest.raises(ValueError, match="no version"):
        alpine.key(text)
