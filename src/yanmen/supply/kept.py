"""Keeps what was found in files, by their digests, so that a scan that was stopped goes on, and the next one is quick."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import msgspec

import yanmen
from yanmen.supply import studies
from yanmen.supply.report import Result
from yanmen.supply.studies import Unit
from yanmen.supply.walk import unexamined

PASSING = frozenset({"timed-out", "unreadable"})
"""Reasons that may not hold the next time: what could not be judged for one of them is looked at again."""
LARGEST = 16 << 20
"""Bytes of one kept result."""


class Kept:
    """Results by what they were found in. A result is kept under the file's digest, its kind and this program's own code."""

    def __init__(self, folder: Path | None) -> None:
        """``folder``: where; None: nothing is kept."""
        self._folder = folder

    def over(self, units: Sequence[Unit], jobs: int) -> Iterator[Result]:
        """The result of each unit, in their order. A unit that takes its process down could not be judged."""
        if jobs == 1 or len(units) == 1:
            for unit in units:
                yield self._one(unit)
            return
        pool = _pool(jobs)
        try:
            waiting: list[tuple[Unit, Future[Result]]] = [
                (unit, pool.submit(self._one, unit)) for unit in units
            ]
            for unit, future in waiting:
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield self._alone(unit)
        finally:
            pool.shutdown(cancel_futures=True)

    def _alone(self, unit: Unit) -> Result:
        """Once more, in a process of its own: of several that ran when one died nobody knows which it was."""
        with _pool(1) as pool:
            try:
                return pool.submit(self._one, unit).result()
            except BrokenProcessPool:
                gap = unexamined(unit.name, "crashed", "the process that looked at it ended")
                return Result(
                    path=unit.name,
                    kind=unit.kind,
                    unexamined=(gap,),
                    proof="unknown" if unit.kind == "model" else None,
                )

    def _one(self, unit: Unit) -> Result:
        by_source = unit.kind == "model" and unit.against  # which may change, and no digest says so
        if self._folder is None or by_source or not (digest := studies.digest(unit.path)):
            return studies.study(unit)
        place = self._place(self._folder, unit, digest)
        if (known := _read(place)) is not None:
            return known
        result = studies.study(unit, digest)
        if not any(one.reason in PASSING for one in result.unexamined):
            _write(place, result)
        return result

    @staticmethod
    def _place(folder: Path, unit: Unit, digest: str) -> Path:
        beside = "\0".join(studies.digest(path) for path in unit.against)
        said = f"{unit.kind}\0{unit.name}\0{digest}\0{revision()}\0{beside}"
        name = hashlib.sha256(said.encode()).hexdigest()
        return folder / name[:2] / f"{name}.json"


@cache
def revision() -> str:
    """A digest of all code and knowledge that judges: what an older one found says nothing of what this one would."""
    sum_ = hashlib.sha256(yanmen.__version__.encode())
    root = Path(yanmen.__file__).parent
    for room in ("supply", "guard", "core"):  # data sets are looked at by the guard's detectors, too
        for path in sorted((root / room).rglob("*")):
            if path.suffix in {".py", ".yaml"}:
                sum_.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return sum_.hexdigest()


def _read(place: Path) -> Result | None:
    """What is kept; None where there is nothing, or nothing that can be read."""
    try:
        if place.stat().st_size > LARGEST:
            return None
        return msgspec.json.decode(place.read_bytes(), type=Result)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def _write(place: Path, result: Result) -> None:
    """Keep it, whole or not at all. Where that fails, the next scan looks again."""
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.encode(result))
        Path(name).replace(place)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
