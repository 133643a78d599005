"""The program as commands to nf_tables, and what nf_tables answers. Every command names our own table and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from yanmen.edge.netlink import APPEND, CREATE, Message, attribute, attributes, nested, text, u32, u64
from yanmen.edge.program import TABLE, Chain, Rule, Set

_NEW_TABLE, _GET_TABLE, _DEL_TABLE, _NEW_CHAIN, _GET_CHAIN = 0, 1, 2, 3, 4
_NEW_RULE, _GET_RULE, _DEL_RULE, _NEW_SET, _GET_SET, _DEL_SET = 6, 7, 8, 9, 10, 11
_NEW_ELEMENT, _GET_ELEMENT, _DEL_ELEMENT, _GET_GENERATION = 12, 13, 14, 16
_END = 1  # NFT_SET_ELEM_INTERVAL_END
_TOGETHER = 60_000  # bytes of elements in one message; an attribute's length has 16 bits
_NAMED = text(1, TABLE)
_END_HEAD = u64(4, 0)[:4]

Elements = Iterable[tuple[bytes, int]]
"""Keys and milliseconds that they last; 0: until they are taken out."""


class Table(NamedTuple):
    """Our table as it is in the kernel."""

    handle: int
    fingerprint: str
    flags: int
    """0, unless somebody put it to sleep."""


class Entry(NamedTuple):
    """An element as it is in the kernel."""

    key: bytes
    milliseconds: int
    """Left to it; 0: it has no end."""
    packets: int
    """That met it."""


class Loaded(NamedTuple):
    """A rule as it is in the kernel."""

    chain: str
    handle: int
    name: str
    packets: int


def new_table(fingerprint: str) -> Message:
    """Make the table, or leave it as it is."""
    return Message(_NEW_TABLE, CREATE, _NAMED + u32(2, 0) + attribute(6, fingerprint.encode()))


def no_table() -> list[Message]:
    """Take the table away with everything in it, whether it is there or not."""
    return [Message(_NEW_TABLE, CREATE, _NAMED + u32(2, 0)), Message(_DEL_TABLE, 0, _NAMED)]


def new_set(one: Set) -> Message:
    """Make a set, or leave it as it is."""
    body = _NAMED + text(2, one.name) + u32(3, one.flags) + u32(4, one.type) + u32(5, one.bytes)
    body += nested(9, u32(1, one.size)) if one.size else b""
    body += u32(10, 1)
    body += u64(11, one.seconds * 1_000) if one.seconds else b""
    body += nested(17, text(1, "counter")) if one.counted else b""
    return Message(_NEW_SET, CREATE, body)


def no_set(name: str) -> Message:
    """Take a set away."""
    return Message(_DEL_SET, 0, _NAMED + text(2, name))


def new_chain(one: Chain) -> Message:
    """Make a chain, or leave it as it is. Nothing is ever refused at its end."""
    body = _NAMED + text(3, one.name)
    if one.hook is not None:
        hook = u32(1, one.hook) + attribute(2, one.priority.to_bytes(4, "big", signed=True))
        body += nested(4, hook) + u32(5, 1) + text(7, "filter")
    return Message(_NEW_CHAIN, CREATE, body)


def new_rule(one: Rule) -> Message:
    """Put a rule at the end of its chain."""
    name = one.name.encode() + b"\0"
    comment = attribute(7, bytes((0, len(name))) + name)
    code = nested(4, *(piece.code for piece in one.pieces))
    return Message(_NEW_RULE, CREATE | APPEND, _NAMED + text(2, one.chain) + code + comment)


def no_rules() -> Message:
    """Take all rules of the table out."""
    return Message(_DEL_RULE, 0, _NAMED)


def put(name: str, elements: Elements) -> Iterator[Message]:
    """Put elements into a set; those that are there stay as they are."""
    yield from _elements(_NEW_ELEMENT, CREATE, name, (_element(key, lasts) for key, lasts in elements))


def take(name: str, keys: Iterable[bytes]) -> Iterator[Message]:
    """Take elements out of a set, whether they are there or not: what has just expired must not spoil a batch."""
    keys = list(keys)
    yield from put(name, ((key, 0) for key in keys))
    yield from _elements(_DEL_ELEMENT, 0, name, (_element(key, 0) for key in keys))


def renew(name: str, elements: Elements) -> Iterator[Message]:
    """Put elements into a set with new ends, whether they are there or not. At no moment is one missing."""
    elements = list(elements)
    yield from take(name, (key for key, _ in elements))
    yield from put(name, elements)


def put_ranges(name: str, ranges: Iterable[tuple[bytes, bytes | None]]) -> Iterator[Message]:
    """Put ranges into an interval set: the first key of each, and the first behind it (none: to the end)."""
    raw = []
    for first, behind in ranges:
        raw.append(_element(first, 0))
        raw += [_element(behind, 0, u32(3, _END))] if behind is not None else []
    yield from _elements(_NEW_ELEMENT, CREATE, name, raw)


@cache
def _heads(size: int) -> tuple[bytes, bytes, bytes]:
    """What stands before the key and behind it in an element that has no end, and before the key in one that has one."""
    key = nested(1, attribute(1, bytes(size)))
    padding = key[8 + size :]
    return nested(1, key)[:12], padding, nested(1, key, u64(4, 0))[:12]


def _element(key: bytes, lasts: int, more: bytes = b"") -> bytes:
    """Written by hand where there is nothing ``more``: fifty thousand are made at once."""
    if more:
        return nested(1, nested(1, attribute(1, key)), more)
    endless, padding, ending = _heads(len(key))
    if not lasts:
        return endless + key + padding
    return ending + key + padding + _END_HEAD + lasts.to_bytes(8, "big")


def _elements(kind: int, flags: int, name: str, raw: Iterable[bytes]) -> Iterator[Message]:
    head, size = _NAMED + text(2, name), 0
    held: list[bytes] = []
    for one in raw:
        if size + len(one) > _TOGETHER:
            yield Message(kind, flags, head + nested(3, *held))
            held, size = [], 0
        held.append(one)
        size += len(one)
    if held:
        yield Message(kind, flags, head + nested(3, *held))


GENERATION = Message(_GET_GENERATION, 0, b"")
TABLES = Message(_GET_TABLE, 0, _NAMED)
SETS = (_GET_SET, _NAMED)
CHAINS = (_GET_CHAIN, b"")
RULES = (_GET_RULE, _NAMED)
"""Questions. Chains are told of all tables; ``chains`` picks ours."""


def elements_of(name: str) -> tuple[int, bytes]:
    """The question what is in a set."""
    return _GET_ELEMENT, _NAMED + text(2, name)


def generation(answer: memoryview) -> int:
    """The number that grows with each change of the kernel's whole ruleset, by anybody."""
    return _number(dict(attributes(answer)).get(1))


def table(answer: memoryview) -> Table:
    """Read a table."""
    found = dict(attributes(answer))
    return Table(
        _number(found.get(4)), bytes(found.get(6, b"")).decode("ascii", "replace"), _number(found.get(2))
    )


def set_name(answer: memoryview) -> str:
    """Read a set's name."""
    return _string(dict(attributes(answer)).get(2))


def chain(answer: memoryview) -> tuple[str, int, int] | None:
    """Read a chain's name, handle and policy, where it is one of ours."""
    found = dict(attributes(answer))
    if _string(found.get(1)) != TABLE:
        return None
    return _string(found.get(3)), _number(found.get(2)), _number(found.get(5))


def rule(answer: memoryview) -> Loaded:
    """Read a rule: where it stands, our name for it, and what its counter says."""
    found = dict(attributes(answer))
    comment = bytes(found.get(7, b""))
    name = comment[2 : 2 + comment[1]].rstrip(b"\0").decode("utf-8", "replace") if len(comment) > 2 else ""  # noqa: PLR2004
    packets = sum(_counted(one) for _, one in attributes(found.get(4, b"")))
    return Loaded(_string(found.get(2)), _number(found.get(3)), name, packets)


def entries(answer: memoryview) -> Iterator[Entry]:
    """Read the elements of one piece of a dump; ends of intervals are left out."""
    for number, several in attributes(answer):
        if number != 3:  # noqa: PLR2004  # NFTA_SET_ELEM_LIST_ELEMENTS
            continue
        for _, one in attributes(several):
            parts = dict(attributes(one))
            if not _number(parts.get(3)) & _END:
                yield Entry(bytes(parts[1][4:]), _number(parts.get(5)), _met(parts))


def _met(element: dict[int, memoryview]) -> int:
    """What the counter of an element says, which stands alone or among several expressions; 0 where there is none."""
    if (alone := element.get(7)) is not None:
        return _counted(alone)
    return sum(_counted(one) for _, one in attributes(element.get(11, b"")))


def _counted(expression: memoryview) -> int:
    """The packets of a counter; 0 for any other expression."""
    found = dict(attributes(expression))
    if bytes(found.get(1, b"")) != b"counter\0":
        return 0
    return _number(dict(attributes(found.get(2, b""))).get(2))


def _number(value: memoryview | None) -> int:
    return int.from_bytes(value, "big") if value is not None else 0


def _string(value: memoryview | None) -> str:
    return bytes(value).rstrip(b"\0").decode("utf-8", "replace") if value is not None else ""
