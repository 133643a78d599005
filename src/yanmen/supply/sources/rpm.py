"""What rpm installed: its database as SQLite, as Berkeley DB's hash and as rpm's own (ndb), told by content."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator

from yanmen.core.nouns import Unexamined
from yanmen.supply import berkeley, ndb
from yanmen.supply.extractor import Extractor
from yanmen.supply.purls import purl
from yanmen.supply.systems import System, system_of
from yanmen.supply.targets import Component
from yanmen.supply.walk import File, UnreadError

LARGEST = 512 << 20
"""Bytes of the database; a system with 3,000 packages has some 150 MB."""
PACKAGES = 200_000
STEPS = 20_000
"""Thousands of steps of SQLite's machine that reading may take."""
_HEADER = 16
_COUNTER = 4
"""Bytes of the number of the next package, which Berkeley DB's form keeps among the headers."""
_MAGIC = b"SQLite format 3\x00"
_STRING, _STRINGS, _INTEGERS, _TRANSLATED = 6, 8, 4, 9
_TAGS = {
    1000: "name",
    1001: "version",
    1002: "release",
    1003: "epoch",
    1011: "vendor",
    1014: "licence",
    1020: "url",
    1022: "arch",
    1044: "source",
}


class Rpm(Extractor):
    """Reads rpm's database. Nothing is written, and no part of the file is trusted to be a table."""

    names = frozenset({"rpmdb.sqlite", "packages", "packages.db"})
    beside = frozenset({"os-release"})

    def wants(self, file: File) -> bool:
        """At its places below a root folder."""
        return file.folder.endswith(("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"))

    def read(self, file: File) -> Iterator[Component | Unexamined]:
        """The system, and each package."""
        place = next(
            one
            for one in ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
            if file.folder.endswith(one)
        )
        system = system_of(file, f"{place}/{file.name}")
        if own := system.component():
            yield own
        for number, blob in enumerate(_blobs(file.bytes(LARGEST))):
            try:
                yield _package(file, _tags(blob), system)
            except (UnreadError, struct.error) as error:
                yield file.unread("malformed", f"package {number + 1}: {error}")


def _blobs(data: bytes) -> Iterator[bytes]:
    """The headers of packages, whatever form the database has."""
    if data.startswith(_MAGIC):
        yield from _from_sqlite(data)
        return
    form = ndb.values if ndb.is_ndb(data) else berkeley.values
    for number, blob in enumerate(form(data)):
        if number >= PACKAGES:
            raise UnreadError("too-large", f"more than {PACKAGES} packages")
        if len(blob) > _COUNTER:
            yield blob


def _from_sqlite(data: bytes) -> Iterator[bytes]:
    """From a copy in memory."""
    held = bytearray(data)
    held[18:20] = (
        b"\x01\x01"  # one that is written ahead can be opened only with its log; what is in the log is not seen
    )
    connection = sqlite3.connect(":memory:")
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return int(steps > STEPS)

    try:
        connection.deserialize(bytes(held))
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.set_progress_handler(count, 1_000)
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Packages'"
        ).fetchone():
            raise UnreadError("malformed", "a database without a table of packages")
        for number, (blob,) in enumerate(connection.execute("SELECT blob FROM Packages ORDER BY hnum")):
            if number >= PACKAGES:
                raise UnreadError("too-large", f"more than {PACKAGES} packages")
            if isinstance(blob, bytes):
                yield blob
    except sqlite3.Error as error:
        reason = "timed-out" if steps > STEPS else "malformed"
        raise UnreadError(reason, f"no database of rpm: {error}") from None
    finally:
        connection.close()


def _tags(blob: bytes) -> dict[str, str]:
    """The values of a header that are asked for: an index of tags, then the bytes they point to."""
    entries, size = struct.unpack_from(">II", blob, 0)
    start = 8 + entries * _HEADER
    if start + size > len(blob):
        raise UnreadError("malformed", "a header that is longer than it is")
    found: dict[str, str] = {}
    for place in range(8, start, _HEADER):
        tag, kind, offset, count = struct.unpack_from(">IIII", blob, place)
        name = _TAGS.get(tag)
        if name is None or offset >= size:
            continue
        if kind in {_STRING, _STRINGS, _TRANSLATED}:
            end = blob.find(b"\x00", start + offset, start + size)
            found[name] = blob[start + offset : end if end >= 0 else start + size].decode("utf-8", "replace")
        elif kind == _INTEGERS and count:
            found[name] = str(struct.unpack_from(">I", blob, start + offset)[0])
    return found


def _package(file: File, said: dict[str, str], system: System) -> Component:
    name, arch = said.get("name", ""), said.get("arch", "")
    version = f"{said.get('version', '')}-{said.get('release', '')}".strip("-")
    epoch = said.get("epoch", "")
    full = f"{epoch}:{version}" if epoch and epoch != "0" else version
    source = said.get("source", "").removesuffix(".src.rpm").rsplit("-", 2)
    facts = {
        "source": source[0] or name,
        "arch": arch,
        "supplier": said.get("vendor", ""),
        "homepage": said.get("url", "")[:200],
    }
    facts["source_version"] = "-".join(source[1:]) or full
    qualifiers = (("arch", arch), ("distro", system.distro), ("epoch", epoch if epoch != "0" else ""))
    return Component(
        purl=purl("rpm", name, version, system.id or "rpm", qualifiers),
        ecosystem=system.ecosystem,
        name=name,
        version=full,
        how="installed",
        where=file.at(),
        licences=(said["licence"],) if said.get("licence") else (),
        facts={key: value for key, value in facts.items() if value},
    )
