"""The pickle machine: every opcode of protocols 0 to 5, on abstract values, in one pass forward."""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable
from typing import BinaryIO, ClassVar

from yanmen.supply.pickles.containers import Containers
from yanmen.supply.pickles.judge import Judge
from yanmen.supply.pickles.spinning import spin
from yanmen.supply.pickles.tape import MARGIN, BrokenStream, CutLine
from yanmen.supply.pickles.values import UNKNOWN, Mapped, Value
from yanmen.supply.pickles.work import TooLarge

STEPS = 2_048
"""Opcodes between two looks at the clock and at what is held."""
TALLEST = 250_000
"""Values on the stack; a stream with more is not followed."""
HIGHEST = 5
"""Protocol."""
DEEPEST = 8
"""Streams within streams."""
NAMES = {ord(opcode.code): f"_op_{opcode.name.lower()}" for opcode in pickletools.opcodes}
"""Every opcode, and the method that does it."""
_U2 = struct.Struct("<H").unpack_from
_I4 = struct.Struct("<i").unpack_from
_U8 = struct.Struct("<Q").unpack_from


class Stopped(Exception):  # noqa: N818  # the stream's own word
    """STOP."""


class Machine(Containers):
    """One stream. What it sees goes to the judge, and to the judge's journal."""

    table: ClassVar[list[Callable[[Machine], None]]] = []
    """What does each opcode, by its byte."""

    def __init__(
        self,
        stream: BinaryIO,
        judge: Judge,
        tick: Callable[[], None],
        *,
        start: int = 0,
        size: int | None = None,
    ) -> None:
        """As State."""
        super().__init__(stream, judge, tick, start=start, size=size)
        self.crossed = False
        """Whether an argument has crossed the end of its frame."""
        self.after_build: Callable[[Machine, Value], Value] | None = None
        """Of loaders that put something in the place of what was built, reading on from the stream; None: pickle's own."""

    def run(self) -> Value:
        """The value that loading gives. BrokenStream where it breaks, TooLarge; and whatever ``tick`` raises."""
        try:
            while True:
                self._look_around()
                spin(self, self.table, self.border, STEPS)
        except Stopped:
            return self._result()
        except (IndexError, struct.error):
            where = "it ends within an argument" if self.at >= len(self.data) else "its stack is empty"
            raise BrokenStream(where) from None

    def within(self) -> Value:
        """The value of a further stream that begins right here, read with the same judge; this one goes on behind it."""
        inner = Machine(self.stream, self.judge, self.tick, size=None)
        inner.after_build = self.after_build
        inner.depth = self.depth + 1
        if inner.depth > DEEPEST:
            raise TooLarge("streams within streams")
        inner.size, inner.start = self.size, self.offset
        inner.data, inner.at, inner.base, inner.ended = self.data, self.at, self.base, self.ended
        value = inner.run()
        self.data, self.at, self.base, self.ended, self.limit = (
            inner.data,
            inner.at,
            inner.base,
            inner.ended,
            0,
        )
        return value

    def _result(self) -> Value:
        if self.frame_end >= 0 and self.offset != self.frame_end:
            self.differ("it stops within a frame")
        if len(self.stack) > 1 or self.below:
            self.judge.journal.miss("malformed", "it stops with more than one value", self.offset)
        if not self.stack:
            raise BrokenStream("it stops with no value")
        return self.stack[-1]

    def _look_around(self) -> None:
        self.tick()
        self.judge.journal.work.look()
        if len(self.stack) > TALLEST or len(self.below) > TALLEST // 4:
            raise TooLarge("its stack")
        self.memo.look()

    def border(self) -> None:
        """The end of a frame, of what was read, or of all."""
        position = self.base + self.at
        if 0 <= self.frame_end <= position:
            if position > self.frame_end:
                self.differ("an opcode crosses the end of its frame")
                self.crossed = True
            self.frame_end = -1
        while len(self.data) - self.at < MARGIN and not self.ended:
            self.refill()
        if self.at >= len(self.data):
            raise BrokenStream("it ends without STOP")
        limit = len(self.data) - (0 if self.ended else MARGIN - 1)
        if self.frame_end >= 0:
            limit = min(limit, self.frame_end - self.base)
        self.limit = max(limit, self.at + 1)

    def _no_opcode(self) -> None:
        raise BrokenStream(f"no opcode: {self.data[self.at - 1]:#04x}")

    def _op_proto(self) -> None:
        protocol = self.data[self.at]
        self.at += 1
        if protocol > HIGHEST:
            raise BrokenStream(f"protocol {protocol}")
        if self.offset != self.start + 2:
            self.differ("PROTO that is not at the beginning")
        self.protocol = protocol

    def _op_frame(self) -> None:
        (size,) = _U8(self.data, self.at)
        self.at += 8
        if 0 <= self.offset - 9 < self.frame_end:
            self.differ("a frame within a frame")
        self.frame_end = self.offset + int(size)
        if self.size is not None and self.frame_end > self.size:
            self.differ("a frame that is longer than the stream")
        self.limit = 0

    def _op_stop(self) -> None:
        raise Stopped

    def _op_global(self) -> None:
        named, cut = self._named()
        self.stack.append(named)
        if cut:
            raise cut

    def _named(self) -> tuple[Value, CutLine | None]:
        """What two lines name. Where the stream ends within them, what Python's own unpickler makes of that: it goes on."""
        at = self.offset - 1
        words: list[str] = []
        cut = None
        try:
            words += [self._word(*self.line())]
            words += [self._word(*self.line())]
        except CutLine as ended:
            cut = ended
            words += [self._word(ended.line[:-1], len(ended.line) - 1), ""]
        return self.judge.name(words[0], words[1], self.protocol, at), cut

    def _word(self, line: bytes, length: int) -> str:
        try:
            return line.decode("utf-8") if length <= len(line) else f"{line.decode('latin-1')}…"
        except UnicodeDecodeError:
            raise BrokenStream("a name that is no UTF-8") from None

    def _op_stack_global(self) -> None:
        name = self.stack.pop()
        module = self.stack.pop()
        self.stack.append(self.judge.name(module, name, max(self.protocol, 4), self.offset - 1))

    def _op_inst(self) -> None:
        at = self.offset - 1
        named, cut = self._named()
        args = tuple(self.pop_mark())
        self.stack.append(self.judge.call(named, args, at))
        if cut:
            raise cut

    def _op_obj(self) -> None:
        items = self.pop_mark()
        self.stack.append(self.judge.call(items[0], tuple(items[1:]), self.offset - 1))

    def _op_reduce(self) -> None:
        args = self.stack.pop()
        self.memo.room -= 300
        self.stack[-1] = self.judge.call(self.stack[-1], args, self.offset - 1)

    def _op_newobj(self) -> None:
        args = self.stack.pop()
        self.memo.room -= 300
        self.stack[-1] = self.judge.new(self.stack[-1], args, Mapped(), self.offset - 1)

    def _op_newobj_ex(self) -> None:
        kwargs = self.stack.pop()
        args = self.stack.pop()
        self.stack[-1] = self.judge.new(self.stack[-1], args, kwargs, self.offset - 1)

    def _op_build(self) -> None:
        state = self.stack.pop()
        self.judge.build(self.stack[-1], state, self.offset - 1)
        if self.after_build is not None:
            self.stack[-1] = self.after_build(self, self.stack[-1])

    def _op_persid(self) -> None:
        line, _ = self.line()
        self.stack.append(self.judge.persistent(line.decode("latin-1"), self.offset))

    def _op_binpersid(self) -> None:
        self.stack[-1] = self.judge.persistent(self.stack[-1], self.offset - 1)

    def _op_ext1(self) -> None:
        self._extension(self.data[self.at])
        self.at += 1

    def _op_ext2(self) -> None:
        self._extension(int(_U2(self.data, self.at)[0]))
        self.at += 2

    def _op_ext4(self) -> None:
        self._extension(int(_I4(self.data, self.at)[0]))
        self.at += 4

    def _extension(self, code: int) -> None:
        at = self.offset - 1
        self.judge.journal.miss(
            "unsupported", f"extension {code}: what that is, the loading program decides", at
        )
        self.stack.append(UNKNOWN)


Machine.table.extend(getattr(Machine, NAMES.get(code, "_no_opcode")) for code in range(256))
