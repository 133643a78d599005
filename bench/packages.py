"""How many published poisoned packages are found, and how many honest ones are called poisoned.

Recall: the cases of tests/corpora/packages, in two halves by family; the held-out half was first measured before any rule knew it.
Precision: every package of the folders given: ``--wheels`` (files), ``--node`` (node_modules), ``--environment`` (site-packages).
``--data`` is the folder of labelled samples (labels.jsonl and its archive, unpacked); nothing is ever installed or run.

    python bench/packages.py --data DIR --wheels DIR --node DIR --environment DIR
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

from yanmen.core.nouns import Finding, Severity, Unexamined
from yanmen.supply.packages.examining import examine
from yanmen.supply.packages.opening import environment, node_modules, open_package
from yanmen.supply.packages.package import Package

HERE = Path(__file__).parent
RESULTS = HERE / "results/packages.json"
CORPUS = HERE.parent / "tests/corpora/packages/cases.py"
FIRST = {"commit": "03cf9f5", "known": [74, 74], "held_out": [60, 85], "families_held_out": [23, 44]}
"""The first measurement: found, of. The held-out half was written after the rules of that commit, and measured with them."""


def corpus() -> ModuleType:
    """The builder of the cases."""
    spec = importlib.util.spec_from_file_location("package_cases", CORPUS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["package_cases"] = module
    spec.loader.exec_module(module)
    return module


def judged(package: Package) -> dict[str, Any]:
    """Name, seconds, rules of high severity, and whether something was not examined."""
    began = time.perf_counter()
    found = list(examine(package))
    high = [one for one in found if isinstance(one, Finding) and one.rule.severity >= Severity.HIGH]
    return {
        "name": f"{package.name}@{package.version}",
        "seconds": round(time.perf_counter() - began, 3),
        "high": sorted({one.rule.id for one in high}),
        "where": [f"{one.where.part} {one.evidence}" for one in high[:3]],
        "unexamined": sum(isinstance(one, Unexamined) for one in found),
    }


def _file(path: str) -> dict[str, Any]:
    package = open_package(Path(path))
    return judged(package) if isinstance(package, Package) else {"name": path, "unopened": package.reason}


def recall() -> dict[str, Any]:
    """Cases found, by half and by family."""
    module = corpus()
    result: dict[str, Any] = {"first": FIRST}
    with tempfile.TemporaryDirectory() as folder:
        for half in ("known", "held_out"):
            families: dict[str, list[bool]] = {}
            missed = []
            for case in module.cases(half):
                path = Path(folder, case.file)
                path.write_bytes(case.archive())
                hit = bool(_file(str(path)).get("high"))
                families.setdefault(case.family, []).append(hit)
                if not hit:
                    missed.append(case.id)
            hits = [hit for each in families.values() for hit in each]
            result[half] = {"found": sum(hits), "of": len(hits), "families": len(families), "missed": missed}
    return result


def honest(name: str, packages: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """How many honest packages have a finding of high severity; each is named."""
    rows = [row for row in packages if "unopened" not in row]
    high = [row for row in rows if row["high"]]
    seconds = sum(row["seconds"] for row in rows)
    print(
        f"{name}: {len(rows)} packages, {len(high)} with a high finding, {len(rows) / max(seconds, 1e-9):.1f} packages/s a process"
    )
    return {
        "packages": len(rows),
        "high": len(high),
        "rate": round(len(high) / max(len(rows), 1), 4),
        "with_something_unexamined": sum(bool(row["unexamined"]) for row in rows),
        "packages_per_second": round(len(rows) / max(seconds, 1e-9), 2),
        "which": [{"name": row["name"], "rules": row["high"], "where": row["where"]} for row in high],
        "names": [row["name"] for row in rows],
    }


def labelled(folder: Path) -> dict[str, Any]:
    """The labelled samples: malicious found, benign left alone."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    right = {"malicious": 0, "benign": 0}
    total = {"malicious": 0, "benign": 0}
    for row in rows:
        path = folder / row["path"]
        if path.is_file():
            total[row["label"]] += 1
            right[row["label"]] += bool(_file(str(path)).get("high")) == (row["label"] == "malicious")
    return {label: [right[label], total[label]] for label in total}


def main() -> None:
    """Measure what folders are given for; print and keep."""
    arguments = argparse.ArgumentParser()
    for name in ("data", "wheels", "node", "environment"):
        arguments.add_argument(f"--{name}", type=Path)
    arguments.add_argument("--most", type=int, default=10_000, help="packages of each folder")
    given = arguments.parse_args()
    found: dict[str, Any] = {
        "command": "python bench/packages.py --data DIR --wheels DIR --node DIR --environment DIR"
    }
    found["recall"] = recall()
    for half in ("known", "held_out"):
        one = found["recall"][half]
        print(
            f"{half}: {one['found']} of {one['of']} cases, {one['families']} families; missed: {', '.join(one['missed']) or 'none'}"
        )
    if given.data:
        found["samples"] = labelled(given.data)
        print("samples:", found["samples"])
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    for name, packages in _folders(given):
        found[name] = honest(name, packages())
    RESULTS.write_text(json.dumps({**kept, **found}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _folders(given: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Iterator[dict[str, Any]]]]]:
    if given.wheels:
        paths = sorted(str(path) for path in given.wheels.iterdir())[: given.most]

        def files() -> Iterator[dict[str, Any]]:
            with ProcessPoolExecutor(2) as pool:
                yield from pool.map(_file, paths)

        yield "wheels", files
    for name, opened in (("node", node_modules), ("environment", environment)):
        folder = getattr(given, name)
        if folder:

            def lying(folder: Path = folder, opened: Any = opened) -> Iterator[dict[str, Any]]:
                for count, package in enumerate(opened(folder)):
                    if count >= given.most:
                        return
                    if isinstance(package, Package):
                        yield judged(package)

            yield name, lying


if __name__ == "__main__":
    main()
