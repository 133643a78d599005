"""What one tenant's flood does to the others: the real gateway before an upstream that takes so many calls at once.

``python bench/overload.py [--seconds 50]`` keeps its figures in bench/results/overload.json. 99 good clients of nine tenants make
a streamed call (33 events, 30 ms apart: a second), think for 18 seconds on average, and call again: about six tenths of what the
upstream takes, which is eight calls at once. *quiet*: they alone. *flood*: one more client, of a tenant of its own, calls on 64
connections without a pause and comes again at once when it is turned away. *low*: the same with a key of low priority.
*shared*: the same with the key of a good tenant, whose eleven clients then share its turns with the flood: what fairness between
tenants cannot help. Latency is the clients' own, from the first byte sent to the last received. *success* is of good calls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvloop
from rig.harness import chat, cpu_seconds, keep, process

from yanmen.core import config
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.process import run
from yanmen.store import Key, Store

STUB = Path(__file__).parent / "rig" / "stub.py"
TENANTS, CLIENTS, THINK, CALLS, FLOOD, PACE = 9, 99, 18.0, 8, 64, 0.03
BUDGET = {"success": 0.999, "p99_over_quiet": 2.0}


class Seen(NamedTuple):
    """One call: its status (0: none) and seconds."""

    status: int
    seconds: float


def serve_gateway(upstream: str, folder: str) -> None:
    """The gateway's process; says its keys by tenant."""
    keys = {f"good{number}": new_key() for number in range(TENANTS)} | {"flood": new_key(), "low": new_key()}

    def ready(port: int) -> None:
        sys.stdout.write(json.dumps({"port": port, "keys": keys}) + "\n")
        sys.stdout.flush()

    with Store.open(Path(folder)) as store:
        for tenant, text in keys.items():
            rank: Any = "low" if tenant == "low" else "normal"
            key = Key(
                id=new_id("key"),
                hash=key_hash(text),
                name=tenant,
                tenant=tenant,
                created=now(),
                priority=rank,
            )
            data = {"key": msgspec.to_builtins(key)}
            store.append(Event(id=new_id("evt"), at=now(), kind="key.created", data=data)).result()
        ups = {"model": config.Upstream(url=upstream, key="x", calls=CALLS)}
        guard = config.Guard(learned=False)  # by patterns: queueing is measured here, the guard elsewhere
        run(
            config.Config(data=folder, gateway=config.Gateway(port=0, upstreams=ups), guard=guard),
            store,
            ready,
        )


async def once(streams: list[Any], port: int, request: bytes) -> Seen:
    """One call on a connection that is kept while the gateway keeps it."""
    began = time.perf_counter()
    try:
        if not streams:
            streams += await asyncio.open_connection("127.0.0.1", port)
        reader, writer = streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        status = int(head[9:12])
    except (OSError, asyncio.IncompleteReadError, ValueError):
        status = 0
        if streams:
            streams[1].close()
            streams.clear()
    return Seen(status, time.perf_counter() - began)


async def client(
    port: int, request: bytes, until: float, think: random.Random | None, seen: list[Seen]
) -> None:
    """Call until the time is up; ``think``: pause between calls."""
    streams: list[Any] = []
    if think is not None:
        await asyncio.sleep(think.expovariate(1 / THINK))
    while time.perf_counter() < until:
        seen.append(await once(streams, port, request))
        if think is not None:
            await asyncio.sleep(min(think.expovariate(1 / THINK), max(until - time.perf_counter(), 0)))
    if streams:
        streams[1].close()


async def scene(
    port: int, keys: dict[str, str], seconds: float, hostile: str
) -> tuple[list[Seen], list[Seen]]:
    """Good clients, and where ``hostile`` names a key one client that floods."""
    good: list[Seen] = []
    bad: list[Seen] = []
    until = time.perf_counter() + seconds
    requests = [chat(port, keys[f"good{number % TENANTS}"], stream=True) for number in range(CLIENTS)]
    everyone = [
        client(port, request, until, random.Random(number), good) for number, request in enumerate(requests)
    ]
    if hostile:
        request = chat(port, keys[hostile], stream=True)
        everyone += [client(port, request, until, None, bad) for _ in range(FLOOD)]
    await asyncio.gather(*everyone)
    return good, bad


def _row(name: str, good: list[Seen], bad: list[Seen], cpu: float, seconds: float) -> dict[str, Any]:
    times = sorted(one.seconds for one in good if one.status == 200)  # OK

    def at(share: float) -> float:
        return round(1e3 * times[min(len(times) - 1, int(share * len(times)))], 1)

    return {
        "scene": name,
        "good_calls": len(good),
        "success": round(len(times) / len(good), 5),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "hostile_calls": len(bad),
        "hostile_served": sum(one.status == 200 for one in bad),  # OK
        "gateway_cpu": round(cpu / seconds, 3),
    }


def main() -> None:
    """Run it all."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seconds", type=float, default=50)
    given.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.part:
        serve_gateway(*options.part)
        return
    rows = []
    command = [sys.executable, str(STUB), "--pace", str(PACE)]
    with tempfile.TemporaryDirectory() as folder, process(*command) as (_, stub), suppress(KeyboardInterrupt):
        upstream = f"http://127.0.0.1:{stub['port']}/v1"
        with process(sys.executable, __file__, "--part", upstream, folder) as (started, ready):
            port, keys = ready["port"], ready["keys"]
            uvloop.run(scene(port, keys, 3, ""))
            for name, hostile in (("quiet", ""), ("flood", "flood"), ("low", "low"), ("shared", "good0")):
                before = cpu_seconds(started.pid)
                good, bad = uvloop.run(scene(port, keys, options.seconds, hostile))
                spent = cpu_seconds(started.pid) - before
                rows.append(_row(name, good, bad, spent, options.seconds))
    quiet = rows[0]["p99_ms"]
    for row in rows:
        row["p99_over_quiet"] = round(row["p99_ms"] / quiet, 2)
    keep("overload", {"seconds": options.seconds, "upstream_calls": CALLS, "budget": BUDGET, "rows": rows})


if __name__ == "__main__":
    main()
