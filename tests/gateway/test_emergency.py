"""What a mode refuses at the door, and that the gateway takes a mode up and lets it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from yanmen.core.nouns import Ref
from yanmen.gateway.commands import Forward, Head
from yanmen.policy.modes import Mode, load, modes
from yanmen.soc.modes import switch, undo

ALICE = Ref(kind="user", id="alice")
HEAD = "version: 1\nmode: mine\nlevel: 4\ntitle: {en: Mine, zh: 我的}\nabout: {en: A test., zh: 测试。}\n"


@pytest.fixture
def mode(tmp_path: Path) -> Callable[[str], Mode]:
    """A mode of these lines."""

    def made(lines: str) -> Mode:
        file = tmp_path / "mine.yaml"
        file.write_text(HEAD + lines, "utf-8")
        return load(file)

    return made


def _play(desk: Any, mode: Mode, *replies: Any, **key: Any) -> Any:
    machine = desk.door(keys=[msgspec.structs.replace(desk.key, **key)])
    machine.known = machine.known._replace(policy=desk.policy.under(mode))
    return desk.play(machine, desk.call(), *replies)


def _passes(desk: Any, mode: Mode, **key: Any) -> bool:
    answered = Head(200, [(b"content-type", b"application/json")], b"")
    return bool(_play(desk, mode, desk.asked("hi"), answered, desk.answer("fine"), **key).of(Forward))


def test_a_surface_that_is_off_is_refused_with_a_decision(desk: Any, mode: Callable[[str], Mode]) -> None:
    """The record says which mode, and the policy's revision names it."""
    play = _play(desk, mode("surfaces: {refuse: [chat]}\n"))

    assert play.error["code"] == "surface_switched_off"
    assert "mode mine" in play.error["message"]
    assert play.data["policy"].endswith("+mine")
    assert play.data["verdict"] == "block"


def test_a_key_of_low_priority_is_told_to_come_back(desk: Any, mode: Callable[[str], Mode]) -> None:
    """Others are not."""
    shed = mode("shed: [low]\n")

    assert _play(desk, shed, priority="low").error["code"] == "shed_by_mode"
    assert _passes(desk, shed, priority="normal")


def test_origins_are_refused_by_subject(desk: Any, mode: Callable[[str], Mode]) -> None:
    """And where only some are let in, all others are refused."""
    assert _play(desk, mode("origins: {refuse: ['ip:203.0.113.*']}\n")).error["code"] == "origin_refused"
    assert _play(desk, mode("origins: {only: ['tenant:vip']}\n")).error["code"] == "origin_refused"
    assert _passes(desk, mode("origins: {only: ['tenant:vip']}\n"), tenant="vip")


async def test_a_running_gateway_obeys_a_switch_and_its_undoing(house: Any) -> None:
    """Within a tenth of a second, by its own watch."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "logprobs": True}
    headers = {"authorization": f"Bearer {house.key}"}

    async def mode_is(name: str) -> None:
        for _ in range(500):
            if (await web.get("/readyz")).json()["mode"] == name:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(name)

    async with httpx.AsyncClient(base_url=house.url, timeout=30) as web:
        await mode_is("normal")
        done = switch(house.store, modes()["under-attack"], reason="storm", actor=ALICE, lasts=600)
        await mode_is("under-attack")
        refused = await web.post("/v1/chat/completions", json=body, headers=headers)
        assert refused.json()["error"]["code"] == "field_not_allowed"
        undo(house.store, done, reason="over", actor=ALICE)
        await mode_is("normal")
        house.stub.plays(b'{"choices":[{"index":0,"message":{"role":"assistant","content":"fine"}}]}')
        assert (await web.post("/v1/chat/completions", json=body, headers=headers)).status_code == 200
