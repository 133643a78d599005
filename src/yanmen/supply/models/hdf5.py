"""HDF5 as Keras writes it: groups, attributes, data sets, by a small reader of our own.

Read are superblocks 0 to 3, object headers 1 and 2, symbol tables, compact links, attributes, and where data lies. What is dense
(fractal heaps) is said to be unsupported, never passed over. Data that lies in other files is found: an external data set or link
makes a loader read whatever file it names (CVE-2026-1669).
Source of the layout: HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from yanmen.supply.models.bounds import Bounds, Unjudged
from yanmen.supply.targets import Artifact

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_PLACES = (0, 512, 1024, 2048)
_HEADER = 1 << 20
"""Bytes of one object's header that are read."""
_OBJECTS = 200_000
_TEXT = 8 << 20
"""Bytes of an attribute that are read."""
_TEXTS = 24 << 20
"""Bytes of all attributes that are read."""
_DEEPEST = 64
_UNDEFINED = 0xFFFFFFFFFFFFFFFF
_HEAP_PAGE = 64 << 20


class Item(NamedTuple):
    """An object, or what a link leads to."""

    path: str
    attributes: dict[str, bytes | None]
    """By name: a text's bytes, or None for numbers and the like."""
    outside: tuple[str, ...]
    """Names of other files that it reads."""


class File:
    """An open file. Unjudged or ValueError where it is not as it should be."""

    def __init__(self, artifact: Artifact, bounds: Bounds) -> None:
        self._artifact = artifact
        self._bounds = bounds
        self._heaps: dict[int, bytes] = {}
        self.unread: list[str] = []
        """What was there and is not supported."""
        self._base, self._root = self._superblock()
        self._seen: set[int] = set()
        self._left = _TEXTS

    def items(self) -> Iterator[Item]:
        """Every object, the root first; one that several links lead to once."""
        waiting = [("/", self._root, 0)]
        while waiting:
            path, address, depth = waiting.pop()
            if address in self._seen:
                continue
            self._seen.add(address)
            if len(self._seen) > _OBJECTS or depth > _DEEPEST:
                raise Unjudged("too-large", "more objects, or deeper groups, than are read")
            self._bounds.tick()
            attributes: dict[str, bytes | None] = {}
            outside: list[str] = []
            children: list[tuple[str, int]] = []
            for kind, data in self._messages(address):
                self._message(kind, data, attributes, outside, children)
            yield Item(path, attributes, tuple(outside))
            if len(waiting) + len(children) > _OBJECTS:
                raise Unjudged("too-large", f"more than {_OBJECTS} objects")
            waiting += [(f"{path.rstrip('/')}/{name}", child, depth + 1) for name, child in children]

    def _bytes(self, address: int, size: int) -> bytes:
        data = self._artifact.read(self._base + address, size)
        if len(data) < size:
            raise Unjudged("malformed", f"{size} bytes wanted at {address}, beyond the end")
        return data

    def _superblock(self) -> tuple[int, int]:
        """The address that all others count from, and the root's object header."""
        for place in _PLACES:
            head = self._artifact.read(place, 128)
            if head.startswith(SIGNATURE):
                break
        else:
            raise Unjudged("malformed", "no HDF5 signature")
        version = head[8]
        if version in {0, 1}:
            sizes, start = head[13:15], 24 if version == 0 else 28
            base, root = _number(head, start, 8), _number(head, start + 40, 8)
        elif version in {2, 3}:
            sizes, base, root = head[9:11], _number(head, 12, 8), _number(head, 36, 8)
        else:
            raise Unjudged("unsupported", f"superblock version {version}")
        if sizes != b"\x08\x08":
            raise Unjudged("unsupported", f"addresses of {sizes.hex()} bytes")
        return base, root

    def _messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        """The messages of an object's header, with those of its continuations."""
        if self._artifact.read(self._base + address, 4) == b"OHDR":
            yield from self._messages_2(address)
            return
        head = self._bytes(address, 16)
        if head[0] != 1:
            raise Unjudged("malformed", f"no object header at {address}")
        blocks = [(address + 16, _number(head, 8, 4))]
        left = _number(head, 2, 2)
        for start, size in blocks:
            data = self._bytes(start, _bounded(size, _HEADER, "object header"))
            at = 0
            while at + 8 <= len(data) and left > 0:
                kind, length, flags = _number(data, at, 2), _number(data, at + 2, 2), data[at + 4]
                body = data[at + 8 : at + 8 + length]
                at += 8 + length
                left -= 1
                if kind == 0x10 and len(blocks) < 1_000:  # noqa: PLR2004 (a continuation; how many are followed)
                    blocks.append((_number(body, 0, 8), _number(body, 8, 8)))
                else:
                    yield self._shared(kind, body, flags)

    def _messages_2(self, address: int) -> Iterator[tuple[int, bytes]]:
        head = self._bytes(address, 6)
        flags = head[5]
        at = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        size = _number(self._bytes(at, width), 0, width)
        blocks = [(at + width, size)]
        order = 2 if flags & 4 else 0
        for start, length in blocks:
            data = self._bytes(start, _bounded(length, _HEADER, "object header"))
            place = 0
            while place + 4 + order <= len(data):
                kind, count, marks = data[place], _number(data, place + 1, 2), data[place + 3]
                body = data[place + 4 + order : place + 4 + order + count]
                place += 4 + order + count
                if kind == 0x10 and len(blocks) < 1_000:  # noqa: PLR2004 (as above)
                    blocks.append((_number(body, 0, 8) + 4, _number(body, 8, 8) - 8))
                else:
                    yield self._shared(kind, body, marks)

    def _shared(self, kind: int, body: bytes, flags: int) -> tuple[int, bytes]:
        """A message that stands elsewhere is told, where it could matter."""
        if flags & 2 and kind in {0x06, 0x07, 0x08, 0x0C, 0x11}:
            self.unread.append(f"a shared message of type {kind}")
            return 0, b""
        return kind, body

    def _message(
        self,
        kind: int,
        data: bytes,
        attributes: dict[str, bytes | None],
        outside: list[str],
        children: list[tuple[str, int]],
    ) -> None:
        if kind == 0x11:  # noqa: PLR2004 (symbol table)
            children += self._symbols(_number(data, 0, 8), _number(data, 8, 8), outside)
        elif kind == 0x06:  # noqa: PLR2004 (link)
            self._link(data, outside, children)
        elif kind == 0x07:  # noqa: PLR2004 (external files)
            outside += self._external(data)
        elif kind == 0x0C:  # noqa: PLR2004 (attribute)
            name, value = self._attribute(data)
            attributes[name] = value
            self._left -= len(name) + len(value or b"")
            if self._left < 0:
                raise Unjudged("too-large", f"attributes of more than {_TEXTS} bytes")
        elif kind in {0x02, 0x15}:
            self._dense(kind, data)
        elif kind == 0x08 and data[:1] == b"\x04" and data[1:2] == b"\x03":  # noqa: PLR2004 (layout: virtual)
            outside.append("(virtual data set)")

    def _dense(self, kind: int, data: bytes) -> None:
        """Links or attributes that are kept in a fractal heap."""
        flags = data[1]
        at = 2 + (({0x02: 8, 0x15: 2}[kind]) if flags & 1 else 0)
        if _number(data, at, 8) != _UNDEFINED:
            self.unread.append("links in a heap" if kind == 0x02 else "attributes in a heap")  # noqa: PLR2004 (links)

    def _link(self, data: bytes, outside: list[str], children: list[tuple[str, int]]) -> None:
        flags = data[1]
        at = 2
        kind = 0
        if flags & 8:
            kind, at = data[at], at + 1
        at += (8 if flags & 4 else 0) + (1 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        size = _number(data, at, width)
        name = data[at + width : at + width + size].decode("utf-8", "replace")
        at += width + size
        if kind == 0:
            children.append((name, _number(data, at, 8)))
        elif kind == 64:  # noqa: PLR2004 (external link)
            length = _number(data, at, 2)
            outside.append(data[at + 3 : at + 2 + length].split(b"\0")[0].decode("utf-8", "replace"))
        elif kind != 1:
            self.unread.append(f"a link of type {kind}")

    def _symbols(self, tree: int, heap: int, outside: list[str]) -> Iterator[tuple[str, int]]:
        """A group's children by its B-tree and its heap of names."""
        head = self._bytes(heap, 32)
        if head[:4] != b"HEAP":
            raise Unjudged("malformed", "a group without names")
        names = self._bytes(_number(head, 24, 8), _bounded(_number(head, 8, 8), _HEAP_PAGE >> 2, "names"))
        waiting = [tree]
        seen: set[int] = set()
        while waiting:
            address = waiting.pop()
            if address in seen or len(seen) > _OBJECTS:
                raise Unjudged("malformed", "a group that holds itself")
            seen.add(address)
            node = self._bytes(address, 24)
            if node[:4] == b"TREE":
                used = _number(node, 6, 2)
                body = self._bytes(address + 24, 16 * used + 8)
                waiting += [_number(body, 8 + 16 * each, 8) for each in range(used)]
            elif node[:4] == b"SNOD":
                yield from self._leaf(address, _number(node, 6, 2), names, outside)
            else:
                raise Unjudged("malformed", f"no node at {address}")

    def _leaf(self, address: int, count: int, names: bytes, outside: list[str]) -> Iterator[tuple[str, int]]:
        body = self._bytes(address + 8, 40 * count)
        for each in range(count):
            entry = body[40 * each : 40 * each + 40]
            start = _number(entry, 0, 8)
            name = names[start : names.find(b"\0", start)].decode("utf-8", "replace")
            if _number(entry, 16, 4) == 2:  # noqa: PLR2004 (a soft link, which stays in the file)
                continue
            yield name, _number(entry, 8, 8)
        del outside

    def _external(self, data: bytes) -> Iterator[str]:
        """The files of an external data set."""
        used, heap = _number(data, 6, 2), _number(data, 8, 8)
        head = self._bytes(heap, 32)
        names = self._bytes(_number(head, 24, 8), _bounded(_number(head, 8, 8), _HEADER, "names"))
        for each in range(used):
            start = _number(data, 16 + 24 * each, 8)
            yield names[start : names.find(b"\0", start)].decode("utf-8", "replace")

    def _attribute(self, data: bytes) -> tuple[str, bytes | None]:
        """Name and, of one text, its bytes."""
        version = data[0]
        sizes = [_number(data, at, 2) for at in (2, 4, 6)]
        at = 8 if version < 3 else 9  # noqa: PLR2004 (from then on the name's encoding is told)
        parts: list[bytes] = []
        for size in sizes:
            parts.append(data[at : at + size])
            at += -(-size // 8) * 8 if version == 1 else size
        name = parts[0].split(b"\0")[0].decode("utf-8", "replace")
        if len(parts[1]) < 8:  # noqa: PLR2004 (a datatype's head)
            raise Unjudged("malformed", f"the attribute {name!r} has no type")
        return name, self._value(name, parts[1], parts[2], data[at:])

    def _value(self, name: str, kind: bytes, space: bytes, data: bytes) -> bytes | None:
        """One text, or several one after the other; numbers are nothing to us."""
        count = 1
        rank = space[1]
        start = 8 if space[0] == 1 else 4
        for each in range(rank):
            count *= _number(space, start + 8 * each, 8)
        family, size = kind[0] & 0x0F, _number(kind, 4, 4)
        if family == 3:  # noqa: PLR2004 (a text of fixed length)
            return data[: _bounded(size * count, _TEXT, f"the attribute {name!r}")]
        if family == 9 and kind[1] & 0x0F == 1:  # noqa: PLR2004 (a text of variable length)
            return b"\0".join(
                self._global(data[16 * each : 16 * each + 16]) for each in range(min(count, 100_000))
            )
        return None

    def _global(self, reference: bytes) -> bytes:
        """A text in the global heap: its length, the heap's address, its number in it."""
        length, address, number = (
            _number(reference, 0, 4),
            _number(reference, 4, 8),
            _number(reference, 12, 4),
        )
        if length == 0:
            return b""
        _bounded(length, _TEXT, "a text")
        head = self._bytes(address, 16)
        if head[:4] != b"GCOL":
            raise Unjudged("malformed", "no heap where a text should be")
        size = _number(head, 8, 8)
        at = 16
        while at + 16 <= size:
            self._bounds.tick()
            entry = self._bytes(address + at, 16)
            index, held = _number(entry, 0, 2), _number(entry, 8, 8)
            if index == number:
                return self._bytes(address + at + 16, min(length, held))
            if index == 0:
                break
            at += 16 + -(-held // 8) * 8
        raise Unjudged("malformed", "a text that is not in its heap")


def _number(data: Any, place: int, width: int) -> int:
    if place < 0 or place + width > len(data):
        raise Unjudged("malformed", "a structure that ends too early")
    return int.from_bytes(data[place : place + width], "little")


def _bounded(size: int, most: int, what: str) -> int:
    if size > most:
        raise Unjudged("too-large", f"{what}: {size} bytes")
    return size
