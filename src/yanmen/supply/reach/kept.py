"""What files said, kept by the digest of their bytes, so that a file is read through once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import msgspec

from yanmen.supply.reach.facts import Facts
from yanmen.supply.reach.reading import read

_READERS = ("calls", "facts", "reading", "values")
"""Modules that decide what is seen in a source."""


def _shape() -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name in _READERS:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return f"{sys.version_info.major}.{sys.version_info.minor}/{digest.hexdigest()}"


SHAPE = _shape()
"""Whose syntax a file was read by, and by which readers: what others kept is read anew."""
_LARGEST = 512 << 20
_MOST = 100_000
"""Files that are kept."""


class Kept(msgspec.Struct, array_like=True):
    """As it stands in the file."""

    shape: str
    facts: dict[str, Facts]


class Memory:
    """Facts by digest. With no file, for this run only."""

    def __init__(self, file: Path | None = None) -> None:
        """What cannot be read, or is of another shape, is as if it were not there."""
        self._file = file
        self._facts: dict[str, Facts] = {}
        self._used: dict[str, Facts] = {}
        if file is None:
            return
        with contextlib.suppress(OSError, msgspec.DecodeError, ValueError, RecursionError):
            if file.stat().st_size <= _LARGEST:
                known = msgspec.msgpack.decode(file.read_bytes(), type=Kept)
                self._facts = known.facts if known.shape == SHAPE else {}

    def facts(self, data: bytes) -> Facts:
        """What these bytes say."""
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        found = self._used.get(digest) or self._facts.get(digest) or read(data)
        self._used[digest] = found
        return found

    def keep(self) -> None:
        """Write what was used, in one step; where the folder cannot be written nothing is kept, and nothing is lost by it."""
        if self._file is None or self._used.keys() <= self._facts.keys():
            return
        rest = {digest: facts for digest, facts in self._facts.items() if digest not in self._used}
        merged = dict([*self._used.items(), *rest.items()][:_MOST])
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".reach-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(msgspec.msgpack.encode(Kept(SHAPE, merged)))
                Path(name).replace(self._file)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
