"""What it costs to list what an environment, a project, a machine and an image are made of.

    python bench/inventory.py [--root DIR]... [--against] [--vendored FOLDER]...

Without ``--root``: the environment that runs this, a project made by chance (seed 3: 2,000 packages in each of five lock files),
and an image of it. ``--against`` checks the environment with what Python itself knows and, where there is dpkg, the machine with
what dpkg says. ``--vendored`` compares what is recognised by digests alone in a folder (``pip/_vendor``, wherever it was installed
or unpacked) with the list or the metadata that lie there, and nothing else is measured. Each place in a process of its own, whose
largest memory is kept. Processor time: other work of the machine does not count; the time on the wall, disk and neighbours
included, stands beside it.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import multiprocessing
import random
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from rig import harness

from yanmen.core.nouns import Unexamined
from yanmen.supply.bom import cyclonedx, spdx
from yanmen.supply.bom.contents import Contents
from yanmen.supply.inventory import inventory, readers
from yanmen.supply.merging import Graph, merged
from yanmen.supply.targets import Component
from yanmen.supply.vendored.pack import pack
from yanmen.supply.vendored.recognising import Vendored
from yanmen.supply.walk import File, Walk

PACKAGES = 2_000


def project(root: Path, chance: random.Random) -> None:
    """Lock files of npm, uv, Cargo, pnpm, and requirements."""
    names = [f"package-{number}" for number in range(PACKAGES)]
    needs = {name: chance.sample(names, 3) for name in names}
    digest = "ab" * 32
    lock: dict[str, Any] = {"": {"name": "made", "dependencies": dict.fromkeys(names[:50], "*")}}
    lock |= {
        f"node_modules/{name}": {"version": "1.0.0", "dependencies": dict.fromkeys(needs[name], "^1")}
        for name in names
    }
    (root / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": lock}, indent=2))
    (root / "requirements.txt").write_text(
        "".join(f"{name}==1.0.0 --hash=sha256:{digest}\n" for name in names)
    )
    uv = []
    for name in names:
        listed = ", ".join(f'{{ name = "{one}" }}' for one in needs[name])
        uv.append(f'[[package]]\nname = "{name}"\nversion = "1.0.0"\ndependencies = [{listed}]\n')
    (root / "uv.lock").write_text("version = 1\n" + "".join(uv))
    cargo = [
        f'[[package]]\nname = "{name}"\nversion = "1.0.0"\nsource = "registry+x"\ndependencies = {json.dumps(needs[name])}\n'
        for name in names
    ]
    (root / "Cargo.lock").write_text("".join(cargo))
    pnpm = [f"  {name}@1.0.0:\n    resolution: {{integrity: sha512-AAAA}}\n" for name in names]
    (root / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\npackages:\n" + "".join(pnpm))


def image(path: Path, folder: Path) -> None:
    """What ``docker save`` would write of one layer."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w:gz", compresslevel=1) as archive:
        archive.add(folder, "app")
    with tarfile.open(path, "w") as archive:
        manifest = json.dumps([{"RepoTags": ["made:1"], "Layers": ["0/layer.tar"]}]).encode()
        for name, data in (("0/layer.tar", layer.getvalue()), ("manifest.json", manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def measured(root: Path, answer: Any) -> None:
    """One place: listing, merging, and each form."""
    readers()  # loading plug-ins is no part of the walk
    start, began = time.perf_counter(), time.process_time()
    walk = Walk(root)
    found = list(inventory(walk))
    took, wall = time.process_time() - began, time.perf_counter() - start
    components = [one for one in found if isinstance(one, Component)]
    began = time.process_time()
    one = merged(components)
    graph = Graph(one)
    joined = time.process_time() - began
    contents = Contents(name=root.name, components=tuple(each.component for each in one), at=0, version="0")
    began = time.process_time()
    written = len(cyclonedx.written(contents)), len(spdx.written(contents))
    forms = time.process_time() - began
    answer.put(
        {
            "files": walk.count,
            "named": len(components),
            "components": len(one),
            "edges": sum(len(needs) for needs in graph.needs.values()),
            "could_not_judge": sum(isinstance(each, Unexamined) for each in found),
            "list_s": round(took, 2),
            "list_wall_s": round(wall, 2),
            "merge_s": round(joined, 3),
            "write_both_s": round(forms, 3),
            "bytes": written,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024,
        }
    )


def alone(root: Path) -> dict[str, Any]:
    """In a process of its own."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=measured, args=(root, answer))
    process.start()
    result: dict[str, Any] = answer.get()
    process.join()
    return result


def against() -> dict[str, Any]:
    """What is found here and what the package managers themselves say; what only one of them knows."""
    known = {
        (str(canonicalize_name(one.metadata["Name"])), one.version)
        for one in importlib.metadata.distributions()
    }
    found = {
        (str(canonicalize_name(one.name)), one.version)
        for one in inventory(Path(sys.prefix))
        if isinstance(one, Component) and one.how == "installed" and one.purl.startswith("pkg:pypi/")
    }
    said: dict[str, Any] = {"importlib": len(known), "ours": len(found), "differ": sorted(known ^ found)}
    if shutil.which("dpkg-query"):
        form = "${Package} ${Version} ${db:Status-Status}\n"
        listed = subprocess.run(
            ["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True
        ).stdout
        dpkg = {tuple(line.split()[:2]) for line in listed.splitlines() if line.endswith(" installed")}
        status = Walk(Path("/")).find("var/lib/dpkg/status")
        read = (
            [found for reader in readers().of(status) for found in reader.examined(status)] if status else []
        )
        ours = {(one.name, one.version) for one in read if isinstance(one, Component)}
        said |= {"dpkg": len(dpkg), "ours_dpkg": len(ours & dpkg)}
    return said


def stated(folder: Path) -> dict[str, str]:
    """Name and version of what a folder's list or metadata say is in it."""
    said = {
        one.name: one.version
        for one in inventory(folder)
        if isinstance(one, Component) and one.version and "copied" not in one.facts
    }
    if (listed := folder / "vendor.txt").exists():
        lines = (
            line.partition("#")[0].split(";")[0].strip() for line in listed.read_text("utf-8").splitlines()
        )
        said |= {
            str(canonicalize_name(name)): version
            for name, mark, version in (line.partition("==") for line in lines)
            if mark
        }
    return said


def vendored(folder: Path) -> dict[str, Any]:
    """What is recognised without the list, beside the list: right, right among several, wrong, and why others are not."""
    looked = Vendored()
    start = time.process_time()
    for file in Walk(folder):
        if isinstance(file, File):
            looked.see(file)
    found = {one.name: one for one in looked.found() if isinstance(one, Component)}
    took, said, known = time.process_time() - start, stated(folder), pack().libraries
    among = {name: one.facts.get("versions", one.version).split() for name, one in found.items()}
    return {
        "stated": len(said),
        "of_libraries_in_the_pack": len(said.keys() & known.keys()),
        "of_releases_in_the_pack": sum(name in known and version in known[name].versions for name, version in said.items()),
        "recognised": len(found.keys() & said.keys()),
        "release_right": sum(among.get(name) == [version] for name, version in said.items()),
        "release_among_several": sum(version in among.get(name, [])[:-1] or among.get(name, [])[1:] == [version]
                                     for name, version in said.items()),
        "release_wrong": {name: [version, among[name][-1], found[name].facts["copied"]] for name, version in said.items()
                          if name in among and version not in among[name]},
        "not_stated": sorted(f"{name} {found[name].version}" for name in found.keys() - said.keys()),
        "missed": sorted(f"{name} {version}" for name, version in said.items() if name not in found),
        "cpu_s": round(took, 2),
    }  # fmt: skip


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", action="append", type=Path, default=[])
    parser.add_argument("--against", action="store_true")
    parser.add_argument("--vendored", action="append", type=Path, default=[])
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    if given.vendored:
        harness.keep("vendored", {"/".join(one.parts[-3:]): vendored(one) for one in given.vendored})
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "made")
        folder.mkdir()
        project(folder, random.Random(3))
        image(Path(name, "made.tar"), folder)
        places = given.root or [Path(sys.prefix), folder, Path(name, "made.tar")]
        for number, place in enumerate(places):
            label = place.name if given.root else ("environment", "project", "image")[number]
            figures[label or "root"] = alone(place)
    if given.against:
        figures["against"] = against()
    harness.keep("inventory", figures)


if __name__ == "__main__":
    main()
