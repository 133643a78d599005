"""Who a client is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yanmen.core.config import Networks as Settings
from yanmen.gateway.clients import Client, Clients, told
from yanmen.gateway.commands import Call
from yanmen.gateway.proxies import Proxies
from yanmen.intel.networks import NOWHERE, Networks, Origin


def scope(peer: str, **headers: str) -> dict[str, Any]:
    """A request's head."""
    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"client": (peer, 1), "headers": named}


def test_a_trusted_proxy_tells_address_and_fingerprint(tmp_path: Path) -> None:
    """And the lists say where the address is from."""
    (tmp_path / "tor").write_text("203.0.113.7\n")
    networks = Networks(Settings(lists={"tor": str(tmp_path / "tor")}))
    clients = Clients(Proxies(("192.0.2.1",)), networks, "x-ja4")

    found = clients.of(scope("192.0.2.1", x_forwarded_for="203.0.113.7", x_ja4="t13d1516h2_a_b"))
    assert found == Client("203.0.113.7", Origin(networks=("tor",)), "t13d1516h2_a_b")


def test_nobody_else_is_believed() -> None:
    """Neither the address nor the fingerprint; nor two of a proxy that are not one."""
    clients = Clients(Proxies(("192.0.2.1",)), None, "x-ja4")

    assert clients.of(scope("203.0.113.9", x_forwarded_for="203.0.113.7", x_ja4="t13d")) == Client(
        "203.0.113.9"
    )
    twice = scope("192.0.2.1", x_ja4="one")
    twice["headers"].append((b"x-ja4", b"two"))
    assert clients.of(twice).ja4 == ""
    assert Clients().of({"client": None, "headers": []}) == Client()
    assert Clients(Proxies(("192.0.2.1",))).of(scope("192.0.2.1", x_ja4="t13d")).ja4 == ""


def test_a_fingerprint_is_made_visible_and_cut() -> None:
    """It goes into the record."""
    clients = Clients(Proxies(("192.0.2.1",)), None, "x-ja4")

    assert "\x1b" not in clients.of(scope("192.0.2.1", x_ja4="\x1b[31m" + "a" * 500)).ja4
    assert len(clients.of(scope("192.0.2.1", x_ja4="a" * 500)).ja4) <= 101


def test_the_record_is_told_what_is_known() -> None:
    """The family of the agent, not its every letter; nothing where nothing is known."""
    call = Call("call_1", 0, "GET", "/", [(b"user-agent", b"openai-python/1.99.2")], "203.0.113.7")

    assert told(call._replace(origin=Origin("DE", "AS1"), ja4="t13d")) == {
        "origin": {"country": "DE", "asn": "AS1"},
        "client": {"agent": "openai-python/1", "ja4": "t13d"},
    }
    assert told(call._replace(headers=[], origin=NOWHERE)) == {}
