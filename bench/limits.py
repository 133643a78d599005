"""What a check of limits costs in the process: six typical limits reserved and settled, beside the limiters one would use instead.

Run it: ``python bench/limits.py``. The peers run where they are installed (``pip install limits throttled-py``); they check one
limit a call and settle nothing, so their figures are for one limit, and for six in a row.
"""

from __future__ import annotations

import importlib
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from yanmen.core.config.limits import Allowance, Limits, Price
from yanmen.gateway.limits.plans import Planner
from yanmen.store import Key
from yanmen.store.counters import Book, Granted, Plan

ROUNDS, CALLS, PEERS = 7, 5_000, 300
RESULTS = Path(__file__).parent / "results" / "limits.json"


def microseconds(work: Callable[[int], object], calls: int = CALLS) -> float:
    """The median over rounds of one call, in microseconds of this thread's own time: others' load does not count."""
    found = []
    for number in range(ROUNDS):
        begun = time.thread_time_ns()
        for call in range(calls):
            work(number * calls + call)
        found.append((time.thread_time_ns() - begun) / calls / 1_000)
    return round(statistics.median(found), 3)


def ours() -> dict[str, float]:
    """Requests and tokens a minute, calls at once and a budget of a key; tokens a minute and a budget of its tenant."""
    limits = Limits(
        key=Allowance(
            requests_per_minute=900_000_000,
            tokens_per_minute=1_000_000_000,
            concurrent=1_000,
            budgets=("1000000usd/month",),
        ),
        tenant=Allowance(tokens_per_minute=1_000_000_000, budgets=("1000000usd/month",)),
        prices={"m": Price(input=1, output=1)},
    )
    key = Key(id="key_1", hash="h", name="bench", created=1)
    planner, book = Planner(limits), Book()
    at = 1_795_276_800_000_000
    meters = planner.terms(key, "", "m", at).plan.meters
    if len(meters) != 6:  # what the figures are said to be of
        raise SystemExit(f"{len(meters)} limits")

    def check(number: int) -> None:
        terms = planner.terms(key, "", "m", at + number)
        name = f"call_{number}"
        if type(book.reserve(name, terms.plan, (1, 900, 9_000, 1), at + number)) is not Granted:
            raise SystemExit("refused")
        book.settle(name, (1, 120, 1_200, 0), at + number)

    def settle(number: int) -> None:
        book.settle(f"open_{number}", (1, 0, 0, 0), at)

    plan = planner.terms(key, "", "m", at).plan
    both = microseconds(check)
    wide = Plan([meter._replace(limit=10**15, cap=10**15 * max(1, meter.grain)) for meter in plan.meters])
    for number in range(ROUNDS * CALLS):
        book.reserve(f"open_{number}", wide, (1, 900, 9_000, 1), at)
    return {
        "reserve_six_limits": round(both - microseconds(settle), 3),
        "reserve_and_settle_six_limits": both,
    }


def _hit(limiter: Any, rate: Any, names: tuple[str, ...], _: object) -> None:
    """One call that counts against each of these."""
    for name in names:
        limiter.hit(rate, name)


def limits_library() -> dict[str, float]:
    """``limits``: the fixed window, its fastest strategy; its moving window keeps a list of all hits."""
    limits = _installed("limits")
    found = {}
    for name in ("FixedWindowRateLimiter",):
        limiter = getattr(limits.strategies, name)(limits.storage.MemoryStorage())
        rate = limits.RateLimitItemPerMinute(900_000_000)
        found[f"one_limit_{name}"] = microseconds(partial(_hit, limiter, rate, ("key",)))
        names = [f"key{index}" for index in range(6)]
        found[f"six_limits_{name}"] = microseconds(
            partial(_hit, limiter, rate, tuple(names)),
            PEERS,
        )
    return found


def throttled_library() -> dict[str, float]:
    """``throttled-py``: its GCRA in memory."""
    throttled = _installed("throttled")
    quota, kept = throttled.per_min(900_000_000), throttled.store.MemoryStore()
    made = throttled.Throttled(using=throttled.RateLimiterType.GCRA.value, quota=quota, store=kept)
    names = [f"key{index}" for index in range(6)]
    return {
        "one_limit_gcra": microseconds(lambda _: made.limit("key", 1), PEERS),
        "six_limits_gcra": microseconds(lambda _: [made.limit(each, 1) for each in names], PEERS),
    }


def _installed(name: str) -> Any:
    """A peer; this file has the name of one of them, so its folder is not where it is looked for."""
    here = str(Path(__file__).parent)
    sys.path[:] = [path for path in sys.path if str(Path(path).resolve()) != here]
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def main() -> None:
    """Print the figures and keep them."""
    figures = {"yanmen": ours()}
    for name, measure in (
        ("limits", limits_library),
        ("throttled-py", throttled_library),
    ):
        try:
            figures[name] = measure()
        except ImportError:
            print(f"{name} is not installed: left out")
    for name, those in figures.items():
        for what, value in those.items():
            print(f"{name:14} {what:42} {value:8.2f} µs")
    kept = {
        "command": "python bench/limits.py",
        "python": platform.python_version(),
        "machine": platform.machine(),
        "measured": time.strftime("%Y-%m-%d"),
        "microseconds": figures,
        "note": "thread time; medians of 7 rounds of 5,000 (peers: 300)",
    }
    if "--dry" not in sys.argv:
        RESULTS.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
