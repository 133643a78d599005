"""Records on their way into a table: spooled to disk as they come, sorted by key, written group by group."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from yanmen.intel.advisories.advisories import NAME, PACKAGE, Mention
from yanmen.intel.advisories.record import Osv, changed, records

_PACK = msgspec.msgpack.Encoder().encode


class _Row(NamedTuple):
    key: str
    start: int
    size: int
    record: int


class Gathering:
    """The records of one feed. Of two with one id the one changed later stands."""

    def __init__(self, folder: Path) -> None:
        """``folder``: where the spool may lie; it has no name there, and is gone with this."""
        folder.mkdir(parents=True, exist_ok=True)
        self._spool = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by close
        self._rows: list[_Row] = []
        self._newest: dict[str, tuple[int, int]] = {}
        self._dropped: set[int] = set()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def __len__(self) -> int:
        """Records that stand."""
        return self._count - len(self._dropped)

    @property
    def replaced(self) -> int:
        """Records that a newer one of the same id replaced."""
        return len(self._dropped)

    def add(self, osv: Osv) -> None:
        """Take a record up."""
        number = self._count
        self._count += 1
        packages: list[str] = []
        for key, record in records(osv):
            packages.append(key)
            self._put(PACKAGE + key, _PACK(record), number)
        modified = changed(osv)
        other = self._newest.get(osv.id)
        if other is None or modified >= other[0]:
            self._newest[osv.id] = (modified, number)
            self._dropped.update(() if other is None else (other[1],))
        else:
            self._dropped.add(number)
        mention = _PACK(Mention(osv.id, modified, bool(osv.withdrawn), tuple(packages)))
        for name in {osv.id, *(osv.aliases or ())}:
            self._put(NAME + name.upper(), mention, number)

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """Keys with all their records, in order, as a table wants them."""
        self._rows.sort()
        for key, group in groupby(self._rows, key=itemgetter(0)):
            values = [self._value(row) for row in group if row.record not in self._dropped]
            if values:
                yield key, _array(values)

    def _put(self, key: str, value: bytes, number: int) -> None:
        self._rows.append(_Row(key, self._spool.tell(), len(value), number))
        self._spool.write(value)

    def _value(self, row: _Row) -> bytes:
        self._spool.seek(row.start)
        return self._spool.read(row.size)


def _array(values: list[bytes]) -> bytes:
    """A msgpack array of values that are packed already."""
    return _PACK([msgspec.Raw(value) for value in values])
