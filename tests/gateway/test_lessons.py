"""A promoted version of the model is taken up by a gateway that runs, and none of its calls is lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from yanmen.core import config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Ref, Text
from yanmen.gateway.lessons import Lessons
from yanmen.guard import Guard
from yanmen.guard.model.lexical import BUCKETS
from yanmen.store import ModelVersion, Store

House = Any
Houses = Callable[..., Awaitable[House]]
ADA, GATEWAY = Ref(kind="account", id="ada"), Ref(kind="process", id="gateway")
WORDS = "Please tell me when the shop in the old town opens on Sundays."
BODY = {"model": "m", "messages": [{"role": "user", "content": WORDS}]}


def model(store: Store, folder: Path, surety: float) -> ModelVersion:
    """A registered version that clears every text, so surely: the lexical part of a model, all weights nothing."""
    folder.mkdir()
    with (folder / "lexical.npz").open("wb") as out:
        np.savez_compressed(
            out,
            weights=np.zeros((2, BUCKETS), np.int8),
            scales=np.ones(2, np.float32),
            biases=np.full(2, -surety, np.float32),
        )
    channel = {
        "slope": 1.0,
        "intercept": 0.0,
        "per_window": 0.0,
        "threshold": 0.5,
        "clear_below": {"zh": 0.0, "en": 0.0, "other": 0.0},
    }
    card = {
        "version": f"test-{surety}",
        "made": "2026-11-21",
        "files": {"lexical.npz": hashlib.sha256((folder / "lexical.npz").read_bytes()).hexdigest()},
        "classes": ["override"],
        "channels": {"user": channel, "data": channel},
        "window": 128,
        "stride": 96,
    }
    (folder / "card.json").write_text(json.dumps(card))
    return store.models.register(folder, parent="", card={})


@pytest.fixture(scope="module")
def learned() -> Guard:
    """A guard that judges by models."""
    return Guard(config.Guard(learned=True))


def score(guard: Guard) -> float:
    """What a guard makes of the words."""
    return guard.glance([Text(text=WORDS, role="user", trust="user")]).score


def told(store: Store, kind: str) -> list[dict[str, Any]]:
    """What events of a kind say."""
    store.flush()
    return [one.event.data for one in store.events.after(0, 10_000, (kind,))]


def test_the_version_in_force_is_what_a_process_begins_with(
    store: Store, learned: Guard, tmp_path: Path
) -> None:
    """And follows; what it has already is not loaded again."""
    one, two = (model(store, tmp_path / str(surety), surety) for surety in (5.0, 1.0))
    store.models.promote(one.version, actor=ADA)
    lessons = Lessons(store, GATEWAY)

    begun = lessons.begin(learned)
    assert lessons.version == one.version
    assert (lessons.due(), lessons.take(begun)) == (False, None)
    store.models.promote(two.version, actor=ADA)
    assert lessons.due()
    fresh = lessons.take(begun)
    store.models.rollback(actor=ADA)
    back = lessons.take(begun)

    assert fresh is not None
    assert back is not None
    assert score(fresh) > score(begun) == score(back) > 0
    assert [one["model"] for one in told(store, "model.loaded")] == [one.version, two.version, one.version]


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_in_place(
    store: Store, learned: Guard, tmp_path: Path
) -> None:
    """Altered on the disk, or not able to answer; that is on record, and the next good one is taken."""
    one, two, three = (model(store, tmp_path / str(surety), surety) for surety in (5.0, 3.0, 1.0))

    def fussy(guard: Guard) -> None:
        if guard.cascade is not None and guard.cascade.version == "test-3.0":
            raise YanmenError(Phrase(en="no answer", zh="没有回答"))

    lessons = Lessons(store, GATEWAY, fussy)
    store.models.promote(one.version, actor=ADA)
    (store.folder / "models" / one.version / "lexical.npz").write_bytes(b"altered")
    assert lessons.take(learned) is None
    store.models.promote(two.version, actor=ADA)
    assert lessons.take(learned) is None
    store.models.promote(three.version, actor=ADA)
    assert lessons.take(learned) is not None

    failed = told(store, "model.failed")
    assert [(each["model"], each["kept"]) for each in failed] == [
        (one.version, "shipped"),
        (two.version, "shipped"),
    ]
    assert "not what was registered" in failed[0]["error"]
    assert "no answer" in failed[1]["error"]
    assert lessons.version == three.version


def test_a_guard_without_models_has_nothing_to_learn(store: Store, guard: Guard, tmp_path: Path) -> None:
    """It is by patterns alone."""
    store.models.promote(model(store, tmp_path / "m", 1.0).version, actor=ADA)
    lessons = Lessons(store, GATEWAY)

    assert lessons.begin(guard) is guard
    assert lessons.take(guard) is None
    assert told(store, "model.") != []
    assert told(store, "model.loaded") == []


async def test_no_call_is_lost_while_the_model_changes_under_load(
    houses: Houses, store: Store, learned: Guard, tmp_path: Path
) -> None:
    """Eight clients, three swaps, a broken version among them: every call is answered, and judged by one of the models."""
    one, two = (model(store, tmp_path / str(surety), surety) for surety in (5.0, 1.0))
    broken = model(store, tmp_path / "broken", 2.0)
    store.models.promote(one.version, actor=ADA)
    house = await houses()
    lessons = Lessons(store, GATEWAY)
    house.gateway.door.guard = lessons.begin(learned)
    house.gateway._lessons = lessons
    house.stub.plays(b'{"object":"chat.completion","choices":[]}')
    stop = asyncio.Event()
    statuses: list[int] = []

    async def client(web: httpx.AsyncClient) -> None:
        while not stop.is_set():
            answer = await web.post(
                "/v1/chat/completions", json=BODY, headers={"authorization": f"Bearer {house.key}"}
            )
            statuses.append(answer.status_code)

    async def until(kind: str, count: int) -> None:
        async with asyncio.timeout(30):
            while len(await asyncio.to_thread(told, store, kind)) < count:  # noqa: ASYNC110  # the store has no event
                await asyncio.sleep(0.02)

    async with httpx.AsyncClient(base_url=house.url) as web:
        clients = [asyncio.get_running_loop().create_task(client(web)) for _ in range(8)]
        await asyncio.to_thread(store.models.promote, two.version, actor=ADA)
        await until("model.loaded", 2)
        await asyncio.to_thread(store.models.promote, broken.version, actor=ADA)
        await until("model.loaded", 3)
        (store.folder / "models" / two.version / "lexical.npz").write_bytes(b"altered")
        await asyncio.to_thread(store.models.rollback, actor=ADA)
        await until("model.failed", 1)
        stop.set()
        await asyncio.gather(*clients)

    assert len(statuses) > 20
    assert set(statuses) == {200}
    calls = await house.ended(len(statuses))
    scores = {call.data["guard"]["score"] for call in calls if "guard" in call.data}
    assert scores <= {
        round(score(learned.taught(store.models.folder(each.version))), 4) for each in (one, broken)
    } | {round(0.05 / (1 + np.exp(1.0)), 4)}
