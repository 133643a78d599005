"""Whether what is really imported was foreseen, and what looking costs.

    python bench/reach.py [--project DIR] [--data DIR] [--every N]

For each module that is installed beside this file's Python (or for every Nth): a project of one line that imports it is
run, and every file of the environment that Python then holds must be among those that were reached, or the trail must be
said to be lost on the way. Then a project with its environment is looked at twice, the second time from what was kept. With
``--data``: every id of our list of names is looked up among the advisories of its package.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from rig import harness

from yanmen.supply.reach import Reach
from yanmen.supply.reach.environment import Environment, site_folders
from yanmen.supply.reach.kept import Memory
from yanmen.supply.reach.pack import listed

_ASK = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print()
print(json.dumps(sorted({one.__file__ for one in list(sys.modules.values()) if getattr(one, "__file__", None)})))
"""


def main() -> None:
    """Measure, print and keep."""
    given = argparse.ArgumentParser()
    given.add_argument("--project", type=Path, default=Path(__file__).parents[1])
    given.add_argument("--data", type=Path)
    given.add_argument("--every", type=int, default=1)
    options = given.parse_args()
    figures = {"foreseen": foreseen(options.every), "cost": cost(options.project)}
    if options.data:
        figures["names"] = names(options.data)
    harness.keep("reach", figures)


def foreseen(every: int) -> dict[str, Any]:
    """What is really imported, against what is said to be reached."""
    installed, memory = Environment(site_folders(Path(sys.prefix))), Memory()
    tops = sorted(
        {top for one in installed.distributions.values() for top in one.tops if not top.startswith("_")}
    )
    asked = seen = missed = hidden = 0
    worst: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        for top in tops[::every]:
            files = really(top, installed)
            if not files:
                continue
            (Path(name) / "app.py").write_text(f"import {top}\n", "utf-8")
            reach = Reach(Path(name), installed.folders, memory, 600)
            lost = any(not reach._stray(hole) for hole in reach._graph.holes)
            unseen = sorted(file for file in files if file not in reach._graph.steps)
            asked, seen = asked + 1, seen + len(files)
            missed += 0 if lost else len(unseen)
            hidden += len(unseen) if lost else 0
            if unseen:
                worst[top] = [file.rpartition("site-packages/")[2] for file in unseen[:3]] + [
                    f"of {len(unseen)}; lost: {lost}"
                ]
    for top, unseen in worst.items():
        print(f"  {top}: {', '.join(unseen)}", flush=True)
    return {
        "packages imported": asked,
        "modules that Python held": seen,
        "not reached, and said to be possible": hidden,
        "not reached, and not said": missed,
    }


def really(top: str, installed: Environment) -> list[str]:
    """Files of the environment that importing a module loads; nothing where it cannot be imported."""
    line = [sys.executable, "-W", "ignore", "-c", _ASK, top]
    try:
        done = subprocess.run(line, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        files: list[str] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return []
    return [
        str(Path(file))
        for file in files
        if any(Path(file).is_relative_to(folder) for folder in installed.folders)
    ]


def cost(project: Path) -> dict[str, Any]:
    """Seconds of processor time for a project with its environment, first and again."""
    with tempfile.TemporaryDirectory() as name:
        spent: list[float] = []
        modules = 0
        for _ in range(2):
            began = time.process_time()
            modules = Reach.of(project, cache=Path(name) / "kept", seconds=600).modules
            spent.append(round(time.process_time() - began, 1))
        return {"modules": modules, "first": spent[0], "again": spent[1], "unit": "seconds of processor time"}


def names(data: Path) -> dict[str, int]:
    """Every id of the list, among the advisories of its package."""
    known: dict[str, set[str]] = {}
    for row in rows(data):
        for one in row["affected"]:
            known.setdefault(canonicalize_name(one["package"]["name"]), set()).update(
                [row["id"], *row.get("aliases", [])]
            )
    pairs = [(entry.package, one) for entry in listed() for one in entry.ids]
    unknown = [pair for pair in pairs if pair[1] not in known.get(pair[0], set())]
    assert not unknown, unknown
    return {
        "entries": len(listed()),
        "packages": len({entry.package for entry in listed()}),
        "ids, all of them known": len(pairs),
    }


def rows(data: Path) -> Iterator[dict[str, Any]]:
    """The newest list of advisories in a folder."""
    path = max((data / "intel").glob("pypi_advisories_*.jsonl.gz"))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            if "withdrawn" not in row:
                yield row


if __name__ == "__main__":
    main()
