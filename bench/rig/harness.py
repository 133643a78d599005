"""What the benchmarks share: processes under test, a load of calls, CPU time, memory, and kept results."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

RESULTS = Path(__file__).parents[1] / "results"
_TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def process(
    *command: str, env: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A process that prints one JSON line when it is ready; ended with the block."""
    started = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(env or {})},
    )
    try:
        assert started.stdout is not None
        yield started, json.loads(started.stdout.readline())
    finally:
        started.terminate()
        started.wait(30)


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        pids += [one for child in (task / "children").read_text().split() for one in family(int(child))]
    return pids


def cpu_seconds(pid: int) -> float:
    """User and system time of one process so far, all its threads, in seconds (resolution: schedstat's nanoseconds)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def rss_mb(pid: int) -> float:
    """Resident memory of one process in MB (10⁶ bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def call(host: str, port: int, request: bytes, times: int, seen: list[tuple[float, float]]) -> None:
    """Send one request over and over on one kept-alive connection; note (time to first byte, whole time) in seconds."""
    reader, writer = await asyncio.open_connection(host, port)
    for _ in range(times):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        first = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head!r} {await reader.read(500)!r}")
        await _body(reader, head.lower())
        seen.append((first, time.perf_counter() - began))
    writer.close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" not in head:
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def load(port: int, request: bytes, calls: int, concurrency: int) -> list[tuple[float, float]]:
    """Make the calls, spread over so many connections."""
    seen: list[tuple[float, float]] = []

    async def everyone() -> None:
        each = calls // concurrency
        await asyncio.gather(*(call("127.0.0.1", port, request, each, seen) for _ in range(concurrency)))

    uvloop.run(everyone())
    return seen


def chat(port: int, key: str, *, stream: bool, model: str = "stub") -> bytes:
    """The bytes of one chat completion call: a system message and a short conversation, 1.2 kB."""
    messages = [
        {"role": "system", "content": "You are a helpful assistant of a travel office. Answer briefly. " * 4},
        {
            "role": "user",
            "content": "Which passes of the Great Wall can be visited in two days from Taiyuan? " * 4,
        },
        {
            "role": "assistant",
            "content": "Yanmen Pass and Guangwu are both near; a car is needed for the second. " * 4,
        },
        {"role": "user", "content": "Tell me something about the history of the first one, please."},
    ]
    body = json.dumps({"model": model, "messages": messages, "stream": stream}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\naccept: */*\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def median(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def keep(name: str, figures: dict[str, Any]) -> None:
    """Write the figures beside the command and the machine that made them, and print them."""
    RESULTS.mkdir(exist_ok=True)
    command = " ".join(["python", os.path.relpath(sys.argv[0]), *sys.argv[1:]])
    machine = f"{os.cpu_count()} shared cores, {platform.machine()}, Python {platform.python_version()}"
    kept = {"command": command, "at": time.strftime("%Y-%m-%d"), "machine": machine, **figures}
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    sys.stdout.write(text + "\n")
