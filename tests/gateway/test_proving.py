"""Work that a caller proves before it is let in: over sockets, with a real store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from yanmen.core import config
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.nouns import Ref
from yanmen.core.proofs import challenge, solved
from yanmen.policy.modes import OWN, files_in, modes
from yanmen.soc.bans import ban
from yanmen.soc.modes import switch

House = Any
PERSON = Ref(kind="user", id="ann")
BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
EASY = config.Abuse(proof_bits=8, proof_seconds=60)


async def call(house: House, proof: str = "", body: Any = None) -> httpx.Response:
    """A chat call, perhaps with a proof."""
    headers = {"authorization": f"Bearer {house.key}"} | ({"x-yanmen-proof": proof} if proof else {})
    async with httpx.AsyncClient(timeout=30) as web:
        return await web.post(f"{house.url}/v1/chat/completions", json=body or BODY, headers=headers)


async def challenged(houses: Any, subject: str = "", **terms: Any) -> House:
    """A gateway whose caller is asked for work."""
    house: House = await houses(abuse=EASY)
    house.stub.plays(b"{}")
    key = house.store.keys.list()[0]
    ban(
        house.store,
        Ref.parse(subject or f"key:{key.id}"),
        reason="x",
        lasts=600,
        actor=PERSON,
        challenge=True,
        **terms,
    )
    for _ in range(100):
        if (await call(house)).status_code == 403:
            return house
        await asyncio.sleep(0.05)
    raise AssertionError("the challenge is not obeyed")


@pytest.mark.parametrize("subject", ["", "user:bob"])
async def test_a_challenged_caller_is_let_in_by_work_and_once(houses: Any, subject: str) -> None:
    """A 403 with a challenge and the decision; the same call with the proof passes; the proof is then used up."""
    if subject:
        house: House = await houses(abuse=EASY)
        house.stub.plays(b"{}")
        ban(house.store, Ref.parse(subject), reason="x", lasts=600, actor=PERSON, challenge=True)
        await asyncio.sleep(0.5)
    else:
        house = await challenged(houses)
    body = {**BODY, "user": "bob"}
    refused = await call(house, body=body)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "challenge_required"
    assert refused.headers["x-yanmen-decision"].startswith("dec_")
    proof = solved(refused.headers["x-yanmen-challenge"])

    assert (await call(house, proof, body)).status_code == 200
    again = await call(house, proof, body)
    assert again.status_code == 403
    assert again.headers["x-yanmen-challenge"] != refused.headers["x-yanmen-challenge"]
    (spent,) = house.store.events.after(0, 10, ("proof.spent",))
    assert spent.event.data["bits"] == 8


async def test_of_many_uses_at_once_one_is_let_in(houses: Any) -> None:
    """Whoever shares a proof shares nothing."""
    house = await challenged(houses)
    proof = solved((await call(house)).headers["x-yanmen-challenge"])
    answers = await asyncio.gather(*(call(house, proof) for _ in range(10)))

    assert sorted(one.status_code for one in answers) == [200] + [403] * 9


async def test_a_proof_of_somebody_else_or_of_too_little_is_none(houses: Any) -> None:
    """Bound to the key and its network, and as hard as is asked."""
    house = await challenged(houses)
    secret, key = house.store.secrets("proofs"), house.store.keys.list()[0]
    network = "127.0.0.0/24"
    right = f"call\0{key.id}\0{network}"
    foreigners = (("call", key.id, "192.0.2.0/24"), ("call", "key_other", "127.0.0.0/24"), ("check", key.id))
    for whom in foreigners:
        foreign = challenge(secret, "\0".join(whom), bits=8, seconds=60, at=now())
        assert (await call(house, solved(foreign))).status_code == 403
    old = challenge(secret, right, bits=8, seconds=1, at=now() - 10_000_000)
    assert (await call(house, solved(old))).status_code == 403
    assert (await call(house, "x" * 5_000)).status_code == 403
    fresh = challenge(secret, right, bits=9, seconds=60, at=now())
    assert (await call(house, solved(fresh))).status_code == 200


async def test_a_ban_is_no_challenge(houses: Any) -> None:
    """No work opens it."""
    house = await challenged(houses)
    proof = solved((await call(house)).headers["x-yanmen-challenge"])
    key = house.store.keys.list()[0]
    ban(house.store, Ref(kind="key", id=key.id), reason="x", lasts=600, actor=PERSON)
    answer = await call(house, proof)  # which may yet let it in, once, before the ban has come
    async with asyncio.timeout(120):
        while answer.status_code == 200 or answer.json()["error"]["code"] != "banned":
            await asyncio.sleep(0.05)
            answer = await call(house, proof)

    assert answer.json()["error"]["code"] == "banned"
    assert "x-yanmen-challenge" not in answer.headers


async def test_a_mode_asks_callers_for_work(houses: Any) -> None:
    """Those of the priorities that it names; when it ends nobody is asked."""
    house: House = await houses(abuse=EASY)
    house.stub.plays(b"{}")
    folder = Path(house.store.folder) / OWN
    folder.mkdir(exist_ok=True)
    text = "version: 1\nmode: toil\nlevel: 1\ntitle: {en: T, zh: 工}\nabout: {en: A, zh: 甲}\nwork: {bits: 9, priorities: [normal]}\n"
    (folder / "toil.yaml").write_text(text, "utf-8")
    mode = modes(files_in(folder))["toil"]
    assert (mode.bits("normal"), mode.bits("high")) == (9, 0)
    switch(house.store, mode, reason=new_id("x"), actor=PERSON, lasts=600)
    refused = await call(house)
    async with asyncio.timeout(120):
        while refused.status_code != 403:
            await asyncio.sleep(0.05)
            refused = await call(house)

    assert refused.headers["x-yanmen-challenge"].startswith("v1.9.")
    assert (await call(house, solved(refused.headers["x-yanmen-challenge"]))).status_code == 200
