"""Stores to test with, and events to put into them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
from tests.postgresql import Server

from yanmen.core.clock import now
from yanmen.core.config import Store as Settings
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Decision, Event, Ref, Verdict
from yanmen.store import Key, Store
from yanmen.store import store as opened
from yanmen.store.address import note

ENGINES = ["embedded", "postgresql"]
ALWAYS = frozenset({"test_decisions", "test_events", "test_keys", "test_store", "test_moving"})
"""Modules whose tests are run over both engines always; the others over PostgreSQL by ``make test-shared`` alone."""
EVERY = os.environ.get("YANMEN_TEST_ENGINES") == "all"


class MakeEvent(Protocol):
    """Makes an event of a kind; keyword arguments are its data."""

    def __call__(self, kind: str = ..., /, **data: Any) -> Event:
        """A new event."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a store is run over both engines, each the real one; but what is about one of them."""
    if "engine" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker
        both = EVERY or metafunc.module.__name__.rpartition(".")[2] in ALWAYS
        engines = [name for name in ENGINES if marker(name)] or ENGINES[: 1 + both]
        metafunc.parametrize("engine", engines)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no dead server: stores that are opened without settings wait for a minute."""
    monkeypatch.setattr(opened, "Settings", partial(Settings, patience_seconds=60))


@pytest.fixture
def data(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> Path:
    """A folder for a store, or one that says where the store is."""
    folder = tmp_path / "data"
    if engine == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        note(folder, server.database())
    return folder


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    """A new store."""
    with Store.open(data) as opened:
        yield opened


@pytest.fixture
def event() -> MakeEvent:
    """Makes events of ``key:key_1`` about a call."""

    def make(kind: str = "call.allowed", /, **data: Any) -> Event:
        subject = Ref(kind="call", id=new_id("call"))
        actor = Ref(kind="key", id="key_1")
        return Event(id=new_id("evt"), at=now(), kind=kind, actor=actor, subject=subject, data=data)

    return make


@pytest.fixture
def key() -> Key:
    """A key."""
    return Key(id=new_id("key"), hash=key_hash(new_key()), name="a team", created=now())


@pytest.fixture
def ban() -> Decision:
    """A ban of ``key:key_1`` for an hour."""
    subject = Ref(kind="key", id="key_1")
    return Decision(id=new_id("dec"), at=now(), subject=subject, verdict=Verdict.BLOCK, lasts=3_600)


@pytest.fixture
def busy(data: Path, event: MakeEvent, key: Key, ban: Decision) -> Path:
    """A closed store with something of everything in it: 30 records and a kept text."""
    plain = {"verdict": "allow", "model": "m", "tokens_in": 3, "tokens_out": 4, "tenant": "t"}
    found = {
        "rule": "key.leaked",
        "severity": 4,
        "subject": "key-hash:00",
        "evidence": "ym_…",
        "fingerprint": "f",
    }
    with Store.open(data) as store:
        store.append(event("key.created", key=msgspec.to_builtins(key))).result(30)
        store.append(event("decision.made", decision=msgspec.to_builtins(ban))).result(30)
        account = {"name": "admin", "role": "admin", "hash": "$argon2"}
        store.append(event("account.created", account=account)).result(30)
        for _ in range(25):
            store.append_soon(event(**plain))
        store.append(event("call.refused", verdict="block", model="m", findings=[found])).result(30)
        kept = event(**plain)
        commitment = store.content.put(kept.id, "t", "prompt", "机密 text".encode())
        whole = msgspec.structs.replace(kept, data={**kept.data, "content": {"prompt": commitment}})
        store.append(whole).result(30)
    return data
