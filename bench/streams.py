"""Many streams open at once: how much later each event arrives for having been judged, and what an event costs.

``python bench/streams.py [--streams 5000] [--seconds 30]`` keeps its figures in bench/results/streams.json. *held*: so many streams
at an event a second each. *busy*: a hundred streams at 100 events a second each; of it only the cost is of interest. The way of an
event is measured by its own stamp, through the gateway and straight from the stub, one after the other; CPU is the gateway
process's own, all its threads'. Stub, gateway and client share the machine.

*sustained*: one gateway on a core of its own, the stub and the client on another, and more offered from row to row (``--loads``:
streams x events a second of each). An event's lateness counts from when it was due, not from when it was sent, so a load that
cannot be kept up with shows. ``kept_up``: every event of every stream arrived, and the last third was no later than the first.
Where ``ends_share``, the core of the stub and the client, is near one, it is they who are late.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

import uvloop
from rig.gate import serve
from rig.harness import RESULTS, chat, cpu_seconds, keep, process, rss_mb
from rig.steady import events_of, hear, say

from yanmen.core import config

STUB = Path(__file__).parent / "rig" / "stamped.py"
ROOM = 20_000
"""Connections that the gateway may have."""
_STAMP = re.compile(rb'"created": (\d+)')
_RAMP = 500
"""Streams that are begun in a second."""
LOADS = ("100x50", "150x50", "200x50", "300x50", "400x50", "600x50", "800x50", "1000x15")
"""Sustained loads: streams, and events a second of each; 50 is a fast model's pace, 15 about that of a reader."""
_STRAIGHT_SECONDS = 10
_GROWN_MS = 5
"""Milliseconds by which the last third's median may be above the first's."""


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
        with _part("serve", upstream, folder) as (gateway, ready):
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


def _late(parts: list[list[int]], share: float) -> list[float]:
    """The quantile of each part of the time, and of all of it, in milliseconds."""
    every = [*parts, sorted(by for part in parts for by in part)]
    return [round(part[min(int(len(part) * share), len(part) - 1)] / 1e3, 3) for part in every]


def sustained(load: str, seconds: float) -> dict[str, object]:
    """One load, offered to one gateway on one core: what of it arrived, and how late."""
    streams, pace = map(int, load.split("x"))
    every = 1 / pace
    due = streams * events_of(every, seconds)
    with (
        tempfile.TemporaryDirectory() as folder,
        _part("say", streams, every, seconds) as (stub, where),
        _part("gateway", f"http://127.0.0.1:{where['port']}/v1", folder) as (gateway, ready),
        _part("hear", ready["port"], ready["key"], streams, seconds, gateway.pid, stub.pid) as (_, through),
    ):
        pass
    with (
        _part("say", streams, every, _STRAIGHT_SECONDS) as (stub, where),
        _part("hear", where["port"], "x", streams, _STRAIGHT_SECONDS, stub.pid) as (_, straight),
    ):
        pass
    medians, high = _late(through["late"], 0.5), _late(through["late"], 0.99)
    gateway_share, stub_share, client_share = through["shares"]
    whole = through["events"] == due and through["ended"] == streams
    return {
        "row": "sustained",
        "streams": streams,
        "every_seconds": round(every, 4),
        "offered_per_second": streams * pace,
        "delivered_per_second": round(through["told"] / through["seconds"]),
        "missing": due - through["events"],
        "kept_up": whole and medians[2] < medians[0] + _GROWN_MS,
        "p50_ms": medians[-1],
        "p99_ms": high[-1],
        "p99_ms_by_thirds": high[:-1],
        "gateway_share": round(gateway_share, 3),
        "ends_share": round(stub_share + client_share, 3),
        "cpu_us_per_event": round(gateway_share * through["seconds"] / through["told"] * 1e6, 1),
        "straight_p50_ms": _late(straight["late"], 0.5)[-1],
        "straight_p99_ms": _late(straight["late"], 0.99)[-1],
    }


def _part(*words: object) -> AbstractContextManager[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A process of this file that does one part."""
    return process(sys.executable, __file__, "--part", *map(str, words))


def _do(part: str, *words: str) -> None:
    """One part of a scene, as a process of its own; of a sustained load on a core of its own."""
    cores = sorted(os.sched_getaffinity(0))
    if part == "serve":
        serve(settings(words[0]), words[1])
    elif part == "gateway":
        os.sched_setaffinity(0, cores[:1])
        serve(settings(words[0]), words[1])
    elif part == "say":
        os.sched_setaffinity(0, cores[-1:])
        say(int(words[0]), float(words[1]), float(words[2]))
    else:
        os.sched_setaffinity(0, cores[-1:])
        port, key, streams, seconds, *pids = words
        request = chat(int(port), key, stream=True)
        heard = hear(int(port), request, int(streams), float(seconds), [int(pid) for pid in pids])
        sys.stdout.write(json.dumps(heard) + "\n")


def main() -> None:
    """Run it all."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--streams", type=int, default=5_000)
    given.add_argument("--seconds", type=float, default=30)
    given.add_argument("--loads", nargs="+", default=LOADS)
    given.add_argument(
        "--only", choices=("held", "busy", "sustained"), help="the others' figures stay as they are"
    )
    given.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.part:
        _do(*options.part)
        return
    scenes: dict[str, Callable[[], list[dict[str, object]]]] = {
        "held": lambda: [row("held", options.streams, 1.0, options.seconds)],
        "busy": lambda: [row("busy", 100, 0.01, options.seconds / 3)],
        "sustained": lambda: [sustained(load, options.seconds) for load in options.loads],
    }
    kept = json.loads((RESULTS / "streams.json").read_text())["rows"] if options.only else []
    rows = [
        one
        for name, run in scenes.items()
        for one in (run() if options.only in {None, name} else [old for old in kept if old["row"] == name])
    ]
    aims = {"added_p99_ms": 10, "events_per_second_per_core": 15_000}
    keep("streams", {"aims": aims, "rows": rows})


if __name__ == "__main__":
    main()
