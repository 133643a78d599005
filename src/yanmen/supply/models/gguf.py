"""GGUF, versions 1 to 3: metadata, tensor descriptions, then tensors, aligned. It runs nothing but its chat template.

Parsers of it in C have been driven out of bounds by counts and sizes that nobody checked (CVE-2024-21802, CVE-2024-21825,
CVE-2024-21836, CVE-2024-23496, CVE-2024-23605, CVE-2025-53630): such values are found here, whatever a loader makes of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from yanmen.supply.models import rules
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.report import Report
from yanmen.supply.models.templates import is_template, judge
from yanmen.supply.targets import Artifact, Examined

MAGIC = b"GGUF"
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip
"""Type number to name, elements in a block and bytes of a block (ggml's type traits)."""
_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_DIMENSIONS = 4
_DEPTH = 3
"""Arrays within arrays that are read; the field has none."""
_LARGEST_NAME = 64
"""Characters of a tensor's name that ggml holds, its end included."""
_LARGEST_KEY = 65_535
_KEPT = 1 << 20
"""Bytes of a text that is kept for judging; longer ones are skipped and said."""
_MOST = 1 << 63
_PAIRS = 20_000
"""Pairs of metadata that are read; the field has some dozens."""
_TENSORS = 64_000
_NAMES = 8 << 20
"""Bytes of all tensors' names together."""
_TEMPLATES = 100
_ABSURD = 1 << 48
"""A count or size from here on is no mistake of a file that was cut short."""
_ITEMS = 50_000_000
"""Items of all arrays together: vocabularies have a few hundred thousand."""


class Tensor(NamedTuple):
    """A tensor as it is described; ``offset`` counts from the beginning of the tensors."""

    name: str
    shape: tuple[int, ...]
    """As GGUF keeps it: the fastest dimension first."""
    kind: int
    offset: int

    @property
    def size(self) -> int | None:
        """Its bytes; None where its type is not known or its rows are no whole blocks."""
        if self.kind not in TYPES:
            return None
        _, block, size = TYPES[self.kind]
        row = self.shape[0] if self.shape else 1
        count = 1
        for each in self.shape:
            count *= each
        return None if row % block else count // block * size


class Contents(NamedTuple):
    """What stands before the tensors."""

    version: int
    facts: dict[str, object]
    """Scalars and short texts by key."""
    templates: dict[str, str]
    tensors: tuple[Tensor, ...]
    start: int
    """Where the tensors begin."""
    alignment: int


class _Overflow(Unjudged):
    """A number that no file can mean: it is there to overflow a loader's arithmetic."""

    def __init__(self, detail: str) -> None:
        super().__init__("malformed", detail)


class _Walk:
    """Reads numbers one after the other; never past the end, never more than was asked for."""

    def __init__(self, stream: BinaryIO, size: int, bounds: Bounds) -> None:
        self.stream = stream
        self.left = size
        self.order = "<"
        self.wide = "Q"
        self._bounds = bounds
        self._items = 0
        self._calls = 0

    def take(self, size: int) -> bytes:
        self._fits(size)
        self._calls += 1
        if not self._calls % 4096:
            self._bounds.tick()
        self.left -= size
        return self.stream.read(size)

    def skip(self, size: int) -> None:
        self._fits(size)
        self.left -= size
        self.stream.seek(size, 1)

    def _fits(self, size: int) -> None:
        if size >= _ABSURD:
            raise _Overflow(f"a text or array of {size} bytes (CVE-2024-21825, CVE-2024-23496)")
        if size > self.left:
            raise Unjudged("malformed", f"{size} bytes wanted where {self.left} are left")

    def number(self, code: str) -> int:
        (value,) = struct.unpack(self.order + code, self.take(struct.calcsize(code)))
        return int(value)

    def scalar(self, kind: int) -> object:
        code = _SCALARS[kind]
        (value,) = struct.unpack(self.order + code, self.take(struct.calcsize("=" + code)))
        return bool(value) if kind == 7 else value  # noqa: PLR2004 (GGUF's number of booleans)

    def text(self, largest: int = _KEPT) -> str | None:
        """A text; None where it is longer than that, and skipped."""
        size = self.number(self.wide)
        if size > largest:
            self.skip(size)
            return None
        return self.take(size).decode("utf-8", "replace")

    def items(self, count: int) -> None:
        self._items += count
        if self._items > _ITEMS:
            raise Unjudged("too-large", f"arrays of more than {_ITEMS} items")


def contents(artifact: Artifact, bounds: Bounds, said: Callable[[str], None] = lambda _: None) -> Contents:
    """All that stands before the tensors. ``said`` hears of what is odd but readable. Unjudged where it cannot be read."""
    with artifact.open() as stream:
        walk = _Walk(stream, artifact.size, bounds)
        if walk.take(4) != MAGIC:
            raise Unjudged("malformed", "no GGUF")
        version = walk.number("I")
        if version & 0xFFFF == 0:
            walk.order = ">"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in {1, 2, 3}:
            raise Unjudged("unsupported", f"GGUF version {version}")
        walk.wide = "I" if version == 1 else "Q"
        count, pairs = walk.number(walk.wide), walk.number(walk.wide)
        _plausible(count, pairs, walk.left)
        facts, templates = _metadata(walk, pairs, said)
        alignment = facts.get("general.alignment", 32)
        if not (isinstance(alignment, int) and 0 < alignment <= 1 << 20 and alignment & (alignment - 1) == 0):
            raise Unjudged("malformed", f"an alignment of {alignment}")
        tensors = tuple(_tensors(walk, count))
        start = artifact.size - walk.left
        return Contents(version, facts, templates, tensors, -(-start // alignment) * alignment, alignment)


def _plausible(count: int, pairs: int, left: int) -> None:
    """A tensor's description has at least 24 bytes and a pair 13: more than fit is a lie that makes loaders allocate."""
    if count >= _ABSURD:
        raise _Overflow(f"{count} tensors (CVE-2024-21836)")
    if pairs >= _ABSURD:
        raise _Overflow(f"{pairs} pairs of metadata (CVE-2024-23605)")
    if count * 24 > left + 24 or pairs * 13 > left + 13:
        raise Unjudged("malformed", f"{count} tensors and {pairs} pairs do not fit into {left} bytes")
    if pairs > _PAIRS or count > _TENSORS:
        raise Unjudged("too-large", f"{count} tensors and {pairs} pairs")


def _metadata(
    walk: _Walk, pairs: int, said: Callable[[str], None]
) -> tuple[dict[str, object], dict[str, str]]:
    facts: dict[str, object] = {}
    templates: dict[str, str] = {}
    for _ in range(pairs):
        key = walk.text(_LARGEST_KEY)
        if key is None or not key:
            raise Unjudged("malformed", "a key that is empty or too long")
        if key in facts:
            said(f"the key {key!r} stands twice")
        kind = walk.number("I")
        facts[key] = _value(walk, kind, key, templates, 0)
    return facts, templates


def _value(walk: _Walk, kind: int, key: str, templates: dict[str, str], depth: int) -> object:
    if kind in _SCALARS:
        return walk.scalar(kind)
    if kind == _STRING:
        text = walk.text()
        if text is None:
            templates[key] = ""
            return ""
        if "template" in key or is_template(text):
            templates[key] = text
            if len(templates) > _TEMPLATES:
                raise Unjudged("too-large", f"more than {_TEMPLATES} templates")
        return text if len(text) <= 400 else text[:400]  # noqa: PLR2004 (facts are short)
    if kind == _ARRAY:
        _array(walk, key, templates, depth)
        return None
    raise Unjudged("malformed", f"a value of the unknown type {kind} at {key!r}")


def _array(walk: _Walk, key: str, templates: dict[str, str], depth: int) -> None:
    """Passed over; texts of a list of templates are kept."""
    if depth >= _DEPTH:
        raise Unjudged("too-large", f"arrays within arrays at {key!r}")
    kind, count = walk.number("I"), walk.number(walk.wide)
    if kind in _SCALARS:
        walk.skip(count * struct.calcsize("=" + _SCALARS[kind]))
        return
    if kind not in {_STRING, _ARRAY} or count * 4 > walk.left + 4:
        raise Unjudged("malformed", f"an array of {count} items of type {kind} at {key!r}")
    walk.items(count)
    for number in range(count):
        if kind == _ARRAY:
            _array(walk, key, templates, depth + 1)
        elif "template" in key:
            templates[f"{key}[{number}]"] = walk.text() or ""
        else:
            walk.skip(walk.number(walk.wide))


def _tensors(walk: _Walk, count: int) -> Iterator[Tensor]:
    names = 0
    for _ in range(count):
        name = walk.text(_LARGEST_KEY)
        names += len(name or "")
        if name is None or names > _NAMES:
            raise Unjudged("malformed", "names of tensors are too long")
        dimensions = walk.number("I")
        if dimensions > 64:  # noqa: PLR2004 (more is no tensor but noise)
            raise Unjudged("malformed", f"{name!r} has {dimensions} dimensions")
        shape = tuple(walk.number(walk.wide) for _ in range(dimensions))
        yield Tensor(name, shape, walk.number("I"), walk.number("Q"))


def read(artifact: Artifact, bounds: Bounds) -> Examined:
    """Judge a file: header, metadata, templates, and whether each tensor lies where only it lies."""
    report = Report(artifact, bounds, "gguf")

    def odd(what: str) -> None:
        report.find(rules.CONTRADICTS, what)
        report.miss("malformed", what)

    try:
        found = contents(artifact, bounds, odd)
    except Unjudged as error:
        if isinstance(error, _Overflow):
            report.find(rules.OUT_OF_BOUNDS, error.detail)
        report.failed(error)
        return report.done()
    for key, text in found.templates.items():
        if text:
            judge(text, report, key)
        else:
            report.miss("too-large", f"the text at {key!r} is longer than {_KEPT} bytes", inside=key)
    for key in (
        "general.architecture",
        "general.name",
        "general.license",
        "general.base_model.0.name",
        "general.file_type",
    ):
        if key in found.facts:
            report.fact(key, str(found.facts[key]))
    _layout(found, artifact.size, report)
    report.fact("tensors", str(len(found.tensors)))
    report.step(
        f"GGUF {found.version}: {len(found.facts)} pairs, {len(found.tensors)} tensors within the file: data only"
    )
    return report.done()


def _layout(found: Contents, size: int, report: Report) -> None:
    """Each tensor has a size, is aligned, lies in the file and overlaps none."""
    names: set[str] = set()
    spans = []
    for tensor in found.tensors:
        if tensor.name in names:
            report.find(rules.CONTRADICTS, f"the tensor {tensor.name} stands twice")
            report.miss("malformed", f"the tensor {tensor.name!r} stands twice")
        names.add(tensor.name)
        if len(tensor.name.encode()) >= _LARGEST_NAME:
            report.find(rules.CONTRADICTS, f"the name {tensor.name} is longer than loaders hold")
        end = _described(tensor, found, report)
        if end is not None:
            spans.append((tensor.offset, end, tensor.name))
    at = 0
    for start, end, name in sorted(spans):
        if start < at:
            report.find(rules.OUT_OF_BOUNDS, f"{name} overlaps what stands before it")
        elif start - at >= max(found.alignment, 1):
            report.find(rules.EXTRA, f"{start - at} bytes before {name}")
            report.miss("malformed", f"{start - at} bytes belong to no tensor")
        at = max(at, end)
    over = found.start + at - size
    if spans and over > 0:
        report.miss("malformed", f"cut short: {over} bytes of tensors are missing")
    elif -over >= found.alignment and len(spans) == len(found.tensors):
        report.find(rules.EXTRA, f"{-over} bytes after the last tensor")
        report.miss("malformed", f"{-over} bytes belong to no tensor")


def _described(tensor: Tensor, found: Contents, report: Report) -> int | None:
    """Where a tensor ends; None where it cannot be told, and that is said."""
    if len(tensor.shape) > _DIMENSIONS:
        report.find(rules.OUT_OF_BOUNDS, f"{tensor.name} has {len(tensor.shape)} dimensions (CVE-2024-21802)")
        return None
    size = tensor.size
    if size is None:
        report.miss("unsupported", f"{tensor.name}: type {tensor.kind}, shape {tensor.shape}")
        return None
    if size >= _MOST or tensor.offset >= _MOST or size + tensor.offset >= _MOST:
        report.find(
            rules.OUT_OF_BOUNDS,
            f"{tensor.name}: {size} bytes at {tensor.offset} (CVE-2025-53630)",
        )
        return None
    if tensor.offset % found.alignment:
        report.find(rules.CONTRADICTS, f"{tensor.name} is not aligned")
        report.miss("malformed", f"{tensor.name} is not aligned")
    return tensor.offset + size
