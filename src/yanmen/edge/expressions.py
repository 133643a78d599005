"""What rules are made of: each piece as nft writes it and as the kernel reads it. Numbers are of linux/netfilter/nf_tables.h."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from typing import NamedTuple

from yanmen.edge.netlink import attribute, nested, text, u32, u64

V4, V6 = 32, 128
"""Widths of addresses, in bits."""
_REGISTER = 1
_NETWORK, _TRANSPORT = 1, 2  # where a payload begins
_EQUAL, _UNEQUAL = 0, 1
_IIFNAME, _NFPROTO, _L4PROTO = 6, 15, 16  # keys of meta
_PROTO = {V4: 2, V6: 10}
_SOURCE = {V4: (12, 4), V6: (8, 16)}  # place and bytes of the source in the network header
_TCP = 6
_DROP, _ACCEPT, _JUMP, _GOTO = 0, 1, 0xFFFFFFFD, 0xFFFFFFFC
_INVALID, _NEW, _UNTRACKED = 0x1, 0x8, 0x40  # states of connections
_OVER = 1  # NFT_LIMIT_F_INV, NFT_CONNLIMIT_F_INV, NFT_LOOKUP_F_INV
_ADD, _UPDATE = 0, 1  # operations of a dynamic set
_SEVERAL = 2  # NFT_DYNSET_F_EXPR
_PROXY = 0x01 | 0x02 | 0x04 | 0x08  # MSS, window scale, selective acknowledgements, timestamps


class Piece(NamedTuple):
    """A part of a rule."""

    said: str
    code: bytes


def _expression(name: str, *data: bytes) -> bytes:
    return nested(1, text(1, name), nested(2, *data))


def _value(number: int, value: bytes) -> bytes:
    return nested(number, attribute(1, value))


def _meta(key: int) -> bytes:
    return _expression("meta", u32(1, _REGISTER), u32(2, key))


def _compare(value: bytes, how: int = _EQUAL) -> bytes:
    return _expression("cmp", u32(1, _REGISTER), u32(2, how), _value(3, value))


def _payload(where: int, offset: int, size: int) -> bytes:
    return _expression("payload", u32(1, _REGISTER), u32(2, where), u32(3, offset), u32(4, size))


def _masked(mask: bytes) -> bytes:
    zeros = _value(5, bytes(len(mask)))
    return _expression(
        "bitwise", u32(1, _REGISTER), u32(2, _REGISTER), u32(3, len(mask)), _value(4, mask), zeros
    )


def _lookup(name: str, *, absent: bool = False) -> bytes:
    flags = (u32(5, _OVER),) if absent else ()
    return _expression("lookup", text(1, name), u32(2, _REGISTER), *flags)


def _verdict(code: int, chain: str = "") -> bytes:
    named = (text(2, chain),) if chain else ()
    return _expression("immediate", u32(1, 0), nested(2, nested(2, u32(1, code), *named)))


ACCEPT = Piece("accept", _verdict(_ACCEPT))
"""Go on to what else guards this machine: other tables still have their say."""
DROP = Piece("drop", _verdict(_DROP))
COUNTED = Piece("counter", _expression("counter"))
SYN = Piece(
    "tcp flags & (fin | syn | rst | ack) == syn",
    _meta(_L4PROTO)
    + _compare(bytes((_TCP,)))
    + _payload(_TRANSPORT, 13, 1)
    + _masked(b"\x17")
    + _compare(b"\x02"),
)
"""The first packet of a connection."""
NOTRACK = Piece("notrack", _expression("notrack"))
PROXY = Piece(
    "synproxy mss 1460 wscale 7 timestamp sack-perm",
    _expression("synproxy", attribute(1, (1460).to_bytes(2, "big")), attribute(2, b"\x07"), u32(3, _PROXY)),
)


def _state(bits: int) -> bytes:
    mask = _masked(bits.to_bytes(4, sys.byteorder))
    return _expression("ct", u32(1, _REGISTER), u32(2, 0)) + mask + _compare(bytes(4), _UNEQUAL)


NEW = Piece("ct state new", _state(_NEW))
INVALID = Piece("ct state invalid", _state(_INVALID))
UNKNOWN = Piece("ct state invalid,untracked", _state(_INVALID | _UNTRACKED))


def jump(chain: str) -> Piece:
    """Go through another chain and come back."""
    return Piece(f"jump {chain}", _verdict(_JUMP, chain))


def goto(chain: str) -> Piece:
    """Go through another chain; at its end everything goes on."""
    return Piece(f"goto {chain}", _verdict(_GOTO, chain))


def not_alive(name: str) -> Piece:
    """No sign of life stands for the packet's family."""
    return Piece(f"meta nfproto != @{name}", _meta(_NFPROTO) + _lookup(name, absent=True))


def from_interface(name: str) -> Piece:
    """It came in by this interface."""
    return Piece(f'iifname "{name}"', _meta(_IIFNAME) + _compare(name.encode().ljust(16, b"\0")))


def from_elsewhere(name: str) -> Piece:
    """It came in by none of the interfaces in a set."""
    return Piece(f"iifname != @{name}", _meta(_IIFNAME) + _lookup(name, absent=True))


def to_port_in(name: str) -> Piece:
    """TCP, to one of the ports in a set."""
    tcp = _meta(_L4PROTO) + _compare(bytes((_TCP,)))
    return Piece(f"tcp dport @{name}", tcp + _payload(_TRANSPORT, 2, 2) + _lookup(name))


def source_in(name: str, width: int, prefix: int | None = None) -> Piece:
    """Its source, or the network of its source, is in a set."""
    said, code = _source(width, prefix)
    return Piece(f"{said} @{name}", code + _lookup(name))


def over_rate(name: str, width: int, prefix: int | None, rate: int, burst: int) -> Piece:
    """Its source, or the network of its source, has sent more than so many a second; the meter is a dynamic set."""
    said, code = _source(width, prefix)
    limit = nested(1, *_limit(rate, burst))
    counter = nested(1, text(1, "counter"))
    meter = _expression(
        "dynset",
        text(1, name),
        u32(4, _REGISTER),
        u32(3, _UPDATE),
        u32(9, _SEVERAL),
        nested(10, limit, counter),
    )
    over = f"limit rate over {rate}/second burst {burst} packets counter"
    return Piece(f"update @{name} {{ {said} {over} }}", code + meter)


def over_rate_in_all(rate: int, burst: int) -> Piece:
    """All together have sent more than so many a second."""
    return Piece(f"limit rate over {rate}/second burst {burst} packets", nested(1, *_limit(rate, burst)))


def over_count(name: str, width: int, most: int) -> Piece:
    """Its source has more connections open than this; the meter is a dynamic set."""
    said, code = _source(width, None)
    limit = nested(7, text(1, "connlimit"), nested(2, u32(1, most), u32(2, _OVER)))
    meter = _expression("dynset", text(1, name), u32(4, _REGISTER), u32(3, _ADD), limit)
    return Piece(f"add @{name} {{ {said} ct count over {most} }}", code + meter)


def _limit(rate: int, burst: int) -> Sequence[bytes]:
    numbers = (u64(1, rate), u64(2, 1), u32(3, burst), u32(4, 0), u32(5, _OVER))
    return text(1, "limit"), nested(2, *numbers)


def _source(width: int, prefix: int | None) -> tuple[str, bytes]:
    """The source's address in the register, masked where a prefix is given."""
    offset, size = _SOURCE[width]
    code = _meta(_NFPROTO) + _compare(bytes((_PROTO[width],))) + _payload(_NETWORK, offset, size)
    said = "ip saddr" if width == V4 else "ip6 saddr"
    if prefix is None:
        return said, code
    mask = mask_of(width, prefix).to_bytes(size, "big")
    return f"{said} & {shown(width, mask)}", code + _masked(mask)


def mask_of(width: int, prefix: int) -> int:
    """The bits of a prefix."""
    return ((1 << prefix) - 1) << (width - prefix)


def shown(width: int, address: bytes) -> str:
    """An address as people write it."""
    return socket.inet_ntop(socket.AF_INET if width == V4 else socket.AF_INET6, address)
