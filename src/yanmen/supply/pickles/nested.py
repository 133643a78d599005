"""Pickles within strings: raw, as base64 and as hex digits. Nothing loads them by itself, and an honest file seldom has any."""

from __future__ import annotations

import base64
import binascii
import io
import pickletools
import re
from typing import TYPE_CHECKING

from yanmen.core.nouns import Severity
from yanmen.supply.pickles import rules
from yanmen.supply.pickles.journal import Journal
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.running import runs
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.work import LOOK, TooLarge

if TYPE_CHECKING:
    from yanmen.supply.pickles.state import State

SHORTEST = 8
"""Bytes: no pickle that calls anything is shorter."""
DEEPEST = 3
"""Strings within strings that are looked into."""
_OPCODES = re.escape("".join(opcode.code for opcode in pickletools.opcodes).encode("latin-1"))
_RAW = re.compile(rb"\x80[\x02-\x05][" + _OPCODES + rb"]|\(?[ci][A-Za-z_][\w.]{0,80}\n[A-Za-z_][\w.]{0,80}\n")
_BASE64 = re.compile(rb"(?:gA[I-V]|Y[0-9A-Za-z+/]{2}|K[GC][NMlp])[A-Za-z0-9+/\s]+=*\s*")
_HEX = re.compile(rb"(?:(?:0x)?80\s?0[2-5]|(?:28)?63)[0-9a-fA-F\s]+")
_STARTS = frozenset(b"\x80c(igYK0826")


def may_be(data: bytes) -> bool:
    """Whether a string might be a pickle, by its first byte and its length."""
    return len(data) > SHORTEST and data[0] in _STARTS


def encoded(text: bytes, *, cut: bool = False) -> bytes | None:
    """The pickle that a string of a document is, encoded or not: it makes a call, or comes to its end. Digests are none.

    ``cut``: only the beginning of the string is at hand.
    """
    inner = decoded(text[: len(text) // 4 * 4] if cut else text) if len(text) > SHORTEST else None
    if inner is None or cut or runs(io.BytesIO(inner), len(inner), ends=True):
        return inner
    return None


def look(data: bytes, outer: State) -> None:
    """Read the string as a pickle, if it is one; what that would call becomes a finding of the stream around it."""
    outer.judge.journal.work.left -= LOOK + len(data) // 32
    inner = decoded(data)
    if inner is None:
        return
    journal = outer.judge.journal
    if outer.depth >= DEEPEST:
        journal.miss("too-large", "pickles within strings within strings", outer.offset)
        return
    seen = _seen(inner, outer)
    for found in seen.findings.values():
        if found.rule.severity >= Severity.HIGH or found.rule is rules.HIDES_BYTES:
            shown = f"within a string: {found.evidence}"
            journal.find(rules.HIDES_BYTES, shown, shown, outer.offset)
            return
    deeper = any(reason == "too-large" for reason, _ in seen.misses)
    if deeper or (seen.misses and seen.names):
        journal.miss("too-large" if deeper else "not-checked", "a pickle within a string", outer.offset)


def look_large(head: bytes, size: int, at: int, outer: State) -> None:
    """Of a string that is too long to be held: whether its head is a pickle's."""
    if _RAW.match(head):
        shown = f"a string of {size} bytes that begins as a pickle does"
        outer.judge.journal.miss("not-checked", shown, at)


def decoded(data: bytes) -> bytes | None:
    """The pickle that a string is, as bytes, base64 or hex digits; None where it is none."""
    if _RAW.match(data):
        return data
    try:
        if _HEX.fullmatch(data):
            digits = re.sub(rb"\s", b"", data).removeprefix(b"0x")
            found = binascii.unhexlify(digits[: len(digits) & ~1])
        elif _BASE64.fullmatch(data):
            found = base64.b64decode(data)
        else:
            return None
    except ValueError:
        return None
    return found if _RAW.match(found) else None


def _seen(data: bytes, outer: State) -> Journal:
    journal = Journal(outer.judge.journal.work)
    judge = Judge(journal, outer.judge.knowledge)
    machine = type(outer)(io.BytesIO(data), judge, outer.tick, size=len(data))
    machine.depth = outer.depth + 1
    try:
        machine.run()  # type: ignore[attr-defined]  # every state that runs is a machine
    except (BrokenStream, TooLarge) as error:
        journal.miss("malformed", str(error), machine.offset)
    return journal
