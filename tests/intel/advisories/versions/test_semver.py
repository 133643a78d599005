"""Semantic versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import semver


def test_every_case_of_others_agrees_but_for_what_is_explained(
    judged: Callable[..., dict[str, list[str]]],
) -> None:
    """Univers lets build metadata count; the specification (§10) says that it must not."""
    found = judged("semver", semver.key)

    assert found["differs"] == ["1.2.3+42 ! 1.2.3+23", "1.2.3+42 > 1.2.3+23"]
    assert found["refused"] == []
    assert len(found["agrees"]) > 90


def test_the_example_of_the_specification_holds() -> None:
    """§11.4."""
    texts = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0".split()

    assert sorted(set(texts), key=semver.key) == texts


def test_go_and_npm_are_read_as_they_write() -> None:
    """Pseudo-versions, a v before, missing numbers, the toolchain without a hyphen."""
    assert semver.key("v0.0.0-20190101000000-abcdef123456") < semver.key("v0.0.0-20200101000000-abcdef123456")
    assert semver.key("v2.0.0+incompatible") == semver.key("2")
    assert semver.key("1.21rc1") < semver.key("1.21.0")


@pytest.mark.parametrize("text", ["", "latest", "1.2.x", "^1.2.3", "1..2", "1" * 600])
def test_what_is_none_is_refused(text: str) -> None:
    """A wish for a version is none."""
    with pytest.raises(ValueError, match="no semantic version"):
        semver.key(text)
