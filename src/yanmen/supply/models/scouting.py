"""Whether a file is a model, or holds one: by what it is, and by all that lies in it, however packed.

Nothing is judged here. What cannot be opened may hold anything: that is said, and never taken for nothing.
"""

from __future__ import annotations

import copy
import io

from yanmen.core.nouns import Ref
from yanmen.supply.models import containers, encoded
from yanmen.supply.models.bounds import Bounds, Limits, Unjudged
from yanmen.supply.models.joblib import counted
from yanmen.supply.models.sniffing import claimed, runs_as_pickle, sniff
from yanmen.supply.models.windows import Packed, content, frames, packing, settled
from yanmen.supply.targets import Artifact, Examined

LOOKING = Limits(seconds=20.0, members=100_000)
"""What it may cost to tell whether a file holds a model."""
NAMED = frozenset(
    "safetensors gguf ggml onnx h5 hdf5 keras tflite pkl pickle joblib dill skops npy npz cbm nemo torchscript ptl"
    " llamafile".split()
)
"""What names of models end with, and of little else."""
SHARED = frozenset("pt pth ckpt pb ubj mar params t7 bin".split())
"""What names of models end with, and of other things too: the content decides."""
CHECKPOINTS = frozenset({"pt", "pth", "ckpt"})
TEXTS = frozenset({"text", "json", "xml", "empty"})
_MARKED = frozenset(
    "gguf hdf5 safetensors torch-legacy npy tflite catboost pickle onnx saved-model keras-metadata lightgbm sentencepiece"
    " ubjson 7z".split()
)
"""Formats that a file is recognised by whatever its name."""


def budget(name: str) -> Bounds:
    """To look at one file with; nothing is judged on it."""
    return Bounds(Ref(kind="file", id=name), _judged, LOOKING)


def _judged(member: Artifact, _bounds: Bounds) -> Examined:
    raise AssertionError(member.name)


def holds_model(artifact: Artifact, bounds: Bounds) -> bool:
    """Whether it is one or holds one. Unjudged where that could not be told, and OSError where it cannot be read."""
    bounds.tick()
    kind = sniff(artifact)
    if kind == "compressed":
        return _in_packed(artifact, bounds)
    if kind in {"zip", "tar"}:
        return (kind == "tar" and runs_as_pickle(artifact)) or _in_archive(artifact, kind, bounds)
    if kind == "graph-def":
        return claimed(artifact.name) in SHARED
    return kind in _MARKED or (
        kind in {"json", "text"} and (_booster(artifact, kind) or encoded.carries(artifact))
    )


def _in_archive(artifact: Artifact, kind: str, bounds: Bounds) -> bool:
    """By its members' names as a whole, then by each of them."""
    with settled(artifact) as whole:
        told = (containers.kind_of_zip if kind == "zip" else containers.kind_of_tar)(whole, bounds)
        if told != kind:
            return True
        unknown: Unjudged | None = None
        for member in containers.members(whole, kind, bounds):
            try:
                if _is_member(member, bounds):
                    return True
            except Unjudged as error:
                unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False


def _is_member(member: Artifact | Unjudged, bounds: Bounds) -> bool:
    if isinstance(member, Unjudged):
        raise member
    if claimed(member.name) in NAMED | CHECKPOINTS:
        return True
    with settled(member) as whole:
        return holds_model(whole, _deeper(bounds))


def _in_packed(artifact: Artifact, bounds: Bounds) -> bool:
    """By what it unpacks to. Where it breaks off, by what came until then: a loader has read that too."""
    kind = packing(artifact.read(0, 8))
    if kind is None:
        raise Unjudged("unsupported", "packed in a way that is not unpacked here")
    packed = frames(artifact, kind, bounds)
    broken: Unjudged | None = None
    with io.BufferedReader(packed) as stream:
        try:
            size = counted(stream)
        except Unjudged as error:
            broken, size = error, packed.tell()
        if packed.behind() and broken is None:
            broken = Unjudged("not-checked", "bytes behind the packed data")
    if kind == "zlib" and not size:
        return False
    with settled(content(artifact, kind, size, bounds)) as whole:
        if holds_model(whole, _deeper(bounds)):
            return True
    if broken is not None:
        raise broken
    return False


def opened(artifact: Artifact, bounds: Bounds) -> Packed:
    """What a packed file holds. Unjudged where it is packed in no way that is known, or breaks off."""
    kind = packing(artifact.read(0, 8))
    if kind is None:
        raise Unjudged("unsupported", "packed in a way that is not unpacked here")
    with io.BufferedReader(frames(artifact, kind, bounds)) as stream:
        return content(artifact, kind, counted(stream), bounds)


def _deeper(bounds: Bounds) -> Bounds:
    """One container further in."""
    if bounds.left <= 0:
        raise Unjudged("too-large", f"containers within containers, more than {bounds.limits.depth} deep")
    deeper = copy.copy(bounds)
    deeper.left -= 1
    return deeper


def _booster(artifact: Artifact, kind: str) -> bool:
    """Whether a JSON document is XGBoost's."""
    head = artifact.read(0, 4096) if kind == "json" else b""
    return b'"learner"' in head and (b'"attributes"' in head or b'"feature_names"' in head)
