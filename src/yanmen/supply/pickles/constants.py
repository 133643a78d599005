"""The opcodes that push a constant."""

from __future__ import annotations

import struct

from yanmen.supply.pickles import literals, nested
from yanmen.supply.pickles.literals import Divergent
from yanmen.supply.pickles.state import State
from yanmen.supply.pickles.tape import HELD, BrokenStream
from yanmen.supply.pickles.values import Large, Made

_SHORT = 256
"""Bytes of a string that is held even when there is no room left: names are shorter."""
_U2 = struct.Struct("<H").unpack_from
_I4 = struct.Struct("<i").unpack_from
_U4 = struct.Struct("<I").unpack_from
_U8 = struct.Struct("<Q").unpack_from
_F8 = struct.Struct(">d").unpack_from


class Constants(State):
    """Numbers, strings, buffers."""

    def _op_none(self) -> None:
        self.stack.append(None)

    def _op_newtrue(self) -> None:
        self.stack.append(True)

    def _op_newfalse(self) -> None:
        self.stack.append(False)

    def _op_binint(self) -> None:
        self.stack.append(_I4(self.data, self.at)[0])
        self.at += 4

    def _op_binint1(self) -> None:
        self.stack.append(self.data[self.at])
        self.at += 1

    def _op_binint2(self) -> None:
        self.stack.append(_U2(self.data, self.at)[0])
        self.at += 2

    def _op_binfloat(self) -> None:
        self.stack.append(_F8(self.data, self.at)[0])
        self.at += 8

    def _op_int(self) -> None:
        line, _ = self.line()
        if line in literals.BOOLS:
            self.stack.append(literals.BOOLS[line])
            return
        self.stack.append(self.number(line))

    def _op_long(self) -> None:
        line, _ = self.line()
        self.stack.append(self.number(line.removesuffix(b"L")))

    def number(self, line: bytes, base: int = 0) -> int:
        """A number that is written as text."""
        try:
            return literals.integer(line, base)
        except Divergent as divergent:
            self.differ(str(divergent))
            return int(str(divergent.value))

    def _op_float(self) -> None:
        line, _ = self.line()
        try:
            self.stack.append(literals.floating(line))
        except Divergent as divergent:
            self.differ(str(divergent))
            self.stack.append(divergent.value)

    def _op_long1(self) -> None:
        self.at += 1
        self.stack.append(literals.long(self.take(self.data[self.at - 1])))

    def _op_long4(self) -> None:
        size = self._signed_size()
        self.stack.append(literals.long(self.take(size)) if size <= HELD // 8 else self._large("int", size))

    def _signed_size(self) -> int:
        (size,) = _I4(self.data, self.at)
        self.at += 4
        if size < 0:
            raise BrokenStream("a negative length")
        return int(size)

    def _bytes_of(self, size: int) -> None:
        if size > HELD or (size > _SHORT and self.memo.room < 0):
            self.stack.append(self._large("bytes", size))
            return
        data = self.take(size)
        self.memo.room -= size
        self.stack.append(data)
        if nested.may_be(data):
            nested.look(data, self)

    def _text_of(self, size: int) -> None:
        if size > HELD or (size > _SHORT and self.memo.room < 0):
            self.stack.append(self._large("str", size))
            return
        data = self.take(size)
        self.memo.room -= size
        value = literals.text(data)
        self.stack.append(value)
        if nested.may_be(data):
            nested.look(data, self)

    def _large(self, kind: str, size: int) -> Large:
        at = self.offset
        head = self.skip(size)
        if nested.may_be(head):
            nested.look_large(head, size, at, self)
        return Large(kind, size, at, head)

    def _op_string(self) -> None:
        at = self.offset
        line, length = self.line()
        if length > len(line):
            self.stack.append(Large("str", length, at, line))
            return
        try:
            value = literals.string(line)
        except Divergent as divergent:
            self.differ(str(divergent))
            value = str(divergent.value)
        self._old(value)

    def _old(self, value: str) -> None:
        self.memo.room -= len(value)
        self.stack.append(value)
        data = value.encode("latin-1", "replace")
        if nested.may_be(data):
            nested.look(data, self)

    def _op_unicode(self) -> None:
        at = self.offset
        line, length = self.line()
        if length > len(line):
            self.stack.append(Large("str", length, at, line))
            return
        self._old(literals.unicode(line))

    def _op_binstring(self) -> None:
        size = self._signed_size()
        if size > HELD or (size > _SHORT and self.memo.room < 0):
            self.stack.append(self._large("str", size))
        else:
            self._old(self.take(size).decode("latin-1"))

    def _op_short_binstring(self) -> None:
        self.at += 1
        self._old(self.take(self.data[self.at - 1]).decode("latin-1"))

    def _op_binbytes(self) -> None:
        (size,) = _U4(self.data, self.at)
        self.at += 4
        self._bytes_of(size)

    def _op_short_binbytes(self) -> None:
        self.at += 1
        self._bytes_of(self.data[self.at - 1])

    def _op_binbytes8(self) -> None:
        (size,) = _U8(self.data, self.at)
        self.at += 8
        self._bytes_of(size)

    def _op_bytearray8(self) -> None:
        self._op_binbytes8()
        self.stack.append(Made(kind="bytearray", by=None, args=(self.stack.pop(),)))

    def _op_binunicode(self) -> None:
        (size,) = _U4(self.data, self.at)
        self.at += 4
        self._text_of(size)

    def _op_short_binunicode(self) -> None:
        at = self.at + 1
        size = self.data[at - 1]
        if at + size > len(self.data):
            self.at = at
            self._text_of(size)
            return
        self.at = at + size
        self.memo.room -= size
        data = self.data[at : at + size]
        self.stack.append(literals.text(data))
        if size > nested.SHORTEST and nested.may_be(data):
            nested.look(data, self)

    def _op_binunicode8(self) -> None:
        (size,) = _U8(self.data, self.at)
        self.at += 8
        self._text_of(size)

    def _op_next_buffer(self) -> None:
        self.judge.journal.miss("unsupported", "bytes that the loading program hands over", self.offset - 1)
        self.stack.append(Made(kind="bytearray", by=None))

    def _op_readonly_buffer(self) -> None:
        self.stack.append(self.stack.pop())
