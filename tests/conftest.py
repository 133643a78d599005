"""What every test shares: no test is judged by the clock, and none reads the person's own settings."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.postgresql import Server

settings.register_profile("yanmen", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("yanmen")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start from defaults: English, and no YANMEN_ variable of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("YANMEN_") or name in {"LC_ALL", "LC_MESSAGES", "LANG"}:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A real PostgreSQL; each test makes databases of its own in it."""
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.remove()
