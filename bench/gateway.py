"""What one call costs the gateway: the real server process, store, policy and guard, before a stub in a process of its own.

``python bench/gateway.py [--seconds 5]`` prints a table and keeps it in bench/results/gateway.json. CPU is the gateway
process's own (user and system, from /proc), so it hardly depends on what else the machine does; latency does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from yanmen.core import config
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.process import run
from yanmen.store import Key, Store

TICK = os.sysconf("SC_CLK_TCK")
RESULTS = Path(__file__).parent / "results" / "gateway.json"
PROSE = "The gate stands on the pass, and whoever goes through is looked at once, and written down. "


def transcript(*, stream: bool) -> bytes:
    """A whole HTTP answer: 33 events of 170 bytes in all but the end mark, or one completion."""
    head = {
        "id": "chatcmpl-9aXbQ2",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "stub",
    }
    if not stream:
        message = {"role": "assistant", "content": PROSE * 4}
        body = msgspec.json.encode(
            {
                **head,
                "object": "chat.completion",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            }
        )
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            len(body),
            body,
        )

    def event(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + msgspec.json.encode({**head, "choices": [choice]}) + b"\n\n"

    events = [event({"role": "assistant", "content": ""})]
    events += [event({"content": PROSE[at * 5 % 80 : at * 5 % 80 + 5]}) for at in range(30)]
    body = b"".join([*events, event({}, "stop"), b"data: [DONE]\n\n"])
    head_bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head_bytes + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


class Stub(asyncio.Protocol):
    """Answers each request with the transcript it asks for."""

    answers: tuple[bytes, bytes] = (b"", b"")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport: Any = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """One request at a time, whole."""
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(body) >= length:
            self._buffer = b""
            self._transport.write(self.answers[b'"stream":true' in body])


async def serve_stub() -> None:
    """The stub's process."""
    Stub.answers = (transcript(stream=False), transcript(stream=True))
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def serve_gateway(upstream: str, folder: str) -> None:
    """The gateway's process, as ``yanmen up`` runs it."""
    text = new_key()
    with Store.open(Path(folder)) as store:
        key = Key(id=new_id("key"), hash=key_hash(text), name="bench", created=now())
        store.append(
            Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        ).result()
        settings = config.Gateway(port=0, upstream=config.Upstream(url=upstream, key="x"))
        run(config.Config(data=folder, gateway=settings), store, lambda port: print(port, text, flush=True))


async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    """One call; bytes of its body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError((head + await reader.read(2000)).decode("latin-1"))
    lowered = head.lower()
    if b"chunked" not in lowered:
        return len(
            await reader.readexactly(int(lowered.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        )
    size = 0
    while length := int(await reader.readline(), 16):
        size += len(await reader.readexactly(length + 2)) - 2
    await reader.readexactly(2)
    return size


async def load(port: int, request: bytes, clients: int, seconds: float) -> list[float]:
    """Latencies in seconds of calls made by so many clients, each on its connection."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < end:
            await one(reader, writer, request)
            took.append(time.perf_counter() - begun)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def request_of(path: str, key: str, *, stream: bool) -> bytes:
    """A call with a prompt of two kilobytes."""
    messages = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": (PROSE * 30)[:1_900]},
    ]
    body = msgspec.json.encode({"model": "stub", "messages": messages, "stream": stream})
    lines = f"POST {path} HTTP/1.1\r\nhost: b\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    return f"{lines}content-length: {len(body)}\r\n\r\n".encode() + body


def cpu(pid: int) -> float:
    """Seconds of CPU a process has used, its threads' included."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss(pid: int) -> float:
    """Megabytes a process has in memory."""
    line = next(
        x for x in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines() if x.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def start(*words: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Start a part of this file in a process of its own; the first line it says."""
    process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()


async def measure(stub: int, gateway: int, key: str, pid: int, seconds: float) -> list[dict[str, Any]]:
    """Every row of the table."""
    rows = []
    for stream in (False, True):
        for clients in (1, 16):
            request = request_of("/v1/chat/completions", key, stream=stream)
            await load(gateway, request, clients, 0.5)
            direct = await load(stub, request, clients, seconds / 2)
            before = cpu(pid)
            took = await load(gateway, request, clients, seconds)
            rows.append(
                {
                    "answer": "stream" if stream else "plain",
                    "clients": clients,
                    "cpu_us": round((cpu(pid) - before) / len(took) * 1e6, 1),
                    "added_p50_ms": round((statistics.median(took) - statistics.median(direct)) * 1e3, 3),
                    "calls_per_second": round(len(took) / seconds),
                }
            )
    return rows


def main() -> None:
    """Run it all."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seconds", type=float, default=5)
    given.add_argument("--part", nargs="*", default=[])
    options = given.parse_args()
    if options.part and options.part[0] == "stub":
        uvloop.run(serve_stub())
        return
    if options.part:
        serve_gateway(*options.part[1:])
        return
    with tempfile.TemporaryDirectory() as folder:
        stub, (stub_port,) = start("--part", "stub")
        gateway, (port, key) = start("--part", "gateway", f"http://127.0.0.1:{stub_port}/v1", folder)
        try:
            idle = rss(gateway.pid)
            rows = uvloop.run(measure(int(stub_port), int(port), key, gateway.pid, options.seconds))
            result = {
                "at": now(),
                "python": platform.python_version(),
                "cores": os.cpu_count(),
                "rss_idle_mb": round(idle, 1),
                "rss_after_mb": round(rss(gateway.pid), 1),
                "rows": rows,
            }
        finally:
            for process in (gateway, stub):
                process.send_signal(signal.SIGTERM)
                process.wait(30)
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(f"idle {result['rss_idle_mb']} MB, after {result['rss_after_mb']} MB")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
