"""Model files made byte by byte, and how they are examined."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from yanmen.core.nouns import Ref
from yanmen.supply.models.bounds import Bounds, Limits
from yanmen.supply.models.examine import examine, look
from yanmen.supply.models.report import Report
from yanmen.supply.targets import Artifact, Examined

Look = Callable[..., Examined]


@pytest.fixture(scope="session")
def examined() -> Look:
    """Examine bytes under a name."""

    def run(data: bytes, name: str = "model.bin", limits: Limits | None = None) -> Examined:
        return look(Artifact.held(name, data), limits or Limits())

    return run


@pytest.fixture
def bounds() -> Bounds:
    """A fresh budget."""
    return Bounds(Ref(kind="model", id="sha256/00"), examine)


@pytest.fixture
def report(bounds: Bounds) -> Report:
    """An empty report."""
    return Report(Artifact.held("m", b""), bounds, "x")


@pytest.fixture(scope="session")
def said() -> Callable[[Examined], set[str]]:
    """The rules that were found."""
    return lambda examined: {finding.rule.id for finding in examined.findings}


@pytest.fixture(scope="session")
def safetensors_bytes() -> Callable[..., bytes]:
    """A safetensors file of a header, as a table or as text, and the bytes after it."""

    def make(header: dict[str, Any] | str, data: bytes = b"") -> bytes:
        text = (header if isinstance(header, str) else json.dumps(header)).encode()
        return struct.pack("<Q", len(text)) + text + data

    return make


def _gguf_text(text: str | bytes, wide: str) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<" + wide, len(data)) + data


def _gguf_value(value: Any, wide: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return struct.pack("<IB", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _gguf_text(value, wide)
    items = b"".join(_gguf_text(each, wide) for each in value)
    return struct.pack("<II" + wide, 9, 8, len(value)) + items


@pytest.fixture(scope="session")
def gguf_bytes() -> Callable[..., bytes]:
    """A GGUF file of pairs, tensors ``(name, shape, type, offset)`` and the bytes after the padding. Values may be raw bytes."""

    def make(
        pairs: dict[str, Any] | list[tuple[str, Any]] | None = None,
        tensors: list[tuple[str, tuple[int, ...], int, int]] | None = None,
        data: bytes = b"",
        version: int = 3,
        counts: tuple[int, int] | None = None,
    ) -> bytes:
        wide = "I" if version == 1 else "Q"
        listed = list(pairs.items()) if isinstance(pairs, dict) else pairs or []
        count, count_of_pairs = counts or (len(tensors or []), len(listed))
        out = b"GGUF" + struct.pack("<I" + wide + wide, version, count, count_of_pairs)
        for key, value in listed:
            out += _gguf_text(key, wide) + _gguf_value(value, wide)
        for name, shape, kind, offset in tensors or []:
            out += _gguf_text(name, wide) + struct.pack("<I", len(shape))
            out += b"".join(struct.pack("<" + wide, each) for each in shape) + struct.pack(
                "<IQ", kind, offset
            )
        return out + b"\0" * (-len(out) % 32) + data

    return make
