"""Fits the weights of weak signals, and says on packages that were not fitted on what they bring.

Poisoned: the re-created packages of bench/poison/packages and tests/corpora/packages. Honest: re-created suspicious ones, popular
ones, and small obscure ones, made of public repositories (`results/packages_small.json` says which, with digests). Every set is
split into halves by family or by repository: one is fitted on, the other only counted. What a re-created package says of
itself, its size and its links come from the hand that made it, so they are no signals here. Nothing is installed or run.

    python bench/packages_weights.py --small DIR --popular DIR --popular DIR
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from packages import KNOWN, RESULTS, _module, interval

from yanmen.core.nouns import Finding, Severity
from yanmen.supply.packages import rules
from yanmen.supply.packages.detectors.weighing import every_signal
from yanmen.supply.packages.examining import findings_of
from yanmen.supply.packages.opening import open_package
from yanmen.supply.packages.package import Package
from yanmen.supply.packages.studying import study

HERE = Path(__file__).parent
WEIGHTS = HERE.parent / "src/yanmen/supply/packages/weighing/weights.json"
POISONED = ("cases", "second_cases", "known")
COUNTS = 0.5
"""The weight from which a signal is one of the two that are needed."""
LEAST = 2
ROUNDS = 4_000
RATE = 0.2
PENALTY = 2.0
"""Of the squares of the weights, for as many packages as there are."""
STEPS = [step / 4 for step in range(4, 33)]
"""Sums that are tried as the threshold."""
LARGEST = 4_000_000
Row = dict[str, Any]


def half(family: str) -> str:
    """Which half a family is in."""
    return "counted" if hashlib.sha256(f"p8{family.lower()}".encode()).digest()[0] % 2 else "fitted"


def look(path: str) -> Row:
    """Signals of one archive, and whether a rule other than this one calls it."""
    try:
        package = open_package(Path(path))
        if not isinstance(package, Package):
            return {"signals": [], "high": False, "unopened": package.reason}
        behaviour = study(package)
        found = [one for one in findings_of(behaviour) if isinstance(one, Finding)]
    except Exception as error:  # noqa: BLE001 - a crash is a figure here
        return {"signals": [], "high": False, "unopened": type(error).__name__}
    high = {one.rule.id for one in found if one.rule.severity >= Severity.HIGH}
    return {
        "signals": sorted({one.name for one in every_signal(behaviour)}),
        "high": bool(high - {rules.ADDS_UP.id}),
    }


def sets(arguments: argparse.Namespace, folder: Path) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Name of each set; path, family and trigger of each of its packages."""
    building = _module("poison_building", HERE / "poison/building.py")
    known = _module("package_cases", KNOWN)
    made = {
        "cases": building.read("pypi", "npm"),
        "second_cases": building.read("pypi-2026-11", "npm-2026-11"),
        "known": [case for part in ("known", "held_out") for case in known.cases(part)],
        "honest": building.read("honest"),
    }
    for name, cases in made.items():
        rows = []
        for place, case in enumerate(cases):
            path = folder / f"{name}{place}" / case.file
            path.parent.mkdir()
            path.write_bytes(case.archive())
            rows.append((str(path), case.family, case.trigger))
        yield name, rows
    small = json.loads((HERE / "results/packages_small.json").read_text("utf-8"))
    yield (
        "small",
        [(str(arguments.small / row["path"]), row["repository"].partition("/")[0], "") for row in small],
    )
    found = [
        str(path)
        for place in arguments.popular
        for path in sorted(place.iterdir())
        if path.name.endswith((".whl", ".tgz", ".gz")) and path.stat().st_size < LARGEST
    ]
    yield "popular", [(path, Path(path).name, "") for path in found]


def fit(poisoned: list[Row], honest: list[Row]) -> tuple[dict[str, float], float]:
    """Weights that are nowhere below 0, and the intercept: a logistic regression with as much of both kinds."""
    names = sorted({name for row in (*poisoned, *honest) for name in row["signals"]})
    weights, intercept = dict.fromkeys(names, 0.0), 0.0
    total = len(poisoned) + len(honest)
    shares = [(row, 1.0, total / 2 / len(poisoned)) for row in poisoned]
    shares += [(row, 0.0, total / 2 / len(honest)) for row in honest]
    for _ in range(ROUNDS):
        slope, level = dict.fromkeys(names, 0.0), 0.0
        for row, wanted, share in shares:
            sum_ = intercept + sum(weights[name] for name in row["signals"])
            error = share * (1 / (1 + math.exp(-sum_)) - wanted)
            level += error
            for name in row["signals"]:
                slope[name] += error
        intercept -= RATE * level / total
        for name in names:
            step = slope[name] / total + PENALTY * weights[name] / total / 10
            weights[name] = max(weights[name] - RATE * step, 0.0)
    return {name: round(weight, 2) for name, weight in weights.items() if weight >= COUNTS}, round(
        intercept, 2
    )


def score(row: Row, weights: dict[str, float]) -> float:
    """The sum of a package's signals; 0 where there are too few."""
    found = [weights[name] for name in row["signals"] if name in weights]
    return sum(found) if len(found) >= LEAST else 0.0


def called(rows: list[Row], weights: dict[str, float], threshold: float) -> int:
    """Packages that are called by this alone or by another rule."""
    return sum(row["high"] or score(row, weights) >= threshold for row in rows)


def told(rows: list[Row], weights: dict[str, float], threshold: float) -> Row:
    """Of one set's half: found by the other rules, and with this one, with the interval."""
    found = called(rows, weights, threshold)
    return {
        "packages": len(rows),
        "without": sum(row["high"] for row in rows),
        "with": found,
        "interval": interval(found, len(rows)),
        "which": sorted(
            {row["name"] for row in rows if not row["poisoned"] and (row["high"] or score(row, weights) >= threshold)}
        ),
        "by_trigger": {
            name: [sum(row["trigger"] == name and (row["high"] or score(row, weights) >= threshold) for row in rows),
                sum(row["trigger"] == name for row in rows)]
            for name in sorted({row["trigger"] for row in rows} - {""})
        },
    }  # fmt: skip


def main() -> None:
    """Fit, write the weights, say what they bring."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument(
        "--small", type=Path, required=True, help="the folder that packages_small.json names paths in"
    )
    arguments.add_argument("--popular", type=Path, action="append", default=[])
    arguments.add_argument(
        "--keep", action="store_true", help="do not fit: count with the weights that are there"
    )
    given = arguments.parse_args()
    rows: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        for name, paths in sets(given, Path(folder)):
            seen = pool.map(look, [path for path, _, _ in paths], chunksize=2)
            rows[name] = [
                row
                | {
                    "half": half(family),
                    "trigger": trigger,
                    "name": Path(path).name,
                    "poisoned": name in POISONED,
                }
                for row, (path, family, trigger) in zip(seen, paths, strict=True)
            ]

    def those(which: str, *names: str) -> list[Row]:
        return [row for name in names for row in rows[name] if row["half"] == which and "unopened" not in row]

    if given.keep:
        card = json.loads(WEIGHTS.read_text("utf-8"))
        weights, threshold = card["weights"], card["threshold"]
    else:
        honest = those("fitted", "honest", "small", "popular")
        weights, intercept = fit(those("fitted", *POISONED), honest)
        alone = [row for row in honest if not row["high"]]
        threshold = next(step for step in STEPS if called(alone, weights, step) * 100 <= len(alone))
        card = {
            "how": "logistic regression over weak signals, no weight below 0, fitted by bench/packages_weights.py; the "
            "threshold is the least at which 1 % of the honest packages that were fitted on are called by it alone",
            "fitted_on": {name: len(those("fitted", name)) for name in rows},
            "threshold": threshold, "least": LEAST, "counts": COUNTS, "intercept": intercept,
            "weights": dict(sorted(weights.items(), key=lambda one: -one[1])),
        }  # fmt: skip
        WEIGHTS.write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    said = {
        which: {name: told(those(which, name), weights, threshold) for name in rows}
        for which in ("fitted", "counted")
    }
    print(json.dumps(card | {"said": said}, indent=1))
    kept = json.loads(RESULTS.read_text("utf-8"))
    RESULTS.write_text(json.dumps({**kept, "weights": said}, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
