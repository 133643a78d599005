"""Processes that hold a model: few, bounded, and gone when whoever started them is.

A worker reads questions on its standard input and answers on its standard output, in frames of MessagePack. When its input
ends, however its parent ended, it ends too. What is not answered in time, or by a worker that died, is *could not judge*.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import IO, Any, Generic, NamedTuple, TypeVar

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.guard.examination import Late

Question = TypeVar("Question")
Answer = TypeVar("Answer")
LOADING = 90.0
"""Seconds that a worker may take to load its model; half a second on a machine that has the time."""
AGAIN = 30.0
"""Seconds at most before a worker that ended is started again; the first time at once, then after 0.1, 0.2, 0.4 …"""
_WEIGHT = 0.2
"""How much the last reading counts in what a question costs of late."""
_HEAD = struct.Struct("<I")
_LARGEST = 64 << 20
_log = logging.getLogger("yanmen.guard")


class Work(NamedTuple):
    """What the processes of a pool do."""

    module: str
    """Run as ``python -m``; its ``main`` calls ``serve``."""
    arguments: tuple[str, ...]
    answers: type
    """What one answer is read as."""
    batch: int
    """Questions that a process is given at once."""
    waiting: int
    """Questions that may wait; past them the answer is at once that it could not be judged."""
    hung: float
    """Seconds after which a process that does not answer is ended."""


class Asked(Future[list[Answer | Late]], Generic[Answer]):
    """What questions that were asked together come to."""

    def __init__(self, ahead: int, seconds: float) -> None:
        """``ahead``: how many questions of others were to be read first."""
        super().__init__()
        self._ahead = ahead
        self._seconds = seconds

    def late(self) -> Late:
        """Why there is no answer in time: too many others, or too much of its own."""
        return Late("overloaded" if self._ahead else "timed-out", f"no answer within {self._seconds:g} s")


class _Job(Generic[Question, Answer]):
    """Questions that were asked together."""

    __slots__ = ("_lock", "answers", "deadline", "future", "left", "questions")

    def __init__(self, questions: Sequence[Question], seconds: float, ahead: int = 0) -> None:
        self._lock = threading.Lock()
        self.questions = questions
        self.deadline = time.monotonic() + seconds
        self.future = Asked[Answer](ahead, seconds)
        self.answers: list[Answer | Late] = [self.future.late()] * len(questions)
        self.left = len(questions)

    def answered(self, place: int, answer: Answer | Late) -> None:
        with self._lock:
            self.answers[place] = answer
            self.left -= 1
            ended = not self.left
        if ended and self.future.set_running_or_notify_cancel():
            self.future.set_result(self.answers)


class Pool(Generic[Question, Answer]):
    """A pool of processes that answer questions. Safe to use from any thread."""

    def __init__(self, processes: int, work: Work) -> None:
        """Nothing is started until ``start`` or the first question."""
        self._work = work
        self._processes = processes
        self._jobs: deque[tuple[_Job[Question, Answer], int]] = deque()
        self._more = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._closed = False
        self._reading = 0
        """Questions that processes read just now."""
        self._cost = 0.0
        """Seconds that a question takes a process, of late; 0 until one was read."""
        self.failure = ""
        """Why no process could be started; empty while all is well."""

    def start(self) -> None:
        """Start every worker, so that the first question need not wait for it."""
        with self._more:
            if self._threads or self._closed:
                return
            self._threads = [
                threading.Thread(
                    target=self._serve, args=(number,), name=f"{self._work.module}-{number}", daemon=True
                )
                for number in range(self._processes)
            ]
        for thread in self._threads:
            thread.start()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(worker.pid for worker in list(self._workers.values()) if worker.poll() is None)

    def ask(self, questions: Sequence[Question], seconds: float) -> Asked[Answer]:
        """The answer to each. Whoever waits, waits ``seconds`` at most; what is begun later is not read.

        Who would come too late behind those that wait already is told so at once: else, with more asked than can be read,
        all would wait and none be in time.
        """
        with self._more:
            job = _Job[Question, Answer](questions, seconds, len(self._jobs) + self._reading)
        if not questions:
            job.future.set_result([])
            return job.future
        self.start()
        if self.failure and not self.pids:
            job.future.set_result([Late("unavailable", self.failure)] * len(questions))
            return job.future
        with self._more:
            if why := self._turned_away(len(questions), seconds):
                job.future.set_result([Late("overloaded", why)] * len(questions))
                return job.future
            self._jobs.extend((job, place) for place in range(len(questions)))
            self._more.notify(len(questions))
        return job.future

    def _turned_away(self, questions: int, seconds: float) -> str:
        """Why there is no room for so many more; empty where there is."""
        waiting = len(self._jobs)
        if self._closed or waiting + questions > self._work.waiting:
            return f"{waiting} wait"
        wait = (waiting + questions) * self._cost / self._processes
        return f"{waiting} wait, {wait:.1f} s" if waiting and wait > seconds else ""

    def close(self) -> None:
        """End every worker; what waits is *could not judge*."""
        with self._more:
            self._closed = True
            left, self._jobs = list(self._jobs), deque()
            self._more.notify_all()
        for job, place in left:
            job.answered(place, Late("unavailable", "closed"))
        for worker in list(self._workers.values()):
            worker.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)

    def _taken(self) -> list[tuple[_Job[Question, Answer], int]]:
        """The next questions to read, once there are any; none when the pool is closed. Those that are late are answered."""
        while True:
            with self._more:
                while not self._jobs and not self._closed:
                    self._more.wait()
                if self._closed:
                    return []
                taken = [self._jobs.popleft() for _ in range(min(self._work.batch, len(self._jobs)))]
            now = time.monotonic()
            for job, place in taken:
                if job.deadline <= now or job.future.cancelled():
                    job.answered(place, job.future.late())
            taken = [
                (job, place) for job, place in taken if job.deadline > now and not job.future.cancelled()
            ]
            if taken:
                return taken

    def _serve(self, number: int) -> None:
        """Keep one worker running and hand it what is asked."""
        worker: subprocess.Popen[bytes] | None = None
        failures = 0
        while not self._closed:
            if worker is None:
                worker = self._begun(number, failures)
                if worker is None:
                    failures += 1
                    self._drop()
                    continue
            taken = self._taken()
            if not taken:
                break
            answers = self._read(worker, [job.questions[place] for job, place in taken])
            if isinstance(answers, str):
                failures += 1
                self._failed(worker, answers)
                worker = None
                for job, place in taken:
                    job.answered(place, Late("unavailable", answers))
                continue
            failures = 0
            for (job, place), answer in zip(taken, answers, strict=True):
                job.answered(place, answer)
        if worker is not None:
            _ended(worker)

    def _read(self, worker: subprocess.Popen[bytes], questions: list[Question]) -> list[Answer] | str:
        """What a process answers, or why it does not; and what a question costs is known anew."""
        with self._more:
            self._reading += len(questions)
        begun = time.monotonic()
        answers = _asked(worker, questions, self._work)
        cost = (time.monotonic() - begun) / len(questions)
        with self._more:
            self._reading -= len(questions)
            self._cost += (cost - self._cost) * (_WEIGHT if self._cost else 1.0)
        return answers

    def _drop(self) -> None:
        """Without a worker nobody waits in vain."""
        if len(self.pids) == 0:
            with self._more:
                left, self._jobs = list(self._jobs), deque()
            for job, place in left:
                job.answered(place, Late("unavailable", self.failure))

    def _begun(self, number: int, failures: int) -> subprocess.Popen[bytes] | None:
        """A worker that has loaded its model; None where it could not."""
        if failures:
            with self._more:
                self._more.wait_for(lambda: self._closed, min(0.05 * 2**failures, AGAIN))
            if self._closed:
                return None
        worker = _process(self._work)
        self._workers[number] = worker
        said = _read(worker.stdout, LOADING)
        if said == b"":
            self.failure = ""
            return worker
        self.failure = (said or b"it ended").decode("utf-8", "replace")
        self._failed(worker, self.failure)
        return None

    def _failed(self, worker: subprocess.Popen[bytes], why: str) -> None:
        _ended(worker)
        if not self._closed:
            _log.warning("a process of %s ended: %s", self._work.module, why)


def _process(work: Work) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-m", work.module, *work.arguments]
    return subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
    )


def _ended(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            pipe.close()


def _asked(worker: subprocess.Popen[bytes], questions: list[Any], work: Work) -> list[Any] | str:
    """The process's answers, or why there are none."""
    try:
        _write(worker.stdin, msgspec.msgpack.encode(questions))
        said = _read(worker.stdout, work.hung)
        answers = msgspec.msgpack.decode(said, type=list[work.answers]) if said else []  # type: ignore[name-defined]
    except (OSError, ValueError, msgspec.DecodeError) as error:
        return f"{type(error).__name__}: {error}"
    if len(answers) != len(questions):
        if said is not None:
            return "it answered something else"
        return "it ended" if worker.poll() is not None else f"no answer within {work.hung:g} s"
    return answers


def _write(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is not None:
        rest = memoryview(_HEAD.pack(len(data)) + data)
        while rest:
            rest = rest[pipe.write(rest) :]


def _read(pipe: IO[bytes] | None, seconds: float | None) -> bytes | None:
    """One frame; None where there is none in time, or the pipe has ended."""
    if pipe is None:
        return None
    until = None if seconds is None else time.monotonic() + seconds
    head = _exactly(pipe, _HEAD.size, until)
    if head is None:
        return None
    (size,) = _HEAD.unpack(head)
    return _exactly(pipe, size, until) if size <= _LARGEST else None


def _exactly(pipe: IO[bytes], size: int, until: float | None) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        if until is not None and not select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
            return None
        piece = pipe.read(size - len(data))
        if not piece:
            return None
        data += piece
    return bytes(data)


def serve(load: Callable[[], Callable[[Any], list[Any]]], questions: type) -> None:
    """The process itself: load what answers, say so (or why not), and answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = os.fdopen(0, "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)
    try:
        answer = load()
    except YanmenError as error:
        _write(target, str(error).encode())
        return
    _write(target, b"")
    while (frame := _read(source, None)) is not None:
        asked = msgspec.msgpack.decode(frame, type=list[questions])  # type: ignore[valid-type]
        _write(target, msgspec.msgpack.encode(answer(asked)))
