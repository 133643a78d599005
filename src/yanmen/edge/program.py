"""The nftables program: what sets, chains and rules there are for a configuration. Pure; the bans themselves are elements.

``prerouting`` sees a packet before the port of a container or a connection's state is known, so ports are those that clients
reach, and whoever is banned costs no entry in the table of connections. Each base chain begins with the dead-man switch: the set
``alive`` holds the guarded families for as long as somebody keeps them there, and where it is empty everything goes on.

Bans of networks are no interval sets: there is one hash set for each length of prefix in use, and a rule that masks the source to
that length. Adding one costs the same among fifty thousand as among none, nested networks do not collide, and each has its own
end and its own counter. These sets have no size in the kernel, which counts what is being replaced twice: nobody but us puts
anything in, and ``edge.bans`` bounds that. Sets that packets fill have a size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from yanmen.edge import expressions as ex
from yanmen.edge.expressions import V4, V6, Piece
from yanmen.edge.site import Site

TABLE = "yanmen"
ALIVE, PORTS, INTERFACES = "alive", "ports", "interfaces"
ALLOW = {V4: "allow4", V6: "allow6"}
_INTERVAL, TIMEOUT, _DYNAMIC = 0x04, 0x10, 0x20  # NFT_SET_INTERVAL, NFT_SET_TIMEOUT, NFT_SET_EVAL
_ADDRESS = {V4: (7, 4), V6: (8, 16)}  # nft's number of the type, and bytes
_TYPES = {2: "nf_proto", 7: "ipv4_addr", 8: "ipv6_addr", 13: "inet_service", 41: "ifname"}
_RAW, _MANGLE, _FILTER = -300, -150, 0
_PREROUTING, _INPUT = 0, 1
_HOOKS = {_PREROUTING: "prerouting", _INPUT: "input"}
PREFIXES = {V4: 24, V6: 64}
"""Lengths of the networks that are metered."""
METER_SECONDS = 60
"""A meter forgets a source that has opened no connection for so long."""
_CAPS = ("caps4", "caps6")


class Set(NamedTuple):
    """A set's definition."""

    name: str
    type: int
    """nft's number of the key's type."""
    bytes: int
    flags: int = 0
    size: int = 0
    """Elements at most; 0: no bound."""
    seconds: int = 0
    """What an element lasts that does not say it."""
    counted: bool = False
    """Each element counts the packets that met it."""

    @property
    def said(self) -> str:
        """As nft writes it, without elements."""
        names = ((_INTERVAL, "interval"), (_DYNAMIC, "dynamic"), (TIMEOUT, "timeout"))
        flags = ",".join(name for bit, name in names if self.flags & bit)
        parts = [f"type {_TYPES[self.type]}"]
        parts += [f"size {self.size}"] if self.size else []
        parts += [f"flags {flags}"] if flags else []
        parts += ["counter"] if self.counted else []
        parts += [f"timeout {self.seconds}s"] if self.seconds else []
        return f"set {self.name} {{ {'; '.join(parts)}; }}"


class Chain(NamedTuple):
    """A chain; one with a hook is where packets come in."""

    name: str
    hook: int | None = None
    priority: int = 0


class Rule(NamedTuple):
    """A rule of a chain; its name stands in the kernel as its comment."""

    chain: str
    name: str
    pieces: tuple[Piece, ...]

    @property
    def said(self) -> str:
        """As nft writes it."""
        return " ".join([*(piece.said for piece in self.pieces), f'comment "{self.name}"'])


class Network(NamedTuple):
    """A banned network, or with all its bits an address."""

    width: int
    prefix: int
    number: int
    """Its bits, shifted right so that only the prefix is left: as ``policy.Standing`` has them."""

    @property
    def set(self) -> str:
        """The name of the set that holds it."""
        family = 4 if self.width == V4 else 6
        return f"ban{family}" if self.prefix == self.width else f"net{family}_{self.prefix}"

    @property
    def key(self) -> bytes:
        """Its key there."""
        return (self.number << (self.width - self.prefix)).to_bytes(self.width // 8, "big")

    def __str__(self) -> str:
        address = ex.shown(self.width, self.key)
        return address if self.prefix == self.width else f"{address}/{self.prefix}"


class Program(NamedTuple):
    """All of it."""

    sets: tuple[Set, ...]
    chains: tuple[Chain, ...]
    rules: tuple[Rule, ...]

    def fingerprint(self, *fixed: object) -> str:
        """The same where sets, chains and what is fixed in the sets are the same: then what runs can be taken over.

        The sets of networks come and go with the bans; they are all alike.
        """
        kept = [one for one in self.sets if not one.name.startswith("net")]
        return hashlib.sha256(repr((kept, self.chains, fixed)).encode()).hexdigest()[:32]

    @property
    def said(self) -> str:
        """As nft writes it, without elements."""
        lines = [f"table inet {TABLE} {{", *(f"\t{one.said}" for one in self.sets)]
        for chain in self.chains:
            lines.append(f"\tchain {chain.name} {{")
            if chain.hook is not None:
                hook = f"type filter hook {_HOOKS[chain.hook]} priority {chain.priority}"
                lines.append(f"\t\t{hook}; policy accept;")
            lines += [f"\t\t{rule.said}" for rule in self.rules if rule.chain == chain.name]
            lines.append("\t}")
        return "\n".join([*lines, "}"])


def program(site: Site, lengths: Iterable[tuple[int, int]] = ()) -> Program:
    """The program for a site; ``lengths``: width and prefix of the networks that are banned."""
    used = sorted(set(lengths))
    chains = [Chain("wall"), Chain("before", _PREROUTING, _RAW)]
    if site.edge.source_connections:
        chains += [Chain("connections"), Chain("tracked", _PREROUTING, _MANGLE)]
    if site.edge.syn_proxy:
        chains += [Chain("handshakes"), Chain("arrived", _INPUT, _FILTER)]
    return Program(tuple(_sets(site, used)), tuple(chains), tuple(_rules(site, used)))


def meters(site: Site) -> Iterator[tuple[str, int, int | None, int, int]]:
    """Name, width, prefix, rate and burst of each meter of new connections."""
    for width in site.widths:
        family, edge = 4 if width == V4 else 6, site.edge
        if edge.source_rate:
            yield f"source{family}", width, None, edge.source_rate, edge.source_burst
        if edge.prefix_rate:
            yield f"prefix{family}", width, PREFIXES[width], edge.prefix_rate, edge.prefix_burst


def _sets(site: Site, used: list[tuple[int, int]]) -> Iterator[Set]:
    edge = site.edge
    yield Set(ALIVE, 2, 1, TIMEOUT)
    yield Set(PORTS, 13, 2)
    if edge.interfaces:
        yield Set(INTERFACES, 41, 16)
    for width in site.widths:
        family, (kind, size) = 4 if width == V4 else 6, _ADDRESS[width]
        yield Set(ALLOW[width], kind, size, _INTERVAL)
        yield Set(f"ban{family}", kind, size, TIMEOUT, counted=True)
        if edge.source_connections:
            yield Set(_CAPS[width == V6], kind, size, _DYNAMIC, edge.metered_sources)
    for name, *_ in meters(site):
        kind, size = _ADDRESS[V4 if name.endswith("4") else V6]
        yield Set(name, kind, size, _DYNAMIC | TIMEOUT, edge.metered_sources, METER_SECONDS)
    for width, prefix in used:
        if width in site.widths and prefix < width:
            yield Set(Network(width, prefix, 0).set, *_ADDRESS[width], TIMEOUT, counted=True)


def _rules(site: Site, used: list[tuple[int, int]]) -> Iterator[Rule]:
    edge = site.edge
    yield from _entrance(site, "before", "wall")
    yield from _allowed(site, "wall")
    for width in site.widths:
        name = Network(width, width, 0).set
        yield Rule("wall", f"banned {name}", (ex.source_in(name, width), ex.DROP))
    for width, prefix in used:
        if width in site.widths and prefix < width:
            name = Network(width, prefix, 0).set
            yield Rule("wall", f"banned {name}", (ex.source_in(name, width, prefix), ex.DROP))
    for name, wide, masked, rate, burst in meters(site):
        over = ex.over_rate(name, wide, masked, rate, burst)
        yield Rule("wall", f"over {name}", (ex.SYN, over, ex.COUNTED, ex.DROP))
    if edge.syn_rate:
        over = ex.over_rate_in_all(edge.syn_rate, edge.syn_rate)
        yield Rule("wall", "over syn", (ex.SYN, over, ex.COUNTED, ex.DROP))
    if edge.syn_proxy:
        yield Rule("wall", "to the proxy", (ex.SYN, ex.NOTRACK))
    if edge.source_connections:
        yield from _entrance(site, "tracked", "connections")
        yield from _allowed(site, "connections")
        for width in site.widths:
            name = _CAPS[width == V6]
            capped = ex.over_count(name, width, edge.source_connections)
            yield Rule("connections", f"over {name}", (ex.NEW, capped, ex.COUNTED, ex.DROP))
    if edge.syn_proxy:
        yield from _entrance(site, "arrived", "handshakes")
        yield from _allowed(site, "handshakes")
        yield Rule("handshakes", "proxy", (ex.UNKNOWN, ex.PROXY))
        yield Rule("handshakes", "over proxy", (ex.INVALID, ex.COUNTED, ex.DROP))


def _entrance(site: Site, chain: str, then: str) -> Iterator[Rule]:
    """The beginning of a base chain: what is none of our business goes on."""
    yield Rule(chain, "dead-man switch", (ex.not_alive(ALIVE), ex.ACCEPT))
    yield Rule(chain, "this machine", (ex.from_interface("lo"), ex.ACCEPT))
    if site.edge.interfaces:
        yield Rule(chain, "other interfaces", (ex.from_elsewhere(INTERFACES), ex.ACCEPT))
    yield Rule(chain, "guarded ports", (ex.to_port_in(PORTS), ex.goto(then)))


def _allowed(site: Site, chain: str) -> Iterator[Rule]:
    for width in site.widths:
        yield Rule(chain, f"allowed {ALLOW[width]}", (ex.source_in(ALLOW[width], width), ex.ACCEPT))
