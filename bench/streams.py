"""Many streams open at once: how much later each event arrives for having been judged, and what an event costs.

``python bench/streams.py [--streams 5000] [--seconds 30]`` keeps its figures in bench/results/streams.json. *held*: so many streams
at an event a second each. *busy*: a hundred streams at 100 events a second each; of it only the cost is of interest. The way of an
event is measured by its own stamp, through the gateway and straight from the stub, one after the other; CPU is the gateway
process's own, all its threads'. Stub, gateway and client share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import uvloop
from rig.gate import serve
from rig.harness import chat, cpu_seconds, keep, process, rss_mb

from yanmen.core import config

STUB = Path(__file__).parent / "rig" / "stamped.py"
ROOM = 20_000
"""Connections that the gateway may have."""
_STAMP = re.compile(rb'"created": (\d+)')
_RAMP = 500
"""Streams that are begun in a second."""


class Listener(asyncio.Protocol):
    """One stream: notes how long each event was on its way, in microseconds."""

    def __init__(self, request: bytes, late: list[int]) -> None:
        """``late`` is shared by all."""
        self._request = request
        self._late = late

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note."""
        at = time.monotonic_ns() // 1_000
        self._late += [at - int(found[1]) for found in _STAMP.finditer(data)]


def settings(upstream: str) -> config.Gateway:
    """A gateway with room for all streams."""
    return config.Gateway(
        port=0,
        upstream=config.Upstream(url=upstream, key="x", connections=ROOM),
        bounds=config.Bounds(connections=ROOM, concurrent_calls=ROOM),
    )


async def _listen(port: int, request: bytes, streams: int, seconds: float, pid: int) -> dict[str, float]:
    """Open the streams, wait until all run, and note for so long."""
    loop, late = asyncio.get_running_loop(), list[int]()
    opened = []
    for number in range(streams):
        transport, _ = await loop.create_connection(lambda: Listener(request, late), "127.0.0.1", port)
        opened.append(transport)
        if number % (_RAMP // 10) == 0:
            await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    late.clear()
    before, began = cpu_seconds(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    taken, spent = time.perf_counter() - began, cpu_seconds(pid) - before
    found, memory = sorted(late), rss_mb(pid)
    for transport in opened:
        transport.abort()
    await asyncio.sleep(0.5)
    if len(found) < streams:
        raise RuntimeError(f"{len(found)} events of {streams} streams")
    return {
        "events_per_second": round(len(found) / taken),
        "p50_ms": round(found[len(found) // 2] / 1e3, 3),
        "p99_ms": round(found[len(found) * 99 // 100] / 1e3, 3),
        "cpu_share": round(spent / taken, 3),
        "cpu_us_per_event": round(spent / len(found) * 1e6, 1),
        "rss_mb": round(memory, 1),
    }


def row(name: str, streams: int, every: float, seconds: float) -> dict[str, object]:
    """One way of streaming, through the gateway and straight from the stub."""
    events = str(int((seconds + 60) / every) + 10 * streams // _RAMP)
    stub_command = (sys.executable, str(STUB), "--every", str(every), "--events", events)
    with tempfile.TemporaryDirectory() as folder, process(*stub_command) as (stub, where):
        upstream = f"http://127.0.0.1:{where['port']}/v1"
        straight_request = chat(where["port"], "x", stream=True)
        with process(sys.executable, __file__, "--part", upstream, folder) as (gateway, ready):
            request = chat(ready["port"], ready["key"], stream=True)
            through = uvloop.run(_listen(ready["port"], request, streams, seconds, gateway.pid))
        straight = uvloop.run(_listen(where["port"], straight_request, streams, seconds, stub.pid))
    return {
        "row": name,
        "streams": streams,
        "every_seconds": every,
        **through,
        "straight_p50_ms": straight["p50_ms"],
        "straight_p99_ms": straight["p99_ms"],
        "added_p99_ms": round(through["p99_ms"] - straight["p99_ms"], 3),
        "events_per_second_per_core": round(1e6 / through["cpu_us_per_event"]),
    }


def main() -> None:
    """Run it all."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--streams", type=int, default=5_000)
    given.add_argument("--seconds", type=float, default=30)
    given.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.part:
        upstream, folder = options.part
        serve(settings(upstream), folder)
        return
    rows = [row("held", options.streams, 1.0, options.seconds), row("busy", 100, 0.01, options.seconds / 3)]
    aims = {"added_p99_ms": 10, "events_per_second_per_core": 15_000}
    keep("streams", {"aims": aims, "rows": rows})


if __name__ == "__main__":
    main()
