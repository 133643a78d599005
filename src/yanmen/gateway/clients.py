"""Who a client is, and what the record is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from yanmen.core.redaction import visible
from yanmen.gateway.commands import Call
from yanmen.gateway.proxies import Proxies
from yanmen.intel.agents import family
from yanmen.intel.networks import NOWHERE, Networks, Origin

FINGERPRINT = 100
"""Characters of a TLS fingerprint that are kept; a JA4 has 36."""


class Client(NamedTuple):
    """What is known of a client before its call is looked at; the fields of ``Call`` of these names."""

    ip: str = ""
    origin: Origin = NOWHERE
    ja4: str = ""


class Clients:
    """Knows proxies that are trusted, lists of networks, and the header in which a proxy tells a fingerprint."""

    def __init__(
        self, proxies: Proxies | None = None, networks: Networks | None = None, header: str = ""
    ) -> None:
        """By default nobody is trusted and nothing is known."""
        self._proxies = proxies or Proxies(())
        self._networks = networks or Networks()
        self._header = header.encode()

    def of(self, scope: Mapping[str, Any]) -> Client:
        """The client of a request, as far as a trusted proxy or the socket tells it."""
        peer = scope.get("client")
        if not peer:
            return Client()
        ip = self._proxies.client(peer[0], scope["headers"])
        ja4 = ""
        if self._header and self._proxies.trusts(peer[0]):
            said = [value for name, value in scope["headers"] if name == self._header]
            ja4 = visible(said[0].decode("latin-1"))[:FINGERPRINT] if len(said) == 1 else ""
        return Client(ip, self._networks.look(ip), ja4)


def told(call: Call) -> dict[str, Any]:
    """What the event of a call says of its client: ``origin`` and ``client``, each where something is known."""
    agents = call.header(b"user-agent")
    said = family(agents[0].decode("latin-1")) if len(agents) == 1 else ""
    client = {name: value for name, value in (("agent", said), ("ja4", call.ja4)) if value}
    found = {"origin": call.origin.data(), "client": client}
    return {name: value for name, value in found.items() if value}
