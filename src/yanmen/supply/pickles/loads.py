"""Calls that unpickle what they are given: the bytes are read as that call would read them, with the same judge."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.machine import Machine
from yanmen.supply.pickles.storages import Storages
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Large, Listed, Value
from yanmen.supply.pickles.work import TooLarge

DEEPEST = 4
"""Calls within the bytes of calls that are followed."""
HEAD = 4 << 20
"""Bytes of one argument that are read; torch's storages, which lie behind the pickles, are passed over."""
_TORCH = 119547037146038801333356
"""What torch's older form begins with."""


class Loads:
    """Of one stream. A judge asks it what a call of ``pickle.loads`` or ``torch.storage._load_from_bytes`` gives."""

    def __init__(self, stream: BinaryIO, judge: Judge, size: int | None, depth: int = 0) -> None:
        """``stream``: where a string that was not held lies; it is left at the place at which it was found."""
        self._stream = stream
        self._judge = judge
        self._size = size
        self._depth = depth

    def pickled(self, argument: Value) -> Value:
        """As ``pickle.loads``. ValueError, with the reason, where what it would do is not known."""
        data, size = self._bytes(argument)
        if size > len(data):
            raise ValueError(f"{size} bytes to unpickle")
        return self._read(io.BytesIO(data), len(data), 0, self._judge)[0]

    def torch(self, argument: Value) -> Value:
        """As ``torch.load`` of these bytes, of its older form."""
        data, size = self._bytes(argument)
        storages = Storages()
        judge = Judge(self._judge.journal, self._judge.knowledge, storages.load)
        stream, at = io.BytesIO(data), 0
        values: list[Value] = []
        for _ in range(5):
            value, at = self._read(stream, len(data), at, judge)
            values.append(value)
        keys = values[4]
        if values[0] != _TORCH or not isinstance(keys, Listed) or keys.lost:
            raise ValueError("bytes that are not of torch's older form")
        for key in keys.items:
            storage = storages.found.get(key) if type(key) is str else None
            if storage is None:
                raise ValueError("a storage that the pickle does not name")
            if at + 8 <= len(data) and struct.unpack_from("<q", data, at)[0] != storage.count:
                raise ValueError(f"the storage {storage.key} says another length")
            at += 8 + storage.size
        if at != size:
            raise ValueError("bytes behind the storages, or too few of them")
        return values[3]

    def _bytes(self, argument: Value) -> tuple[bytes, int]:
        if isinstance(argument, bytes):
            return argument, len(argument)
        if (
            not isinstance(argument, Large)
            or argument.kind != "bytes"
            or argument.at < 0
            or self._size is None
        ):
            raise ValueError("no bytes that are held")
        before = self._stream.tell()
        self._stream.seek(argument.at)
        data = self._stream.read(min(argument.size, HEAD))
        self._stream.seek(before)
        return data, argument.size

    def _read(self, stream: BinaryIO, size: int, start: int, judge: Judge) -> tuple[Value, int]:
        if self._depth >= DEEPEST:
            raise ValueError("pickles within pickles, too deep")
        machine = Machine(stream, judge, _no_clock, start=start, size=size)
        before, judge.loads = judge.loads, Loads(stream, judge, size, self._depth + 1)
        try:
            return machine.run(), machine.offset
        except (BrokenStream, TooLarge) as error:
            raise ValueError(str(error)) from None
        finally:
            judge.loads = before


def _no_clock() -> None:
    """Its work is bounded with that of the file."""
