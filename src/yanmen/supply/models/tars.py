"""Tar archives, header by header: nothing is unpacked to disk, and nothing of a header is believed.

Read are old, ustar, GNU and pax headers with long names. Source: POSIX pax interchange format; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.targets import Artifact

_BLOCK = 512
_LONGEST = 1 << 16
"""Bytes of a long name or of pax records."""
_DIGITS = 9
"""Of the length of a record."""


class Entry(NamedTuple):
    """A member."""

    name: str
    kind: str
    """``file``, ``folder``, ``link`` (hard), ``symlink``, ``device``, ``other``."""
    link: str
    start: int
    size: int


_KINDS = {
    b"0": "file", b"\0": "file", b"7": "file", b"1": "link", b"2": "symlink", b"3": "device", b"4": "device", b"5": "folder",
    b"6": "device",
}  # fmt: skip


def entries(artifact: Artifact, bounds: Bounds) -> Iterator[Entry]:
    """Every member in order. Unjudged where a header is broken: what follows it cannot be found."""
    with artifact.open() as stream:
        at = 0
        long: dict[str, str] = {}
        while at + _BLOCK <= artifact.size:
            stream.seek(at)
            head = stream.read(_BLOCK)
            if not head.strip(b"\0"):
                if long:
                    raise Unjudged("malformed", "an extended header of no member")
                return
            bounds.count()
            bounds.tick()
            _checked(head, at)
            size = _number(long.pop("size", None), head[124:136])
            kind = head[156:157]
            start = at + _BLOCK
            if size > artifact.size - start:
                raise Unjudged(
                    "malformed", f"a member of {size} bytes where {artifact.size - start} are left"
                )
            at = start + -(-size // _BLOCK) * _BLOCK
            if kind in b"xgLK":
                _extended(kind, stream.read(min(size, _LONGEST + 1)), long)
                continue
            if kind == b"S":
                raise Unjudged("unsupported", "a sparse member")
            name = long.pop("path", "") or _name(head)
            link = long.pop("linkpath", "") or _text(head[157:257])
            long.clear()
            yield Entry(name, _KINDS.get(kind, "other"), link, start, size)
    raise Unjudged("malformed", "an archive without its end")


def _checked(head: bytes, at: int) -> None:
    """The header's own sum."""
    wanted = _number(None, head[148:156])
    unsigned = sum(head) - sum(head[148:156]) + 8 * 32
    if wanted != unsigned:
        raise Unjudged("malformed", f"the header at {at} has a wrong sum")


def _number(extended: str | None, field: bytes) -> int:
    if extended is not None:
        return int(extended)
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.strip(b" \0") or b"0"
    if digits.strip(b"01234567"):
        raise Unjudged("malformed", f"{digits!r} is no number")
    return int(digits, 8)


def _name(head: bytes) -> str:
    prefix = _text(head[345:500]) if head[257:262] == b"ustar" and head[257:265] != b"ustar  \0" else ""
    name = _text(head[:100])
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("utf-8", "replace")


def _extended(kind: bytes, data: bytes, long: dict[str, str]) -> None:
    """Long names in GNU's way, or records in pax's."""
    if len(data) > _LONGEST:
        raise Unjudged("too-large", f"an extended header of more than {_LONGEST} bytes")
    if kind in b"LK":
        long["path" if kind == b"L" else "linkpath"] = _text(data)
        return
    place = 0
    while place < len(data):
        space = data.find(b" ", place)
        if not data[place:].strip(b"\0"):
            return
        length = int(data[place:space]) if 0 <= space - place < _DIGITS and data[place:space].isdigit() else 0
        if (
            length <= max(space - place, 0)
            or place + length > len(data)
            or data[place + length - 1 :][:1] != b"\n"
        ):
            raise Unjudged("malformed", "a record of an extended header that is longer than said, or shorter")
        key, _, value = data[space + 1 : place + length - 1].partition(b"=")
        if key in {b"path", b"linkpath", b"size"}:
            long[key.decode()] = value.decode("utf-8", "replace")
        place += length
