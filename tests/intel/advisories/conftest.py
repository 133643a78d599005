"""Records, and feeds of them, as the tests of this room need them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import DAY
from yanmen.intel.advisories import Advisories
from yanmen.intel.advisories.importing.importer import Wish, update
from yanmen.intel.advisories.record import Osv, moment

CORPUS = Path(__file__).parents[2] / "corpora" / "advisories"
TODAY = moment("2026-11-21T08:00:00Z")


@pytest.fixture
def corpus() -> Path:
    """The folder of labelled samples."""
    return CORPUS


@pytest.fixture
def today() -> int:
    """The time that the tests take it to be."""
    return TODAY


@pytest.fixture
def osv() -> Callable[..., dict[str, Any]]:
    """Makes an OSV record: ``osv("PYSEC-1", "pypi-name", introduced="0", fixed="2")``."""

    def make(
        name: str,
        package: str = "example",
        *,
        ecosystem: str = "PyPI",
        versions: tuple[str, ...] = (),
        **more: Any,
    ) -> dict[str, Any]:
        events = [
            {kind: more.pop(kind)}
            for kind in ("introduced", "fixed", "last_affected", "limit")
            if kind in more
        ]
        events = more.pop("events", events)
        kind = more.pop("kind", "ECOSYSTEM")
        affected: dict[str, Any] = {
            "package": {"ecosystem": ecosystem, "name": package},
            "versions": list(versions),
        }
        if events:
            affected["ranges"] = [{"type": kind, "events": events}]
        return {"id": name, "modified": "2026-11-20T00:00:00Z", "affected": [affected], **more}

    return make


@pytest.fixture
def record() -> Callable[[dict[str, Any]], Osv]:
    """A record as the importer reads it."""
    return lambda given: msgspec.convert(given, Osv)


@pytest.fixture
def feed(tmp_path: Path) -> Callable[..., Path]:
    """Imports records as a feed of a name, covering what is said; answers the folder."""

    def make(
        *records: dict[str, Any], name: str = "one", covers: tuple[str, ...] = ("PyPI",), **more: Any
    ) -> Path:
        source = tmp_path / f"{name}.jsonl"
        source.write_text("".join(json.dumps(one) + "\n" for one in records) or "\n")
        update(tmp_path / "feeds", source, Wish(name=name, covers=covers, **more), clock=lambda: TODAY)
        return tmp_path / "feeds"

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Advisories]]:
    """Opens a folder of feeds, at the time the tests take it to be; all are closed afterwards."""
    known: list[Advisories] = []

    def make(folder: Path, *, days_later: int = 0) -> Advisories:
        known.append(Advisories.open(folder, clock=lambda: TODAY + days_later * DAY))
        return known[-1]

    yield make
    for one in known:
        one.close()
