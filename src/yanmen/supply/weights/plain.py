"""Tensors of files that hold nothing else: safetensors and GGUF.

GGUF keeps shapes with the fastest dimension first; here they are turned round, as everybody else has them.
"""

from __future__ import annotations

from yanmen.supply.models import gguf, safetensors
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.targets import Artifact
from yanmen.supply.weights.tensors import Tensor, stretch


def read_safetensors(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
    """By the header; metadata is what the file says."""
    bounds.tick()
    head = safetensors.header(artifact)
    found = []
    for entry in head.tensors:
        bits = safetensors.BITS.get(entry.dtype)
        if bits is None or bits % 8:
            raise Unjudged("unsupported", f"the type {entry.dtype}")
        size = entry.end - entry.start
        tensor = Tensor(
            entry.name,
            entry.dtype,
            entry.shape,
            1,
            size,
            stretch(artifact, head.size + entry.start, size, bits // 8),
        )
        if tensor.elements * bits // 8 != size or head.size + entry.end > artifact.size:
            raise Unjudged("malformed", f"{entry.name}: shape, offsets and file disagree")
        found.append(tensor)
    return found, dict(head.metadata)


def read_gguf(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
    """By the descriptions; quantised tensors are as they stand, in blocks."""
    head = gguf.contents(artifact, bounds)
    found = []
    for each in head.tensors:
        size = each.size
        if size is None or each.kind not in gguf.TYPES:
            raise Unjudged("unsupported", f"{each.name}: type {each.kind}")
        name, block, unit = gguf.TYPES[each.kind]
        start = head.start + each.offset
        if start + size > artifact.size:
            raise Unjudged("malformed", f"{each.name} reaches beyond the end")
        pieces = stretch(artifact, start, size, unit)
        found.append(Tensor(each.name, name, tuple(reversed(each.shape)), block, size, pieces))
    return found, head.facts
