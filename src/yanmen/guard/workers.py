"""Processes that hold the encoder: few, bounded, and gone when whoever started them is.

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
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO

import msgspec

from yanmen.core.errors import YanmenError
from yanmen.guard.examination import Late, Opinion, Passage

BATCH = 8
"""Passages that a worker is given at once."""
WAITING = 512
"""Passages that may wait; past them the answer is at once that it could not be judged."""
HUNG = 20.0
"""Seconds after which a worker that does not answer is ended."""
AGAIN = 30.0
"""Seconds at most before a worker that ended is started again; the first time at once, then after 0.1, 0.2, 0.4 …"""
_HEAD = struct.Struct("<I")
_LARGEST = 64 << 20
_log = logging.getLogger("yanmen.guard")


Answer = Opinion | Late


class _Job:
    """Passages that were asked about together."""

    __slots__ = ("answers", "deadline", "future", "left", "passages")

    def __init__(self, passages: Sequence[Passage], deadline: float) -> None:
        self.passages = passages
        self.deadline = deadline
        self.future: Future[list[Answer]] = Future()
        self.answers: list[Answer] = [Late("timed-out")] * len(passages)
        self.left = len(passages)

    def answered(self, place: int, answer: Answer) -> None:
        self.answers[place] = answer
        self.left -= 1
        if not self.left and self.future.set_running_or_notify_cancel():
            self.future.set_result(self.answers)


class Workers:
    """A pool of encoder processes. Safe to use from any thread."""

    def __init__(self, processes: int = 1, folder: Path | None = None, *, batch: int = BATCH) -> None:
        """Nothing is started until ``start`` or the first question. ``folder``: the model; None: the shipped one."""
        self._folder = folder
        self._batch = batch
        self._processes = processes
        self._jobs: deque[tuple[_Job, int]] = deque()
        self._more = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._closed = False
        self.failure = ""
        """Why the last worker that ended did so; empty while all is well."""

    def start(self) -> None:
        """Start every worker, so that the first question need not wait for it."""
        with self._more:
            if self._threads or self._closed:
                return
            self._threads = [
                threading.Thread(target=self._serve, args=(number,), name=f"encoder-{number}", daemon=True)
                for number in range(self._processes)
            ]
        for thread in self._threads:
            thread.start()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(worker.pid for worker in list(self._workers.values()) if worker.poll() is None)

    def ask(self, passages: Sequence[Passage], seconds: float) -> Future[list[Answer]]:
        """What the encoder says of each passage. Whoever waits, waits ``seconds`` at most; what is begun later is not read."""
        job = _Job(passages, time.monotonic() + seconds)
        if not passages:
            job.future.set_result([])
            return job.future
        self.start()
        if self.failure and not self.pids:
            job.future.set_result([Late("unavailable", self.failure)] * len(passages))
            return job.future
        with self._more:
            if self._closed or len(self._jobs) + len(passages) > WAITING:
                job.future.set_result(
                    [Late("overloaded", f"{len(self._jobs)} passages wait")] * len(passages)
                )
                return job.future
            self._jobs.extend((job, place) for place in range(len(passages)))
            self._more.notify(len(passages))
        return job.future

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

    def _taken(self) -> list[tuple[_Job, int]]:
        """The next passages to read, once there are any; none when the pool is closed. Those that are late are answered."""
        while True:
            with self._more:
                while not self._jobs and not self._closed:
                    self._more.wait()
                if self._closed:
                    return []
                taken = [self._jobs.popleft() for _ in range(min(self._batch, len(self._jobs)))]
            now = time.monotonic()
            for job, place in taken:
                if job.deadline <= now or job.future.cancelled():
                    job.answered(place, Late("timed-out"))
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
            answers = _asked(worker, [job.passages[place] for job, place in taken])
            if isinstance(answers, str):
                failures += 1
                self._failed(worker, answers)
                worker = None
                for job, place in taken:
                    job.answered(place, Late("unavailable", answers))
                continue
            failures, self.failure = 0, ""
            for (job, place), answer in zip(taken, answers, strict=True):
                job.answered(place, answer)
        if worker is not None:
            _ended(worker)

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
        worker = _process(self._folder)
        self._workers[number] = worker
        said = _read(worker.stdout, HUNG)
        if said == b"":
            return worker
        self._failed(worker, (said or b"it ended").decode("utf-8", "replace"))
        return None

    def _failed(self, worker: subprocess.Popen[bytes], why: str) -> None:
        self.failure = why
        _ended(worker)
        if not self._closed:
            _log.warning("an encoder process ended: %s", why)


def _process(folder: Path | None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-m", "yanmen.guard.workers", *([str(folder)] if folder else [])]
    return subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
    )


def _ended(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            pipe.close()


def _asked(worker: subprocess.Popen[bytes], passages: list[Passage]) -> list[Opinion] | str:
    """The worker's opinions, or why there are none."""
    try:
        _write(worker.stdin, msgspec.msgpack.encode(passages))
        said = _read(worker.stdout, HUNG)
        answers = msgspec.msgpack.decode(said, type=list[Opinion]) if said else []
    except (OSError, ValueError, msgspec.DecodeError) as error:
        return f"{type(error).__name__}: {error}"
    if len(answers) != len(passages):
        return f"no answer within {HUNG:g} s" if said is None else "it answered something else"
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


def main() -> None:
    """The worker itself: load the model, say so, answer until the input ends."""
    from yanmen.guard.cascade import Cascade  # noqa: PLC0415  # in the worker only

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = os.fdopen(0, "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)
    cascade = Cascade(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    try:
        cascade.read([Passage("warm", "user")])
    except YanmenError as error:
        _write(target, str(error).encode())
        return
    _write(target, b"")
    while (frame := _read(source, None)) is not None:
        passages = msgspec.msgpack.decode(frame, type=list[Passage])
        _write(target, msgspec.msgpack.encode(cascade.read(passages)))


if __name__ == "__main__":
    main()
