"""The API as a whole: no input breaks it, and what it answers is what it says it answers."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from yanmen.console.accounts import ensure_admin
from yanmen.console.api.openapi import written
from yanmen.console.app import build
from yanmen.console.desk import house
from yanmen.console.desk.house import House
from yanmen.console.process import BOUNDS
from yanmen.core.clock import now
from yanmen.core.ids import new_id
from yanmen.core.keys import key_hash, new_key
from yanmen.core.nouns import Event
from yanmen.gateway.server import Server
from yanmen.guard import Guard
from yanmen.policy import Reloader
from yanmen.store import Key, Store

if TYPE_CHECKING:
    from tests.console.conftest import Scene

EXAMPLES = 15
"""Made by chance for each operation, right and wrong ones, beside those that are made from the document."""
HAN = re.compile(r"[\u4e00-\u9fff]")
LEFT_OUT: list[Any] = [
    checks.positive_data_acceptance,  # a schema cannot say that a subject must be one that may be banned
    checks.ignored_auth,  # it sends our key again and wonders; test_every_operation_asks_who_is_there does it
]


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A console served as it is in earnest, on a port of the loopback interface: its address and an admin key."""
    with Store.open(tmp_path_factory.mktemp("data")) as store:
        ensure_admin(store)
        text = new_key()
        key = Key(id=new_id("key"), hash=key_hash(text), name="fuzz", scopes=("admin",), created=now())
        made = Event(id=new_id("evt"), at=now(), kind="key.created", data={"key": msgspec.to_builtins(key)})
        store.append(made).result(30)
        app = build(House(store=store, guard=Guard(), policies=Reloader()))
        started, ports = threading.Event(), list[int]()
        loops: list[tuple[asyncio.AbstractEventLoop, Server]] = []

        async def serve() -> None:
            server = Server(app, bounds=BOUNDS)
            ports.append(await server.start())
            loops.append((asyncio.get_running_loop(), server))
            started.set()
            await server.finished()

        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert started.wait(30)
        yield f"http://127.0.0.1:{ports[0]}", text
        loop, server = loops[0]
        asyncio.run_coroutine_threadsafe(server.stop(), loop)
        thread.join(30)


CONFIG = schemathesis.config.SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
"""What is wrong may be refused with any 4xx: it can be too large (413) before it is of the wrong type."""
OPERATIONS: dict[str, Any] = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(json.loads(written()), config=CONFIG).get_all_operations()
    if isinstance(found, Ok)
}


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_input_breaks_an_operation(
    label: str, mode: schemathesis.GenerationMode, admin: tuple[str, str]
) -> None:
    """Schemathesis makes requests from our own document: never a 500, always an answer of the promised shape."""
    address, key = admin
    operation = OPERATIONS[label]
    if mode is schemathesis.GenerationMode.NEGATIVE and not list(operation.iter_parameters()) + list(
        operation.body
    ):
        pytest.skip("there is nothing to be wrong in this operation")

    @settings(max_examples=EXAMPLES, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asking(case: Any) -> None:
        case.call_and_validate(
            base_url=address, headers={"authorization": f"Bearer {key}"}, excluded_checks=LEFT_OUT
        )

    asking()


async def test_every_operation_asks_who_is_there(scene: Scene) -> None:
    """Before it looks at anything else."""
    async with scene.browser() as browser:
        for operation in OPERATIONS.values():
            path = operation.path.replace("{name}", "inc_1")
            answer = await browser.client.request(operation.method.upper(), path, content=b"{")

            assert answer.status_code == 401, path


async def test_a_method_that_is_not_for_a_path_is_405_with_those_that_are(scene: Scene) -> None:
    """In the shape of errors."""
    async with scene.browser() as browser:
        answer = await browser.client.request("DELETE", "/api/keys")
        strange = await browser.client.request("BREW", "/api/keys")
        head = await browser.client.head("/api/openapi.json")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json()["error"]["code"] == "wrong-method"
    assert strange.status_code == 405
    assert head.status_code == 200


LETTERS = re.compile(r"[A-Za-z]{3,} [A-Za-z]+ [A-Za-z]+")
"""Three words of English in a row."""


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/nothing", None),
        ("DELETE", "/api/keys", None),
        ("GET", "/api/decisions/dec_none", None),
        ("GET", "/api/events?limit=many", None),
        ("GET", "/api/events?limit=1&limit=2", None),
        ("POST", "/api/keys", b"{"),
        ("POST", "/api/keys", b'{"name": 1}'),
        ("POST", "/api/keys", b'{"nome": "x"}'),
        ("POST", "/api/bans", b'{"subject": "ip:x", "lasts": 60, "reason": "x"}'),
        ("POST", "/api/guard/check", b"{}"),
    ],
)
async def test_an_error_is_said_in_the_askers_language(
    scene: Scene, method: str, path: str, body: bytes | None
) -> None:
    """By Accept-Language: message and hint, those of others within them too."""
    key, _ = scene.key("admin", "guard")
    async with scene.browser(
        **{"accept-language": "zh-CN,zh;q=0.9", "content-type": "application/json"}
    ) as one:
        chinese = (await one.api(method, path, key, content=body)).json()["error"]
    async with scene.browser(**{"content-type": "application/json"}) as other:
        english = (await other.api(method, path, key, content=body)).json()["error"]

    assert chinese["code"] == english["code"]
    for part in ("message", "hint"):
        assert HAN.search(chinese[part]), chinese
        assert not LETTERS.search(chinese[part]), chinese
        assert not HAN.search(english[part]), english


async def test_a_store_that_does_not_write_in_time_is_503(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds the database's write lock."""
    key, _ = scene.key("admin")
    monkeypatch.setattr(house, "WAIT_SECONDS", 0.2)
    with closing(sqlite3.connect(scene.store.folder / "yanmen.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with scene.browser() as browser:
            answer = await browser.api("POST", "/api/keys", key, json={"name": "x"})
        other.execute("ROLLBACK")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "store"
