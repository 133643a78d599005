"""A model's tensors, by its path: one file of any format that is read, or a folder of shards."""

from __future__ import annotations

from pathlib import Path

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.core.redaction import visible
from yanmen.supply.models.bounds import FAULTS, Bounds, Limits, Unjudged
from yanmen.supply.models.containers import kind_of_zip
from yanmen.supply.models.examine import examine
from yanmen.supply.models.sniffing import sniff
from yanmen.supply.models.sources.files import open_model
from yanmen.supply.walk import unexamined
from yanmen.supply.weights import pickled, plain
from yanmen.supply.weights.tensors import Reader, Tensor, Weights

_SECONDS = 600.0


def weights(path: Path) -> Weights:
    """A model's tensors. YanmenError where there are none that can be read."""
    files = _files(path)
    tensors: dict[str, Tensor] = {}
    facts: dict[str, object] = {}
    formats = set()
    for file in files:
        try:
            artifact = open_model(file)
            bounds = Bounds(unexamined(str(file), "").subject, examine, Limits(seconds=_SECONDS))
            kind = sniff(artifact)
            kind = kind_of_zip(artifact, bounds) if kind == "zip" else kind
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


READERS: dict[str, Reader] = {
    "gguf": plain.read_gguf,
    "npz": pickled.read_npz,
    "safetensors": plain.read_safetensors,
    "torch-legacy": pickled.read_torch,
    "torch-zip": pickled.read_torch,
}
"""By the format that the content shows."""
