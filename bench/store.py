"""What the record costs: appends a second, the caller's time, the version a door polls, the audit's rate.

    python bench/store.py

Kept in bench/results/store.json. Budgets: ``append_soon`` 5 µs in the caller; the writer 15 µs of processor time an event.
Events are calls as the gateway writes them (about 800 bytes of JSON). ``FULL`` synchronous: every commit is on the disk.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from rig import harness

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Ref
from yanmen.store import Store
from yanmen.store.audit import verify

SOON = 50_000
"""Events of allowed traffic, in bursts of what may wait."""
BURST = 10_000
URGENT = 300
"""Refusals of each thread."""


def call(kind: str = "call.allowed") -> Event:
    """One call."""
    data: dict[str, Any] = {
        "surface": "chat", "path": "/v1/chat/completions", "method": "POST", "model": "qwen3-32b", "key": "key_0",
        "tenant": "default", "ip": "203.0.113.7", "status": 200, "stream": True, "bytes_in": 812, "bytes_out": 2_345,
        "digest_in": "0" * 64, "texts": 2, "tokens_in": 201, "tokens_out": 389, "findings": [], "verdict": "allow",
        "policy": "49c733b21e83", "ms": 812.1, "ttft_ms": 91.2, "upstream_ms": 810.8,
    }  # fmt: skip
    actor, subject = Ref(kind="key", id="key_0"), Ref(kind="call", id=new_id("call"))
    return Event(id=new_id("evt"), at=now(), kind=kind, actor=actor, subject=subject, data=data)


def soon(store: Store) -> dict[str, float]:
    """Bursts of allowed traffic: the caller's time, and the processor time of everything but the caller."""
    calls, caller, cpu = [], 0.0, 0.0
    began = time.perf_counter()
    making = 0.0
    for _ in range(SOON // BURST):
        start = time.perf_counter()
        events = [call() for _ in range(BURST)]
        making += time.perf_counter() - start
        before = time.process_time()
        own = time.thread_time()
        for event in events:
            at = time.perf_counter_ns()
            store.append_soon(event)
            calls.append(time.perf_counter_ns() - at)
        caller += time.thread_time() - own
        store.flush()
        cpu += time.process_time() - before
    wall = time.perf_counter() - began - making
    return {
        "append_soon_us_median": round(statistics.median(calls) / 1_000, 2),
        "append_soon_us_p99": round(statistics.quantiles(calls, n=100)[98] / 1_000, 2),
        "writer_cpu_us_per_event": round((cpu - caller) / SOON * 1e6, 1),
        "soon_events_per_second": round(SOON / wall),
    }


def urgent(store: Store, threads: int) -> dict[str, float]:
    """Refusals from so many threads, each waiting for the disk."""
    waits: list[float] = []

    def work() -> None:
        for _ in range(URGENT):
            event = call("call.refused")
            at = time.perf_counter()
            store.append(event).result()
            waits.append(time.perf_counter() - at)

    started = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    wall = time.perf_counter() - began
    return {
        f"urgent_{threads}_events_per_second": round(threads * URGENT / wall),
        f"urgent_{threads}_ms_median": round(statistics.median(waits) * 1_000, 2),
        f"urgent_{threads}_ms_p99": round(statistics.quantiles(waits, n=100)[98] * 1_000, 2),
    }


def microseconds(work: Callable[[], object], times: int = 5_000) -> float:
    """The mean of one run, the median of nine rounds."""
    rounds = []
    for _ in range(9):
        at = time.perf_counter_ns()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter_ns() - at) / times / 1_000)
    return round(statistics.median(rounds), 2)


def main() -> None:
    """Measure and keep."""
    figures: dict[str, float] = {"event_bytes": len(msgspec.json.encode(call()))}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with Store.open(data) as store:
            figures |= soon(store)
            for threads in (1, 8, 64):
                figures |= urgent(store, threads)
            figures["version_us"] = microseconds(store.version)
            figures["touched_us"] = microseconds(lambda: store.touched("standing"))
            figures["standing_us"] = microseconds(lambda: store.decisions.standing(now()), 1_000)
            size = store.events.last_seq()
        bytes_kept = sum(path.stat().st_size for path in data.glob("yanmen.db*"))
        figures["file_bytes_per_event"] = round(bytes_kept / size)
        at = time.perf_counter()
        report = verify(data)
        figures["verify_events_per_second"] = round(size / (time.perf_counter() - at))
        if report.word != "ok" or report.records != size:
            raise SystemExit("the record that was measured does not verify")
    harness.keep("store", figures)
    for name, value in figures.items():
        print(f"{name:<34}{value:>14,}")  # the table, after the JSON that is kept


if __name__ == "__main__":
    main()
