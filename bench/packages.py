"""How many published poisoned packages are found, and how many honest ones are called poisoned; guarddog beside it.

The cases that count are those of bench/poison/packages: re-created from published reports by somebody who had not read the
rules, and not shown to whoever writes them before the last look (docs/decisions/0183). Those of tests/corpora/packages are known.
Honest: 43 re-created ones that look suspicious, and whatever folders are given (archives, node_modules, site-packages).
Nothing is ever installed or run.

    bench/poison/peers.sh                                 # guarddog, into an environment of its own
    python bench/packages.py --popular DIR --popular DIR  # folders with wheels, sdists, npm tarballs
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
KNOWN = HERE.parent / "tests/corpora/packages/cases.py"
GUARDDOG = HERE / ".venv-guarddog/bin/python"
SAID = HERE / ".venv-guarddog/said.json"
DETECTED = 5.0
"""The score from which guarddog's own evaluation calls a package detected (evals/run.py)."""
Row = dict[str, Any]


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def interval(found: int, of: int) -> list[float]:
    """Wilson's interval at 95 %."""
    if not of:
        return [0.0, 1.0]
    z, p = 1.96, found / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return [max(0.0, round((middle + sign * half) / (1 + z * z / of), 4)) for sign in (-1, 1)]


def judged(package: Package) -> Row:
    """Name, seconds, rules of high severity, and whether something was not examined."""
    began = time.perf_counter()
    found = list(examine(package))
    every = [one for one in found if isinstance(one, Finding)]
    high = [one for one in every if one.rule.severity >= Severity.HIGH]
    return {
        "name": f"{package.name}@{package.version}",
        "seconds": round(time.perf_counter() - began, 3),
        "high": sorted({one.rule.id for one in high}),
        "lower": sorted({one.rule.id for one in every} - {one.rule.id for one in high}),
        "where": [f"{one.where.part} {one.evidence}" for one in high[:3]],
        "unexamined": sum(isinstance(one, Unexamined) for one in found),
    }


def file(path: str) -> Row:
    """What is said of one archive."""
    try:
        package = open_package(Path(path))
        return judged(package) if isinstance(package, Package) else {"name": path, "unopened": package.reason}
    except Exception as error:  # noqa: BLE001 - a crash is a figure here
        return {"name": path, "unopened": f"crashed: {type(error).__name__}: {error}"[:200]}


def peer(rows: Iterable[tuple[str, str]]) -> dict[str, Row]:
    """What guarddog says of each archive, by path; what it said of the same bytes before is kept, as it is slow."""
    kept: dict[str, Row] = json.loads(SAID.read_text("utf-8")) if SAID.is_file() else {}
    asked = {
        path: (ecosystem, hashlib.sha256(Path(path).read_bytes()).hexdigest()) for ecosystem, path in rows
    }
    new = "".join(
        json.dumps([kind, path]) + "\n" for path, (kind, digest) in asked.items() if digest not in kept
    )
    script = HERE / "poison/guarddog_scan.py"
    done = subprocess.run([GUARDDOG, script], input=new, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            kept[asked[row["path"]][1]] = row
    SAID.write_text(json.dumps(kept), "utf-8")
    return {path: kept[digest] | {"path": path} for path, (_, digest) in asked.items() if digest in kept}


def _ours(row: Row) -> bool:
    return bool(row.get("high"))


def _theirs(row: Row) -> bool:
    return float(row.get("score") or 0) >= DETECTED


def recall(cases: list[Any], rows: list[Row], hit: Callable[[Row], bool]) -> Row:
    """Found, of, with the interval: in all, by ecosystem, by trigger, by family."""
    hits = [hit(row) for row in rows]

    def share(wanted: Callable[[Any], object]) -> dict[str, Any]:
        total: Counter[object] = Counter()
        found: Counter[object] = Counter()
        for case, one in zip(cases, hits, strict=True):
            total[wanted(case)] += 1
            found[wanted(case)] += one
        return {
            str(key): [found[key], total[key], *interval(found[key], total[key])]
            for key in sorted(total, key=str)
        }

    families = {case.family for case in cases}
    missed = {case.family for case, one in zip(cases, hits, strict=True) if not one}
    return {
        "all": [sum(hits), len(hits), *interval(sum(hits), len(hits))],
        "by_ecosystem": share(lambda case: case.ecosystem),
        "by_trigger": share(lambda case: case.trigger),
        "by_year": share(lambda case: case.year),
        "families_wholly_found": [len(families - missed), len(families)],
        "missed": [case.id for case, one in zip(cases, hits, strict=True) if not one],
        "milliseconds_each": round(1000 * sum(row.get("seconds", 0) for row in rows) / max(len(rows), 1), 1),
    }


def _scanned(paths: list[str]) -> list[Row]:
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(file, paths))


_KINDS = {
    "cases": ("pypi", "npm"),
    "second_cases": ("pypi-2026-11", "npm-2026-11"),
    "third_cases": ("pypi-2026-12", "npm-2026-12"),
    "honest": ("honest",),
}
"""Files of bench/poison/packages. The rules learnt from ``cases`` after their looks, and from half of ``second_cases``.

``third_cases`` came last, and nothing was learnt from them (0218).
"""


def independent(beside: bool, published_hosts: bool = False) -> Row:
    """The cases of bench/poison/packages, found or not, and its honest ones, left alone or not."""
    building = _module("poison_building", HERE / "poison/building.py")
    found: Row = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, names in _KINDS.items():
            cases = building.read(*names, published_hosts=published_hosts)
            paths = [str(Path(folder, case.file)) for case in cases]
            for case, path in zip(cases, paths, strict=True):
                Path(path).write_bytes(case.archive())
            ours = _scanned(paths)
            found[kind] = {"yanmen": recall(cases, ours, _ours)}
            found[kind]["yanmen"]["lower_only"] = sum(
                bool(row.get("lower")) and not row["high"] for row in ours if "high" in row
            )
            found[kind]["yanmen"]["unopened"] = [row["name"] for row in ours if "unopened" in row]
            if kind == "honest":
                found[kind]["yanmen"]["called"] = {
                    case.id: row["where"] for case, row in zip(cases, ours, strict=True) if row.get("high")
                }
            if beside:
                said = peer((case.ecosystem, path) for case, path in zip(cases, paths, strict=True))
                theirs = [said.get(path, {}) for path in paths]
                found[kind]["guarddog"] = recall(cases, theirs, _theirs)
                found[kind]["guarddog"]["scores_above_0"] = sum(
                    float(row.get("score") or 0) > 0 for row in theirs
                )
                found[kind]["guarddog"]["labelled_high_risk"] = sum(
                    row.get("label") == "high_risk" for row in theirs
                )
                found[kind]["guarddog"]["errors"] = sum("error" in row for row in theirs)
    return found


def known() -> Row:
    """The older cases, which whoever wrote the rules knows."""
    module = _module("package_cases", KNOWN)
    found: Row = {}
    with tempfile.TemporaryDirectory() as folder:
        for half in ("known", "held_out"):
            cases = module.cases(half)
            for case in cases:
                Path(folder, case.file).write_bytes(case.archive())
            rows = _scanned([str(Path(folder, case.file)) for case in cases])
            said = recall(cases, rows, _ours)
            found[half] = {"found": said["all"][0], "of": said["all"][1], "missed": said["missed"]}
    return found


def popular(folders: list[Path], beside: bool) -> Row:
    """How many packages of the folders have a finding of high severity; each is named."""
    paths = sorted(
        str(path)
        for folder in folders
        for path in folder.iterdir()
        if path.name.endswith((".whl", ".tgz", ".gz"))
    )
    found: Row = {}
    for ecosystem in ("PyPI", "npm"):
        those = [path for path in paths if path.endswith(".tgz") == (ecosystem == "npm")]
        found[ecosystem] = honest(_scanned(those))
        if beside and those:
            said = list(peer((ecosystem, path) for path in those).values())
            called = [row for row in said if _theirs(row)]
            found[ecosystem]["guarddog"] = {
                "packages": len(said),
                "called": len(called),
                "interval": interval(len(called), len(said)),
                "scores_above_0": sum(float(row.get("score") or 0) > 0 for row in said),
                "errors": sum("error" in row for row in said),
                "milliseconds_each": round(1000 * sum(row["seconds"] for row in said) / max(len(said), 1), 1),
                "which": sorted(Path(row["path"]).name for row in called),
            }
    return found


def honest(rows: list[Row]) -> Row:
    """How many have a finding of high severity."""
    opened = [row for row in rows if "unopened" not in row]
    high = [row for row in opened if row["high"]]
    return {
        "packages": len(opened),
        "unopened": [f"{Path(row['name']).name}: {row['unopened']}" for row in rows if "unopened" in row],
        "high": len(high),
        "interval": interval(len(high), len(opened)),
        "with_something_unexamined": sum(bool(row["unexamined"]) for row in opened),
        "milliseconds_each": round(1000 * sum(row["seconds"] for row in opened) / max(len(opened), 1), 1),
        "which": [{"name": row["name"], "rules": row["high"], "where": row["where"]} for row in high],
        "names": sorted(row["name"] for row in opened),
    }


def _lying(folder: Path, opened: Callable[[Path], Iterator[Any]], most: int) -> list[Row]:
    packages = (one for one in opened(folder) if isinstance(one, Package))
    return [judged(package) for package, _ in zip(packages, range(most), strict=False)]


def _show(found: Row) -> None:
    for kind, tools in found.get("independent", {}).items():
        for tool, said in tools.items():
            print(f"{kind} {tool}: {said['all']} {said['by_ecosystem']} {said['milliseconds_each']} ms each")
    for ecosystem, said in found.get("popular", {}).items():
        print(
            ecosystem,
            {key: said.get(key) for key in ("packages", "high", "interval", "milliseconds_each")},
            [one["name"] for one in said["which"]],
        )
        print(
            ecosystem,
            "guarddog",
            {key: value for key, value in said.get("guarddog", {}).items() if key != "which"},
        )
    print("known", found.get("known"))


def main() -> None:
    """Measure, print and keep under the name of this look."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument(
        "--popular", type=Path, action="append", default=[], help="a folder of archives; may be given again"
    )
    arguments.add_argument("--node", type=Path, help="a node_modules")
    arguments.add_argument("--environment", type=Path, help="a site-packages")
    arguments.add_argument("--most", type=int, default=10_000, help="packages of --node and --environment")
    arguments.add_argument("--look", default="now", help="the name under which the figures are kept")
    arguments.add_argument("--commit", default="", help="which commit of the rules this is")
    arguments.add_argument(
        "--services", action="store_true", help="a second pass with the real names of abused services"
    )
    arguments.add_argument("--alone", action="store_true", help="without guarddog")
    given = arguments.parse_args()
    beside = GUARDDOG.exists() and not given.alone
    found: Row = {"commit": given.commit, "independent": independent(beside), "known": known()}
    if given.services:
        found["with_the_services_that_were_abused"] = independent(beside, published_hosts=True)["cases"]
    if given.popular:
        found["popular"] = popular(given.popular, beside)
    for name, opened in (("node", node_modules), ("environment", environment)):
        if folder := getattr(given, name):
            found[name] = honest(_lying(folder, opened, given.most))
    _show(found)
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    RESULTS.write_text(json.dumps({**kept, given.look: found}, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
