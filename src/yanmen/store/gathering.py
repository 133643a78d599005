"""The way in: what any thread of a process appends is gathered and written by one thread, whichever engine it writes to."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from yanmen.core.clock import Clock
from yanmen.core.config import Store as Settings
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase
from yanmen.store.database import StoreError
from yanmen.store.log import Item, Job, nothing
from yanmen.store.running import Mark

WAITING = 20_000
"""Items that may wait; past it events of allowed traffic are counted as lost, and everything else is refused."""
AT_ONCE = 1_000
"""Items of one commit."""
GAP_SECONDS = 5.0
"""Between two reports of loss while it goes on."""
_SLOW = Phrase(en="the store cannot keep up", zh="数据库跟不上写入速度")
_DISK = Phrase(en="Look at the disk's speed.", zh="请检查磁盘速度。")
_ENDED = Phrase(en="the store's writer has ended", zh="数据库的写入线程已结束")
_RESTART = Phrase(en="Restart it.", zh="请重新启动。")


class Gathering(ABC):
    """The queue and its thread. Everything public may be called from any thread and blocks nobody."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock) -> None:
        """Nothing waits yet; ``_begin`` starts the thread."""
        self._clock = clock
        self._pause = settings.commit_milliseconds / 1_000
        self._queue: deque[Item] = deque()
        self._taken: list[Item] = []
        self._wake = threading.Event()
        self._idle = self._hurry = self._closing = self._closed = False
        self._mark = Mark(folder / "running")
        self._marked = False
        self._losses = Losses(clock)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="yanmen-store", daemon=True)

    def append(self, events: tuple[Event, ...]) -> Future[int]:
        """Write at once; the future has the place of the last event once all are on the disk."""
        if not events:
            raise ValueError("nothing to append")
        return self._urgent(events, None)

    def run(self, job: Job) -> Future[Any]:
        """Run a job inside a commit; the future has its value once that is on the disk."""
        return self._urgent((), job)

    def settled(self) -> Future[Any]:
        """Done when everything appended so far, by any thread of this process, stands in the log."""
        return self.run(nothing)

    def append_soon(self, events: tuple[Event, ...]) -> None:
        """Write with the next commit. What cannot be kept is counted and reported as ``store.gap``."""
        if not self._marked or self._full or len(self._queue) >= WAITING:
            events = self._admitted(events)
            if not events:
                return
        self._queue.append(Item(events))
        if self._idle:
            self._wake.set()

    def close(self) -> None:
        """Write what waits, end the thread, close the connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = self._closing = self._hurry = True
            self._marked = False  # whoever comes now takes the slow way in, and is told
        self._wake.set()
        self._thread.join()
        self._end()
        if self._losses or self._queue:
            self._mark.leave()
        else:
            self._mark.clear()

    @property
    @abstractmethod
    def _full(self) -> bool:
        """Whether no more events of allowed traffic are recorded."""

    @property
    @abstractmethod
    def _sleep(self) -> float:
        """Seconds that the thread may sleep while nothing waits."""

    @abstractmethod
    def _commit(self, batch: list[Item]) -> None:
        """Write items, and settle each."""

    @abstractmethod
    def _between(self) -> None:
        """What is done between two commits."""

    @abstractmethod
    def _lost(self, event: Event) -> bool:
        """Write an event that tells of losses; whether that was done."""

    @abstractmethod
    def _end(self) -> None:
        """Close what was opened; the thread has ended."""

    def _begin(self) -> None:
        self._thread.start()

    def _urgent(self, events: tuple[Event, ...], job: Job | None) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # what waits to be written cannot be taken back
        with self._lock:
            if self._closing:
                raise RuntimeError("the store is closed")
            if len(self._queue) >= 2 * WAITING:
                future.set_exception(StoreError(_SLOW, hint=_DISK))
                return future
            self._queue.append(Item(events, future, job))
        self._hurry = True
        self._wake.set()
        return future

    def _admitted(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """The slow way in: the first time, when there is no room, or after the end."""
        if self._closing:
            raise RuntimeError("the store is closed")
        if not self._marked:
            with self._lock:
                self._mark.set()
                self._marked = True
        if len(self._queue) >= WAITING:
            self._losses.add("overflow", len(events))
            return ()
        if self._full:
            kept = tuple(
                event for event in events if event.kind != "call.allowed" or "decision" in event.data
            )
            self._losses.add("disk-bound", len(events) - len(kept))
            return kept
        return events

    def _run(self) -> None:
        try:
            self._work()
        finally:  # whatever ended it: nobody waits in vain, nobody appends unheard
            self._closing, self._marked = True, False
            for item in [*self._taken, *self._queue]:
                if item.future is not None and not item.future.done():
                    item.future.set_exception(StoreError(_ENDED, hint=_RESTART))

    def _work(self) -> None:
        while not (self._closing and not self._queue):
            self._wait()
            self._hurry = False
            if batch := self._drain():
                self._commit(batch)
            self._report()
            self._between()
        self._report(last=True)

    def _wait(self) -> None:
        self._wake.clear()
        self._idle = True
        if not self._queue and not self._closing:
            self._wake.wait(self._sleep)
        self._idle = False
        self._wake.clear()
        if not self._hurry:
            self._wake.wait(self._pause)

    def _drain(self) -> list[Item]:
        batch = self._taken = []
        while self._queue and len(batch) < AT_ONCE:
            batch.append(self._queue.popleft())
        if self._queue:
            self._hurry = True
        return batch

    def _settle(self, item: Item, outcome: Any) -> None:
        if item.future is None:
            if isinstance(outcome, Exception):
                self._losses.add("not-writable", max(1, len(item.events)))
        elif isinstance(outcome, ValueError | StoreError):
            item.future.set_exception(outcome)
        elif isinstance(outcome, Exception):
            problem = ValueError(f"the event cannot be recorded: {outcome!r}")
            problem.__cause__ = outcome
            item.future.set_exception(problem)
        else:
            item.future.set_result(outcome)

    def _report(self, *, last: bool = False) -> None:
        """Write what was lost into the log, as soon as it takes it."""
        for event in self._losses.events(now_or_never=last):
            if not self._lost(event):
                return
            self._losses.told(event)


class Losses:
    """Counts events of allowed traffic that are lost, by cause."""

    def __init__(self, clock: Clock) -> None:
        """None so far."""
        self._clock = clock
        self._lock = threading.Lock()
        self._lost: dict[str, list[int]] = {}
        self._next = 0.0

    def __bool__(self) -> bool:
        """Whether some are not reported yet."""
        return bool(self._lost)

    def add(self, cause: str, count: int) -> None:
        """So many are lost."""
        if count:
            with self._lock:
                lost = self._lost.setdefault(cause, [0, self._clock()])
                lost[0] += count

    def events(self, *, now_or_never: bool = False) -> list[Event]:
        """A ``store.gap`` for each cause, when it is time to say so."""
        if not self._lost or not (now_or_never or time.monotonic() >= self._next):
            return []
        self._next = time.monotonic() + GAP_SECONDS
        with self._lock:
            return [
                gap(cause, self._clock(), count=lost, since=since)
                for cause, (lost, since) in self._lost.items()
            ]

    def told(self, event: Event) -> None:
        """The log has it."""
        with self._lock:
            lost = self._lost[event.data["cause"]]
            lost[0] -= event.data["count"]
            if not lost[0]:
                del self._lost[event.data["cause"]]


def gap(cause: str, at: int, **said: int) -> Event:
    """``store.gap``: events of allowed traffic that the log does not have."""
    return Event(id=new_id("evt"), at=at, kind="store.gap", data={"cause": cause, **said})


Submit = Callable[[Job], Future[Any]]
"""How the other parts of the store have a job done: ``Gathering.run``."""
