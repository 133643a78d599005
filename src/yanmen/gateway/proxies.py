"""Who a client is behind proxies of ours: what they say of it counts, what anybody else says does not."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

HOPS = 50
"""Addresses that are read of one header; a longer way is not believed."""
Address = IPv4Address | IPv6Address
_WHERE = "gateway.trusted_proxies"


class Proxies:
    """The proxies that are trusted to say whom they speak for."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Addresses and networks, e.g. ``10.0.0.0/8``; YanmenError for what is none, or covers everybody."""
        self._networks = [_network(text) for text in networks]

    def client(self, peer: str, headers: Sequence[tuple[bytes, bytes]]) -> str:
        """The client's address: the peer's own, or what a trusted peer says of it.

        Read from the right, where the nearest proxy wrote: the first hop that is not a trusted proxy is the client, and
        what stands left of it is that client's own invention. ``x-forwarded-for`` and ``forwarded`` must agree where both
        are sent: a proxy that writes one lets the other through as the client made it up. Whatever cannot be read leaves
        the peer.
        """
        if not self._networks or not self._trusts(_address(peer)):
            return peer
        said = {
            self._behind(way(values))
            for name, way in ((b"x-forwarded-for", _plain), (b"forwarded", _elements))
            if (values := [value for found, value in headers if found == name])
        }
        client = said.pop() if len(said) == 1 else None
        return str(client) if client is not None else peer

    def trusts(self, peer: str) -> bool:
        """Whether what a peer says of a client is believed."""
        return bool(self._networks) and self._trusts(_address(peer))

    def _behind(self, hops: Sequence[str]) -> Address | None:
        """The first hop from the right that is no proxy of ours; where all are, the furthest."""
        found = None
        for hop in reversed(hops if len(hops) <= HOPS else ()):
            found = _address(hop)
            if found is None or not self._trusts(found):
                return found
        return found

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _plain(values: Sequence[bytes]) -> list[str]:
    """The hops of ``x-forwarded-for``, several lines being one list."""
    return b",".join(values).decode("latin-1").split(",")


def _elements(values: Sequence[bytes]) -> list[str]:
    """The hops of ``forwarded`` (RFC 7239): of each element what stands after ``for=``, or nothing readable."""
    hops = []
    for element in _plain(values):
        pairs = [pair.partition("=") for pair in element.split(";")]
        named = [value.strip() for name, _, value in pairs if name.strip().lower() == "for"]
        hop = named[0] if len(named) == 1 else ""
        quoted = len(hop) > 1 and hop[0] == hop[-1] == '"'
        hops.append(hop[1:-1] if quoted else hop)
    return hops


def _address(text: str) -> Address | None:
    """``192.0.2.1``, ``192.0.2.1:80``, ``2001:db8::1``, ``[2001:db8::1]:80``; an IPv4 address written as IPv6 is that."""
    text = text.strip()
    if text.startswith("["):
        text, bracket, port = text[1:].partition("]")
        if not bracket or (port and not (port[0] == ":" and port[1:].isdigit())):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not port.isdigit():
            return None
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return None if found.scope_id else found.ipv4_mapped or found
    return found


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise YanmenError(
            Phrase(en=f"{text!r} is no address or network", zh=f"{text!r} 不是 IP 地址或网段"),
            where=_WHERE,
            hint=Phrase(
                en='Write for example ["10.0.0.0/8", "192.0.2.7"].', zh='例如 ["10.0.0.0/8", "192.0.2.7"]。'
            ),
        ) from error
    if network.prefixlen == 0:
        raise YanmenError(
            Phrase(en=f"{text} covers everybody", zh=f"{text} 涵盖所有地址"),
            where=_WHERE,
            hint=Phrase(
                en="Name the proxies only: whoever is in this list may say any address is theirs.",
                zh="只应填写代理自身的地址：名单内的任何一方都可以自称任意地址。",
            ),
        )
    return network
