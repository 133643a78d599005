"""Archives with millions of members, scanned by the real command: seconds, memory, and what it says.

    python bench/bad_input.py [--entries 10000000]

Each is made on disk first, streamed: a tar of empty names (plain and packed), a zip with that many members in its directory (by its
extension a wheel, then a model), and an image whose one layer is such a tar. Clean is the one answer that is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

RESULTS = Path(__file__).parent / "results/bad_input.json"
CHUNK = 10_000
SECONDS = 600
"""Of processor time, for one scan."""


def headers(entries: int) -> Iterator[bytes]:
    """Tar headers of empty members, by the chunk; names come again after a chunk."""
    chunk = b"".join(map(header, range(CHUNK)))
    for _ in range(-(-entries // CHUNK)):
        yield chunk


def header(number: int) -> bytes:
    """One header, ustar."""
    block = bytearray(512)
    name = b"d/%08d" % number
    block[: len(name)] = name
    block[100:108], block[108:116], block[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    block[124:136], block[136:148] = b"00000000000\0", b"00000000000\0"
    block[148:156], block[156:157], block[257:265] = b" " * 8, b"0", b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def tar(stream: BinaryIO, entries: int) -> None:
    """A plain one."""
    stream.writelines(headers(entries))
    stream.write(bytes(1024))


def packed(stream: BinaryIO, entries: int) -> None:
    """The same, by gzip."""
    machine = zlib.compressobj(1, wbits=31)
    stream.writelines(machine.compress(chunk) for chunk in headers(entries))
    stream.write(machine.compress(bytes(1024)) + machine.flush())


def zipped(stream: BinaryIO, entries: int) -> None:
    """One local member, and a directory that names it again and again (ZIP64)."""
    stream.write(struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 10, 0) + b"a/00000000")
    at = stream.tell()
    chunk = b"".join(named_again(number) for number in range(CHUNK))
    stream.writelines(chunk for _ in range(-(-entries // CHUNK)))
    entries = -(-entries // CHUNK) * CHUNK
    size = stream.tell() - at
    end = stream.tell()
    stream.write(struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, at))
    stream.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
    stream.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))


def named_again(number: int) -> bytes:
    """An entry of a zip's directory, for the one member there is."""
    name = b"a/%08d" % number
    numbers = (20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
    return struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *numbers) + name


def image(folder: Path) -> Callable[[BinaryIO, int], None]:
    """A docker archive with one layer."""

    def written(stream: BinaryIO, entries: int) -> None:
        layer = folder / "layer"
        with layer.open("wb") as out:
            tar(out, entries)
        manifest = json.dumps([{"Config": "c.json", "RepoTags": ["x:1"], "Layers": ["l.tar"]}]).encode()
        for name, data in (("manifest.json", manifest), ("c.json", b"{}")):
            head = named(name, len(data))
            stream.write(head + data.ljust(512, b"\0"))
        size = layer.stat().st_size
        stream.write(named("l.tar", size))
        with layer.open("rb") as held:
            shutil.copyfileobj(held, stream, 1 << 20)
        stream.write(bytes(1024))
        layer.unlink()

    return written


def named(name: str, size: int) -> bytes:
    """A header of a member with content."""
    block = bytearray(header(0))
    block[:100] = name.encode().ljust(100, b"\0")
    block[124:136] = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def scanned(path: Path) -> dict[str, Any]:
    """What the command says, how long it took and how much it held."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(path.parent / "cache"), "YANMEN_LANG": "en"}
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "yanmen.cli", "scan", str(path), "--format", "json", "--no-cache"],
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),  # noqa: PLW1509  # no threads
        )
        _, status, used = os.wait4(process.pid, 0)
        out.seek(0)
        said = out.read()
    tree: dict[str, Any] = json.loads(said) if said else {"verdict": "none", "targets": []}
    gaps = sorted(
        {f"{gap['reason']}: {gap['detail']}" for one in tree["targets"] for gap in one["unexamined"]}
    )
    return {
        "size_mb": round(path.stat().st_size / 1e6, 1),
        "seconds": round(time.monotonic() - began, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "exit": os.waitstatus_to_exitcode(status),
        "verdict": tree["verdict"],
        "could_not_judge": gaps[:3],
    }


def main() -> None:
    """Make, scan, keep."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=10_000_000)
    entries = arguments.parse_args().entries
    figures: dict[str, Any] = {"entries": entries}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases: dict[str, Callable[[BinaryIO, int], None]] = {
            "many-1.0.tar.gz": packed,
            "many.tar": tar,
            "many-1.0-py3-none-any.whl": zipped,
            "many.pt": zipped,
            "image.tar": image(folder),
        }
        for shown, make in cases.items():
            path = folder / shown
            with path.open("wb") as stream:
                make(stream, entries)
            figures[shown] = scanned(path)
            print(shown, figures[shown], flush=True)
            path.unlink()
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
