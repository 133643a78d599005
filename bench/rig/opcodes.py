"""Pickle streams by chance, from a seed: valid ones of every opcode, what the picklers write, and both of them damaged."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import pickle  # noqa: TID251  # writes streams; nothing is loaded
import pickletools
import random
import struct
from collections.abc import Callable
from typing import Any

NAMES = (
    ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "list"), ("builtins", "dict"), ("builtins", "tuple"),
    ("builtins", "int"), ("builtins", "str"), ("builtins", "bytes"), ("builtins", "bytearray"), ("builtins", "complex"),
    ("builtins", "object"), ("builtins", "range"), ("builtins", "slice"), ("builtins", "getattr"), ("builtins", "eval"),
    ("builtins", "exec"), ("builtins", "print"), ("builtins", "type"), ("builtins", "map"), ("builtins", "len"),
    ("builtins", "Exception"), ("builtins", "__import__"), ("builtins", "str.format"), ("builtins", "dict.__class__"),
    ("__builtin__", "set"), ("__builtin__", "eval"), ("__builtin__", "xrange"), ("__builtin__", "unicode"),
    ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"), ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__"),
    ("collections", "OrderedDict"), ("collections", "deque"), ("collections", "Counter"), ("collections", "defaultdict"),
    ("collections", "UserDict"), ("UserDict", "UserDict"), ("collections", "namedtuple"), ("datetime", "datetime"),
    ("datetime", "timedelta"), ("decimal", "Decimal"), ("fractions", "Fraction"), ("uuid", "UUID"),
    ("pathlib", "PurePosixPath"), ("ipaddress", "IPv4Address"), ("re", "_compile"), ("array", "array"),
    ("array", "_array_reconstructor"), ("functools", "partial"), ("functools", "reduce"), ("operator", "attrgetter"),
    ("operator", "itemgetter"), ("operator", "methodcaller"), ("operator", "add"), ("operator", "getitem"),
    ("math", "sqrt"), ("random", "Random"), ("types", "SimpleNamespace"), ("types", "FunctionType"), ("types", "CodeType"),
    ("argparse", "Namespace"), ("logging", "getLogger"), ("itertools", "count"), ("enum", "Enum"), ("inspect", "_empty"),
    ("typing", "Union"), ("typing", "Any"), ("_codecs", "encode"), ("codecs", "decode"), ("os", "system"),
    ("posix", "system"), ("os", "popen"), ("os.path", "join"), ("os", "path.os.system"), ("subprocess", "Popen"),
    ("commands", "getoutput"), ("pickle", "loads"), ("_pickle", "loads"), ("cPickle", "loads"),
    ("importlib", "import_module"), ("runpy", "run_path"), ("webbrowser", "open"), ("marshal", "loads"), ("io", "open"),
    ("timeit", "timeit"), ("zoneinfo", "ZoneInfo"), ("sys", "modules"), ("builtins", "__dict__"),
    ("collections", "abc.sys.modules"), ("nowhere", "nothing"), ("", ""), ("os ", "system"), ("builtins", ""),
    ("builtins", "int.__new__"), ("b\u00fcro", "\u4f60"), ("builtins", "eval\u0000"), ("..", "."), ("\udc80", "x"),
    ("itertools", "imap"), ("exceptions", "ValueError"), ("__main__", "Model"), ("abc", "ABC"), ("time", "struct_time"),
)  # fmt: skip
"""Harmless and dangerous ones of the standard library, ones of Python 2, and ones that are none."""
EDGE = (b"\xff" * 8, b"\x00" * 8, b"\xff\xff\xff\x7f", b"\x80\x04\x95", b"(", b".", b"R", b"b", b"\x8f", b"\x93", b"\x81", b"2",
        b"0", b"1", b"\n", b"q\x00", b"h\x00", b"\x94", b"N", b"I01\n", b"L0x1L\n", b"S'\\x41'\n", b"V\\u0041\n",
        b"cos\nsystem\n")  # fmt: skip
_BY_NAME = {each.name: each.code.encode("latin-1") for each in pickletools.opcodes}


def argument(name: str, rnd: random.Random) -> bytes:  # one return for each form of argument
    """Of an opcode that pushes a constant, in one of its spellings."""
    word = rnd.choice(("a", "0", "x y", "\u96c1\u95e8", "", "system", "latin1", "\udcff", "a" * 300))
    data = word.encode("utf-8", "surrogatepass")
    if name in {"INT", "LONG"}:
        return (
            rnd.choice((b"0", b"1", b"-5", b"00", b"01", b"007", b"0x10", b" 3", b"1_0", b"5L", b"")) + b"\n"
        )
    if name == "FLOAT":
        return rnd.choice((b"1.5", b"inf", b"nan", b"1e5", b" 2", b"1_0.0", b"", b"0x1p3")) + b"\n"
    if name in {"STRING", "UNICODE"}:
        quoted = rnd.choice((b"'a'", b'"b"', b"'\\x41\\n'", b"'", b"'a\"", b"'\\'", b" 'a'", b"'\xff'"))
        return (
            quoted if name == "STRING" else rnd.choice((b"a", b"\\u96c1", b"\\ud800", b"\\u", b"\xff"))
        ) + b"\n"
    if name.endswith("BINSTRING") or name in {"SHORT_BINBYTES", "SHORT_BINUNICODE", "LONG1"}:
        data = data[:255]
    if name.startswith("SHORT_") or name == "LONG1":
        return bytes([len(data)]) + data
    if name.endswith("8"):
        return struct.pack("<Q", len(data)) + data
    if name in {"BINBYTES", "BINUNICODE", "BINSTRING", "LONG4"}:
        return struct.pack("<I", len(data)) + data
    size = {"BININT": 4, "BININT1": 1, "BININT2": 2, "BINFLOAT": 8}.get(name, 0)
    return rnd.randbytes(size)


_CONSTANTS = (
    "NONE NEWTRUE NEWFALSE INT LONG LONG1 LONG4 BININT BININT1 BININT2 FLOAT BINFLOAT STRING UNICODE BINSTRING SHORT_BINSTRING"
    " BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8"
    " EMPTY_TUPLE EMPTY_LIST EMPTY_DICT EMPTY_SET"
).split()


class Written:
    """A stream that grows: what stands on its stack is known by kind, so that most of what follows is valid."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self.out = bytearray()
        self.memo = 0
        self.protocol = rnd.randrange(6)
        if self.protocol > 1 or rnd.random() < 0.3:
            self.out += bytes([0x80, self.protocol])

    def op(self, name: str, more: bytes = b"") -> None:
        """One opcode."""
        if self.rnd.random() < 0.04:
            size = self.rnd.choice((0, 1, 3, 9, 20, 1 << 40))
            self.out += b"\x95" + struct.pack("<Q", size)
        self.out += _BY_NAME[name] + more
        if self.rnd.random() < 0.01:
            self.out += self.rnd.choice(EDGE)

    def value(self, depth: int) -> None:
        """Anything at all on the stack."""
        rnd = self.rnd
        kinds: list[Callable[[int], None]] = [self.constant] * 4
        if depth < 5:
            kinds += [self.made] * 4 + [self.container] * 3 + [self.name, self.odd]
        rnd.choice(kinds)(depth)
        if rnd.random() < 0.2:
            self.keep()
        if rnd.random() < 0.03:
            self.op("DUP")
            self.op("POP")

    def keep(self) -> None:
        """Into the memo, by any of the ways."""
        way = self.rnd.randrange(5)
        index = self.memo if self.rnd.random() < 0.9 else self.rnd.choice((0, 3, 250, 2000))
        if way == 0:
            self.op("PUT", b"%d\n" % index)
        elif way == 1 and index < 256:
            self.op("BINPUT", bytes([index]))
        elif way == 2:
            self.op("LONG_BINPUT", struct.pack("<I", index))
        else:
            self.op("MEMOIZE")
        self.memo += 1

    def constant(self, _: int) -> None:
        """One of the constants, or one from the memo."""
        if self.memo and self.rnd.random() < 0.25:
            index = self.rnd.randrange(self.memo) if self.rnd.random() < 0.95 else self.memo + 1
            how = self.rnd.randrange(3)
            if how == 0:
                self.op("GET", b"%d\n" % index)
            elif how == 1 and index < 256:
                self.op("BINGET", bytes([index]))
            else:
                self.op("LONG_BINGET", struct.pack("<I", index))
            return
        name = self.rnd.choice(_CONSTANTS)
        self.op(name, argument(name, self.rnd))

    def name(self, depth: int) -> None:
        """Something imported."""
        module, attribute = self.rnd.choice(NAMES)
        way = self.rnd.randrange(8)
        lines = f"{module}\n{attribute}\n".encode("utf-8", "surrogatepass")
        if way == 0 and depth < 4:
            self.value(depth + 2)
            self.value(depth + 2)
            self.op("STACK_GLOBAL")
        elif way < 4:
            self.op("GLOBAL", lines)
        else:
            for each in (module, attribute):
                data = each.encode("utf-8", "surrogatepass")
                self.op("BINUNICODE", struct.pack("<I", len(data)) + data)
            self.op("STACK_GLOBAL")

    def tuple(self, depth: int) -> None:
        """A tuple, mostly as arguments."""
        count = self.rnd.choice((0, 0, 1, 1, 2, 3))
        if self.rnd.random() < 0.4:
            for _ in range(count):
                self.value(depth + 1)
            self.op(("EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE3")[count])
            return
        self.op("MARK")
        for _ in range(count):
            self.value(depth + 1)
        self.op("TUPLE")

    def made(self, depth: int) -> None:
        """What a call gives, and what is then done to it."""
        way = self.rnd.randrange(8)
        if way == 0:
            module, attribute = self.rnd.choice(NAMES)
            self.op("MARK")
            for _ in range(self.rnd.randrange(3)):
                self.value(depth + 1)
            self.op("INST", f"{module}\n{attribute}\n".encode("utf-8", "surrogatepass"))
        elif way == 1:
            self.op("MARK")
            self.name(depth + 1)
            for _ in range(self.rnd.randrange(3)):
                self.value(depth + 1)
            self.op("OBJ")
        else:
            self.name(depth + 1) if self.rnd.random() < 0.9 else self.value(depth + 1)
            self.tuple(depth + 1)
            if way == 2:
                self.op("EMPTY_DICT")
                self.op("NEWOBJ_EX")
            else:
                self.op(self.rnd.choice(("NEWOBJ", "REDUCE", "REDUCE")))
        self.changed(depth)

    def changed(self, depth: int) -> None:
        """Built into, or put into."""
        way = self.rnd.randrange(8)
        if way == 0:
            self.container(depth + 1)
            self.op("BUILD")
        elif way in {1, 2}:
            self.value(depth + 1)
            if way == 2:
                self.value(depth + 1)
            self.op("APPEND" if way == 1 else "SETITEM")
        elif way == 3:
            self.op("MARK")
            for _ in range(2):
                self.value(depth + 1)
            self.op(self.rnd.choice(("APPENDS", "SETITEMS", "ADDITEMS")))

    def container(self, depth: int) -> None:
        """A list, a dict, a set or a tuple of whatever."""
        how = self.rnd.choice(("LIST", "DICT", "FROZENSET", "TUPLE", "LIST", "DICT"))
        self.op("MARK")
        for _ in range(2 * self.rnd.randrange(3)):
            self.value(depth + 1)
        self.op(how)
        self.changed(depth)

    def odd(self, depth: int) -> None:
        """What streams seldom hold."""
        way = self.rnd.randrange(6)
        if way == 0:
            self.op("EXT1", b"\x01")
        elif way == 1:
            self.op("EXT4", self.rnd.choice((b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x01\x00\x00\x00")))
        elif way == 2:
            self.op("PERSID", self.rnd.choice((b"key", b"", b"\xff")) + b"\n")
        elif way == 3:
            self.value(depth + 1)
            self.op("BINPERSID")
        elif way == 4:
            self.op("NEXT_BUFFER")
        else:
            self.op("MARK")
            self.value(depth + 1)
            self.op("POP_MARK")
            self.value(depth + 1)

    def done(self) -> bytes:
        """With its end; now and then framed whole, as picklers do."""
        self.out += b"."
        data = bytes(self.out)
        if self.protocol > 3 and data[:1] == b"\x80" and self.rnd.random() < 0.4:
            return data[:2] + b"\x95" + struct.pack("<Q", len(data) - 2) + data[2:]
        return data


def object_(rnd: random.Random, depth: int = 0) -> object:
    """Something that picklers write."""
    leaves = (None, True, -1, 1 << 70, 1.5, "a", "\u96c1", b"b", bytearray(b"c"), 2j, dt.date(2026, 1, 2), decimal.Decimal(1),
              fractions.Fraction(1, 3), range(3), slice(1, 2), dt.timedelta(1), int, len, ValueError("x"))  # fmt: skip
    if depth > 3 or rnd.random() < 0.4:
        return rnd.choice(leaves)
    items = [object_(rnd, depth + 1) for _ in range(rnd.randrange(4))]
    kind = rnd.randrange(6)
    if kind == 0:
        items.append(items)
        return items
    if kind == 1:
        return tuple(items)
    if kind == 2:
        return {str(number): item for number, item in enumerate(items)}
    if kind == 3:
        return collections.OrderedDict(enumerate(items))
    return collections.deque(items) if kind == 4 else {repr(rnd.random()) for _ in items}


def damaged(data: bytes, rnd: random.Random) -> bytes:
    """With a few bytes changed, moved, lost, or put in between opcodes."""
    out = bytearray(data)
    for _ in range(rnd.choice((1, 1, 2, 4))):
        if not out:
            break
        way, at = rnd.randrange(7), rnd.randrange(len(out))
        if way == 0:
            out[at] ^= 1 << rnd.randrange(8)
        elif way == 1:
            out[at] = rnd.randrange(256)
        elif way == 2:
            del out[at : at + rnd.randrange(1, 20)]
        elif way == 3:
            out[at:at] = rnd.choice(EDGE)
        elif way == 4:
            other = rnd.randrange(len(out))
            out[at:at] = out[other : other + rnd.randrange(1, 60)]
        elif way == 5:
            del out[at:]
        else:
            out[at:at] = b"\x95" + struct.pack("<Q", rnd.choice((1, 5, 12, 40)))
    return bytes(out)


def stream(rnd: random.Random) -> tuple[str, bytes]:
    """One, and how it came about."""
    how = rnd.choice(("written", "written", "pickled", "damaged", "damaged", "several"))
    if how == "written" or (how == "damaged" and rnd.random() < 0.6):
        written = Written(rnd)
        written.value(0)
        data = written.done()
    else:
        dump: Any = rnd.choice((pickle.dumps, pickle._dumps))  # type: ignore[attr-defined]  # the one in Python has no other name
        data = b"".join(dump(object_(rnd), rnd.randrange(6)) for _ in range(2 if how == "several" else 1))
    return how, damaged(data, rnd) if how == "damaged" else data
