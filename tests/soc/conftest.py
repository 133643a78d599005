"""A real store in a folder of its own, and the events other rooms would write into it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event, Incident, Ref, Severity
from yanmen.guard.sketch import sketch
from yanmen.soc.facts import facts_of
from yanmen.soc.watch import Soc
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

    def said(self, key: Key, text: str, *, passed: bool = False, score: float = 0.9, **more: Any) -> Event:
        """A prompt attack with these words, as the gateway records it: their sketch, not themselves."""
        told = {"score": score, "sketch": sketch(text), "part": "/messages/0/content", "channel": "user"}
        kind = "call.allowed" if passed else "call.refused"
        return self.call(key, kind, rule=more.pop("rule", "prompt.override"), guard=told, **more)

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


AfterKill = Callable[[Path, int, str], tuple[bool, list[Any]]]
"""Given a store's folder, the number of a write, and ``before`` or ``after`` it: whether the watch lived, and what stands."""

DRIVER = """
import os, signal, sys
from pathlib import Path
from yanmen.soc.watch import Soc
from yanmen.store import Store

place, when = int(sys.argv[2]), sys.argv[3]
with Store.open(Path(sys.argv[1])) as store:
    calls = 0

    def dying(write):
        def written(*args):
            global calls
            calls += 1
            if calls == place and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = write(*args)
            if calls == place:
                if answer is not None:
                    answer.result(30)
                os.kill(os.getpid(), signal.SIGKILL)
            return answer
        return written

    class Dying:
        def __init__(self, whole, **changed):
            self.__dict__.update(changed, _whole=whole)
        def __getattr__(self, name):
            return getattr(self._whole, name)

    cursors = Dying(store.cursors, set=dying(store.cursors.set))
    watch = Soc(Dying(store, append=dying(store.append), cursors=cursors))
    watch.step()
    watch.close()
"""
"""A watch on the real store that kills itself before or after its n-th write of any kind."""


@pytest.fixture
def after_kill(tmp_path: Path) -> AfterKill:
    """Copies a store, lets a watch be killed at a write, lets another end the work, and answers what stands."""

    def answer(begun: Path, place: int, when: str) -> tuple[bool, list[Any]]:
        folder = tmp_path / f"{when}-{place}"
        shutil.copytree(begun, folder)
        command = [sys.executable, "-c", DRIVER, str(folder), str(place), when]
        done = subprocess.run(command, check=False, timeout=60)
        assert done.returncode in {0, -9}
        with Store.open(folder) as store:
            watch = Soc(store)
            watch.step()
            watch.close()
            state = standing(store)
        shutil.rmtree(folder)
        return done.returncode == 0, state

    return answer


def standing(store: Store) -> list[Any]:
    """Incidents with their lines, what was written once only, and how many bans stand."""
    once = ("decision.made", "notice.queued", "incident.opened", "action.done")
    made = sorted(
        (one.event.kind, str(one.event.subject)) for one in store.events.after(0, limit=10_000, kinds=once)
    )
    told = [
        (
            one.id,
            one.status,
            one.severity,
            one.members,
            [line.text.en for line in one.timeline],
            facts_of(one).seen,
        )
        for one in sorted(store.incidents.list(), key=lambda one: one.cause)
    ]
    return [told, made, len(store.decisions.standing(now()))]
