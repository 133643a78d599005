"""Connections for questions."""

from __future__ import annotations

import pytest

from yanmen.store import StoreError
from yanmen.store.shared.loop import Loop
from yanmen.store.shared.readers import SharedReaders


def test_connections_are_used_again(loop: Loop) -> None:
    """One for calls one after another."""
    readers = SharedReaders(loop)
    (first,) = readers.one("SELECT pg_backend_pid()")
    (second,) = readers.one("SELECT pg_backend_pid()")

    with readers.lend() as one, readers.lend() as other:
        assert one is not other
    readers.close()
    assert first == second
    with pytest.raises(RuntimeError, match="closed"):
        readers.all("SELECT 1")


def test_a_connection_that_was_ended_is_not_lent_again(loop: Loop) -> None:
    """The question fails once, as what it is; the next one is asked on another."""
    readers = SharedReaders(loop)

    with pytest.raises(StoreError):
        readers.one("SELECT pg_terminate_backend(pg_backend_pid())")
    assert readers.one("SELECT 1") == (1,)
    readers.close()
