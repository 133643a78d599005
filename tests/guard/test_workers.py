"""Processes that hold the encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.guard.examination import Late, Passage
from yanmen.guard.workers import WAITING, Workers

ASKED = Passage("hello there", "user")


def test_a_model_that_cannot_be_loaded_is_said_and_nobody_waits(tmp_path: Path) -> None:
    """The first question, and every later one."""
    workers = Workers(1, tmp_path)
    first = workers.ask([ASKED], 20).result(20)
    second = workers.ask([ASKED, ASKED], 20).result(5)
    workers.close()

    assert [type(one) for one in (*first, *second)] == [Late] * 3
    assert {one.reason for one in (*first, *second) if isinstance(one, Late)} == {"unavailable"}
    assert workers.failure
    assert workers.pids == ()


def test_more_than_may_wait_is_answered_at_once() -> None:
    """And so is what is asked of a closed pool."""
    workers = Workers(1)
    over = workers.ask([ASKED] * (WAITING + 1), 20).result(1)
    workers.close()
    after = workers.ask([ASKED], 20).result(1)

    assert {one.reason for one in over if isinstance(one, Late)} == {"overloaded"}
    assert len(over) == WAITING + 1
    assert [type(one) for one in after] == [Late]


def test_nothing_asked_is_nothing_to_wait_for() -> None:
    """No process is started for it."""
    workers = Workers(1)

    assert workers.ask([], 1).result(0) == []
    assert workers.pids == ()
    workers.close()


@pytest.mark.parametrize("started", [False, True])
def test_a_pool_may_be_closed_twice(started: bool, tmp_path: Path) -> None:
    """Whether it was started or not."""
    workers = Workers(2, tmp_path)
    if started:
        workers.start()
    workers.close()
    workers.close()
