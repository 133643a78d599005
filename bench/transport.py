"""What the bare way through costs: our server and our client pool, with nothing examined in between.

Three processes on the loopback interface: a stub that answers as a model would (33 events, 5.6 kB), the gateway's transport
with a pass-through application, and the clients (this one). Run ``python bench/transport.py``; figures go to
``bench/results/transport.json``. CPU time is the gateway process's own (user and system), so that the stub and the clients do
not count. *whole*: the application passes on what it reads. *events*: it sends each event by itself. *paced*: the model
sends one event every 2 ms, so that each is a read and a write of its own. *alone*: 33 events from the
application itself, without a model. *plain*: one JSON answer of 600 bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, MutableMapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import uvloop

from yanmen.core.config import Bounds, Upstream
from yanmen.gateway.server import Server
from yanmen.gateway.upstreams.pool import Pool

EVENTS = 33
RESULTS = Path(__file__).parent / "results" / "transport.json"
TARGET_MICROSECONDS = 85
Message = MutableMapping[str, Any]


def _event(number: int) -> bytes:
    delta = {"content": f" word{number:02d}"}
    chunk = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1795244400,
        "model": "stub-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


STREAM = [*(_event(number) for number in range(EVENTS - 1)), b"data: [DONE]\n\n"]
PLAIN = json.dumps(
    {"id": "chatcmpl-0", "object": "chat.completion", "choices": [{"text": "x" * 500}]}
).encode()
BODY = json.dumps(
    {
        "model": "stub-model",
        "stream": True,
        "messages": [{"role": "user", "content": "What does a gate do? " * 20}],
    }
).encode()


class Stub(asyncio.Protocol):
    """A model: answers every request by its path. Requests come one at a time and whole in a read or two."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self.seen = b""

    def data_received(self, data: bytes) -> None:
        """Look for the end."""
        self.seen += data
        head, blank, body = self.seen.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(body) < length:
            return
        path, self.seen = head.split(b" ", 2)[1], b""
        if path.endswith(b"plain"):
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (len(PLAIN), PLAIN)
            )
            return
        self.transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        frames = [b"%x\r\n%b\r\n" % (len(event), event) for event in STREAM]
        if path.endswith(b"paced"):
            self.pace(frames)
        else:
            self.transport.write(b"".join(frames) + b"0\r\n\r\n")

    def pace(self, frames: list[bytes]) -> None:
        """Send one event, and the others later."""
        if self.transport.is_closing():
            return
        if not frames:
            self.transport.write(b"0\r\n\r\n")
            return
        self.transport.write(frames[0])
        asyncio.get_running_loop().call_later(0.002, self.pace, frames[1:])


def run_stub(told: Connection) -> None:
    """The stub's process."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    uvloop.run(main())


def run_gateway(told: Connection, upstream: int) -> None:
    """The gateway's process: pass-through, and ``/usage``, which answers its CPU seconds so far."""

    async def main() -> None:
        settings, bounds = Upstream(url=f"http://127.0.0.1:{upstream}/v1", key="sk-bench"), Bounds()
        async with Pool(settings, bounds) as pool:
            server = Server(lambda scope, receive, send: passing(pool, scope, receive, send), bounds=bounds)
            told.send(await server.start())
            await server.finished()

    uvloop.run(main())


async def passing(
    pool: Pool,
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Send the call on and its answer back."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/usage":
        used = resource.getrusage(resource.RUSAGE_SELF)
        text = json.dumps({"cpu": used.ru_utime + used.ru_stime, "rss_mb": used.ru_maxrss / 1024}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text})
        return
    if scope["path"] == "/alone":
        await alone(receive, send)
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    answer = await pool.send("POST", scope["path"], scope["headers"], body)
    scope["extensions"]["yanmen.closed"].add_done_callback(lambda _: answer.close())
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        async for piece in answer:
            if scope["path"] == "/events":
                for event in piece.split(b"\n\n")[:-1]:
                    await send({"type": "http.response.body", "body": event + b"\n\n", "more_body": True})
            else:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        answer.close()


async def alone(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer without asking a model: what the server's side costs by itself."""
    await receive()
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for event in STREAM:
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class Client(asyncio.Protocol):
    """Sends one request after another and takes the time of each to its last byte."""

    def __init__(self, path: str, budget: list[int], end: bytes) -> None:
        self.request = (
            b"POST /%b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: */*\r\n"
            b"authorization: Bearer ym_0123456789\r\nuser-agent: bench\r\ncontent-length: %d\r\n\r\n%b"
        ) % (path.encode(), len(BODY), BODY)
        self.budget, self.end = budget, end
        self.tail = b""
        self.times: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self.next()

    def next(self) -> None:
        """Send a request, if one is left to send."""
        if self.budget[0] <= 0:
            self.transport.close()
            return
        self.budget[0] -= 1
        self.tail, self.began = b"", time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Look for the end."""
        self.tail = (self.tail + data)[-len(self.end) :]
        if self.tail == self.end:
            self.times.append(time.perf_counter() - self.began)
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Done."""
        del exc
        if not self.done.done():
            self.done.set_result(None)


async def load(port: int, path: str, clients: int, calls: int) -> tuple[list[float], float]:
    """The seconds that each call took, and all of them together."""
    loop, budget, began = asyncio.get_running_loop(), [calls], time.perf_counter()
    end = b'"}]}' if path == "plain-direct" else b"0\r\n\r\n"
    path = path.removesuffix("-direct")
    pairs = [
        await loop.create_connection(lambda: Client(path, budget, end), "127.0.0.1", port)
        for _ in range(clients)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in pairs))
    times = [taken for _, protocol in pairs for taken in protocol.times]
    if len(times) != calls:
        raise RuntimeError(f"{calls - len(times)} of {calls} calls to {path} broke off")
    return times, time.perf_counter() - began


async def usage(port: int) -> dict[str, float]:
    """What the gateway's process has used so far."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /usage HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    raw = await reader.read()
    writer.close()
    return cast("dict[str, float]", json.loads(raw.partition(b"\r\n\r\n")[2]))


async def measure(gateway: int, stub: int, *, calls: int, rounds: int) -> list[dict[str, Any]]:
    """One row for each way and number of clients; the median of some rounds."""
    rows = []
    for path in ("whole", "events", "alone", "plain", "paced"):
        for clients in (1, 16):
            count = max(clients * 2, calls // 20) if path == "paced" else calls
            await load(gateway, path, clients, max(clients * 2, count // 5))
            cpu, rate, through, straight = [], [], [], []
            for _ in range(rounds):
                before = await usage(gateway)
                times, seconds = await load(gateway, path, clients, count)
                after = await usage(gateway)
                cpu.append((after["cpu"] - before["cpu"]) / count * 1e6)
                rate.append(count / seconds)
                through.append(statistics.median(times))
                direct, _ = await load(stub, path + "-direct", clients, count)
                straight.append(statistics.median(direct))
            rows.append(
                {
                    "path": path,
                    "clients": clients,
                    "calls": count * rounds,
                    "cpu_us": round(statistics.median(cpu), 1),
                    "calls_per_second": round(statistics.median(rate)),
                    "p50_ms": round(statistics.median(through) * 1e3, 3),
                    "added_p50_ms": round(
                        (statistics.median(through) - statistics.median(straight)) * 1e3, 3
                    ),
                }
            )
    return rows


def main() -> None:
    """Run all three processes, print the table and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4_000, help="calls of each kind and round")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    stub = context.Process(target=run_stub, args=(far,), daemon=True)
    stub.start()
    stub_port = near.recv()
    gateway = context.Process(target=run_gateway, args=(far, stub_port), daemon=True)
    gateway.start()
    port = near.recv()
    try:
        rows = uvloop.run(measure(port, stub_port, calls=asked.calls, rounds=asked.rounds))
        memory = uvloop.run(usage(port))["rss_mb"]
    finally:
        for process in (gateway, stub):
            process.terminate()
            process.join()
    print(f"{'path':8} {'clients':>7} {'CPU µs':>8} {'calls/s':>8} {'p50 ms':>8} {'added ms':>9}")
    for row in rows:
        print(
            f"{row['path']:8} {row['clients']:7} {row['cpu_us']:8} {row['calls_per_second']:8}"
            f" {row['p50_ms']:8} {row['added_p50_ms']:9}"
        )
    load_average = None
    with contextlib.suppress(OSError):
        load_average = round(os.getloadavg()[0], 1)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load_average": load_average}
    result = {"machine": machine, "target_us": TARGET_MICROSECONDS, "rss_mb": round(memory), "rows": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
