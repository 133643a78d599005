"""What one call costs the gateway: the real server, store, policy and guard, between the rig's stub and the rig's load.

``python bench/gateway.py [--rounds 5] [--calls 2000]`` keeps its figures in bench/results/gateway.json; medians over rounds
in which the rows take turns. CPU is the gateway process's own, all its threads' (the writer of the record included). *stream*:
33 events that come in one read; *plain*: one JSON answer of the same words; *paced*: an event every two milliseconds, so that
each is a read, a judgement and a write of its own. No two conversations and no two answers are alike, only the system message
is, so that no memory of what was judged before makes the figure. *patterns*: with every guard but the learned models; *all*: with
these too, by one client, the encoder's own processes counted apart: it reads nearly all of these made-up prompts, each anew.
Added latency is the client's median less that of the stub called directly.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from rig.gate import serve
from rig.harness import chats, cpu_seconds, family, keep, load, median, process, rss_mb

from yanmen.core import config

STUB = Path(__file__).parent / "rig" / "stub.py"
PACE = 0.002
BUDGET = {"cpu_us": 300, "added_p50_ms": 1.0, "rss_idle_mb": 120}
"""What a call and the process may cost; the paced row is for information."""


class Door(NamedTuple):
    """A gateway before a stub."""

    pid: int
    port: int
    key: str
    stub: int
    """The stub's port."""


class Row(NamedTuple):
    """One kind of call, and how many clients make it."""

    answer: str
    clients: int
    door: Door
    calls: int
    guards: str = "patterns"

    @property
    def requests(self) -> Iterator[bytes]:
        """The bytes of one after the other."""
        return chats(self.door.port, self.door.key, stream=self.answer != "plain")

    def measure(self) -> tuple[float, float, float, float]:
        """CPU µs of a call, the encoder's, and its median latency in ms: through the gateway, and straight to the stub."""
        before = self._spent()
        through = load(self.door.port, self.requests, self.calls, self.clients)
        own, beside = (
            (now - then) / len(through) * 1e6 for now, then in zip(self._spent(), before, strict=True)
        )
        straight = load(self.door.stub, self.requests, max(self.clients, self.calls // 2), self.clients)
        return own, beside, _middle(through), _middle(straight)

    def _spent(self) -> tuple[float, float]:
        """CPU seconds of the gateway's process so far, and of those that it has started."""
        own, *others = [cpu_seconds(pid) for pid in family(self.door.pid)]
        return own, sum(others)


def _middle(seen: list[tuple[float, float]]) -> float:
    """The median of whole times, in ms."""
    return median([whole for _, whole in seen]) * 1e3


@contextmanager
def door(guards: str, *options: str) -> Iterator[Door]:
    """A stub with these options and a gateway before it. ``guards``: ``all``, or ``patterns``: without the learned models."""
    with tempfile.TemporaryDirectory() as folder, process(sys.executable, str(STUB), *options) as (_, stub):
        upstream = f"http://127.0.0.1:{stub['port']}/v1"
        with process(sys.executable, __file__, "--part", guards, upstream, folder) as (started, ready):
            yield Door(started.pid, ready["port"], ready["key"], stub["port"])


def main() -> None:
    """Run it all."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument(
        "--calls",
        type=int,
        default=2_000,
        help="calls of a row and round; paced rows make a tenth, those of all guards a twentieth",
    )
    given.add_argument("--guards", nargs="+", choices=("patterns", "all"), default=("patterns", "all"))
    given.add_argument("--part", nargs=3, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.part:
        guards, upstream, folder = options.part
        settings = config.Gateway(port=0, upstream=config.Upstream(url=upstream, key="x"))
        serve(settings, folder, config.Guard(learned=guards == "all"))
        return
    with ExitStack() as running:
        quick = running.enter_context(door("patterns", "--whole"))
        paced = running.enter_context(door("patterns", "--pace", str(PACE)))
        idle = rss_mb(quick.pid)
        rows = [Row(answer, n, quick, options.calls) for answer in ("plain", "stream") for n in (1, 16)]
        rows += [Row("paced", n, paced, max(2 * n, options.calls // 40 * min(n, 4))) for n in (1, 16)]
        if "all" in options.guards:
            whole = running.enter_context(door("all", "--whole"))
            rows += [Row(answer, 1, whole, options.calls // 20, "all") for answer in ("plain", "stream")]
        for row in rows:
            load(row.door.port, row.requests, max(row.clients, row.calls // 5), row.clients)
        rounds = [[row.measure() for row in rows] for _ in range(options.rounds)]
        after = rss_mb(quick.pid)
    table = []
    for row, seen in zip(rows, zip(*rounds, strict=True), strict=True):
        cpu, beside, through, straight = (median(list(figures)) for figures in zip(*seen, strict=True))
        figures = {
            "cpu_us": round(cpu, 1),
            "encoder_cpu_us": round(beside, 1),
            "p50_ms": round(through, 3),
            "added_p50_ms": round(through - straight, 3),
        }
        said = {"guards": row.guards, "answer": row.answer, "clients": row.clients, "calls": row.calls}
        table.append({**said, **figures})
    memory = {"rss_idle_mb": round(idle, 1), "rss_after_mb": round(after, 1)}
    keep(
        "gateway",
        {
            "rounds": options.rounds,
            "budget": BUDGET,
            **memory,
            "load_of_1_minute": round(os.getloadavg()[0], 1),
            "rows": table,
        },
    )


if __name__ == "__main__":
    main()
