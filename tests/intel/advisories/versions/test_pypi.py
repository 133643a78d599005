"""Python's versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.intel.advisories.versions import pypi


def test_every_case_of_others_agrees(judged: Callable[..., dict[str, list[str]]]) -> None:
    """What PEP 440 does not know is refused, not ordered as a legacy version."""
    found = judged("pypi", pypi.key)

    assert found["differs"] == []
    assert len(found["agrees"]) > 200
    assert "0.1-bulbasaur < 0.1-charmander" in found["refused"]


def test_bounds_that_were_written_down_from_cpes_are_read_as_meant() -> None:
    """PYSEC-2025-189 to 197: torch 2.6.0-NA and 2.6.0-cu124. Anything else stays refused."""
    assert pypi.key("2.6.0-NA") == pypi.key("2.6.0")
    assert pypi.key("2.6.0-cu124") == pypi.key("2.6.0+cu124")
    with pytest.raises(ValueError, match="Invalid"):
        pypi.key("2.6.0-custom")


def test_a_build_belongs_to_its_release() -> None:
    """The local label is no release of its own."""
    assert pypi.public("2.6.0+cu124") == "2.6.0"
