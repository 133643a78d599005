"""Two nodes, one PostgreSQL: one truth, whatever is killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from tests.postgresql import Server

from yanmen.core.proofs import solved
from yanmen.store import Store
from yanmen.store.audit import verify

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Running

    Up = Callable[..., Running]

ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


class _Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model() -> Iterator[str]:
    """A model that always says hello."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of one test's own, to be killed."""
    made = Server()
    try:
        made.start()
        yield made
    finally:
        made.remove()


def settings(folder: Path, **store: str) -> Path:
    """A configuration file."""
    lines = [f'{name} = "{value}"' for name, value in store.items()]
    file = folder / "yanmen.toml"
    file.write_text("\n".join(["[guard]", "learned = false", "[store]", "patience_seconds = 2", *lines]))
    return file


def joined(first: Path, second: Path) -> Path:
    """The folder of another node: the two secrets of the store, and nothing else."""
    (second / "secrets").mkdir(parents=True, mode=0o700)
    for name in ("log", "vault"):
        shutil.copy(first / "secrets" / name, second / "secrets" / name)
    return second


def asked(gateway: str, key: str) -> tuple[int, str]:
    """One call: its status, and the code of its error."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{gateway}/v1/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, str(json.loads(error.read())["error"]["code"])


def until(what: Callable[[], Any], seconds: float = 30) -> float:
    """Wait until something is so; how long that took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() < begun + seconds
        time.sleep(0.01)
    return time.monotonic() - begun


def test_two_nodes_share_one_truth_whatever_is_killed(
    launch: Up, tmp_path: Path, server: Server, model: str
) -> None:
    """A ban made on one is known to the other within a second; kill -9 of a node loses nothing that was acknowledged."""
    file, url = settings(tmp_path), server.database(empty=True)
    flags = ("--config", str(file), "--upstream", model, "--store", url)
    one = launch(tmp_path / "one", *flags)
    two = launch(joined(tmp_path / "one", tmp_path / "two"), *flags)
    assert (one.key, two.key) == (one.key, "")
    for node in (one, two):
        assert asked(node.gateway, one.key) == (200, "")

    (key,) = one.json("keys", "list")
    one.cli("ban", "add", f"key:{key['id']}", "--for", "1h", "--reason", "a test")
    took = until(lambda: asked(two.gateway, one.key) == (403, "banned"))

    refused = [asked(one.gateway, one.key) for _ in range(20)]
    one.process.kill()
    assert set(refused) == {(403, "banned")}
    until(lambda: two.json("audit", "verify")["result"] == "ok")
    with Store.open(two.data) as store:
        store.flush()
        kinds = [record.event.kind for record in store.events.after(0, 10_000)]
    assert kinds.count("call.refused") >= 21
    assert asked(two.gateway, one.key) == (403, "banned")
    assert took < 1, f"{took:.2f} s"


def test_work_that_is_proved_is_used_up_on_every_node(
    launch: Up, tmp_path: Path, server: Server, model: str
) -> None:
    """A challenge of one node is proved to the other; of many uses at once, on both, one is let in, and the record says so once."""
    flags = ("--config", str(settings(tmp_path)), "--upstream", model, "--store", server.database(empty=True))
    one = launch(tmp_path / "one", *flags)
    two = launch(joined(tmp_path / "one", tmp_path / "two"), *flags)
    (key,) = one.json("keys", "list")
    one.cli("ban", "add", f"key:{key['id']}", "--for", "1h", "--reason", "a test", "--challenge")
    for node in (one, two):
        until(lambda node=node: worked(node.gateway, one.key)[0] == 403)  # type: ignore[misc]

    for first, second in ((one, two), (two, one)):
        _, challenge = worked(first.gateway, one.key)
        proof = solved(challenge)
        with ThreadPoolExecutor(8) as pool:
            places = [second.gateway, first.gateway] * 4
            answers = list(pool.map(lambda place: worked(place, one.key, proof), places))  # noqa: B023
        assert sorted(status for status, _ in answers) == [200, *[403] * 7]
        assert all(again not in {"", challenge} for status, again in answers if status == 403)

    with Store.open(one.data) as store:
        store.flush()
        spent = store.events.after(0, 100, ("proof.spent",))
    assert len(spent) == 2
    assert {record.event.data["bits"] for record in spent} == {18}


def worked(gateway: str, key: str, proof: str = "") -> tuple[int, str]:
    """One call, perhaps with a proof: its status, and the challenge it was answered with."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    headers |= {"x-yanmen-proof": proof} if proof else {}
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    request = urllib.request.Request(f"{gateway}/v1/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, str(error.headers["x-yanmen-challenge"] or "")


def test_a_closed_node_refuses_while_the_record_is_gone_and_recovers(
    launch: Up, tmp_path: Path, server: Server, model: str
) -> None:
    """503, in bounded time, whether the server is dead or hangs; afterwards as before, with nothing twice."""
    flags = ("--config", str(settings(tmp_path)), "--upstream", model, "--store", server.database(empty=True))
    node = launch(tmp_path / "node", *flags)
    assert asked(node.gateway, node.key) == (200, "")

    ways: list[tuple[Callable[[], None], Callable[[], None]]] = [
        (lambda: server.stop(signal.SIGQUIT), server.start),
        (server.freeze, server.thaw),
    ]
    for gone, back in ways:
        gone()
        until(lambda: asked(node.gateway, node.key) == (503, "store_unavailable"))
        back()
        until(lambda: asked(node.gateway, node.key) == (200, ""))

    node.process.terminate()
    assert node.process.wait(60) == 0
    assert verify(node.data).word == "ok"


def test_a_spooling_node_serves_while_the_record_is_gone_and_delivers_once(
    launch: Up, tmp_path: Path, server: Server, model: str
) -> None:
    """Calls go on; what was said of them waits on this machine, survives kill -9 of the node, and stands in the log once."""
    file = settings(tmp_path, when_unavailable="spool")
    flags = ("--config", str(file), "--upstream", model, "--store", server.database(empty=True))
    node = launch(tmp_path / "node", *flags)
    assert asked(node.gateway, node.key) == (200, "")

    server.stop(signal.SIGQUIT)
    said = [asked(node.gateway, node.key)[0] for _ in range(10)]
    refused = [asked(node.gateway, "ym_wrong")[0] for _ in range(5)]
    until(lambda: any(file.stat().st_size for file in (node.data / "spool").glob("[0-9]*")))
    time.sleep(0.5)
    os.kill(node.process.pid, signal.SIGKILL)
    server.start()
    again = launch(node.data, *flags)
    until(lambda: not list((node.data / "spool").glob("[0-9]*")))

    assert said == [200] * 10
    assert refused == [401] * 5
    with Store.open(node.data) as store:
        store.flush()
        events = [record.event for record in store.events.after(0, 10_000)]
    assert len({event.id for event in events}) == len(events)
    assert sum(event.kind == "call.allowed" for event in events) == 11
    assert sum(event.kind == "call.refused" for event in events) == 5
    assert asked(again.gateway, node.key) == (200, "")
    assert verify(node.data).word == "ok"


def test_gateways_of_one_machine_are_renewed_without_a_dropped_request(
    launch: Up, tmp_path: Path, model: str
) -> None:
    """Two behind one port; SIGUSR1 starts each anew, one after the other, while clients call."""
    node = launch(
        tmp_path / "node", "--config", str(settings(tmp_path)), "--upstream", model, "--workers", "2"
    )
    host = node.gateway.removeprefix("http://")
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]})
    headers = {"authorization": f"Bearer {node.key}", "content-type": "application/json"}
    done = time.monotonic() + 20

    def calls() -> list[int]:
        statuses = []
        while time.monotonic() < done:
            connection = http.client.HTTPConnection(host, timeout=30)
            connection.request("POST", "/v1/chat/completions", body, {**headers, "connection": "close"})
            statuses.append(connection.getresponse().status)
            connection.close()
            time.sleep(0.02)
        return statuses

    before = workers(node.process.pid)
    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(calls) for _ in range(4)]
        time.sleep(0.5)
        os.kill(node.process.pid, signal.SIGUSR1)
        until(lambda: not before & workers(node.process.pid), 60)
        statuses = [status for result in results for status in result.result()]

    assert len(before) == 2
    assert len(workers(node.process.pid)) == 2
    assert set(statuses) == {200}


def workers(parent: int) -> set[int]:
    """The gateways of a process group."""
    found = set()
    for task in Path(f"/proc/{parent}/task").iterdir():
        listed = ""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            listed = (task / "children").read_text("ascii")
        for child in listed.split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if b"gateway" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(int(child))
    return found
