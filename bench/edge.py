"""From a decision to the dropped packet, with 50,000 bans loaded; beside the program ``nft``.

    python bench/edge.py [--rounds 200]

Kept in bench/results/edge.json. Target: 200 ms at the 99th percentile. It runs as an ordinary user in network namespaces of its
own: a store, the real ``yanmen edge run`` and a listener on one side of a cable, a client on the other. In each round a fresh
address connects and sends a byte every millisecond; it is banned; the first byte that does not arrive tells when it was dropped.
The time begins before the decision is written, so it has the disk's time in it, too.

``nft`` is measured on the same tables: on ours, and on one whose 50,000 bans are an interval set, as block lists are mostly kept.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from rig import harness

from yanmen.core.clock import SECOND, now
from yanmen.core.config import Config
from yanmen.core.ids import new_id
from yanmen.core.nouns import Decision, Event, Ref, Verdict
from yanmen.edge.netlink import CREATE, Message, Netlink, attribute, nested, text, u32, u64
from yanmen.edge.program import Network
from yanmen.edge.site import site_of
from yanmen.edge.wall import Wall
from yanmen.store import Store

BANS, NETWORKS = 48_000, 2_000
"""Loaded before anything is measured: addresses, and networks of length 24."""
PORT = 8080
_INSIDE = "YANMEN_BENCH_INSIDE"
FLOWING = 20
"""Bytes that have arrived before an address is banned."""
TICK = 0.001
"""Seconds between two bytes of a client: the resolution."""


def decision(ip: str) -> Event:
    """A ban of an hour."""
    made = Decision(
        id=new_id("dec"), at=now(), subject=Ref(kind="ip", id=ip), verdict=Verdict.BLOCK, lasts=3_600
    )
    return Event(
        id=new_id("evt"), at=made.at, kind="decision.made", data={"decision": msgspec.to_builtins(made)}
    )


def loaded() -> list[str]:
    """What is banned from the beginning."""
    addresses = [f"11.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(0, 3 * BANS, 3)]
    return addresses + [f"20.{number >> 8}.{number & 255}.0/24" for number in range(0, 3 * NETWORKS, 3)]


def client() -> None:
    """In the other namespace: for each address on standard input a connection that sends until it is told to stop."""
    for line in sys.stdin:
        source = line.strip()
        one = socket.create_connection(("10.9.0.1", PORT), 10, (source, 0))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setblocking(False)
        stop = threading.Event()
        sent: list[float] = []

        def tell(stop: threading.Event = stop) -> None:
            sys.stdin.readline()
            stop.set()

        waiting = threading.Thread(target=tell)
        waiting.start()
        print("sending", flush=True)
        while not stop.wait(TICK):
            with suppress(BlockingIOError):
                at = time.monotonic()
                one.send(b".")
                sent.append(at)
        waiting.join()
        print(json.dumps(sent), flush=True)
        one.close()


class Far:
    """The client's side."""

    def __init__(self) -> None:
        """A namespace of its own at the other end of a cable."""
        command = ["unshare", "--net", sys.executable, __file__, "--client"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        pid, enter = str(self._process.pid), ["nsenter", f"--target={self._process.pid}", "--net"]
        while Path(f"/proc/{pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
            time.sleep(0.01)
        for line in (
            "ip link set lo up",
            f"ip link add wall0 type veth peer name out0 netns {pid}",
            "ip address add 10.9.0.1/16 dev wall0",
            "ip link set wall0 up",
        ):
            subprocess.run(line.split(), check=True)
        for line in (
            "ip link set lo up",
            "ip address add 10.9.0.2/16 dev out0",
            "ip link set out0 up",
            "ip route add local 10.9.128.0/17 dev lo",
        ):
            subprocess.run([*enter, *line.split()], check=True)

    def say(self, line: str) -> None:
        """A line to the client."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """A line from it."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        """It ends."""
        self._process.kill()
        self._process.wait()


def arrived(listener: socket.socket, counts: list[int]) -> None:
    """Count the bytes of each connection, one after the other."""
    with suppress(OSError):
        while True:
            one, _ = listener.accept()
            place = len(counts)
            counts.append(0)

            def drain(one: socket.socket = one, place: int = place) -> None:
                with suppress(OSError):
                    while data := one.recv(1 << 12):
                        counts[place] += len(data)

            threading.Thread(target=drain, daemon=True).start()


def latencies(store: Store, far: Far, counts: list[int], rounds: int) -> list[float]:
    """Milliseconds from before the decision is written to the first byte that is dropped."""
    found = []
    for number in range(rounds):
        source = f"10.9.{128 + number // 250}.{number % 250 + 1}"
        far.say(source)
        far.hear()
        while len(counts) <= number or counts[-1] < FLOWING:
            time.sleep(0.005)
        decided = time.monotonic()
        store.append(decision(source))
        still(counts)
        far.say("stop")
        sent = json.loads(far.hear())
        lost = sent[counts[-1]] if counts[-1] < len(sent) else None
        if lost is None:
            raise SystemExit(f"{source} was not dropped")
        found.append(1_000 * max(0.0, lost - decided))
    return found


def still(counts: list[int]) -> None:
    """Wait until no byte has come for a while."""
    before = -1
    while counts[-1] != before:
        before = counts[-1]
        time.sleep(0.6)


def nft(*words: str, given: str | None = None) -> float:
    """Milliseconds that the program takes."""
    began = time.perf_counter()
    subprocess.run(["nft", *words], check=True, input=given, text=True, stderr=subprocess.DEVNULL)
    return 1_000 * (time.perf_counter() - began)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that it takes."""
    began = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - began)


def spread(name: str, several: list[float]) -> dict[str, float]:
    """Median, 99th percentile and the worst, in milliseconds."""
    ordered = sorted(several)
    return {
        f"{name}_ms_median": round(statistics.median(ordered), 3),
        f"{name}_ms_p99": round(ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))], 3),
        f"{name}_ms_max": round(ordered[-1], 3),
    }


def interval_set() -> None:
    """A table ``other`` whose set of intervals holds all that is loaded; nft cannot load so much at once as an ordinary user."""
    nft("-f", "-", given="table inet other { set bans { type ipv4_addr; flags interval, timeout; }; }")
    head, raw = text(1, "other") + text(2, "bans"), []
    for one in sorted(map(ipaddress.IPv4Network, loaded())):
        raw.append(nested(1, nested(1, attribute(1, one.network_address.packed)), u64(4, 3_600_000)))
        behind = (one.broadcast_address + 1).packed
        raw.append(nested(1, nested(1, attribute(1, behind)), u32(3, 1)))
    with Netlink() as netlink:
        new = [nested(3, *raw[place : place + 1_000]) for place in range(0, len(raw), 1_000)]
        netlink.commit([Message(12, CREATE, head + several) for several in new])


def beside_nft(config: Config) -> dict[str, Any]:
    """One more ban, by netlink and by nft: on our table, and on one with an interval set."""
    figures: dict[str, Any] = {}
    with Netlink() as netlink:
        wall, end = Wall(netlink, site_of(config)), now() + 3_600 * SECOND
        many = {Network(32, 32, 0x0B000000 + 3 * number): end for number in range(BANS + NETWORKS)}
        figures["netlink_load_50000_ms"] = round(timed(lambda: wall.lay(many)), 1)
        once = [timed(partial(wall.change, {Network(32, 32, 0x0C000000 + one): end})) for one in range(1_000)]
        figures |= spread("netlink_one_more", once)
        if shutil.which("nft") is None:
            return figures
        figures["nft_version"] = subprocess.run(
            ["nft", "-v"], capture_output=True, text=True, check=True
        ).stdout.strip()
        add = "add element inet {} {} {{ 13.0.0.{} timeout 1h }}"
        ours = [nft("-f", "-", given=add.format("yanmen", "ban4", one)) for one in range(20)]
        figures |= spread("nft_one_more_on_our_table", ours)
        wall.remove()
    interval_set()
    figures |= spread(
        "nft_one_more_interval", [nft("-f", "-", given=add.format("other", "bans", one)) for one in range(5)]
    )
    subprocess.run(["nft", "delete", "table", "inet", "other"], check=True)
    return figures


def main() -> None:
    """Measure and keep."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--rounds", type=int, default=200)
    ask.add_argument("--client", action="store_true")
    asked = ask.parse_args()
    if asked.client:
        client()
        return
    if _INSIDE not in os.environ:
        os.environ[_INSIDE] = "yes"
        os.execvp(  # noqa: S606  # this very script
            "unshare",
            ["unshare", "--user", "--map-root-user", "--net", sys.executable, *sys.argv],
        )
    figures: dict[str, Any] = {
        "bans_loaded": BANS + NETWORKS,
        "of_them_networks": NETWORKS,
        "rounds": asked.rounds,
    }
    figures |= {"load_average_before": round(os.getloadavg()[0], 1), "niceness": os.nice(0)}
    far = Far()
    listener = socket.create_server(("10.9.0.1", PORT), backlog=64)
    counts: list[int] = []
    threading.Thread(target=arrived, args=(listener, counts), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = msgspec.convert({"data": f"{folder}/data", "edge": {"ports": [PORT]}}, Config)
        file = Path(folder) / "yanmen.toml"
        file.write_text(f'data = "{config.data}"\n[edge]\nports = [{PORT}]\n')
        with Store.open(Path(config.data)) as store:
            bans = loaded()
            for place in range(0, len(bans), 500):
                store.append(*map(decision, bans[place : place + 500])).result(60)
            began = time.perf_counter()
            run = [
                sys.executable,
                "-c",
                "from yanmen.cli import main; main()",
                "edge",
                "run",
                "--json",
                "--config",
                str(file),
            ]
            with harness.process(*run) as (running, _):
                figures["start_to_wall_ms"] = round(1_000 * (time.perf_counter() - began), 1)
                idle = harness.cpu_seconds(running.pid)
                time.sleep(10)
                idle = (harness.cpu_seconds(running.pid) - idle) / 10
                figures["idle_cpu_percent"] = round(100 * idle, 2)
                began, spent = time.monotonic(), harness.cpu_seconds(running.pid)
                figures |= spread("decision_to_drop", latencies(store, far, counts, asked.rounds))
                figures["keeper_rss_mb"] = round(harness.rss_mb(running.pid), 1)
                spent = harness.cpu_seconds(running.pid) - spent - idle * (time.monotonic() - began)
                figures["keeper_cpu_ms_per_ban"] = round(1_000 * spent / asked.rounds, 2)
        figures |= beside_nft(config)
    far.close()
    harness.keep("edge", figures)
    for name, value in figures.items():
        print(f"{name:<34}{value!s:>14}")


if __name__ == "__main__":
    main()
