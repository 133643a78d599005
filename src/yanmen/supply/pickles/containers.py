"""The opcodes that move values: the stack, its marks, the memo, and the containers of the language."""

from __future__ import annotations

import struct

from yanmen.supply.pickles.constants import Constants
from yanmen.supply.pickles.tape import BrokenStream
from yanmen.supply.pickles.values import Grouped, Listed, Mapped, Value

_U4 = struct.Struct("<I").unpack_from
_ITEM = 40
"""Bytes that a value in a container costs, roughly."""
_CONTAINER = 160
_HASHED = frozenset({str, int, float, bytes, bool, type(None)})


class Containers(Constants):
    """Stack, memo, tuples, lists, dicts, sets."""

    def _op_mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def _op_pop(self) -> None:
        if self.stack:
            del self.stack[-1]
        else:
            self.pop_mark()

    def _op_pop_mark(self) -> None:
        self.pop_mark()

    def _op_dup(self) -> None:
        self.stack.append(self.stack[-1])

    def _op_put(self) -> None:
        self.memo.put(self.number(self.line()[0], 10), self.stack[-1])

    def _op_binput(self) -> None:
        self.memo.put(self.data[self.at], self.stack[-1])
        self.at += 1

    def _op_long_binput(self) -> None:
        self.memo.put(_U4(self.data, self.at)[0], self.stack[-1])
        self.at += 4

    def _op_memoize(self) -> None:
        self.memo.add(self.stack[-1])

    def _op_get(self) -> None:
        self.stack.append(self.memo.get(self.number(self.line()[0], 10)))

    def _op_binget(self) -> None:
        self.stack.append(self.memo.get(self.data[self.at]))
        self.at += 1

    def _op_long_binget(self) -> None:
        self.stack.append(self.memo.get(_U4(self.data, self.at)[0]))
        self.at += 4

    def _op_empty_tuple(self) -> None:
        self.stack.append(())

    def _op_tuple1(self) -> None:
        self.stack[-1] = (self.stack[-1],)

    def _op_tuple2(self) -> None:
        self.stack[-2:] = [(self.stack[-2], self.stack[-1])]

    def _op_tuple3(self) -> None:
        self.stack[-3:] = [(self.stack[-3], self.stack[-2], self.stack[-1])]

    def _op_tuple(self) -> None:
        items = self.pop_mark()
        self.memo.room -= _ITEM * len(items)
        self.stack.append(tuple(items))

    def _op_empty_list(self) -> None:
        self.memo.room -= _CONTAINER
        self.stack.append(Listed())

    def _op_empty_dict(self) -> None:
        self.memo.room -= _CONTAINER
        self.stack.append(Mapped())

    def _op_empty_set(self) -> None:
        self.memo.room -= _CONTAINER
        self.stack.append(Grouped([], frozen=False))

    def _op_list(self) -> None:
        items = self.pop_mark()
        self.memo.room -= _CONTAINER + _ITEM * len(items)
        self.stack.append(Listed(items))

    def _op_dict(self) -> None:
        items = self.pop_mark()
        self._hash(items[::2])
        _even(items)
        self.memo.room -= _CONTAINER + _ITEM * len(items)
        self.stack.append(Mapped(list(zip(items[::2], items[1::2], strict=False))))

    def _op_frozenset(self) -> None:
        items = self.pop_mark()
        self._hash(items)
        self.memo.room -= _CONTAINER + _ITEM * len(items)
        self.stack.append(Grouped(items, frozen=True))

    def _op_append(self) -> None:
        value = self.stack.pop()
        self._append(self.stack[-1], [value])

    def _op_appends(self) -> None:
        items = self.pop_mark()
        self._append(self.stack[-1], items)

    def _op_additems(self) -> None:
        items = self.pop_mark()
        target = self.stack[-1]
        self._hash(items)
        if not isinstance(target, Grouped) or target.frozen:
            self.judge.append(target, items, self.offset)
        elif self._has_room(items):
            target.items.extend(items)
        else:
            target.lost = True

    def _append(self, target: Value, items: list[Value]) -> None:
        if not isinstance(target, Listed):
            self.judge.append(target, items, self.offset)
        elif self._has_room(items):
            target.items.extend(items)
        else:
            target.lost = True

    def _hash(self, keys: list[Value]) -> None:
        """What is not plain at sight is asked for its hash by whoever made it."""
        if odd := [key for key in keys if type(key) not in _HASHED]:
            self.judge.hashed(odd, self.offset)

    def _has_room(self, items: list[Value]) -> bool:
        self.memo.room -= _ITEM * len(items)
        return self.memo.room > 0

    def _op_setitem(self) -> None:
        value = self.stack.pop()
        key = self.stack.pop()
        self._set(self.stack[-1], [key, value])

    def _op_setitems(self) -> None:
        items = self.pop_mark()
        self._set(self.stack[-1], items)

    def _set(self, target: Value, items: list[Value]) -> None:
        pairs = list(zip(items[::2], items[1::2], strict=False))
        if not isinstance(target, Mapped):
            self.judge.set(target, pairs, self.offset)
            _even(items)
            return
        self._hash(items[::2])
        _even(items)
        if self._has_room(items):
            target.pairs.extend(pairs)
        else:
            target.lost = True


def _even(items: list[Value]) -> None:
    """A key without its value: the C unpickler takes none of them, Python's own the pairs before it."""
    if len(items) % 2:
        raise BrokenStream("an odd number of items")
