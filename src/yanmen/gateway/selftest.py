"""Is everything that comes and goes really looked at? A canary is planted in every carrier of the real door.

The canary is a fresh key of our own format, which belongs to nobody and has a checksum, so that the guard's own detector
must find it (rule ``key.leaked``) and no text finds it by chance. The door, shell, guard and policy are the real ones;
the model and the record are stand-ins within this process, so nothing leaves it and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

import msgspec

from yanmen.core.clock import now
from yanmen.core.config import Gateway
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.commands import Errand, Headers
from yanmen.gateway.door import Door
from yanmen.gateway.knowledge import Knowledge
from yanmen.gateway.shell import Shell
from yanmen.gateway.surfaces import CHAT_COMPLETIONS, MODELS
from yanmen.guard import Guard
from yanmen.policy import Policy, Standing
from yanmen.store import Key

RULE = "key.leaked"
_PIECE = 7
"""Characters of the canary that one event of a stream brings: it is always cut."""


class Sight(NamedTuple):
    """Whether the guard saw the canary in one carrier."""

    surface: str
    """``chat`` or ``models``."""
    carrier: str
    """``request system``, ``answer content``, ``stream tool arguments`` …"""
    seen: bool


async def selftest(guard: Guard, policy: Policy) -> tuple[Sight, ...]:
    """Plant a canary in every carrier, one call each, and say where it was seen."""
    return tuple([await _sight(guard, policy, trial) for trial in _trials(new_key())])


class _Trial(NamedTuple):
    carrier: str
    request: dict[str, Any]
    answer: bytes
    kind: bytes = b"application/json"
    path: str = CHAT_COMPLETIONS


def _trials(canary: str) -> Iterator[_Trial]:
    fine = msgspec.json.encode(_completion({"content": "fine"}))
    for carrier, message, more in requests(canary):
        yield _Trial(f"request {carrier}", {"model": "m", "messages": [message], **more}, fine)
    plain = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    for carrier, message in _messages(canary):
        yield _Trial(f"answer {carrier}", plain, msgspec.json.encode(_completion(message)))
    yield _Trial("answer error", plain, msgspec.json.encode({"error": {"message": f"no {canary} "}}))
    for carrier, _ in _messages(canary):
        yield _Trial(
            f"stream {carrier}", plain | {"stream": True}, _stream(carrier, canary), b"text/event-stream"
        )
    models = msgspec.json.encode({"object": "list", "data": [{"id": f"{canary} "}]})
    yield _Trial("list", {}, models, path=MODELS)


def requests(canary: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every carrier of a request: its name, the message, and what stands beside the messages."""
    user = {"role": "user", "content": "hi"}
    spelt = "".join(f"\\u{ord(character):04x}" for character in canary)
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": f'{{"x": "{spelt}"}}'}}
    for role in ("system", "developer", "user", "assistant"):
        yield role, {"role": role, "content": canary}, {}
    yield "content part", {"role": "user", "content": [{"type": "text", "text": canary}]}, {}
    yield "name", {"role": "user", "content": "hi", "name": canary}, {}
    yield "tool arguments", {"role": "assistant", "content": None, "tool_calls": [call]}, {}
    yield "tool result", {"role": "tool", "tool_call_id": "call_1", "content": canary}, {}
    function = {"name": "f", "description": canary, "parameters": {"type": "object"}}
    yield "tool description", user, {"tools": [{"type": "function", "function": function}]}
    yield "unknown field", user, {"unknown_field": {"deep": [canary]}}
    yield "unknown key", user, {"unknown_field": {canary: 1}}
    yield (
        "media address",
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": f"https://x/{canary}"}}]},
        {},
    )


def _messages(canary: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every carrier of an answer."""
    for carrier in ("content", "reasoning_content", "refusal"):
        yield carrier, {carrier: canary}
    yield "unknown_field", {"content": "fine", "unknown_field": canary}
    yield (
        "tool arguments",
        {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": f'{{"x":"{canary}"}}'}}]},
    )


def _completion(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "c1",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}],
    }


def _stream(carrier: str, canary: str) -> bytes:
    out = b""
    for at in range(0, len(canary), _PIECE):
        piece = canary[at : at + _PIECE]
        delta: dict[str, Any] = {carrier: piece}
        if carrier == "tool arguments":
            delta = {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        out += (
            b"data: " + msgspec.json.encode({"id": "c1", "choices": [{"index": 0, "delta": delta}]}) + b"\n\n"
        )
    return out + b"data: [DONE]\n\n"


async def _sight(guard: Guard, policy: Policy, trial: _Trial) -> Sight:
    """Make one call through the whole door, and look into what it recorded."""
    text = new_key()
    key = Key(id="key_selftest", hash=key_hash(text), name="selftest", created=now())
    settings = Gateway()
    known = Knowledge({key.hash: key}, Standing(()), policy, {}, 0, {key.id: key})
    record = _Recorder()
    shell = Shell(
        Door(guard, known, settings), record, _Model(trial), settings.bounds, lambda _event, _seconds: None
    )
    headers = [(b"authorization", b"Bearer " + text.encode()), (b"content-type", b"application/json")]
    method = "GET" if trial.path == MODELS else "POST"
    scope = {
        "type": "http",
        "method": method,
        "path": trial.path,
        "headers": headers,
        "client": ("127.0.0.1", 0),
    }
    body = msgspec.json.encode(trial.request)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Any) -> None:
        return None

    await shell.serve(scope, receive, send)
    found = {finding["rule"] for event in record.events for finding in event.data["findings"]}
    return Sight("models" if trial.path == MODELS else "chat", trial.carrier, RULE in found)


class _Model:
    """Answers with what the trial says."""

    def __init__(self, trial: _Trial) -> None:
        self._trial = trial

    async def send(self, method: str, path: str, headers: Headers, body: bytes, errand: Errand, /) -> _Reply:
        del method, path, headers, body, errand
        return _Reply(self._trial)


class _Reply:
    status = 200
    complete = True
    upstream = "selftest"
    tries = 1

    def __init__(self, trial: _Trial) -> None:
        self.headers: Headers = [(b"content-type", trial.kind)]
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
    """Keeps nothing: what a call masks it gives back itself."""

    def key(self, tenant: str, /) -> bytes:
        return tenant.encode()

    def put(self, tenant: str, key: str, values: Mapping[str, str], /) -> set[str]:
        del tenant, key, values
        return set()

    def get(self, tenant: str, key: str, placeholders: Iterable[str], /) -> dict[str, str]:
        del tenant, key, placeholders
        return {}
