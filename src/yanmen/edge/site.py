"""What the wall stands before: ports, interfaces and families, and who is always let through. Read from the configuration once."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from yanmen.core.config import Config
from yanmen.core.config.edge import Edge
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.policy.standing import V4, V6, Network, network_of

SSH = 22
"""Guarded by nobody: who locks themselves out of it cannot undo it."""
LOOPBACK = ("127.0.0.0/8", "::1/128")
_WIDTHS = {"ipv4": V4, "ipv6": V6}


class Site(NamedTuple):
    """A configuration, judged."""

    edge: Edge
    ports: tuple[int, ...]
    widths: tuple[int, ...]
    """Of the guarded families' addresses, in bits."""
    allow: tuple[Network, ...]
    """Networks that are never dropped; none is part of another."""
    proxied: bool
    """Proxies are trusted: of whoever comes through them the wall sees only the proxy."""

    def allows(self, network: Network) -> bool:
        """Whether all of a network is always let through."""
        width, prefix, number = network
        return any(
            width == wide and prefix >= short and number >> (prefix - short) == bits
            for wide, short, bits in self.allow
        )


def site_of(config: Config) -> Site:
    """The site that a configuration describes; YanmenError for what is wrong with it."""
    edge = config.edge
    ports = edge.ports or (config.gateway.port, config.console.port)
    if 0 in ports:
        raise YanmenError(
            Phrase(en="the wall must know the ports that it guards", zh="必须指明防护墙要守护的端口"),
            where="edge.ports",
            hint=Phrase(
                en="A gateway or console on port 0 takes any free one; write edge.ports.",
                zh="网关或控制台的端口设为 0 时会随机取用空闲端口；请填写 edge.ports。",
            ),
        )
    if SSH in ports:
        raise YanmenError(
            Phrase(en="port 22 is never guarded", zh="22 端口不在守护之列"),
            where="edge.ports",
            hint=Phrase(
                en="A wrong ban there would lock you out of this machine.",
                zh="一旦误封，您将无法登录本机。",
            ),
        )
    proxies = config.gateway.trusted_proxies
    allow = [*_networks(LOOPBACK, "edge.allow"), *_networks(edge.allow, "edge.allow")]
    allow += _networks(proxies, "gateway.trusted_proxies")
    widths = tuple(dict.fromkeys(_WIDTHS[family] for family in sorted(edge.families)))
    return Site(edge, tuple(sorted(set(ports))), widths, _joined(allow), bool(proxies))


def _networks(texts: Iterable[str], where: str) -> Iterable[Network]:
    for text in texts:
        network = network_of(text.strip())
        if network is None or network[1] == 0:
            raise YanmenError(
                Phrase(
                    en=f"{text!r} is no address or network that could be let through",
                    zh=f"{text!r} 不是可以放行的 IP 地址或网段",
                ),
                where=where,
                hint=Phrase(
                    en='Write for example ["198.51.100.7", "2001:db8::/32"].',
                    zh='例如 ["198.51.100.7", "2001:db8::/32"]。',
                ),
            )
        yield network


def _joined(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The same addresses in the fewest networks, none part of another."""
    found: list[Network] = []
    for width, kind in ((V4, ipaddress.IPv4Network), (V6, ipaddress.IPv6Network)):
        mine = [kind((bits << (width - prefix), prefix)) for wide, prefix, bits in networks if wide == width]
        for one in ipaddress.collapse_addresses(mine):  # type: ignore[type-var]  # all of one kind
            number = int(one.network_address) >> (width - one.prefixlen)
            found.append((width, one.prefixlen, number))
    return tuple(found)
