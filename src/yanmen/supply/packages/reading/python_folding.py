"""Constants of Python, computed by tables of pure functions: no code of a package takes part."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import lzma
import operator
import posixpath
import urllib.parse
import zlib
from collections.abc import Callable
from typing import Any

_MOST = 2_000_000
_BITS = 8_192
_COUNT = 100_000
_CODECS = frozenset(
    "utf-8 utf8 utf_8 ascii latin-1 latin1 iso-8859-1 cp1252 utf-16 utf-16le utf-16-le utf-32 rot13 rot_13 hex "
    "hex_codec base64 "
    "base64_codec unicode_escape unicode-escape idna punycode zlib bz2".split()
)


def method(receiver: Any, name: str, args: list[Any]) -> Any:
    """A method of a string, bytes or a list that has no effect. Raises ValueError where there is none such."""
    if isinstance(receiver, str | bytes):
        if name in {"encode", "decode"}:
            return _coded(receiver, name, *args[:1])
        if name in _TEXT:
            if name in {"ljust", "rjust", "center", "zfill"}:
                _bounded_count(args[0])
            return getattr(receiver, name)(*args)
        if name == "hex" and isinstance(receiver, bytes):
            return receiver.hex()
        if name in _ODD:
            return _ODD[name](receiver, *args)
    if isinstance(receiver, list) and name in {"index", "count"}:
        return getattr(receiver, name)(*args)
    if isinstance(receiver, list) and name == "decode" and all(isinstance(one, int) for one in receiver):
        return bytes(receiver).decode("utf-8", "replace")
    if isinstance(receiver, int) and name == "to_bytes":
        return receiver.to_bytes(min(int(args[0]), _MOST), *args[1:2])
    raise ValueError(name)


_TEXT = frozenset(
    "join split rsplit replace strip lstrip rstrip lower upper title capitalize swapcase casefold startswith endswith "
    "find rfind "
    "index count format partition rpartition removeprefix removesuffix zfill ljust rjust center splitlines translate isdigit "
    "isalpha".split()
)
_ODD: dict[str, Callable[..., Any]] = {
    "__add__": operator.add,
    "__getitem__": operator.getitem,
    "__len__": len,
    "__contains__": operator.contains,
}


def _coded(value: str | bytes, name: str, codec: str = "utf-8") -> str | bytes:
    if str(codec).lower() not in _CODECS:
        raise ValueError(codec)
    if len(value) > _MOST:
        raise ValueError("too long")
    if codec.lower() in {"zlib", "bz2"}:
        return decompressed(value if isinstance(value, bytes) else value.encode())
    coded: Any = codecs.encode if name == "encode" else codecs.decode
    done = coded(value, codec)
    if not isinstance(done, str | bytes):
        raise TypeError(codec)
    return done


def _bounded_count(count: Any) -> None:
    if not isinstance(count, int) or count > _COUNT:
        raise ValueError("too many")


def operate(op: str, left: Any, right: Any) -> Any:
    """An operation on constants, within bounds."""
    if isinstance(left, float) or isinstance(right, float):
        if op in {"/", "-", "+", "*", "%"} and all(isinstance(one, int | float) for one in (left, right)):
            return _OPS[op](left, right)
        raise ValueError(op)
    if op == "*" and not (isinstance(left, int) and isinstance(right, int)):
        size = len(left) * right if isinstance(right, int) else len(right) * left
        if size > _MOST:
            raise ValueError("too long")
    if op in {"**", "<<"} and (not 0 <= right <= _BITS or abs(left).bit_length() * max(right, 1) > _BITS * 8):
        raise ValueError("too large")
    if op == "*" and isinstance(left, int) and left.bit_length() + right.bit_length() > _BITS * 8:
        raise ValueError("too large")
    if op == "%" and isinstance(left, str):
        return left % (tuple(right) if isinstance(right, list) else right)
    if op.startswith("unary"):
        return _UNARY[op](left)
    return _OPS[op](left, right)


_UNARY: dict[str, Callable[[Any], Any]] = {
    "unary-": operator.neg,
    "unary~": operator.invert,
    "unary+": operator.pos,
    "unarynot": operator.not_,
}
_OPS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "%": operator.mod, "/": operator.truediv, "//": operator.floordiv,
    "^": operator.xor, "&": operator.and_, "|": operator.or_, "<<": operator.lshift, ">>": operator.rshift, "**": operator.pow,
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
    "In": lambda one, many: one in many, "NotIn": lambda one, many: one not in many,
}  # fmt: skip


def decompressed(data: bytes, how: Callable[[], Any] = zlib.decompressobj) -> bytes:
    """Bytes unpacked, up to a bound."""
    unpacker = how()
    done = unpacker.decompress(_bytes(data), _MOST + 1)
    if len(done) > _MOST:
        raise ValueError("too long")
    return bytes(done)


def _bytes(data: Any) -> bytes:
    if isinstance(data, list):
        return bytes(data)
    return data.encode("latin-1", "replace") if isinstance(data, str) else bytes(data)


def _gunzip(data: Any) -> bytes:
    return decompressed(data, lambda: zlib.decompressobj(47))


def _as_bytes(data: Any = b"", encoding: str = "utf-8") -> bytes:
    if isinstance(data, int):
        _bounded_count(data)
        return bytes(data)
    return data.encode(encoding) if isinstance(data, str) else bytes(data)


def _codec(data: Any, codec: str = "utf-8") -> Any:
    return _coded(data, "decode", codec)


def _range(*args: int) -> list[int]:
    found = range(*args)
    if len(found) > _COUNT:
        raise ValueError("too many")
    return list(found)


def _int(text: Any, base: int = 10) -> int:
    return int(text, base) if isinstance(text, str | bytes) and base != 10 else int(text)  # noqa: PLR2004  # decimal


def _from_bytes(data: Any, order: str = "big") -> int:
    return int.from_bytes(_bytes(data), "little" if order == "little" else "big")


def _str(data: Any = "", encoding: str = "") -> str:
    return bytes(data).decode(encoding) if encoding and not isinstance(data, str) else str(data)


def _maketrans(*args: Any) -> dict[Any, Any]:
    return str.maketrans(*args)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "chr": chr, "ord": ord, "int": _int, "str": _str, "len": len, "hex": hex, "abs": abs, "sum": sum, "min": min, "max": max,
    "bool": bool, "float": float, "repr": repr, "bytes": _as_bytes, "bytearray": _as_bytes, "range": _range,
    "bytes.fromhex": bytes.fromhex, "bytearray.fromhex": bytes.fromhex, "int.from_bytes": _from_bytes,
    "str.maketrans": _maketrans, "bytes.maketrans": bytes.maketrans,
    "base64.b64decode": lambda data, *_: base64.b64decode(_bytes(data)),
    "base64.standard_b64decode": lambda data: base64.b64decode(_bytes(data)),
    "base64.decodebytes": lambda data: base64.decodebytes(_bytes(data)),
    "base64.urlsafe_b64decode": lambda data: base64.urlsafe_b64decode(_bytes(data)),
    "base64.b32decode": lambda data, *_: base64.b32decode(_bytes(data)),
    "base64.b16decode": lambda data, *_: base64.b16decode(_bytes(data), casefold=True),
    "base64.b85decode": lambda data: base64.b85decode(_bytes(data)),
    "base64.a85decode": lambda data, *_: base64.a85decode(_bytes(data)),
    "base64.b64encode": lambda data, *_: base64.b64encode(_bytes(data)),
    "binascii.unhexlify": binascii.unhexlify, "binascii.a2b_hex": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "codecs.decode": _codec, "zlib.decompress": lambda data, *_: decompressed(data),
    "gzip.decompress": _gunzip, "bz2.decompress": lambda data: decompressed(data, bz2.BZ2Decompressor),
    "lzma.decompress": lambda data, *_: decompressed(data, lzma.LZMADecompressor),
    "urllib.parse.unquote": urllib.parse.unquote, "urllib.parse.unquote_plus": urllib.parse.unquote_plus,
    "operator.add": operator.add, "operator.xor": operator.xor,
    "posixpath.join": posixpath.join,
}  # fmt: skip
