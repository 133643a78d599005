"""The wall: packets from banned or greedy sources are dropped in the kernel, before a connection is made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.core.config.section import Count, Section

Rate = Annotated[int, Meta(ge=0, le=1_000_000)]
"""So many a second; 0: no limit."""


class Edge(Section, frozen=True):
    """The wall: packets. Put up by ``yanmen edge run``, which needs CAP_NET_ADMIN."""

    ports: Annotated[tuple[Annotated[int, Meta(ge=1, le=65_535)], ...], Meta(max_length=64)] = ()
    """TCP ports that it guards, as clients reach them; empty: the gateway's and the console's. No other port is touched."""
    interfaces: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[!-.0-9;-~]{1,15}$")], ...], Meta(max_length=64)
    ] = ()
    """Network interfaces that it guards, by name; empty: all but loopback."""
    families: Annotated[tuple[Literal["ipv4", "ipv6"], ...], Meta(min_length=1, max_length=2)] = (
        "ipv4",
        "ipv6",
    )
    """Addresses that it guards against."""
    allow: Annotated[tuple[str, ...], Meta(max_length=1_024)] = ()
    """Addresses and networks that it never drops, whatever is decided: name those of your administrators. ``trusted_proxies``
    and loopback always belong to them."""
    dead_man_minutes: Annotated[int, Meta(ge=1, le=1_440)] = 5
    """Without a sign of life from ``yanmen edge run`` for so long, the kernel lets everything through again."""
    bans: Count = 200_000
    """Bans in the kernel at once, the newest first; what is beyond is still refused by the gateway."""
    source_rate: Rate = 50
    """New connections a second of one address; 0: no limit."""
    source_burst: Count = 200
    """New connections that one address may open at once, above its rate."""
    prefix_rate: Rate = 500
    """New connections a second of one network: /24 of IPv4, /64 of IPv6; 0: no limit."""
    prefix_burst: Count = 1_000
    """New connections that one network may open at once, above its rate."""
    source_connections: Rate = 512
    """Connections of one address open at once; 0: no limit."""
    syn_rate: Rate = 0
    """New connections a second of everybody together; 0: no limit. Under a flood it hits good clients too: prefer ``syn_proxy``."""
    metered_sources: Count = 65_536
    """Addresses and networks that each meter remembers, a minute each. A full meter lets new ones through."""
    syn_proxy: bool = False
    """The kernel answers handshakes with cookies and passes on only those that complete. Needs
    ``net.netfilter.nf_conntrack_tcp_loose=0``, ``net.ipv4.tcp_syncookies=1`` and ``net.ipv4.tcp_timestamps=1``."""
