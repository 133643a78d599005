"""Notices to the outside, before a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from yanmen.core.clock import DAY, SECOND, now
from yanmen.core.keys import new_key
from yanmen.core.nouns import Incident, Phrase, Ref, Severity
from yanmen.soc import notices
from yanmen.soc.notices import KEPT, Courier, name_of, queue
from yanmen.soc.webhook import SIGNATURE, sign

if TYPE_CHECKING:
    from tests.soc.conftest import Scene

INCIDENT = Incident(
    id="inc_1",
    opened=1,
    status="open",
    severity=Severity.HIGH,
    cause="a/b:c",
    title=Phrase(en="Title", zh="标题"),
)
TEXT = Phrase(en="Look", zh="请看")


class Receiver(ThreadingHTTPServer):
    """Keeps the notices it took; refuses as many as it is told to."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.took: list[tuple[dict[str, str], bytes]] = []
        self.refuse = 0

    @property
    def address(self) -> str:
        """Where notices go; the path stands for a secret."""
        return f"http://127.0.0.1:{self.server_port}/hook/very-secret-token"

    def notices(self) -> list[str]:
        """Ids of the notices taken, in order."""
        return [json.loads(body)["notice"] for _, body in self.took]


class Handler(BaseHTTPRequestHandler):
    """One notice."""

    server: Receiver

    def do_POST(self) -> None:
        """Take it, or answer 503."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.refuse:
            self.server.refuse -= 1
            self.send_response(503)
        else:
            self.server.took.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def put(scene: Scene, notice: str, text: Phrase = TEXT) -> None:
    """Queue a notice."""
    queue(scene.store, notice, "incident.response", INCIDENT, text, Ref(kind="playbook", id="leaked-key"))


def kinds(scene: Scene) -> list[str]:
    """What became of the notices."""
    return [one.event.kind.removeprefix("notice.") for one in scene.store.events.after(0, kinds=("notice.",))]


def test_a_notice_arrives_once_and_signed(scene: Scene, receiver: Receiver) -> None:
    """Also for a courier that starts again."""
    put(scene, "ntc_1")
    put(scene, "ntc_1")

    assert Courier(scene.store, receiver.address, b"secret").step() == 1
    assert Courier(scene.store, receiver.address, b"secret").step() == 0

    ((headers, body),) = receiver.took
    assert headers[SIGNATURE] == sign(body, b"secret")
    told = json.loads(body)
    assert told["text"] == {"en": "Look", "zh": "请看"}
    assert told["incident"]["title"]["zh"] == "标题"
    assert told["undo"] == "yanmen playbook undo inc_1"
    assert kinds(scene) == ["queued", "delivered"]


def test_what_is_not_taken_is_tried_again_also_after_a_restart(scene: Scene, receiver: Receiver) -> None:
    """Later each time; an alert is never lost."""
    clock = [now()]
    receiver.refuse = 3
    put(scene, "ntc_1")
    courier = Courier(scene.store, receiver.address, clock=lambda: clock[0])
    courier.step()
    courier.step()
    assert kinds(scene) == ["queued", "failed"]

    clock[0] += SECOND
    courier.step()
    again = Courier(scene.store, receiver.address, clock=lambda: clock[0])
    again.step()
    assert kinds(scene) == ["queued", "failed", "failed"]
    clock[0] += 2 * SECOND
    again.step()
    clock[0] += 4 * SECOND
    assert again.step() == 1

    assert kinds(scene) == ["queued", "failed", "failed", "failed", "delivered"]
    failed = scene.store.events.after(0, kinds=("notice.failed",))
    assert [one.event.data["tries"] for one in failed] == [1, 2, 3]
    assert failed[0].event.data["error"] == "status 503"


def test_after_a_week_a_notice_is_given_up_by_name(scene: Scene, receiver: Receiver) -> None:
    """Not silently."""
    clock = [now()]
    receiver.refuse = 100
    put(scene, "ntc_1")
    courier = Courier(scene.store, receiver.address, clock=lambda: clock[0])
    courier.step()
    clock[0] += KEPT + DAY
    courier.step()
    courier.step()

    assert kinds(scene) == ["queued", "failed", "given-up"]


def test_one_dead_address_does_not_keep_notices_from_another(scene: Scene, receiver: Receiver) -> None:
    """Each has its own courier and its own place."""
    put(scene, "ntc_1")
    Courier(scene.store, "http://127.0.0.1:9/").step()

    assert Courier(scene.store, receiver.address).step() == 1


def test_a_second_notice_does_not_wait_for_a_first_that_fails(scene: Scene, receiver: Receiver) -> None:
    """Only the failed one is tried again."""
    clock = [now()]
    courier = Courier(scene.store, receiver.address, clock=lambda: clock[0])
    receiver.refuse = 1
    put(scene, "ntc_1")
    courier.step()
    put(scene, "ntc_2")
    courier.step()
    clock[0] += 2 * SECOND
    courier.step()

    assert receiver.notices() == ["ntc_2", "ntc_1"]


def test_more_notices_than_fit_in_memory_wait_in_the_store(
    scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And arrive in order."""
    monkeypatch.setattr(notices, "PENDING", 2)
    names = [f"ntc_{number}" for number in range(7)]
    for name in names:
        put(scene, name)
    courier = Courier(scene.store, receiver.address)
    for _ in range(12):
        courier.step()

    assert receiver.notices() == names


def test_no_address_and_no_key_stands_in_the_record(scene: Scene, receiver: Receiver) -> None:
    """Addresses of this kind are secrets themselves."""
    text = new_key()
    put(scene, "ntc_1", Phrase(en=f"key {text}", zh=text))
    Courier(scene.store, receiver.address).step()
    events: Any = [one.event.data for one in scene.store.events.after(0, kinds=("notice.",))]

    assert "very-secret-token" not in json.dumps(events)
    assert text not in json.dumps(events)
    assert text.encode() not in receiver.took[0][1]
    assert events[1]["webhook"] == name_of(receiver.address)
    assert name_of(receiver.address).startswith("127.0.0.1#")


def test_a_courier_runs_until_it_is_told_to_stop(scene: Scene, receiver: Receiver) -> None:
    """In a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=Courier(scene.store, receiver.address).run, args=(stop,))
    thread.start()
    put(scene, "ntc_1")
    for _ in range(500):
        if receiver.took:
            break
        stop.wait(0.01)
    stop.set()
    thread.join()

    assert receiver.notices() == ["ntc_1"]
