"""A running gateway takes up another configuration and another certificate; the whole process, real signals, real TLS."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from tests.certificates import made

from yanmen.core.config import Bounds, Config, Gateway, Overload, Upstream
from yanmen.core.nouns import Event
from yanmen.gateway.renewing import RENEWABLE, Offers, Renewing, held
from yanmen.gateway.server import Server
from yanmen.gateway.tls import Certificate
from yanmen.gateway.upstreams.fleet import Fleet
from yanmen.guard import Guard


class Kept:
    """Keeps events in memory."""

    def __init__(self) -> None:
        """None yet."""
        self.events: list[Event] = []

    def append_soon(self, *events: Event) -> None:
        """Keep them."""
        self.events += events

    async def one(self, kind: str) -> Event:
        """The first of a kind, once it is there."""
        async with asyncio.timeout(20):
            while True:
                found = [event for event in self.events if event.kind == kind]
                if found:
                    self.events.remove(found[0])
                    return found[0]
                await asyncio.sleep(0.01)


def _config(**gateway: Any) -> Config:
    return Config(gateway=Gateway(**gateway))


async def test_what_can_be_renewed_is_and_what_cannot_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upstreams at once, a new credential guarded from then on; a port needs a restart."""
    monkeypatch.delenv("YANMEN_UPSTREAM_KEY", raising=False)
    old = _config(upstreams={"a": Upstream(url="http://a/v1")})
    new = _config(
        upstreams={"a": Upstream(url="http://a/v1"), "b": Upstream(url="http://b/v1", key="sk-of-b")},
        overload=Overload(queue=3),
        port=9_999,
    )
    kept, built, swapped = Kept(), list[list[str]](), list[Any]()
    guard: Any = object()

    def guarded(credentials: list[str]) -> Guard:
        built.append(credentials)
        return guard  # type: ignore[no-any-return]  # a guard is not looked into here

    async with Fleet(old.gateway) as fleet:
        renewing, offers = Renewing(old, fleet, kept, None, guarded, swapped.append), Offers()
        renewing.begin(offers)
        await asyncio.to_thread(offers.offer, new)
        event = await kept.one("config.loaded")
        assert sorted(fleet.members) == ["a", "b"]
        await asyncio.to_thread(offers.offer, new)
        again = await kept.one("config.loaded")
        renewing.end()

    assert event.data == {"changed": ["gateway.upstreams", "gateway.overload"], "restart": ["gateway.port"]}
    assert again.data == {"changed": [], "restart": ["gateway.port"]}
    assert (built, swapped) == ([["sk-of-b"]], [guard])


async def test_what_is_wrong_leaves_all_as_it_was() -> None:
    """And says where it is wrong."""
    old = _config(upstreams={"a": Upstream(url="http://a/v1")})
    kept = Kept()
    async with Fleet(old.gateway) as fleet:
        member = fleet.members["a"]
        renewing = Renewing(
            old, fleet, kept, None, lambda _: pytest.fail("no new credential"), lambda _: None
        )
        await renewing.take(
            _config(upstreams={"a": Upstream(url="http://c/v1"), "b": Upstream(url="ftp://b")})
        )

        assert fleet.members == {"a": member}
    assert (await kept.one("config.refused")).data["where"] == "gateway.upstreams.b.url"


def test_every_upstreams_credential_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The named ones' too."""
    monkeypatch.setenv("YANMEN_UPSTREAM_EAST_KEY", "sk-east")
    gateway = Gateway(
        upstream=Upstream(url="http://d/v1", key="sk-default"),
        upstreams={"east": Upstream(url="http://e/v1")},
    )

    assert held(gateway) == ["sk-default", "sk-east"]


async def _serial(port: int) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
    """The serial number of the certificate that a new connection is shown, and the connection."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
    return (
        x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"").serial_number,
        reader,
        writer,
    )


async def test_a_certificate_is_renewed_without_dropping_a_connection(tmp_path: Path) -> None:
    """By its files, or by SIGHUP; a broken one leaves the old in force, and the process goes on."""
    files = made(tmp_path, 1)
    settings = Gateway(
        tls_certificate=files["tls_certificate"],
        tls_key=files["tls_key"],
        upstream=Upstream(url="http://a/v1"),
    )
    certificate = Certificate.of(settings)
    assert certificate is not None

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": message["type"] + ".complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    kept = Kept()
    async with Fleet(settings) as fleet:
        renewing = Renewing(
            Config(gateway=settings), fleet, kept, certificate, lambda _: pytest.fail("no"), lambda _: None
        )
        server = Server(app, bounds=Bounds(), tls=certificate.context, stop_seconds=2)
        port = await server.start()
        renewing.begin(None)
        first, reader, writer = await _serial(port)
        made(tmp_path, 2)
        await kept.one("certificate.loaded")
        second, _, other = await _serial(port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"hello"), 10)
        (tmp_path / "gateway.key").write_text("broken")
        os.kill(os.getpid(), signal.SIGHUP)
        refused = await kept.one("certificate.refused")
        third, _, last = await _serial(port)
        for each in (writer, other, last):
            each.close()
        renewing.end()
        await server.stop()

    assert (first, second, third) == (1, 2, 2)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert refused.data["where"] == "gateway.tls_certificate"


def test_an_offer_before_anybody_takes_it_is_dropped() -> None:
    """The process was started with it."""
    Offers().offer(Config())


def test_every_value_that_can_be_renewed_is_one() -> None:
    """A name that is none would never be taken up."""
    assert set(RENEWABLE) <= set(msgspec.structs.asdict(Gateway()))
