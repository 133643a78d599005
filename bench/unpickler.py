"""Our reading of pickle streams against Python's own unpicklers, which really load them, in a sandbox.

    python bench/unpickler.py [--streams 20000] [--seed 1]

Streams by chance (``rig/opcodes.py``: every opcode and protocol, valid and damaged) are read by us, cut into opcodes by
pickletools, and loaded by five readers (``rig/real_unpickler.py``): the C unpickler from memory and from a buffered file, and the
one in Python, over probes; ``pickle.loads`` and the one in Python over real names, with an audit hook that refuses what reaches for
the system. The readers run as nobody's process: no network, a root that holds only the system's libraries and cannot be
written, their own process table, a gigabyte, two seconds.

What counts as a disagreement:
*unsafe*: proven safe by us, and a reader called or built what the proof does not name, or reached for the system.
*broken*: proven safe by us, and a reader that called something then broke on the stream.
*unlisted*: a reader imported or called what we did not list, whatever the verdict.
*value*: plain data to us and to a reader, and another value.
*opcodes*: another cut than that of pickletools, as far as that gets.
*raised*: our reading raised.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import pickletools
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rig import opcodes
from rig.harness import keep

from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.knowledge import knowledge, python3
from yanmen.supply.pickles.machine import Machine, Stopped
from yanmen.supply.pickles.spinning import spin
from yanmen.supply.pickles.streams import Stream, read_streams
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Value, concrete
from yanmen.supply.pickles.work import TooLarge

HERE = Path(__file__).parent
CLOSED = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o size=1m none /mnt
cd /mnt
for each in usr bin lib lib64; do mkdir $each; mount --rbind /$each $each; mount -o remount,bind,ro $each; done
mkdir proc dev
mount -t proc proc proc
touch dev/null
mount --bind /dev/null dev/null
mount -o remount,ro /mnt
exec chroot /mnt /usr/bin/python3 -I -S -c "$0"
"""
"""The root that the readers see. The program is given as text: its file is not there."""
_BREAKS = {"UnpicklingError", "EOFError"}


@contextmanager
def readers() -> Iterator[subprocess.Popen[bytes]]:
    """The process that loads, closed off."""
    program = (HERE / "rig" / "real_unpickler.py").read_text("utf-8")
    spaces = [
        "--user",
        "--map-root-user",
        "--net",
        "--pid",
        "--fork",
        "--mount",
        "--ipc",
        "--uts",
        "--kill-child",
    ]
    command = ["unshare", *spaces, "sh", "-c", CLOSED, program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}) as process:
        try:
            yield process
        finally:
            process.kill()


def loaded(process: subprocess.Popen[bytes], data: bytes) -> dict[str, list[list[str]]]:
    """What each reader did with a stream."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(base64.b64encode(data) + b"\n")
    process.stdin.flush()
    answer: dict[str, list[list[str]]] = json.loads(process.stdout.readline())
    return answer


class Ours:
    """Our reading of a stream."""

    def __init__(self, data: bytes) -> None:
        self.journal = Journal()
        self.streams: list[Stream] = read_streams(io.BytesIO(data), len(data), self.journal, lambda: None)
        self.proof = self.journal.proof
        said = [f"{about} {seen.evidence}" for (_, about), seen in self.journal.findings.items()]
        self.said = "\n".join([*said, *self.journal.names, *self.journal.steps])

    def lists(self, module: str, name: str) -> bool:
        """Whether a name was seen, as Python 2 or 3 calls it."""
        names = self.journal.names
        return f"{module}.{name}" in names or ".".join(python3(module, name)) in names


def shown(value: Value, depth: int = 0) -> str:
    """Plain data as the readers show it."""
    if value is None or type(value) in {bool, int, float, str, bytes}:
        return repr(value)
    if depth > 5 or type(value) not in {list, tuple, dict}:
        return "?"
    if isinstance(value, dict):
        return "{" + ",".join(f"{shown(k, depth + 1)}:{shown(v, depth + 1)}" for k, v in value.items()) + "}"
    items = ",".join(shown(each, depth + 1) for each in value)
    return f"[{items}]" if isinstance(value, list) else f"({items})"


def compared(data: bytes, ours: Ours, reader: str, events: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Disagreements with one reader, and what about."""
    safe = ours.proof == "proven_safe"
    steps = set(ours.journal.steps)
    names: dict[str, tuple[str, str]] = {}
    called = False
    number = 0
    for what, *about in events:
        if what == "name":
            names[".".join(about)] = (about[0], about[1])
        if what == "name" and not ours.lists(about[0], about[1]):
            yield "unlisted", f"{reader}: imports {about}"
        elif what in {"call", "new"}:
            called = True
            path = about[0]
            known = {path, ".".join(python3(*names.get(path, ("", path))))}
            if safe and not known & steps:
                yield "unsafe", f"{reader}: {what} {path}"
            elif path != "?" and not any(each in ours.said for each in known):
                yield "unlisted", f"{reader}: {what} {path}"
        elif safe and (what == "acts" or (what in {"build", "put", "set"} and about[1] == "class")):
            yield "unsafe", f"{reader}: {what} {about}"
        elif what == "error" and safe and called and about[0] in _BREAKS:
            yield "broken", f"{reader}: {about}"
        elif what == "value":
            yield from _value(ours, reader, number, about[0])
            number += 1


def _value(ours: Ours, reader: str, number: int, theirs: str) -> Iterator[tuple[str, str]]:
    if ours.proof != "proven_safe" or number >= len(ours.streams) or "?" in theirs:
        return
    try:
        mine = shown(concrete(ours.streams[number].value))
    except (ValueError, TypeError):
        return
    if "?" not in mine and mine[:200] != theirs[:200]:
        yield "value", f"{reader}: {theirs[:80]} and not {mine[:80]}"


def cut(data: bytes) -> list[int]:
    """Where we see opcodes begin, in the first stream."""
    machine = Machine(io.BytesIO(data), Judge(Journal(), knowledge()), lambda: None, size=len(data))
    places = []
    try:
        while True:
            places.append(machine.offset)
            spin(machine, machine.table, machine.border, 1)
    except (Stopped, BrokenStream, TooLarge, IndexError, ValueError, KeyError):
        return places
    except Exception:  # noqa: BLE001  # struct.error, and what the reading of the whole tells of
        return places


def theirs(data: bytes) -> list[int]:
    """Where pickletools does, as far as it gets."""
    places: list[int] = []
    try:
        places.extend(place for _, _, place in pickletools.genops(data) if place is not None)
    except Exception:  # noqa: BLE001  # it raises whatever comes
        return places
    return places


def judged(process: subprocess.Popen[bytes], data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Our verdict on a stream, and the disagreements."""
    try:
        ours = Ours(data)
    except Exception as error:  # noqa: BLE001  # what it should never do
        return "raised", [("raised", repr(error))]
    found: list[tuple[str, str]] = []
    for reader, events in loaded(process, data).items():
        found += compared(data, ours, reader, events)
    mine, other = cut(data), theirs(data)
    together = min(len(mine), len(other))
    if mine[:together] != other[:together]:
        found.append(("opcodes", f"{mine[:together][-3:]} and not {other[:together][-3:]}"))
    return ours.proof, found


def main() -> None:
    """Print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="every disagreement, with its stream")
    options = parser.parse_args()
    rnd = random.Random(options.seed)  # the same streams every time
    counts: dict[str, Counter[str]] = {"kinds": Counter(), "verdicts": Counter(), "disagreements": Counter()}
    with readers() as process:
        for _ in range(options.streams):
            how, data = opcodes.stream(rnd)
            proof, found = judged(process, data)
            counts["kinds"][how] += 1
            counts["verdicts"][proof] += 1
            for what in sorted({what for what, _ in found}):
                counts["disagreements"][what] += 1
            if options.show and found:
                print(data, proof, found[:3], file=sys.stderr)
    figures: dict[str, Any] = {name: dict(sorted(each.items())) for name, each in counts.items()}
    keep("unpickler", {"streams": options.streams, "seed": options.seed, **figures})


if __name__ == "__main__":
    main()
