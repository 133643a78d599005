"""A small writer of the MaxMind DB format, after its specification, so that the reader is tried on files made by nobody else."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable, Mapping
from typing import Any

import pytest

MARKER = b"\xab\xcd\xefMaxMind.com"
Write = Callable[..., bytes]


def encoded(value: Any) -> bytes:
    """A value of the data section."""
    if isinstance(value, bool):
        return bytes([int(value), 7])
    if isinstance(value, str):
        return control(2, len(value.encode())) + value.encode()
    if isinstance(value, int):
        raw = value.to_bytes(8, "big").lstrip(b"\0")
        return control(9, len(raw)) + raw
    if isinstance(value, float):
        return control(3, 8) + struct.pack(">d", value)
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encoded(key) + encoded(one) for key, one in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(encoded, value))
    raise TypeError(value)


def control(kind: int, size: int) -> bytes:
    """The control byte, with the bytes of a larger size."""
    small, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | small]) if kind < 8 else bytes([small, kind - 7])) + more


def written(networks: Mapping[str, Any], *, size: int = 28, version: int = 6, **about: Any) -> bytes:
    """A whole file: networks and their records."""
    nodes: list[list[int | None]] = [[None, None]]
    data, offsets = b"", {}
    leaves: list[tuple[int, int, int]] = []
    for network, record in networks.items():
        parsed = ipaddress.ip_network(network)
        bits = f"{int(parsed.network_address):0{parsed.max_prefixlen}b}"[: parsed.prefixlen]
        bits = "0" * 96 + bits if version == 6 and parsed.version == 4 else bits
        if network not in offsets:
            offsets[network] = len(data)
            data += encoded(record)
        at = 0
        for bit in bits[:-1]:
            found = nodes[at][int(bit)]
            if found is None:
                nodes.append([None, None])
                found = nodes[at][int(bit)] = len(nodes) - 1
            at = found
        leaves.append((at, int(bits[-1]), offsets[network]))
    count = len(nodes)
    for at, side, offset in leaves:
        nodes[at][side] = count + 16 + offset
    tree = b"".join(node_bytes([count if one is None else one for one in node], size) for node in nodes)
    metadata = {
        "node_count": count,
        "record_size": size,
        "ip_version": version,
        "binary_format_major_version": 2,
        "database_type": "Test",
        "build_epoch": 1_700_000_000,
        **about,
    }
    return tree + b"\0" * 16 + data + MARKER + encoded(metadata)


def node_bytes(node: list[int], size: int) -> bytes:
    """Left and right."""
    left, right = node
    if size == 28:
        shared = (left >> 24) << 4 | right >> 24
        return (left & 0xFFFFFF).to_bytes(3, "big") + bytes([shared]) + (right & 0xFFFFFF).to_bytes(3, "big")
    return left.to_bytes(size // 8, "big") + right.to_bytes(size // 8, "big")


@pytest.fixture
def write() -> Write:
    """Writes a file's bytes."""
    return written
