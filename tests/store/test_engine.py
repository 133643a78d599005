"""Both engines keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Event
from yanmen.store import Store

Make = Callable[..., Event]


def test_what_was_flushed_can_be_read_and_is_heard_of(store: Store, event: Make) -> None:
    """By whichever engine."""
    before = store.version()
    store.append_soon(event(verdict="allow", model="m"))
    store.flush()

    assert store.events.last_seq() == 1
    assert store.version() != before
    assert store.available
    assert store.present()


def test_what_waits_is_written_when_it_is_closed(data: Path, event: Make) -> None:
    """And stands there for the next."""
    with Store.open(data) as store:
        for _ in range(100):
            store.append_soon(event(verdict="allow", model="m"))
    with Store.open(data) as store:
        assert store.events.last_seq() == 100
