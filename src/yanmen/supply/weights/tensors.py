"""The tensors of a model, whatever file holds them: name, type, shape, and their bytes in little-endian C order, piece by piece.

A model is one file, or a folder of shards. GGUF keeps shapes with the fastest dimension first; here they are turned round, as
everybody else has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.supply.models import gguf, safetensors
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.models.examine import FAULTS, examine
from yanmen.supply.models.sniffing import sniff
from yanmen.supply.models.sources.files import open_model
from yanmen.supply.targets import Artifact
from yanmen.supply.walk import unexamined

PIECE = 4 << 20
"""Bytes of a tensor that are held at once, about."""
_SECONDS = 600.0


class Tensor(NamedTuple):
    """One tensor and where its bytes are."""

    name: str
    dtype: str
    """As safetensors spells it (``F32``, ``BF16``); of quantised ones ggml's name (``Q4_K``)."""
    shape: tuple[int, ...]
    block: int
    """Elements of a block; 1 where each element stands by itself."""
    size: int
    """Bytes."""
    opened: Callable[[], Iterator[bytes]]
    """Its bytes in pieces, each of whole blocks."""

    @property
    def elements(self) -> int:
        """How many it has."""
        count = 1
        for each in self.shape:
            count *= each
        return count


class Weights(NamedTuple):
    """The tensors of a model, by name in sorted order."""

    path: str
    format: str
    tensors: dict[str, Tensor]
    facts: dict[str, object]
    """What the file says of itself: head counts and the like."""


Reader = Callable[[Artifact, Bounds], tuple[list[Tensor], dict[str, object]]]


def weights(path: Path) -> Weights:
    """A model's tensors. YanmenError where there are none that can be read."""
    files = _files(path)
    tensors: dict[str, Tensor] = {}
    facts: dict[str, object] = {}
    formats = set()
    for file in files:
        try:
            artifact = open_model(file)
            kind = sniff(artifact)
            bounds = Bounds(unexamined(str(file), "").subject, examine, Limits(seconds=_SECONDS))
            found, said = _reader(kind)(artifact, bounds)
        except Unjudged as error:
            raise _unread(file, str(error)) from None
        except FAULTS as error:
            raise _unread(file, str(error)) from None
        formats.add(kind)
        facts |= said
        for tensor in found:
            if tensor.name in tensors:
                raise _unread(file, f"{tensor.name!r}: twice")
            tensors[tensor.name] = tensor
    return Weights(str(path), "+".join(sorted(formats)), dict(sorted(tensors.items())), facts)


def _reader(kind: str) -> Reader:
    if kind not in READERS:
        raise Unjudged("unsupported", f"{kind} holds no tensors that are read")
    return READERS[kind]


def _unread(file: Path, why: str) -> YanmenError:
    shown = visible(why)
    return YanmenError(
        Phrase(en=f"the tensors cannot be read: {shown}", zh=f"无法读取张量：{shown}"),
        hint=Phrase(
            en="Give a safetensors or GGUF file, a PyTorch state dict, or a folder of safetensors shards.",
            zh="请指定 safetensors 文件、GGUF 文件、PyTorch 的 state_dict，或存放 safetensors 分片的目录。",
        ),
        where=str(file),
    )


def _files(path: Path) -> list[Path]:
    """One file, or the shards of a folder."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.safetensors")) or sorted(path.glob("*.gguf"))
    if not found:
        raise _unread(path, "no *.safetensors, no *.gguf")
    return found


def stretch(artifact: Artifact, start: int, size: int, unit: int) -> Callable[[], Iterator[bytes]]:
    """Bytes of a file in pieces of whole units. EOFError where it ends too early."""

    def pieces() -> Iterator[bytes]:
        step = max(PIECE // unit, 1) * unit
        left = size
        with artifact.open() as stream:
            stream.seek(start)
            while left > 0:
                data = stream.read(min(step, left))
                if len(data) < min(step, left):
                    raise EOFError(f"{artifact.name} ends within a tensor")
                left -= len(data)
                yield data

    return pieces


def _safetensors(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
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


def _gguf(artifact: Artifact, bounds: Bounds) -> tuple[list[Tensor], dict[str, object]]:
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


READERS: dict[str, Reader] = {"gguf": _gguf, "safetensors": _safetensors}
"""By the family that the content shows."""
