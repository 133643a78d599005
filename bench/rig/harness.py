"""What the benchmarks share: processes under test, a load of calls, CPU time, memory, and kept results."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
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


async def call(host: str, port: int, requests: Iterable[bytes], seen: list[tuple[float, float]]) -> None:
    """Send requests one by one on one kept-alive connection; note (time to first byte, whole time) in seconds."""
    reader, writer = await asyncio.open_connection(host, port)
    for request in requests:
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


def load(
    port: int, requests: bytes | Iterator[bytes], calls: int, concurrency: int
) -> list[tuple[float, float]]:
    """Make the calls, spread over so many connections: the same one over and over, or the next ones of many."""
    seen: list[tuple[float, float]] = []
    each = calls // concurrency
    if isinstance(requests, bytes):
        shares = [[requests] * each] * concurrency
    else:
        shares = [[*itertools.islice(requests, each)] for _ in range(concurrency)]

    async def everyone() -> None:
        await asyncio.gather(*(call("127.0.0.1", port, share, seen) for share in shares))

    uvloop.run(everyone())
    return seen


_PLACES = "Taiyuan Datong Yanmen Guangwu Pianguan Ningwu Pingxing Juyong Badaling Shanhai Jiayu Mutianyu Jinshanling".split()
_THINGS = "towers temples bridges markets museums gates villages noodles paintings gardens hotels roads trains buses".split()
_SAYINGS = (
    "Which {} near {} can be visited in {} days from {}?", "The {} of {} are about {} kilometres away from {}.",
    "Are there {} in {} for a group of {} people who come from {}?", "We saw the {} at {} with {} friends and went on to {}.",
    "Please compare the {} of {} for a budget of {} yuan with those of {}.", "Many {} of {} were rebuilt {} years ago, as in {}.",
)  # fmt: skip
_SYSTEM = "You are a helpful assistant of a travel office. Answer briefly. " * 4
_SEEDS = itertools.count()
_TURNS = (("user", 5), ("assistant", 5), ("user", 1))
"""Who speaks, and in how many sentences."""


def _said(chance: random.Random, sentences: int) -> str:
    """Some ordinary sentences."""
    pick = chance.choice
    return " ".join(
        pick(_SAYINGS).format(pick(_THINGS), pick(_PLACES), chance.randrange(2, 10_000), pick(_PLACES))
        for _ in range(sentences)
    )


def chat(
    port: int, key: str, *, stream: bool, model: str = "stub", chance: random.Random | None = None
) -> bytes:
    """The bytes of one chat completion call: a system message and a short conversation, 1.2 kB.

    ``chance``: what is said is another each time; else it is always the same.
    """
    chance = chance or random.Random(0)
    messages = [{"role": "system", "content": _SYSTEM}]
    messages += [{"role": role, "content": _said(chance, sentences)} for role, sentences in _TURNS]
    body = json.dumps({"model": model, "messages": messages, "stream": stream}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\naccept: */*\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def chats(port: int, key: str, *, stream: bool) -> Iterator[bytes]:
    """Calls of which no two say the same, but for the system message: nothing that was judged before comes again."""
    chance = random.Random(next(_SEEDS))
    while True:
        yield chat(port, key, stream=stream, chance=chance)


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
