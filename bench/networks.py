"""What it costs to know where an address is from.

    python bench/networks.py

Lists of the usual size, made by chance (seed 1): 400,000 ranges with country and autonomous system, a quarter of them IPv6, and
three plain lists of 20,000 networks. Budget: 2 µs a look-up in process, of an address not seen before. Processor time is measured:
other work of the machine does not count.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from rig import harness

from yanmen.core.config import Networks as Settings
from yanmen.intel.networks import Networks

RANGES, LISTED, ASKED = 400_000, 20_000, 50_000
CODES = ("CN", "DE", "US", "FR", "JP", "BR", "IN", "ZA")


def table(chance: random.Random) -> str:
    """A table with a header."""
    rows = ["network,country,asn,name"]
    for number in range(RANGES):
        network = (
            f"{IPv6Address(chance.getrandbits(64) << 64 | 0x2 << 124)}/{chance.choice((32, 40, 48))}"
            if number % 4 == 0
            else f"{IPv4Address(chance.getrandbits(32))}/{chance.choice((16, 20, 22, 24, 24, 24))}"
        )
        system = chance.randrange(1, 70_000)
        rows.append(f"{network},{chance.choice(CODES)},{system},system {system}")
    return "\n".join(rows)


def listed(chance: random.Random) -> str:
    """A plain list."""
    return "\n".join(
        f"{IPv4Address(chance.getrandbits(32))}/{chance.choice((24, 32))}" for _ in range(LISTED)
    )


def microseconds(look: Callable[[str], object], addresses: list[str]) -> float:
    """The mean of one look-up, each address once; the median of seven such rounds of fresh addresses."""
    rounds, share = [], len(addresses) // 7
    for start in range(0, 7 * share, share):
        part = addresses[start : start + share]
        began = time.process_time_ns()
        for address in part:
            look(address)
        rounds.append((time.process_time_ns() - began) / share / 1_000)
    return round(statistics.median(rounds), 3)


def main() -> None:
    """Measure, print and keep."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "table.csv").write_text(table(chance))
        lists = {one: str(folder / f"{one}.txt") for one in ("tor", "vpn", "hosting")}
        for file in lists.values():
            Path(file).write_text(listed(chance))
        began = time.process_time()
        known = Networks(Settings(files=(str(folder / "table.csv"),), lists=lists))
        built = time.process_time() - began
    v4 = [str(IPv4Address(chance.getrandbits(32))) for _ in range(ASKED)]
    v6 = [str(IPv6Address(chance.getrandbits(125) | 0x2 << 124)) for _ in range(ASKED)]
    once = v4[:5_000]
    for address in once:
        known.look(address)
    harness.keep(
        "networks",
        {
            "unit": "µs of processor time, mean of one look-up",
            "ranges": known.size,
            "seconds to read and merge (CSV)": round(built, 2),
            "IPv4 address not seen before": microseconds(known.look, v4[5_000:]),
            "IPv6 address not seen before": microseconds(known.look, v6),
            "address seen before": microseconds(known.look, v6[-5_000:]),
        },
    )


if __name__ == "__main__":
    main()
