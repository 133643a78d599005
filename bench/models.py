"""Model files of the pickle family: what is found, what is proven, what is called harmful without being so; and what it costs.

    bench/peers.sh                             # once: the peers' environments, bench/.venv-*
    python bench/models.py                     # speed only
    python bench/models.py --data DIR          # also DIR/corpus.tar.gz by DIR/labels.jsonl, and files made anew by the libraries
    python bench/models.py --data DIR --cases DIR2     # the files, and what the peers said of them, are kept in DIR2 and used again

Files are shown to every tool under neutral names (``present_as``), since the original ones give the answer away. Nothing is loaded.
*hard* is what would be stopped: unsafe, malicious, critical. *soft* is any other doubt: unknown, suspicious. *unread*: the
tool failed
or skipped the file; *late*: it had not finished after a minute. Every tool judges every file; a run that was broken off goes
on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from rig.harness import keep

from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact

HERE = Path(__file__).parent
PEERS = ("picklescan", "modelscan", "fickling", "modelaudit")
ROUNDS = 5
LONGEST = 7_200
"""Seconds for one peer."""
GIB = 1 << 30
LOOKED_AT = {
    "corpus, benign_libraries": "looked at while the harmless uses were written: the names that its files import",
    "corpus, malicious": "not looked at: the dangerous names were written from public advisories; the result was taken as it came",
    "made by new libraries": "looked at once it had been measured: 206 of 262 proven then, 6 unsafe; mended afterwards",
    "made by old libraries": "held out: 247 of 260 proven and none unsafe at the first look; mended afterwards",
    "made by further libraries": "held out, of libraries in no table: 72 of 216 proven, 19 unsafe at first; mended afterwards",
}
"""What was seen while the tables were written. The first figures are those of files that nothing had been fitted to."""

FIRST_LOOKS = {
    "first": "of 45: 14 proven, 8 unsafe without the source and 4 with it; then looked at",
    "last": "of 47, after all was mended: 19 proven, 3 unsafe with the source; then errors and classes within classes were read",
}
"""What was seen of each sample of objects before anything was changed for it, with the libraries' source at hand."""


class Case(NamedTuple):
    """A file and what it is."""

    path: Path
    group: str
    label: str


def corpus(data: Path, folder: Path) -> list[Case]:
    """The labelled files, each in a folder of its own under a neutral name."""
    rows = [json.loads(line) for line in (data / "labels.jsonl").read_text("utf-8").splitlines()]
    cases = []
    with tarfile.open(data / "corpus.tar.gz") as archive:
        for number, row in enumerate(rows):
            member = archive.extractfile(row["path"])
            if member is None:
                raise SystemExit(f"{row['path']} is not in the corpus")
            path = folder / f"{number:04}" / Path(row["present_as"]).name
            path.parent.mkdir()
            path.write_bytes(member.read())
            cases.append(Case(path, f"corpus, {row['set']}", row["label"]))
    return cases


def made(folder: Path, environment: str, group: str, script: str = "benign_pickles.py") -> list[Case]:
    """Ordinary files that an environment's libraries write now, under neutral names."""
    python = HERE / environment / "bin" / "python"
    if not python.exists():
        print(f"{environment} is not there: bench/peers.sh makes it", file=sys.stderr)
        return []
    written = folder / f"written{environment}"
    wanted = {**os.environ, "KERAS_BACKEND": "torch"}
    subprocess.run([python, HERE / "rig" / script, written], check=True, capture_output=True, env=wanted)
    cases = []
    for number, path in enumerate(sorted(written.iterdir())):
        place = folder / f"{environment}{number:04}" / f"model{''.join(path.suffixes[-1:])}"
        place.parent.mkdir()
        path.rename(place)
        cases.append(Case(place, group, "benign"))
    return cases


def kept(data: Path, folder: Path) -> list[Case]:
    """The files of a folder, which is filled where it is not."""
    index = folder / "cases.jsonl"
    if not index.exists():
        folder.mkdir(parents=True, exist_ok=True)
        cases = corpus(data, folder)
        cases += made(folder, ".venv-benign", "made by new libraries")
        cases += made(folder, ".venv-benign-old", "made by old libraries")
        cases += made(folder, ".venv-benign-more", "made by further libraries", "benign_more.py")
        lines = [json.dumps([str(case.path.relative_to(folder)), case.group, case.label]) for case in cases]
        index.write_text("\n".join(lines))
    rows = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    return [Case(folder / row[0], row[1], row[2]) for row in rows]


def objects(folder: Path) -> dict[str, Any]:
    """Two samples of single objects, by us alone, without and with the libraries' source; see ``rig/benign_objects.py``."""
    found: dict[str, Any] = {}
    environment = HERE / ".venv-benign-more"
    libraries = tuple(environment.glob("lib/*/site-packages"))
    for sample, said in FIRST_LOOKS.items() if libraries else ():
        place = folder / f"objects-{sample}"
        script = HERE / "rig" / "benign_objects.py"
        command = [str(environment / "bin" / "python"), str(script), str(place), sample]
        subprocess.run(command, check=True, capture_output=True)
        cases = [Case(path, sample, "benign") for path in sorted(place.glob("*.pkl"))]
        alone, beside = ours(cases)[0], ours(cases, libraries)[0]
        found[sample] = {
            "objects": len(cases),
            "first_look": said,
            "tables alone": dict(Counter(alone.values())),
            "the libraries' source at hand": dict(Counter(beside.values())),
        }
    return found


def ours(cases: list[Case], libraries: tuple[Path, ...] = ()) -> tuple[dict[Path, str], float]:
    """Our verdicts in the words of all, and the seconds; ``libraries``: folders whose source is at hand."""
    words = {"unsafe": "hard", "unknown": "soft", "proven_safe": "clean"}
    began = time.perf_counter()
    said = {case.path: words[look(Artifact.of(case.path), libraries=libraries).proof] for case in cases}
    return said, time.perf_counter() - began


def theirs(tool: str, cases: list[Case], folder: Path) -> tuple[dict[Path, str], float] | None:
    """A peer's verdicts and the seconds; None where it is not installed. What it said before stands in the folder."""
    python = HERE / f".venv-{tool}" / "bin" / "python"
    if not python.exists():
        return None
    answers = folder / f"answers-{tool}.jsonl"
    said = _answers(answers)
    environment = {**os.environ, "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1"}
    while left := [str(case.path) for case in cases if case.path not in said]:
        with answers.open("ab") as file:
            done = subprocess.run(
                [python, HERE / "rig" / "model_scanner.py", tool],
                input="\n".join(left).encode(),
                stdout=file,
                stderr=subprocess.DEVNULL,
                timeout=LONGEST,
                env=environment,
                check=False,  # a scanner that ends itself has judged what it has printed
            )
            if done.returncode:  # and not the one that it ended at
                before = _answers(answers)
                last = next((path for path in left if Path(path) not in before), None)
                if last is not None:
                    file.write(
                        json.dumps({"path": last, "verdict": "unread", "seconds": 0.0}).encode() + b"\n"
                    )
        said = _answers(answers)
    return {path: row["verdict"] for path, row in said.items()}, sum(row["seconds"] for row in said.values())


def _answers(file: Path) -> dict[Path, dict[str, Any]]:
    lines = file.read_bytes().splitlines() if file.exists() else []
    rows = [json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]
    return {Path(row["path"]): row for row in rows}


def table(cases: list[Case], said: dict[Path, str]) -> dict[str, Any]:
    """Verdicts by group and label."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        if case.path not in said:
            continue
        counts[f"{case.group}: {case.label}"][said[case.path]] += 1
        if case.label != "invalid":
            counts[f"all {case.label}"][said[case.path]] += 1
    rows = {}
    for name, each in sorted(counts.items()):
        total = each.total()
        shares = {word: each[word] for word in ("hard", "soft", "unread", "late", "clean")}
        rows[name] = {
            "files": total,
            **shares,
            "not_clean_percent": round(100 * (total - each["clean"]) / total, 1),
        }
    return rows


def _text(value: str) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


def checkpoint(path: Path, size: int) -> None:
    """A torch checkpoint of 64 storages, as torch writes it, of bytes that mean nothing."""
    count = size // 64 // 4
    number = b"J" + count.to_bytes(4, "little")
    pieces = [b"\x80\x02}("]
    for key in range(64):
        storage = (
            b"("
            + _text("storage")
            + b"ctorch\nFloatStorage\n"
            + _text(str(key))
            + _text("cpu")
            + number
            + b"tQ"
        )
        hooks = b"ccollections\nOrderedDict\n)R"
        view = (
            b"ctorch._utils\n_rebuild_tensor_v2\n("
            + storage
            + b"K\x00"
            + number
            + b"\x85K\x01\x85\x89"
            + hooks
            + b"tR"
        )
        pieces.append(_text(f"layer.{key}.weight") + view)
    block = os.urandom(1 << 20)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"".join([*pieces, b"u."]))
        for key in range(64):
            with archive.open(f"m/data/{key}", "w") as member:
                for _ in range(count * 4 >> 20):
                    member.write(block)
        archive.writestr("m/version", "3\n")


def numbers(path: Path, count: int) -> None:
    """A pickle of many small values: opcodes and little else."""
    row = b"(" + b"".join(b"K%cG?\xf8\x00\x00\x00\x00\x00\x00" % (value % 256) for value in range(500)) + b"e"
    path.write_bytes(b"\x80\x04]" + row * (count // 1000) + b".")


_MEASURED = r"""
import re, sys, time
from pathlib import Path
from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact
look(Artifact.held("warm.pkl", b"\x80\x04N."))
before = time.perf_counter()
proof = look(Artifact.of(Path(sys.argv[1]))).proof
seconds = time.perf_counter() - before
print(proof, seconds, re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
"""


def cost(path: Path) -> dict[str, Any]:
    """Hashing alone, and hashing with the look, in turn; medians, and the largest memory of a process that does nothing else."""
    hashing, looking, memory, proof = [], [], 0, ""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
        hashing.append(time.perf_counter() - began)
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, path], capture_output=True, text=True, check=True
        )
        proof, seconds, peak = done.stdout.split()
        looking.append(float(seconds))
        memory = max(memory, int(peak))
    size = path.stat().st_size
    return {
        "bytes": size,
        "proof": proof,
        "sha256_seconds": round(median(hashing), 3),
        "look_seconds": round(median(looking), 3),
        "of_hashing_speed": round(median(hashing) / median(looking), 3),
        "peak_rss_mb": round(memory / 1024, 1),
    }


def speed(folder: Path) -> dict[str, Any]:
    """A large checkpoint, a large plain pickle, and one of opcodes only."""
    torch, plain, many = folder / "m.pt", folder / "m.bin", folder / "many.bin"
    checkpoint(torch, GIB)
    figures = {"torch checkpoint, 1 GiB": cost(torch)}
    torch.unlink()
    block = os.urandom(1 << 20)
    with plain.open("wb") as file:
        file.write(b"\x80\x04}X\x01\x00\x00\x00wB" + (256 << 20).to_bytes(4, "little"))
        for _ in range(256):
            file.write(block)
        file.write(b"s.")
    figures["plain pickle, 256 MiB"] = cost(plain)
    numbers(many, 2_000_000)
    found = cost(many)
    found["opcodes_per_second"] = round(2_000_000 / (found["look_seconds"] - found["sha256_seconds"]))
    figures["two million opcodes"] = found
    return figures


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cases", type=Path)
    options = parser.parse_args()
    sys.argv[1:] = ["--data", "DIR"] if options.data else []
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if options.data:
            place_of_cases = options.cases or folder / "cases"
            cases = kept(options.data, place_of_cases)
            said, seconds = ours(cases)
            tools = {"yanmen": {"seconds": round(seconds, 1), **table(cases, said)}}
            libraries = tuple((HERE / ".venv-benign-more").glob("lib/*/site-packages"))
            said, seconds = ours(cases, libraries)
            tools["yanmen, the libraries' source at hand"] = {
                "seconds": round(seconds, 1),
                **table(cases, said),
            }
            for tool in PEERS:
                peer = theirs(tool, cases, place_of_cases)
                if peer is None:
                    print(f"{tool} is not installed: bench/peers.sh", file=sys.stderr)
                    continue
                tools[tool] = {"seconds": round(peer[1], 1), "judged": len(peer[0]), **table(cases, peer[0])}
            figures |= {"looked_at": LOOKED_AT, "tools": tools, "objects": objects(folder)}
        figures["speed"] = speed(folder)
    keep("models", figures)


if __name__ == "__main__":
    main()
