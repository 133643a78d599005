"""One file, examined: hashed in one pass, recognised by its content, judged by the reader of its format.

Nothing that a reader stumbles over is lost: whatever it cannot make out becomes an Unexamined with its reason, and the file is
then never proven safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from yanmen.core.nouns import Finding, Ref, Rule, Unexamined, Where
from yanmen.core.redaction import visible
from yanmen.supply.models import (
    archives,
    boosters,
    configs,
    containers,
    gguf,
    joblib,
    keras,
    keras_hdf5,
    numpy,
    onnx,
    openvino,
    pickles,
    plaintexts,
    rules,
    safetensors,
    skops,
    sniffing,
    tensorflow,
    tflite,
    tokenizers,
    torch,
)
from yanmen.supply.models.bounds import CHUNK, FAULTS, Bounds, Limits, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.windows import settled
from yanmen.supply.targets import Artifact, Examined

_OURS = (AttributeError, TypeError)
"""Of those, what no file should be able to raise: a mistake of the reader, and said as one."""
Reader = Callable[[Artifact, Bounds], Examined]
_NO_FILE = Ref(kind="model", id="unread")


def look(
    artifact: Artifact,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    digest: str = "",
    libraries: tuple[Path, ...] = (),
) -> Examined:
    """Hash a file and examine it: its digest, and what it is, in one. ``digest``: its SHA-256, where it is known already.

    ``libraries``: folders of libraries whose source is read for classes that are in no table (see ``pickles.library``).
    """
    try:
        digest = digest or digested(artifact)
    except OSError as error:
        reason = Unexamined(
            subject=Ref(kind="file", id=artifact.name), reason="unreadable", detail=visible(str(error))
        )
        return Examined(format="unknown", proof="unknown", unexamined=(reason,))
    bounds = Bounds(Ref(kind="model", id=f"sha256/{digest}"), examine, limits, libraries)
    return msgspec.structs.replace(examine(artifact, bounds), digests={"sha256": digest})


def digested(artifact: Artifact) -> str:
    """The SHA-256 of its bytes as they were when it was opened, in hex. OSError where it cannot be read, or is cut short."""
    sum_ = hashlib.sha256()
    buffer = memoryview(bytearray(CHUNK))
    left = artifact.size
    with artifact.open() as stream:
        while left > 0:
            read = stream.readinto(buffer[: min(CHUNK, left)])  # type: ignore[attr-defined]  # every binary stream has it
            if not read:
                raise OSError("it became shorter while it was read")
            sum_.update(buffer[:read])
            left -= read
    return sum_.hexdigest()


def examine(artifact: Artifact, bounds: Bounds) -> Examined:
    """What a file is, and whether loading it does harm. Never raises for what the file holds."""
    kind = "unknown"
    try:
        bounds.tick()
        kind = sniffing.sniff(artifact)
        if kind in _SOUGHT:
            with settled(artifact) as whole:
                return _read(whole, bounds, kind)
        return _read(artifact, bounds, kind)
    except Unjudged as error:
        return _failed(artifact, bounds, kind, error.reason, error.detail)
    except OSError as error:
        return _failed(artifact, bounds, kind, "unreadable", str(error))
    except FAULTS as error:
        reason = "detector-failed" if isinstance(error, _OURS) else "malformed"
        return _failed(artifact, bounds, kind, reason, f"{type(error).__name__}: {error}")


def _read(artifact: Artifact, bounds: Bounds, kind: str) -> Examined:
    claim = sniffing.claimed(artifact.name)
    exact = (
        _CONTAINERS[kind](artifact, Bounds(bounds.subject, examine, bounds.limits))
        if kind in _CONTAINERS
        else kind
    )
    return _named(artifact, bounds, kind, claim, _reader(exact, claim)(artifact, bounds))


def _reader(kind: str, claim: str) -> Reader:
    """The format's own; for what is not recognised the one that its name claims, so that it is said what is wrong with it."""
    if kind == "unknown" and claim in sniffing.CLAIMS:
        kind = min(sniffing.CLAIMS[claim])
    if kind not in _READERS:
        raise Unjudged(
            "unsupported", "no format that is known" if kind == "unknown" else f"no reader for {kind}"
        )
    return _READERS[kind]


def _failed(artifact: Artifact, bounds: Bounds, kind: str, reason: str, detail: str) -> Examined:
    where = Where(part=artifact.name)
    said = Unexamined(subject=bounds.subject, reason=reason, detail=visible(detail), where=where)
    return Examined(format=kind, proof="unknown", unexamined=(said,))


def _named(artifact: Artifact, bounds: Bounds, kind: str, claim: str, examined: Examined) -> Examined:
    """With what is to be said of its name, and of a second format at its end."""
    added = []
    if claim in sniffing.CLAIMS and kind != "unknown" and kind not in sniffing.CLAIMS[claim]:
        added.append(_found(rules.DISGUISED, f".{claim} holds {examined.format}", artifact, bounds))
    if kind not in _BEFORE_ZIP and sniffing.ends_as_zip(artifact):
        added.append(
            _found(rules.POLYGLOT, f"{examined.format}, and a zip archive at its end", artifact, bounds)
        )
    if kind not in _PICKLES and sniffing.runs_as_pickle(artifact):
        added.append(
            _found(rules.POLYGLOT, f"{examined.format}, and a pickle that makes a call", artifact, bounds)
        )
    if not added:
        return examined
    unsafe = examined.proof == "unsafe" or any(each.rule is rules.POLYGLOT for each in added)
    return msgspec.structs.replace(
        examined,
        findings=(*examined.findings, *added),
        proof="unsafe" if unsafe else examined.proof,
        steps=() if unsafe else examined.steps,
    )


def _found(rule: Rule, evidence: str, artifact: Artifact, bounds: Bounds) -> Finding:
    place = Where(part=artifact.name)
    return Finding(rule=rule, subject=bounds.subject, confidence=1.0, evidence=visible(evidence), where=place)


def _empty(artifact: Artifact, bounds: Bounds) -> Examined:
    return Report(artifact, bounds, "empty").done()


_BEFORE_ZIP = frozenset({"zip", "unknown", "text", "tflite"})
"""Kinds whose end may be a zip: of TensorFlow Lite it is the format's own way to bring files along."""
_PICKLES = frozenset({"pickle", "torch-legacy"})
_SOUGHT = frozenset({"zip", "tar", "7z", "hdf5", "torch-legacy", "gguf", "onnx", "tflite"})
"""Formats that are not read from their beginning to their end."""
_CONTAINERS: dict[str, Callable[[Artifact, Bounds], str]] = {
    "tar": containers.kind_of_tar,
    "zip": containers.kind_of_zip,
}
"""Families of which the content says more."""
_READERS: dict[str, Reader] = {
    "7z": archives.read_7z,
    "catboost": boosters.read_catboost,
    "compressed": joblib.read,
    "empty": _empty,
    "gguf": gguf.read,
    "graph-def": tensorflow.read_graph,
    "hdf5": keras_hdf5.read,
    "json": configs.read,
    "keras": keras.read,
    "keras-metadata": tensorflow.read_keras_metadata,
    "lightgbm": boosters.read_lightgbm,
    "npy": numpy.read_npy,
    "npz": numpy.read_npz,
    "onnx": onnx.read,
    "pickle": pickles.read,
    "safetensors": safetensors.read,
    "saved-model": tensorflow.read,
    "sentencepiece": tokenizers.read,
    "skops": skops.read,
    "tar": archives.read_tar,
    "text": plaintexts.read,
    "tflite": tflite.read,
    "torch-legacy": torch.read,
    "torch-tar": torch.read,
    "torch-zip": torch.read,
    "ubjson": boosters.read_ubjson,
    "xml": openvino.read,
    "zip": archives.read_zip,
}
"""The reader of each family."""
