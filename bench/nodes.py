"""What many nodes cost: from a ban on one node to its being known on another, appends a second, and recovery.

    python bench/nodes.py

Kept in bench/results/nodes.json. The budget: a decision reaches every node within a second. Nodes are processes of this
machine, each with a store of its own opened over one real PostgreSQL (16, from its wheel, fsync on); a door asks its store
every 50 ms, which is not in these figures. ``lost notices``: the same with LISTEN taken away, so that only the safety net is
left.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
from rig import harness
from tests import postgresql
from tests.postgresql import Server

from yanmen.core.clock import now
from yanmen.core.config import Store as Settings
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Ref, Verdict
from yanmen.store import Store
from yanmen.store.address import note

BANS = 60
URGENT = 40
"""Refusals of each thread."""
SOON = 5_000

NODE = """
import sys
from pathlib import Path
from yanmen.core.clock import now
from yanmen.store import Store
import time

if sys.argv[2] == "deaf":
    import asyncpg

    async def deaf(self, channel, callback):
        pass

    asyncpg.Connection.add_listener = deaf
with Store.open(Path(sys.argv[1])) as store:
    seen = store.touched("standing")
    print("ready", flush=True)
    while True:
        at = store.touched("standing")
        if at != seen:
            seen = at
            print(at, time.monotonic_ns(), flush=True)
        time.sleep(0.0005)
"""


def ban() -> Event:
    """A ban."""
    subject = Ref(kind="key", id=new_id("key"))
    decision = Decision(id=new_id("dec"), at=now(), subject=subject, verdict=Verdict.BLOCK, lasts=3_600)
    data = {"decision": msgspec.to_builtins(decision)}
    return Event(id=new_id("evt"), at=now(), kind="decision.made", subject=subject, data=data)


def call(kind: str) -> Event:
    """A call, of about 800 bytes."""
    return Event(
        id=new_id("evt"), at=now(), kind=kind, data={"verdict": "allow", "model": "m", "x": "y" * 700}
    )


def reaches(store: Store, node: Path, how: str) -> list[float]:
    """Milliseconds from a ban's being asked for on one node to another's knowing it."""
    command = [sys.executable, "-c", NODE, str(node), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took = []
        for number in range(BANS):
            begun = time.monotonic_ns()
            place = store.append(ban()).result(60)
            seen = 0
            while seen < place:
                seen, at = map(int, process.stdout.readline().split())
                took.append((at - begun) / 1e6)
            time.sleep(0.01 * (number % 7))
        process.kill()
    return took


def urgent(store: Store, threads: int) -> float:
    """Refusals a second that are durable and have their place, from so many threads."""

    def run() -> None:
        for _ in range(URGENT):
            store.append(call("call.refused")).result(60)

    running = [threading.Thread(target=run) for _ in range(threads)]
    begun = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return threads * URGENT / (time.perf_counter() - begun)


def soon(store: Store) -> float:
    """Events of allowed traffic a second, until all stand in the log."""
    events = [call("call.allowed") for _ in range(SOON)]
    begun = time.perf_counter()
    for start in range(0, SOON, 1_000):
        for event in events[start : start + 1_000]:
            store.append_soon(event)
        store.flush()
    return SOON / (time.perf_counter() - begun)


def recovers(store: Store, server: Server) -> float:
    """Seconds from a killed server's being back to the first record."""
    server.stop()
    time.sleep(2)
    server.start()
    begun = time.perf_counter()
    while True:
        try:
            store.append(call("call.refused")).result(60)
        except OSError:
            time.sleep(0.01)
        else:
            return time.perf_counter() - begun


def spread(values: list[float]) -> dict[str, float]:
    """Median, p99 and the largest."""
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[int(0.99 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
    }


def main() -> None:
    """Measure and keep."""
    postgresql.OPTIONS = tuple(one for one in postgresql.OPTIONS if not one.startswith("fsync"))
    server = Server()
    home = Path(tempfile.mkdtemp(prefix="ymnodes"))
    try:
        server.start()
        url = server.database()
        note(home / "one", url)
        with Store.open(home / "one", Settings(patience_seconds=10)) as store:
            note(home / "two", url)
            shutil.copytree(home / "one" / "secrets", home / "two" / "secrets")
            figures = {
                "ban known elsewhere, ms": spread(reaches(store, home / "two", "listening")),
                "ban known elsewhere, lost notices, ms": spread(reaches(store, home / "two", "deaf")),
                "refusals a second, 1 thread": round(urgent(store, 1)),
                "refusals a second, 32 threads": round(urgent(store, 32)),
                "allowed events a second": round(soon(store)),
                "first record after the server is back, s": round(recovers(store, server), 2),
            }
        harness.keep("nodes", figures)
    finally:
        server.remove()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
