"""Locks over all nodes."""

from __future__ import annotations

from yanmen.store.shared.connection import Connection
from yanmen.store.shared.locks import SharedLock
from yanmen.store.shared.loop import Loop


def test_one_holder_at_a_time_by_name(loop: Loop) -> None:
    """Taken twice by its holder it is still its own; given back it is free."""
    one, other, else_ = SharedLock(loop, "a"), SharedLock(loop, "a"), SharedLock(loop, "b")

    assert one.take()
    assert one.take()
    assert not other.take()
    assert else_.take()
    one.free()
    assert other.take()
    other.free()
    else_.free()


def test_a_holder_whose_connection_ends_knows_that_it_lost_the_lock(loop: Loop, db: Connection) -> None:
    """It does not go on believing; another has taken it meanwhile."""
    lost, next_ = SharedLock(loop, "a"), SharedLock(loop, "a")
    assert lost.take()
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    )
    while not next_.take():
        pass

    try:
        held = lost.take()
    except OSError:
        held = lost.take()
    assert not held
    next_.free()
    lost.free()
