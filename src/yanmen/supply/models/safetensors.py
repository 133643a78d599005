"""Safetensors: eight bytes of length, a JSON header, then tensors side by side. It cannot run anything; it can lie about its sizes.

The format's own rules (https://huggingface.co/docs/safetensors, "Format"): the header begins with ``{``, holds no key twice, is at
most 100 MB; every tensor's bytes are as many as its shape says; tensors neither overlap nor leave gaps; nothing follows them.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import HELD, Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.templates import is_template, judge
from yanmen.supply.models.texts import parse
from yanmen.supply.targets import Artifact, Examined

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16,
    "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64, "F4": 4,
    "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
"""Bits of an element by the names that headers use."""
_PREFIX = 8
_MOST = 1 << 63
_TENSORS = 64_000
"""Of one file: about 400 bytes of memory each. Shards of the largest models have some thousands."""


class Entry(NamedTuple):
    """A tensor as the header says it; ``start`` and ``end`` count from the end of the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Header(NamedTuple):
    """What stands before the tensors."""

    size: int
    """Bytes of the header with its prefix: where the tensors begin."""
    metadata: dict[str, str]
    tensors: tuple[Entry, ...]
    twice: tuple[str, ...]
    """Keys that stand twice in one object."""


def header(artifact: Artifact) -> Header:
    """The header, read strictly. Unjudged where it cannot be read."""
    prefix = artifact.read(0, _PREFIX)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < _PREFIX or length > artifact.size - _PREFIX:
        raise Unjudged("malformed", f"a header of {length} bytes in a file of {artifact.size}")
    if length > HELD:
        raise Unjudged("too-large", f"a header of {length} bytes")
    data = artifact.read(_PREFIX, length)
    if not data.startswith(b"{"):
        raise Unjudged("malformed", "the header does not begin with {")
    if (
        data.count(b"data_offsets") > _TENSORS
        or data.count(b"[") > 3 * _TENSORS
        or data.count(b":") > 8 * _TENSORS
    ):
        raise Unjudged("too-large", f"a header of more than {_TENSORS} tensors")
    read = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    metadata = parse(bytes(read.pop("__metadata__", b"{}")).decode("utf-8"))
    entries = _entries(read)
    return Header(
        _PREFIX + length, _metadata(metadata.value), entries, (*metadata.twice, *_twice(data, len(entries)))
    )


class _Said(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


_SAID = msgspec.json.Decoder(_Said)


def _twice(data: bytes, count: int) -> Iterator[str]:
    """Whether a key stands more often than tensors do: msgspec, like most readers, takes the last and says nothing."""
    for key in (b"dtype", b"shape", b"data_offsets"):
        if sum(1 for _ in re.finditer(rb'(?<!\\)"%s"\s*:\s*["\[]' % key, data)) > count:
            yield key.decode()


def _metadata(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Unjudged("malformed", "metadata that is no table of texts")
    return given


def _entries(read: dict[str, msgspec.Raw]) -> tuple[Entry, ...]:
    """The tensors in order of their places; the table is emptied on the way."""
    entries = []
    while read:
        name, raw = read.popitem()
        said = _SAID.decode(raw)
        start, end = said.data_offsets
        if min((start, end, *said.shape)) < 0 or max((start, end, *said.shape)) >= _MOST:
            raise Unjudged("malformed", f"the tensor {name!r} has no proper shape or offsets")
        entries.append(Entry(name, sys.intern(said.dtype), tuple(said.shape), start, end))
    entries.sort(key=lambda entry: (entry.start, entry.end))
    return tuple(entries)


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a file: every byte of it belongs to the header or to one tensor, or it is said which does not."""
    report = Report(artifact, bounds, "safetensors")
    try:
        head = header(artifact)
    except Unjudged as error:
        report.failed(error)
        return report.done()
    for name in dict.fromkeys(head.twice):
        report.find(rules.CONTRADICTS, f"the key {name!r} stands twice")
        report.miss("malformed", f"the key {name!r} stands twice")
    bounds.tick()
    _sizes(head, report)
    _layout(head, artifact.size, report)
    for name, value in head.metadata.items():
        _said(name, value, report)
    report.fact("tensors", str(len(head.tensors)))
    report.fact("parameters", str(sum(math.prod(entry.shape) for entry in head.tensors)))
    report.step(f"header of {head.size} bytes, {len(head.tensors)} tensors that fill the rest: data only")
    return report.done()


def _sizes(head: Header, report: Report) -> None:
    for entry in head.tensors:
        bits = BITS.get(entry.dtype)
        if bits is None:
            report.miss("unsupported", f"the type {entry.dtype!r} of {entry.name!r}")
            continue
        wanted = math.prod(entry.shape) * bits
        if wanted >= _MOST:
            report.find(rules.OUT_OF_BOUNDS, f"{entry.name}: a shape of {wanted // 8} bytes")
        elif wanted % 8 or wanted // 8 != entry.end - entry.start:
            report.find(
                rules.CONTRADICTS,
                f"{entry.name}: {wanted / 8:g} bytes by shape, {entry.end - entry.start} by offsets",
            )
            report.miss("malformed", f"{entry.name}: shape and offsets disagree")


def _layout(head: Header, size: int, report: Report) -> None:
    """Tensors fill the file from the header to the end, each byte once."""
    at = 0
    room = size - head.size
    for entry in head.tensors:
        if entry.end < entry.start:
            report.find(rules.CONTRADICTS, f"{entry.name} ends before it begins")
            report.miss("malformed", f"{entry.name} ends before it begins")
        elif entry.start < at:
            report.find(rules.CONTRADICTS, f"{entry.name} overlaps what stands before it")
            report.miss("malformed", f"{entry.name} overlaps what stands before it")
        elif entry.start > at:
            report.find(rules.EXTRA, f"{entry.start - at} bytes before {entry.name}")
            report.miss("malformed", f"{entry.start - at} bytes belong to no tensor")
        at = max(at, entry.end)
    if at > room:
        report.miss("malformed", f"cut short: {at - room} bytes of tensors are missing")
    elif at < room:
        report.find(rules.EXTRA, f"{room - at} bytes after the last tensor")
        report.miss("malformed", f"{room - at} bytes belong to no tensor")


def _said(name: str, value: str, report: Report) -> None:
    """Metadata: a loader keeps it; a template in it is run by whoever takes it for one."""
    if name in {"format", "license", "modelspec.title", "modelspec.architecture", "base_model"}:
        report.fact(name, value)
    if is_template(value) or "template" in name:
        judge(value, report, f"__metadata__.{name}")
