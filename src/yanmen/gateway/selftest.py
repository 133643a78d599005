"""Is everything that comes and goes really looked at? A canary is planted in every carrier of the real door.

The canary is a fresh key of our own format, which belongs to nobody and has a checksum, so that the guard's own detector
must find it (rule ``key.leaked``) and no text finds it by chance. The door, shell, guard and policy are the real ones;
the model and the record are stand-ins within this process, so nothing leaves it and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from yanmen.core.clock import now
from yanmen.core.config import Gateway
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.carriers.others import PASSED
from yanmen.gateway.carriers.planted import JSON, Planted
from yanmen.gateway.carriers.table import planted
from yanmen.gateway.commands import Errand, Headers
from yanmen.gateway.door import Door
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.shell import Shell
from yanmen.guard import Guard
from yanmen.policy import Policy, Standing
from yanmen.store import Key

RULE = "key.leaked"


class Sight(NamedTuple):
    """Whether the guard saw the canary in one carrier."""

    surface: str
    """By its name in the table of surfaces."""
    carrier: str
    """``request system``, ``answer content``, ``stream tool arguments`` …"""
    seen: bool


async def selftest(guard: Guard, policy: Policy) -> tuple[Sight, ...]:
    """Plant a canary in every carrier of every surface, one call each, and say where it was seen."""
    return tuple([await _sight(guard, policy, trial) for trial in planted(new_key()) if _tried(trial)])


def _tried(trial: Planted) -> bool:
    """Answers to calls with a file in them are left out: policy may refuse the call for the file, which nobody can read."""
    return trial.way == "request" or trial.kind == JSON


async def _sight(guard: Guard, policy: Policy, trial: Planted) -> Sight:
    """Make one call through the whole door, and look into what it recorded, or, where the guard itself answers, what it said."""
    text = new_key()
    key = Key(id="key_selftest", hash=key_hash(text), name="selftest", created=now())
    settings = Gateway(pass_paths=(PASSED.path,))
    known = Knowledge({key.hash: key}, Standing(()), policy, {}, 0, {key.id: key})
    record = _Recorder()
    shell = Shell(
        Door(guard, known, settings), record, _Model(trial), settings.bounds, lambda _event, _seconds: None
    )
    headers = [(b"authorization", b"Bearer " + text.encode()), (b"content-type", trial.kind.encode())]
    scope = {
        "type": "http",
        "method": trial.method,
        "path": trial.path,
        "headers": headers,
        "client": ("127.0.0.1", 0),
    }
    said = b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": trial.body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal said
        said += message.get("body", b"")

    await shell.serve(scope, receive, send)
    found = {finding["rule"] for event in record.events for finding in event.data["findings"]}
    seen = RULE in found or (trial.surface == "moderations" and b'"flagged":true' in said)
    return Sight(trial.surface, trial.name, seen)


class _Model:
    """Answers with what the trial says."""

    def __init__(self, trial: Planted) -> None:
        self._trial = trial

    async def send(self, method: str, path: str, headers: Headers, body: bytes, errand: Errand, /) -> _Reply:
        del method, path, headers, body, errand
        return _Reply(self._trial)


class _Reply:
    status = 200
    complete = True
    upstream = "selftest"
    tries = 1

    def __init__(self, trial: Planted) -> None:
        self.headers: Headers = [(b"content-type", trial.answers.encode())]
        self._pieces = [trial.answer]

    def header(self, name: bytes) -> bytes:
        return next((value for found, value in self.headers if found == name), b"")

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop()

    async def read(self, limit: int) -> bytes:
        del limit
        return self._pieces.pop()

    def close(self) -> None:
        self._pieces.clear()


class _Recorder:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, *events: Event) -> Future[int]:
        self.events += events
        done: Future[int] = Future()
        done.set_result(len(self.events))
        return done

    @property
    def available(self) -> bool:
        """The self-test keeps everything."""
        return True

    def append_soon(self, *events: Event) -> None:
        self.events += events

    @property
    def content(self) -> _Recorder:
        return self

    def put(self, event_id: str, tenant: str, name: str, text: bytes, days: int, /) -> str:
        del event_id, tenant, name, text, days
        return ""

    @property
    def masks(self) -> _Masks:
        return _Masks()


class _Masks:
    """Keeps nothing: what a call masks it gives back itself, and every kept response is the caller's."""

    def key(self, tenant: str, /) -> bytes:
        return tenant.encode()

    def put(self, tenant: str, key: str, values: Mapping[str, str], /) -> set[str]:
        del tenant, key, values
        return set()

    def get(self, tenant: str, key: str, placeholders: Iterable[str], /) -> dict[str, str]:
        del tenant, key
        return {name: name.partition(":")[2] for name in placeholders if name.startswith("response:")}
