"""A real store in a folder of its own, and the events other rooms would write into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Incident, Ref, Severity
from yanmen.store import Key, Scope, Store

PERSON = Ref(kind="user", id="alice")


@dataclass
class Scene:
    """What happens around the watch."""

    store: Store
    folder: Path

    def key(
        self, name: str = "ci-bot", *, scopes: tuple[Scope, ...] = ("call",), tenant: str = "default"
    ) -> tuple[str, Key]:
        """A new key of ours: its text and what is stored of it."""
        text = new_key()
        key = Key(
            id=new_id("key"), hash=key_hash(text), name=name, scopes=scopes, tenant=tenant, created=now()
        )
        self.put("key.created", {"key": msgspec.to_builtins(key)}, subject=Ref(kind="key", id=key.id))
        return text, key

    def put(
        self,
        kind: str,
        data: dict[str, Any],
        *,
        actor: Ref | None = None,
        subject: Ref | None = None,
        at: int = 0,
    ) -> Event:
        """One event, durable."""
        event = Event(id=new_id("evt"), at=at or now(), kind=kind, actor=actor, subject=subject, data=data)
        self.store.append(event).result(30)
        return event

    def leak(self, key: Key, place: str = "https://example.org/repo", at: int = 0) -> Event:
        """A report that a key was seen."""
        data = {"hash": key.hash, "key": key.id, "place": place, "source": "scanner"}
        return self.put("leak.sighted", data, subject=Ref(kind="key", id=key.id), at=at)

    def call(
        self, key: Key, kind: str = "call.allowed", *, rule: str = "", at: int = 0, **more: Any
    ) -> Event:
        """A call by a key, as the gateway records it; with a finding where a rule is given."""
        data: dict[str, Any] = {
            "surface": "chat",
            "method": "POST",
            "path": "/v1/chat/completions",
            "model": "m1",
            "key": key.id,
            "tenant": key.tenant,
            "ip": "203.0.113.7",
            "status": 200,
            "tokens_in": 3,
            "tokens_out": 5,
            "verdict": "allow" if kind == "call.allowed" else "block",
        }
        if rule:
            data["findings"] = [
                found(rule, more.pop("subject", "text:0"), more.pop("evidence", "ignore all"))
            ]
        call = Ref(kind="call", id=new_id("call"))
        return self.put(kind, data | more, actor=Ref(kind="key", id=key.id), subject=call, at=at)

    def attack(self, key: Key, times: int = 1, at: int = 0) -> list[Event]:
        """So many refused prompt attacks."""
        return [self.call(key, "call.refused", rule="prompt.override", at=at) for _ in range(times)]

    def incidents(self) -> list[Incident]:
        """Every incident, by cause."""
        return sorted(self.store.incidents.list(limit=1_000), key=lambda one: one.cause)

    def banned(self) -> set[str]:
        """Ids of the decisions that stand."""
        return {decision.id for decision in self.store.decisions.standing(now())}


def found(rule: str, subject: str = "text:0", evidence: str = "ignore all") -> dict[str, Any]:
    """A finding as events carry it."""
    return {
        "rule": rule,
        "severity": int(Severity.HIGH),
        "subject": subject,
        "confidence": 0.9,
        "evidence": evidence,
        "part": "/messages/0/content",
        "start": 0,
        "end": 10,
        "fingerprint": "0123456789abcdef",
    }


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A store and what happens around it."""
    with Store.open(tmp_path / "data") as store:
        yield Scene(store=store, folder=tmp_path / "data")


@pytest.fixture
def person() -> Ref:
    """An analyst."""
    return PERSON
