"""Writes safetensors: tensors and their names, and nothing that could be run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from yanmen.supply.models.bounds import Unjudged
from yanmen.supply.weights.tensors import Tensor

_ALIGNED = 8
_LONGEST_HEADER = 100_000_000
"""Bytes; the format's own limit."""


def write(tensors: Iterable[Tensor], path: Path) -> int:
    """All tensors to a file that must not be there, whole or not at all; the bytes written. FileExistsError; Unjudged."""
    ordered = sorted(tensors, key=lambda tensor: (-tensor.size // max(tensor.elements, 1), tensor.name))
    header = _header(ordered)
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(header)
            for tensor in ordered:
                _copy(tensor, file)
            file.flush()
            os.fsync(file.fileno())
            written = file.tell()
        part.replace(path)
    except BaseException:
        part.unlink()
        raise
    return written


def _header(tensors: list[Tensor]) -> bytes:
    said: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for tensor in tensors:
        if tensor.name in said:
            raise Unjudged("unsupported", f"two tensors are called {tensor.name!r}")
        said[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": tensor.shape,
            "data_offsets": (at, at + tensor.size),
        }
        at += tensor.size
    text = msgspec.json.encode(said)
    text += b" " * (-len(text) % _ALIGNED)
    if len(text) > _LONGEST_HEADER:
        raise Unjudged("too-large", "more tensors than the format's header holds")
    return len(text).to_bytes(8, "little") + text


def _copy(tensor: Tensor, file: BinaryIO) -> None:
    done = 0
    for piece in tensor.opened():
        done += len(piece)
        file.write(piece)
    if done != tensor.size:
        raise Unjudged("malformed", f"{tensor.name}: {done} bytes where its shape needs {tensor.size}")
