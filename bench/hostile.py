"""Model files that lie: whether each ends in a verdict, and what that costs against hashing it.

    python bench/hostile.py [--rounds 3000] [--seed 1]

Of every format the files of ``tests/supply/models/hostile.py``, written to be wrong, and intact ones damaged by chance, one
process for each format. *over*: looks that took longer than twice the hashing and a second. *raised*: looks that ended in an
exception, or in a reader's mistake that the dispatcher caught.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rig.harness import keep

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.supply.models import hostile  # noqa: E402  # the house's own tests write the files

from yanmen.supply.models.examine import look  # noqa: E402
from yanmen.supply.targets import Artifact  # noqa: E402


def judged(name: str, data: bytes, counts: Counter[str]) -> float:
    """Seconds of a look beyond what it may take; below nothing where it took less."""
    began = time.perf_counter()
    hashlib.sha256(data).digest()
    hashing = time.perf_counter() - began
    began = time.perf_counter()
    try:
        examined = look(Artifact.held(name, data))
    except Exception:  # noqa: BLE001  # what must not happen is counted
        counts["raised"] += 1
        return 0.0
    seconds = time.perf_counter() - began
    counts[examined.proof] += 1
    counts["raised"] += any(each.reason == "detector-failed" for each in examined.unexamined)
    counts["over"] += seconds > 2 * hashing + 1
    return seconds


def format_(name: str, rounds: int, seed: int) -> dict[str, Any]:
    """All files of one format."""
    counts: Counter[str] = Counter({"raised": 0, "over": 0})
    written = [data for _, data in {**hostile.FORMATS, **hostile.BENT}.get(name, lambda: iter(()))()]
    longest = max((judged(name, data, counts) for data in written), default=0.0)
    intact, rnd = hostile.intact().get(name), random.Random(f"{name}{seed}")
    for _ in range(rounds if intact else 0):
        longest = max(longest, judged(name, hostile.damaged(intact or b"", rnd), counts))
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return {
        "files": len(written) + (rounds if intact else 0),
        **counts,
        "longest_seconds": round(longest, 3),
        "peak_rss_mb": round(int(peak[1]) / 1024, 1) if peak else None,
    }


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.format:
        print(json.dumps(format_(options.format, options.rounds, options.seed)))
        return
    figures: dict[str, Any] = {}
    for name in {**hostile.FORMATS, **hostile.BENT, **hostile.intact()}:
        command = [sys.executable, __file__, "--format", name, "--rounds", str(options.rounds)]
        done = subprocess.run([*command, "--seed", str(options.seed)], stdout=subprocess.PIPE, check=True)
        figures[name.partition(".")[2]] = json.loads(done.stdout)
    total: Counter[str] = Counter()
    for each in figures.values():
        total.update(
            {key: each.get(key, 0) for key in ("files", "raised", "over", "proven_safe", "unknown", "unsafe")}
        )
    keep("hostile", {"rounds": options.rounds, "seed": options.seed, "all": dict(total), "formats": figures})


if __name__ == "__main__":
    main()
