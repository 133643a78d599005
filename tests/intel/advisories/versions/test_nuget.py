"""NuGet's versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import nuget


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """Those of NuGet itself, by way of univers, among them."""
    found = judged("nuget", nuget.key)

    assert (found["differs"], found["refused"]) == ([], [])
    assert len(found["agrees"]) > 50


def test_letters_differ_in_no_case_and_a_fourth_number_counts() -> None:
    """Where semantic versions would differ."""
    assert nuget.key("1.0.0-BETA") == nuget.key("1.0-beta+build")
    assert nuget.key("1.0.0.1") > nuget.key("1.0.0")


def test_what_is_none_is_refused() -> None:
    """A floating one is a wish, not a version."""
    with pytest.raises(ValueError, match="no semantic version"):
        nuget.key("1.0.*")
