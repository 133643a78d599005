"""Pools of processes, whatever they are asked."""

from __future__ import annotations

from threading import Thread

from yanmen.guard.examination import Late
from yanmen.guard.processes import Pool, Work, _Job

BROKEN = Work("yanmen.no_such_module", (), int, 1, 3, 5.0)


def test_a_process_that_cannot_start_leaves_nobody_waiting() -> None:
    """The first question is told so, and so is every later one."""
    pool: Pool[int, int] = Pool(1, BROKEN)
    first = pool.ask([1, 2], 120).result(120)
    later = pool.ask([3], 120).result(120)
    pool.close()

    assert [type(one) for one in (*first, *later)] == [Late] * 3
    assert pool.failure
    assert pool.pids == ()


def test_more_than_may_wait_is_turned_away() -> None:
    """All of what was asked at once."""
    pool: Pool[int, int] = Pool(1, BROKEN)
    answers = pool.ask([1, 2, 3, 4], 120).result(120)
    pool.close()

    assert [one.reason for one in answers if isinstance(one, Late)] == ["overloaded"] * 4


def test_a_job_that_many_threads_answer_ends_once() -> None:
    """None of its answers is lost."""
    for _ in range(50):
        job: _Job[int, int] = _Job(range(40), 1)
        threads = [Thread(target=_answer, args=(job, start)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert job.future.result(0) == list(range(40))


def _answer(job: _Job[int, int], start: int) -> None:
    for place in range(start, 40, 4):
        job.answered(place, place)


def test_who_would_come_too_late_is_turned_away_at_once() -> None:
    """By what a question has cost of late. While nobody waits, one is always read, so that a bad moment is not for ever."""
    pool: Pool[int, int] = Pool(1, Work("tests.guard.sleeper", (), int, 1, 512, 30.0))
    assert pool.ask([200], 60).result(60) == [200]
    waiting = pool.ask([300, 300, 300], 60)
    (turned,) = pool.ask([1], 0.2).result(0)
    patient = pool.ask([1], 60)

    assert isinstance(turned, Late)
    assert turned.reason == "overloaded"
    assert waiting.result(60) + patient.result(60) == [300, 300, 300, 1]
    pool._cost = 100.0
    assert pool.ask([1], 60).result(60) == [1]
    assert pool._cost < 100.0
    pool.close()


def test_lateness_is_ours_when_others_were_first_and_the_callers_own_when_not() -> None:
    """Only the first may be sent again in the hope of an answer."""
    job: _Job[int, int] = _Job([1], 2.0, ahead=1)
    alone: _Job[int, int] = _Job([1], 2.0)

    assert job.answers == [Late("overloaded", "no answer within 2 s")]
    assert alone.answers == [Late("timed-out", "no answer within 2 s")]
