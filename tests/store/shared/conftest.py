"""Databases of a real PostgreSQL, and stores over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgresql import Server

from yanmen.store.address import note
from yanmen.store.shared.connection import Connection
from yanmen.store.shared.loop import Loop


@pytest.fixture
def engine() -> str:
    """These are about the shared store."""
    return "postgresql"


@pytest.fixture
def url(postgresql: Server) -> str:
    """A database with Yanmen's tables."""
    return postgresql.database()


@pytest.fixture
def data(tmp_path: Path, url: str) -> Path:
    """The folder of a node."""
    note(tmp_path / "data", url)
    return tmp_path / "data"


@pytest.fixture
def loop(url: str) -> Iterator[Loop]:
    """A loop to that database."""
    made = Loop(url, 60)
    yield made
    made.close()


@pytest.fixture
def db(loop: Loop) -> Iterator[Connection]:
    """A connection to it."""
    made = Connection(loop)
    yield made
    made.quit()
