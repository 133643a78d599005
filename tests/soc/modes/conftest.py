"""A real store, and mode files of a site's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yanmen.policy.modes import Mode, modes
from yanmen.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Of this test alone."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def attack() -> Mode:
    """The built-in mode of an attack."""
    return modes()["under-attack"]


@pytest.fixture
def event_day() -> Mode:
    """The built-in mode of a great day."""
    return modes()["major-event"]
