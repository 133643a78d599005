"""Processes that hold the encoder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yanmen.guard.examination import Late, Opinion, Passage
from yanmen.guard.workers import WAITING, Workers

ASKED = Passage("hello there", "user")


def test_a_model_that_cannot_be_loaded_is_said_and_nobody_waits(tmp_path: Path) -> None:
    """The first question, and every later one."""
    workers = Workers(1, tmp_path)
    first = workers.ask([ASKED], 120).result(120)
    second = workers.ask([ASKED, ASKED], 120).result(120)
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


def test_passages_are_read_beside_and_places_kept(judging: Callable[[float, float], Path]) -> None:
    """Also when many ask at once."""
    workers = Workers(2, judging(0, 0.5))
    asked = [
        [Passage(f"hello there, number {number}" * (number % 3 + 1), "user")] * (number % 4 + 1)
        for number in range(20)
    ]
    futures = [workers.ask(some, 120) for some in asked]
    answers = [future.result(120) for future in futures]
    again = workers.ask(asked[0], 120).result(120)
    workers.close()

    assert [len(said) for said in answers] == [len(some) for some in asked]
    for some, said in zip(asked, answers, strict=True):
        for passage, opinion in zip(some, said, strict=True):
            assert isinstance(opinion, Opinion)
            assert 0 <= opinion.probability <= 1
            assert 0 <= opinion.start <= opinion.end <= len(passage.text)
    assert again == answers[0]


def test_what_is_late_is_not_read(judging: Callable[[float, float], Path]) -> None:
    """It is said to be late."""
    workers = Workers(1, judging(0, 0.5))
    answers = workers.ask([ASKED], 0).result(120)
    workers.close()

    assert answers == [Late("timed-out", "no answer within 0 s")]


def test_a_process_that_is_killed_is_replaced(judging: Callable[[float, float], Path]) -> None:
    """Whoever asked meanwhile is not told that all is well."""
    workers = Workers(1, judging(0, 0.5))
    assert isinstance(workers.ask([ASKED], 120).result(120)[0], Opinion)
    (before,) = workers.pids
    os.kill(before, signal.SIGKILL)
    answers = [workers.ask([ASKED], 120).result(120)[0] for _ in range(3)]
    after = workers.pids
    workers.close()

    assert isinstance(answers[-1], Opinion)
    assert after
    assert before not in after


def test_processes_end_with_whoever_started_them(judging: Callable[[float, float], Path]) -> None:
    """Also when that is killed."""
    code = (
        "import sys, time; from pathlib import Path; from yanmen.guard.workers import Workers\n"
        "from yanmen.guard.examination import Passage\n"
        "w = Workers(1, Path(sys.argv[1])); w.ask([Passage('a', 'user')], 120).result(120)\n"
        "print(*w.pids, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(judging(0, 0.5))], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(600):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.1)

    assert not Path(f"/proc/{child}").exists()
