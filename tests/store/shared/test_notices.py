"""What is told of the log as it grows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.config import Store as Settings
from yanmen.core.nouns import Event
from yanmen.store import Store, StoreError
from yanmen.store.shared.loop import Loop
from yanmen.store.shared.notices import Notices

Make = Callable[..., Event]
PATIENT = Settings(patience_seconds=60)


def test_another_process_is_heard_of(data: Path, event: Make, ban: Any) -> None:
    """The version moves, and what was touched is known, without a question."""
    with Store.open(data, PATIENT) as one, Store.open(data, PATIENT) as two:
        before, seen = two.version(), two.touched("standing")
        place = one.append(event("decision.made", decision=msgspec.to_builtins(ban))).result(60)
        moved = threading.Event()
        for _ in range(6_000):
            if two.version() != before:
                break
            moved.wait(0.01)

        assert seen == 0
        assert two.touched("standing") == place
        assert two.touched("keys") == 0


def test_whoever_waits_in_vain_is_told(loop: Loop) -> None:
    """At the end, or when the patience is over."""
    notices = Notices(loop, lambda: None)
    kept: Future[Any] = Future()
    notices.wait_for("evt_none", kept)
    notices.finish(0)

    with pytest.raises(StoreError, match="did not answer"):
        kept.result(60)


def test_two_may_wait_for_the_same_item(data: Path, event: Make) -> None:
    """Who appended it, and who flushes."""
    with Store.open(data, PATIENT) as store:
        appended = [store.append(event("call.refused")) for _ in range(20)]
        store.flush()

        assert [future.result(60) for future in appended] == list(range(1, 21))
