"""NumPy's files: an array, or a zip of arrays. One of objects is a pickle behind a header."""

from __future__ import annotations

import ast
import math
import struct
from typing import Any

from yanmen.supply.models import rules, zips
from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.models.pickles import read_at
from yanmen.supply.models.report import Report
from yanmen.supply.pickles.arrays import code_size, is_code
from yanmen.supply.targets import Artifact, Examined

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 1 << 16
_DEEPEST = 8


def read_npy(artifact: Artifact, bounds: Bounds) -> Examined:
    """One array."""
    report = Report(artifact, bounds, "npy")
    descr, shape, start = header(artifact)
    report.fact("shape", "×".join(map(str, shape)))
    size = _size(descr)
    if size is None:
        report.fact("dtype", "object")
        read_at(artifact, bounds, report, start)
        return report.done()
    report.fact("dtype", str(descr))
    if artifact.size - start < size * math.prod(shape):
        report.miss("malformed", "fewer bytes than its shape needs")
    elif artifact.size - start > size * math.prod(shape):
        report.find(rules.EXTRA, f"{artifact.size - start - size * math.prod(shape)} bytes behind the array")
        report.miss("not-checked", "bytes behind the array")
    report.step("an array of numbers: nothing is called")
    return report.done()


def read_npz(artifact: Artifact, bounds: Bounds) -> Examined:
    """A zip of arrays."""
    report = Report(artifact, bounds, "npz")
    archive = zips.Zip(artifact, bounds)
    for member in archive.members:
        if member.folder:
            continue
        try:
            report.take(bounds.inside(archive.open(member)))
        except Unjudged as error:
            report.miss(error.reason, error.detail, inside=member.name)
    zips.report_oddities(archive, report)
    report.fact("arrays", str(len(archive.members)))
    return report.done()


def header(artifact: Artifact) -> tuple[Any, tuple[int, ...], int]:
    """The type of an element, the shape, and where the content begins. Unjudged where it is no header."""
    head = artifact.read(0, 12)
    if not head.startswith(_MAGIC) or len(head) < 12:  # noqa: PLR2004  # the mark, the version and the length
        raise Unjudged("malformed", "no header of NumPy's")
    length, start = (
        (struct.unpack_from("<H", head, 8)[0], 10)
        if head[6] == 1
        else (struct.unpack_from("<I", head, 8)[0], 12)
    )
    if length > _LONGEST_HEADER:
        raise Unjudged("too-large", f"a header of {length} bytes")
    text = artifact.read(start, length).decode("latin-1")
    try:
        said = ast.literal_eval(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError, TypeError):
        raise Unjudged("malformed", "a header that is no dict of constants") from None
    if not isinstance(said, dict) or set(said) != {"descr", "fortran_order", "shape"}:
        raise Unjudged("malformed", "a header without type, order and shape")
    shape = said["shape"]
    if not isinstance(shape, tuple) or not all(type(each) is int and each >= 0 for each in shape):
        raise Unjudged("malformed", "a shape that is no tuple of numbers")
    return said["descr"], shape, start + length


def _size(descr: Any, depth: int = 0) -> int | None:
    """Bytes of an element; None where it holds objects, or is not understood: such a file is read as a pickle."""
    if isinstance(descr, str):
        return code_size(descr) if is_code(descr) and "O" not in descr else None
    if not isinstance(descr, list) or depth > _DEEPEST:
        return None
    total = 0
    for field in descr:
        if not isinstance(field, tuple) or len(field) not in {2, 3}:
            return None
        size = _size(field[1], depth + 1)
        if size is None:
            return None
        many = field[2] if len(field) > 2 else ()  # noqa: PLR2004  # name, type and perhaps a shape
        total += size * math.prod(many if isinstance(many, tuple) else (many,))
    return total
