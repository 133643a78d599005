"""How things stand."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import msgspec

from yanmen.console.desk.overview import MINUTE, WINDOW, gateway_state, overview, pulse
from yanmen.console.desk.shapes import Nothing
from yanmen.core.clock import now
from yanmen.core.config import Config, Gateway
from yanmen.core.nouns import Ref

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_calls_are_counted_by_the_minute_and_by_how_they_ended(scene: Scene) -> None:
    """Refused, failed, redacted and plain ones; older than the window they are left out."""
    at = now()
    for kind, verdict, when in (
        ("call.allowed", "allow", at),
        ("call.allowed", "redact", at),
        ("call.refused", "block", at - 2 * MINUTE),
        ("call.stopped", "block", at),
        ("call.failed", "allow", at),
        ("call.abandoned", "allow", at),
        ("call.allowed", "allow", at - 2 * WINDOW * MINUTE),
    ):
        scene.put(kind, {"model": "m", "verdict": verdict, "tokens_in": 3, "tokens_out": 4}, at=when)

    seen = overview(scene.house, scene.caller, Nothing())

    totals = seen.totals
    assert (totals.allow, totals.redact, totals.challenge, totals.block, totals.failed) == (1, 1, 0, 2, 2)
    assert len(seen.minutes) == WINDOW
    assert seen.minutes[-3].block == 1
    assert [(one.model, one.calls, one.tokens_in) for one in seen.models] == [("m", 6, 18)]


def test_the_gravest_open_incidents_come_first(scene: Scene) -> None:
    """And those that are closed not at all."""
    first, second = scene.incident("first"), scene.incident("second", Ref(kind="key", id="key_2"))
    scene.put(
        "incident.changed",
        {"incident": {**msgspec.to_builtins(second), "status": "contained", "severity": 4}},
    )

    seen = overview(scene.house, scene.caller, Nothing())

    assert [one.id for one in seen.incidents] == [first.id, second.id]
    assert seen.open_incidents == 1
    assert pulse(scene.house, scene.caller, Nothing()).open_incidents == 1


def test_the_pulse_changes_with_every_write(scene: Scene) -> None:
    """And with nothing else."""
    before = pulse(scene.house, scene.caller, Nothing())
    assert pulse(scene.house, scene.caller, Nothing()) == before

    scene.put("test.happened", {})

    assert pulse(scene.house, scene.caller, Nothing()).version != before.version


def test_bans_and_exceptions_that_stand_are_counted(scene: Scene) -> None:
    """Apart."""
    scene.ban(Ref(kind="ip", id="192.0.2.1"))

    seen = overview(scene.house, scene.caller, Nothing())

    assert (seen.bans, seen.exceptions) == (1, 0)


class _Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the handler's protocol
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_a_door_is_open_silent_or_unknown(scene: Scene) -> None:
    """It is asked at its configured port, or at the one its last start was recorded with."""
    scene.house.config = Config(gateway=Gateway(port=0))
    assert gateway_state(scene.house).state == "unknown"
    with HTTPServer(("127.0.0.1", 0), _Well) as door:
        thread = threading.Thread(target=door.serve_forever)
        thread.start()
        gateway = Ref(kind="process", id="gateway")
        scene.put("process.started", {"port": door.server_port}, actor=gateway)
        assert gateway_state(scene.house).state == "open"
        door.shutdown()
        thread.join()
    with HTTPServer(("127.0.0.1", 0), _Well) as unserved:
        port = unserved.server_port
    scene.house.config = Config(gateway=Gateway(port=port))

    assert gateway_state(scene.house).state == "silent"


def test_an_open_incident_is_not_hidden_by_newer_ones(scene: Scene) -> None:
    """However many were closed or opened since; and all that are open are counted."""
    old = scene.incident("The grave one")
    scene.put("incident.changed", {"incident": msgspec.to_builtins(msgspec.structs.replace(old, severity=4))})
    for number in range(101):
        later = scene.incident(f"Later {number}")
        closed = msgspec.structs.replace(later, status="closed")
        scene.put("incident.changed", {"incident": msgspec.to_builtins(closed)})

    seen = overview(scene.house, scene.caller, Nothing())

    assert [one.id for one in seen.incidents] == [old.id]
    assert seen.open_incidents == 1
    for number in range(101):
        scene.incident(f"Open {number}")
    seen = overview(scene.house, scene.caller, Nothing())
    assert seen.open_incidents == 102
    assert seen.incidents[0].id == old.id
